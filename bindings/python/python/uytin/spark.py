"""PySpark: whole clusters at the same work, with the same result.

Needs pyspark and pyarrow, and uytin on every worker: `pip install uytin[spark]`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ._frames import _Opened, assess_frame
from ._uytin import Policy


def _plain(of: Any) -> Any:
    """The type that Spark has for an Arrow type: no dictionaries, no unsigned numbers."""
    import pyarrow

    if pyarrow.types.is_dictionary(of):
        return of.value_type
    if pyarrow.types.is_unsigned_integer(of):
        return pyarrow.int64()
    if pyarrow.types.is_struct(of):
        return pyarrow.struct([field.with_type(_plain(field.type)) for field in of])
    if pyarrow.types.is_list(of):
        return pyarrow.list_(of.value_field.with_type(_plain(of.value_type)))
    return of


def assess(
    df: Any,
    as_of: Any,
    *,
    policy: Policy | None = None,
    previous: Any = None,
    extras: Sequence[str] = (),
    partitions: int | None = None,
) -> Any:
    """Assess every subject of a Spark DataFrame of records: one shuffle by subject, then the batch engine.

    Parameters
    ----------
    df : pyspark.sql.DataFrame
        Records, as `uytin.assess_frame` takes them.
    as_of
        The day of assessment, or several of them: a history.
    policy : Policy, optional
        The reference policy where none is given.
    previous : optional
        The tiers that subjects had: a local frame with the columns `subject` and `tier`, which every worker gets.
    extras
        Further columns, as `uytin.assess_frame` has them.
    partitions : int, optional
        Into how many partitions the subjects go; Spark's own number where none is given.

    Returns
    -------
    pyspark.sql.DataFrame
        A row a subject (and date), in no order: the numbers are those of `uytin.assess_frame`, bit for bit.

    Raises
    ------
    ColumnError
        At once where a column is missing or of a wrong type; where a value is faulty, Spark's own exception says so
        when the frame is worked out.
    """
    import pyarrow
    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

    tiers = None
    if previous is not None:
        tiers = pyarrow.table(_Opened(previous).stream)
    options: dict[str, Any] = {"policy": policy, "extras": list(extras)}
    empty = assess_frame(to_arrow_schema(df.schema).empty_table(), as_of, **options)
    schema = pyarrow.schema([field.with_type(_plain(field.type)) for field in empty.schema])

    def work(batches: Iterable[Any]) -> Iterator[Any]:
        rows = [batch for batch in batches if batch.num_rows]
        if rows:
            found = assess_frame(pyarrow.Table.from_batches(rows), as_of, previous=tiers, threads=1, **options)
            yield from found.cast(schema).to_batches()

    shuffled = df.repartition("subject") if partitions is None else df.repartition(partitions, "subject")
    return shuffled.mapInArrow(work, from_arrow_schema(schema))
