"""DuckDB: the assessment as a function of SQL, for groups of records.

Whole tables go faster through `uytin.assess_frame`, which takes a relation as it is.
"""

from __future__ import annotations

from typing import Any

from ._uytin import Ledger, Policy, assess


def register(connection: Any, name: str = "uytin_assess", *, policy: Policy | None = None) -> Any:
    """Make a function of SQL that assesses one subject from its records, and gives the assessment's JSON.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    name : str
        The function's name. It takes a list of records, each as JSON text, and the day of assessment.
    policy : Policy, optional
        The reference policy where none is given.

    Returns
    -------
    duckdb.DuckDBPyConnection
        The connection.

    Examples
    --------
    >>> import duckdb
    >>> connection = register(duckdb.connect())
    >>> connection.sql('''
    ...     SELECT uytin_assess(list(to_json(record)::VARCHAR), DATE '2026-11-21') ->> '$.tier' AS tier
    ...     FROM (VALUES ('observation', 'a', 's', 'x', 'press', 'claim-accuracy', DATE '2026-10-01', 30, 1))
    ...         AS record(type, id, subject, source, source_class, criterion, date, passed, failed)
    ...     GROUP BY subject
    ... ''').fetchall()
    [('unrated',)]
    """

    def assessed(records: list[str], as_of: Any) -> str:
        return assess(Ledger(records), as_of, policy=policy).to_json()

    connection.create_function(name, assessed, ["VARCHAR[]", "DATE"], "VARCHAR")
    return connection
