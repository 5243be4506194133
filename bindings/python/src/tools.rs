//! The tools around the score: shortlists, calibration, comparisons of groups, attacks, what the interval covers.

use std::collections::HashMap;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use uytin::calibrate::{Population, Settings, calibrate};
use uytin::coverage::{CoverageSettings, simulate};
use uytin::fairness::{Fairness, FairnessSettings, Member};
use uytin::gaming::{AttackSettings, Base, attack};
use uytin::impact::{GroupOf, Plan, of_ledger};
use uytin::{Brief, Code, Error, Ledger, Policy, StatementDetails, StatementFormat, quote};

use crate::assessment::bound_of;
use crate::convert::{Day, Kind, dict_of, exception, fault, language_of};
use crate::ledger::{PyLedger, ledger_of};
use crate::policy::{PyPolicy, policy_or_reference, text_of};
use crate::record::hash;

/// The answer of a tool: a document with the same bytes in every language, read like a dictionary.
///
/// Examples
/// --------
/// >>> answer = uytin.attacks(as_of="2026-11-21", random_bases=0)
/// >>> answer["attacks"][0]["attack"]
/// 'one-source-floods'
#[pyclass(frozen, mapping, module = "uytin")]
pub struct Answer {
    json: String,
    policy: Option<Policy>,
}

impl Answer {
    pub const fn of(json: String) -> Self {
        Self { json, policy: None }
    }
}

#[pymethods]
impl Answer {
    #[new]
    #[pyo3(signature = (json, policy = None))]
    fn from_json(json: String, policy: Option<&Bound<'_, PyPolicy>>) -> Self {
        Self { json, policy: policy.map(|policy| policy.get().0.clone()) }
    }

    /// The policy that the tool made, if it made one.
    #[getter]
    fn policy(&self) -> Option<PyPolicy> {
        self.policy.clone().map(PyPolicy)
    }

    /// Compact JSON, the same bytes in every language.
    fn to_json(&self) -> &str {
        &self.json
    }

    /// The JSON form as dictionaries and lists.
    #[pyo3(signature = () -> "dict[str, Any]")]
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        dict_of(py, &self.json)
    }

    fn __getitem__<'py>(&self, py: Python<'py>, key: &str) -> PyResult<Bound<'py, PyAny>> {
        self.to_dict(py)?.as_any().get_item(key)
    }

    fn __contains__(&self, py: Python<'_>, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        self.to_dict(py)?.contains(key)
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(self.to_dict(py)?.len())
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(self.to_dict(py)?.as_any().try_iter()?.into_any())
    }

    /// The names of the document's fields.
    fn keys(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        self.to_dict(py)?.keys().iter().map(|key| key.extract()).collect()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("<Answer: {}>", self.keys(py)?.join(", ")))
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        slf.py().import("uytin._html")?.getattr("answer")?.call1((slf,))?.extract()
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().json == self.json)
    }

    fn __hash__(&self) -> u64 {
        hash(self.json.as_bytes())
    }

    #[pyo3(signature = () -> "tuple[object, tuple[str, Policy | None]]")]
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, PyAny>, (String, Option<PyPolicy>)) {
        (slf.get_type().into_any(), (slf.get().json.clone(), slf.get().policy()))
    }
}

/// The ledger that is meant: one, or what holds records.
fn ledger(records: &Bound<'_, PyAny>) -> PyResult<Ledger> {
    match records.cast::<PyLedger>() {
        Ok(ledger) => Ok(ledger.get().ledger.clone()),
        Err(_) => ledger_of(records),
    }
}

fn general(py: Python<'_>, error: &Error) -> PyErr {
    exception(py, Kind::General, error)
}

/// For each tier above the present one: the least further evidence that reaches it, the day on which waiting does, or why
/// neither can.
///
/// Parameters
/// ----------
/// records
///     A `Ledger`, or records, mappings of their fields or their JSON.
/// as_of
///     The day of assessment, on which the further checks are dated.
/// classes : sequence of str
///     The source classes that further checks may come from.
/// subject : str, optional
///     Whom it is about; the only one where the records are about one.
/// policy : Policy, optional
///     The reference policy where none is given.
/// previous_tier : str, optional
///     The tier that the subject had.
///
/// Returns
/// -------
/// Answer
///
/// Raises
/// ------
/// UytinError
///     Where the policy does not know a class, or the subject must be named.
///
/// Examples
/// --------
/// >>> ways = paths([dict(
/// ...     type="observation", id="audit-1", subject="creator-1", source="auditor-7", source_class="auditor",
/// ...     criterion="ad-disclosure", date="2026-11-01", passed=40, failed=2)], "2026-11-21", ["auditor", "press"])
/// >>> ways["tier"], ways["paths"][0]["tier"]
/// ('unrated', 'standard')
#[pyfunction]
#[pyo3(signature = (records, as_of, classes, *, subject = None, policy = None, previous_tier = None))]
pub fn paths(
    py: Python<'_>,
    records: &Bound<'_, PyAny>,
    as_of: Day,
    classes: Vec<String>,
    subject: Option<&str>,
    policy: Option<&Bound<'_, PyPolicy>>,
    previous_tier: Option<&str>,
) -> PyResult<Answer> {
    let bound = bound_of(py, records, subject, policy)?;
    let found = py.detach(|| bound.paths(as_of.0, previous_tier, &classes));
    found.map(|paths| Answer::of(paths.to_json())).map_err(|error| general(py, &error))
}

/// Assesses again without some records, and says what differs.
///
/// Parameters
/// ----------
/// records
///     A `Ledger`, or records, mappings of their fields or their JSON.
/// as_of
///     The day of assessment.
/// without : sequence of str
///     The contested records, each as `source/id`.
/// subject : str, optional
///     Whom it is about; the only one where the records are about one.
/// policy : Policy, optional
///     The reference policy where none is given.
/// previous_tier : str, optional
///     The tier that the subject had.
///
/// Returns
/// -------
/// Answer
///
/// Raises
/// ------
/// UytinError
///     With every name that no record has in `faults`.
///
/// Examples
/// --------
/// >>> audit = dict(type="observation", subject="creator-1", source="auditor-7", source_class="auditor",
/// ...     criterion="ad-disclosure", date="2026-11-01", passed=10, failed=20)
/// >>> answer = contest([audit | {"id": "a"}, audit | {"id": "b"}], "2026-11-21", ["auditor-7/b"])
/// >>> answer["after"]["score"] > answer["before"]["score"]
/// True
#[pyfunction]
#[pyo3(signature = (records, as_of, without, *, subject = None, policy = None, previous_tier = None))]
pub fn contest(
    py: Python<'_>,
    records: &Bound<'_, PyAny>,
    as_of: Day,
    without: Vec<String>,
    subject: Option<&str>,
    policy: Option<&Bound<'_, PyPolicy>>,
    previous_tier: Option<&str>,
) -> PyResult<Answer> {
    let bound = bound_of(py, records, subject, policy)?;
    let found = py.detach(|| bound.contest(as_of.0, previous_tier, &without));
    found.map(|contest| Answer::of(contest.to_json())).map_err(|error| general(py, &error))
}

/// The statement of reasons of an assessment, for the person whom it is about: a proposal, with facts and sources, what is
/// pending, and how to contest.
///
/// Parameters
/// ----------
/// records
///     A `Ledger`, or records, mappings of their fields or their JSON.
/// as_of
///     The day of assessment.
/// subject : str, optional
///     Whom it is about; the only one where the records are about one.
/// policy : Policy, optional
///     The reference policy where none is given.
/// previous_tier : str, optional
///     The tier that the subject had.
/// lang : str
///     `en` or `vi`.
/// format : str
///     `markdown`, or `html` for a page that stands for itself.
/// issued_by, contest_at : str, optional
///     Who issues it, and where to contest; a line to write on stands where nothing is given.
/// contest_by : optional
///     Until when to contest.
///
/// Returns
/// -------
/// str
///
/// Examples
/// --------
/// >>> "icp-2026" in statement(Ledger(), "2026-11-21", subject="creator-9", lang="vi")
/// True
#[pyfunction]
#[pyo3(signature = (records, as_of, *, subject = None, policy = None, previous_tier = None, lang = "en", format = "markdown", issued_by = None, contest_at = None, contest_by = None))]
#[expect(clippy::too_many_arguments, reason = "keywords of one call")]
pub fn statement(
    py: Python<'_>,
    records: &Bound<'_, PyAny>,
    as_of: Day,
    subject: Option<&str>,
    policy: Option<&Bound<'_, PyPolicy>>,
    previous_tier: Option<&str>,
    lang: &str,
    format: &str,
    issued_by: Option<String>,
    contest_at: Option<String>,
    contest_by: Option<Day>,
) -> PyResult<String> {
    let bound = bound_of(py, records, subject, policy)?;
    let details = StatementDetails { issued_by, contest_at, contest_by: contest_by.map(|Day(day)| day) };
    let format = match format {
        "markdown" => StatementFormat::Markdown,
        "html" => StatementFormat::Html,
        other => return Err(fault(py, Kind::General, Code::UnknownValue, "format", quote(other), "`markdown` or `html`")),
    };
    Ok(bound.statement(as_of.0, previous_tier, &details, language_of(py, lang)?, format))
}

/// What a change of policy does to a population: who changes tier or score, by how much, because of which section.
///
/// Parameters
/// ----------
/// records
///     A `Ledger`, or records, mappings of their fields or their JSON.
/// before, after : Policy
///     The policies.
/// as_of
///     The day of assessment.
/// groups : mapping, optional
///     Which group a subject belongs to: groups that move more than the others are named.
/// previous : mapping, optional
///     The tiers that subjects had.
///
/// Returns
/// -------
/// Answer
///
/// Examples
/// --------
/// >>> impact(Ledger(), Policy.reference(), Policy.reference(), "2026-11-21")["subjects"]
/// 0
#[pyfunction]
#[pyo3(signature = (records, before, after, as_of, *, groups = None, previous = None))]
pub fn impact(
    py: Python<'_>,
    records: &Bound<'_, PyAny>,
    before: &Bound<'_, PyPolicy>,
    after: &Bound<'_, PyPolicy>,
    as_of: Day,
    groups: Option<HashMap<String, String>>,
    previous: Option<HashMap<String, String>>,
) -> PyResult<Answer> {
    let (before, after, ledger) = (&before.get().0, &after.get().0, ledger(records)?);
    let previous = previous.unwrap_or_default();
    Ok(py.detach(|| {
        let group = |subject: &str| groups.as_ref()?.get(subject).map(|group| Arc::from(group.as_str()));
        let groups = groups.as_ref().map(|_| ("group", &group as &GroupOf<'_>));
        let previous = |subject: &str| previous.get(subject).map(String::as_str);
        Answer::of(of_ledger(&Plan::new(before, after), &ledger, as_of.0, previous, groups, |_, _| ()).to_json())
    }))
}

/// Ranks the subjects of a ledger that meet a brief, best lower bound first; those that the evidence cannot tell apart
/// share a band.
///
/// Parameters
/// ----------
/// records
///     A `Ledger`, or records, mappings of their fields or their JSON.
/// brief
///     What is asked of candidates: JSON, or a mapping. It has no field for the size of an audience.
/// as_of
///     The day of assessment.
/// policy : Policy, optional
///     The reference policy where none is given.
/// previous : mapping, optional
///     The tiers that subjects had.
///
/// Returns
/// -------
/// tuple of Answer and list of Answer
///     The shortlist, and for each subject that is left out the first condition that it does not meet.
///
/// Raises
/// ------
/// UytinError
///     With every fault of the brief in `faults`.
///
/// Examples
/// --------
/// >>> listed, left_out = shortlist([dict(
/// ...     type="observation", id="audit-1", subject="creator-1", source="auditor-7", source_class="auditor",
/// ...     criterion="ad-disclosure", date="2026-11-01", passed=40, failed=2)], {"lower_at_least": 60}, "2026-11-21")
/// >>> listed["candidates"], left_out[0]["condition"], left_out[0]["found"]
/// (0, 'lower_at_least', 46)
#[pyfunction]
#[pyo3(signature = (records, brief, as_of, *, policy = None, previous = None))]
pub fn shortlist(
    py: Python<'_>,
    records: &Bound<'_, PyAny>,
    brief: &Bound<'_, PyAny>,
    as_of: Day,
    policy: Option<&Bound<'_, PyPolicy>>,
    previous: Option<HashMap<String, String>>,
) -> PyResult<(Answer, Vec<Answer>)> {
    let (policy, ledger, text) = (policy_or_reference(policy), ledger(records)?, text_of(brief, "the JSON of a brief, or its mapping")?);
    let brief = Brief::from_bytes(&text, &policy).map_err(|error| general(py, &error))?;
    let previous = previous.unwrap_or_default();
    Ok(py.detach(|| {
        let (listed, left_out) = uytin::shortlist(&brief, &ledger, as_of.0, |subject| previous.get(subject).map(String::as_str));
        let left_out = left_out.iter().map(|out| Answer::of(out.to_json(&brief))).collect();
        (Answer::of(listed.to_json()), left_out)
    }))
}

/// Fits priors and half-lives of a policy to records up to a day, and tries the fitted policy on what came after.
///
/// Parameters
/// ----------
/// records
///     A `Ledger`, or records, mappings of their fields or their JSON.
/// train_to, test_from
///     The last day of what is fitted to, and the first day of what it is tried on.
/// policy : Policy, optional
///     What to start from; the reference policy where none is given.
/// seed, replicates : int
///     Draw the bootstrap intervals.
///
/// Returns
/// -------
/// Answer
///     The report; its `policy` is the fitted one. Fitted values are estimates, not official weights.
///
/// Raises
/// ------
/// UytinError
///     Where `test_from` does not come after `train_to`.
///
/// Examples
/// --------
/// >>> calibrate(Ledger(), "2014-12-31", "2015-01-01", replicates=10)["criteria"][0]["prior"]
/// 'no-checks'
#[pyfunction(name = "calibrate")]
#[pyo3(signature = (records, train_to, test_from, *, policy = None, seed = 1, replicates = 1000))]
pub fn calibrated(
    py: Python<'_>,
    records: &Bound<'_, PyAny>,
    train_to: Day,
    test_from: Day,
    policy: Option<&Bound<'_, PyPolicy>>,
    seed: u64,
    replicates: usize,
) -> PyResult<Answer> {
    let (policy, ledger) = (policy_or_reference(policy), ledger(records)?);
    let settings = Settings { seed, replicates, ..Settings::new(train_to.0, test_from.0) };
    let found = py.detach(|| {
        let population = Population::of(&ledger, &Population::reading_policy(&policy)?);
        calibrate(&population, &policy, &settings)
    });
    let found = found.map_err(|error| general(py, &error))?;
    Ok(Answer { json: found.to_json(), policy: Some(found.fitted) })
}

/// Compares groups from their columns; `uytin.fairness` takes them from a frame.
#[pyfunction]
#[pyo3(signature = (groups, scores, coverages, tiers, outcomes = None, *, policy = None, least = 10, seed = 1, replicates = 1000))]
#[expect(clippy::too_many_arguments, reason = "columns of one call")]
pub fn fairness_of(
    py: Python<'_>,
    groups: Vec<String>,
    scores: Vec<f64>,
    coverages: Vec<f64>,
    tiers: Vec<String>,
    outcomes: Option<Vec<Option<bool>>>,
    policy: Option<&Bound<'_, PyPolicy>>,
    least: usize,
    seed: u64,
    replicates: usize,
) -> PyResult<Answer> {
    let policy = policy_or_reference(policy);
    let report = py.detach(|| {
        let mut fairness = Fairness::new(&policy, FairnessSettings { least, seed, replicates });
        let outcomes = outcomes.into_iter().flatten().chain(std::iter::repeat(None));
        let rows = groups.iter().zip(&tiers).zip(scores.iter().zip(&coverages)).zip(outcomes);
        for (place, (((group, tier), (&score, &coverage)), outcome)) in rows.enumerate() {
            fairness.add_checked(place, &Member { group, score, coverage, tier, outcome })?;
        }
        Ok(fairness.report().to_json())
    });
    report.map(Answer::of).map_err(|error: Error| general(py, &error))
}

/// Tries attacks on a score: one source floods, credits are piled up, an incident is split, and so on; says how far each
/// gets and which bound of the model holds it.
///
/// Parameters
/// ----------
/// records, optional
///     A `Ledger` or records to attack too, besides a stated ledger and random ones.
/// as_of
///     The day of assessment.
/// policy : Policy, optional
///     The reference policy where none is given.
/// random_bases, seed : int
///     How many random ledgers to attack beside the stated one, and what draws them.
///
/// Returns
/// -------
/// Answer
#[pyfunction]
#[pyo3(signature = (records = None, *, as_of, policy = None, random_bases = 5, seed = 1))]
pub fn attacks(
    py: Python<'_>,
    records: Option<&Bound<'_, PyAny>>,
    as_of: Day,
    policy: Option<&Bound<'_, PyPolicy>>,
    random_bases: u16,
    seed: u64,
) -> PyResult<Answer> {
    let policy = policy_or_reference(policy);
    let given = records.map(ledger).transpose()?;
    Ok(py.detach(|| {
        let mut bases = AttackSettings { random_bases, seed }.bases(&policy, as_of.0);
        bases.extend(given.iter().flat_map(Base::each));
        Answer::of(attack(&policy, as_of.0, &bases).to_json())
    }))
}

/// Simulates how often the nominal interval of a criterion holds the truth: of independent checks, and of checks that are
/// sampled, decayed, capped and clustered.
///
/// Parameters
/// ----------
/// criterion : str, optional
///     The policy's first criterion where none is given.
/// policy : Policy, optional
///     The reference policy where none is given.
/// seed, replicates : int
///     What draws the trials, and how many there are of each kind.
///
/// Returns
/// -------
/// Answer
///
/// Raises
/// ------
/// UytinError
///     Where the policy has no such criterion, or `replicates` is 0.
///
/// Examples
/// --------
/// >>> interval_coverage("nothing")
/// Traceback (most recent call last):
///   ...
/// uytin...UytinError: $.criterion: found `nothing`, expected one of the criteria `ad-disclosure`, ...
#[pyfunction]
#[pyo3(signature = (criterion = None, *, policy = None, seed = 1, replicates = 4000))]
pub fn interval_coverage(
    py: Python<'_>,
    criterion: Option<String>,
    policy: Option<&Bound<'_, PyPolicy>>,
    seed: u64,
    replicates: u32,
) -> PyResult<Answer> {
    let policy = policy_or_reference(policy);
    let found = py.detach(|| simulate(&policy, &CoverageSettings { criterion, seed, replicates }));
    found.map(|report| Answer::of(report.to_json())).map_err(|error| general(py, &error))
}
