#!/usr/bin/env python3
"""Tests of the oracle: the conformance vectors, cases worked out by hand, and the axioms on random cases."""

from __future__ import annotations

import json
import os
import sys
import unittest
from decimal import Decimal
from pathlib import Path
from random import Random

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import oracle  # noqa: E402
import random_cases  # noqa: E402

VECTORS = Path(os.environ.get("UYTIN_VECTORS", HERE.parent / "vectors"))


def document(text: dict) -> dict:
    """As if read from a file, with its reals as decimals."""
    return oracle.parse(json.dumps(text))


def severity(id: str, weight: float, half_life: int, expires: int, in_force: int) -> dict:
    days = {"half_life_days": half_life, "expires_days": expires, "in_force_days": in_force}
    return {"id": id, "weight": weight, **days, "title": {"en": "t", "vi": "t"}}


def small_policy() -> dict:
    """One criterion, one credit, numbers that make sums easy."""
    title = {"en": "t", "vi": "t"}
    return {
        "name": "small",
        "version": "1",
        "title": title,
        "notice": title,
        "purpose": "tests",
        "contexts": ["published-content"],
        "confidence": 0.95,
        "horizon_days": 100,
        "validity_days": 365,
        "sources": {
            "court": {"sector": "state", "reliability": 1, "adjudicates": "grave"},
            "press": {"sector": "media", "reliability": 0.5, "adjudicates": None},
            "platform": {"sector": "platform", "reliability": 0.5, "adjudicates": "light"},
            "peer": {"sector": None, "reliability": 0.5, "adjudicates": None},
        },
        "pillars": [
            {
                "id": "conduct",
                "weight": 1,
                "title": title,
                "criteria": [
                    {
                        "id": "truth",
                        "weight": 1,
                        "prior": {"mean": 0.5, "strength": 10},
                        "half_life_days": 10,
                        "source_cap": 20,
                        "class_cap": 30,
                        "title": title,
                    }
                ],
            }
        ],
        "credits": [
            {
                "id": "training",
                "max": 0.1,
                "half_mass": 1,
                "half_life_days": 10,
                "source_cap": 2,
                "class_cap": 4,
                "title": title,
            }
        ],
        "findings": {
            "severities": [
                severity("light", weight=0.1, half_life=10, expires=50, in_force=5),
                severity("grave", weight=0.2, half_life=20, expires=90, in_force=40),
            ],
            "statuses": {
                "under-appeal": {"factor": 0.5, "in_force": True},
                "remedied": {"factor": 0.5, "in_force": False},
            },
            "reach": [{"from": 0, "factor": 1}, {"from": 1000, "factor": 2}],
            "repeat": {"window_days": 30, "factors": [1, 1.5, 2]},
            "max_weight": 0.5,
        },
        "tiers": {
            "rated_coverage": 0.25,
            "sector_mass": 5,
            "hysteresis": 2,
            "earned": [
                {"id": "good", "lower_at_least": 54, "sectors_at_least": 1, "barred_by": "grave", "title": title},
            ],
            "imposed": [
                {"id": "bad", "upper_below": 46, "sectors_at_least": 1, "in_force_at_least": "grave", "title": title},
            ],
        },
        "measures": [
            {
                "id": "hold",
                "when": {"finding_in_force": {"severity_at_least": "light", "criteria": []}},
                "title": title,
            },
        ],
    }


AS_OF = "2026-03-31"


def days_ago(days: int) -> str:
    return (oracle.Date.fromisoformat(AS_OF) - oracle.timedelta(days=days)).isoformat()


def observation(id: str, passed: int, failed: int, age: int = 0, source_class: str = "court", **more) -> dict:
    return {
        "type": "observation",
        "id": id,
        "subject": "s",
        "source": f"{source_class}-1",
        "source_class": source_class,
        "criterion": "truth",
        "date": days_ago(age),
        "passed": passed,
        "failed": failed,
        **more,
    }


def finding(id: str, severity: str, age: int, status: str = "upheld", source_class: str = "court", **more) -> dict:
    return {
        "type": "finding",
        "id": id,
        "subject": "s",
        "source": f"{source_class}-1",
        "source_class": source_class,
        "criterion": "truth",
        "date": days_ago(age),
        "severity": severity,
        "status": status,
        **more,
    }


def assess(*records: dict, policy: dict | None = None, previous: str | None = None) -> dict:
    result = oracle.assess(document(policy or small_policy()), "s", AS_OF, previous, document(list(records)))
    return oracle.plain(result)


class ByHand(unittest.TestCase):
    def test_nothing_known(self):
        # The prior alone: 50 points, no coverage. z² = 3.841459, N = 10: middle 0.5 + 0.192073 = 0.692073,
        # reach 1.959964 · √(0.025 + 0.00960365) = 1.959964 · 0.186020 = 0.364592, scale 1.384146:
        # 0.327481 / 1.384146 = 0.236595 and 1.056665 / 1.384146 = 0.763405.
        result = assess()
        self.assertEqual(result["score"], 50.0)
        self.assertEqual(result["interval"], {"lower": 23.6, "upper": 76.4})
        self.assertEqual(result["tier"], "unrated")
        self.assertEqual(result["human_review"], {"required": False, "reasons": []})
        self.assertEqual(result["valid_until"], "2027-03-31")

    def test_mean_and_coverage(self):
        # α = 10, N = 20: μ = (10 + 5) / 20 = 0.75, Z = 0.5. Bounds: middle 0.75 + 0.0960365 = 0.8460365, reach
        # 1.959964 · √(0.009375 + 0.00240091) = 1.959964 · 0.1085169 = 0.2126891, scale 1.1920729:
        # 0.6333474 / 1.1920729 = 0.531299 and 1.0587256 / 1.1920729 = 0.888138.
        result = assess(observation("a", 10, 0))
        self.assertEqual(result["score"], 75.0)
        self.assertEqual(result["interval"], {"lower": 53.1, "upper": 88.9})
        self.assertEqual(result["coverage"], 0.5)
        self.assertEqual(result["criteria"][0]["lower"], 0.531299)
        self.assertEqual(result["sectors"], {"favourable": ["state"], "adverse": []})

    def test_hysteresis(self):
        # The lower bound 53.1 of the case above misses 54.0, but not 52.0.
        record = observation("a", 10, 0)
        self.assertEqual(assess(record)["tier"], "standard")
        self.assertEqual(assess(record, previous="standard")["tier"], "standard")
        self.assertEqual(assess(record, previous="gold")["human_review"]["reasons"], ["previous-tier-unknown"])
        self.assertEqual(assess(record, previous="good")["tier"], "good")
        # Mirrored, the upper bound is 46.9 (⌈46.8701⌉): not below 46.0, but below 48.0.
        record = observation("a", 0, 10)
        self.assertEqual(assess(record)["interval"]["upper"], 46.9)
        self.assertEqual(assess(record)["tier"], "standard")
        self.assertEqual(assess(record, previous="bad")["tier"], "bad")
        self.assertEqual(assess(record, previous="good")["human_review"]["reasons"], ["tier-fell"])

    def test_caps_and_reliability(self):
        # Each of two sources is cut from 40 to 20, the class from 40 to 30, and half of that weighs: α = 15,
        # μ = (15 + 5) / 25 = 0.8.
        two = [
            observation("a", 40, 0, source_class="press"),
            observation("b", 40, 0, source_class="press", source="press-2"),
        ]
        result = assess(*two)
        self.assertEqual(result["score"], 80.0)
        self.assertEqual(result["criteria"][0]["favourable"], 15.0)
        # A mixed source keeps its proportion: 60 + 20 to 15 + 5, then half: α = 7.5, β = 2.5, μ = 12.5 / 20.
        self.assertEqual(assess(observation("a", 60, 20, source_class="press"))["score"], 62.5)

    def test_decay_and_expiry(self):
        # One half-life: α = 5, μ = 10 / 15 = 0.6667.
        self.assertEqual(assess(observation("a", 10, 0, age=10))["score"], 66.7)
        self.assertEqual(assess(observation("a", 10, 0, age=99))["set_aside"], [])
        self.assertEqual(assess(observation("a", 10, 0, age=100))["set_aside"][0]["reason"], "expired")

    def test_credit(self):
        # m = 1, g = 0.1 · (1 − ½) = 0.05; B⁺ = 0.5 + 0.5 · 0.05 = 0.525.
        credit = {
            "type": "credit",
            "id": "c",
            "subject": "s",
            "source": "court-1",
            "source_class": "court",
            "criterion": "training",
            "date": AS_OF,
        }
        result = assess(credit)
        self.assertEqual(result["score"], 52.5)
        self.assertEqual([p["points"] for p in result["waterfall"]], [50.0, 0.0, 2.5])
        # 0.5 from the one, and 7 cut to 2 from the other: m = 2.5, 1 − 2^-2.5 = 0.823223, B⁺ = 0.541161.
        other = {**credit, "id": "d", "amount": 7, "source": "court-2"}
        self.assertEqual(assess({**credit, "amount": 0.5}, other)["score"], 54.1)

    def test_finding(self):
        # 0.1 after one half-life 0.05, and twice that by reach: 50 · 0.9.
        result = assess(finding("f", "light", 10, reach=1000))
        self.assertEqual(result["score"], 45.0)
        self.assertEqual(result["waterfall"][-1], {"kind": "finding", "id": "f", "source": "court-1", "points": -5.0})
        # Without the reach: 50 · 0.95.
        self.assertEqual(assess(finding("f", "light", 10, reach=999))["score"], 47.5)

    def test_repeat(self):
        # The older costs 0.1 · ½ = 0.05, the newer 0.1 · 1.5 = 0.15: 50 · 0.95 · 0.85 = 40.375.
        result = assess(finding("a", "light", 10), finding("b", "light", 0))
        self.assertEqual(result["score"], 40.4)
        self.assertEqual([p["points"] for p in result["waterfall"][3:]], [-2.5, -7.1])
        # Of the same day neither repeats the other: 50 · 0.9 · 0.9 = 40.5.
        self.assertEqual(assess(finding("a", "light", 0), finding("b", "light", 0))["score"], 40.5)
        # 30 days are within the window, 31 are not: 0.1 · 2^-3 = 0.0125; 50 · 0.9875 · 0.85 = 41.97;
        # 0.1 · 2^-3.1 = 0.011663; 50 · 0.988337 · 0.9 = 44.475.
        self.assertEqual(assess(finding("a", "light", 30), finding("b", "light", 0))["score"], 42.0)
        self.assertEqual(assess(finding("a", "light", 31), finding("b", "light", 0))["score"], 44.5)
        # A remedied one repeats nothing: 0.1 · ½ · ½ = 0.025; 50 · 0.975 · 0.9 = 43.875.
        self.assertEqual(assess(finding("a", "light", 10, "remedied"), finding("b", "light", 0))["score"], 43.9)

    def test_one_incident(self):
        # The dearer alone is paid; the other's overturning leaves it standing, for a human to look at.
        pair = [finding("a", "light", 0, incident="x"), finding("b", "grave", 0, incident="x")]
        self.assertEqual(assess(*pair)["score"], 40.0)
        pair[0]["status"] = "overturned"
        result = assess(*pair)
        self.assertEqual(result["score"], 40.0)
        self.assertIn("overturned-and-counted", result["human_review"]["reasons"])

    def test_pending(self):
        # If upheld it would also make the later one a repeat: 50 · (1 − 0.05) · (1 − 0.15) = 40.375.
        result = assess(finding("a", "light", 10, "alleged"), finding("b", "light", 0))
        self.assertEqual(result["score"], 45.0)
        self.assertEqual(
            result["pending"], {"score_if_upheld": 40.4, "findings": [{"source": "court-1", "id": "a"}]}
        )
        # An appeal halves: 50 · 0.95.
        result = assess(finding("a", "light", 0, "under-appeal"))
        self.assertEqual((result["score"], result["pending"]["score_if_upheld"]), (47.5, 45.0))

    def test_in_force(self):
        result = assess(finding("f", "grave", 39))
        self.assertEqual((result["tier"], result["measures"]), ("bad", ["hold"]))
        self.assertEqual(result["details"]["measures"][0]["until"], "2026-04-01")
        result = assess(finding("f", "grave", 40))
        self.assertEqual((result["tier"], result["measures"]), ("unrated", []))

    def test_gravity_is_limited_by_the_class(self):
        # A platform may find no more than "light": 50 · 0.9, and no tier is imposed.
        result = assess(finding("f", "grave", 0, source_class="platform"))
        self.assertEqual((result["score"], result["tier"]), (45.0, "unrated"))
        # It expires as "light" does.
        result = assess(finding("f", "grave", 50, source_class="platform"))
        self.assertEqual(result["set_aside"][0]["reason"], "expired")

    def test_possibly_filed_twice(self):
        for age, suspect in ((30, True), (31, False)):
            reasons = assess(finding("a", "light", 0), finding("b", "light", age))["human_review"]["reasons"]
            self.assertEqual("possibly-filed-twice" in reasons, suspect)


class Merging(unittest.TestCase):
    def test_higher_revision(self):
        old, new = observation("a", 0, 10), observation("a", 10, 0, revision=1)
        self.assertEqual(assess(old, new)["score"], 75.0)
        self.assertEqual(assess(new, old), assess(new))

    def test_lesser_form_of_equal_revisions(self):
        # Bytes decide, not numbers: `"passed":10` sorts before `"passed":9`.
        ten, nine = observation("a", 10, 0), observation("a", 9, 0)
        self.assertEqual(assess(ten, nine), assess(ten))
        self.assertEqual(assess(nine, ten), assess(ten))

    def test_canonical_record(self):
        defaults = {"revision": 0, "withdrawn": False, "context": None, "amount": None}
        record = {**observation("a\u0001\"😀", 1, 0), **defaults}
        self.assertEqual(
            oracle.canonical_record(record).decode(),
            '{"criterion":"truth","date":"2026-03-31","failed":0,"id":"a\\u0001\\"😀","passed":1,"source":"court-1",'
            '"source_class":"court","subject":"s","type":"observation"}',
        )


class Canonical(unittest.TestCase):
    def test_numbers(self):
        # Mostly the samples of RFC 8785, appendix B.
        for text, expected in {
            "0": "0",
            "-0.0": "0",
            "5e-324": "5e-324",
            "1.7976931348623157e308": "1.7976931348623157e+308",
            "9007199254740991": "9007199254740991",
            "295147905179352830000": "295147905179352830000",
            "9.999999999999997e22": "9.999999999999997e+22",
            "1e21": "1e+21",
            "999999999999999900000": "999999999999999900000",
            "333333333.33333329": "333333333.3333333",
            "0.000001": "0.000001",
            "1e-7": "1e-7",
            "0.00000123": "0.00000123",
            "1.5e-7": "1.5e-7",
            "-0.0000033333333333333333": "-0.0000033333333333333333",
            "1424953923781206.2": "1424953923781206.2",
            "1.0": "1",
            "100": "100",
            "0.80": "0.8",
        }.items():
            self.assertEqual(oracle.canonical(oracle.parse(text)), expected, text)

    def test_members_sort_by_utf16(self):
        # U+FB01 comes before U+1F600 as a code point, and after its surrogate D83D.
        self.assertEqual(oracle.canonical({"\ufb01": 1, "😀": 2, "a": 3}), '{"a":3,"😀":2,"\ufb01":1}')


class LargestRemainder(unittest.TestCase):
    def test_ties_go_to_the_earlier_part(self):
        parts = [Decimal("1.5"), Decimal("-0.5"), Decimal("2.25"), Decimal("0")]
        # The floors are 1, -1, 2, 0; of the two halves the first gets the one tenth that is missing.
        self.assertEqual(oracle.largest_remainder(parts, 3), [2, -1, 2, 0])


@unittest.skipUnless((VECTORS / "cases.jsonl").exists(), "no vectors (UYTIN_VECTORS names their folder)")
class Vectors(unittest.TestCase):
    def test_vectors(self):
        policies = oracle.Policies(VECTORS / "policies")
        count = 0
        with (VECTORS / "cases.jsonl").open(encoding="utf-8", newline="\n") as lines:
            for number, line in enumerate(lines, 1):
                case = oracle.parse(line)
                got = oracle.assess_case(case, policies)
                expected = case["expected"]
                wanted = {k: got[k] for k in got if k in expected}
                self.assertEqual(oracle.differences(wanted, expected), [], f"line {number}")
                count += 1
        self.assertGreater(count, 0)


def reference() -> dict:
    for folder in (VECTORS / "policies", HERE.parent / "policies"):
        if (folder / "icp-2026.json").exists():
            return random_cases.reference_policy(folder / "icp-2026.json")
    # Any valid policy serves.
    return small_policy()


def rank(policy: dict, tier: str) -> int:
    return oracle.Policy(policy).rank[tier]


class OnRandomCases(unittest.TestCase):
    """The axioms of section 10 that one program alone can be held to."""

    COUNT = int(os.environ.get("UYTIN_ORACLE_CASES", "60"))

    def cases(self):
        base = reference()
        for number in range(self.COUNT):
            yield number, document(random_cases.random_case("axioms", number, base))

    def assess(self, case: dict, **changes) -> dict:
        return oracle.assess_case({**case, **changes}, oracle.Policies(None))

    def test_policies_are_valid(self):
        for number, case in self.cases():
            self.assertEqual(faults(case["policy"]), [], number)

    def test_bounded_and_additive(self):
        for number, case in self.cases():
            r = self.assess(case)
            self.assertLessEqual(0, r["interval"]["lower"], number)
            self.assertLessEqual(r["interval"]["lower"], r["score"], number)
            self.assertLessEqual(r["score"], r["interval"]["upper"], number)
            self.assertLessEqual(r["interval"]["upper"], 100, number)
            self.assertEqual(sum(p["points"] for p in r["waterfall"]), r["score"], number)

    def test_order_and_duplicates(self):
        for number, case in self.cases():
            rng = Random(number)
            records = case["records"] + rng.sample(case["records"], len(case["records"]) // 3)
            rng.shuffle(records)
            self.assertEqual(self.assess(case), self.assess(case, records=records), number)

    def test_silence(self):
        for number, case in self.cases():
            r = self.assess(case, records=[])
            self.assertEqual((r["tier"], r["measures"]), ("unrated", []), number)

    def test_monotone(self):
        for number, case in self.cases():
            rng = Random(number)
            policy = case["policy"]
            before = self.assess(case)
            maker = random_cases.LedgerMaker(rng, policy, case["subject"], oracle.Date.fromisoformat(case["as_of"]))
            for further in range(4):
                kind = rng.choice(["passed", "failed", "finding"])
                record = maker.finding() if kind == "finding" else maker.observation()
                record = {**record, "id": f"further {further}"}
                if kind != "finding":
                    record[kind], record["failed" if kind == "passed" else "passed"] = rng.choice([1, 50, 2**32 - 1]), 0
                after = self.assess(case, records=case["records"] + [document(record)])
                low, high = (before, after) if kind == "passed" else (after, before)
                for value in (
                    lambda r: r["score"],
                    lambda r: r["interval"]["lower"],
                    lambda r: r["interval"]["upper"],
                    lambda r: rank(policy, r["tier"]),
                ):
                    self.assertLessEqual(value(low), value(high), (number, further, record))

    def test_overturning_reverses(self):
        for number, case in self.cases():
            findings = [r for r in oracle.merge(case["records"]) if r["type"] == "finding"]
            if not findings:
                continue
            chosen = Random(number).choice(findings)
            key = (chosen["subject"], chosen["source"], chosen["id"])
            others = [r for r in case["records"] if (r["subject"], r["source"], r["id"]) != key]
            overturned = [*others, {**chosen, "status": "overturned"}]
            one, other = self.assess(case, records=overturned), self.assess(case, records=others)
            for name in ("set_aside", "ledger_digest", "human_review"):
                del one[name], other[name]
            for r in (one, other):
                for incident in r["details"]["incidents"]:
                    del incident["findings"]
            self.assertEqual(one, other, number)

    def test_no_weight_without_reliability(self):
        for number, case in self.cases():
            policy = case["policy"]
            mute = {c for c, s in policy["sources"].items() if s["reliability"] == 0}
            kept = [r for r in case["records"] if r["source_class"] not in mute]
            if len(kept) == len(case["records"]) or any(revised(case["records"])):
                continue
            one, other = self.assess(case), self.assess(case, records=kept)
            for name in ("set_aside", "ledger_digest"):
                del one[name], other[name]
            self.assertEqual(one, other, number)


def revised(records: list[dict]):
    """Keys that more than one record claims: there, leaving a record out may bring another back."""
    seen = set()
    for r in records:
        key = (r["subject"], r["source"], r["id"])
        if key in seen:
            yield key
        seen.add(key)


def faults(policy: dict) -> list[str]:
    """What section 13 finds wrong with a policy that has all its fields."""
    found: list[str] = []

    def hold(condition: bool, what: str) -> None:
        if not condition:
            found.append(what)

    def unique(items: list[str], what: str) -> None:
        hold(all(items) and len(set(items)) == len(items), f"ids of {what}")

    def positive(x, what: str) -> None:
        hold(0 < x <= 10**6, what)

    def whole_days(x, what: str, least: int = 1) -> None:
        hold(x == int(x) and least <= x <= 36500, what)

    def some_points(x, what: str) -> None:
        hold(0 <= x <= 100 and x * 10 == int(x * 10), what)

    def rising(xs: list, what: str) -> None:
        hold(all(a <= b for a, b in zip(xs, xs[1:])), what)

    criteria = [c for p in policy["pillars"] for c in p["criteria"]]
    severities = policy["findings"]["severities"]
    gravity = {s["id"]: i for i, s in enumerate(severities)}
    tiers = policy["tiers"]
    sectors = {s["sector"] for s in policy["sources"].values()} - {None}
    unique([c["id"] for c in criteria + policy["credits"]], "criteria and credits")
    unique([p["id"] for p in policy["pillars"]], "pillars")
    unique([s["id"] for s in severities], "severities")
    unique([m["id"] for m in policy["measures"]], "measures")
    unique([t["id"] for t in tiers["earned"] + tiers["imposed"]] + ["standard", "unrated"], "tiers")
    unique(list(policy["sources"]), "classes")
    unique(policy["contexts"], "contexts")
    hold(bool(policy["pillars"]) and all(p["criteria"] for p in policy["pillars"]), "pillars")
    hold(policy["confidence"] in oracle.QUANTILES, "confidence")
    for field in ("horizon_days", "validity_days"):
        whole_days(policy[field], field)
    for s in policy["sources"].values():
        hold(0 <= s["reliability"] <= 1, "reliability")
        if s["adjudicates"] is not None:
            hold(s["adjudicates"] in gravity and s["sector"] is not None and s["reliability"] > 0, "adjudicates")
    for p in policy["pillars"]:
        positive(p["weight"], "weight")
    for c in criteria:
        for field in ("weight", "source_cap", "class_cap"):
            positive(c[field], field)
        whole_days(c["half_life_days"], "half_life_days")
        hold(0 < c["prior"]["mean"] < 1 and Decimal("0.01") <= c["prior"]["strength"] <= 10**6, "prior")
    whole = sum(Decimal(p["weight"]) for p in policy["pillars"])
    share = sum(
        Decimal(p["weight"]) / whole * Decimal(c["weight"]) / sum(Decimal(x["weight"]) for x in p["criteria"])
        for p in policy["pillars"]
        for c in p["criteria"]
        if c.get("exemptable")
    )
    hold(share <= Decimal("0.5") + oracle.SLACK, "exemptable")
    for c in policy["credits"]:
        for field in ("half_mass", "source_cap", "class_cap"):
            positive(c[field], field)
        whole_days(c["half_life_days"], "half_life_days")
        hold(c["max"] >= 0, "max")
    hold(sum(c["max"] for c in policy["credits"]) <= Decimal("0.25") + oracle.SLACK, "sum of max")
    hold(bool(severities), "severities")
    hold(policy["findings"]["max_weight"] < 1, "max_weight")
    rising([s["weight"] for s in severities], "weights of severities")
    for s in severities:
        hold(0 < s["weight"] <= policy["findings"]["max_weight"], "weight of severity")
        whole_days(s["half_life_days"], "half_life_days")
        whole_days(s["expires_days"], "expires_days")
        whole_days(s["in_force_days"], "in_force_days", 0)
    for s in policy["findings"]["statuses"].values():
        hold(0 <= s["factor"] <= 1 and (s["factor"] > 0 or not s["in_force"]), "status")
    starts = [b["from"] for b in policy["findings"]["reach"]]
    hold(starts[:1] == [0] and all(a < b for a, b in zip(starts, starts[1:])) and starts[-1] < 2**53, "reach")
    repeat = policy["findings"]["repeat"]
    whole_days(repeat["window_days"], "window_days")
    for factors in ([b["factor"] for b in policy["findings"]["reach"]], repeat["factors"]):
        hold(bool(factors) and all(1 <= f <= 100 for f in factors), "factors")
        rising(factors, "factors")
    hold(Decimal("0.01") <= tiers["rated_coverage"] <= 1, "rated_coverage")
    hold(Decimal("0.1") <= tiers["sector_mass"] <= 10**6, "sector_mass")
    some_points(tiers["hysteresis"], "hysteresis")
    for t in tiers["earned"] + tiers["imposed"]:
        hold(1 <= t["sectors_at_least"] <= len(sectors), "sectors_at_least")
        some_points(t["lower_at_least"] if "lower_at_least" in t else t["upper_below"], "points of a tier")
    rising([t["upper_below"] for t in tiers["imposed"]], "upper_below")
    rising([-gravity[t["in_force_at_least"]] for t in tiers["imposed"]], "in_force_at_least")
    rising([-t["lower_at_least"] for t in tiers["earned"]], "lower_at_least")
    rising([-t["sectors_at_least"] for t in tiers["earned"]], "sectors_at_least")
    rising([gravity[t["barred_by"]] for t in tiers["earned"]], "barred_by")
    for m in policy["measures"]:
        ((condition, value),) = m["when"].items()
        if condition == "tier_imposed":
            hold(value in {t["id"] for t in tiers["imposed"]}, "tier of a measure")
        elif condition == "criterion_upper_below":
            hold(value["criterion"] in {c["id"] for c in criteria}, "criterion of a measure")
            some_points(value["value"], "value")
        else:
            hold(value["severity_at_least"] in gravity, "severity of a measure")
            hold(set(value["criteria"]) <= {c["id"] for c in criteria}, "criteria of a measure")
    return found


if __name__ == "__main__":
    unittest.main()
