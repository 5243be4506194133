//! The plain parts of what the core says: immutable, comparable, picklable.

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::convert::Day;

/// The name of a field, whatever its type.
trait Named {
    type Name;
}

impl<T> Named for T {
    type Name = &'static str;
}

macro_rules! plain {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => { $(
        $(#[$doc])*
        #[pyclass(frozen, get_all, eq, from_py_object, module = "uytin")]
        #[derive(Clone, PartialEq)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }

        #[pymethods]
        impl $name {
            #[new]
            #[allow(clippy::too_many_arguments, reason = "as many as there are fields")]
            fn new($($field: $type),*) -> Self {
                Self { $($field),* }
            }

            #[classattr]
            #[pyo3(name = "__match_args__")]
            fn match_args() -> ($(<$type as Named>::Name,)*) {
                ($(stringify!($field),)*)
            }

            #[pyo3(signature = () -> "tuple[object, ...]")]
            fn __getnewargs__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
                PyTuple::new(slf.py(), [$(slf.getattr(stringify!($field))?),*])
            }

            fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
                let fields = [$(format!("{}={}", stringify!($field), slf.getattr(stringify!($field))?.repr()?)),*];
                Ok(format!("{}({})", stringify!($name), fields.join(", ")))
            }

            fn __hash__(slf: &Bound<'_, Self>) -> PyResult<u64> {
                Ok(crate::record::hash(Self::__repr__(slf)?.as_bytes()))
            }
        }
    )* };
}

plain! {
    /// One fault of a document.
    Fault {
        /// Its stable code.
        code: String,
        /// The JSON path to it.
        path: String,
        /// What was expected.
        expected: String,
        /// What stood there.
        found: String,
    }

    /// Where two policies differ.
    Change {
        /// The JSON path.
        path: String,
        /// What stood there, as JSON; None where it is added.
        before: Option<String>,
        /// What stands there now, as JSON; None where it is removed.
        after: Option<String>,
        /// The section of the policy.
        section: String,
        /// Which way it goes: `stricter`, `laxer`, `mixed` or `neither`.
        direction: String,
        /// Why it goes that way, in English
        en: String,
        /// and in Vietnamese.
        vi: String,
    }

    /// What names a record within its subject.
    RecordKey {
        /// The record's source.
        source: String,
        /// The record's id.
        id: String,
    }

    /// One part of the score; the points of all parts sum to it.
    Part {
        /// `baseline`, `criterion`, `credit` or `finding`.
        kind: String,
        /// `baseline`, the criterion, the credit or the finding's id.
        id: String,
        /// The finding's source.
        source: Option<String>,
        /// Its points.
        points: f64,
    }

    /// Why a part of the score is what it is.
    Reason {
        /// The stable code.
        code: String,
        /// The kind of its part.
        kind: String,
        /// The id of its part.
        id: String,
        /// The finding's source.
        source: Option<String>,
        /// The part's points.
        points: f64,
        /// What happened, in English.
        en: String,
        /// What happened, in Vietnamese.
        vi: String,
        /// What would change it, in English.
        change_en: String,
        /// What would change it, in Vietnamese.
        change_vi: String,
        /// The texts and laws that it rests on.
        basis: Vec<String>,
        /// The records that it rests on, at most a hundred.
        records: Vec<RecordKey>,
        /// How many more there are.
        records_omitted: usize,
    }

    /// The score of one pillar, before credits and findings.
    PillarScore {
        /// The pillar.
        id: String,
        /// Points.
        score: f64,
    }

    /// What the evidence says of one criterion.
    CriterionEstimate {
        /// The criterion.
        id: String,
        /// The posterior mean of the share of checks that hold, in [0, 1].
        mean: f64,
        /// Its lower Wilson bound.
        lower: f64,
        /// Its upper Wilson bound.
        upper: f64,
        /// The credibility factor, in [0, 1].
        coverage: f64,
        /// The favourable mass, in checks.
        favourable: f64,
        /// The adverse mass, in checks.
        adverse: f64,
    }

    /// The mass of one credit.
    CreditMass {
        /// The credit.
        id: String,
        /// Decayed, capped and weighted.
        mass: f64,
    }

    /// What triggered a measure.
    Trigger {
        /// `finding`, `criterion` or `tier`.
        kind: String,
        /// The finding's id, the criterion or the tier.
        id: String,
        /// The finding's source.
        source: Option<String>,
    }

    /// A proposed measure; a person decides.
    Measure {
        /// The measure's id in the policy.
        id: String,
        /// What triggered it.
        triggers: Vec<Trigger>,
        /// Where findings alone trigger it: the first day on which none of them is in force.
        until: Option<Day>,
    }

    /// Why a person must look.
    ReviewReason {
        /// The stable code.
        code: String,
        /// What the code says, in English.
        en: String,
        /// What the code says, in Vietnamese.
        vi: String,
        /// The records that it is about.
        records: Vec<RecordKey>,
    }

    /// Findings that are not decided for good.
    Pending {
        /// The score if all of them were upheld.
        score_if_upheld: f64,
        /// The findings.
        findings: Vec<RecordKey>,
    }

    /// A record that does not count.
    SetAside {
        /// The record's source.
        source: String,
        /// The record's id.
        id: String,
        /// The stable code of the reason.
        reason: String,
        /// What the reason says, in English.
        en: String,
        /// What the reason says, in Vietnamese.
        vi: String,
    }

    /// One place where a receipt and its recomputation differ.
    Difference {
        /// The JSON path in the receipt.
        path: String,
        /// What the receipt says.
        found: String,
        /// What the recomputation gives.
        expected: String,
    }
}
