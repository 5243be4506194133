"""The examples of every docstring."""

from __future__ import annotations

import doctest
import importlib
from typing import Any

import matplotlib
import pytest

import uytin

matplotlib.use("agg")
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
PUBLIC: dict[str, Any] = {"uytin": uytin} | {name: getattr(uytin, name) for name in uytin.__all__}


def examples() -> list[doctest.DocTest]:
    finder = doctest.DocTestFinder()
    found = doctest.DocTestFinder(recurse=False).find(uytin, "uytin", globs=dict(PUBLIC))
    for name in uytin.__all__:
        found += finder.find(PUBLIC[name], name, module=False, globs=dict(PUBLIC))
    for name in ("duckdb", "plot", "polars", "sklearn"):
        module = importlib.import_module(f"uytin.{name}")
        found += finder.find(module, f"uytin.{name}", globs=PUBLIC | vars(module))
    return [test for test in found if test.examples]


FOUND = examples()


def test_there_are_examples() -> None:
    assert {"Record", "Policy", "Policy.diff", "Ledger", "assess", "assess_frame", "observations"} <= {test.name for test in FOUND}


@pytest.mark.parametrize("example", FOUND, ids=lambda example: example.name)
def test_example(example: doctest.DocTest) -> None:
    assert doctest.DocTestRunner(optionflags=OPTIONS).run(example).failed == 0
