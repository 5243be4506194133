"""Charts, features, SQL and Spark."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import duckdb
import matplotlib
import numpy
import polars
import pyarrow
import pytest
from conftest import AS_OF, policies, vector_cases

import uytin
from uytin import Ledger, Policy, assess, assess_frame

matplotlib.use("agg")


def test_charts_are_ordinary_axes(creators: Ledger) -> None:
    from matplotlib.axes import Axes

    from uytin import plot

    records = polars.DataFrame(uytin.records_frame(creators))
    today, before = assess_frame(records, AS_OF), assess_frame(records, "2026-03-01")
    past = assess_frame(records, ["2026-01-01", "2026-06-01", AS_OF])
    for frame in (today, today.to_pandas(), today.to_arrow(), assess_frame(creators, AS_OF)):
        assert isinstance(plot.distribution(frame), Axes)
    charts = [plot.waterfall(assess(creators, AS_OF, subject=subject), lang="vi") for subject in creators.subjects]
    charts += [plot.coverage(today), plot.history(past, creators.subjects[0]), plot.tier_flows(before, today)]
    charts += [plot.calibration([0.1, 0.15, 0.8, 0.9], [False, False, True, True])]
    for chart in charts:
        assert isinstance(chart, Axes)
        chart.figure.canvas.draw()
    figure, ax = matplotlib.pyplot.subplots()
    assert plot.distribution(today, ax=ax) is ax
    # Of subjects that are not rated no score is drawn.
    unrated = today.filter(polars.col("tier") == "unrated")
    assert unrated.height and not plot.distribution(unrated).patches and not plot.coverage(unrated).collections[0].get_offsets().size > 2
    matplotlib.pyplot.close("all")
    with pytest.raises(ValueError, match="2 predictions"):
        plot.calibration([0.1, 0.2], [True])


def test_features_pass_the_checks_of_estimators(creators: Ledger) -> None:
    from sklearn.base import clone
    from sklearn.utils.estimator_checks import check_estimator

    from uytin.sklearn import CredibilityFeatures

    results = check_estimator(CredibilityFeatures(), on_skip=None)
    assert len(results) > 40 and {result["status"] for result in results} <= {"passed", "skipped"}
    features = clone(CredibilityFeatures(creators, AS_OF))
    out = features.fit_transform(numpy.array(creators.subjects, dtype=object).reshape(-1, 1))
    names = list(features.get_feature_names_out())
    for row, subject in zip(out, creators.subjects, strict=True):
        for estimate in assess(creators, AS_OF, subject=subject).criteria:
            found = [row[names.index(f"{estimate.id}__{kind}")] for kind in ("mean", "lower", "upper", "coverage")]
            assert found == [estimate.mean, estimate.lower, estimate.upper, estimate.coverage]


def test_sql_assesses_groups(creators: Ledger) -> None:
    from uytin.duckdb import register

    connection = register(duckdb.connect())
    connection.register("records", pyarrow.table(uytin.records_frame(creators)))
    query = f"SELECT subject, uytin_assess(list(to_json(records)::VARCHAR), DATE '{AS_OF}') FROM records GROUP BY subject"
    found = dict(connection.sql(query).fetchall())
    assert found == {subject: assess(creators, AS_OF, subject=subject).to_json() for subject in creators.subjects}
    with pytest.raises(Exception, match="not-a-date|found"):
        connection.sql("SELECT uytin_assess(['{}'], DATE '2026-11-21')").fetchall()


def test_polars_has_a_namespace_and_an_expression(creators: Ledger) -> None:
    from uytin.polars import FIELDS, assessment

    records = polars.DataFrame(uytin.records_frame(creators)).sample(fraction=1.0, shuffle=True, seed=3)
    whole: Any = assess_frame(records, AS_OF)
    assert records.uytin.assess(AS_OF).equals(whole) and records.lazy().uytin.assess(AS_OF).collect().equals(whole)
    expected = records.select("subject").join(whole.select("subject", *FIELDS), on="subject", how="left", maintain_order="left")
    for frame in (records, records.lazy()):
        found = frame.select("subject", assessment(AS_OF).struct.unnest()).lazy().collect()
        assert found.equals(expected)
    with pytest.raises(Exception, match="audience"):
        records.with_columns(audience=1).select(assessment(AS_OF))


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2]").appName("uytin")
    for name, value in {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "4",
        "spark.driver.memory": "2g",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def test_spark_gives_the_same_bytes_for_the_vectors(spark: Any) -> None:
    from uytin.spark import _plain
    from uytin.spark import assess as spark_assess

    groups = defaultdict(list)
    for n, case in enumerate(vector_cases()):
        groups[case["policy"]].append((str(n), case))
    seen = 0
    for name, cases in groups.items():
        policy = policies()[name]
        ledger = Ledger(record | {"subject": n} for n, case in cases for record in case["records"])
        tiers = polars.DataFrame(
            {"subject": [n for n, _ in cases], "tier": [case["previous_tier"] for _, case in cases]},
            schema={"subject": polars.String, "tier": polars.String},
        )
        records = pyarrow.table(uytin.records_frame(ledger))
        # Spark has no unsigned numbers.
        records = records.cast(pyarrow.schema([field.with_type(_plain(field.type)) for field in records.schema]))
        # A history of all the days of the cases: of each case the row of its own day is looked at.
        days = sorted({case["as_of"] for _, case in cases})
        out = spark_assess(spark.createDataFrame(records), days, policy=policy, previous=tiers, extras=["assessment", "set_aside"])
        found = {(row["subject"], str(row["as_of"])): row["assessment"] for row in out.select("subject", "as_of", "assessment").collect()}
        for n, case in cases:
            if case["records"]:
                alike = assess(ledger, case["as_of"], subject=n, policy=policy, previous_tier=case["previous_tier"])
                assert found[n, case["as_of"]] == alike.to_json()
                seen += 1
    assert seen == sum(1 for case in vector_cases() if case["records"])


def test_spark_gives_the_same_numbers_for_a_million_rows(spark: Any) -> None:
    from uytin.spark import assess as spark_assess

    n = 1_000_000
    random = numpy.random.default_rng(7)
    criteria, classes = list(Policy.reference().weights()), ["press", "auditor", "platform", "regulator"]
    table = pyarrow.table(
        {
            "subject": random.integers(0, 50_000, n),
            "source": pyarrow.array([f"s{k}" for k in random.integers(0, 40, n)]),
            "source_class": pyarrow.array([classes[k] for k in random.integers(0, 4, n)]),
            "criterion": pyarrow.array([criteria[k] for k in random.integers(0, len(criteria), n)]),
            "date": numpy.datetime64("2026-11-20") - random.integers(0, 700, n),
            "passed": random.integers(0, 20, n),
            "failed": random.integers(0, 5, n),
        }
    )
    local = polars.DataFrame(assess_frame(table, AS_OF)).with_columns(polars.col("tier").cast(polars.String))
    found = polars.DataFrame(spark_assess(spark.createDataFrame(table), AS_OF).toArrow()).sort("subject")
    assert found.height == local.height > 49_000
    assert found.equals(local)


def test_spark_refuses_at_once_what_holds_no_records(spark: Any) -> None:
    from uytin.spark import assess as spark_assess

    with pytest.raises(uytin.ColumnError) as caught:
        spark_assess(spark.createDataFrame([("a", 1)], "subject string, followers int"), AS_OF)
    assert caught.value.column in ("followers", "source")
