//! One row as a record: for rows that are more than checks, for merging, and for explained assessments. And records as rows.

use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Date32Builder, Float64Builder, StringBuilder, UInt32Builder, UInt64Builder};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{Field, Schema};
use uytin::kernel::{Resolved, ResolvedBody, Resolver};
use uytin::{AMOUNT_MAX, Body, Code, Error, REACH_MAX, Record, RecordType, Status, quote, thousandths};

use crate::batch::{Batch, Numbers, Texts, value_fault};

const COUNT: &str = "a whole number from 0 to 4294967295";
const REACH: &str = "a whole number from 0 to 9007199254740991";
const TYPES: &str = "`observation`, `finding`, `credit` or `exemption`";
const STATUSES: &str = "`alleged`, `upheld`, `under-appeal`, `remedied` or `overturned`";
const AMOUNT: &str = "a number above 0 and at most 1000 with at most three decimals";

/// What stands in a column, to be asked for where it is a fault.
type Found<'f> = &'f dyn Fn() -> Option<String>;

/// A row of a batch.
#[derive(Clone, Copy)]
pub(crate) struct RowRef<'a, 'b> {
    pub(crate) batch: &'b Batch<'a>,
    pub(crate) row: usize,
}

impl<'a> RowRef<'a, '_> {
    fn fault(&self, code: Code, column: &str, found: impl Into<String>, expected: &str) -> Error {
        value_fault(code, self.batch.row(self.row), column, found, expected)
    }

    fn optional_text(&self, texts: Option<&Texts<'a>>) -> Option<&'a str> {
        texts.and_then(|texts| texts.get(self.row))
    }

    fn text(&self, column: &str, texts: Option<&Texts<'a>>) -> Result<&'a str, Error> {
        self.optional_text(texts).ok_or_else(|| self.fault(Code::WrongType, column, "`null`", "a text"))
    }

    fn whole(&self, column: &str, numbers: Option<&Numbers<'a>>, max: u64, range: &str) -> Result<Option<u64>, Error> {
        let Some(number) = numbers.and_then(|numbers| numbers.get(self.row)) else { return Ok(None) };
        number.whole(max).map(Some).ok_or_else(|| self.fault(Code::OutOfRange, column, number.quoted(), range))
    }

    fn count(&self, column: &str, numbers: Option<&Numbers<'a>>) -> Result<u32, Error> {
        let count = self.whole(column, numbers, u32::MAX.into(), COUNT)?;
        let count = count.ok_or_else(|| self.fault(Code::WrongType, column, "`null`", COUNT))?;
        u32::try_from(count).map_err(|_| self.fault(Code::OutOfRange, column, quote(&count.to_string()), COUNT))
    }

    /// The type of the record.
    pub(crate) fn kind(&self) -> Result<RecordType, Error> {
        let Some(texts) = &self.batch.kind else { return Ok(RecordType::Observation) };
        let text = texts.get(self.row).ok_or_else(|| self.fault(Code::WrongType, "type", "`null`", TYPES))?;
        RecordType::from_text(text).ok_or_else(|| self.fault(Code::UnknownValue, "type", quote(text), TYPES))
    }

    pub(crate) fn source(&self) -> Result<&'a str, Error> {
        self.text("source", Some(&self.batch.source))
    }

    /// The record's id; `None` where the table has none.
    pub(crate) fn id(&self) -> Result<Option<&'a str>, Error> {
        let Some(texts) = &self.batch.id else { return Ok(None) };
        match self.text("id", Some(texts))? {
            "" => Err(self.fault(Code::Empty, "id", "an empty text", "a text that is not empty")),
            id => Ok(Some(id)),
        }
    }

    fn withdrawn(&self) -> bool {
        self.batch.withdrawn.is_some_and(|flags| flags.is_valid(self.row) && flags.value(self.row))
    }

    /// Fields that belong to other record types only must be null.
    fn check_misplaced(&self, kind: RecordType) -> Result<(), Error> {
        let batch = self.batch;
        let number = |numbers: &Option<Numbers<'a>>| numbers.as_ref().and_then(|n| n.get(self.row)).map(|n| n.quoted());
        let text = |texts: &Option<Texts<'a>>| texts.as_ref().and_then(|texts| texts.get(self.row)).map(quote);
        let columns: [(&str, RecordType, Found<'_>); 7] = [
            ("passed", RecordType::Observation, &|| number(&batch.passed)),
            ("failed", RecordType::Observation, &|| number(&batch.failed)),
            ("severity", RecordType::Finding, &|| text(&batch.severity)),
            ("status", RecordType::Finding, &|| text(&batch.status)),
            ("reach", RecordType::Finding, &|| number(&batch.reach)),
            ("incident", RecordType::Finding, &|| text(&batch.incident)),
            ("amount", RecordType::Credit, &|| number(&batch.amount)),
        ];
        for (column, of, found) in columns.into_iter().filter(|(_, of, _)| *of != kind) {
            if let Some(found) = found() {
                let expected = format!("`null` in a record of type `{}`: the column belongs to `{}`", kind.as_str(), of.as_str());
                return Err(self.fault(Code::MisplacedField, column, found, &expected));
            }
        }
        Ok(())
    }

    /// What the record says.
    fn body(&self) -> Result<Body, Error> {
        let (batch, kind) = (self.batch, self.kind()?);
        self.check_misplaced(kind)?;
        Ok(match kind {
            RecordType::Observation => Body::Observation {
                passed: self.count("passed", batch.passed.as_ref())?,
                failed: self.count("failed", batch.failed.as_ref())?,
            },
            RecordType::Finding => {
                let status = self.text("status", batch.status.as_ref())?;
                Body::Finding {
                    severity: self.text("severity", batch.severity.as_ref())?.to_owned(),
                    status: Status::from_text(status).ok_or_else(|| self.fault(Code::UnknownValue, "status", quote(status), STATUSES))?,
                    reach: self.whole("reach", batch.reach.as_ref(), REACH_MAX, REACH)?.unwrap_or_default(),
                    incident: self.optional_text(batch.incident.as_ref()).map(str::to_owned),
                }
            }
            RecordType::Credit => Body::Credit {
                thousandths: match batch.amount.as_ref().and_then(|amount| amount.get(self.row)) {
                    None => AMOUNT_MAX / 1000,
                    Some(amount) => {
                        thousandths(amount.real()).ok_or_else(|| self.fault(Code::OutOfRange, "amount", amount.quoted(), AMOUNT))?
                    }
                },
            },
            RecordType::Exemption => Body::Exemption,
        })
    }

    /// The record with its texts looked up in the policy.
    pub(crate) fn resolved(&self, resolver: Resolver<'_>) -> Result<Resolved, Error> {
        let batch = self.batch;
        let body = match self.body()? {
            Body::Observation { passed, failed } => {
                ResolvedBody::Mass { kind: RecordType::Observation, favourable: passed, adverse: failed }
            }
            Body::Credit { thousandths } => ResolvedBody::Mass { kind: RecordType::Credit, favourable: thousandths, adverse: 0 },
            Body::Finding { severity, status, reach, .. } => {
                ResolvedBody::Finding { severity: resolver.severity(&severity), status, reach }
            }
            Body::Exemption => ResolvedBody::Exemption,
        };
        Ok(Resolved {
            withdrawn: self.withdrawn(),
            class: resolver.class(self.text("source_class", Some(&batch.source_class))?),
            in_context: self.optional_text(batch.context.as_ref()).is_none_or(|context| resolver.in_context(context)),
            slot: resolver.slot(self.text("criterion", Some(&batch.criterion))?),
            body,
        })
    }

    /// The whole record; without an `id` column its id is empty.
    pub(crate) fn record(&self) -> Result<Record, Error> {
        let batch = self.batch;
        let revision = self.whole("revision", batch.revision.as_ref(), u32::MAX.into(), COUNT)?.unwrap_or_default();
        let subject = batch.subject.text(self.row);
        Ok(Record {
            id: self.id()?.unwrap_or_default().to_owned(),
            revision: u32::try_from(revision).unwrap_or(u32::MAX),
            withdrawn: self.withdrawn(),
            subject: subject.ok_or_else(|| self.fault(Code::WrongType, "subject", "`null`", "a subject"))?,
            source: self.source()?.to_owned(),
            source_class: self.text("source_class", Some(&batch.source_class))?.to_owned(),
            criterion: self.text("criterion", Some(&batch.criterion))?.to_owned(),
            date: batch.date.get(batch, self.row)?,
            context: self.optional_text(batch.context.as_ref()).map(str::to_owned),
            body: self.body()?,
        })
    }

    /// Checks what the fast route does not look at: revisions.
    pub(crate) fn check_revision(&self) -> Result<(), Error> {
        self.whole("revision", self.batch.revision.as_ref(), u32::MAX.into(), COUNT).map(|_| ())
    }
}

/// Gives the records of one subject ids where the table has none: numbers within their source, in order of the canonical
/// form, so that the order of the rows is of no matter.
pub(crate) fn number_records(records: &mut [Record]) {
    records.sort_by_cached_key(|record| (record.source.clone(), record.canonical()));
    for of_source in records.chunk_by_mut(|a, b| a.source == b.source) {
        for (n, record) in (1u32..).zip(of_source) {
            record.id = format!("{n:08}");
        }
    }
}

/// Records as a table: every column of `MODEL.md` §2, null where a record does not have the field.
#[must_use]
pub fn columns_of<'a>(records: impl IntoIterator<Item = &'a Record>) -> RecordBatch {
    let mut texts: [StringBuilder; 10] = Default::default();
    let [kind, id, subject, source, class, criterion, severity, status, incident, context] = &mut texts;
    let (mut revision, mut passed, mut failed) = (UInt32Builder::new(), UInt32Builder::new(), UInt32Builder::new());
    let (mut withdrawn, mut date) = (BooleanBuilder::new(), Date32Builder::new());
    let (mut reach, mut amount) = (UInt64Builder::new(), Float64Builder::new());
    for record in records {
        kind.append_value(record.record_type().as_str());
        id.append_value(&record.id);
        revision.append_value(record.revision);
        withdrawn.append_value(record.withdrawn);
        subject.append_value(&record.subject);
        source.append_value(&record.source);
        class.append_value(&record.source_class);
        criterion.append_value(&record.criterion);
        date.append_value(record.date.days());
        context.append_option(record.context.as_deref());
        let (mut checks, mut finding, mut credit) = (None, None, None);
        match &record.body {
            Body::Observation { passed, failed } => checks = Some((*passed, *failed)),
            Body::Finding { severity: graveness, status, reach, incident } => {
                finding = Some((graveness.as_str(), status.as_str(), *reach, incident.as_deref()));
            }
            Body::Credit { thousandths } => credit = Some(f64::from(*thousandths) / 1000.0),
            Body::Exemption => {}
        }
        passed.append_option(checks.map(|(passed, _)| passed));
        failed.append_option(checks.map(|(_, failed)| failed));
        severity.append_option(finding.map(|(severity, ..)| severity));
        status.append_option(finding.map(|(_, status, ..)| status));
        reach.append_option(finding.map(|(_, _, reach, _)| reach));
        incident.append_option(finding.and_then(|(.., incident)| incident));
        amount.append_option(credit);
    }
    let columns: [(&str, ArrayRef); 17] = [
        ("type", Arc::new(kind.finish())),
        ("id", Arc::new(id.finish())),
        ("revision", Arc::new(revision.finish())),
        ("withdrawn", Arc::new(withdrawn.finish())),
        ("subject", Arc::new(subject.finish())),
        ("source", Arc::new(source.finish())),
        ("source_class", Arc::new(class.finish())),
        ("criterion", Arc::new(criterion.finish())),
        ("date", Arc::new(date.finish())),
        ("passed", Arc::new(passed.finish())),
        ("failed", Arc::new(failed.finish())),
        ("severity", Arc::new(severity.finish())),
        ("status", Arc::new(status.finish())),
        ("reach", Arc::new(reach.finish())),
        ("incident", Arc::new(incident.finish())),
        ("amount", Arc::new(amount.finish())),
        ("context", Arc::new(context.finish())),
    ];
    let required = ["type", "id", "subject", "source", "source_class", "criterion", "date"];
    let field = |(name, array): &(&str, ArrayRef)| Field::new(*name, array.data_type().clone(), !required.contains(name));
    let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<Field>>()));
    let empty = RecordBatch::new_empty(schema.clone());
    RecordBatch::try_new(schema, columns.into_iter().map(|(_, array)| array).collect()).unwrap_or(empty)
}
