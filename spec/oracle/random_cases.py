#!/usr/bin/env python3
"""Random cases for the oracle and for the library: valid policies, and ledgers that provoke every rule.

    random_cases.py --seed S --count N > cases.jsonl

A case depends on the seed and its own number alone, so `--only K` prints the K-th by itself.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from datetime import date as Date
from datetime import timedelta
from pathlib import Path
from random import Random

import oracle

HERE = Path(__file__).resolve().parent
REFERENCE = [HERE.parent / "policies" / "icp-2026.json", HERE.parent / "vectors" / "policies" / "icp-2026.json"]

U32_MAX = 2**32 - 1
SAFE_MAX = 2**53 - 1
# What identifiers must survive: escapes of JSON, control characters, line separators, and characters whose order as
# UTF-16 differs from their order as UTF-8.
ODD = ['"', "\\", "\n", "\t", "\x01", "\x1f", "\x7f", "/", " ", "<"]
ODD += ["é", "ế", "ö", "\u2028", "\ufb01", "\uffff", "😀", "𝔘"]
STATUSES = ["alleged", "upheld", "under-appeal", "remedied", "overturned"]
MIN_DATE, MAX_DATE = Date.min, Date.max


def significant(x: float, digits: int) -> float:
    return float(f"{x:.{digits}g}")


def magnitude(rng: Random, low: float, high: float) -> float | int:
    """A positive number within [low, high], at any order of magnitude, sometimes at the ends."""
    draw = rng.random()
    if draw < 0.05:
        return low
    if draw < 0.1:
        return high
    x = significant(math.exp(rng.uniform(math.log(low), math.log(high))), rng.choice([1, 2, 3, 6]))
    x = min(max(x, low), high)
    return int(x) if x == int(x) and rng.random() < 0.5 else x


def fraction(rng: Random) -> float | int:
    """Within [0, 1], often at the ends."""
    draw = rng.random()
    if draw < 0.15:
        return 0
    if draw < 0.3:
        return 1
    return round(rng.random(), rng.choice([1, 2, 3, 9]))


def days(rng: Random) -> int:
    draw = rng.random()
    if draw < 0.03:
        return 1
    if draw < 0.1:
        return 36500
    if draw < 0.8:
        return rng.randint(30, 2000)
    return int(magnitude(rng, 1, 36500))


def points(rng: Random, low: int = 0, high: int = 1000) -> float | int:
    tenths = rng.choice([low, high, rng.randint(low, high), rng.randint(low, high), rng.randint(low, high)])
    return tenths // 10 if tenths % 10 == 0 and rng.random() < 0.5 else tenths / 10


def name(rng: Random, stem: str) -> str:
    """The stem keeps names apart; an odd character now and then."""
    draw = rng.random()
    if draw < 0.85:
        return stem
    return rng.choice([rng.choice(ODD) + stem, stem + rng.choice(ODD), stem + rng.choice(ODD) + rng.choice(ODD)])


def title(rng: Random, text: str) -> dict:
    return {"en": name(rng, text), "vi": name(rng, text)}


def with_basis(rng: Random, item: dict) -> dict:
    if rng.random() < 0.7:
        item["basis"] = [name(rng, f"basis {i}") for i in range(rng.randint(0, 2))]
    return item


# --- Policies (MODEL.md, section 13) ------------------------------------------------------------------------------


def random_policy(rng: Random, label: str) -> dict:
    severity_ids = [name(rng, f"sev{i}") for i in range(rng.choice([1, 1, 2, 3, 4, 4, 8, 30]))]
    sources = random_sources(rng, severity_ids)
    sectors = sorted({s["sector"] for s in sources.values() if s["sector"] is not None})
    pillars = random_pillars(rng)
    criteria = [c["id"] for p in pillars for c in p["criteria"]]
    tiers = random_tiers(rng, severity_ids, len(sectors))
    return {
        "name": name(rng, label),
        "version": rng.choice(["1", "2026.1", "0.0.1-α"]),
        "title": title(rng, "policy"),
        "notice": title(rng, "defaults of nobody"),
        "purpose": name(rng, "to find faults"),
        "contexts": [name(rng, f"context{i}") for i in range(rng.choice([0, 1, 2, 2, 5]))],
        "confidence": rng.choice([0.8, 0.9, 0.95, 0.99]),
        "horizon_days": days(rng),
        "validity_days": days(rng),
        "sources": sources,
        "pillars": pillars,
        "credits": random_credits(rng),
        "findings": random_findings(rng, severity_ids),
        "tiers": tiers,
        "measures": random_measures(rng, severity_ids, criteria, [t["id"] for t in tiers["imposed"]]),
    }


def random_sources(rng: Random, severity_ids: list[str]) -> dict:
    sectors = [name(rng, f"sector{i}") for i in range(rng.choice([1, 2, 3, 6]))]
    sources = {}
    for i in range(rng.choice([1, 1, 2, 4, 8, 15])):
        sector = None if rng.random() < 0.2 else rng.choice(sectors)
        reliability = fraction(rng)
        judges = sector is not None and reliability > 0 and rng.random() < 0.7
        # Mostly the gravest, so that grave findings occur; sometimes any, so that they are lowered.
        adjudicates = rng.choice([severity_ids[-1], rng.choice(severity_ids)]) if judges else None
        sources[name(rng, f"class{i}")] = {"sector": sector, "reliability": reliability, "adjudicates": adjudicates}
    return sources


def random_pillars(rng: Random) -> list[dict]:
    shape = rng.choice([[1], [1], [2], [1, 1], [3, 2], [1, 4, 2], [2, 2, 3, 1, 3], [12]])
    pillars, number = [], 0
    extreme = rng.random() < 0.3
    # Like criteria of like weight give parts of the score with equal fractions.
    alike = not extreme and rng.random() < 0.3
    half_life = days(rng)
    for p, size in enumerate(shape):
        criteria = []
        for _ in range(size):
            criterion = {
                "id": name(rng, f"crit{number}"),
                "weight": magnitude(rng, 1e-7, 1e6) if extreme else rng.randint(1, 100),
                "prior": {
                    "mean": rng.choice([1e-9, 0.5, 0.999999999, round(rng.uniform(0.01, 0.99), 3)]),
                    "strength": magnitude(rng, 0.01, 1e6) if rng.random() < 0.3 else magnitude(rng, 0.5, 50),
                },
                "half_life_days": days(rng),
                "source_cap": magnitude(rng, 1e-6, 1e6) if rng.random() < 0.3 else rng.randint(1, 200),
                "class_cap": magnitude(rng, 1e-6, 1e6) if rng.random() < 0.3 else rng.randint(1, 400),
                "title": title(rng, f"criterion {number}"),
            }
            if alike:
                prior = {"mean": 0.5, "strength": 10}
                criterion.update(weight=1, prior=prior, half_life_days=half_life, source_cap=60, class_cap=120)
            if rng.random() < 0.4:
                criterion["exemptable"] = rng.random() < 0.8
            criteria.append(with_basis(rng, criterion))
            number += 1
        weight = size if alike else magnitude(rng, 1e-7, 1e6) if extreme else rng.randint(1, 100)
        pillar = {"id": name(rng, f"pillar{p}"), "weight": weight, "title": title(rng, f"pillar {p}")}
        pillars.append({**pillar, "criteria": criteria})
    if len(shape) == 2 and shape[0] == shape[1] and rng.random() < 0.5:
        # Exactly half of the whole, the most that may be exemptable.
        pillars[1]["weight"] = pillars[0]["weight"]
        pillars[0]["criteria"][0]["exemptable"] = True
        pillars[1]["criteria"][0]["exemptable"] = False
    drop_exemptable(pillars)
    return pillars


def exemptable_share(pillars: list[dict]) -> float:
    whole = sum(p["weight"] for p in pillars)
    share = 0.0
    for p in pillars:
        within = sum(c["weight"] for c in p["criteria"])
        share += sum(p["weight"] / whole * c["weight"] / within for c in p["criteria"] if c.get("exemptable"))
    return share


def drop_exemptable(pillars: list[dict]) -> None:
    for p in pillars:
        for c in p["criteria"]:
            if exemptable_share(pillars) <= 0.5 + 1e-10:
                return
            c.pop("exemptable", None)


def random_credits(rng: Random) -> list[dict]:
    count = rng.choice([0, 0, 1, 2, 3, 6])
    # The sum of `max` is at most 0.25, sometimes exactly.
    left = rng.choice([250, 250, rng.randint(0, 250)])
    credits = []
    for i in range(count):
        share = left if i == count - 1 else rng.randint(0, left)
        left -= share
        credit = {
            "id": name(rng, f"credit{i}"),
            "max": share / 1000,
            "half_mass": magnitude(rng, 1e-6, 1e6) if rng.random() < 0.3 else rng.choice([1, 2, 0.5]),
            "half_life_days": days(rng),
            "source_cap": magnitude(rng, 1e-6, 1e6) if rng.random() < 0.3 else rng.choice([1, 2.5, 10]),
            "class_cap": magnitude(rng, 1e-6, 1e6) if rng.random() < 0.3 else rng.choice([1, 4, 20]),
            "title": title(rng, f"credit {i}"),
        }
        credits.append(with_basis(rng, credit))
    return credits


def rising_factors(rng: Random, count: int) -> list[float | int]:
    top = rng.choice([2, 2, 5, 100])
    factors = sorted(round(rng.uniform(1, top), rng.choice([0, 1, 2, 4])) for _ in range(count))
    if rng.random() < 0.5:
        factors[0] = 1
    if rng.random() < 0.2:
        factors[-1] = 100
    return factors


def random_findings(rng: Random, severity_ids: list[str]) -> dict:
    max_weight = rng.choice([0.9, 0.999999, 0.5, round(rng.uniform(0.01, 0.99), 3)])
    lows = [max_weight, 1e-6, 0.001]
    weights = sorted(magnitude(rng, min(rng.choice(lows), max_weight), max_weight) for _ in severity_ids)
    severities = []
    for i, (severity, weight) in enumerate(zip(severity_ids, weights)):
        severities.append(
            {
                "id": severity,
                "weight": weight,
                "half_life_days": days(rng),
                "expires_days": days(rng),
                "in_force_days": rng.choice([0, days(rng), days(rng), days(rng)]),
                "title": title(rng, f"severity {i}"),
            }
        )
        if rng.random() < 0.15:
            # Decay ends before expiry does.
            severities[-1].update(half_life_days=rng.randint(1, 25), expires_days=rng.randint(1000, 36500))
    statuses = {}
    for status in ("under-appeal", "remedied"):
        factor = fraction(rng)
        statuses[status] = {"factor": factor, "in_force": factor > 0 and rng.random() < 0.5}
    starts = {0}
    while len(starts) < rng.choice([1, 2, 4, 6]):
        starts.add(rng.choice([int(magnitude(rng, 1, SAFE_MAX)), 100000, 1]))
    return {
        "severities": severities,
        "statuses": statuses,
        "reach": [
            {"from": start, "factor": factor}
            for start, factor in zip(sorted(starts), rising_factors(rng, len(starts)))
        ],
        "repeat": {"window_days": days(rng), "factors": rising_factors(rng, rng.choice([1, 2, 4, 12]))},
        "max_weight": max_weight,
    }


def random_tiers(rng: Random, severity_ids: list[str], sectors: int) -> dict:
    # A tier asks for at least one sector, so a policy without sectors has none.
    imposed = rng.choice([0, 1, 2, 2, 4]) if sectors else 0
    earned = rng.choice([0, 1, 2, 2, 4]) if sectors else 0

    def gravities(count: int) -> list[int]:
        return sorted(rng.randrange(len(severity_ids)) for _ in range(count))

    def some_points(count: int) -> list[float | int]:
        return sorted(points(rng, *rng.choice([(0, 1000), (300, 700), (10, 600)])) for _ in range(count))

    asked = sorted(rng.choice([1, 1, rng.randint(1, sectors)]) for _ in range(earned))
    return {
        "rated_coverage": rng.choice([0.01, 0.1, 0.25, 0.25, 0.5, 1, round(rng.uniform(0.01, 1), 3)]),
        "sector_mass": rng.choice([0.1, 1, 5, magnitude(rng, 0.1, 1e6)]),
        "hysteresis": rng.choice([0, 2, 0.1, 5, points(rng)]),
        "earned": [
            {
                "id": name(rng, f"earned{i}"),
                "lower_at_least": lower,
                "sectors_at_least": least,
                "barred_by": severity_ids[gravity],
                "title": title(rng, f"earned {i}"),
            }
            for i, (lower, least, gravity) in enumerate(zip(some_points(earned)[::-1], asked[::-1], gravities(earned)))
        ],
        "imposed": [
            {
                "id": name(rng, f"imposed{i}"),
                "upper_below": upper,
                "sectors_at_least": rng.choice([1, rng.randint(1, sectors)]),
                "in_force_at_least": severity_ids[gravity],
                "title": title(rng, f"imposed {i}"),
            }
            for i, (upper, gravity) in enumerate(zip(some_points(imposed), gravities(imposed)[::-1]))
        ],
    }


def random_measures(rng: Random, severity_ids: list[str], criteria: list[str], imposed: list[str]) -> list[dict]:
    measures = []
    for i in range(rng.choice([0, 1, 3, 6])):
        kind = rng.choice(["tier_imposed", "criterion_upper_below", "finding_in_force"])
        if kind == "tier_imposed" and imposed:
            when = {"tier_imposed": rng.choice(imposed)}
        elif kind == "criterion_upper_below":
            when = {"criterion_upper_below": {"criterion": rng.choice(criteria), "value": points(rng)}}
        else:
            named = rng.sample(criteria, rng.choice([0, 0, 1, min(3, len(criteria))]))
            when = {"finding_in_force": {"severity_at_least": rng.choice(severity_ids), "criteria": named}}
        measure = {"id": name(rng, f"measure{i}"), "when": when, "title": title(rng, f"measure {i}")}
        measures.append(with_basis(rng, measure))
    return measures


# --- Ledgers ------------------------------------------------------------------------------------------------------


class LedgerMaker:
    def __init__(self, rng: Random, policy: dict, subject: str, as_of: Date):
        self.rng = rng
        self.policy = policy
        self.subject = subject
        self.as_of = as_of
        self.classes = list(policy["sources"])
        self.judges = [c for c, s in policy["sources"].items() if s["adjudicates"] is not None]
        self.criteria = [c for p in policy["pillars"] for c in p["criteria"]]
        self.exemptable = [c["id"] for c in self.criteria if c.get("exemptable")]
        self.severities = policy["findings"]["severities"]
        self.number = 0
        # Few sources, so that caps bind; few incidents, so that findings share them.
        self.source_names = {c: [name(rng, f"{c}-{i}") for i in range(rng.choice([1, 3, 3, 20]))] for c in self.classes}
        self.incidents = [name(rng, f"case-{i}") for i in range(rng.choice([1, 3, 10]))]
        self.mood = rng.choice(["good", "good", "bad", "bad", "mixed", "mixed", "one-sided"])
        # Now and then the ledger is free of oddities, so that high tiers are within reach.
        self.oddity = rng.choice([0, 0.03, 0.1])
        # Fresh evidence of high coverage; otherwise ages of every kind.
        self.fresh = rng.random() < 0.5
        self.scale = rng.choice([3, 60, 60, 5000, U32_MAX])
        # Chance alone seldom earns a tier, or has one imposed by observations: some ledgers are made to.
        self.staged = rng.random() < 0.3
        if self.staged:
            self.mood, self.fresh, self.oddity, self.scale = rng.choice(["good", "good", "bad"]), True, 0.01, 300

    def date(self, edges: list[int], spread: int) -> str:
        draw = self.rng.random()
        if self.fresh and self.rng.random() < 0.8:
            age = self.rng.randint(0, max(0, min(spread, 1500) // 4))
        elif draw < 0.25:
            age = self.rng.choice(edges) + self.rng.choice([-1, 0, 0, 1])
        elif draw < 0.25 + self.oddity:
            age = -self.rng.choice([1, 1, 30, 400])
        elif draw < 0.45:
            age = self.rng.choice([0, 0, 1, 29, 30, 31, 365, 366])
        else:
            age = self.rng.randint(0, max(1, min(spread, 1500)))
        first, last = (MIN_DATE - self.as_of).days, (MAX_DATE - self.as_of).days
        day = self.as_of + timedelta(days=min(max(-age, first), last))
        if self.rng.random() < 0.03:
            leap = day.year - day.year % 4
            if leap > 0 and (leap % 100 != 0 or leap % 400 == 0):
                day = Date(leap, 2, 29)
        return day.isoformat()

    def base(self, kind: str, criterion: str, source_class: str) -> dict:
        rng = self.rng
        self.number += 1
        record = {
            "type": kind,
            "id": name(rng, f"{kind[:3]}-{self.number}"),
            "subject": self.subject,
            "source": rng.choice(self.source_names[source_class]),
            "source_class": source_class,
            "criterion": criterion,
        }
        contexts = self.policy["contexts"]
        if contexts and rng.random() < 0.3:
            record["context"] = rng.choice(contexts)
        if rng.random() < 0.03:
            record["revision"] = rng.choice([0, 1, 2, U32_MAX])
        if rng.random() < self.oddity / 2:
            record["withdrawn"] = True
        if rng.random() < self.oddity / 3:
            record["source_class"] = rng.choice(["unknown", "Class0", ""])
        if rng.random() < self.oddity / 3:
            record["context"] = rng.choice(["private-life", "", "Context0"])
        if rng.random() < self.oddity / 3:
            known = [c["id"] for c in self.policy["credits"] + self.criteria]
            record["criterion"] = rng.choice(["unknown", *known])
        if rng.random() < self.oddity / 3:
            # One source that files under two classes.
            record["source"] = rng.choice(self.source_names[rng.choice(self.classes)])
        return record

    def counts(self) -> tuple[int, int]:
        rng = self.rng
        draw = rng.random()
        if draw < 0.05:
            return rng.choice([(0, 0), (U32_MAX, 0), (0, U32_MAX), (U32_MAX, U32_MAX), (1, 0), (0, 1)])
        total = rng.randint(1, self.scale)
        share = {
            "good": 1 - rng.random() ** 3 / 4,
            "bad": rng.uniform(0, 0.3),
            "mixed": rng.random(),
            "one-sided": rng.choice([0, 1]),
        }
        passed = round(total * share[self.mood])
        return passed, total - passed

    def observation(self) -> dict:
        rng = self.rng
        rule = rng.choice(self.criteria)
        record = self.base("observation", rule["id"], rng.choice(self.classes))
        half_life = rule["half_life_days"]
        edges = [self.policy["horizon_days"], half_life, 40 * half_life]
        record["date"] = self.date(edges, rng.choice([half_life, self.policy["horizon_days"]]))
        record["passed"], record["failed"] = self.counts()
        return record

    def finding(self) -> dict:
        rng = self.rng
        source_class = rng.choice(self.judges) if self.judges and rng.random() < 0.9 else rng.choice(self.classes)
        record = self.base("finding", rng.choice(self.criteria)["id"], source_class)
        severity = rng.choice(self.severities)
        record["severity"] = severity["id"]
        if rng.random() < self.oddity / 2:
            record["severity"] = "unknown"
        window = self.policy["findings"]["repeat"]["window_days"]
        edges = [severity["expires_days"], severity["in_force_days"], window, 40 * severity["half_life_days"]]
        record["date"] = self.date(edges, rng.choice([severity["expires_days"], severity["in_force_days"], 90]))
        record["status"] = rng.choice(STATUSES + ["upheld", "upheld"])
        if rng.random() < 0.6:
            start = rng.choice(self.policy["findings"]["reach"])["from"]
            edge = min(max(start + rng.choice([-1, 0, 1]), 0), SAFE_MAX)
            record["reach"] = rng.choice([edge, edge, SAFE_MAX, rng.randint(0, 50_000_000)])
        if rng.random() < 0.6:
            record["incident"] = rng.choice(self.incidents)
        return record

    def credit(self) -> dict:
        rng = self.rng
        if not self.policy["credits"]:
            return self.observation()
        rule = rng.choice(self.policy["credits"])
        record = self.base("credit", rule["id"], rng.choice(self.classes))
        half_life = rule["half_life_days"]
        record["date"] = self.date([self.policy["horizon_days"], half_life, 40 * half_life], half_life)
        if rng.random() < 0.7:
            record["amount"] = rng.choice(
                [0.001, 1000, 1.0, 0.25, 2.5, 999.999, rng.randint(1, 1_000_000) / 1000, rng.randint(1, 5000) / 1000]
            )
        return record

    def exemption(self) -> dict:
        rng = self.rng
        usable = self.exemptable and self.judges and rng.random() < 0.8
        criterion = rng.choice(self.exemptable) if usable else rng.choice(self.criteria)["id"]
        record = self.base("exemption", criterion, rng.choice(self.judges if usable else self.classes))
        record["date"] = self.date([self.policy["horizon_days"]], self.policy["horizon_days"])
        return record

    def rivals(self, record: dict) -> list[dict]:
        """Duplicates, corrections, and contradictions of a record that is there."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.3:
            return [dict(record)]
        if kind < 0.4:
            # The same record, spelt differently.
            fields = list({"revision": 0, "withdrawn": False, "context": None, **record}.items())
            rng.shuffle(fields)
            return [dict(fields)]
        like = {"observation": self.observation, "finding": self.finding, "credit": self.credit}
        make = like.get(record["type"], self.exemption)
        other = rng.choice([make, make, self.observation, self.finding])()
        for field in ("id", "source", "subject"):
            other[field] = record[field]
        revision = record.get("revision") or 0
        other["revision"] = min(max(revision + rng.choice([-1, 0, 0, 0, 1, 1]), 0), U32_MAX)
        if kind < 0.5:
            # An equal revision that differs in one place only.
            other = {**record, "date": other["date"]}
        return [other]

    def spelling(self, record: dict) -> dict:
        """Defaults and nulls may be written out."""
        rng = self.rng
        if rng.random() < 0.9:
            return record
        record = {k: v for k, v in record.items()}
        extras = {"context": None, "incident": None, "amount": None, "passed": None, "severity": None, "revision": 0}
        for field, value in extras.items():
            if rng.random() < 0.4:
                record.setdefault(field, value)
        if record["type"] == "finding":
            record.setdefault("reach", rng.choice([0, None]))
        if record["type"] == "credit":
            record["amount"] = record.get("amount") or rng.choice([1, 1.0, None])
        # Canonical forms must not depend on the order of fields.
        fields = list(record.items())
        rng.shuffle(fields)
        return dict(fields)

    def ledger(self) -> list[dict]:
        rng = self.rng
        if self.staged:
            size, mix = rng.randint(80, 120), rng.choice([(90, 0, 10, 0), (88, 1, 10, 1), (85, 5, 10, 0)])
            return self.records(size, mix)
        low, high = rng.choice([(0, 3), (0, 30), (0, 30), (30, 115), (30, 115), (115, 115)])
        size = rng.randint(low, high)
        # Observations, findings, credits, exemptions.
        mixes = [(80, 10, 8, 2), (90, 0, 10, 0), (0, 100, 0, 0), (90, 4, 6, 0), (50, 40, 5, 5), (40, 30, 20, 10)]
        mix = rng.choice([*mixes, (70, 0, 20, 10)])
        return self.records(size, mix)

    def even(self) -> list[dict]:
        """The same said of every criterion."""
        first = self.observation()
        return [
            {**first, "id": f"{first['id']} {i}", "criterion": c["id"]}
            for i, c in enumerate(self.criteria)
            if i == 0 or self.rng.random() < 0.8
        ]

    def records(self, size: int, mix: tuple[int, int, int, int]) -> list[dict]:
        rng = self.rng
        makers = [self.observation, self.finding, self.credit, self.exemption]
        records: list[dict] = self.even() if rng.random() < 0.15 else []
        while len(records) < size:
            if records and rng.random() < 0.06:
                records += self.rivals(rng.choice(records))
                continue
            record = rng.choices(makers, mix)[0]()
            if rng.random() < 0.02:
                record["subject"] = "someone else"
            records.append(self.spelling(record))
        rng.shuffle(records)
        return records[:120]


def random_day(rng: Random, margin: int) -> Date:
    """A day, with room for the days that are reckoned from it: the model has no date beyond the year 9999."""
    draw = rng.random()
    if draw < 0.6:
        day = Date(2020, 1, 1) + timedelta(days=rng.randint(0, 3650))
    elif draw < 0.75:
        day = Date(rng.choice([2000, 2024, 2028, 2400]), 2, 29)
    elif draw < 0.85:
        day = rng.choice([MIN_DATE, Date(1, 12, 31), Date(4, 2, 29), MAX_DATE])
    else:
        day = Date.fromordinal(rng.randint(1, MAX_DATE.toordinal()))
    return min(day, MAX_DATE - timedelta(days=margin))


def random_case(seed: str, number: int, reference: dict) -> dict:
    rng = Random(f"{seed}/{number}")
    policy = reference if number % 3 == 0 else random_policy(rng, f"random-{number}")
    longest = max([policy["validity_days"], *(s["in_force_days"] for s in policy["findings"]["severities"])])
    as_of = random_day(rng, longest)
    subject = name(rng, f"subject-{number}")
    tiers = [t["id"] for t in policy["tiers"]["earned"] + policy["tiers"]["imposed"]]
    previous = rng.choice([None, None, "standard", "unrated", "no-such-tier", *tiers, *tiers])
    records = LedgerMaker(rng, policy, subject, as_of).ledger()
    case = {
        "policy": policy,
        "subject": subject,
        "as_of": as_of.isoformat(),
        "previous_tier": previous,
        "records": records,
    }
    if policy is not reference and rng.random() < 0.5:
        steer(rng, case)
    return case


def steer(rng: Random, case: dict) -> None:
    """Moves what decides on tiers and measures to where this ledger stands: chance seldom puts a result on an edge."""
    policy, tiers = case["policy"], case["policy"]["tiers"]
    result = oracle.plain(oracle.assess_case(oracle.parse(json.dumps(case)), oracle.Policies(None)))
    hysteresis = round(tiers["hysteresis"] * 10)

    def near(value: float, sign: int) -> float:
        # On the edge, one tenth beside it, or as far off as hysteresis or half of it reaches.
        shift = rng.choice([0, 0, hysteresis, hysteresis, hysteresis // 2])
        return min(max(round(value * 10) + sign * shift + rng.choice([-1, 0, 0, 1]), 0), 1000) / 10

    def place(tier: dict, field: str, value: float, neighbours: list[dict], rising: bool) -> None:
        others = sorted([t[field] for t in neighbours if t is not tier] + [value], reverse=not rising)
        for t, x in zip(neighbours, others):
            t[field] = x

    sectors = result["sectors"]
    if tiers["imposed"]:
        tier = rng.choice(tiers["imposed"])
        # The worst tier's bar must stay the lowest, so the bars are dealt out anew.
        place(tier, "upper_below", near(result["interval"]["upper"], -1), tiers["imposed"], rising=True)
        for t in tiers["imposed"]:
            t["sectors_at_least"] = max(1, min(t["sectors_at_least"], len(sectors["adverse"])))
    if tiers["earned"]:
        tier = rng.choice(tiers["earned"])
        place(tier, "lower_at_least", near(result["interval"]["lower"], 1), tiers["earned"], rising=False)
        least = max(1, len(sectors["favourable"]))
        for t in tiers["earned"]:
            t["sectors_at_least"] = min(t["sectors_at_least"], least)
        if rng.random() < 0.5:
            tiers["rated_coverage"] = min(max(rng.choice([result["coverage"], result["details"]["support"]]), 0.01), 1)
    ids = [t["id"] for t in tiers["imposed"] + tiers["earned"]]
    if ids:
        case["previous_tier"] = rng.choice([None, "standard", *ids, *ids, *ids])
    for measure in policy["measures"]:
        condition = measure["when"].get("criterion_upper_below")
        if condition and result["criteria"]:
            chosen = rng.choice(result["criteria"])
            condition["criterion"] = chosen["id"]
            condition["value"] = min(math.ceil(chosen["upper"] * 1000) + rng.choice([-1, 0, 0, 1]), 1000) / 10


def reference_policy(path: Path | None = None) -> dict:
    for candidate in [path] if path else REFERENCE:
        if candidate.exists():
            return json.loads(candidate.read_text(encoding="utf-8"))
    raise SystemExit("no reference policy: say where with --reference")


def main() -> int:
    parser = argparse.ArgumentParser(description="Random cases for the oracle and the library.")
    parser.add_argument("--seed", default="0")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--only", type=int, help="print this case alone (from 0)")
    parser.add_argument("--reference", type=Path, help="the reference policy, if it is not in its usual place")
    arguments = parser.parse_args()
    reference = reference_policy(arguments.reference)
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    for number in range(arguments.count) if arguments.only is None else [arguments.only]:
        # Escaped and unescaped text in turn: both must read as the same.
        print(json.dumps(random_case(arguments.seed, number, reference), ensure_ascii=number % 2 == 0))
    return 0


if __name__ == "__main__":
    sys.exit(main())
