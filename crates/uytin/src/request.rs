//! Text in, text out: records as a JSON array, and the whole assessment as one call for callers that hold no handles.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::bound::assess;
use crate::date::Date;
use crate::error::{Code, Error, Fault, quote};
use crate::json::{Scalar, below, syntax_fault};
use crate::ledger::Ledger;
use crate::limits::Limits;
use crate::policy::Policy;
use crate::record::{Record, utf8};

impl Ledger {
    /// Reads a JSON array of records.
    ///
    /// # Errors
    /// The first fault, with its JSON path in the array: `$[3].date`.
    pub fn from_json_array(bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        read_records(utf8(bytes)?, "$", limits)
    }
}

/// Assesses as a JSON document asks, and gives the assessment's JSON (`Assessment::to_json`).
///
/// The request is an object: `records`, an array; `as_of`, a date; and if need be `policy`, a policy document (the
/// reference policy where it is absent or null), `subject` (the only one of the records) and `previous_tier` (none).
///
/// # Errors
/// Where the request, the policy or a record is faulty, with JSON paths in the request; of a policy every fault.
pub fn assess_json(request: &[u8], limits: &Limits) -> Result<String, Error> {
    let text = utf8(request)?;
    let fields: Fields<'_> = read(text, "$", "an object: `records`, `as_of` and, if need be, `policy`, `subject` and `previous_tier`")?;
    let mut values = [None; NAMES.len()];
    for (name, value) in fields.0 {
        let Some(place) = NAMES.iter().position(|known| *known == name).and_then(|n| values.get_mut(n)) else {
            let fault = Fault::new(Code::UnknownField, below("$", &name), quote(&name), "a field of a request; no other field is allowed");
            return Err(fault.into());
        };
        if place.replace(value.get()).is_some() {
            return Err(Fault::new(Code::DuplicateKey, below("$", &name), "the key for the second time", "each key once").into());
        }
    }
    let [records, as_of, policy, subject, previous_tier] = values.map(|value| value.filter(|text| *text != "null"));
    let required =
        |value: Option<_>, name, expected| value.ok_or_else(|| Fault::new(Code::MissingField, below("$", name), "no such field", expected));
    let as_of = text_of(required(as_of, "as_of", "a date as `YYYY-MM-DD`")?, "$.as_of")?;
    let as_of = Date::parse(&as_of).map_err(|fault| fault.at("$.as_of"))?;
    let policy = match policy {
        Some(policy) => Policy::from_json_within(policy, limits).map_err(|error| inside(&error, "$.policy"))?,
        None => Policy::reference(),
    };
    let subject = subject.map(|subject| text_of(subject, "$.subject")).transpose()?;
    let previous_tier = previous_tier.map(|tier| text_of(tier, "$.previous_tier")).transpose()?;
    let ledger = read_records(required(records, "records", "an array of records")?, "$.records", limits)?;
    let subject = match &subject {
        Some(subject) => subject,
        None => ledger.only_subject()?,
    };
    Ok(assess(&policy, &ledger, subject, as_of, previous_tier.as_deref()).to_json())
}

const NAMES: [&str; 5] = ["records", "as_of", "policy", "subject", "previous_tier"];

fn read_records(text: &str, path: &str, limits: &Limits) -> Result<Ledger, Error> {
    let records: Vec<&RawValue> = read(text, path, "an array of records")?;
    let mut ledger = Ledger::new();
    for (n, record) in records.into_iter().enumerate() {
        let added = Record::from_json_within(record.get(), limits).and_then(|record| ledger.add_within(record, limits));
        added.map_err(|error| inside(&error, &format!("{path}[{n}]")))?;
    }
    Ok(ledger)
}

/// The same faults, of a document that stands at this path of a greater one.
fn inside(error: &Error, path: &str) -> Error {
    let moved = |fault: &Fault| fault.clone().at(format!("{path}{}", fault.path.strip_prefix('$').unwrap_or(&fault.path)));
    Error::of(error.faults().map(moved).collect()).unwrap_or_else(|| error.clone())
}

/// Reads the outermost form of a text; what is JSON, yet another form, is a wrong type.
fn read<'a, T: Deserialize<'a>>(text: &'a str, path: &str, expected: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| match serde_json::from_str::<Scalar<'_>>(text) {
        Ok(other) if error.is_data() => Fault::new(Code::WrongType, path, other.describe(), expected),
        Ok(_) => syntax_fault(&error, text, path),
        Err(error) => syntax_fault(&error, text, path),
    })
}

fn text_of(value: &str, path: &str) -> Result<String, Fault> {
    match serde_json::from_str(value) {
        Ok(Scalar::Text(text)) => Ok(text.into_owned()),
        Ok(other) => Err(Fault::new(Code::WrongType, path, other.describe(), "a text")),
        Err(error) => Err(syntax_fault(&error, value, path)),
    }
}

/// The fields of an object as they stand, double keys too.
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;

        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, _: A) -> Result<Fields<'de>, A::Error> {
                Err(de::Error::invalid_type(de::Unexpected::Seq, &self))
            }
        }

        deserializer.deserialize_any(FieldsVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::assess_json;
    use crate::{Code, Date, Ledger, Limits, Policy, assess};

    const RECORD: &str = r#"{"type": "observation", "id": "a", "subject": "s", "source": "vtv-24", "source_class": "press",
        "criterion": "ad-disclosure", "date": "2026-11-01", "passed": 40, "failed": 2}"#;

    fn ask(request: &str) -> Result<String, (Code, String)> {
        assess_json(request.as_bytes(), &Limits::DEFAULT).map_err(|error| (error.code(), error.path().to_owned()))
    }

    #[test]
    fn one_call_is_the_same_as_many() {
        let ledger = Ledger::from_json_array(format!("[{RECORD}, {RECORD}]").as_bytes(), &Limits::DEFAULT).unwrap_or_default();
        assert_eq!(ledger.len(), 1);
        let day = Date::parse("2026-11-21").unwrap_or(Date::MIN);
        let expected = assess(&Policy::reference(), &ledger, "s", day, Some("standard")).to_json();
        let policy = Policy::reference_json();
        for request in [
            format!(r#"{{"records": [{RECORD}], "as_of": "2026-11-21", "previous_tier": "standard", "policy": null}}"#),
            format!(r#"{{"policy": {policy}, "as_of": "2026-11-21", "subject": "s", "records": [{RECORD}], "previous_tier": "standard"}}"#),
        ] {
            assert_eq!(ask(&request), Ok(expected.clone()));
        }
    }

    #[test]
    fn a_faulty_request_is_refused_with_its_place() {
        let bad = RECORD.replace("2026-11-01", "2026-11-31");
        for (request, code, path) in [
            ("", Code::NotJson, "$"),
            ("[1, 2", Code::NotJson, "$"),
            ("[1, 2]", Code::WrongType, "$"),
            ("7", Code::WrongType, "$"),
            (r#"{"records": []}"#, Code::MissingField, "$.as_of"),
            (r#"{"as_of": "2026-11-21"}"#, Code::MissingField, "$.records"),
            (r#"{"as_of": "2026-11-21", "records": {}}"#, Code::WrongType, "$.records"),
            (r#"{"as_of": "2026-11-21", "records": []}"#, Code::NoSubject, "$.subject"),
            (r#"{"as_of": 5, "records": []}"#, Code::WrongType, "$.as_of"),
            (r#"{"as_of": "today", "records": []}"#, Code::NotADate, "$.as_of"),
            (r#"{"as_of": "2026-11-21", "records": [], "policy": {}}"#, Code::MissingField, "$.policy.name"),
            (r#"{"as_of": "2026-11-21", "records": [], "as_of": "2026-11-21"}"#, Code::DuplicateKey, "$.as_of"),
            (r#"{"followers": 1}"#, Code::UnknownField, "$.followers"),
            (&format!(r#"{{"as_of": "2026-11-21", "records": [{RECORD}, {bad}]}}"#), Code::NotADate, "$.records[1].date"),
            (&format!(r#"{{"as_of": "2026-11-21", "records": [{RECORD}], "policy": "x"}}"#), Code::WrongType, "$.policy"),
        ] {
            assert_eq!(ask(request), Err((code, path.to_owned())), "{request}");
        }
    }
}
