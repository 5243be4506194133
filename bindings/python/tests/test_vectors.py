"""The conformance vectors, by every way into the package: the same bytes of JSON."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from typing import Any

import polars
import pytest
from conftest import policies, rows, vector_cases

import uytin

CASES = vector_cases()
POLICIES = policies()
REALS = {"mean", "lower", "upper", "coverage", "favourable", "adverse", "mass"}


def differences(path: str, found: Any, expected: Any) -> list[str]:
    if isinstance(expected, dict) and isinstance(found, dict):
        return [line for key in expected for line in differences(f"{path}.{key}", found.get(key), expected[key])]
    if isinstance(expected, list) and isinstance(found, list) and len(found) == len(expected):
        return [line for n, item in enumerate(expected) for line in differences(f"{path}[{n}]", found[n], item)]
    if isinstance(expected, float) and isinstance(found, (int, float)):
        # The vectors hold six decimals; points hold one.
        real = path.rpartition(".")[2] in REALS and "interval" not in path
        return [] if abs(found - expected) <= (1.000001e-6 if real else 0) else [f"{path}: {found}, expected {expected}"]
    return [] if found == expected else [f"{path}: {found}, expected {expected}"]


def assess(case: dict[str, Any], records: Any) -> uytin.Assessment:
    return uytin.assess(
        records, case["as_of"], subject=case["subject"], policy=POLICIES[case["policy"]], previous_tier=case["previous_tier"]
    )


@pytest.fixture(scope="module")
def expected() -> list[str]:
    return [assess(case, case["records"]).to_json() for case in CASES]


def test_assess_gives_the_numbers_of_the_vectors(expected: list[str]) -> None:
    assert len(CASES) == 300
    wrong = []
    for n, (case, text) in enumerate(zip(CASES, expected, strict=True)):
        found = json.loads(text)
        found["measures"] = [measure["id"] for measure in found["measures"]]
        if "human_review" in case["expected"] and not isinstance(case["expected"]["human_review"], dict):
            found["human_review"] = found["human_review"]["required"]
        wrong += differences(f"case {n}", found, case["expected"])
    assert wrong == []


def test_a_ledger_gives_the_same_bytes(expected: list[str]) -> None:
    for case, text in zip(CASES, expected, strict=True):
        shuffled = case["records"] * 2
        random.Random(7).shuffle(shuffled)
        ledger = uytin.Ledger(json.dumps(record) for record in shuffled[::2]) | uytin.Ledger(shuffled[1::2])
        ledger = uytin.Ledger.from_bytes((ledger | uytin.Ledger(case["records"])).to_bytes())
        assert assess(case, ledger).to_json() == text
        assert assess(case, ledger).to_json() == text, "the second question of a ledger"


def grouped() -> dict[tuple[str, str], list[int]]:
    groups = defaultdict(list)
    for n, case in enumerate(CASES):
        groups[case["policy"], case["as_of"]].append(n)
    return groups


def test_frames_of_every_library_give_the_same_bytes(kind: Any, expected: list[str]) -> None:
    seen = 0
    for (policy, as_of), numbers in grouped().items():
        cases = [CASES[n] for n in numbers]
        # Two cases may be about one subject.
        ledger = uytin.Ledger(record | {"subject": f"{n}"} for n, case in zip(numbers, cases, strict=True) for record in case["records"])
        tiers = polars.DataFrame(
            {"subject": [str(n) for n in numbers], "tier": [case["previous_tier"] for case in cases]},
            schema={"subject": polars.String, "tier": polars.String},
        )
        frame = kind(uytin.records_frame(ledger))
        out = uytin.assess_frame(frame, as_of, policy=POLICIES[policy], previous=tiers, extras=["assessment"])
        for row in rows(out):
            n = int(row["subject"])
            case = CASES[n]
            alike = assess(case | {"subject": str(n)}, [record | {"subject": str(n)} for record in case["records"]])
            assert row["assessment"] == alike.to_json()
            # But for the subject and what its name changes, the bytes of the case itself.
            found, named = json.loads(row["assessment"]), json.loads(expected[n])
            assert (found["score"], found["waterfall"], found["reasons"]) == (named["score"], named["waterfall"], named["reasons"])
            assert (row["score"], row["lower"], row["upper"], row["tier"]) == (alike.score, alike.lower, alike.upper, alike.tier)
            assert row["human_review"] == alike.human_review
            seen += 1
    assert seen == sum(1 for case in CASES if case["records"])
