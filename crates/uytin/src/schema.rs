//! JSON Schemas (draft 2020-12) of the documents, made from the types that read and write them.

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};

use crate::assessment::Document;
use crate::impact::ImpactDocument;
use crate::policy::PolicyDocument;
use crate::record::Record;
use crate::shortlist::{BriefDocument, ShortlistDocument};

fn schema_of<T: JsonSchema>() -> serde_json::Value {
    SchemaGenerator::new(SchemaSettings::draft2020_12()).into_root_schema_for::<T>().to_value()
}

/// The schema of a policy.
#[must_use]
pub fn policy_schema() -> serde_json::Value {
    schema_of::<PolicyDocument>()
}

/// The schema of a record, which is one line of a file of records.
#[must_use]
pub fn record_schema() -> serde_json::Value {
    schema_of::<Record>()
}

/// The schema of an assessment.
#[must_use]
pub fn assessment_schema() -> serde_json::Value {
    schema_of::<Document<'static>>()
}

/// The schema of the brief of a shortlist.
#[must_use]
pub fn brief_schema() -> serde_json::Value {
    schema_of::<BriefDocument>()
}

/// The schema of a shortlist.
#[must_use]
pub fn shortlist_schema() -> serde_json::Value {
    schema_of::<ShortlistDocument<'static>>()
}

/// The schema of an impact.
#[must_use]
pub fn impact_schema() -> serde_json::Value {
    schema_of::<ImpactDocument<'static>>()
}
