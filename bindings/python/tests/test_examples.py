"""The examples of every docstring."""

from __future__ import annotations

import doctest

import pytest

import uytin
import uytin._frames

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
FOUND = [
    test
    for thing in [uytin, *(getattr(uytin, name) for name in uytin.__all__)]
    for test in doctest.DocTestFinder(recurse=thing is not uytin).find(thing, getattr(thing, "__name__", ""), module=False, globs={name: getattr(uytin, name) for name in uytin.__all__})
    if test.examples
]


def test_there_are_examples() -> None:
    assert len(FOUND) >= 12


@pytest.mark.parametrize("example", FOUND, ids=lambda example: example.name)
def test_example(example: doctest.DocTest) -> None:
    assert doctest.DocTestRunner(optionflags=OPTIONS).run(example).failed == 0
