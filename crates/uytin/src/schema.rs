//! JSON Schemas (draft 2020-12) of the documents, made from the types that read and write them.
//!
//! What is read may leave out what has a default; what is written has every field and no other.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::assessment::Document;
use crate::calibrate::{FitCode, Method};
use crate::codes::tool_catalogue;
use crate::coverage::{CoverageReport, Scenario};
use crate::fairness::FairnessReport;
use crate::gaming::{Attack, GamingReport};
use crate::impact::{ChangeDocument, ImpactDocument};
use crate::path::PathsDocument;
use crate::policy::{DiffDocument, LintDocument, PolicyDocument};
use crate::record::Record;
use crate::shortlist::{BriefDocument, LeftOutDocument, LineDocument, ShortlistDocument};
use crate::{ReasonCode, ReviewCode, SetAside, Status};

fn of_reader<T: JsonSchema>() -> Value {
    SchemaGenerator::new(SchemaSettings::draft2020_12()).into_root_schema_for::<T>().to_value()
}

fn of_writer<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = SchemaGenerator::new(settings).into_root_schema_for::<T>().to_value();
    let definitions = schema.get("$defs").and_then(Value::as_object).cloned().unwrap_or_default();
    close(&mut schema, &definitions);
    schema
}

/// Lets no object have fields that its schema does not name. An object that has those of another besides its own takes them
/// in, since neither would let the other's pass.
fn close(schema: &mut Value, definitions: &Map<String, Value>) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(|item| close(item, definitions)),
        Value::Object(fields) => {
            let of_object = fields.get("type") == Some(&json!("object")) && fields.contains_key("properties");
            let other = fields.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix("#/$defs/"));
            if let Some(Value::Object(other)) = other.filter(|_| of_object).and_then(|name| definitions.get(name)).cloned() {
                fields.shift_remove("$ref");
                for key in ["properties", "required"] {
                    match (fields.get_mut(key), other.get(key)) {
                        (Some(Value::Object(own)), Some(Value::Object(other))) => own.extend(other.clone()),
                        (Some(Value::Array(own)), Some(Value::Array(other))) => own.extend(other.iter().cloned()),
                        _ => {}
                    }
                }
            }
            if of_object && !fields.contains_key("additionalProperties") {
                fields.insert("additionalProperties".into(), Value::Bool(false));
            }
            fields.values_mut().for_each(|value| close(value, definitions));
        }
        _ => {}
    }
}

/// The schema of a policy.
#[must_use]
pub fn policy_schema() -> Value {
    of_reader::<PolicyDocument>()
}

/// The schema of a record, which is one line of a file of records.
#[must_use]
pub fn record_schema() -> Value {
    of_reader::<Record>()
}

/// The schema of the brief of a shortlist.
#[must_use]
pub fn brief_schema() -> Value {
    of_reader::<BriefDocument>()
}

/// The schema of an assessment.
#[must_use]
pub fn assessment_schema() -> Value {
    of_writer::<Document<'static>>()
}

/// The schema of a receipt.
#[must_use]
pub fn receipt_schema() -> Value {
    of_writer::<crate::receipt::Document<'static>>()
}

/// The schema of what reaches each higher tier.
#[must_use]
pub fn paths_schema() -> Value {
    of_writer::<PathsDocument<'static>>()
}

/// The schema of a contest.
#[must_use]
pub fn contest_schema() -> Value {
    of_writer::<crate::contest::Document<'static>>()
}

/// The schema of a shortlist.
#[must_use]
pub fn shortlist_schema() -> Value {
    of_writer::<ShortlistDocument<'static>>()
}

/// The schema of a candidate, which is one line of a shortlist as JSON Lines.
#[must_use]
pub fn candidate_schema() -> Value {
    of_writer::<LineDocument<'static>>()
}

/// The schema of a subject that a brief leaves out, which is one line of JSON.
#[must_use]
pub fn left_out_schema() -> Value {
    of_writer::<LeftOutDocument<'static>>()
}

/// The schema of an impact.
#[must_use]
pub fn impact_schema() -> Value {
    of_writer::<ImpactDocument<'static>>()
}

/// The schema of what an impact does to one subject, which is one line of JSON.
#[must_use]
pub fn impact_change_schema() -> Value {
    of_writer::<ChangeDocument<'static>>()
}

/// The schema of a comparison of two policies.
#[must_use]
pub fn policy_diff_schema() -> Value {
    of_writer::<DiffDocument<'static>>()
}

/// The schema of the warnings about a policy.
#[must_use]
pub fn policy_lint_schema() -> Value {
    of_writer::<LintDocument<'static>>()
}

/// The schema of a calibration.
#[must_use]
pub fn calibration_schema() -> Value {
    of_writer::<crate::calibrate::Document<'static>>()
}

/// The schema of groups side by side.
#[must_use]
pub fn fairness_schema() -> Value {
    of_writer::<FairnessReport>()
}

/// The schema of what the nominal interval really covers.
#[must_use]
pub fn interval_coverage_schema() -> Value {
    of_writer::<CoverageReport>()
}

/// The schema of what attacks come to.
#[must_use]
pub fn attacks_schema() -> Value {
    of_writer::<GamingReport>()
}

fn codes<'a>(codes: impl IntoIterator<Item = &'a str>) -> Schema {
    json_schema!({"type": "string", "enum": codes.into_iter().collect::<Vec<_>>()})
}

fn codes_or_null(codes: &[&str]) -> Schema {
    let all: Vec<Value> = codes.iter().map(|code| json!(code)).chain([Value::Null]).collect();
    json_schema!({"type": ["string", "null"], "enum": all})
}

/// The codes of a section of the catalogue of the tools.
fn of_catalogue(section: &str) -> Schema {
    let tree: Value = serde_json::from_str(tool_catalogue()).unwrap_or_default();
    let section = tree.get(section).and_then(Value::as_object);
    codes(section.into_iter().flat_map(Map::keys).map(String::as_str))
}

pub(crate) fn review_code(_: &mut SchemaGenerator) -> Schema {
    codes(ReviewCode::ALL.map(ReviewCode::as_str))
}

pub(crate) fn review_codes(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "array", "items": review_code(generator), "uniqueItems": true})
}

pub(crate) fn reason_code(_: &mut SchemaGenerator) -> Schema {
    codes(ReasonCode::ALL.map(ReasonCode::as_str))
}

pub(crate) fn set_aside_reason(_: &mut SchemaGenerator) -> Schema {
    codes(SetAside::ALL.map(SetAside::as_str))
}

pub(crate) fn status(_: &mut SchemaGenerator) -> Schema {
    codes(Status::ALL.map(Status::as_str))
}

pub(crate) fn change_rule(_: &mut SchemaGenerator) -> Schema {
    of_catalogue("policy_changes")
}

pub(crate) fn warning_code(_: &mut SchemaGenerator) -> Schema {
    of_catalogue("lint_what")
}

pub(crate) fn obstacle_code(_: &mut SchemaGenerator) -> Schema {
    of_catalogue("path_obstacles")
}

/// Which fields an obstacle has.
pub(crate) fn obstacles() -> Value {
    let forms: [(&[&str], &[&str]); 4] = [
        (&["no-source"], &[]),
        (&["finding-in-force"], &["until", "findings"]),
        (&["sectors-short", "bound-out-of-reach", "support-out-of-reach", "coverage-out-of-reach"], &["most", "needed"]),
        (&["evidence-imposes"], &["tier", "most", "needed"]),
    ];
    let fields = ["tier", "most", "needed", "until", "findings"];
    let form = |(codes, needed): (&[&str], &[&str])| {
        let others = fields.iter().filter(|field| !needed.contains(field));
        let none: Map<String, Value> = others.map(|&field| (field.to_owned(), Value::Bool(false))).collect();
        json!({"if": {"properties": {"code": {"enum": codes}}}, "then": {"required": needed, "properties": none}})
    };
    forms.map(form).into_iter().collect()
}

/// Points, a share or a number of sectors.
pub(crate) fn amount(schema: &mut Schema) {
    *schema = json_schema!({"type": "number", "minimum": 0, "maximum": 100});
}

/// A receipt's own digest is made of all else, so the type that is written does not have it.
pub(crate) fn with_own_digest(schema: &mut Schema) {
    use crate::receipt::OWN_DIGEST;
    let field = json!({"$ref": "#/$defs/Digest", "description": "SHA-256 of the RFC 8785 form of all other fields."});
    if let Some(Value::Object(fields)) = schema.get_mut("properties") {
        fields.insert(OWN_DIGEST.into(), field);
    }
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.push(OWN_DIGEST.into());
    }
}

pub(crate) fn scores_of_predictions(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "array", "items": {"enum": ["auc", "brier", "log-loss"]}, "uniqueItems": true})
}

pub(crate) fn evaluation_caution(_: &mut SchemaGenerator) -> Schema {
    codes_or_null(&["no-predictions", "constant", "one-subject"])
}

pub(crate) fn group_caution(_: &mut SchemaGenerator) -> Schema {
    codes_or_null(&["one-subject", "too-small"])
}

pub(crate) fn fairness_caution(_: &mut SchemaGenerator) -> Schema {
    codes_or_null(&["no-subjects", "one-group"])
}

pub(crate) fn intervals(_: &mut SchemaGenerator) -> Schema {
    codes(["bootstrap", "normal"])
}

/// The schema of an enumeration whose texts are its codes.
macro_rules! of_codes {
    ($($type:ty: $name:literal, $description:literal;)*) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let mut schema = codes(<$type>::ALL.map(<$type>::as_str));
                schema.insert("description".into(), $description.into());
                schema
            }
        }
    )*};
}

of_codes! {
    Attack: "Attack", "What is tried";
    Scenario: "Scenario", "How the checks of simulated subjects come about";
    Method: "Method", "What predicts";
    FitCode: "FitCode", "Whether a value is fitted to the records, or why the policy's own stays";
}
