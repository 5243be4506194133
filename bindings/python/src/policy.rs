//! `Policy`: the document that fixes every number.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyType};
use serde_json::Value;
use uytin::{Limits, Policy};

use crate::convert::{Kind, bytes_of, dict_of, exception, language_of};
use crate::parts::{Change, Fault};
use crate::record::hash;

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

fn text_of(document: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if document.cast::<PyMapping>().is_ok() {
        let text = document.py().import("json")?.call_method1("dumps", (document,))?;
        return bytes_of(&text, "a policy");
    }
    bytes_of(document, "the JSON of a policy, or its mapping")
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
        let text = text_of(document)?;
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
        let text = text_of(document)?;
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

    /// Where another policy's document differs from this one's, by JSON path.
    ///
    /// Examples
    /// --------
    /// >>> document = Policy.reference().to_dict()
    /// >>> document["validity_days"] = 180
    /// >>> Policy.reference().diff(Policy.from_json(document))
    /// [Change(path='$.validity_days', before='365', after='180')]
    fn diff(&self, other: &Bound<'_, Self>) -> Vec<Change> {
        let tree = |policy: &Policy| serde_json::from_str(policy.canonical()).unwrap_or(Value::Null);
        let mut changes = Vec::new();
        differences("$", Some(&tree(&self.0)), Some(&tree(&other.get().0)), &mut changes);
        changes
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

/// Lists what differs: of objects by key, of lists by the items' ids where they have any, else by place.
fn differences(path: &str, before: Option<&Value>, after: Option<&Value>, changes: &mut Vec<Change>) {
    match (before, after) {
        (before, after) if before == after => {}
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                differences(&format!("{path}.{key}"), a.get(key), b.get(key), changes);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => {
            let ids =
                |list: &[Value]| -> Option<Vec<String>> { list.iter().map(|item| Some(item.get("id")?.as_str()?.to_owned())).collect() };
            match (ids(a), ids(b)) {
                (Some(left), Some(right)) if !left.is_empty() || !right.is_empty() => {
                    let at = |ids: &[String], list: &[Value], id: &str| {
                        ids.iter().position(|other| other == id).and_then(|n| list.get(n).cloned())
                    };
                    for id in left.iter().chain(right.iter().filter(|id| !left.contains(id))) {
                        differences(&format!("{path}[{id}]"), at(&left, a, id).as_ref(), at(&right, b, id).as_ref(), changes);
                    }
                    let common = |of: &[String], other: &[String]| of.iter().filter(|id| other.contains(id)).cloned().collect::<Vec<_>>();
                    let (one, two) = (common(&left, &right), common(&right, &left));
                    if one != two {
                        changes.push(Change { path: path.to_owned(), before: one.join(", "), after: two.join(", ") });
                    }
                }
                _ => (0..a.len().max(b.len())).for_each(|n| differences(&format!("{path}[{n}]"), a.get(n), b.get(n), changes)),
            }
        }
        (before, after) => {
            let show = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
            changes.push(Change { path: path.to_owned(), before: show(before), after: show(after) });
        }
    }
}
