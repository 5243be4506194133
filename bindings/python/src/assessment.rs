//! `assess` and `Assessment`, and the receipt of one.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple, PyType};
use uytin::{Assessment, BoundSubject, Language, Ledger, Limits, Policy, Receipt, Trigger as Cause, text};

use crate::convert::{Day, Kind, bytes_of, dict_of, exception};
use crate::ledger::{PyLedger, ledger_of};
use crate::parts::{
    CreditMass, CriterionEstimate, Difference, Measure, Part, Pending, PillarScore, Reason, RecordKey, ReviewReason, SetAside, Trigger,
};
use crate::policy::{PyPolicy, policy_or_reference};
use crate::record::hash;

/// Assesses one subject on one day under one policy.
///
/// Parameters
/// ----------
/// records
///     A `Ledger`, or records, mappings of their fields or their JSON. To ask more than once, hand over a ledger: what
///     it has worked out for a policy serves again.
/// as_of
///     The day of assessment: a date as `YYYY-MM-DD`, date, datetime, pandas.Timestamp or numpy.datetime64.
/// subject : str, optional
///     Whom to assess; the only one where the records are about one.
/// policy : Policy, optional
///     The reference policy where none is given.
/// previous_tier : str, optional
///     The tier that the subject had.
///
/// Returns
/// -------
/// Assessment
///     A proposal: a person decides.
///
/// Raises
/// ------
/// RecordError
///     Where a record is faulty.
/// UytinError
///     Where `as_of` is no date, or the subject must be named.
///
/// Examples
/// --------
/// >>> assess([dict(
/// ...     type="observation", id="audit-1", subject="creator-1", source="auditor-7", source_class="auditor",
/// ...     criterion="ad-disclosure", date="2026-11-01", passed=40, failed=2)], "2026-11-21")
/// <Assessment creator-1 as of 2026-11-21: not rated (46.0 to 84.2 possible)>
#[pyfunction]
#[pyo3(signature = (records, as_of, *, subject = None, policy = None, previous_tier = None))]
pub fn assess(
    py: Python<'_>,
    records: &Bound<'_, PyAny>,
    as_of: Day,
    subject: Option<&str>,
    policy: Option<&Bound<'_, PyPolicy>>,
    previous_tier: Option<&str>,
) -> PyResult<PyAssessment> {
    let bound = bound_of(py, records, subject, policy)?;
    Ok(PyAssessment::of(bound, as_of, previous_tier))
}

/// One subject of a ledger or of records, bound to a policy; the only one where none is named. What a ledger has bound serves
/// again.
pub fn bound_of(
    py: Python<'_>,
    records: &Bound<'_, PyAny>,
    subject: Option<&str>,
    policy: Option<&Bound<'_, PyPolicy>>,
) -> PyResult<Arc<BoundSubject>> {
    let policy = policy_or_reference(policy);
    let named = |ledger: &Ledger| match subject {
        Some(subject) => Ok(subject.to_owned()),
        None => ledger.only_subject().map(str::to_owned).map_err(|error| exception(py, Kind::General, &error)),
    };
    Ok(match records.cast::<PyLedger>() {
        Ok(ledger) => {
            let ledger = ledger.get();
            match subject {
                Some(subject) => ledger.bind(&policy, subject),
                None => ledger.bind(&policy, ledger.ledger.only_subject().map_err(|error| exception(py, Kind::General, &error))?),
            }
        }
        Err(_) => {
            let ledger = ledger_of(records)?;
            Arc::new(ledger.bind_subject(&policy, &named(&ledger)?))
        }
    })
}

/// The result for one subject on one day under one policy, explained. A proposal: a person decides.
///
/// Of a subject that is not rated, `score` is the prior's, not the subject's: show `lower` to `upper` instead.
///
/// Examples
/// --------
/// >>> nobody = assess(Ledger(), "2026-11-21", subject="creator-9")
/// >>> nobody.is_rated, nobody.tier
/// (False, 'unrated')
/// >>> round(sum(part.points for part in nobody.waterfall), 1) == nobody.score
/// True
#[pyclass(frozen, name = "Assessment", module = "uytin")]
pub struct PyAssessment {
    assessment: Assessment,
    bound: Arc<BoundSubject>,
}

impl PyAssessment {
    fn of(bound: Arc<BoundSubject>, as_of: Day, previous_tier: Option<&str>) -> Self {
        Self { assessment: bound.assess(as_of.0, previous_tier), bound }
    }
}

fn key(key: &uytin::RecordKey) -> RecordKey {
    RecordKey { source: key.source.clone(), id: key.id.clone() }
}

fn texts(section: &str, code: &str) -> (String, String) {
    (text(section, code, Language::English), text(section, code, Language::Vietnamese))
}

fn source_of(part: &uytin::Part) -> Option<String> {
    part.record.as_ref().map(|record| record.source.clone())
}

#[pymethods]
impl PyAssessment {
    /// The subject's id.
    #[getter]
    fn subject(&self) -> &str {
        &self.assessment.subject
    }

    /// The day of assessment.
    #[getter]
    fn as_of(&self) -> Day {
        Day(self.assessment.as_of)
    }

    /// The tier that the subject had, as given.
    #[getter]
    fn previous_tier(&self) -> Option<&str> {
        self.assessment.previous_tier.as_deref()
    }

    /// The policy.
    #[getter]
    fn policy(&self) -> PyPolicy {
        PyPolicy(self.assessment.policy().clone())
    }

    /// The score in points, with one decimal; of a subject that is not rated it is the prior's.
    #[getter]
    fn score(&self) -> f64 {
        self.assessment.score.value()
    }

    /// The lower bound of the range that the evidence leaves open, in points.
    #[getter]
    fn lower(&self) -> f64 {
        self.assessment.interval.lower.value()
    }

    /// The upper bound of the range that the evidence leaves open, in points.
    #[getter]
    fn upper(&self) -> f64 {
        self.assessment.interval.upper.value()
    }

    /// How far evidence, not the prior, makes the score, in [0, 1].
    #[getter]
    fn coverage(&self) -> f64 {
        self.assessment.coverage
    }

    /// The tier: one of the policy's, `standard` or `unrated`.
    #[getter]
    fn tier(&self) -> &str {
        &self.assessment.tier
    }

    /// Whether the subject is rated; of one that is not, no surface shows the score as a headline.
    #[getter]
    fn is_rated(&self) -> bool {
        self.assessment.is_rated()
    }

    /// The last day on which the assessment is valid.
    #[getter]
    fn valid_until(&self) -> Day {
        Day(self.assessment.valid_until)
    }

    /// Proposed measures, in policy order.
    #[getter]
    fn measures(&self) -> Vec<Measure> {
        let trigger = |cause: &Cause| match cause {
            Cause::Finding(key) => Trigger { kind: "finding".into(), id: key.id.clone(), source: Some(key.source.clone()) },
            Cause::Criterion { id } => Trigger { kind: "criterion".into(), id: id.to_string(), source: None },
            Cause::Tier { id } => Trigger { kind: "tier".into(), id: id.to_string(), source: None },
        };
        let measure = |measure: &uytin::Measure| Measure {
            id: measure.id.to_string(),
            triggers: measure.triggers.iter().map(trigger).collect(),
            until: measure.until.map(Day),
        };
        self.assessment.measures.iter().map(measure).collect()
    }

    /// Whether a person must look.
    #[getter]
    fn human_review(&self) -> bool {
        self.assessment.needs_human_review()
    }

    /// Why a person must look.
    #[getter]
    fn review_reasons(&self) -> Vec<ReviewReason> {
        let reason = |reason: &uytin::ReviewReason| {
            let (en, vi) = texts("reviews", reason.code.as_str());
            ReviewReason { code: reason.code.as_str().to_owned(), en, vi, records: reason.records.iter().map(key).collect() }
        };
        self.assessment.human_review.iter().map(reason).collect()
    }

    /// Criteria that do not apply to this subject.
    #[getter]
    fn exempt(&self) -> Vec<&str> {
        self.assessment.exempt.iter().map(|id| &**id).collect()
    }

    /// Sectors whose evidence is favourable.
    #[getter]
    fn favourable_sectors(&self) -> Vec<&str> {
        self.assessment.sectors.favourable.iter().map(|id| &**id).collect()
    }

    /// Sectors whose evidence is adverse.
    #[getter]
    fn adverse_sectors(&self) -> Vec<&str> {
        self.assessment.sectors.adverse.iter().map(|id| &**id).collect()
    }

    /// The pillars that are left, before credits and findings.
    #[getter]
    fn pillars(&self) -> Vec<PillarScore> {
        self.assessment.pillars.iter().map(|pillar| PillarScore { id: pillar.id.to_string(), score: pillar.score.value() }).collect()
    }

    /// The criteria that are not exempt.
    #[getter]
    fn criteria(&self) -> Vec<CriterionEstimate> {
        let estimate = |criterion: &uytin::CriterionEstimate| CriterionEstimate {
            id: criterion.id.to_string(),
            mean: criterion.mean,
            lower: criterion.lower,
            upper: criterion.upper,
            coverage: criterion.coverage,
            favourable: criterion.favourable,
            adverse: criterion.adverse,
        };
        self.assessment.criteria.iter().map(estimate).collect()
    }

    /// The credits.
    #[getter]
    fn credits(&self) -> Vec<CreditMass> {
        self.assessment.credits.iter().map(|credit| CreditMass { id: credit.id.to_string(), mass: credit.mass }).collect()
    }

    /// The parts, whose points sum to the score.
    #[getter]
    fn waterfall(&self) -> Vec<Part> {
        let part = |part: &uytin::Part| Part {
            kind: part.kind.as_str().to_owned(),
            id: part.id.to_string(),
            source: source_of(part),
            points: part.points.value(),
        };
        self.assessment.waterfall.iter().map(part).collect()
    }

    /// Why: at most four adverse reasons first, then favourable ones, then what is assumed.
    #[getter]
    fn reasons(&self) -> Vec<Reason> {
        let policy = self.assessment.policy();
        let reason = |reason: &uytin::Reason| Reason {
            code: reason.code.as_str().to_owned(),
            kind: reason.part.kind.as_str().to_owned(),
            id: reason.part.id.to_string(),
            source: source_of(&reason.part),
            points: reason.points().value(),
            en: reason.text(policy, Language::English),
            vi: reason.text(policy, Language::Vietnamese),
            change_en: reason.change(policy, Language::English),
            change_vi: reason.change(policy, Language::Vietnamese),
            basis: reason.basis(policy).to_vec(),
            records: reason.records.iter().map(|record| RecordKey { source: record.source.clone(), id: record.id.clone() }).collect(),
            records_omitted: reason.records_omitted,
        };
        self.assessment.reasons.iter().map(reason).collect()
    }

    /// Findings that are alleged or under appeal; None where there is none.
    #[getter]
    fn pending(&self) -> Option<Pending> {
        let pending = self.assessment.pending.as_ref()?;
        Some(Pending { score_if_upheld: pending.score_if_upheld.value(), findings: pending.findings.iter().map(key).collect() })
    }

    /// Records that do not count.
    #[getter]
    fn set_aside(&self) -> Vec<SetAside> {
        let aside = |aside: &uytin::SetAsideRecord| {
            let reason = aside.reason.as_str();
            let (en, vi) = texts("set_aside", reason);
            SetAside { source: aside.record.source.clone(), id: aside.record.id.clone(), reason: reason.to_owned(), en, vi }
        };
        self.assessment.set_aside.iter().map(aside).collect()
    }

    /// SHA-256 of the subject's current records.
    #[getter]
    fn ledger_digest(&self) -> String {
        self.assessment.ledger_digest.to_string()
    }

    /// SHA-256 of the RFC 8785 form of the assessment.
    #[getter]
    fn digest(&self) -> String {
        self.assessment.digest().to_string()
    }

    /// Compact JSON, the same bytes in every language.
    fn to_json(&self) -> String {
        self.assessment.to_json()
    }

    /// The JSON form as dictionaries and lists.
    #[pyo3(signature = () -> "dict[str, Any]")]
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        dict_of(py, &self.assessment.to_json())
    }

    /// What the assessment was made of, so that anybody can recompute it.
    fn receipt(&self) -> PyReceipt {
        PyReceipt(self.assessment.receipt())
    }

    fn __str__(&self) -> String {
        self.assessment.to_string()
    }

    fn __repr__(slf: &Bound<'_, Self>) -> String {
        let text = slf.get().assessment.to_string();
        let day = slf.get().assessment.as_of;
        let subject = slf.get().subject();
        format!("<Assessment {subject} as of {day}{}>", text.get(subject.len()..).unwrap_or_default())
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        slf.py().import("uytin._html")?.getattr("assessment")?.call1((slf,))?.extract()
    }

    /// The assessment as an HTML fragment, in a language (`en` or `vi`).
    #[pyo3(signature = (lang = "en"))]
    fn to_html(slf: &Bound<'_, Self>, lang: &str) -> PyResult<String> {
        slf.py().import("uytin._html")?.getattr("assessment")?.call1((slf, lang))?.extract()
    }

    #[pyo3(signature = (_console, _options, /))]
    fn __rich_console__<'py>(
        slf: &Bound<'py, Self>,
        _console: &Bound<'_, PyAny>,
        _options: &Bound<'_, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("uytin._rich")?.getattr("assessment")?.call1((slf,))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().assessment == self.assessment)
    }

    fn __hash__(&self) -> u64 {
        let Assessment { subject, as_of, previous_tier, ledger_digest, .. } = &self.assessment;
        hash(format!("{subject} {as_of} {previous_tier:?} {ledger_digest} {}", self.assessment.policy().digest()).as_bytes())
    }

    #[pyo3(signature = () -> "tuple[object, tuple[object, ...]]")]
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let (py, this) = (slf.py(), slf.get());
        let mut records = Vec::new();
        for record in this.bound.records() {
            record.write_canonical(&mut records);
            records.push(b'\n');
        }
        let arguments = (this.subject(), this.policy(), PyBytes::new(py, &records), this.as_of(), this.previous_tier());
        (slf.get_type().getattr("_recompute")?, arguments).into_pyobject(py)
    }

    /// The assessment of these records: what pickle restores.
    #[classmethod]
    fn _recompute(
        _: &Bound<'_, PyType>,
        py: Python<'_>,
        subject: &str,
        policy: &Bound<'_, PyPolicy>,
        records: &[u8],
        as_of: Day,
        previous_tier: Option<&str>,
    ) -> PyResult<Self> {
        let ledger = Ledger::from_json_lines(records, &Limits::DEFAULT).map_err(|error| exception(py, Kind::Record, &error))?;
        let policy: &Policy = &policy.get().0;
        Ok(Self::of(Arc::new(ledger.bind_subject(policy, subject)), as_of, previous_tier))
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (_memo, /))]
    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }
}

/// What an assessment was made of, so that anybody can recompute it.
///
/// Examples
/// --------
/// >>> receipt = assess(Ledger(), "2026-11-21", subject="creator-9").receipt()
/// >>> receipt.verify(Ledger()).verified
/// True
#[pyclass(frozen, name = "Receipt", module = "uytin")]
pub struct PyReceipt(Receipt);

#[pymethods]
impl PyReceipt {
    /// Reads a receipt: text or bytes in the canonical form, byte for byte.
    ///
    /// Raises
    /// ------
    /// UytinError
    ///     Where the bytes are no receipt in canonical form.
    #[classmethod]
    fn from_json(_: &Bound<'_, PyType>, json: &Bound<'_, PyAny>) -> PyResult<Self> {
        let bytes = bytes_of(json, "the JSON of a receipt")?;
        Receipt::from_bytes(&bytes).map(Self).map_err(|error| exception(json.py(), Kind::General, &error))
    }

    /// The subject that it is about.
    #[getter]
    fn subject(&self) -> &str {
        self.0.subject()
    }

    /// The day of assessment.
    #[getter]
    fn as_of(&self) -> Day {
        Day(self.0.as_of())
    }

    /// The tier that the subject had.
    #[getter]
    fn previous_tier(&self) -> Option<&str> {
        self.0.previous_tier()
    }

    /// Recomputes the receipt and says what differs.
    ///
    /// Parameters
    /// ----------
    /// records
    ///     The evidence, as `assess` takes it.
    /// policy : Policy, optional
    ///     The reference policy where none is given.
    #[pyo3(signature = (records, *, policy = None))]
    fn verify(&self, records: &Bound<'_, PyAny>, policy: Option<&Bound<'_, PyPolicy>>) -> PyResult<PyVerification> {
        let found = match records.cast::<PyLedger>() {
            Ok(ledger) => self.0.verify(&policy_or_reference(policy), &ledger.get().ledger),
            Err(_) => self.0.verify(&policy_or_reference(policy), &ledger_of(records)?),
        };
        Ok(PyVerification(found))
    }

    /// The receipt in its canonical form.
    fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// The receipt as dictionaries and lists.
    #[pyo3(signature = () -> "dict[str, Any]")]
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        dict_of(py, &self.0.to_json())
    }

    fn __repr__(&self) -> String {
        format!("<Receipt {} as of {}>", self.0.subject(), self.0.as_of())
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().0.to_json() == self.0.to_json())
    }

    fn __hash__(&self) -> u64 {
        hash(self.0.to_json().as_bytes())
    }

    #[pyo3(signature = () -> "tuple[object, tuple[str]]")]
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((slf.get_type().getattr("from_json")?, (slf.get().to_json(),)))
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (_memo, /))]
    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }
}

/// What verifying a receipt found.
#[pyclass(frozen, name = "Verification", module = "uytin")]
pub struct PyVerification(uytin::Verification);

#[pymethods]
impl PyVerification {
    /// Whether nothing differs.
    #[getter]
    fn verified(&self) -> bool {
        self.0.is_verified()
    }

    /// Where the receipt and its recomputation differ.
    #[getter]
    fn differences(&self) -> Vec<Difference> {
        let plain = |difference: &uytin::Difference| Difference {
            path: difference.path.clone(),
            found: difference.found.clone(),
            expected: difference.expected.clone(),
        };
        self.0.differences.iter().map(plain).collect()
    }

    /// The engine version that the receipt names.
    #[getter]
    fn engine_version(&self) -> &str {
        &self.0.engine_version
    }

    fn __bool__(&self) -> bool {
        self.0.is_verified()
    }

    fn __repr__(&self) -> String {
        match self.0.differences.as_slice() {
            [] => "<Verification: nothing differs>".to_owned(),
            [first, rest @ ..] => format!("<Verification: {} differs, and {} more>", first.path, rest.len()),
        }
    }
}
