//! Receipts (`MODEL.md` §12): what an assessment was made of, so that anybody can recompute it.

use serde::Serialize;

use crate::assessment::Assessment;
use crate::bound::assess;
use crate::date::Date;
use crate::digest::Digest;
use crate::error::{Code, Error, Fault, quote};
use crate::json::{Json, below, to_json};
use crate::ledger::Ledger;
use crate::limits::Limits;
use crate::policy::Policy;
use crate::record::utf8;

/// A receipt, in its canonical form (RFC 8785).
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    tree: Json,
    subject: String,
    as_of: Date,
    previous_tier: Option<String>,
}

/// What verifying a receipt found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// Where the receipt and its recomputation differ; empty where it is verified.
    pub differences: Vec<Difference>,
    /// The engine version that the receipt names.
    pub engine_version: String,
}

impl Verification {
    /// Whether nothing differs.
    #[must_use]
    pub const fn is_verified(&self) -> bool {
        self.differences.is_empty()
    }
}

/// One place where a receipt and its recomputation differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The JSON path in the receipt.
    pub path: String,
    /// What the receipt says.
    pub found: String,
    /// What the recomputation gives.
    pub expected: String,
}

/// What a receipt holds, without its own digest.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Receipt", transform = crate::schema::with_own_digest))]
pub(crate) struct Document<'a> {
    /// The subject's id.
    subject: &'a str,
    /// The day of assessment.
    as_of: Date,
    /// The tier that the subject had, as given.
    previous_tier: Option<&'a str>,
    /// The version of the engine that made it.
    engine_version: &'a str,
    /// The policy.
    policy: PolicyName<'a>,
    /// SHA-256 of the subject's current records.
    ledger_digest: Digest,
    /// The assessment.
    #[cfg_attr(feature = "schema", schemars(with = "crate::assessment::Document<'static>"))]
    assessment: &'a Assessment,
    /// SHA-256 of the RFC 8785 form of the assessment.
    assessment_digest: Digest,
}

/// The policy of a receipt.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ReceiptPolicy"))]
struct PolicyName<'a> {
    name: &'a str,
    version: &'a str,
    digest: Digest,
}

/// The receipt's own digest covers every other field.
pub(crate) const OWN_DIGEST: &str = "receipt_digest";
const FIELDS: [&str; 9] =
    ["subject", "as_of", "previous_tier", "engine_version", "policy", "ledger_digest", "assessment", "assessment_digest", OWN_DIGEST];

impl Assessment {
    /// The receipt of this assessment.
    #[must_use]
    pub fn receipt(&self) -> Receipt {
        Receipt {
            tree: tree_of(self, crate::VERSION),
            subject: self.subject.to_string(),
            as_of: self.as_of,
            previous_tier: self.previous_tier.as_deref().map(str::to_owned),
        }
    }

    /// SHA-256 of the RFC 8785 form of the assessment.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&tree(self).canonical())
    }
}

/// What this crate writes, it can read.
fn tree<T: Serialize>(document: &T) -> Json {
    Json::parse(&to_json(document), Limits::DEFAULT.depth).unwrap_or(Json::Null)
}

fn tree_of(assessment: &Assessment, engine_version: &str) -> Json {
    let policy = assessment.policy();
    let document = Document {
        subject: &assessment.subject,
        as_of: assessment.as_of,
        previous_tier: assessment.previous_tier.as_deref(),
        engine_version,
        policy: PolicyName { name: policy.name(), version: policy.version(), digest: policy.digest() },
        ledger_digest: assessment.ledger_digest,
        assessment,
        assessment_digest: assessment.digest(),
    };
    let mut tree = tree(&document);
    let own = Digest::of(&tree.canonical());
    if let Json::Object(fields) = &mut tree {
        fields.push((OWN_DIGEST.to_owned(), Json::Text(own.to_string())));
    }
    tree
}

impl Receipt {
    /// The receipt in its canonical form, which is the form that is verified.
    #[must_use]
    pub fn to_json(&self) -> String {
        String::from_utf8(self.tree.canonical()).unwrap_or_default()
    }

    /// Reads a receipt. A line break may follow; otherwise every byte must be that of the canonical form.
    ///
    /// # Errors
    /// Where the bytes are no receipt in canonical form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let text = utf8(bytes)?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        let tree = Json::parse(text, Limits::DEFAULT.depth)?;
        let Json::Object(fields) = &tree else {
            return Err(Fault::new(Code::WrongType, "$", tree.describe(), "an object: a receipt").into());
        };
        if let Some((key, _)) = fields.iter().find(|(key, _)| !FIELDS.contains(&key.as_str())) {
            return Err(Fault::new(Code::UnknownField, below("$", key), quote(key), "a field of a receipt").into());
        }
        let subject = text_at(&tree, "subject")?;
        let as_of = Date::parse(&text_at(&tree, "as_of")?).map_err(|fault| fault.at("$.as_of"))?;
        let previous_tier = match tree.get("previous_tier") {
            Some(Json::Null) => None,
            _ => Some(text_at(&tree, "previous_tier")?),
        };
        if tree.canonical() != text.as_bytes() {
            return Err(
                Fault::new(Code::Mismatch, "$", "a receipt in another form", "the canonical form of RFC 8785, byte for byte").into()
            );
        }
        Ok(Self { tree, subject, as_of, previous_tier })
    }

    /// The subject that it is about.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The day of assessment.
    #[must_use]
    pub const fn as_of(&self) -> Date {
        self.as_of
    }

    /// The tier that the subject had.
    #[must_use]
    pub fn previous_tier(&self) -> Option<&str> {
        self.previous_tier.as_deref()
    }

    /// Recomputes the receipt from policy and ledger and says what differs. A later engine version gives the same score,
    /// so another version in the receipt is no difference; its own digest says whether it was altered.
    #[must_use]
    pub fn verify(&self, policy: &Policy, ledger: &Ledger) -> Verification {
        let engine_version = match self.tree.get("engine_version") {
            Some(Json::Text(version)) => version.clone(),
            _ => String::new(),
        };
        let assessment = assess(policy, ledger, &self.subject, self.as_of, self.previous_tier.as_deref());
        let expected = tree_of(&assessment, &engine_version);
        let mut differences = Vec::new();
        compare("$", Some(&self.tree), Some(&expected), &mut differences);
        Verification { differences, engine_version }
    }
}

fn text_at(tree: &Json, key: &str) -> Result<String, Fault> {
    match tree.get(key) {
        Some(Json::Text(text)) => Ok(text.clone()),
        Some(other) => Err(Fault::new(Code::WrongType, below("$", key), other.describe(), "a text")),
        None => Err(Fault::new(Code::MissingField, below("$", key), "no such field", "a text")),
    }
}

fn compare(path: &str, found: Option<&Json>, expected: Option<&Json>, differences: &mut Vec<Difference>) {
    match (found, expected) {
        (found, expected) if found == expected => {}
        (Some(Json::Object(a)), Some(Json::Object(b))) => {
            let more = b.iter().map(|(key, _)| key).filter(|key| !a.iter().any(|(other, _)| other == *key));
            for key in a.iter().map(|(key, _)| key).chain(more) {
                compare(&below(path, key), found.and_then(|tree| tree.get(key)), expected.and_then(|tree| tree.get(key)), differences);
            }
        }
        (Some(Json::List(a)), Some(Json::List(b))) => {
            for n in 0..a.len().max(b.len()) {
                compare(&format!("{path}[{n}]"), a.get(n), b.get(n), differences);
            }
        }
        (found, expected) => {
            let describe = |value: Option<&Json>| value.map_or_else(|| "nothing".to_owned(), Json::describe);
            differences.push(Difference { path: path.to_owned(), found: describe(found), expected: describe(expected) });
        }
    }
}
