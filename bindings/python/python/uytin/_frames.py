"""Frames of any library in, and the same kind out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from ._uytin import Ledger, Policy, Table, assess_stream, record_stream

Frame = TypeVar("Frame")


def _module(frame: object, library: str) -> Any:
    """The library, if the frame is one of its own; it is never imported for the question."""
    of = type(frame).__module__.partition(".")[0].lstrip("_")
    return sys.modules.get(library) if of == library or (library == "polars" and of.startswith("polars")) else None


class _Opened:
    """A frame as a stream of Arrow columns, and the way back to its kind.

    With `codes` the stream may have codes in columns of categories, whose texts are then in `categories`.
    """

    def __init__(self, frame: Any, codes: bool = False) -> None:
        self.stream: Any = frame
        self.codes = codes
        self.categories: dict[str, Any] = {}
        self.back: Callable[[Table], Any] = lambda table: table
        if isinstance(frame, Ledger):
            self.stream = record_stream(frame)
        elif polars := _module(frame, "polars"):
            self.back = polars.DataFrame
            self._polars(polars, frame)
        elif pandas := _module(frame, "pandas"):
            self._pandas(pandas, frame)
        elif pyarrow := _module(frame, "pyarrow"):
            self._pyarrow(pyarrow, frame)
        elif duckdb := _module(frame, "duckdb"):
            self.back = lambda table: duckdb.from_arrow(_arrow(table))

    def _polars(self, polars: Any, frame: Any) -> None:
        if isinstance(frame, polars.LazyFrame):
            frame = frame.collect()
        if not isinstance(frame, polars.DataFrame):
            raise TypeError(f"found a polars.{type(frame).__name__}, expected a polars.DataFrame")
        # Polars hands a column without any value over in a form that Arrow does not have.
        numbers, flags = {"passed", "failed", "reach", "amount", "revision"}, {"withdrawn"}
        types = {
            name: polars.Int64 if name in numbers else polars.Boolean if name in flags else polars.String
            for name, of in frame.schema.items()
            if of == polars.Null
        }
        frame = frame.cast(types) if types else frame
        # Polars copies columns of categories to hand them over; their codes it hands over as they are.
        coded = [name for name, of in frame.schema.items() if isinstance(of, (polars.Categorical, polars.Enum))]
        if self.codes and coded and frame.height and hasattr(polars.col(coded[0]).cat, "to"):
            codes = frame.with_columns(polars.col(coded).to_physical())
            for name, last in zip(coded, codes.select(polars.col(coded).max()).row(0)):
                # Categories are numbered for all frames of a process: where they are more than rows, a copy is cheaper.
                if last is not None and last < frame.height:
                    known = polars.Series(range(last + 1), dtype=codes.schema[name]).cat.to(frame.schema[name])
                    self.categories[name] = known.cast(polars.String).to_frame()
            frame = frame.with_columns(codes.select(list(self.categories)))
        self.stream = frame

    def _pandas(self, pandas: Any, frame: Any) -> None:
        import pyarrow

        if isinstance(frame, pandas.Series):
            raise TypeError("found a pandas.Series, expected a pandas.DataFrame")
        try:
            self.stream = pyarrow.Table.from_pandas(frame, preserve_index=False)
        except pyarrow.ArrowInvalid as error:
            raise _mixed(frame, error) from error
        except pyarrow.ArrowTypeError as error:
            raise _mixed(frame, error) from error
        arrow_typed = any(isinstance(of, pandas.ArrowDtype) for of in frame.dtypes)
        types = {"types_mapper": pandas.ArrowDtype} if arrow_typed else {}
        self.back = lambda table: pyarrow.table(table).to_pandas(**types)

    def _pyarrow(self, pyarrow: Any, frame: Any) -> None:
        if isinstance(frame, pyarrow.RecordBatchReader):
            self.back = pyarrow.RecordBatchReader.from_stream
        elif isinstance(frame, pyarrow.RecordBatch):
            self.stream = pyarrow.Table.from_batches([frame])
            self.back = lambda table: _one_batch(pyarrow, pyarrow.table(table))
        else:
            self.back = pyarrow.table


def _one_batch(pyarrow: Any, table: Any) -> Any:
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pyarrow.RecordBatch.from_pylist([], schema=table.schema)


def _arrow(table: Table) -> Any:
    import pyarrow

    return pyarrow.table(table)


def _mixed(frame: Any, error: Exception) -> Exception:
    """The fault of a pandas column of Python objects that are not of one type: with its row."""
    from ._errors import ColumnError

    for name in frame.columns:
        column = frame[name]
        if column.dtype != object:
            continue
        present = [(row, value) for row, value in enumerate(column) if not (value is None or value != value)]
        kinds = {str: "a text", bool: "a flag", int: "a number", float: "a number"}
        first = kinds.get(type(present[0][1]), type(present[0][1]).__name__) if present else ""
        for row, value in present:
            if kinds.get(type(value), type(value).__name__) != first:
                found = f"`{value!s:.60}` of type {type(value).__name__}"
                expected = f"{first}, as in the rows before"
                path = f"row {row}: $.{name}"
                return ColumnError(f"{path}: found {found}, expected {expected}", [("wrong-type", path, expected, found)])
    return ColumnError(str(error), [("wrong-type", "", "columns of one type each", str(error))])


def _dates(as_of: Any) -> tuple[list[Any], bool]:
    """The dates, and whether they are a history."""
    is_date = isinstance(as_of, (str, bytes)) or not isinstance(as_of, Iterable)
    return ([as_of], False) if is_date else (list(as_of), True)


class _Bar:
    """A bar on standard error: tqdm's where it is installed, else a line."""

    def __init__(self, dates: int) -> None:
        self.done = 0
        try:
            from tqdm.auto import tqdm
        except ImportError:
            self.bar = None
        else:
            self.bar = tqdm(unit=" subjects", desc="assessing" if dates == 1 else f"assessing {dates} dates")

    def __call__(self, rows: int, subjects: int, dates: int) -> None:
        if self.bar is not None:
            self.bar.set_postfix_str(f"{rows:,} rows read", refresh=False)
            self.bar.update(subjects - self.done)
            self.done = subjects
        else:
            print(f"\r{rows:,} rows read, {subjects:,} subjects assessed", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
        else:
            print(file=sys.stderr)


def assess_frame(
    frame: Frame,
    as_of: Any,
    *,
    policy: Policy | None = None,
    previous: Any = None,
    extras: Sequence[str] = (),
    pillars: bool = True,
    keep_categories: bool = False,
    sorted: bool = False,
    threads: int = 0,
    memory_limit: int | None = None,
    progress: bool = False,
) -> Frame:
    """Assess every subject of a frame of records.

    Parameters
    ----------
    frame
        Records, a row each, with the fields of a record as columns; without a column `type` all are observations. A
        polars frame (eager or lazy), pandas frame, pyarrow table, batch or reader, DuckDB relation, `Ledger`, or
        anything with `__arrow_c_stream__`.
    as_of
        The day of assessment, or several of them: a history.
    policy : Policy, optional
        The reference policy where none is given.
    previous : optional
        The tiers that subjects had: a frame with the columns `subject` and `tier`, as an earlier call gives it.
    extras
        Further columns: `waterfall`, `criteria`, `reasons`, `set_aside`, `assessment` (the JSON of each assessment).
    pillars : bool
        Whether the result has the score of each pillar; without them it takes half of the memory.
    keep_categories : bool
        Whether subjects that come as categories (of pandas or polars, or as an Arrow dictionary) stay what they are, and
        in the order of the categories: texts are then neither sorted nor copied. All rows need to have the same
        categories, each once. No effect on other subjects.
    sorted : bool
        Whether the rows come in the order of the result, ascending by subject, which saves memory.
    threads : int
        How many threads to use; as many as there are cores where 0.
    memory_limit : int, optional
        Bytes that input and working memory may take; three quarters of what is free where not given.
    progress : bool
        Whether to show a bar, by tqdm where that is installed.

    Returns
    -------
    frame
        A row a subject, in ascending order (and by date) or that of its categories, of the kind that came in; a `Table` where that is unknown. A
        lazy frame comes back lazy. A DuckDB relation comes back on the default connection. Of a subject whose `tier` is
        `unrated` the score is the prior's, not the subject's: show `lower` to `upper` instead.

    Raises
    ------
    ColumnError
        With row and column of the fault.

    Examples
    --------
    >>> import polars
    >>> frame = polars.DataFrame(dict(subject=["a", "a"], source=["x", "y"], source_class=["press", "auditor"],
    ...     criterion=["claim-accuracy"] * 2, date=["2026-10-01"] * 2, passed=[20, 30], failed=[1, 0]))
    >>> assess_frame(frame, "2026-11-21").select("subject", "lower", "upper", "tier").row(0)
    ('a', 43.1, 82.1, 'unrated')
    >>> assess_frame(frame, ["2026-11-21", "2027-11-21"]).height
    2
    """
    polars = _module(frame, "polars")
    if polars and isinstance(frame, polars.LazyFrame):
        lazy: Any = frame

        def later(eager: Any) -> Any:
            return assess_frame(
                eager, as_of, policy=policy, previous=previous, extras=extras, pillars=pillars,
                keep_categories=keep_categories, sorted=sorted, threads=threads, memory_limit=memory_limit,
                progress=progress,
            )  # fmt: skip

        empty = polars.DataFrame(schema=lazy.collect_schema())
        schema = assess_frame(
            empty, as_of, policy=policy, extras=extras, pillars=pillars, keep_categories=keep_categories
        ).schema
        return lazy.map_batches(later, schema=schema, streamable=False)  # type: ignore[no-any-return]
    days, history = _dates(as_of)
    opened = _Opened(frame, codes=True)
    before = None if previous is None else _Opened(previous).stream
    bar = _Bar(len(days)) if progress else None
    try:
        table = assess_stream(
            opened.stream, days, history=history, policy=policy, previous=before, extras=list(extras), pillars=pillars,
            keep_categories=keep_categories, sorted=sorted, threads=threads, memory_limit=memory_limit, progress=bar,
            categories=opened.categories,
        )  # fmt: skip
    finally:
        if bar is not None:
            bar.close()
    return opened.back(table)  # type: ignore[no-any-return]


def records_frame(ledger: Ledger) -> Table:
    """The records of a ledger as columns, as `assess_frame` takes them.

    Examples
    --------
    >>> import polars
    >>> polars.DataFrame(records_frame(Ledger())).height
    0
    """
    return record_stream(ledger)


def observations(
    frame: Frame, mapping: Mapping[Any, bool | tuple[int, int] | None], *, column: str = "verdict"
) -> Frame:
    """Turn a column of verdicts or grades into the columns `passed` and `failed`.

    Parameters
    ----------
    frame
        A polars frame (eager or lazy), pandas frame, pyarrow table, or DuckDB relation.
    mapping
        What each value of the column says: True for a check that held, False for one that did not, a pair (passed,
        failed) for a grade that says some of both, None for one that says nothing: its rows are left out.
    column : str
        The column; it is left out of the result.

    Returns
    -------
    frame
        The frame with `passed` and `failed` in the place of the column, of the kind that came in.

    Raises
    ------
    ColumnError
        Where a value is not in the mapping (a null is looked up as None), with its row.

    Examples
    --------
    >>> import polars
    >>> claims = polars.DataFrame({"subject": ["a", "a", "b"], "verdict": ["true", "half-true", "satire"]})
    >>> observations(claims, {"true": True, "half-true": (1, 1), "false": False, "satire": None}).rows()
    [('a', 1, 0), ('a', 1, 1)]
    """
    pairs = {value: _pair(value, says) for value, says in mapping.items()}
    if (polars := _module(frame, "polars")) is not None:
        lazy: Any = frame
        if isinstance(frame, polars.LazyFrame):
            schema = lazy.collect_schema()
            columns = {name: of for name, of in schema.items() if name != column}
            columns |= {"passed": polars.UInt32, "failed": polars.UInt32}
            _known(column, schema.names())
            return lazy.map_batches(  # type: ignore[no-any-return]
                lambda eager: observations(eager, mapping, column=column), schema=columns, streamable=False
            )
        _known(column, lazy.columns)
        kept, passed, failed = _said(lazy[column].to_list(), pairs, column)
        counts = [polars.Series(name, values, dtype=polars.UInt32) for name, values in (("passed", passed), ("failed", failed))]
        return lazy.filter(polars.Series(kept, dtype=polars.Boolean)).drop(column).with_columns(counts)  # type: ignore[no-any-return]
    if (pandas := _module(frame, "pandas")) is not None:
        table: Any = frame
        _known(column, list(table.columns))
        values = [None if value is pandas.NA or value != value else value for value in table[column].tolist()]
        kept, passed, failed = _said(values, pairs, column)
        return table.loc[kept].drop(columns=column).assign(passed=passed, failed=failed)  # type: ignore[no-any-return]
    import pyarrow

    source: Any = frame
    duckdb = _module(frame, "duckdb")
    arrow = pyarrow.table(source)
    _known(column, arrow.column_names)
    kept, passed, failed = _said(arrow[column].to_pylist(), pairs, column)
    arrow = arrow.filter(pyarrow.array(kept, pyarrow.bool_())).drop_columns([column])
    for name, counts in (("passed", passed), ("failed", failed)):
        arrow = arrow.append_column(name, pyarrow.array(counts, pyarrow.uint32()))
    return duckdb.from_arrow(arrow) if duckdb else arrow  # type: ignore[no-any-return]


def _pair(value: Any, says: Any) -> tuple[int, int] | None:
    if says is None:
        return None
    if isinstance(says, bool):
        return (1, 0) if says else (0, 1)
    if isinstance(says, tuple) and len(says) == 2 and all(isinstance(n, int) and 0 <= n < 2**32 for n in says):
        return says
    raise TypeError(f"found `{says!r:.60}` for `{value!s:.60}`, expected True, False, None or a pair (passed, failed)")


def _known(column: str, columns: list[str]) -> None:
    from ._errors import ColumnError

    if column not in columns:
        path, expected = f"$.{column}", "the column of verdicts"
        raise ColumnError(f"{path}: found no such column, expected {expected}", [("missing-field", path, expected, "no such column")])


def _said(values: list[Any], pairs: dict[Any, tuple[int, int] | None], column: str) -> tuple[list[bool], list[int], list[int]]:
    from ._errors import ColumnError

    kept, passed, failed = [], [], []
    for row, value in enumerate(values):
        if value not in pairs:
            path, found = f"row {row}: $.{column}", f"`{value!s:.60}`"
            expected = "a value of the mapping"
            raise ColumnError(f"{path}: found {found}, expected {expected}", [("unknown-value", path, expected, found)])
        says = pairs[value]
        kept.append(says is not None)
        if says is not None:
            passed.append(says[0])
            failed.append(says[1])
    return kept, passed, failed


def columns_of(frame: Any, *names: str) -> list[list[Any]]:
    """Columns of any frame as lists."""
    if hasattr(frame, "collect"):
        frame = frame.collect()
    if isinstance(frame, Table) or not hasattr(frame, "__getitem__"):
        import pyarrow

        frame = pyarrow.table(frame)
    return [_list(frame[name]) for name in names]


def _list(column: Any) -> list[Any]:
    for way in ("to_pylist", "to_list", "tolist"):
        if hasattr(column, way):
            return list(getattr(column, way)())
    return list(column)
