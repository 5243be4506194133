"""The credibility of influencers: scored, explained, for one creator or a whole population.

A `Policy` fixes every number, a `Ledger` holds the evidence, and `assess` gives an `Assessment`: score, range, tier,
proposed measures and the parts that explain them. `assess_frame` does the same for every subject of a frame of records.
Weights of the reference policy are this project's defaults, not official; an assessment is a proposal, and a person
decides.

Examples
--------
>>> import uytin
>>> ledger = uytin.Ledger([dict(
...     type="observation", id="audit-1", subject="creator-1", source="auditor-7", source_class="auditor",
...     criterion="ad-disclosure", date="2026-11-01", passed=40, failed=2)])
>>> uytin.assess(ledger, "2026-11-21")
<Assessment creator-1 as of 2026-11-21: not rated (46.0 to 84.2 possible)>
"""

from ._errors import ColumnError, PolicyError, RecordError, UytinError
from ._frames import assess_frame, observations, records_frame
from ._preview import preview
from ._tools import fairness
from ._uytin import (
    VERSION,
    Answer,
    Assessment,
    Change,
    CreditMass,
    CriterionEstimate,
    Difference,
    Fault,
    Ledger,
    Measure,
    Part,
    Pending,
    PillarScore,
    Policy,
    Reason,
    Receipt,
    Record,
    RecordKey,
    Records,
    ReviewReason,
    SetAside,
    Table,
    Trigger,
    Verification,
    assess,
    attacks,
    calibrate,
    contest,
    impact,
    interval_coverage,
    paths,
    shortlist,
    statement,
)

__version__ = VERSION

__all__ = [
    "Answer",
    "Assessment",
    "Change",
    "ColumnError",
    "CreditMass",
    "CriterionEstimate",
    "Difference",
    "Fault",
    "Ledger",
    "Measure",
    "Part",
    "Pending",
    "PillarScore",
    "Policy",
    "PolicyError",
    "Reason",
    "Receipt",
    "Record",
    "RecordError",
    "RecordKey",
    "Records",
    "ReviewReason",
    "SetAside",
    "Table",
    "Trigger",
    "UytinError",
    "Verification",
    "assess",
    "assess_frame",
    "attacks",
    "calibrate",
    "contest",
    "fairness",
    "impact",
    "interval_coverage",
    "observations",
    "paths",
    "preview",
    "records_frame",
    "shortlist",
    "statement",
]
