//! The policy: the document that fixes every number, checked once (`MODEL.md` §13) and compiled for use.

pub(crate) mod compiled;
mod diff;
mod document;
mod lint;
pub(crate) mod read;
mod section;

use std::fmt;
use std::sync::{Arc, LazyLock};

pub use document::{
    Condition, Credit, Criterion, EarnedTier, Findings, ImposedTier, MeasureRule, Pillar, PolicyDocument, Prior, ReachBand, Repeat,
    Severity, SourceClass, StatusRule, Statuses, Text, Tiers,
};

#[cfg(feature = "schema")]
pub(crate) use diff::DiffDocument;
pub use diff::{Change, Direction, PolicyDiff};
#[cfg(feature = "schema")]
pub(crate) use lint::LintDocument;
pub use lint::PolicyWarning;
pub use section::{Section, mix};

use crate::codes::{Language, text};
use crate::digest::Digest;
use crate::error::Error;
use crate::limits::Limits;
use crate::record::utf8;
use compiled::Compiled;

/// A valid policy. A clone is a shared handle; it may be used from any number of threads.
#[derive(Clone)]
pub struct Policy(Arc<Inner>);

struct Inner {
    document: PolicyDocument,
    canonical: Vec<u8>,
    digest: Digest,
    compiled: Compiled,
}

const REFERENCE: &str = include_str!("../../data/icp-2026.json");

impl Policy {
    /// The reference policy `icp-2026`: this project's defaults, not official weights of the Program.
    #[must_use]
    pub fn reference() -> Self {
        static POLICY: LazyLock<Option<Policy>> = LazyLock::new(|| Policy::from_json(REFERENCE).ok());
        match &*POLICY {
            Some(policy) => policy.clone(),
            // A test reads the embedded document, so it is valid.
            None => unreachable!("the reference policy is valid"),
        }
    }

    /// The JSON document of the reference policy, as published in `spec/policies`.
    #[must_use]
    pub const fn reference_json() -> &'static str {
        REFERENCE
    }

    /// Reads and checks a policy.
    ///
    /// # Errors
    /// Every fault of the document, each with its JSON path.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Self::from_json_within(text, &Limits::DEFAULT)
    }

    /// As [`Policy::from_json`], of bytes that should be UTF-8.
    ///
    /// # Errors
    /// As [`Policy::from_json`], and where the bytes are not UTF-8.
    pub fn from_bytes(bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        Self::from_json_within(utf8(bytes)?, limits)
    }

    /// As [`Policy::from_json`], under these limits.
    ///
    /// # Errors
    /// As [`Policy::from_json`], and where the document exceeds a limit.
    pub fn from_json_within(text: &str, limits: &Limits) -> Result<Self, Error> {
        let tree = read::tree(text, limits, "a policy")?;
        let document = read::read(&tree)?;
        let canonical = tree.canonical();
        let digest = Digest::of(&canonical);
        let compiled = Compiled::new(&document);
        Ok(Self(Arc::new(Inner { document, canonical, digest, compiled })))
    }

    /// Checks a document that was made or changed in memory, as if it had been read.
    ///
    /// # Errors
    /// As [`Policy::from_json`].
    pub fn of_document(document: &PolicyDocument) -> Result<Self, Error> {
        Self::from_json(&crate::json::to_json(document))
    }

    /// The document as read.
    #[must_use]
    pub fn document(&self) -> &PolicyDocument {
        &self.0.document
    }

    /// The policy's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.document.name
    }

    /// The policy's version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.0.document.version
    }

    /// SHA-256 of the RFC 8785 form of the document as read (`MODEL.md` §12).
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.0.digest
    }

    /// The RFC 8785 form of the document as read.
    #[must_use]
    pub fn canonical(&self) -> &str {
        std::str::from_utf8(&self.0.canonical).unwrap_or_default()
    }

    /// Each criterion's weight in the whole, in policy order, where none is exempt (`MODEL.md` §5); they sum to 1.
    pub fn weights(&self) -> impl ExactSizeIterator<Item = f64> {
        self.0.compiled.weights.iter().copied()
    }

    /// What to call a tier, `standard` and `unrated` too; its id where the policy does not know it.
    #[must_use]
    pub fn tier_title(&self, tier: &str, language: Language) -> String {
        let tiers = &self.0.document.tiers;
        let earned = tiers.earned.iter().find(|other| &*other.id == tier).map(|tier| &tier.title);
        let title = earned.or_else(|| tiers.imposed.iter().find(|other| &*other.id == tier).map(|tier| &tier.title));
        title.map_or_else(|| text("tiers", tier, language), |title| title.get(language).to_owned())
    }

    pub(crate) fn compiled(&self) -> &Compiled {
        &self.0.compiled
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::reference()
    }
}

impl PartialEq for Policy {
    fn eq(&self, other: &Self) -> bool {
        self.0.digest == other.0.digest
    }
}

impl Eq for Policy {}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Policy({} {}, {})", self.name(), self.version(), self.0.digest)
    }
}

impl std::str::FromStr for Policy {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::from_json(text)
    }
}
