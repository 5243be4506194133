"""The tools around the score that take frames."""

from __future__ import annotations

from typing import Any

from ._frames import columns_of
from ._uytin import Answer, Policy, fairness_of


def fairness(
    frame: Any,
    group: str,
    *,
    outcome: str | None = None,
    policy: Policy | None = None,
    least: int = 10,
    seed: int = 1,
    replicates: int = 1000,
) -> Answer:
    """Compare groups of an assessed population: scores, coverage, tiers and restrictions, each beside everybody else's.

    Parameters
    ----------
    frame
        What `assess_frame` gives, with a column that says who belongs where. The model never sees that column.
    group : str
        The column of groups; rows without one are left out.
    outcome : str, optional
        A column that says whether a subject turned out well (True), badly (False) or is not known (null): with it, false
        and missed restrictions are compared too.
    policy : Policy, optional
        The policy of the assessments; the reference policy where none is given.
    least : int
        Smaller groups are counted, but have no figures of their own.
    seed, replicates : int
        Draw the bootstrap intervals.

    Returns
    -------
    Answer

    Examples
    --------
    >>> import polars
    >>> frame = polars.DataFrame(dict(score=[70.0, 60.0] * 20, coverage=[0.5] * 40, tier=["standard"] * 40, region=["north", "south"] * 20))
    >>> fairness(frame, "region")["groups"][0]["figures"][0]["gap"]["estimate"]
    10
    """
    names = [group, "score", "coverage", "tier"] + ([outcome] if outcome else [])
    rows = [row for row in zip(*columns_of(frame, *names), strict=True) if row[0] is not None and row[0] == row[0]]
    groups, scores, coverages, tiers = ([row[n] for row in rows] for n in range(4))
    outcomes = [None if row[4] is None or row[4] != row[4] else bool(row[4]) for row in rows] if outcome else None
    return fairness_of(
        [str(name) for name in groups], scores, coverages, tiers, outcomes, policy=policy, least=least, seed=seed, replicates=replicates
    )
