//! Settings of the tools over a population as JSON documents, for callers that have no Rust: what is left out, or null, has the
//! default that `Default` gives. Read whole, as a policy is: every fault, with its place.

use crate::calibrate::{Calibration, Population, Settings, calibrate};
use crate::coverage::CoverageSettings;
use crate::date::Date;
use crate::error::{Code, Error, Fault};
use crate::fairness::FairnessSettings;
use crate::gaming::AttackSettings;
use crate::ledger::Ledger;
use crate::limits::Limits;
use crate::policy::Policy;
use crate::policy::read::{Node, Object, Reader, tree};
use crate::record::utf8;

/// The greatest whole number that every reader of JSON holds.
const SEED_MAX: u64 = (1 << 53) - 1;
/// The most bootstrap replicates: they are kept in memory, so many for each figure of each group.
pub const BOOTSTRAP_REPLICATES_MAX: u64 = 10_000;
/// The most simulated subjects of each figure of what the interval covers.
pub const COVERAGE_REPLICATES_MAX: u64 = 1_000_000;
/// The most rows of a sample, or subjects of a group.
pub const ROWS_MAX: u64 = u32::MAX as u64;

/// Reads an object of settings; no text at all stands for an empty object.
fn read<T>(json: &[u8], fields: &[&str], what: &str, fill: impl FnOnce(&mut Reader, &Object<'_>) -> T) -> Result<T, Error> {
    let text = utf8(json)?;
    let tree = tree(if text.is_empty() { "{}" } else { text }, &Limits::DEFAULT, "settings")?;
    let mut reader = Reader::default();
    let object = reader.object(&Node { value: &tree, path: "$".into() }, fields, what);
    let settings = fill(&mut reader, &object);
    Error::of(reader.faults).map_or(Ok(settings), Err)
}

fn whole(reader: &mut Reader, object: &Object<'_>, key: &str, [from, to]: [u64; 2], default: u64) -> u64 {
    reader.optional(object, key, |reader, object, key| reader.whole(object, key, from, to)).unwrap_or(default)
}

fn size(reader: &mut Reader, object: &Object<'_>, key: &str, range: [u64; 2], default: usize) -> usize {
    usize::try_from(whole(reader, object, key, range, default as u64)).unwrap_or(usize::MAX)
}

fn seed(reader: &mut Reader, object: &Object<'_>, default: u64) -> u64 {
    whole(reader, object, "seed", [0, SEED_MAX], default)
}

fn day(reader: &mut Reader, object: &Object<'_>, key: &str) -> Option<Date> {
    let text = reader.optional(object, key, Reader::text)?;
    let path = format!("$.{key}");
    if reader.is_faulty(&path) {
        return None;
    }
    Date::parse(&text).map_err(|fault| reader.fault(fault.code, &path, fault.found, fault.expected)).ok()
}

impl Calibration {
    /// Calibrates on the records of a ledger as a JSON document asks, an object: the days `train_to` and `test_from` (as
    /// [`Settings::of`] has them), `seed`, `replicates`, `search_rows` and `test_rows`.
    ///
    /// # Errors
    /// Every fault of the document, with its JSON path; where there is no check to split at and no `train_to`; those of
    /// [`calibrate`].
    pub fn of_ledger(ledger: &Ledger, policy: &Policy, settings: &[u8]) -> Result<Self, Error> {
        let population = Population::of(ledger, &Population::reading_policy(policy)?);
        // What does not depend on the records is read first, so that all of its faults are found.
        let rest = Settings::new(Date::MIN, Date::MAX);
        let fields = ["train_to", "test_from", "seed", "replicates", "search_rows", "test_rows"];
        let (train_to, test_from, rest) = read(settings, &fields, "the settings of a calibration", |reader, object| {
            let (train_to, test_from) = (day(reader, object, "train_to"), day(reader, object, "test_from"));
            let rest = Settings {
                seed: seed(reader, object, rest.seed),
                replicates: size(reader, object, "replicates", [0, BOOTSTRAP_REPLICATES_MAX], rest.replicates),
                search_rows: size(reader, object, "search_rows", [1, ROWS_MAX], rest.search_rows),
                test_rows: size(reader, object, "test_rows", [1, ROWS_MAX], rest.test_rows),
                ..rest
            };
            (train_to, test_from, rest)
        })?;
        let Some(split) = Settings::of(&population, train_to, test_from) else {
            let expected = "a date as `YYYY-MM-DD`, since there are no checks that would tell a day";
            return Err(Fault::new(Code::MissingField, "$.train_to", "no such field", expected).into());
        };
        calibrate(&population, policy, &Settings { train_to: split.train_to, test_from: split.test_from, ..rest })
    }
}

impl FairnessSettings {
    /// Reads a JSON object: `least`, `seed`, `replicates`.
    ///
    /// # Errors
    /// Every fault of the document, with its JSON path.
    pub fn from_json(json: &[u8]) -> Result<Self, Error> {
        let own = Self::default();
        read(json, &["least", "seed", "replicates"], "the settings of a comparison of groups", |reader, object| Self {
            least: size(reader, object, "least", [1, ROWS_MAX], own.least),
            seed: seed(reader, object, own.seed),
            replicates: size(reader, object, "replicates", [0, BOOTSTRAP_REPLICATES_MAX], own.replicates),
        })
    }
}

impl AttackSettings {
    /// Reads a JSON object: `random_bases`, `seed`.
    ///
    /// # Errors
    /// Every fault of the document, with its JSON path.
    pub fn from_json(json: &[u8]) -> Result<Self, Error> {
        let own = Self::default();
        read(json, &["random_bases", "seed"], "the settings of attacks", |reader, object| {
            let bases = whole(reader, object, "random_bases", [0, u16::MAX.into()], own.random_bases.into());
            Self { random_bases: u16::try_from(bases).unwrap_or(u16::MAX), seed: seed(reader, object, own.seed) }
        })
    }
}

impl CoverageSettings {
    /// Reads a JSON object: `criterion`, `seed`, `replicates`.
    ///
    /// # Errors
    /// Every fault of the document, with its JSON path.
    pub fn from_json(json: &[u8]) -> Result<Self, Error> {
        let own = Self::default();
        read(json, &["criterion", "seed", "replicates"], "the settings of a simulation of the interval", |reader, object| {
            let replicates = whole(reader, object, "replicates", [1, COVERAGE_REPLICATES_MAX], own.replicates.into());
            Self {
                criterion: reader.optional(object, "criterion", Reader::text),
                seed: seed(reader, object, own.seed),
                replicates: u32::try_from(replicates).unwrap_or(u32::MAX),
            }
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{AttackSettings, Calibration, CoverageSettings, FairnessSettings};
    use crate::calibrate::{Population, Settings, calibrate};
    use crate::{Code, Date, Error, Ledger, Limits, Policy};

    /// The code and path of each fault.
    fn faults<T>(read: Result<T, Error>) -> Vec<(Code, String)> {
        read.err().map(|error| error.faults().map(|fault| (fault.code, fault.path.clone())).collect()).unwrap_or_default()
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        for json in ["", "{}", r#"{"seed": null, "replicates": null}"#] {
            assert_eq!(FairnessSettings::from_json(json.as_bytes()).unwrap(), FairnessSettings::default());
            assert_eq!(CoverageSettings::from_json(json.as_bytes()).unwrap(), CoverageSettings::default());
        }
        assert_eq!(AttackSettings::from_json(b"{}").unwrap(), AttackSettings::default());
        let settings = AttackSettings::from_json(br#"{"random_bases": 2, "seed": 7}"#).unwrap();
        assert_eq!(settings, AttackSettings { random_bases: 2, seed: 7 });
        let settings = CoverageSettings::from_json(br#"{"criterion": "respect", "replicates": 9}"#).unwrap();
        assert_eq!(settings, CoverageSettings { criterion: Some("respect".into()), replicates: 9, ..CoverageSettings::default() });
    }

    #[test]
    fn every_fault_is_found() {
        let read = FairnessSettings::from_json(br#"{"least": 0, "seed": 1.5, "replicates": "many", "followers": 1}"#);
        let place = |path: &str| path.to_owned();
        let expected = [
            (Code::UnknownField, place("$.followers")),
            (Code::OutOfRange, place("$.least")),
            (Code::OutOfRange, place("$.seed")),
            (Code::WrongType, place("$.replicates")),
        ];
        assert_eq!(faults(read), expected);
        assert_eq!(faults(CoverageSettings::from_json(b"[]")), [(Code::WrongType, place("$"))]);
        assert_eq!(faults(CoverageSettings::from_json(b"{")), [(Code::NotJson, place("$"))]);
        assert_eq!(faults(CoverageSettings::from_json(b"\xff")), [(Code::NotUtf8, place("$"))]);
        assert_eq!(faults(AttackSettings::from_json(br#"{"random_bases": 65536}"#)), [(Code::OutOfRange, place("$.random_bases"))]);
    }

    #[test]
    fn a_calibration_is_asked_for_by_days_or_splits_where_seven_tenths_of_the_checks_lie() {
        let record = |n: usize| {
            format!(
                r#"{{"type": "observation", "id": "{n}", "subject": "s-{}", "source": "a", "source_class": "press",
                "criterion": "respect", "date": "2026-{:02}-01", "passed": {}, "failed": 1}}"#,
                n % 4,
                1 + n % 10,
                n % 7
            )
        };
        let records = format!("[{}]", (0..40).map(record).collect::<Vec<_>>().join(","));
        let ledger = Ledger::from_json_array(records.as_bytes(), &Limits::DEFAULT).unwrap();
        let policy = Policy::reference();
        let ask = |settings: &str| Calibration::of_ledger(&ledger, &policy, settings.as_bytes());
        let split = ask(r#"{"replicates": 20}"#).unwrap();
        assert_eq!((split.settings.train_to.to_string(), split.settings.test_from.to_string()), ("2026-08-01".into(), "2026-08-02".into()));
        let population = Population::of(&ledger, &Population::reading_policy(&policy).unwrap());
        let day = |text| Date::parse(text).unwrap();
        let settings = Settings { replicates: 20, ..Settings::new(day("2026-05-31"), day("2026-06-01")) };
        let found = ask(r#"{"train_to": "2026-05-31", "replicates": 20, "search_rows": null}"#).unwrap();
        assert_eq!(found.to_json(), calibrate(&population, &policy, &settings).unwrap().to_json());

        let wrong = ask(r#"{"train_to": "soon", "test_from": 7, "replicates": 10001, "rows": 1}"#);
        let wrong: Vec<_> = faults(wrong).into_iter().map(|(_, path)| path).collect();
        assert_eq!(wrong, ["$.rows", "$.train_to", "$.test_from", "$.replicates"]);
        let backwards = ask(r#"{"train_to": "2026-05-31", "test_from": "2026-05-31"}"#);
        assert_eq!(faults(backwards), [(Code::OutOfRange, "$.test_from".to_owned())]);
        let nobody = Calibration::of_ledger(&Ledger::new(), &policy, b"");
        assert_eq!(faults(nobody), [(Code::MissingField, "$.train_to".to_owned())]);
        assert!(Calibration::of_ledger(&Ledger::new(), &policy, br#"{"train_to": "2026-05-31"}"#).is_ok());
    }
}
