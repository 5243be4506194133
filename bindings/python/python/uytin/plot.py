"""Charts of assessments and populations, as matplotlib axes: change and combine them as any other.

Needs matplotlib: `pip install uytin[plot]`. Of subjects that are not rated no score is drawn, only the range that is
possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ._frames import columns_of
from ._html import LIGHT
from ._uytin import Assessment, Policy
from ._words import Words, glyph, plain, points, signed

COLOURS = {entry.split(":")[0][2:]: entry.split(":")[1] for entry in LIGHT.split(";") if entry.startswith("--")}


def _axes(ax: Any, size: tuple[float, float]) -> Any:
    from matplotlib import pyplot

    ax = ax if ax is not None else pyplot.subplots(figsize=size, layout="constrained")[1]
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.set_axisbelow(True)
    return ax


def _note(ax: Any, policy: Policy, lang: str) -> None:
    ax.annotate(
        policy.notice(lang), (0, 0), xycoords="axes fraction", xytext=(0, -46), textcoords="offset points", fontsize=7,
        color=COLOURS["soft"], va="top", wrap=True, annotation_clip=False,
    )  # fmt: skip


def _tiers(policy: Policy | None, lang: str) -> tuple[Policy, Words, dict[str, str]]:
    policy = policy or Policy.reference()
    return policy, Words(policy, lang), {tier: COLOURS[glyph(policy, tier)] for tier in policy.tiers}


def waterfall(found: Assessment, *, ax: Any = None, lang: str = "en") -> Any:
    """The parts of one assessment, which sum to its score.

    Parameters
    ----------
    found : Assessment
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where none is given.
    lang : str
        `en` or `vi`.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> axes = waterfall(uytin.assess(uytin.Ledger(), "2026-11-21", subject="creator-9"))
    >>> len(axes.patches)
    2
    """
    words = Words(found.policy, lang)
    parts = [part for part in found.waterfall if part.kind == "baseline" or part.points]
    ax = _axes(ax, (9, 1.6 + 0.34 * (len(parts) + 1)))
    level = 0.0
    labels = []
    looks = {"baseline": "base", "credit": "credit"}
    for row, part in enumerate(parts):
        look = looks.get(part.kind, "loss" if part.points < 0 else "gain")
        ax.barh(row, part.points, left=level, color=COLOURS[look], height=0.62)
        level += part.points
        labels.append(f"{plain(words.part(part.kind, part.id, part.source))}   {points(part.points) if row == 0 else signed(part.points)}")
    total = words("score") if found.is_rated else words("prior_score")
    shape: dict[str, Any] = {"fill": False, "hatch": "//", "edgecolor": COLOURS["u"]}
    if found.is_rated:
        shape = {"color": COLOURS[glyph(found.policy, found.tier)]}
    ax.barh(len(parts), found.score, height=0.62, **shape)
    ax.hlines(len(parts), found.lower, found.upper, color=COLOURS["ink"], linewidth=2)
    labels.append(f"{total}   {points(found.score)}")
    ax.set_yticks(range(len(labels)), labels, fontsize=9)
    ax.invert_yaxis()
    ax.set_xlim(0, 100)
    ax.grid(axis="x", color=COLOURS["grid"])
    span = {"lower": points(found.lower), "upper": points(found.upper)}
    state = f"{words.tiers[found.tier]}, {words('range', **span)}" if found.is_rated else f"{words('not_rated')}, {words('possible', **span)}"
    ax.set_title(f"{plain(found.subject)}: {state}", loc="left", fontsize=11)
    _note(ax, found.policy, lang)
    return ax


def distribution(frame: Any, *, policy: Policy | None = None, ax: Any = None, lang: str = "en") -> Any:
    """How the scores of rated subjects are distributed, by tier; of the others, how many they are.

    Parameters
    ----------
    frame
        What `assess_frame` gives, of any kind.
    policy : Policy, optional
        The policy by which it was assessed; the reference policy where none is given.
    ax : matplotlib.axes.Axes, optional
    lang : str
        `en` or `vi`.

    Returns
    -------
    matplotlib.axes.Axes
    """
    policy, words, colours = _tiers(policy, lang)
    scores, tiers = columns_of(frame, "score", "tier")
    shown = [tier for tier in policy.tiers if tier != "unrated" and tier in set(tiers)]
    groups = [[score for score, of in zip(scores, tiers, strict=True) if of == tier] for tier in shown]
    ax = _axes(ax, (9, 4))
    if shown:
        titles = [f"{words.tiers[tier]} ({len(group):,})" for tier, group in zip(shown, groups, strict=True)]
        ax.hist(groups, bins=[2.5 * n for n in range(41)], stacked=True, color=[colours[tier] for tier in shown], label=titles)
        ax.legend(frameon=False, fontsize=9)
    ax.set_xlim(0, 100)
    ax.set_xlabel(words("score"))
    ax.grid(axis="y", color=COLOURS["grid"])
    ax.set_title(f"{words('not_rated')}: {tiers.count('unrated'):,} / {len(tiers):,}", loc="left", fontsize=11)
    _note(ax, policy, lang)
    return ax


def coverage(frame: Any, *, policy: Policy | None = None, ax: Any = None, lang: str = "en") -> Any:
    """Score against coverage: a point a rated subject, the possible range of the others.

    Parameters
    ----------
    frame
        What `assess_frame` gives, of any kind.
    policy : Policy, optional
    ax : matplotlib.axes.Axes, optional
    lang : str
        `en` or `vi`.

    Returns
    -------
    matplotlib.axes.Axes
    """
    policy, words, colours = _tiers(policy, lang)
    scores, lowers, uppers, shares, tiers = columns_of(frame, "score", "lower", "upper", "coverage", "tier")
    rows = list(zip(shares, scores, lowers, uppers, tiers, strict=True))
    ax = _axes(ax, (9, 5))
    unrated = [row for row in rows if row[4] == "unrated"]
    ax.vlines([row[0] for row in unrated], [row[2] for row in unrated], [row[3] for row in unrated], color=COLOURS["u"], alpha=0.35,
              linewidth=1, label=words("not_rated") if unrated else None)  # fmt: skip
    for tier in policy.tiers:
        of = [row for row in rows if row[4] == tier]
        if of and tier != "unrated":
            ax.scatter([row[0] for row in of], [row[1] for row in of], s=18, color=colours[tier], label=words.tiers[tier])
    ax.axvline(words.document["tiers"]["rated_coverage"], color=COLOURS["soft"], linestyle=":", linewidth=1)
    ax.set(xlim=(0, 1), ylim=(0, 100), xlabel=words("coverage", share="").strip(" %") if lang == "vi" else "Coverage", ylabel=words("score"))
    if rows:
        ax.legend(frameon=False, fontsize=9)
    ax.grid(color=COLOURS["grid"])
    _note(ax, policy, lang)
    return ax


def history(frame: Any, subject: Any, *, policy: Policy | None = None, ax: Any = None, lang: str = "en") -> Any:
    """The score of one subject over time, with its range; where it is not rated, the range alone.

    Parameters
    ----------
    frame
        What `assess_frame` gives for several dates.
    subject
        Whom to draw.
    policy : Policy, optional
    ax : matplotlib.axes.Axes, optional
    lang : str
        `en` or `vi`.

    Returns
    -------
    matplotlib.axes.Axes
    """
    policy, words, colours = _tiers(policy, lang)
    columns = columns_of(frame, "subject", "as_of", "score", "lower", "upper", "tier")
    rows = sorted(row[1:] for row in zip(*columns, strict=True) if row[0] == subject)
    days = [row[0] for row in rows]
    ax = _axes(ax, (9, 4))
    ax.fill_between(days, [row[2] for row in rows], [row[3] for row in rows], color=COLOURS["track"], label="lower to upper")
    ax.plot(days, [row[1] if row[4] != "unrated" else float("nan") for row in rows], color=COLOURS["ink"], linewidth=1)
    for tier in policy.tiers:
        of = [row for row in rows if row[4] == tier and tier != "unrated"]
        if of:
            ax.scatter([row[0] for row in of], [row[1] for row in of], s=26, color=colours[tier], label=words.tiers[tier], zorder=3)
    ax.set_ylim(0, 100)
    ax.set_ylabel(words("score"))
    ax.set_title(plain(str(subject)), loc="left", fontsize=11)
    ax.grid(axis="y", color=COLOURS["grid"])
    ax.legend(frameon=False, fontsize=9)
    _note(ax, policy, lang)
    return ax


def calibration(predicted: Sequence[float], held: Sequence[bool], *, bins: int = 10, ax: Any = None) -> Any:
    """How often what was predicted came true: the share of checks that held, by the share that was predicted.

    Parameters
    ----------
    predicted
        Predicted shares in [0, 1], as the means of criteria are.
    held
        Whether the later check held, in the same order.
    bins : int
        Into how many groups of equal width the predictions fall.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    if len(predicted) != len(held):
        raise ValueError(f"found {len(predicted)} predictions and {len(held)} outcomes, expected as many of both")
    groups: dict[int, list[tuple[float, bool]]] = {}
    for share, outcome in zip(predicted, held, strict=True):
        groups.setdefault(min(int(share * bins), bins - 1), []).append((share, outcome))
    ax = _axes(ax, (5.5, 5))
    ax.plot([0, 1], [0, 1], color=COLOURS["soft"], linestyle=":", linewidth=1)
    expected = [sum(share for share, _ in group) / len(group) for _, group in sorted(groups.items())]
    observed = [sum(outcome for _, outcome in group) / len(group) for _, group in sorted(groups.items())]
    sizes = [len(group) for _, group in sorted(groups.items())]
    ax.plot(expected, observed, color=COLOURS["credit"], linewidth=1)
    ax.scatter(expected, observed, s=[20 + 180 * size / max(sizes) for size in sizes], color=COLOURS["credit"])
    for x, y, size in zip(expected, observed, sizes, strict=True):
        ax.annotate(f"{size:,}", (x, y), xytext=(7, -9), textcoords="offset points", fontsize=8, color=COLOURS["soft"])
    ax.set(xlim=(0, 1), ylim=(0, 1), xlabel="Predicted share that holds", ylabel="Share that held")
    ax.grid(color=COLOURS["grid"])
    return ax


def tier_flows(before: Any, after: Any, *, policy: Policy | None = None, ax: Any = None, lang: str = "en") -> Any:
    """How subjects move between tiers from one assessment to another: under two policies, or on two dates.

    Parameters
    ----------
    before, after
        What `assess_frame` gives; subjects that only one of them has are left out.
    policy : Policy, optional
        Gives the tiers their order and names.
    ax : matplotlib.axes.Axes, optional
    lang : str
        `en` or `vi`.

    Returns
    -------
    matplotlib.axes.Axes
    """
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    policy, words, colours = _tiers(policy, lang)
    left, right = (dict(zip(*columns_of(frame, "subject", "tier"), strict=True)) for frame in (before, after))
    pairs = [(left[subject], right[subject]) for subject in left if subject in right]
    order = {tier: place for place, tier in enumerate(policy.tiers)}
    order |= {tier: -1 for pair in pairs for tier in pair if tier not in order}
    ax = _axes(ax, (8, 5))
    gap = max(len(pairs), 1) * 0.04

    def stack(side: int) -> dict[str, float]:
        start, starts = 0.0, {}
        for tier in sorted({pair[side] for pair in pairs}, key=lambda tier: order[tier]):
            count = sum(pair[side] == tier for pair in pairs)
            starts[tier] = start
            at = (-0.02, 1.02)[side]
            ax.bar(at, count, bottom=start, width=0.04, color=colours.get(tier, COLOURS["u"]))
            ax.text(at + (-0.04, 0.04)[side], start + count / 2, f"{words.tiers.get(tier, tier)} ({count:,})", ha=("right", "left")[side],
                    va="center", fontsize=9)  # fmt: skip
            start += count + gap
        return starts

    one, two = stack(0), stack(1)
    for flow in sorted(set(pairs), key=lambda pair: (order[pair[0]], order[pair[1]])):
        count = pairs.count(flow)
        a, b = one[flow[0]], two[flow[1]]
        one[flow[0]] += count
        two[flow[1]] += count
        curve = [(0, a), (0.5, a), (0.5, b), (1, b), (1, b + count), (0.5, b + count), (0.5, a + count), (0, a + count), (0, a)]
        codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
        colour = colours.get(flow[0], COLOURS["u"])
        ax.add_patch(PathPatch(Path(curve, codes), facecolor=colour, alpha=0.35 if flow[0] != flow[1] else 0.18, linewidth=0))
    ax.set_xlim(-0.5, 1.5)
    ax.autoscale(axis="y")
    ax.axis("off")
    _note(ax, policy, lang)
    return ax
