//! `uytin simulate`: synthetic populations for trials.

use std::io;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, UInt32Type, UInt64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::cast;
use arrow_schema::DataType;
use serde_json::{Map, Value};
use uytin::Date;
use uytin_columns::{Format as Table, Simulation, SimulationOrder, Writer};

use crate::args::{Order, Simulate};
use crate::assess::rules;
use crate::failure::{Failure, Result};
use crate::input;
use crate::interrupt;
use crate::output::{self, Output};
use crate::progress::Progress;
use crate::table::of_output;

pub fn run(args: &Simulate, quiet: bool) -> Result<u8> {
    input::read_once(args.under.policy.iter().chain([&args.output]))?;
    let output = Output::to(Some(&args.output))?;
    let format = Table::of_path(&args.output);
    let is_lines = args.output.extension().is_some_and(|name| name == "jsonl");
    if format.is_none() && !is_lines {
        return Err(Failure::at(output.name(), "no such format", "a name that ends in .parquet, .arrow, .csv or .jsonl"));
    }
    let (policy, as_of) = rules(&args.under)?;
    let simulation = Simulation {
        policy: policy.policy.clone(),
        as_of,
        subjects: args.subjects,
        records: args.records,
        seed: args.seed,
        order: match args.order {
            Order::Sorted => SimulationOrder::Sorted,
            Order::Shuffled => SimulationOrder::Shuffled,
        },
        // A record of JSON Lines is none without its id.
        ids: args.ids || is_lines,
    };
    let batches = simulation.batches().map_err(|error| Failure::of("simulate", &error))?;
    let progress = Progress::new(quiet);
    progress.making(args.records);
    let batches = batches.map(|batch| {
        interrupt::check()?;
        progress.add(u64::try_from(batch.num_rows()).unwrap_or_default());
        Ok(batch)
    });
    match format {
        None => output.write(|out| {
            for batch in batches {
                json_lines(out, &batch?)?;
            }
            Ok(())
        })?,
        Some(format) => {
            let name = output.name().to_owned();
            let schema = simulation.schema();
            output.write_by_path(|path| {
                let mut writer = Writer::create(path, format, &schema).map_err(|error| of_output(&name, &error))?;
                for batch in batches {
                    let batch = batch.map_err(|error: io::Error| Failure::writing(&name, &error))?;
                    writer.write(&batch).map_err(|error| of_output(&name, &error))?;
                }
                writer.finish().map_err(|error| of_output(&name, &error))
            })?;
        }
    }
    progress.clear();
    if !quiet {
        let notice = simulation.schema().metadata().get("uytin.notice.en").cloned().unwrap_or_default();
        output::say(&format!("{} records of {} subjects, seed {}, as of {as_of}\n{notice}", args.records, args.subjects, args.seed));
    }
    Ok(0)
}

/// The rows of a batch as records, a line each.
fn json_lines(out: &mut dyn io::Write, batch: &RecordBatch) -> io::Result<()> {
    // Dictionaries are for columns: here a text is a text.
    let plain = |column: &ArrayRef| match column.data_type() {
        DataType::Dictionary(_, values) => cast(column, values).unwrap_or_else(|_| column.clone()),
        _ => column.clone(),
    };
    let columns: Vec<ArrayRef> = batch.columns().iter().map(plain).collect();
    for row in 0..batch.num_rows() {
        let mut record = Map::new();
        for (field, column) in batch.schema_ref().fields().iter().zip(&columns) {
            let value = value(column, row);
            if !value.is_null() {
                record.insert(field.name().clone(), value);
            }
        }
        serde_json::to_writer(&mut *out, &record)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn value(column: &ArrayRef, row: usize) -> Value {
    if column.is_null(row) {
        return Value::Null;
    }
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).into(),
        DataType::Boolean => column.as_boolean().value(row).into(),
        DataType::UInt32 => column.as_primitive::<UInt32Type>().value(row).into(),
        DataType::UInt64 => column.as_primitive::<UInt64Type>().value(row).into(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).into(),
        DataType::Date32 => {
            Date::from_days(column.as_primitive::<Date32Type>().value(row)).map_or(Value::Null, |date| date.to_string().into())
        }
        _ => Value::Null,
    }
}
