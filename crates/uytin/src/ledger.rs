//! The ledger (`MODEL.md` §3): records that merge without conflict.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::error::{Code, Error, Fault, quote};
use crate::limits::Limits;
use crate::record::Record;

/// A set of records of any number of subjects; merging is commutative, associative and idempotent.
///
/// A clone shares its records with the original, so it is cheap.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    subjects: BTreeMap<Arc<str>, Arc<BTreeSet<Entry>>>,
    len: usize,
}

/// A record, ordered by what names it within its subject: (source, id) as UTF-8 bytes.
#[derive(Clone, Debug)]
pub(crate) struct Entry(pub(crate) Arc<Record>);

impl Entry {
    fn key(&self) -> (&str, &str) {
        (&self.0.source, &self.0.id)
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Entry {}

impl PartialEq for Ledger {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.records().eq(other.records())
    }
}

impl Eq for Ledger {}

impl Ledger {
    /// A ledger without records.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads JSON Lines, one record a line; blank lines are passed over.
    ///
    /// # Errors
    /// The first fault; its path starts with the line, `line 3: $.date`.
    pub fn from_json_lines(bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        let mut ledger = Self::new();
        for (n, line) in bytes.split(|&b| b == b'\n').enumerate() {
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let added = Record::from_bytes(line, limits).and_then(|record| ledger.add_within(record, limits));
            added.map_err(|error| {
                let faults = error.faults().map(|fault| fault.clone().at(format!("line {}: {}", n + 1, fault.path))).collect();
                Error::of(faults).unwrap_or(error)
            })?;
        }
        Ok(ledger)
    }

    /// Adds a record: it replaces one of the same (subject, source, id) where it wins the merge.
    ///
    /// # Errors
    /// Where a field is out of its range, or the subject has more records than the limit.
    pub fn add(&mut self, record: Record) -> Result<(), Error> {
        self.add_within(record, &Limits::DEFAULT)
    }

    /// As [`Ledger::add`], under these limits.
    ///
    /// # Errors
    /// As [`Ledger::add`].
    pub fn add_within(&mut self, record: Record, limits: &Limits) -> Result<(), Error> {
        record.check()?;
        self.put(Entry(Arc::new(record)), limits)
    }

    fn put(&mut self, entry: Entry, limits: &Limits) -> Result<(), Error> {
        let subject = &entry.0.subject;
        let too_many = || {
            let found = format!("more than {} records of subject {}", limits.records_per_subject, quote(subject));
            Fault::new(Code::TooMany, "$", found, format!("at most {} records of one subject", limits.records_per_subject))
        };
        let entries = match self.subjects.get_mut(subject.as_str()) {
            Some(entries) => entries,
            // A subject without records is none.
            None if limits.records_per_subject == 0 => return Err(too_many().into()),
            None => self.subjects.entry(Arc::from(subject.as_str())).or_default(),
        };
        match entries.get(&entry) {
            Some(present) if wins(&entry.0, &present.0) => {
                Arc::make_mut(entries).replace(entry);
            }
            Some(_) => {}
            None if entries.len() >= limits.records_per_subject => return Err(too_many().into()),
            None => {
                Arc::make_mut(entries).insert(entry);
                self.len += 1;
            }
        }
        Ok(())
    }

    /// The ledger of the records of both.
    ///
    /// # Errors
    /// Where a subject then has more records than the limit.
    pub fn merge(&self, other: &Self) -> Result<Self, Error> {
        let mut merged = self.clone();
        other.subjects.values().flat_map(|entries| entries.iter()).try_for_each(|entry| merged.put(entry.clone(), &Limits::DEFAULT))?;
        Ok(merged)
    }

    /// How many records the ledger holds.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether the ledger holds no record.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The subjects that have a record, by their UTF-8 bytes.
    pub fn subjects(&self) -> impl ExactSizeIterator<Item = &str> {
        self.subjects.keys().map(AsRef::as_ref)
    }

    /// The one subject of the ledger.
    ///
    /// # Errors
    /// Where the ledger holds none or several: then the subject must be named.
    pub fn only_subject(&self) -> Result<&str, Error> {
        let mut subjects = self.subjects();
        match (subjects.next(), subjects.next()) {
            (Some(only), None) => Ok(only),
            _ => Err(Fault::new(
                Code::NoSubject,
                "$.subject",
                format!("a ledger of {} subjects", self.subjects.len()),
                "the name of a subject",
            )
            .into()),
        }
    }

    /// The current records, by (subject, source, id).
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.subjects.values().flat_map(|entries| entries.iter()).map(|entry| &*entry.0)
    }

    /// The current records of a subject, by (source, id).
    pub fn records_of(&self, subject: &str) -> impl Iterator<Item = &Record> {
        self.shared(subject).map(|record| &**record)
    }

    pub(crate) fn shared(&self, subject: &str) -> impl Iterator<Item = &Arc<Record>> {
        self.subjects.get(subject).into_iter().flat_map(|entries| entries.iter()).map(|entry| &entry.0)
    }

    /// Takes the record out that (subject, source, id) name, and says whether there was one.
    ///
    /// For trials of what would be without it; a source takes its record back with a revision that is `withdrawn`.
    pub fn remove(&mut self, subject: &str, source: &str, id: &str) -> bool {
        let Some(entries) = self.subjects.get_mut(subject) else { return false };
        let Some(found) = entries.iter().find(|entry| entry.key() == (source, id)).cloned() else { return false };
        Arc::make_mut(entries).remove(&found);
        if entries.is_empty() {
            self.subjects.remove(subject);
        }
        self.len -= 1;
        true
    }

    /// The canonical JSON Lines, in order of (subject, source, id): readable, and the same everywhere.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.len * 256);
        for record in self.records() {
            record.write_canonical(&mut out);
            out.push(b'\n');
        }
        out
    }
}

/// Whether a record replaces the present one: by the higher revision, of equal ones by the lesser canonical form.
pub(crate) fn wins(new: &Record, present: &Record) -> bool {
    match new.revision.cmp(&present.revision) {
        Ordering::Greater => true,
        Ordering::Less => false,
        Ordering::Equal => new != present && new.canonical() < present.canonical(),
    }
}
