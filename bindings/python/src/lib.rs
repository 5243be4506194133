//! The native part of the Python package `uytin`: converts, calls the core, converts back. No rule of the model is here.

mod assessment;
mod convert;
mod frame;
mod ledger;
mod parts;
mod policy;
mod record;
mod tools;

/// The native part of the package; import `uytin` instead.
#[pyo3::pymodule(gil_used = false)]
mod _uytin {
    #[pymodule_export]
    use crate::assessment::{PyAssessment, PyReceipt, PyVerification, assess};
    #[pymodule_export]
    use crate::frame::{Table, assess_stream, record_stream};
    #[pymodule_export]
    use crate::ledger::{PyLedger, PyRecords};
    #[pymodule_export]
    use crate::parts::{
        Change, CreditMass, CriterionEstimate, Difference, Fault, Measure, Part, Pending, PillarScore, Reason, RecordKey, ReviewReason,
        SetAside, Trigger,
    };
    #[pymodule_export]
    use crate::policy::PyPolicy;
    #[pymodule_export]
    use crate::record::PyRecord;
    #[pymodule_export]
    use crate::tools::{Answer, attacks, calibrated, contest, fairness_of, impact, interval_coverage, paths, shortlist, statement};

    /// The catalogue of codes with their texts, as JSON.
    #[pymodule_export]
    const CATALOGUE: &str = uytin::catalogue();
    /// The version of the engine.
    #[pymodule_export]
    const VERSION: &str = uytin::VERSION;
}
