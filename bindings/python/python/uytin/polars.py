"""Polars: `frame.uytin.assess(…)` for frames, eager and lazy, and an expression for queries.

Importing this module registers the namespace `uytin` on DataFrame and LazyFrame.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars

from ._frames import assess_frame
from ._uytin import Policy

#: The fields of what `assessment` gives.
FIELDS = ("score", "lower", "upper", "coverage", "tier", "valid_until", "human_review")


def assessment(
    as_of: Any, *, records: Any = None, policy: Policy | None = None, previous: Any = None
) -> polars.Expr:
    """An expression that gives each record the assessment of its subject.

    Parameters
    ----------
    as_of
        The day of assessment.
    records : polars expression, optional
        The columns of the records, as `uytin.assess_frame` takes them; all columns where not given.
    policy : Policy, optional
        The reference policy where none is given.
    previous : optional
        The tiers that subjects had, as `uytin.assess_frame` takes them.

    Returns
    -------
    polars.Expr
        As many rows as there are records, of a struct: `score`, `lower` and `upper` in points, `coverage` in [0, 1],
        `tier`, `valid_until`, `human_review`. All records must be in one piece: not over groups or in a streaming query.

    Examples
    --------
    >>> frame = polars.DataFrame(dict(subject=["a", "b", "a"], source=["x", "y", "y"], source_class=["press"] * 3,
    ...     criterion=["claim-accuracy"] * 3, date=["2026-10-01"] * 3, passed=[20, 30, 8], failed=[1, 0, 0]))
    >>> frame.select("subject", assessment("2026-11-21").struct.field("lower")).rows()
    [('a', 42.0), ('b', 42.3), ('a', 42.0)]
    """
    columns = dict.fromkeys(("type", "subject", "source", "source_class", "criterion", "date"), polars.String)
    shape = assess_frame(polars.DataFrame(schema=columns), as_of, policy=policy).schema
    returned = polars.Struct({name: shape[name] for name in FIELDS})

    def assessed(rows: polars.Series) -> polars.Series:
        frame = rows.struct.unnest()
        found = assess_frame(frame, as_of, policy=policy, previous=previous)
        found = found.select("subject", polars.struct(FIELDS).alias("assessment"))
        subjects = frame.select(polars.col("subject").cast(found.schema["subject"]))
        return subjects.join(found, on="subject", how="left", maintain_order="left")["assessment"]

    whole = polars.struct(polars.all() if records is None else records).map_batches(assessed, return_dtype=returned, is_elementwise=False)
    return whole.alias("assessment")


@polars.api.register_dataframe_namespace("uytin")
class UytinFrame:
    """`frame.uytin`: records of a DataFrame, assessed.

    Examples
    --------
    >>> frame = polars.DataFrame(dict(subject=["a"], source=["x"], source_class=["press"], criterion=["claim-accuracy"],
    ...     date=["2026-10-01"], passed=[20], failed=[1]))
    >>> frame.uytin.assess("2026-11-21")["tier"].to_list()
    ['unrated']
    """

    def __init__(self, frame: polars.DataFrame) -> None:
        self._frame = frame

    def assess(self, as_of: Any, **options: Any) -> polars.DataFrame:
        """`uytin.assess_frame` of this frame, with its options."""
        return assess_frame(self._frame, as_of, **options)


@polars.api.register_lazyframe_namespace("uytin")
class UytinLazyFrame:
    """`frame.uytin`: records of a LazyFrame, assessed when the query runs."""

    def __init__(self, frame: polars.LazyFrame) -> None:
        self._frame = frame

    def assess(self, as_of: Any, **options: Any) -> polars.LazyFrame:
        """`uytin.assess_frame` of this frame, with its options."""
        return assess_frame(self._frame, as_of, **options)


__all__: Sequence[str] = ["FIELDS", "UytinFrame", "UytinLazyFrame", "assessment"]
