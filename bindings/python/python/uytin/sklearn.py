"""scikit-learn: what the evidence says of each criterion, as features.

Needs scikit-learn: `pip install uytin[sklearn]`.
"""

from __future__ import annotations

from typing import Any

import numpy
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ._uytin import Ledger, Policy, assess

KINDS = ("mean", "lower", "upper", "coverage")


class CredibilityFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Mean, bounds and coverage of each criterion, of the subjects that stand in a column.

    Of a criterion that does not apply to a subject the features are those of no evidence.

    Parameters
    ----------
    ledger : Ledger, optional
        The evidence; none where not given.
    as_of : str, date, datetime, pandas.Timestamp or numpy.datetime64
        The day of assessment: take one before the outcome that is to be learnt, so that nothing is learnt from the
        future.
    policy : Policy, optional
        The reference policy where none is given.
    column : int
        The column of X that holds the subjects' ids.

    Attributes
    ----------
    criteria_ : list of str
        The criteria, in the order of the features.

    Examples
    --------
    >>> ledger = uytin.Ledger([dict(type="observation", id="a", subject="s", source="x", source_class="press",
    ...     criterion="claim-accuracy", date="2026-10-01", passed=30, failed=1)])
    >>> features = CredibilityFeatures(ledger, "2026-11-21")
    >>> features.fit_transform([["s"], ["nobody"]]).shape == (2, 4 * len(features.criteria_))
    True
    """

    def __init__(self, ledger: Ledger | None = None, as_of: Any = "2026-11-21", policy: Policy | None = None, column: int = 0) -> None:
        self.ledger = ledger
        self.as_of = as_of
        self.policy = policy
        self.column = column

    def fit(self, X: Any, y: Any = None) -> CredibilityFeatures:
        """Learn the names of the criteria: nothing is learnt from X."""
        self._subjects(X, reset=True)
        policy = self.policy or Policy.reference()
        self.criteria_ = list(policy.weights())
        nobody = assess(Ledger(), self.as_of, subject="", policy=policy)
        self.without_ = {estimate.id: [getattr(estimate, kind) for kind in KINDS] for estimate in nobody.criteria}
        return self

    def transform(self, X: Any) -> Any:
        """The features: a row a subject, four columns a criterion."""
        check_is_fitted(self, "criteria_")
        subjects = self._subjects(X, reset=False)
        ledger = self.ledger if self.ledger is not None else Ledger()
        rows = {}
        for subject in dict.fromkeys(subjects):
            found = assess(ledger, self.as_of, subject=subject, policy=self.policy)
            known = {estimate.id: [getattr(estimate, kind) for kind in KINDS] for estimate in found.criteria}
            rows[subject] = [number for criterion in self.criteria_ for number in known.get(criterion, self.without_[criterion])]
        return numpy.array([rows[subject] for subject in subjects], dtype=numpy.float64)

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """The names of the features: criterion and kind."""
        check_is_fitted(self, "criteria_")
        return numpy.array([f"{criterion}__{kind}" for criterion in self.criteria_ for kind in KINDS], dtype=object)

    def _subjects(self, X: Any, *, reset: bool) -> list[str]:
        X = validate_data(self, X, dtype=None, reset=reset)
        return [str(subject) for subject in X[:, self.column]]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags
