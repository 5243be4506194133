//! `Policy`: the document that fixes every number.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyType};
use uytin::{Language, Limits, Policy, PolicyDiff};

use crate::convert::{Kind, bytes_of, dict_of, exception, language_of};
use crate::parts::{Change, Fault};
use crate::record::hash;
use crate::tools::Answer;

/// A valid policy: the document that fixes every number of the model.
///
/// Make one with `Policy.reference`, `Policy.from_json` or `Policy.from_file`. It never changes, and any number of
/// threads may use it at once.
///
/// Examples
/// --------
/// >>> policy = Policy.reference()
/// >>> policy.name, policy.digest[:14]
/// ('icp-2026', 'sha256:...')
#[pyclass(frozen, name = "Policy", module = "uytin")]
pub struct PyPolicy(pub Policy);

const DOCUMENT: &str = "the JSON of a policy, or its mapping";

/// The text of a document: JSON, or a mapping.
pub fn text_of(document: &Bound<'_, PyAny>, what: &str) -> PyResult<Vec<u8>> {
    if document.cast::<PyMapping>().is_ok() {
        let text = document.py().import("json")?.call_method1("dumps", (document,))?;
        return bytes_of(&text, what);
    }
    bytes_of(document, what)
}

/// The policy that is meant: the reference policy where none is.
pub fn policy_or_reference(policy: Option<&Bound<'_, PyPolicy>>) -> Policy {
    policy.map_or_else(Policy::reference, |policy| policy.get().0.clone())
}

#[pymethods]
impl PyPolicy {
    /// The reference policy `icp-2026`: this project's defaults, not official weights of the Program.
    #[classmethod]
    fn reference(_: &Bound<'_, PyType>) -> Self {
        Self(Policy::reference())
    }

    /// Reads and checks a policy.
    ///
    /// Parameters
    /// ----------
    /// document
    ///     JSON as text or bytes, or a mapping.
    ///
    /// Raises
    /// ------
    /// PolicyError
    ///     With every fault of the document in `faults`.
    ///
    /// Examples
    /// --------
    /// >>> Policy.from_json(Policy.reference().to_json()) == Policy.reference()
    /// True
    #[classmethod]
    fn from_json(_: &Bound<'_, PyType>, document: &Bound<'_, PyAny>) -> PyResult<Self> {
        let text = text_of(document, DOCUMENT)?;
        Policy::from_bytes(&text, &Limits::DEFAULT).map(Self).map_err(|error| exception(document.py(), Kind::Policy, &error))
    }

    /// Reads and checks a policy file.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike
    ///
    /// Raises
    /// ------
    /// OSError
    ///     Where the file cannot be read.
    /// PolicyError
    ///     With every fault of the document in `faults`.
    #[classmethod]
    fn from_file(_: &Bound<'_, PyType>, py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let text = std::fs::read(path)?;
        Policy::from_bytes(&text, &Limits::DEFAULT).map(Self).map_err(|error| exception(py, Kind::Policy, &error))
    }

    /// Every fault of a document, in its order; an empty list where it is a valid policy.
    ///
    /// Examples
    /// --------
    /// >>> Policy.validate({"name": "mine"})[0].path
    /// '$.version'
    #[staticmethod]
    fn validate(document: &Bound<'_, PyAny>) -> PyResult<Vec<Fault>> {
        let text = text_of(document, DOCUMENT)?;
        let error = Policy::from_bytes(&text, &Limits::DEFAULT).err();
        let plain = |fault: &uytin::Fault| Fault {
            code: fault.code.as_str().to_owned(),
            path: fault.path.clone(),
            expected: fault.expected.clone(),
            found: fault.found.clone(),
        };
        Ok(error.iter().flat_map(|error| error.faults()).map(plain).collect())
    }

    /// The policy's name.
    #[getter]
    fn name(&self) -> &str {
        self.0.name()
    }

    /// The policy's version.
    #[getter]
    fn version(&self) -> &str {
        self.0.version()
    }

    /// SHA-256 of the RFC 8785 form of the document as read.
    #[getter]
    fn digest(&self) -> String {
        self.0.digest().to_string()
    }

    /// What every surface that shows a score says, in a language (`en` or `vi`).
    #[pyo3(signature = (lang = "en"))]
    fn notice(&self, py: Python<'_>, lang: &str) -> PyResult<&str> {
        Ok(self.0.document().notice.get(language_of(py, lang)?))
    }

    /// What to call the policy, in a language (`en` or `vi`).
    #[pyo3(signature = (lang = "en"))]
    fn title(&self, py: Python<'_>, lang: &str) -> PyResult<&str> {
        Ok(self.0.document().title.get(language_of(py, lang)?))
    }

    /// The tiers' ids, worst first.
    #[getter]
    fn tiers(&self) -> Vec<String> {
        let tiers = &self.0.document().tiers;
        let imposed = tiers.imposed.iter().map(|tier| tier.id.to_string());
        let earned = tiers.earned.iter().rev().map(|tier| tier.id.to_string());
        imposed.chain(["unrated".to_owned(), "standard".to_owned()]).chain(earned).collect()
    }

    /// Each criterion's weight in the whole, where none is exempt; they sum to 1.
    #[pyo3(signature = () -> "dict[str, float]")]
    fn weights<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let weights = PyDict::new(py);
        for ((_, criterion), weight) in self.0.document().criteria().zip(self.0.weights()) {
            weights.set_item(&*criterion.id, weight)?;
        }
        Ok(weights)
    }

    /// Where another policy differs from this one, and whether that makes it stricter or laxer.
    ///
    /// Examples
    /// --------
    /// >>> document = Policy.reference().to_dict()
    /// >>> document["findings"]["severities"][0]["weight"] = 0.05
    /// >>> [change] = Policy.reference().diff(Policy.from_json(document))
    /// >>> change.path, change.before, change.after, change.direction
    /// ('$.findings.severities[0].weight', '0.03', '0.05', 'stricter')
    fn diff(&self, other: &Bound<'_, Self>) -> Vec<Change> {
        let plain = |change: &uytin::Change| Change {
            path: change.path.clone(),
            before: change.from.clone(),
            after: change.to.clone(),
            section: change.section.as_str().to_owned(),
            direction: change.direction.as_str().to_owned(),
            en: change.text(Language::English),
            vi: change.text(Language::Vietnamese),
        };
        PolicyDiff::of(&self.0, &other.get().0).changes.iter().map(plain).collect()
    }

    /// What is valid in the policy, yet unwise.
    ///
    /// Examples
    /// --------
    /// >>> [warning["code"] for warning in Policy.reference().lint()["warnings"]]
    /// ['minor-bars']
    fn lint(&self) -> Answer {
        Answer::of(self.0.lint_json())
    }

    /// The document in its RFC 8785 form.
    fn to_json(&self) -> &str {
        self.0.canonical()
    }

    /// The document.
    #[pyo3(signature = () -> "dict[str, Any]")]
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        dict_of(py, self.0.canonical())
    }

    fn __repr__(&self) -> String {
        let document = self.0.document();
        format!("<Policy {} {}: {} criteria, {}>", self.0.name(), self.0.version(), document.criteria().count(), self.0.digest())
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        slf.py().import("uytin._html")?.getattr("policy")?.call1((slf,))?.extract()
    }

    #[pyo3(signature = (_console, _options, /))]
    fn __rich_console__<'py>(
        slf: &Bound<'py, Self>,
        _console: &Bound<'_, PyAny>,
        _options: &Bound<'_, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("uytin._rich")?.getattr("policy")?.call1((slf,))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().0 == self.0)
    }

    fn __hash__(&self) -> u64 {
        hash(self.0.digest().to_string().as_bytes())
    }

    #[pyo3(signature = () -> "tuple[object, tuple[str]]")]
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((slf.get_type().getattr("from_json")?, (slf.get().0.canonical().to_owned(),)))
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (_memo, /))]
    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }
}
