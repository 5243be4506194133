#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod assessment;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod axioms;
mod bound;
pub mod calibrate;
mod codes;
mod contest;
mod count;
pub mod coverage;
mod crowd;
mod date;
mod decay;
mod digest;
mod draw;
mod error;
mod estimate;
mod explain;
pub mod fairness;
mod finding;
pub mod gaming;
pub mod impact;
mod json;
pub mod kernel;
mod ledger;
mod limits;
mod mass;
mod measure;
mod path;
mod points;
mod policy;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod random;
mod reason;
mod receipt;
mod record;
mod request;
mod resample;
mod review;
#[cfg(feature = "schema")]
mod schema;
mod score;
mod settings;
mod shortlist;
mod statement;
mod tier;

pub use assessment::{Assessment, CreditMass, CriterionEstimate, Interval, Part, PartKind, Pending, PillarScore, Sectors, SetAsideRecord};
pub use bound::{Bound, BoundSubject, Score, assess};
pub use codes::{Language, catalogue, text, tool_catalogue, tool_text};
pub use contest::{Contest, PartChange, TierChange};
pub use count::SetAside;
pub use date::Date;
pub use digest::Digest;
pub use error::{Code, Error, Fault, disguises, quote};
pub use impact::Impact;
pub use ledger::Ledger;
pub use limits::Limits;
pub use measure::{Measure, Trigger};
pub use path::{Evidence, FurtherChecks, Obstacle, Path, Paths};
pub use points::Points;
pub use policy::{
    Change, Condition, Credit, Criterion, Direction, EarnedTier, Findings, ImposedTier, MeasureRule, Pillar, Policy, PolicyDiff,
    PolicyDocument, PolicyWarning, Prior, ReachBand, Repeat, Section, Severity, SourceClass, StatusRule, Statuses, Text, Tiers, mix,
};
pub use reason::{Reason, ReasonCode};
pub use receipt::{Difference, Receipt, Verification};
pub use record::{AMOUNT_MAX, Body, REACH_MAX, Record, RecordKey, RecordType, Status, thousandths};
pub use request::assess_json;
pub use resample::Estimated;
pub use review::{ReviewCode, ReviewReason};
#[cfg(feature = "schema")]
pub use schema::{
    assessment_schema, attacks_schema, brief_schema, calibration_schema, candidate_schema, contest_schema, fairness_schema,
    impact_change_schema, impact_schema, interval_coverage_schema, left_out_schema, paths_schema, policy_diff_schema, policy_lint_schema,
    policy_schema, receipt_schema, record_schema, shortlist_schema,
};
pub use settings::{BOOTSTRAP_REPLICATES_MAX, COVERAGE_REPLICATES_MAX, ROWS_MAX};
pub use shortlist::{
    BeyondLimit, Brief, BriefDocument, Candidate, CriterionAtLeast, FindingFacts, LeftOut, Listed, NoFindings, Order, Ranking, Ranks,
    Shortfall, Shortlist, shortlist,
};
pub use statement::{StatementDetails, StatementFormat};

/// The example of the project's README.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// The version of this engine, which receipts name.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
