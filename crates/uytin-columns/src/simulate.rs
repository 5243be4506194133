//! Synthetic populations for trials: realistic in shape, about nobody, and labelled as such in the metadata of their schema.
//!
//! Each record is drawn from the seed and its own number alone, so equal arguments give equal tables on every machine, in
//! sorted or shuffled order, and nothing but the bounds of the subjects is held in memory.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, DictionaryArray, Float64Array, Int32Array, RecordBatch, StringArray, UInt32Array,
    UInt64Array,
};
use arrow_schema::{Field, Schema, SchemaRef};
use uytin::{Code, Date, Error, Fault, Policy, REACH_MAX, RecordType, Status};

/// The order of a simulated table's rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SimulationOrder {
    /// By subject, so that the table can be streamed.
    #[default]
    Sorted,
    /// In no order.
    Shuffled,
}

/// A synthetic population. Subjects differ in quality and in how much is known of them: most have a few records, some have
/// thousands; recent records are commoner; a few lie outside the horizon, are withdrawn or revised.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// The policy whose criteria, classes and severities the records name.
    pub policy: Policy,
    /// The day that ages are counted from.
    pub as_of: Date,
    /// How many subjects there are, at least one.
    pub subjects: u64,
    /// How many records there are, at least one a subject.
    pub records: u64,
    /// Equal seeds give equal tables.
    pub seed: u64,
    /// The order of the rows.
    pub order: SimulationOrder,
    /// Whether records have `id` and `revision`, and some of them are revised.
    pub ids: bool,
}

/// Sources of each class.
const SOURCES: u64 = 200;
/// Rows of a batch.
const BATCH: u64 = 1 << 16;

impl Simulation {
    /// The batches of the table.
    ///
    /// # Errors
    /// Where there are no subjects, or fewer records than subjects.
    pub fn batches(&self) -> Result<impl Iterator<Item = RecordBatch> + Send + use<>, Error> {
        let made = Made::new(self)?;
        let count = self.records.div_ceil(BATCH);
        let records = self.records;
        Ok((0..count).map(move |n| made.batch(n * BATCH..((n + 1) * BATCH).min(records))))
    }

    /// The schema of the batches.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        let one = Self { subjects: 1, records: 1, ..self.clone() };
        one.batches().ok().and_then(|mut batches| batches.next()).map_or_else(
            || Arc::new(Schema::empty()),
            |batch| Arc::new(Schema::new_with_metadata(batch.schema().fields().clone(), self.label())),
        )
    }

    fn label(&self) -> HashMap<String, String> {
        let entries = [
            ("uytin.synthetic", "true".to_owned()),
            ("uytin.notice.en", "Synthetic records, drawn at random: they are about nobody.".to_owned()),
            ("uytin.notice.vi", "Dữ liệu mô phỏng, sinh ngẫu nhiên: không nói về bất kỳ ai.".to_owned()),
            ("uytin.seed", self.seed.to_string()),
            ("uytin.policy_digest", self.policy.digest().to_string()),
        ];
        entries.map(|(name, value)| (name.to_owned(), value)).into()
    }
}

/// A stream of random numbers that depends on its seed words alone (SplitMix64).
struct Random(u64);

impl Random {
    fn new(words: [u64; 3]) -> Self {
        let mut random = Self(0x9e37_79b9_7f4a_7c15);
        for word in words {
            random.0 ^= word;
            random.0 = random.next();
        }
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// In [0, 1).
    #[expect(clippy::cast_precision_loss, reason = "53 bits")]
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, n: u64) -> u64 {
        u64::try_from((u128::from(self.next()) * u128::from(n.max(1))) >> 64).unwrap_or_default()
    }

    fn normal(&mut self) -> f64 {
        let (a, b) = (1.0 - self.unit(), self.unit());
        libm::sqrt(-2.0 * libm::log(a)) * libm::cos(std::f64::consts::TAU * b)
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(1.0 - self.unit())
    }
}

/// A whole number of a random real one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
fn whole(x: f64, max: u32) -> u32 {
    x.clamp(0.0, f64::from(max)) as u32
}

/// What all batches of a table share.
struct Made {
    simulation: Simulation,
    schema_metadata: HashMap<String, String>,
    /// Where the records of each subject start.
    starts: Vec<u64>,
    sources: ArrayRef,
    classes: ArrayRef,
    slots: ArrayRef,
    kinds: ArrayRef,
    severities: ArrayRef,
    statuses: ArrayRef,
    contexts: ArrayRef,
    /// Of each criterion how many checks a record has, about.
    checks: Vec<f64>,
    exemptable: Vec<i32>,
    adjudicating: Vec<u64>,
    criteria: u64,
    credits: u64,
    digits: usize,
}

fn texts<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<StringArray>())
}

impl Made {
    #[expect(clippy::cast_precision_loss, reason = "shares of a total")]
    fn new(simulation: &Simulation) -> Result<Self, Error> {
        let Simulation { subjects, records, seed, .. } = *simulation;
        if subjects == 0 || records < subjects {
            let found = format!("{subjects} subjects and {records} records");
            return Err(Fault::new(Code::OutOfRange, "", found, "at least one subject, and at least one record for each").into());
        }
        let document = simulation.policy.document();
        let weight = |subject: u64| libm::exp(1.4 * Random::new([seed, subject, 1]).normal());
        let total: f64 = (0..subjects).map(weight).sum();
        let mut sum = 0.0;
        let spare = (records - subjects) as f64;
        let mut starts = Vec::new();
        for subject in 0..subjects {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of the records")]
            let spread = (sum / total * spare) as u64;
            starts.push(subject + spread.min(records - subjects));
            sum += weight(subject);
        }
        let criteria: Vec<_> = document.criteria().map(|(_, criterion)| criterion).collect();
        let names: Vec<String> = document.sources.iter().flat_map(|(class, _)| (0..SOURCES).map(move |n| format!("{class}-{n}"))).collect();
        let slots = criteria.iter().map(|criterion| &*criterion.id).chain(document.credits.iter().map(|credit| &*credit.id));
        let contexts = document.contexts.iter().map(String::as_str).chain(["private-life"]);
        let adjudicates = document.sources.iter().zip(0..).filter(|((_, class), _)| class.adjudicates.is_some());
        Ok(Self {
            schema_metadata: simulation.label(),
            starts,
            sources: texts(names.iter().map(String::as_str)),
            classes: texts(document.sources.iter().map(|(class, _)| &**class)),
            slots: texts(slots),
            kinds: texts(RecordType::ALL.iter().map(|kind| kind.as_str())),
            severities: texts(document.findings.severities.iter().map(|severity| &*severity.id)),
            statuses: texts(Status::ALL.iter().map(|status| status.as_str())),
            contexts: texts(contexts),
            checks: criteria.iter().map(|criterion| if criterion.source_cap >= 100.0 { 40.0 } else { 6.0 }).collect(),
            exemptable: criteria.iter().zip(0..).filter(|(criterion, _)| criterion.exemptable).map(|(_, place)| place).collect(),
            adjudicating: adjudicates.map(|(_, place)| place).collect(),
            criteria: criteria.len() as u64,
            credits: document.credits.len() as u64,
            digits: subjects.to_string().len(),
            simulation: simulation.clone(),
        })
    }

    /// The record that stands in a row.
    fn place(&self, row: u64) -> u64 {
        match self.simulation.order {
            SimulationOrder::Sorted => row,
            SimulationOrder::Shuffled => shuffled(row, self.simulation.records, self.simulation.seed),
        }
    }

    #[expect(clippy::too_many_lines, reason = "a column after the other")]
    fn batch(&self, rows: std::ops::Range<u64>) -> RecordBatch {
        let Simulation { seed, as_of, ids, .. } = self.simulation;
        let horizon = self.simulation.policy.document().horizon_days;
        let len = usize::try_from(rows.end - rows.start).unwrap_or_default();
        let (mut subject, mut id, mut incident) = (StringBuilder::new(), StringBuilder::new(), StringBuilder::new());
        let (mut kinds, mut classes, mut sources, mut slots) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut dates, mut revisions, mut withdrawn) = (Vec::with_capacity(len), Vec::new(), Vec::new());
        let (mut passed, mut failed, mut amounts, mut reaches) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut severities, mut statuses, mut contexts) = (Vec::new(), Vec::new(), Vec::new());
        let int = |n: u64| i32::try_from(n).unwrap_or(i32::MAX);
        for row in rows {
            let record = self.place(row);
            let of = self.starts.partition_point(|&start| start <= record).saturating_sub(1);
            let start = self.starts.get(of).copied().unwrap_or_default();
            let (of, nth) = (of as u64, record - start);
            let mut random = Random::new([seed, record, 2]);
            let quality = {
                let u = Random::new([seed, of, 3]).unit();
                libm::pow(1.0 - libm::pow(1.0 - u, 1.0 / 1.6), 0.25)
            };
            // A revision is its predecessor's record, filed again.
            let revised = ids && nth > 0 && random.unit() < 0.01;
            let mut identity = Random::new([seed, if revised { record - 1 } else { record }, 4]);
            let chosen = identity.unit();
            let finds = 0.03 * (1.0 - quality);
            let kind = if chosen < finds && !self.adjudicating.is_empty() {
                RecordType::Finding
            } else if chosen < finds + 0.002 && !self.exemptable.is_empty() && !self.adjudicating.is_empty() {
                RecordType::Exemption
            } else if chosen > 0.975 && self.credits > 0 {
                RecordType::Credit
            } else {
                RecordType::Observation
            };
            let criterion = identity.below(self.criteria);
            // Two records in three come from the four sources that follow the subject.
            let followed = identity.unit() < 2.0 / 3.0;
            let mut origin = if followed { Random::new([seed, of, 5 + criterion % 4]) } else { Random::new([seed, identity.next(), 9]) };
            let class = match kind {
                RecordType::Finding | RecordType::Exemption => {
                    let place = usize::try_from(origin.below(self.adjudicating.len() as u64)).unwrap_or_default();
                    self.adjudicating.get(place).copied().unwrap_or_default()
                }
                _ => origin.below(self.classes.len() as u64),
            };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "below 200")]
            let nth_source = (libm::pow(SOURCES as f64, origin.unit()) as u64).min(SOURCES - 1);
            subject.append_value(format!("creator-{of:0width$}", width = self.digits));
            if ids {
                id.append_value(format!("r-{}", if revised { nth - 1 } else { nth }));
                revisions.push(u32::from(revised));
            }
            kinds.push(kind as i32);
            classes.push(int(class));
            sources.push(int(class * SOURCES + nth_source));
            slots.push(match kind {
                RecordType::Credit => int(self.criteria + identity.below(self.credits)),
                RecordType::Exemption => {
                    let place = usize::try_from(identity.below(self.exemptable.len() as u64)).unwrap_or_default();
                    self.exemptable.get(place).copied().unwrap_or_default()
                }
                _ => int(criterion),
            });
            let age = random.exponential(300.0).min(random.unit() * f64::from(horizon));
            let age = i32::try_from(whole(age, horizon)).unwrap_or_default();
            let outside = random.unit();
            let horizon = i32::try_from(horizon).unwrap_or(i32::MAX);
            let age = if outside < 0.002 {
                -1 - age % 30
            } else if outside > 0.998 {
                horizon + age % 100
            } else {
                age
            };
            dates.push((as_of.days() - age).clamp(Date::MIN.days(), Date::MAX.days()));
            withdrawn.push(random.unit() < 0.002);
            let known = self.contexts.len().saturating_sub(1) as u64;
            let where_to = random.unit();
            contexts.push(if where_to < 0.003 {
                Some(int(known))
            } else if where_to < 0.5 || known == 0 {
                None
            } else {
                Some(int(random.below(known)))
            });

            let mut checks = None;
            if kind == RecordType::Observation {
                let mean = usize::try_from(criterion).ok().and_then(|place| self.checks.get(place)).copied().unwrap_or(6.0);
                let count = 1 + whole(mean + random.normal() * libm::sqrt(mean) + 0.5, 1000);
                let held = (0..count).filter(|_| random.unit() < quality).count();
                let held = u32::try_from(held).unwrap_or_default();
                checks = Some((held, count - held));
            }
            passed.push(checks.map(|(passed, _)| passed));
            failed.push(checks.map(|(_, failed)| failed));
            amounts.push((kind == RecordType::Credit).then(|| f64::from(1 + whole(random.exponential(1500.0), 20_000)) / 1000.0));
            let is_finding = kind == RecordType::Finding;
            let grades = self.severities.len() as u64;
            severities.push(is_finding.then(|| int(random.below(grades).min(random.below(grades)).min(random.below(grades)))));
            // Alleged, upheld, under appeal, remedied, overturned.
            statuses.push(is_finding.then(|| match random.below(20) {
                0..3 => 0,
                3..13 => 1,
                13..15 => 2,
                15..18 => 3,
                _ => 4,
            }));
            reaches.push(is_finding.then(|| u64::from(whole(libm::exp(8.0 + 2.0 * random.normal()), 500_000_000)).min(REACH_MAX)));
            incident.append_option((is_finding && random.unit() < 0.3).then(|| format!("case-{}", nth / 2)));
        }
        let coded = |codes: Vec<i32>, values: &ArrayRef| dictionary(Int32Array::from(codes), values);
        let perhaps = |codes: Vec<Option<i32>>, values: &ArrayRef| dictionary(Int32Array::from(codes), values);
        let mut columns: Vec<(&str, ArrayRef, bool)> = vec![
            ("type", coded(kinds, &self.kinds), false),
            ("subject", Arc::new(subject.finish()), false),
            ("source", coded(sources, &self.sources), false),
            ("source_class", coded(classes, &self.classes), false),
            ("criterion", coded(slots, &self.slots), false),
            ("date", Arc::new(Date32Array::from(dates)), false),
            ("withdrawn", Arc::new(BooleanArray::from(withdrawn)), false),
            ("context", perhaps(contexts, &self.contexts), true),
            ("passed", Arc::new(UInt32Array::from(passed)), true),
            ("failed", Arc::new(UInt32Array::from(failed)), true),
            ("severity", perhaps(severities, &self.severities), true),
            ("status", perhaps(statuses, &self.statuses), true),
            ("reach", Arc::new(UInt64Array::from(reaches)), true),
            ("incident", Arc::new(incident.finish()), true),
            ("amount", Arc::new(Float64Array::from(amounts)), true),
        ];
        if ids {
            columns.insert(1, ("id", Arc::new(id.finish()), false));
            columns.insert(2, ("revision", Arc::new(UInt32Array::from(revisions)), false));
        }
        let fields: Vec<Field> = columns.iter().map(|(name, array, null)| Field::new(*name, array.data_type().clone(), *null)).collect();
        let schema = Arc::new(Schema::new_with_metadata(fields, self.schema_metadata.clone()));
        let empty = RecordBatch::new_empty(schema.clone());
        RecordBatch::try_new(schema, columns.into_iter().map(|(_, array, _)| array).collect()).unwrap_or(empty)
    }
}

fn dictionary(codes: Int32Array, values: &ArrayRef) -> ArrayRef {
    match DictionaryArray::<Int32Type>::try_new(codes, values.clone()) {
        Ok(array) => Arc::new(array),
        Err(_) => Arc::new(StringArray::from(Vec::<&str>::new())),
    }
}

/// A permutation of the numbers below `count`: a Feistel network on the next even number of bits, walked until it is back
/// among them.
fn shuffled(number: u64, count: u64, seed: u64) -> u64 {
    let half = (u64::BITS - count.saturating_sub(1).leading_zeros()).div_ceil(2).max(1);
    let mask = (1_u64 << half) - 1;
    let mut place = number;
    loop {
        let (mut left, mut right) = (place >> half, place & mask);
        for round in 0..4 {
            let mixed = Random::new([seed, round, right]).next() & mask;
            (left, right) = (right, left ^ mixed);
        }
        place = left << half | right;
        if place < count {
            return place;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::shuffled;

    #[test]
    fn shuffling_is_a_permutation() {
        for count in [1, 2, 3, 100, 1025] {
            let mut seen: Vec<u64> = (0..count).map(|n| shuffled(n, count, 7)).collect();
            assert!(count < 100 || !seen.is_sorted());
            seen.sort_unstable();
            assert!(seen.into_iter().eq(0..count));
        }
    }
}
