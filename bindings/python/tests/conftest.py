"""What the tests share: the vectors, the example records, and frames of every library."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pandas
import polars
import pyarrow
import pytest

import uytin

ROOT = Path(__file__).parents[3]
AS_OF = "2026-11-21"


def vector_cases() -> list[dict[str, Any]]:
    lines = (ROOT / "spec/vectors/cases.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def policies() -> dict[str, uytin.Policy]:
    return {path.stem: uytin.Policy.from_file(path) for path in (ROOT / "spec/vectors/policies").glob("*.json")}


@pytest.fixture(scope="session")
def creators() -> uytin.Ledger:
    return uytin.Ledger.from_file(ROOT / "examples/data/creators.jsonl")


KINDS = {
    "polars": polars.DataFrame,
    "polars lazy": lambda table: polars.DataFrame(table).lazy(),
    "pandas": lambda table: pyarrow.table(table).to_pandas(),
    "pandas with Arrow types": lambda table: pyarrow.table(table).to_pandas(types_mapper=pandas.ArrowDtype),
    "pyarrow": pyarrow.table,
    "pyarrow reader": pyarrow.RecordBatchReader.from_stream,
    "DuckDB": lambda table: duckdb.from_arrow(pyarrow.table(table)),
    "Table": lambda table: table,
}


def rows(frame: Any) -> list[dict[str, Any]]:
    """Any frame as rows."""
    if isinstance(frame, polars.LazyFrame):
        frame = frame.collect()
    if isinstance(frame, polars.DataFrame):
        return frame.to_dicts()
    if isinstance(frame, pandas.DataFrame):
        return frame.to_dict("records")
    if isinstance(frame, pyarrow.RecordBatchReader):
        return frame.read_all().to_pylist()
    return pyarrow.table(frame).to_pylist()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Any:
    return KINDS[request.param]
