//! The tiers that subjects had: a second table, `subject` and `tier`.

use std::sync::Arc;

use arrow_array::RecordBatch;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use uytin::kernel::{Resolver, Tier};
use uytin::{Code, Error, Policy, quote};

use crate::batch::{Subjects, Texts, column_fault, subjects_of, value_fault};
use crate::ids::Name;

/// The tier that a subject had.
#[derive(Clone, Debug)]
pub(crate) struct PreviousTier {
    pub(crate) id: Arc<str>,
    /// `None` where the policy does not know it.
    pub(crate) tier: Option<Tier>,
}

/// The tiers that subjects had before, by subject.
#[derive(Clone, Debug, Default)]
pub struct Previous {
    numbers: HashMap<i128, PreviousTier, RandomState>,
    texts: HashMap<Box<str>, PreviousTier, RandomState>,
}

impl Previous {
    /// Reads the columns `subject` and `tier` (or `previous_tier`) of a table; others are not looked at, so that the result of
    /// an earlier run serves as it is. Where the tier is null the subject had none.
    ///
    /// # Errors
    /// Where a column is missing or of another type, a subject is null, or stands twice.
    pub fn from_batches<'a>(batches: impl IntoIterator<Item = &'a RecordBatch>, policy: &Policy) -> Result<Self, Error> {
        let mut previous = Self::default();
        let resolver = Resolver::new(policy);
        let mut first_row = 0;
        for batch in batches {
            let column = |name: &str| batch.column_by_name(name);
            let missing =
                |name: &'static str| move || column_fault(Code::MissingField, name, "no such column", "the column of previous tiers");
            let subject = column("subject").ok_or_else(missing("subject"))?;
            let name = if column("tier").is_some() { "tier" } else { "previous_tier" };
            let tier = column(name).ok_or_else(missing("tier"))?;
            let wrong = |name: &str, found: &arrow_schema::DataType, expected: &str| {
                column_fault(Code::WrongType, name, format!("a column of type {found}"), expected)
            };
            let subjects = subjects_of(subject.as_ref()).ok_or_else(|| wrong("subject", subject.data_type(), "texts or integers"))?;
            let tiers = if tier.data_type().is_null() {
                None
            } else {
                Some(Texts::new(tier.as_ref()).ok_or_else(|| wrong(name, tier.data_type(), "texts"))?)
            };
            for row in 0..batch.num_rows() {
                let Some(id) = tiers.as_ref().and_then(|tiers| tiers.get(row)) else { continue };
                let tier = PreviousTier { id: id.into(), tier: resolver.tier(id) };
                let replaced = match &subjects {
                    Subjects::Numbers(..) => subjects.number(row).map(|n| previous.numbers.insert(n, tier)),
                    Subjects::Texts(texts) | Subjects::Entries(texts) => {
                        texts.get(row).map(|text| previous.texts.insert(text.into(), tier))
                    }
                };
                let at = first_row + row as u64;
                match replaced {
                    None => return Err(value_fault(Code::WrongType, at, "subject", "`null`", "a subject")),
                    Some(None) => {}
                    Some(Some(_)) => {
                        let subject = subjects.text(row).unwrap_or_default();
                        return Err(value_fault(Code::DuplicateId, at, "subject", quote(&subject), "each subject once"));
                    }
                }
            }
            first_row += batch.num_rows() as u64;
        }
        Ok(previous)
    }

    /// How many subjects had a tier.
    #[must_use]
    pub fn len(&self) -> usize {
        self.numbers.len() + self.texts.len()
    }

    /// Whether no subject had a tier.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn get(&self, name: Name<'_>) -> Option<&PreviousTier> {
        match name {
            Name::Number(n) => self.numbers.get(&n),
            Name::Text(_) | Name::Entry(..) => self.texts.get(name.text()?),
        }
    }
}
