"""The same for terminals, by `rich`, where that is installed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ._uytin import Assessment, Ledger, Policy
from ._words import Words, glyph, plain, points, signed

COLOURS = {"e": "green", "s": "blue", "u": "bright_black", "i": "red"}


def _bar(start: float, end: float, width: int = 30) -> str:
    """Blocks from start to end of a scale to 100."""
    first, last = round(start * width / 100), max(round(end * width / 100), round(start * width / 100) + 1)
    return " " * first + "█" * (last - first)


def assessment(found: Assessment) -> Iterator[Any]:
    """An assessment as `rich` renders it."""
    from rich.table import Table
    from rich.text import Text

    words = Words(found.policy, "en")
    colour = COLOURS[glyph(found.policy, found.tier)[0]]
    span = {"lower": points(found.lower), "upper": points(found.upper)}
    head = Text(plain(found.subject), "bold").append(f"  {words('as_of', day=found.as_of)}", "not bold dim")
    yield head
    if found.is_rated:
        line = Text(points(found.score), f"bold {colour}").append(f" {words('of_100')}, {words('range', **span)}  ", "not bold default")
        yield line.append(words.tiers[found.tier], f"bold {colour}")
    else:
        yield Text(words("not_rated"), f"bold {colour}").append(f": {words('possible', **span)}", "not bold default")
    if found.human_review:
        yield Text(words("review"), "bold yellow")
        for why in found.review_reasons:
            yield Text(f"  {plain(words.said(why))}")
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(max_width=44)
    table.add_column(no_wrap=True)
    table.add_column(justify="right")
    level = 0.0
    for part in found.waterfall:
        if part.kind != "baseline" and part.points == 0:
            continue
        start, end = sorted((level, level + part.points))
        level += part.points
        style = "dim" if part.kind == "baseline" else "red" if part.points < 0 else "blue" if part.kind == "credit" else "green"
        number = points(part.points) if part.kind == "baseline" else signed(part.points)
        table.add_row(Text(plain(words.part(part.kind, part.id, part.source))), Text(_bar(start, end), style), number)
    total = words("score") if found.is_rated else words("prior_score")
    table.add_row(Text(total, "bold"), Text(_bar(0, found.score), colour), Text(points(found.score), "bold"))
    yield table
    for reason in found.reasons:
        number = "" if reason.code == "little-evidence" else signed(reason.points)
        yield Text(f"{number:>6}  ", "red" if reason.points < 0 else "").append(plain(words.said(reason)), "default")
    yield Text(words.notice, "dim italic")


def policy(of: Policy) -> Iterator[Any]:
    """A policy as `rich` renders it."""
    from rich.table import Table
    from rich.text import Text

    words, weights = Words(of, "en"), of.weights()
    yield Text(words.policy_title, "bold").append(f"  {of.name} {of.version}", "not bold dim")
    table = Table(box=None, pad_edge=False)
    table.add_column(words("criterion"))
    table.add_column(words("weight"), justify="right")
    for pillar in words.document["pillars"]:
        table.add_row(Text(plain(pillar["title"]["en"]), "bold"), "")
        for criterion in pillar["criteria"]:
            table.add_row(Text("  " + plain(criterion["title"]["en"])), f"{100 * weights[criterion['id']]:.1f} %")
    yield table
    yield Text(words.notice, "dim italic")


def ledger(of: Ledger) -> Iterator[Any]:
    """A ledger as `rich` renders it."""
    from rich.table import Table
    from rich.text import Text

    yield Text(repr(of).strip("<>"), "bold")
    table = Table(box=None, pad_edge=False)
    table.add_column("Subject")
    table.add_column("Records", justify="right")
    for subject in of.subjects[:20]:
        table.add_row(Text(plain(subject)), str(len(of.records(subject))))
    yield table
