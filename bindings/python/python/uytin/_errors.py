"""The exceptions: each says what stood where, and what was expected."""

from __future__ import annotations

import re

from ._uytin import Fault


class UytinError(ValueError):
    """Input that cannot be worked with.

    Attributes
    ----------
    code : str
        The stable code of the first fault, the same in every language; empty where another library raised the
        exception anew and kept its message only, as Polars does in queries.
    path : str
        Where it is: a JSON path, with the record, line or row before it.
    expected, found : str
        What was expected there, and what stood there.
    faults : tuple of Fault
        Every fault.

    Examples
    --------
    >>> try:
    ...     assess(Ledger(), "tomorrow", subject="creator-1")
    ... except UytinError as error:
    ...     error.code, error.path, error.found
    ('not-a-date', 'as_of', '`tomorrow`')
    """

    def __init__(self, message: str, faults: list[tuple[str, str, str, str]] | None = None) -> None:
        # Libraries that raise an exception of theirs anew, as Polars does in a query, know its message only.
        faults = faults or [("", "", "", message)]
        super().__init__(message, faults)
        self.message = message
        self.faults = tuple(Fault(*fault) for fault in faults)

        first = self.faults[0]
        self.code, self.path, self.expected, self.found = first.code, first.path, first.expected, first.found

    def __str__(self) -> str:
        return self.message

    def _at(self, place: str) -> UytinError:
        """The same faults in a greater whole."""
        faults = [(fault.code, f"{place}: {fault.path}", fault.expected, fault.found) for fault in self.faults]
        return type(self)(f"{place}: {self.message}", faults)


class PolicyError(UytinError):
    """A policy that is not valid; `faults` has every fault."""


class RecordError(UytinError):
    """A record that is not valid."""


class ColumnError(UytinError):
    """A frame that does not hold records.

    Examples
    --------
    >>> import polars
    >>> frame = polars.DataFrame(dict(subject=["a"], source=["x"], source_class=["press"], criterion=["claim-accuracy"],
    ...                               date=["2026-02-30"], passed=[1], failed=[0]))
    >>> try:
    ...     assess_frame(frame, "2026-11-21")
    ... except ColumnError as error:
    ...     error.row, error.column, error.found
    (0, 'date', '`2026-02-30`')
    """

    @property
    def row(self) -> int | None:
        """The row, counted from 0; None where the fault is the column's."""
        found = re.match(r"row (\d+)", self.path)
        return int(found[1]) if found else None

    @property
    def column(self) -> str | None:
        """The column; None where the fault is the frame's."""
        _, found, column = self.path.partition("$.")
        return column if found else None


__all__ = ["ColumnError", "PolicyError", "RecordError", "UytinError"]