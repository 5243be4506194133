"""Frames in and out: kinds, histories, bad input, Ctrl-C."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from datetime import date, datetime
from typing import Any

import duckdb
import numpy
import pandas
import polars
import pyarrow
import pytest
from conftest import AS_OF, KINDS, rows

import uytin
from uytin import ColumnError, Ledger, UytinError, assess, assess_frame, observations

GOOD: dict[str, list[Any]] = {
    "subject": ["a", "a", "b"],
    "source": ["x", "y", "x"],
    "source_class": ["press", "auditor", "press"],
    "criterion": ["claim-accuracy"] * 3,
    "date": ["2026-10-01", "2026-10-02", "2026-10-03"],
    "passed": [20, 30, 1],
    "failed": [1, 0, 5],
}


def test_the_answer_is_of_the_kind_that_came_in(creators: Ledger, kind: Any) -> None:
    frame = kind(uytin.records_frame(creators))
    out = assess_frame(frame, AS_OF)
    assert type(out) is type(frame)
    found = rows(out)
    assert [row["subject"] for row in found] == creators.subjects
    for row in found:
        alike = assess(creators, AS_OF, subject=row["subject"])
        assert (row["score"], row["lower"], row["upper"], row["tier"], row["human_review"]) == (
            alike.score, alike.lower, alike.upper, alike.tier, alike.human_review,
        )  # fmt: skip
        assert row["coverage"] == alike.coverage
        assert str(row["valid_until"])[:10] == "2027-11-21"


def test_a_batch_and_arrow_types_come_back() -> None:
    batch = pyarrow.RecordBatch.from_pydict(GOOD)
    assert isinstance(assess_frame(batch, AS_OF), pyarrow.RecordBatch)
    out = assess_frame(pandas.DataFrame(GOOD).convert_dtypes(dtype_backend="pyarrow"), AS_OF)
    assert all(isinstance(of, pandas.ArrowDtype) for of in out.dtypes)
    assert not any(isinstance(of, pandas.ArrowDtype) for of in assess_frame(pandas.DataFrame(GOOD), AS_OF).dtypes)


def test_a_history_has_a_row_a_subject_and_date(creators: Ledger, kind: Any) -> None:
    days = ["2026-01-01", date(2026, 6, 1), pandas.Timestamp(AS_OF)]
    frame = kind(uytin.records_frame(creators))
    found = rows(assess_frame(frame, days, extras=["assessment"]))
    assert len(found) == 3 * len(creators.subjects)
    for row in found:
        assert row["assessment"] == assess(creators, str(row["as_of"])[:10], subject=row["subject"]).to_json()
    assert rows(assess_frame(polars.DataFrame(GOOD), numpy.array(days[:1], "datetime64[D]")))[0]["as_of"] == date(2026, 1, 1)
    assert len(assess_frame(polars.DataFrame(GOOD), [])) == 0


def test_extras_come_as_columns(creators: Ledger) -> None:
    out = polars.DataFrame(assess_frame(creators, AS_OF, extras=["waterfall", "criteria", "reasons", "set_aside", "assessment"]))
    for row in out.to_dicts():
        alike = assess(creators, AS_OF, subject=row["subject"])
        assert [(part["kind"], part["id"], part["points"]) for part in row["waterfall"]] == [
            (part.kind, part.id, part.points) for part in alike.waterfall
        ]
        assert [reason["vi"] for reason in row["reasons"]] == [reason.vi for reason in alike.reasons]
        assert [estimate["mean"] for estimate in row["criteria"]] == [estimate.mean for estimate in alike.criteria]
        assert sum(row["set_aside"].values()) == len(alike.set_aside)
    with pytest.raises(UytinError, match="`everything`"):
        assess_frame(creators, AS_OF, extras=["everything"])


def test_previous_tiers_may_be_an_earlier_answer(creators: Ledger) -> None:
    before = assess_frame(polars.DataFrame(uytin.records_frame(creators)), "2026-06-01")
    tiers = dict(before.select("subject", polars.col("tier").cast(polars.String)).rows())
    for previous in (before, before.lazy(), before.to_pandas(), before.to_arrow()):
        for row in rows(assess_frame(creators, AS_OF, previous=previous, extras=["assessment"])):
            alike = assess(creators, AS_OF, subject=row["subject"], previous_tier=tiers.get(row["subject"]))
            assert row["assessment"] == alike.to_json()


def test_many_ways_to_hold_the_same_columns() -> None:
    expected = assess_frame(pyarrow.table(GOOD), AS_OF).to_pylist()
    plain = pandas.DataFrame(GOOD)
    dates = pandas.to_datetime(plain["date"])
    ways = {
        "categories": plain.astype({"subject": "category", "source_class": "category", "criterion": "category"}),
        "timestamps": plain.assign(date=dates),
        "nullable": plain.convert_dtypes(),
        "floats that are whole": plain.astype({"passed": "float64", "failed": "float32"}),
        "small numbers": plain.astype({"passed": "int8", "failed": "uint16"}),
        "an index of its own": plain.set_index(pandas.Index(["p", "q", "r"])),
        "objects": plain.astype(object),
        "dates": plain.assign(date=dates.dt.date),
        "polars categories": polars.DataFrame(GOOD).cast({"subject": polars.Categorical, "source": polars.Categorical}).with_columns(polars.col("date").str.to_date()),
        "large texts, chunked": pyarrow.concat_tables([pyarrow.table(GOOD).slice(0, 1), pyarrow.table(GOOD).slice(1)]),
        "sliced": polars.concat([polars.DataFrame(GOOD), polars.DataFrame(GOOD)])[3:],
        "a reader": pyarrow.table(GOOD).to_reader(1),
        "SQL": duckdb.sql("SELECT * REPLACE (date::DATE AS date) FROM plain"),
    }
    for name, frame in ways.items():
        found = [{key: str(value)[:10] if key == "valid_until" else value for key, value in row.items()} for row in rows(assess_frame(frame, AS_OF))]
        assert found == [row | {"valid_until": str(row["valid_until"])} for row in expected], name


def test_categories_of_polars_are_handed_over_as_codes(creators: uytin.Ledger) -> None:
    plain = polars.DataFrame(uytin.records_frame(creators))
    texts = [name for name, of in plain.schema.items() if of == polars.String]
    expected = assess_frame(plain, AS_OF)
    # More categories than rows, nulls, and columns of either kind.
    crowd = polars.Series([f"other-{n}" for n in range(500)], dtype=polars.Categorical)
    for kind in (lambda column: polars.Categorical, lambda column: polars.Enum(column.drop_nulls().unique(maintain_order=True))):
        frame = plain.with_columns(plain[name].cast(kind(plain[name])) for name in texts)
        found = assess_frame(frame, AS_OF)
        assert found.with_columns(polars.col("subject").cast(polars.String)).equals(expected)
        assert assess_frame(frame[:1], AS_OF).height == 1
    assert len(crowd) == 500
    assert assess_frame(polars.DataFrame(GOOD).cast({"source": polars.Categorical})[:2].clear(), AS_OF).height == 0


def test_categories_stay_what_they_are_and_in_their_order(creators: uytin.Ledger) -> None:
    plain = polars.DataFrame(uytin.records_frame(creators)).to_pandas()
    expected = assess_frame(plain, AS_OF).set_index("subject")
    order = sorted(plain["subject"].unique(), key=lambda subject: subject[::-1])
    assert order != sorted(order)
    typed = plain.astype({"subject": pandas.CategoricalDtype(["nobody", *order])})
    found = assess_frame(typed, AS_OF, keep_categories=True)
    assert found["subject"].dtype == typed["subject"].dtype and list(found["subject"]) == order
    pandas.testing.assert_frame_equal(found.drop(columns="subject"), expected.loc[order].reset_index(drop=True))
    enum = polars.Enum(["nobody", *order])
    frame = polars.from_pandas(plain).with_columns(polars.col("subject").cast(enum))
    for kept in (assess_frame(frame, AS_OF, keep_categories=True, pillars=False), assess_frame(frame.lazy(), AS_OF, keep_categories=True, pillars=False).collect()):
        assert kept["subject"].cast(polars.String).to_list() == order and kept["subject"].dtype in (polars.Categorical, enum)
        assert kept["score"].to_list() == found["score"].to_list()
        assert not [name for name in kept.columns if name.startswith("pillar_")]
    chunks = [pyarrow.table(frame[:5]), pyarrow.table(frame[5:])]
    assert rows(assess_frame(pyarrow.concat_tables(chunks).unify_dictionaries(), AS_OF, keep_categories=True, pillars=False)) == kept.to_dicts()
    in_order = typed.sort_values("subject")
    assert list(assess_frame(in_order, AS_OF, keep_categories=True, sorted=True)["score"]) == list(found["score"])
    with pytest.raises(ColumnError, match="entries 0 and 1 of the dictionary"):
        twice = pyarrow.DictionaryArray.from_arrays([0, 1, 1], ["a", "a"])
        assess_frame(pyarrow.table(GOOD | {"subject": twice}), AS_OF, keep_categories=True)


def test_integers_name_subjects() -> None:
    out = assess_frame(polars.DataFrame(GOOD | {"subject": [7, 7, -1]}), AS_OF)
    assert out["subject"].to_list() == [-1, 7] and out["subject"].dtype == polars.Int64


@pytest.mark.parametrize(
    ("change", "row", "column", "code"),
    [
        ({"date": ["2026-10-01", "2026-02-30", "2026-10-03"]}, 1, "date", "not-a-date"),
        ({"date": ["2026-10-01", None, "2026-10-03"]}, 1, "date", "wrong-type"),
        ({"passed": [1.0, 2.5, 3.0]}, 1, "passed", "out-of-range"),
        ({"passed": [1, -2, 3]}, 1, "passed", "out-of-range"),
        ({"passed": [1, 2, None]}, 2, "passed", "wrong-type"),
        ({"passed": [1, 2, 2**40]}, 2, "passed", "out-of-range"),
        ({"subject": ["a", None, "b"]}, 1, "subject", "wrong-type"),
        ({"passed": ["1", "2", "3"]}, None, "passed", "wrong-type"),
        ({"date": [1.5, 2.5, 3.5]}, None, "date", "wrong-type"),
        ({"followers": [1, 2, 3]}, None, "followers", "unknown-field"),
    ],
)
@pytest.mark.parametrize("make", [polars.DataFrame, pyarrow.table, lambda data: duckdb.from_arrow(pyarrow.table(data))])
def test_a_bad_cell_is_named(make: Any, change: dict[str, Any], row: int | None, column: str, code: str) -> None:
    with pytest.raises(ColumnError) as caught:
        assess_frame(make(GOOD | change), AS_OF)
    assert (caught.value.row, caught.value.column, caught.value.code) == (row, column, code)


@pytest.mark.parametrize(
    ("change", "row", "column"),
    [
        ({"passed": [1, "two", 3]}, 1, "passed"),
        ({"subject": ["a", 7, "b"]}, 1, "subject"),
        ({"date": [datetime(2026, 10, 1), pandas.NaT, datetime(2026, 10, 2)]}, 1, "date"),
        ({"passed": [1.0, float("nan"), 2.0]}, 1, "passed"),
        ({"passed": pandas.array([1, None, 2], "Int64")}, 1, "passed"),
        ({"subject": pandas.Categorical(["a", None, "b"])}, 1, "subject"),
    ],
)
def test_a_bad_cell_of_pandas_is_named(change: dict[str, Any], row: int, column: str) -> None:
    with pytest.raises(ColumnError) as caught:
        assess_frame(pandas.DataFrame(GOOD | change), AS_OF)
    assert (caught.value.row, caught.value.column) == (row, column)


def test_not_a_number_is_refused_by_polars_too() -> None:
    with pytest.raises(ColumnError) as caught:
        assess_frame(polars.DataFrame(GOOD | {"passed": [1.0, float("nan"), 2.0]}), AS_OF)
    assert (caught.value.row, caught.value.column, caught.value.found) == (1, "passed", "`NaN`")


def test_one_bad_date_in_a_million_rows_is_found() -> None:
    n = 1_000_000
    frame = polars.DataFrame({name: [values[0]] * n for name, values in GOOD.items() if name != "date"})
    dates = ["2026-10-01"] * n
    dates[765_432] = "2026-10-32"
    with pytest.raises(ColumnError) as caught:
        assess_frame(frame.with_columns(polars.Series("date", dates)), AS_OF)
    assert (caught.value.row, caught.value.column) == (765_432, "date")


def test_empty_frames_have_empty_answers(kind: Any) -> None:
    table = uytin.records_frame(Ledger())
    out = assess_frame(kind(table), AS_OF)
    assert rows(out) == [] and type(out) is type(kind(table))
    with pytest.raises(ColumnError) as caught:
        assess_frame(polars.DataFrame({"subject": []}), AS_OF)
    assert caught.value.code in ("missing-field", "wrong-type")


def test_broken_streams_are_refused() -> None:
    schema = pyarrow.table(GOOD).schema

    def broken() -> Any:
        yield pyarrow.RecordBatch.from_pydict(GOOD)
        raise KeyError("the source is gone")

    with pytest.raises(ColumnError, match="the source is gone"):
        assess_frame(pyarrow.RecordBatchReader.from_batches(schema, broken()), AS_OF)
    reader = pyarrow.table(GOOD).to_reader()
    reader.close()
    # What a closed reader says is pyarrow's: its rows, or a fault.
    try:
        assert assess_frame(reader, AS_OF).read_all().num_rows == 2
    except ColumnError as error:
        assert error.code == "io"
    reader = pyarrow.table(GOOD).to_reader()
    reader.read_all()
    assert assess_frame(reader, AS_OF).read_all().num_rows == 0

    class Liar:
        def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
            return "no capsule"

    for frame in (Liar(), 7, None, {"subject": ["a"]}, [GOOD], pandas.Series([1])):
        with pytest.raises(TypeError):
            assess_frame(frame, AS_OF)
    with pytest.raises(UytinError):
        assess_frame(polars.DataFrame(GOOD), "soon")
    with pytest.raises(ColumnError, match="memory"):
        assess_frame(polars.DataFrame(GOOD), AS_OF, memory_limit=10)


def test_rows_that_are_said_to_be_sorted_must_be() -> None:
    assert assess_frame(polars.DataFrame(GOOD), AS_OF, sorted=True).equals(assess_frame(polars.DataFrame(GOOD), AS_OF))
    with pytest.raises(ColumnError):
        assess_frame(polars.DataFrame(GOOD | {"subject": ["b", "a", "a"]}), AS_OF, sorted=True)


def test_a_table_is_read_as_often_as_asked() -> None:
    table = assess_frame(uytin.records_frame(Ledger()), AS_OF)
    assert isinstance(table, uytin.Table)
    assert pyarrow.table(table).schema == pyarrow.schema(table)
    assert [duckdb.from_arrow(pyarrow.table(table)).fetchall() for _ in range(2)] == [[], []]
    assert table.metadata["uytin.notice.en"] == uytin.Policy.reference().notice()


def test_progress_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assess_frame(polars.DataFrame(GOOD), AS_OF, progress=True)
    assert "subjects" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    frame = polars.DataFrame(GOOD)
    assess_frame(polars.concat([frame] * 200_000), AS_OF, progress=True)
    assert "rows read" in capsys.readouterr().err


INTERRUPTED = """
import sys, polars, uytin
frame = polars.DataFrame({name: [values[0]] * 3_000_000 for name, values in eval(sys.argv[1]).items()})
days = [f"20{year}-01-01" for year in range(10, 99)]
print("ready", flush=True)
try:
    uytin.assess_frame(frame, days)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def test_ctrl_c_stops_the_work() -> None:
    child = subprocess.Popen([sys.executable, "-c", INTERRUPTED, repr(GOOD)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None and child.stdout.readline() == "ready\n"
    time.sleep(0.5)
    start = time.monotonic()
    child.send_signal(signal.SIGINT)
    said, _ = child.communicate(timeout=60)
    assert said == "interrupted\n" and child.returncode == 0
    assert time.monotonic() - start < 20


def test_other_threads_go_on_meanwhile() -> None:
    frame = polars.concat([polars.DataFrame(GOOD)] * 500_000)
    steps, stop = [0], threading.Event()

    def count() -> None:
        while not stop.is_set():
            steps[0] += 1
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    before = steps[0]
    assess_frame(frame, [AS_OF] * 3)
    went_on = steps[0] - before
    stop.set()
    thread.join()
    assert went_on > 5


VERDICTS = {"true": True, "half-true": (1, 1), "false": False, "satire": None, None: None}


@pytest.mark.parametrize("name", [name for name in KINDS if name not in ("Table", "pyarrow reader")])
def test_verdicts_become_checks(name: str) -> None:
    claims = pyarrow.table({"subject": ["a", "b", "c", "d", "e"], "verdict": ["true", "half-true", "satire", "false", None]})
    frame = KINDS[name](claims)
    out = observations(frame, VERDICTS)
    assert type(out) is type(frame)
    assert [(row["subject"], row["passed"], row["failed"]) for row in rows(out)] == [("a", 1, 0), ("b", 1, 1), ("d", 0, 1)]
    with pytest.raises((ColumnError, polars.exceptions.ComputeError), match="half-true"):
        rows(observations(frame, {"true": True}))
    with pytest.raises(ColumnError, match="grade"):
        observations(frame, VERDICTS, column="grade")
    with pytest.raises(TypeError):
        observations(frame, {"true": "yes"})
