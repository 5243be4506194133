//! Records (`MODEL.md` §2): one piece of evidence about one subject from one source.

use std::fmt;

use serde::Serialize;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, Visitor};

use crate::date::Date;
use crate::error::{Code, Error, Fault, quote};
use crate::json::{Scalar, below, number, push_text, syntax_fault};
use crate::limits::Limits;

/// The greatest reach, 2⁵³−1: every language holds it exactly.
pub const REACH_MAX: u64 = (1 << 53) - 1;
/// The greatest amount of a credit, in thousandths.
pub const AMOUNT_MAX: u32 = 1_000_000;

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Unique within (subject, source); not empty.
    pub id: String,
    /// A higher revision replaces the record.
    pub revision: u32,
    /// Whether the source takes the record back.
    pub withdrawn: bool,
    /// The creator who is assessed: an opaque id, never a name.
    pub subject: String,
    /// Who says it.
    pub source: String,
    /// What kind of body the source is: a source class of the policy.
    pub source_class: String,
    /// A criterion of the policy; for a credit, one of its credits.
    pub criterion: String,
    /// When it was observed; for a finding, decided.
    pub date: Date,
    /// Where the conduct took place.
    pub context: Option<String>,
    /// What the record says.
    pub body: Body,
}

/// What a record says: the four types of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Checks of a criterion.
    Observation {
        /// Checks that held.
        passed: u32,
        /// Checks that did not hold.
        failed: u32,
    },
    /// A violation that a body found.
    Finding {
        /// One of the policy's severities.
        severity: String,
        /// Where the proceedings stand.
        status: Status,
        /// People who saw it, at most [`REACH_MAX`].
        reach: u64,
        /// Findings with one incident, of whatever source, are one event.
        incident: Option<String>,
    },
    /// Verified conduct beyond duty.
    Credit {
        /// How much of it, in thousandths, from 1 to [`AMOUNT_MAX`].
        thousandths: u32,
    },
    /// The criterion does not apply to this subject.
    Exemption,
}

/// Where the proceedings of a finding stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Claimed, not decided: weighs nothing.
    Alleged,
    /// Decided.
    Upheld,
    /// Decided and contested.
    UnderAppeal,
    /// Decided and made good.
    Remedied,
    /// Decided to be unfounded: weighs nothing.
    Overturned,
}

impl Status {
    /// Every status, in the order of `MODEL.md`.
    pub const ALL: [Self; 5] = [Self::Alleged, Self::Upheld, Self::UnderAppeal, Self::Remedied, Self::Overturned];

    /// The status as records write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alleged => "alleged",
            Self::Upheld => "upheld",
            Self::UnderAppeal => "under-appeal",
            Self::Remedied => "remedied",
            Self::Overturned => "overturned",
        }
    }

    /// The status of this text.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Whether the finding is not decided for good: alleged or under appeal.
    #[must_use]
    pub const fn is_pending(self) -> bool {
        matches!(self, Self::Alleged | Self::UnderAppeal)
    }
}

/// The type of a record, as its field `type` writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordType {
    /// [`Body::Observation`]
    Observation,
    /// [`Body::Finding`]
    Finding,
    /// [`Body::Credit`]
    Credit,
    /// [`Body::Exemption`]
    Exemption,
}

impl RecordType {
    /// Every type, in the order of `MODEL.md`.
    pub const ALL: [Self; 4] = [Self::Observation, Self::Finding, Self::Credit, Self::Exemption];

    /// The type as records write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Observation => "observation",
            Self::Finding => "finding",
            Self::Credit => "credit",
            Self::Exemption => "exemption",
        }
    }

    /// The type of this text.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// The fields of the JSON form: one table for the reader, the canonical form and the schema.
macro_rules! fields {
    ($($(#[$doc:literal])? $variant:ident = $name:literal $of:expr,)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(usize)]
        enum Field { $($variant,)* }

        impl Field {
            const ALL: &'static [Self] = &[$(Self::$variant,)*];

            fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }

            const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The only record type that has the field; `None` where all have it.
            const fn only_of(self) -> Option<RecordType> {
                match self { $(Self::$variant => $of,)* }
            }
        }
    };
}

// In the order of RFC 8785, so that the canonical form writes them as they stand.
fields! {
    Amount = "amount" Some(RecordType::Credit),
    Context = "context" None,
    Criterion = "criterion" None,
    Date = "date" None,
    Failed = "failed" Some(RecordType::Observation),
    Id = "id" None,
    Incident = "incident" Some(RecordType::Finding),
    Passed = "passed" Some(RecordType::Observation),
    Reach = "reach" Some(RecordType::Finding),
    Revision = "revision" None,
    Severity = "severity" Some(RecordType::Finding),
    Source = "source" None,
    SourceClass = "source_class" None,
    Status = "status" Some(RecordType::Finding),
    Subject = "subject" None,
    Type = "type" None,
    Withdrawn = "withdrawn" None,
}

const FIELDS: usize = Field::ALL.len();

impl Record {
    /// The record's type.
    #[must_use]
    pub const fn record_type(&self) -> RecordType {
        match self.body {
            Body::Observation { .. } => RecordType::Observation,
            Body::Finding { .. } => RecordType::Finding,
            Body::Credit { .. } => RecordType::Credit,
            Body::Exemption => RecordType::Exemption,
        }
    }

    /// Reads one record from its JSON object.
    ///
    /// # Errors
    /// The first fault of the text, with its JSON path.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Self::from_json_within(text, &Limits::DEFAULT)
    }

    /// Reads one record from bytes that should be the UTF-8 text of its JSON object.
    ///
    /// # Errors
    /// As [`Record::from_json`], and where the bytes are not UTF-8.
    pub fn from_bytes(bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        within_line_limit(bytes.len(), limits)?;
        Self::from_json_within(utf8(bytes)?, limits)
    }

    /// As [`Record::from_json`], under these limits.
    ///
    /// # Errors
    /// As [`Record::from_json`], and where the text is longer than the limit.
    pub fn from_json_within(text: &str, limits: &Limits) -> Result<Self, Error> {
        within_line_limit(text.len(), limits)?;
        let mut reader = Reader { fault: None, at: None };
        let mut json = serde_json::Deserializer::from_str(text);
        let read = RecordSeed(&mut reader).deserialize(&mut json);
        let record = match (read, reader.fault) {
            (_, Some(fault)) => return Err(fault.into()),
            (Err(error), None) => {
                let path = reader.at.map_or_else(|| "$".to_owned(), |field| below("$", field.name()));
                return Err(syntax_fault(&error, text, &path).into());
            }
            (Ok(record), None) => record,
        };
        json.end().map_err(|error| syntax_fault(&error, text, "$"))?;
        Ok(record)
    }

    /// Checks what the types of the fields cannot hold: for records that were not read from JSON.
    ///
    /// # Errors
    /// The first field that is outside its range.
    pub fn check(&self) -> Result<(), Error> {
        if self.id.is_empty() {
            return Err(empty_id().into());
        }
        match self.body {
            Body::Finding { reach, .. } if reach > REACH_MAX => Err(out_of_range(Field::Reach, &reach.to_string(), REACH_RANGE).into()),
            Body::Credit { thousandths } if !(1..=AMOUNT_MAX).contains(&thousandths) => {
                Err(out_of_range(Field::Amount, &number(f64::from(thousandths) / 1000.0), AMOUNT_RANGE).into())
            }
            _ => Ok(()),
        }
    }

    /// The canonical form (`MODEL.md` §3): RFC 8785, without fields that are null or at their default.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        self.write_canonical(&mut out);
        out
    }

    /// Appends the canonical form.
    pub fn write_canonical(&self, out: &mut Vec<u8>) {
        let mut opening = b'{';
        for &field in Field::ALL {
            let start = out.len();
            out.push(opening);
            push_text(out, field.name());
            out.push(b':');
            if self.write_value(field, out) {
                opening = b',';
            } else {
                out.truncate(start);
            }
        }
        out.push(b'}');
    }

    /// Appends the value of a field, and says whether there is one to write.
    fn write_value(&self, field: Field, out: &mut Vec<u8>) -> bool {
        let text = |out: &mut Vec<u8>, text: &str| {
            push_text(out, text);
            true
        };
        let whole = |out: &mut Vec<u8>, n: u64| {
            out.extend_from_slice(n.to_string().as_bytes());
            true
        };
        match (field, &self.body) {
            (Field::Context, _) => self.context.as_deref().is_some_and(|context| text(out, context)),
            (Field::Criterion, _) => text(out, &self.criterion),
            (Field::Date, _) => text(out, &self.date.to_string()),
            (Field::Id, _) => text(out, &self.id),
            (Field::Revision, _) => self.revision > 0 && whole(out, self.revision.into()),
            (Field::Source, _) => text(out, &self.source),
            (Field::SourceClass, _) => text(out, &self.source_class),
            (Field::Subject, _) => text(out, &self.subject),
            (Field::Type, _) => text(out, self.record_type().as_str()),
            (Field::Withdrawn, _) => {
                out.extend_from_slice(b"true");
                self.withdrawn
            }
            (Field::Passed, Body::Observation { passed, .. }) => whole(out, (*passed).into()),
            (Field::Failed, Body::Observation { failed, .. }) => whole(out, (*failed).into()),
            (Field::Severity, Body::Finding { severity, .. }) => text(out, severity),
            (Field::Status, Body::Finding { status, .. }) => text(out, status.as_str()),
            (Field::Reach, Body::Finding { reach, .. }) => *reach > 0 && whole(out, *reach),
            (Field::Incident, Body::Finding { incident, .. }) => incident.as_deref().is_some_and(|incident| text(out, incident)),
            (Field::Amount, Body::Credit { thousandths }) => {
                out.extend_from_slice(number(f64::from(*thousandths) / 1000.0).as_bytes());
                *thousandths != 1000
            }
            _ => false,
        }
    }

    /// The canonical form as text.
    #[must_use]
    pub fn to_json(&self) -> String {
        String::from_utf8(self.canonical()).unwrap_or_default()
    }
}

/// What names a record within its subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecordKey {
    /// The record's source.
    pub source: String,
    /// The record's id.
    pub id: String,
}

const COUNT_RANGE: &str = "a whole number from 0 to 4294967295";
const REACH_RANGE: &str = "a whole number from 0 to 9007199254740991";
const AMOUNT_RANGE: &str = "a number above 0 and at most 1000 with at most three decimals";

fn out_of_range(field: Field, found: &str, expected: &str) -> Fault {
    Fault::new(Code::OutOfRange, below("$", field.name()), quote(found), expected)
}

fn empty_id() -> Fault {
    Fault::new(Code::Empty, "$.id", "an empty text", "a text that is not empty")
}

fn within_line_limit(bytes: usize, limits: &Limits) -> Result<(), Fault> {
    if bytes <= limits.line_bytes {
        return Ok(());
    }
    Err(Fault::new(Code::TooLong, "$", format!("{bytes} bytes"), format!("a record of at most {} bytes", limits.line_bytes)))
}

/// The text of these bytes.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let byte = bytes.get(at).copied().unwrap_or_default();
        Fault::new(Code::NotUtf8, "$", format!("byte 0x{byte:02x} at offset {at}"), "UTF-8")
    })
}

/// What the reader met: the first fault, and the field that it is in.
struct Reader {
    fault: Option<Fault>,
    at: Option<Field>,
}

struct RecordSeed<'a>(&'a mut Reader);

impl<'de> DeserializeSeed<'de> for RecordSeed<'_> {
    type Value = Record;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Record, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl RecordSeed<'_> {
    fn refuse<E: de::Error>(self, fault: Fault) -> E {
        self.0.fault = Some(fault);
        E::custom("refused")
    }

    fn no_object<E: de::Error>(self, found: &Scalar<'_>) -> E {
        self.refuse(Fault::new(Code::WrongType, "$", found.describe(), "an object: one record"))
    }
}

impl<'de> Visitor<'de> for RecordSeed<'_> {
    type Value = Record;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Record, E> {
        Err(self.no_object(&Scalar::Null))
    }

    fn visit_bool<E: de::Error>(self, b: bool) -> Result<Record, E> {
        Err(self.no_object(&Scalar::Bool(b)))
    }

    fn visit_i64<E: de::Error>(self, n: i64) -> Result<Record, E> {
        Err(self.no_object(&Scalar::Negative(n)))
    }

    fn visit_u64<E: de::Error>(self, n: u64) -> Result<Record, E> {
        Err(self.no_object(&Scalar::Whole(n)))
    }

    fn visit_f64<E: de::Error>(self, x: f64) -> Result<Record, E> {
        Err(self.no_object(&Scalar::Real(x)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Record, E> {
        Err(self.no_object(&Scalar::Text(text.into())))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, _: A) -> Result<Record, A::Error> {
        Err(self.no_object(&Scalar::List))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record, A::Error> {
        let mut values = Values([const { None }; FIELDS]);
        while let Some(key) = map.next_key_seed(KeySeed)? {
            let field = match key {
                Ok(field) => field,
                Err(name) => {
                    let fault =
                        Fault::new(Code::UnknownField, below("$", &name), quote(&name), "a field of a record; no other field is allowed");
                    return Err(self.refuse(fault));
                }
            };
            self.0.at = Some(field);
            let value = map.next_value::<Scalar<'de>>()?;
            self.0.at = None;
            if values.put(field, value).is_some() {
                let fault = Fault::new(Code::DuplicateKey, below("$", field.name()), "the key for the second time", "each key once");
                return Err(self.refuse(fault));
            }
        }
        values.record().map_err(|fault| self.refuse(fault))
    }
}

struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Result<Field, String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Result<Field, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Field::from_name(name).ok_or_else(|| name.to_owned()))
    }
}

/// The values of one record's fields, as read.
struct Values<'a>([Option<Scalar<'a>>; FIELDS]);

impl<'a> Values<'a> {
    fn put(&mut self, field: Field, value: Scalar<'a>) -> Option<Scalar<'a>> {
        self.0.get_mut(field as usize).and_then(|place| place.replace(value))
    }

    /// The value of a field; null is as if it were not there.
    fn take(&mut self, field: Field) -> Option<Scalar<'a>> {
        self.0.get_mut(field as usize).and_then(Option::take).filter(|value| !matches!(value, Scalar::Null))
    }

    fn required(&mut self, field: Field, expected: &str) -> Result<Scalar<'a>, Fault> {
        let null = self.0.get(field as usize).is_some_and(Option::is_some);
        self.take(field).ok_or_else(|| {
            let (code, found) = if null { (Code::WrongType, "`null`") } else { (Code::MissingField, "no such field") };
            Fault::new(code, below("$", field.name()), found, expected)
        })
    }

    fn text(&mut self, field: Field) -> Result<String, Fault> {
        as_text(field, self.required(field, "a text")?)
    }

    fn optional_text(&mut self, field: Field) -> Result<Option<String>, Fault> {
        self.take(field).map(|value| as_text(field, value)).transpose()
    }

    fn count(&mut self, field: Field) -> Result<u32, Fault> {
        let value = self.required(field, COUNT_RANGE)?;
        as_whole(field, &value, u32::MAX.into(), COUNT_RANGE)
            .and_then(|n| u32::try_from(n).map_err(|_| out_of_range(field, &n.to_string(), COUNT_RANGE)))
    }

    fn record(mut self) -> Result<Record, Fault> {
        const TYPES: &str = "`observation`, `finding`, `credit` or `exemption`";
        let kind = self.required(Field::Type, TYPES)?;
        let kind = one_of(Field::Type, kind, RecordType::from_text, TYPES)?;
        for &field in Field::ALL {
            if let Some(other) = field.only_of().filter(|&of| of != kind)
                && let Some(value) = self.take(field)
            {
                let expected = format!("no such field in a record of type `{}`: it belongs to `{}`", kind.as_str(), other.as_str());
                return Err(Fault::new(Code::MisplacedField, below("$", field.name()), value.describe(), expected));
            }
        }
        let id = self.text(Field::Id)?;
        if id.is_empty() {
            return Err(empty_id());
        }
        let revision = match self.take(Field::Revision) {
            None => 0,
            Some(value) => {
                let n = as_whole(Field::Revision, &value, u32::MAX.into(), COUNT_RANGE)?;
                u32::try_from(n).map_err(|_| out_of_range(Field::Revision, &n.to_string(), COUNT_RANGE))?
            }
        };
        let withdrawn = match self.take(Field::Withdrawn) {
            None => false,
            Some(Scalar::Bool(withdrawn)) => withdrawn,
            Some(other) => return Err(Fault::new(Code::WrongType, "$.withdrawn", other.describe(), "`true` or `false`")),
        };
        let subject = self.text(Field::Subject)?;
        let source = self.text(Field::Source)?;
        let source_class = self.text(Field::SourceClass)?;
        let criterion = self.text(Field::Criterion)?;
        let date = Date::parse(&self.text(Field::Date)?).map_err(|fault| fault.at("$.date"))?;
        let context = self.optional_text(Field::Context)?;
        let body = self.body(kind)?;
        Ok(Record { id, revision, withdrawn, subject, source, source_class, criterion, date, context, body })
    }

    fn body(&mut self, kind: RecordType) -> Result<Body, Fault> {
        const STATUSES: &str = "`alleged`, `upheld`, `under-appeal`, `remedied` or `overturned`";
        Ok(match kind {
            RecordType::Observation => Body::Observation { passed: self.count(Field::Passed)?, failed: self.count(Field::Failed)? },
            RecordType::Finding => {
                let severity = self.text(Field::Severity)?;
                let status = self.required(Field::Status, STATUSES)?;
                let status = one_of(Field::Status, status, Status::from_text, STATUSES)?;
                let reach = match self.take(Field::Reach) {
                    None => 0,
                    Some(value) => as_whole(Field::Reach, &value, REACH_MAX, REACH_RANGE)?,
                };
                Body::Finding { severity, status, reach, incident: self.optional_text(Field::Incident)? }
            }
            RecordType::Credit => Body::Credit {
                thousandths: match self.take(Field::Amount) {
                    None => 1000,
                    Some(value) => match value.real() {
                        None => return Err(Fault::new(Code::WrongType, "$.amount", value.describe(), AMOUNT_RANGE)),
                        Some(x) => {
                            thousandths(x).ok_or_else(|| Fault::new(Code::OutOfRange, "$.amount", value.describe(), AMOUNT_RANGE))?
                        }
                    },
                },
            },
            RecordType::Exemption => Body::Exemption,
        })
    }
}

/// An amount in thousandths, where it has at most three decimals and lies in (0, 1000].
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "guarded: from 1 to a million")]
#[expect(clippy::float_cmp, reason = "a decimal of three places is the double nearest to a whole number of thousandths")]
pub fn thousandths(amount: f64) -> Option<u32> {
    let n = (amount * 1000.0).round();
    ((1.0..=f64::from(AMOUNT_MAX)).contains(&n) && n / 1000.0 == amount).then_some(n as u32)
}

fn as_text(field: Field, value: Scalar<'_>) -> Result<String, Fault> {
    match value {
        Scalar::Text(text) => Ok(text.into_owned()),
        other => Err(Fault::new(Code::WrongType, below("$", field.name()), other.describe(), "a text")),
    }
}

fn as_whole(field: Field, value: &Scalar<'_>, most: u64, expected: &str) -> Result<u64, Fault> {
    value.whole(most).ok_or_else(|| {
        let code = if value.real().is_some() { Code::OutOfRange } else { Code::WrongType };
        Fault::new(code, below("$", field.name()), value.describe(), expected)
    })
}

fn one_of<T>(field: Field, value: Scalar<'_>, find: impl Fn(&str) -> Option<T>, expected: &str) -> Result<T, Fault> {
    let path = || below("$", field.name());
    match value {
        Scalar::Text(text) => find(&text).ok_or_else(|| Fault::new(Code::UnknownValue, path(), quote(&text), expected)),
        other => Err(Fault::new(Code::WrongType, path(), other.describe(), expected)),
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Record {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Record".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        use serde_json::{Map, Value, json};
        let of_type = |kind: RecordType| {
            let (mut properties, mut required) = (Map::new(), Vec::new());
            for &field in Field::ALL {
                let name = field.name().to_owned();
                if field.only_of().is_some_and(|of| of != kind) {
                    properties.insert(name, json!({"type": "null"}));
                    continue;
                }
                let (schema, is_required) = field.schema(kind);
                if is_required {
                    required.push(name.clone());
                }
                properties.insert(name, schema);
            }
            json!({"type": "object", "title": kind.as_str(), "properties": properties, "required": required, "additionalProperties": false})
        };
        let forms: Vec<Value> = RecordType::ALL.into_iter().map(of_type).collect();
        schemars::json_schema!({ "description": "One piece of evidence about one subject from one source; a file of records is JSON Lines", "oneOf": forms })
    }
}

#[cfg(feature = "schema")]
impl Field {
    /// The field's schema in a record of this type, and whether it must be there.
    fn schema(self, kind: RecordType) -> (serde_json::Value, bool) {
        use serde_json::json;
        let count = json!({"type": "integer", "minimum": 0, "maximum": u32::MAX});
        match self {
            Self::Type => (json!({"const": kind.as_str()}), true),
            Self::Id => (json!({"type": "string", "minLength": 1, "description": "unique within subject and source"}), true),
            Self::Subject => (json!({"type": "string", "description": "the creator who is assessed: an opaque id, never a name"}), true),
            Self::Source => (json!({"type": "string", "description": "who says it"}), true),
            Self::SourceClass => {
                (json!({"type": "string", "description": "what kind of body the source is: a source class of the policy"}), true)
            }
            Self::Criterion if kind == RecordType::Credit => (json!({"type": "string", "description": "a credit of the policy"}), true),
            Self::Criterion => (json!({"type": "string", "description": "a criterion of the policy"}), true),
            Self::Date => (
                json!({"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "description": "observed; for a finding, decided"}),
                true,
            ),
            Self::Passed => (with(count, "checks that held"), true),
            Self::Failed => (with(count, "checks that did not hold"), true),
            Self::Severity => (json!({"type": "string", "description": "a severity of the policy"}), true),
            Self::Status => (json!({"enum": Status::ALL.map(Status::as_str)}), true),
            Self::Context => (json!({"type": ["string", "null"], "description": "where the conduct took place"}), false),
            Self::Incident => (
                json!({"type": ["string", "null"], "description": "findings with one incident, of whatever source, are one event: use the case number"}),
                false,
            ),
            Self::Reach => (
                json!({"type": ["integer", "null"], "minimum": 0, "maximum": REACH_MAX, "default": 0, "description": "people who saw it"}),
                false,
            ),
            Self::Revision => (
                json!({"type": ["integer", "null"], "minimum": 0, "maximum": u32::MAX, "default": 0, "description": "a higher one replaces the record"}),
                false,
            ),
            Self::Withdrawn => {
                (json!({"type": ["boolean", "null"], "default": false, "description": "the source takes the record back"}), false)
            }
            Self::Amount => (
                json!({"type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 1000, "default": 1, "description": "how much of it, with at most three decimals"}),
                false,
            ),
        }
    }
}

#[cfg(feature = "schema")]
fn with(mut schema: serde_json::Value, description: &str) -> serde_json::Value {
    if let Some(object) = schema.as_object_mut() {
        object.insert("description".into(), description.into());
    }
    schema
}
