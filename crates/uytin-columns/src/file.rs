//! Files of records and of results: Parquet, Arrow IPC and CSV. Read batch by batch; written under another name that becomes
//! the file's own only when all is written.

use std::fs::File;
#[cfg(any(feature = "csv", feature = "ipc"))]
use std::io::{BufReader, BufWriter};
#[cfg(feature = "ipc")]
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
#[cfg(feature = "csv")]
use arrow_schema::DataType;
use arrow_schema::SchemaRef;
use uytin::{Code, Error, Fault, quote};

/// A file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Comma-separated values with a header; an empty field is null.
    #[cfg(feature = "csv")]
    Csv,
    /// Arrow IPC: read as file or stream, whichever it is; written as a file.
    #[cfg(feature = "ipc")]
    Ipc,
    /// Parquet.
    #[cfg(feature = "parquet")]
    Parquet,
}

impl Format {
    /// The format of a file name's extension.
    #[must_use]
    pub fn of_path(path: &Path) -> Option<Self> {
        Self::from_name(path.extension()?.to_str()?)
    }

    /// The format of a name: `csv`, `arrow` (`ipc`, `arrows`, `feather`) or `parquet` (`pq`).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            #[cfg(feature = "csv")]
            "csv" => Some(Self::Csv),
            #[cfg(feature = "ipc")]
            "arrow" | "ipc" | "arrows" | "feather" => Some(Self::Ipc),
            #[cfg(feature = "parquet")]
            "parquet" | "pq" => Some(Self::Parquet),
            _ => None,
        }
    }
}

/// The batches of a file.
pub struct Batches {
    /// The columns.
    pub schema: SchemaRef,
    /// How many rows there are, where the file says so.
    pub rows: Option<u64>,
    batches: Box<dyn Iterator<Item = Result<RecordBatch, Error>> + Send>,
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batches.next()
    }
}

fn io_fault(path: &Path, error: &dyn std::fmt::Display, expected: &str) -> Error {
    Fault::new(Code::Io, path.display().to_string(), quote(&error.to_string()), expected).into()
}

/// Opens a file of records.
///
/// # Errors
/// Code `io` where the file cannot be read or is not of the format; the batches have errors of their own.
pub fn read(path: &Path, format: Format) -> Result<Batches, Error> {
    let file = File::open(path).map_err(|error| io_fault(path, &error, "a file that can be read"))?;
    match format {
        #[cfg(feature = "csv")]
        Format::Csv => csv::read(path, file),
        #[cfg(feature = "ipc")]
        Format::Ipc => read_ipc(path, file),
        #[cfg(feature = "parquet")]
        Format::Parquet => read_parquet(path, file),
    }
}

#[cfg(feature = "ipc")]
fn read_ipc(path: &Path, mut file: File) -> Result<Batches, Error> {
    use arrow_ipc::reader::{FileReader, StreamReader};
    let fault = {
        let path = path.to_owned();
        move |error: &dyn std::fmt::Display| io_fault(&path, error, "an Arrow IPC file or stream")
    };
    let mut magic = [0; 6];
    let is_file = file.read_exact(&mut magic).is_ok() && &magic == b"ARROW1";
    file.seek(SeekFrom::Start(0)).map_err(|error| fault(&error))?;
    if is_file {
        let reader = FileReader::try_new(file, None).map_err(|error| fault(&error))?;
        let schema = reader.schema();
        return Ok(Batches { schema, rows: None, batches: Box::new(reader.map(move |batch| batch.map_err(|error| fault(&error)))) });
    }
    let reader = StreamReader::try_new(BufReader::new(file), None).map_err(|error| fault(&error))?;
    let schema = reader.schema();
    Ok(Batches { schema, rows: None, batches: Box::new(reader.map(move |batch| batch.map_err(|error| fault(&error)))) })
}

#[cfg(feature = "parquet")]
fn read_parquet(path: &Path, file: File) -> Result<Batches, Error> {
    use arrow_schema::{DataType, Field, Schema};
    use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
    const ROWS: usize = 1 << 16;
    let fault = {
        let path = path.to_owned();
        move |error: &dyn std::fmt::Display| io_fault(&path, error, "a Parquet file")
    };
    let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::default()).map_err(|error| fault(&error))?;
    // Texts that repeat lie in the file as dictionaries, and are best read as such.
    let repeats = ["type", "source", "source_class", "criterion", "severity", "status", "context"];
    let fields = metadata.schema().fields().iter().map(|field| {
        let is_text = matches!(field.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
        if is_text && repeats.contains(&field.name().as_str()) {
            Field::new(field.name(), DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)), field.is_nullable())
        } else {
            field.as_ref().clone()
        }
    });
    let schema = std::sync::Arc::new(Schema::new_with_metadata(fields.collect::<Vec<Field>>(), metadata.schema().metadata().clone()));
    let as_dictionaries = ArrowReaderMetadata::try_new(metadata.metadata().clone(), ArrowReaderOptions::default().with_schema(schema));
    let metadata = as_dictionaries.unwrap_or(metadata);
    let rows = u64::try_from(metadata.metadata().file_metadata().num_rows()).ok();
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata).with_batch_size(ROWS);
    let schema = builder.schema().clone();
    let reader = builder.build().map_err(|error| fault(&error))?;
    Ok(Batches { schema, rows, batches: Box::new(reader.map(move |batch| batch.map_err(|error| fault(&error)))) })
}

#[cfg(feature = "csv")]
mod csv {
    use std::sync::Arc;

    use arrow_array::cast::AsArray;
    use arrow_array::{ArrayRef, BooleanArray, Float64Array};
    use arrow_schema::{Field, Schema};

    use std::io::BufRead;

    use super::{Batches, BufReader, Code, DataType, Error, File, Path, RecordBatch, io_fault, quote};
    use crate::batch::value_fault;

    const EXPECTED: &str = "CSV with a header, and as many fields in each row";

    /// Every field is read as text first, so that a fault names row, column and value.
    pub(super) fn read(path: &Path, file: File) -> Result<Batches, Error> {
        let mut reader = BufReader::with_capacity(1 << 20, file);
        let start = reader.fill_buf().map_err(|error| io_fault(path, &error, EXPECTED))?;
        if start.starts_with(&[0xef, 0xbb, 0xbf]) {
            reader.consume(3);
        }
        let mut header = Vec::new();
        reader.read_until(b'\n', &mut header).map_err(|error| io_fault(path, &error, EXPECTED))?;
        let (names, _) = arrow_csv::reader::Format::default()
            .with_header(true)
            .infer_schema(header.as_slice(), Some(0))
            .map_err(|error| io_fault(path, &error, EXPECTED))?;
        let texts = names.fields().iter().map(|field| Field::new(field.name().trim(), DataType::Utf8, true));
        let texts = Arc::new(Schema::new(texts.collect::<Vec<Field>>()));
        let schema = Arc::new(Schema::new(
            texts.fields().iter().map(|field| Field::new(field.name(), type_of(field.name()), true)).collect::<Vec<Field>>(),
        ));
        let rest = arrow_csv::ReaderBuilder::new(texts)
            .with_batch_size(1 << 14)
            .build_buffered(reader)
            .map_err(|error| io_fault(path, &error, EXPECTED))?;
        let path = path.to_owned();
        let mut first_row = 0;
        let types = schema.clone();
        let batches = rest.map(move |batch| {
            let batch = batch.map_err(|error| io_fault(&path, &error, EXPECTED))?;
            let columns = types.fields().iter().zip(batch.columns()).map(|(field, column)| convert(field, column, first_row));
            let columns = columns.collect::<Result<Vec<ArrayRef>, Error>>()?;
            first_row += batch.num_rows() as u64;
            RecordBatch::try_new(types.clone(), columns).map_err(|error| io_fault(&path, &error, EXPECTED))
        });
        Ok(Batches { schema, rows: None, batches: Box::new(batches) })
    }

    fn type_of(column: &str) -> DataType {
        match column {
            "revision" | "passed" | "failed" | "reach" | "amount" => DataType::Float64,
            "withdrawn" => DataType::Boolean,
            _ => DataType::Utf8,
        }
    }

    fn convert(field: &Field, column: &ArrayRef, first_row: u64) -> Result<ArrayRef, Error> {
        let values = column.as_string::<i32>().iter().zip(first_row..);
        let wrong = |row, text: &str, expected| value_fault(Code::WrongType, row, field.name(), quote(text), expected);
        Ok(match field.data_type() {
            DataType::Float64 => {
                let number = |(text, row): (Option<&str>, u64)| {
                    text.map(|text| text.trim().parse::<f64>().map_err(|_| wrong(row, text, "a number"))).transpose()
                };
                Arc::new(values.map(number).collect::<Result<Float64Array, Error>>()?)
            }
            DataType::Boolean => {
                let flag = |(text, row): (Option<&str>, u64)| match text.map(str::trim) {
                    None => Ok(None),
                    Some("true" | "True" | "TRUE" | "1") => Ok(Some(true)),
                    Some("false" | "False" | "FALSE" | "0") => Ok(Some(false)),
                    Some(text) => Err(wrong(row, text, "`true` or `false`")),
                };
                Arc::new(values.map(flag).collect::<Result<BooleanArray, Error>>()?)
            }
            _ => column.clone(),
        })
    }
}

/// Writes batches to a file.
pub struct Writer {
    path: PathBuf,
    partial: PathBuf,
    sink: Option<Sink>,
}

enum Sink {
    #[cfg(feature = "csv")]
    Csv(arrow_csv::Writer<BufWriter<File>>),
    #[cfg(feature = "ipc")]
    Ipc(arrow_ipc::writer::FileWriter<BufWriter<File>>),
    #[cfg(feature = "parquet")]
    Parquet(Box<parquet::arrow::ArrowWriter<File>>),
}

impl Writer {
    /// Starts a file; until [`Writer::finish`] nothing stands at the path.
    ///
    /// # Errors
    /// Code `io` where the file cannot be made; `wrong-type` where CSV cannot hold a column.
    pub fn create(path: &Path, format: Format, schema: &SchemaRef) -> Result<Self, Error> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let partial = path.with_file_name(format!(".{name}.{}.partial", std::process::id()));
        let fault = |error: &dyn std::fmt::Display| io_fault(path, error, "a file that can be written");
        #[cfg(feature = "csv")]
        if format == Format::Csv
            && let Some(nested) = schema.fields().iter().find(|field| field.data_type().is_nested())
        {
            let found = format!("a column of type {}", nested.data_type());
            return Err(
                Fault::new(Code::WrongType, nested.name(), found, "columns that CSV can hold; write Parquet or Arrow instead").into()
            );
        }
        let file = File::create(&partial).map_err(|error| fault(&error))?;
        // From here on dropping takes the partial file away.
        let mut writer = Self { path: path.to_owned(), partial, sink: None };
        writer.sink = Some(match format {
            #[cfg(feature = "csv")]
            Format::Csv => Sink::Csv(arrow_csv::WriterBuilder::new().with_header(true).build(BufWriter::new(file))),
            #[cfg(feature = "ipc")]
            Format::Ipc => Sink::Ipc(arrow_ipc::writer::FileWriter::try_new(BufWriter::new(file), schema).map_err(|error| fault(&error))?),
            #[cfg(feature = "parquet")]
            Format::Parquet => {
                use parquet::basic::{Compression, ZstdLevel};
                use parquet::file::metadata::KeyValue;
                use parquet::file::properties::WriterProperties;
                // What the schema says, also for readers that do not know Arrow's.
                let mut notes: Vec<KeyValue> =
                    schema.metadata().iter().map(|(name, value)| KeyValue::new(name.clone(), value.clone())).collect();
                notes.sort_by(|a, b| a.key.cmp(&b.key));
                let properties = WriterProperties::builder()
                    .set_compression(Compression::ZSTD(ZstdLevel::default()))
                    .set_key_value_metadata(Some(notes))
                    .build();
                let writer = parquet::arrow::ArrowWriter::try_new(file, schema.clone(), Some(properties)).map_err(|error| fault(&error))?;
                Sink::Parquet(Box::new(writer))
            }
        });
        Ok(writer)
    }

    /// Writes a batch.
    ///
    /// # Errors
    /// Code `io` where it cannot be written.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        let path = &self.path;
        let fault = |error: &dyn std::fmt::Display| io_fault(path, error, "a file that can be written");
        match self.sink.as_mut() {
            #[cfg(feature = "csv")]
            Some(Sink::Csv(writer)) => writer.write(batch).map_err(|error| fault(&error)),
            #[cfg(feature = "ipc")]
            Some(Sink::Ipc(writer)) => writer.write(batch).map_err(|error| fault(&error)),
            #[cfg(feature = "parquet")]
            Some(Sink::Parquet(writer)) => writer.write(batch).map_err(|error| fault(&error)),
            None => Ok(()),
        }
    }

    /// Completes the file and puts it in its place.
    ///
    /// # Errors
    /// Code `io` where it cannot be written; then nothing stands at the path that did not before.
    pub fn finish(mut self) -> Result<(), Error> {
        let path = self.path.clone();
        let fault = |error: &dyn std::fmt::Display| io_fault(&path, error, "a file that can be written");
        match self.sink.take() {
            #[cfg(feature = "csv")]
            Some(Sink::Csv(writer)) => {
                writer.into_inner().into_inner().map_err(|error| fault(&error))?;
            }
            #[cfg(feature = "ipc")]
            Some(Sink::Ipc(writer)) => {
                writer.into_inner().map_err(|error| fault(&error))?.into_inner().map_err(|error| fault(&error))?;
            }
            #[cfg(feature = "parquet")]
            Some(Sink::Parquet(writer)) => {
                writer.close().map_err(|error| fault(&error))?;
            }
            None => {}
        }
        std::fs::rename(&self.partial, &self.path).map_err(|error| fault(&error))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.sink = None;
        // After `finish` it is not there any more.
        let _ = std::fs::remove_file(&self.partial);
    }
}

/// Writes batches to a file, all or nothing.
///
/// # Errors
/// As [`Writer::create`] and [`Writer::write`], and the first error among the batches.
pub fn write(
    path: &Path,
    format: Format,
    schema: &SchemaRef,
    batches: impl IntoIterator<Item = Result<RecordBatch, Error>>,
) -> Result<(), Error> {
    let mut writer = Writer::create(path, format, schema)?;
    for batch in batches {
        writer.write(&batch?)?;
    }
    writer.finish()
}
