#!/usr/bin/env python3
"""An independent oracle of the scoring model (MODEL.md).

It follows the text section by section in 60-digit decimal arithmetic and shares no code with the library, so that a
difference between the two is a fault in one of them or in the text. It is slow on purpose: nothing is cached across
assessments but powers of two, nothing is compiled, and each rule stands where the text has it.

It takes policies and records as valid. Checking input is the library's work.

    oracle.py [--policies DIR] [--details]  < cases.jsonl  > results.jsonl
    oracle.py --check cases.jsonl --policies DIR
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import defaultdict
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, localcontext
from functools import lru_cache
from pathlib import Path

CONTEXT = Context(prec=60, rounding=ROUND_HALF_EVEN)
# Two products that are equal as reals may differ in their last digits, because each factor was rounded on the way.
COMPARE = Context(prec=50, rounding=ROUND_HALF_EVEN)

ZERO, ONE, TWO, HALF = Decimal(0), Decimal(1), Decimal(2), Decimal("0.5")
SLACK = Decimal("1e-9")
QUANTILES = {
    Decimal("0.80"): Decimal("1.2815515655446004"),
    Decimal("0.90"): Decimal("1.6448536269514722"),
    Decimal("0.95"): Decimal("1.959963984540054"),
    Decimal("0.99"): Decimal("2.5758293035489004"),
}


# --- Canonical JSON (RFC 8785) ------------------------------------------------------------------------------------

ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def canonical_string(text: str) -> str:
    return '"' + "".join(ESCAPES.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in text) + '"'


def canonical_number(value: int | Decimal) -> str:
    """ECMAScript's Number::toString of the nearest double."""
    double = float(value)
    if double == 0:
        return "0"  # also of minus zero
    if double < 0:
        return "-" + canonical_number(-value)
    # repr gives the shortest digits that read back as the same double; only their layout differs from ECMAScript's.
    mantissa, _, exponent = repr(double).partition("e")
    before, _, after = mantissa.partition(".")
    point = len(before) + int(exponent or 0)
    digits = before + after
    point -= len(digits) - len(digits.lstrip("0"))
    digits = digits.strip("0")
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    fraction = "." + digits[1:] if count > 1 else ""
    return f"{digits[0]}{fraction}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def canonical(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return canonical_string(value)
    if isinstance(value, (int, Decimal)):
        return canonical_number(value)
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, dict):
        # RFC 8785 orders members by UTF-16 code units, which is not the order of code points beyond the first plane.
        members = sorted(value.items(), key=lambda item: item[0].encode("utf-16-be"))
        return "{" + ",".join(canonical_string(k) + ":" + canonical(v) for k, v in members) + "}"
    raise TypeError(f"no canonical form of {type(value).__name__}")


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


# --- Section 3: ledger --------------------------------------------------------------------------------------------

DEFAULTS = {"revision": 0, "withdrawn": False, "reach": 0, "amount": 1}


def canonical_record(record: dict) -> bytes:
    kept = {k: v for k, v in record.items() if v is not None and not (k in DEFAULTS and v == DEFAULTS[k])}
    return canonical(kept).encode()


def revision_of(record: dict) -> int:
    return record.get("revision") or 0


def merge(records: list[dict]) -> list[dict]:
    """The current records, in order of (subject, source, id)."""
    current: dict[tuple[str, str, str], dict] = {}
    for record in records:
        key = (record["subject"], record["source"], record["id"])
        rival = current.get(key)
        if rival is None or revision_of(record) > revision_of(rival):
            current[key] = record
        elif revision_of(record) == revision_of(rival) and canonical_record(record) < canonical_record(rival):
            current[key] = record
    # Code points and UTF-8 bytes sort alike.
    return [current[key] for key in sorted(current)]


# --- Policy -------------------------------------------------------------------------------------------------------


class Policy:
    """A policy document with the look-ups that the rules need."""

    def __init__(self, document: dict):
        self.document = document
        self.sources = document["sources"]
        self.criteria = {c["id"]: c for pillar in document["pillars"] for c in pillar["criteria"]}
        self.credits = {c["id"]: c for c in document["credits"]}
        self.severities = document["findings"]["severities"]
        self.gravity = {s["id"]: i for i, s in enumerate(self.severities)}
        self.imposed = document["tiers"]["imposed"]
        self.earned = document["tiers"]["earned"]
        # The higher the better; "unrated" ranks with "standard".
        order = [t["id"] for t in self.imposed] + ["standard"] + [t["id"] for t in reversed(self.earned)]
        self.rank = {tier: i for i, tier in enumerate(order)}
        self.rank["unrated"] = self.rank["standard"]

    def gravity_as_counted(self, record: dict) -> int:
        """No class finds anything graver than it may."""
        return min(self.gravity[record["severity"]], self.gravity[self.sources[record["source_class"]]["adjudicates"]])


# --- Section 4: which records count -------------------------------------------------------------------------------


def reason_to_set_aside(policy: Policy, record: dict, as_of: Date) -> str | None:
    kind = record["type"]
    if record.get("withdrawn"):
        return "withdrawn"
    source_class = policy.sources.get(record["source_class"])
    if source_class is None:
        return "unknown-source-class"
    context = record.get("context")
    if context is not None and context not in policy.document["contexts"]:
        return "out-of-context"
    if record["criterion"] not in (policy.credits if kind == "credit" else policy.criteria):
        return "unknown-criterion"
    if kind == "finding" and record["severity"] not in policy.gravity:
        return "unknown-severity"
    if kind == "exemption" and not policy.criteria[record["criterion"]].get("exemptable"):
        return "not-exemptable"
    if kind in ("finding", "exemption") and source_class["adjudicates"] is None:
        return "not-adjudicated"
    age = (as_of - Date.fromisoformat(record["date"])).days
    if age < 0:
        return "future"
    if kind == "finding":
        limit = policy.severities[policy.gravity_as_counted(record)]["expires_days"]
    else:
        limit = policy.document["horizon_days"]
    return "expired" if age >= limit else None


# --- Section 5: criteria ------------------------------------------------------------------------------------------


@lru_cache(maxsize=None)
def decay(age: int, half_life: int) -> Decimal:
    if age > 40 * half_life:
        return ZERO
    return CONTEXT.power(TWO, CONTEXT.divide(Decimal(-age), Decimal(half_life)))


def age_of(record: dict, as_of: Date) -> int:
    return (as_of - Date.fromisoformat(record["date"])).days


def capped(a: Decimal, b: Decimal, cap: Decimal) -> tuple[Decimal, Decimal]:
    total = a + b
    if total <= cap:
        return a, b
    return a * cap / total, b * cap / total


def masses(policy: Policy, rule: dict, records: list[dict], as_of: Date) -> dict[str, tuple[Decimal, Decimal]]:
    """Favourable and adverse mass per class, of one criterion or (adverse: none) of one credit."""
    per_source: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for record in records:
        d = decay(age_of(record, as_of), int(rule["half_life_days"]))
        if record["type"] == "credit":
            amount = record.get("amount")
            passed, failed = (1 if amount is None else amount), 0
        else:
            passed, failed = record["passed"], record["failed"]
        # A source that files under two classes is one source of each.
        sums = per_source[record["source_class"], record["source"]]
        sums[0] += passed * d
        sums[1] += failed * d
    per_class: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for (source_class, _), (a, b) in sorted(per_source.items()):
        a, b = capped(a, b, Decimal(rule["source_cap"]))
        per_class[source_class][0] += a
        per_class[source_class][1] += b
    result = {}
    for source_class, (a, b) in per_class.items():
        a, b = capped(a, b, Decimal(rule["class_cap"]))
        reliability = Decimal(policy.sources[source_class]["reliability"])
        result[source_class] = (a * reliability, b * reliability)
    return result


@dataclass
class Estimate:
    """One criterion that is not exempt."""

    id: str
    pillar: str
    weight: Decimal
    prior: Decimal
    by_class: dict[str, tuple[Decimal, Decimal]]
    favourable: Decimal
    adverse: Decimal
    mean: Decimal
    lower: Decimal
    upper: Decimal
    coverage: Decimal
    support: Decimal


def estimate(rule: dict, pillar: str, weight: Decimal, by_class: dict, z: Decimal) -> Estimate:
    alpha = sum((a for a, _ in by_class.values()), ZERO)
    beta = sum((b for _, b in by_class.values()), ZERO)
    p, k = Decimal(rule["prior"]["mean"]), Decimal(rule["prior"]["strength"])
    n = alpha + beta + k
    mean = (alpha + k * p) / n
    middle = mean + z * z / (2 * n)
    reach = z * (mean * (1 - mean) / n + z * z / (4 * n * n)).sqrt()
    scale = 1 + z * z / n
    return Estimate(
        id=rule["id"],
        pillar=pillar,
        weight=weight,
        prior=p,
        by_class=by_class,
        favourable=alpha,
        adverse=beta,
        mean=mean,
        lower=(middle - reach) / scale,
        upper=(middle + reach) / scale,
        coverage=(alpha + beta) / n,
        support=alpha / n,
    )


def weights(policy: Policy, exempt: set[str]) -> list[tuple[str, dict, Decimal]]:
    """(pillar, criterion, weight of the whole) of what is not exempt, in policy order."""
    kept = []
    for pillar in policy.document["pillars"]:
        criteria = [c for c in pillar["criteria"] if c["id"] not in exempt]
        if criteria:
            kept.append((pillar, criteria))
    whole = sum((Decimal(pillar["weight"]) for pillar, _ in kept), ZERO)
    result = []
    for pillar, criteria in kept:
        within = sum((Decimal(c["weight"]) for c in criteria), ZERO)
        for c in criteria:
            weight = Decimal(pillar["weight"]) / whole * Decimal(c["weight"]) / within
            result.append((pillar["id"], c, weight))
    return result


# --- Section 7: findings ------------------------------------------------------------------------------------------


@dataclass
class Finding:
    record: dict
    date: Date
    age: int
    gravity: int
    status: str
    incident: tuple

    @property
    def order(self) -> tuple[Date, str, str]:
        return self.date, self.record["source"], self.record["id"]


@dataclass
class Incident:
    """An incident that counts: the finding that stands for it, and what it costs."""

    finding: Finding
    omega: Decimal
    members: list[Finding]


def read_finding(policy: Policy, record: dict, as_of: Date, all_pending_upheld: bool) -> Finding:
    status = record["status"]
    if all_pending_upheld and status in ("alleged", "under-appeal"):
        status = "upheld"
    name = record.get("incident")
    own = ("finding", record["source"], record["id"])
    return Finding(
        record=record,
        date=Date.fromisoformat(record["date"]),
        age=age_of(record, as_of),
        gravity=policy.gravity_as_counted(record),
        status=status,
        incident=own if name is None else ("incident", name),
    )


def status_factor(policy: Policy, status: str) -> Decimal:
    if status in ("alleged", "overturned"):
        return ZERO
    return ONE if status == "upheld" else Decimal(policy.document["findings"]["statuses"][status]["factor"])


def counted_incidents(policy: Policy, findings: list[Finding]) -> list[Incident]:
    rules = policy.document["findings"]
    incidents: dict[tuple, list[Finding]] = defaultdict(list)
    for finding in findings:
        incidents[finding.incident].append(finding)

    # First and last upheld finding of each incident, for the repeat factor of the others.
    upheld = {}
    for key, members in incidents.items():
        dated = [m for m in members if m.status == "upheld"]
        if dated:
            upheld[key] = (min(m.date for m in dated), min(m.age for m in dated))

    def repeat_factor(key: tuple) -> Decimal:
        weighty = [m.date for m in incidents[key] if status_factor(policy, m.status) > 0]
        if not weighty:
            return ONE  # nothing in this incident weighs anything anyway
        n = sum(
            1
            for other, (first, age_of_last) in upheld.items()
            if other != key and first < max(weighty) and age_of_last <= rules["repeat"]["window_days"]
        )
        factors = rules["repeat"]["factors"]
        return Decimal(factors[min(n, len(factors) - 1)])

    def omega(finding: Finding, repeat: Decimal) -> Decimal:
        severity = policy.severities[finding.gravity]
        reached = finding.record.get("reach") or 0
        reach = [Decimal(band["factor"]) for band in rules["reach"] if band["from"] <= reached][-1]
        product = Decimal(severity["weight"]) * status_factor(policy, finding.status) * reach * repeat
        product *= decay(finding.age, int(severity["half_life_days"]))
        return min(Decimal(rules["max_weight"]), product)

    counted = []
    for key, members in incidents.items():
        repeat = repeat_factor(key)
        weighed = [(omega(m, repeat), m) for m in members]
        cost, finding = min(weighed, key=lambda pair: (-COMPARE.plus(pair[0]), pair[1].order))
        if cost > 0:
            counted.append(Incident(finding, cost, members))
    return sorted(counted, key=lambda incident: incident.finding.order)


def in_force(policy: Policy, finding: Finding) -> bool:
    if finding.status in ("alleged", "overturned"):
        return False
    if finding.status != "upheld" and not policy.document["findings"]["statuses"][finding.status]["in_force"]:
        return False
    return finding.age < policy.severities[finding.gravity]["in_force_days"]


def first_day_out_of_force(policy: Policy, finding: Finding) -> Date:
    """The first day on which the finding is no longer in force; one that has expired no longer counts."""
    severity = policy.severities[finding.gravity]
    days = int(min(severity["in_force_days"], severity["expires_days"]))
    return finding.date + timedelta(days=min(days, (Date.max - finding.date).days))


def floor(x: Decimal) -> int:
    return int(x.to_integral_value(ROUND_FLOOR))


def ceiling(x: Decimal) -> int:
    return int(x.to_integral_value(ROUND_CEILING))


def rounded(tenths: Decimal) -> int:
    return floor(tenths + HALF + SLACK)


# --- Section 8: tier ----------------------------------------------------------------------------------------------


def tenths(points: int | Decimal) -> Decimal:
    return Decimal(points) * 10


def decide_tier(
    policy: Policy,
    previous: str | None,
    gravest: int,
    lower: int,
    upper: int,
    favourable_sectors: int,
    adverse_sectors: int,
    coverage: Decimal,
    support: Decimal,
) -> str:
    """`gravest` is the index of the gravest severity in force, -1 if none is."""
    rules = policy.document["tiers"]
    eased = tenths(rules["hysteresis"])
    was = policy.rank.get(previous) if previous is not None else None
    for tier in policy.imposed:
        limit = tenths(tier["upper_below"])
        if was is not None and was <= policy.rank[tier["id"]]:
            limit += eased
        if gravest >= policy.gravity[tier["in_force_at_least"]]:
            return tier["id"]
        if upper < limit and adverse_sectors >= tier["sectors_at_least"]:
            return tier["id"]
    rated = Decimal(rules["rated_coverage"]) - SLACK
    for tier in policy.earned:
        limit = tenths(tier["lower_at_least"])
        if was is not None and was >= policy.rank[tier["id"]]:
            limit -= eased
        if (
            lower >= limit
            and favourable_sectors >= tier["sectors_at_least"]
            and gravest < policy.gravity[tier["barred_by"]]
            and support >= rated
        ):
            return tier["id"]
    return "unrated" if coverage < rated else "standard"


# --- Section 9: explanation ---------------------------------------------------------------------------------------


def largest_remainder(parts: list[Decimal], total: int) -> list[int]:
    floors = [floor(x + SLACK) for x in parts]
    fractions = [(x - f).quantize(SLACK, ROUND_HALF_EVEN) for x, f in zip(parts, floors)]
    missing = total - sum(floors)
    if not 0 <= missing <= len(parts):
        raise AssertionError(f"{missing} tenths are missing from {len(parts)} parts")
    for index in sorted(range(len(parts)), key=lambda i: (-fractions[i], i))[:missing]:
        floors[index] += 1
    return floors


# --- The assessment -----------------------------------------------------------------------------------------------


def assess(document: dict, subject: str, as_of: str, previous_tier: str | None, records: list[dict]) -> dict:
    """The assessment as the conformance vectors have it, with `human_review` and, beyond them, `details`."""
    with localcontext(CONTEXT):
        return _assess(Policy(document), subject, Date.fromisoformat(as_of), previous_tier, records)


def _assess(policy: Policy, subject: str, as_of: Date, previous: str | None, records: list[dict]) -> dict:
    current = [r for r in merge(records) if r["subject"] == subject]
    ledger_digest = digest(b"".join(canonical_record(r) + b"\n" for r in current))

    set_aside, counting = [], []
    for record in current:
        reason = reason_to_set_aside(policy, record, as_of)
        if reason is None:
            counting.append(record)
        else:
            set_aside.append({"source": record["source"], "id": record["id"], "reason": reason})

    def of(kind: str, criterion: str) -> list[dict]:
        return [r for r in counting if r["type"] == kind and r["criterion"] == criterion]

    # Criteria and the sums over them.
    z = QUANTILES[Decimal(policy.document["confidence"])]
    exempt = {r["criterion"] for r in counting if r["type"] == "exemption"}
    estimates = [
        estimate(rule, pillar, weight, masses(policy, rule, of("observation", rule["id"]), as_of), z)
        for pillar, rule, weight in weights(policy, exempt)
    ]

    def total(name: str) -> Decimal:
        return sum((e.weight * getattr(e, name) for e in estimates), ZERO)

    mean, mean_lower, mean_upper = total("mean"), total("lower"), total("upper")
    coverage, support, baseline = total("coverage"), total("support"), total("prior")

    # Section 6: credits.
    credit_masses = {c: masses(policy, rule, of("credit", c), as_of) for c, rule in policy.credits.items()}
    mass = {c: sum((a for a, _ in by_class.values()), ZERO) for c, by_class in credit_masses.items()}
    gain = {
        c: Decimal(rule["max"]) * (1 - TWO ** (-mass[c] / Decimal(rule["half_mass"])))
        for c, rule in policy.credits.items()
    }
    gains = sum(gain.values(), ZERO)

    # Section 7: findings, and the score.
    def findings_and_incidents(all_pending_upheld: bool) -> tuple[list[Finding], list[Incident]]:
        findings = [
            read_finding(policy, r, as_of, all_pending_upheld) for r in counting if r["type"] == "finding"
        ]
        return findings, counted_incidents(policy, findings)

    def scored(b: Decimal, incidents: list[Incident]) -> Decimal:
        result = 1000 * (b + (1 - b) * gains)
        for incident in incidents:
            result *= 1 - incident.omega
        return result

    findings, incidents = findings_and_incidents(all_pending_upheld=False)
    score = rounded(scored(mean, incidents))
    lower = floor(scored(mean_lower, incidents) + SLACK)
    upper = ceiling(scored(mean_upper, incidents) - SLACK)

    pending = None
    pending_records = [f.record for f in findings if f.status in ("alleged", "under-appeal")]
    if pending_records:
        _, if_upheld = findings_and_incidents(all_pending_upheld=True)
        pending = {
            "score_if_upheld": rounded(scored(mean, if_upheld)),
            "findings": [{"source": r["source"], "id": r["id"]} for r in pending_records],
        }

    # Section 8: sectors, tier, measures, review.
    sector_mass = Decimal(policy.document["tiers"]["sector_mass"])
    by_sector: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for by_class in [e.by_class for e in estimates] + list(credit_masses.values()):
        for source_class, (a, b) in by_class.items():
            sector = policy.sources[source_class]["sector"]
            if sector is not None:
                by_sector[sector][0] += a
                by_sector[sector][1] += b
    favourable = sorted(s for s, (a, b) in by_sector.items() if a >= sector_mass - SLACK and a > b + SLACK)
    adverse = sorted(s for s, (a, b) in by_sector.items() if b >= sector_mass - SLACK and b > a + SLACK)

    forceful = [f for f in findings if in_force(policy, f)]
    gravest = max((f.gravity for f in forceful), default=-1)
    tier = decide_tier(
        policy, previous, gravest, lower, upper, len(favourable), len(adverse), coverage, support
    )

    measures = []
    for measure in policy.document["measures"]:
        ((condition, value),) = measure["when"].items()
        if condition == "tier_imposed":
            if policy.rank[tier] <= policy.rank[value]:
                measures.append({"id": measure["id"]})
        elif condition == "criterion_upper_below":
            for e in estimates:
                if e.id != value["criterion"]:
                    continue
                answerable = sum(
                    (b for c, (_, b) in e.by_class.items() if policy.sources[c]["sector"] is not None), ZERO
                )
                if 100 * e.upper < Decimal(value["value"]) - SLACK and answerable >= sector_mass - SLACK:
                    measures.append({"id": measure["id"], "criterion": e.id})
        elif condition == "finding_in_force":
            triggers = [
                f
                for f in forceful
                if f.gravity >= policy.gravity[value["severity_at_least"]]
                and (not value["criteria"] or f.record["criterion"] in value["criteria"])
            ]
            if triggers:
                measures.append(
                    {
                        "id": measure["id"],
                        "findings": [{"source": f.record["source"], "id": f.record["id"]} for f in triggers],
                        "until": max(first_day_out_of_force(policy, f) for f in triggers).isoformat(),
                    }
                )
        else:
            raise ValueError(f"unknown condition {condition}")

    reasons = set()
    if any(tier == t["id"] for t in policy.imposed):
        reasons.add("tier-imposed")
    if measures:
        reasons.add("measure-proposed")
    if previous is not None:
        if previous not in policy.rank:
            reasons.add("previous-tier-unknown")
        elif policy.rank[tier] < policy.rank[previous]:
            reasons.add("tier-fell")
    if pending:
        reasons.add("finding-pending")
    for criterion in exempt:
        hidden = masses(policy, policy.criteria[criterion], of("observation", criterion), as_of)
        if any(b > 0 for _, b in hidden.values()):
            reasons.add("exemption-hides-adverse")
    if any(m.status == "overturned" for incident in incidents for m in incident.members):
        reasons.add("overturned-and-counted")
    for i, one in enumerate(incidents):
        for other in incidents[i + 1 :]:
            same = one.finding.record["criterion"] == other.finding.record["criterion"]
            if same and abs((one.finding.date - other.finding.date).days) <= 30:
                reasons.add("possibly-filed-twice")

    # Section 9: the parts of the score.
    labels = [{"kind": "baseline", "id": "baseline"}]
    parts = [1000 * baseline]
    for e in estimates:
        labels.append({"kind": "criterion", "id": e.id})
        parts.append(1000 * e.weight * (e.mean - e.prior))
    for credit in policy.credits:
        labels.append({"kind": "credit", "id": credit})
        parts.append(1000 * (1 - mean) * gain[credit])
    so_far = 1000 * (mean + (1 - mean) * gains)
    for incident in incidents:
        record = incident.finding.record
        labels.append({"kind": "finding", "id": record["id"], "source": record["source"]})
        parts.append(-so_far * incident.omega)
        so_far *= 1 - incident.omega
    points = largest_remainder(parts, score)

    pillars: dict[str, list[Estimate]] = {}
    for e in estimates:
        pillars.setdefault(e.pillar, []).append(e)

    return {
        "score": in_points(score),
        "interval": {"lower": in_points(lower), "upper": in_points(upper)},
        "coverage": real(coverage),
        "tier": tier,
        "valid_until": (as_of + timedelta(days=int(policy.document["validity_days"]))).isoformat(),
        "measures": [m["id"] for m in measures],
        "exempt": sorted(exempt),
        "sectors": {"favourable": favourable, "adverse": adverse},
        "pillars": [
            {
                "id": pillar,
                "score": in_points(
                    rounded(1000 * sum(e.weight * e.mean for e in members) / sum(e.weight for e in members))
                ),
            }
            for pillar, members in pillars.items()
        ],
        "criteria": [
            {
                "id": e.id,
                "mean": real(e.mean),
                "lower": real(e.lower),
                "upper": real(e.upper),
                "coverage": real(e.coverage),
                "favourable": real(e.favourable),
                "adverse": real(e.adverse),
            }
            for e in estimates
        ],
        "credits": [{"id": c, "mass": real(m)} for c, m in mass.items()],
        "waterfall": [{**label, "points": in_points(p)} for label, p in zip(labels, points)],
        "pending": pending and {**pending, "score_if_upheld": in_points(pending["score_if_upheld"])},
        "set_aside": set_aside,
        "ledger_digest": ledger_digest,
        "policy_digest": digest(canonical(policy.document).encode()),
        "human_review": {"required": bool(reasons), "reasons": sorted(reasons)},
        "details": {
            "support": real(support),
            "measures": measures,
            "incidents": [
                {
                    "source": i.finding.record["source"],
                    "id": i.finding.record["id"],
                    "omega": real(i.omega),
                    "findings": len(i.members),
                }
                for i in incidents
            ],
            "gravest_in_force": policy.severities[gravest]["id"] if gravest >= 0 else None,
            # Before rounding, so that a difference of one tenth can be told from a case on the edge.
            "score_tenths": str(CONTEXT.plus(scored(mean, incidents)).quantize(Decimal("1e-20"))),
            "lower_tenths": str(scored(mean_lower, incidents).quantize(Decimal("1e-20"))),
            "upper_tenths": str(scored(mean_upper, incidents).quantize(Decimal("1e-20"))),
        },
    }


# --- Output and comparison ----------------------------------------------------------------------------------------


def in_points(value: int) -> Decimal:
    return Decimal(value).scaleb(-1)


def real(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.000001"), ROUND_HALF_EVEN)


def plain(value: object) -> object:
    """For json.dumps: a decimal of so few digits reads back unchanged from the nearest double."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value


REALS = {"coverage", "mean", "mass"}
CRITERION_REALS = {"lower", "upper", "favourable", "adverse"}


def differences(got: object, expected: object, path: str = "") -> list[str]:
    """What differs: reals by more than a millionth, everything else at all."""
    if isinstance(got, dict) and isinstance(expected, dict):
        found = [f"{path}.{k}: missing" for k in expected if k not in got]
        found += [f"{path}.{k}: not expected" for k in got if k not in expected]
        for key in got:
            if key in expected:
                found += differences(got[key], expected[key], f"{path}.{key}")
        return found
    if isinstance(got, list) and isinstance(expected, list):
        if len(got) != len(expected):
            return [f"{path}: {json.dumps(plain(got))} instead of {json.dumps(plain(expected))}"]
        return [d for i, (g, e) in enumerate(zip(got, expected)) for d in differences(g, e, f"{path}[{i}]")]
    numbers = (int, Decimal)
    if isinstance(got, numbers) and isinstance(expected, numbers) and not isinstance(got, bool):
        name = path.rpartition(".")[2]
        is_real = name in REALS or (name in CRITERION_REALS and path.startswith(".criteria["))
        if abs(got - expected) <= (Decimal("1e-6") if is_real else 0):
            return []
    elif type(got) is type(expected) and got == expected:
        return []
    return [f"{path}: {plain(got)!r} instead of {plain(expected)!r}"]


def parse(text: str) -> object:
    return json.loads(text, parse_float=Decimal)


class Policies:
    def __init__(self, folder: Path | None):
        self.folder = folder
        self.read: dict[str, dict] = {}

    def document(self, policy: str | dict) -> dict:
        if isinstance(policy, dict):
            return policy
        if policy not in self.read:
            if self.folder is None:
                raise SystemExit(f"a case names the policy {policy!r}: say where with --policies")
            self.read[policy] = parse((self.folder / f"{policy}.json").read_text(encoding="utf-8"))
        return self.read[policy]


def assess_case(case: dict, policies: Policies) -> dict:
    return assess(
        policies.document(case["policy"]), case["subject"], case["as_of"], case.get("previous_tier"), case["records"]
    )


def check(path: Path, policies: Policies) -> int:
    passed = failed = 0
    with path.open(encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            case = parse(line)
            got = assess_case(case, policies)
            del got["details"]
            if "human_review" not in case["expected"]:
                del got["human_review"]
            found = differences(got, case["expected"])
            if found:
                failed += 1
                print(f"line {number}, {case['subject']}:")
                for difference in found:
                    print(f"  {difference}")
            else:
                passed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="An independent oracle of the scoring model.")
    parser.add_argument("--policies", type=Path, metavar="DIR", help="where policies that are named are looked up")
    parser.add_argument("--check", type=Path, metavar="CASES", help="compare with the `expected` of each case")
    parser.add_argument("--details", action="store_true", help="add what led to the result")
    arguments = parser.parse_args()
    policies = Policies(arguments.policies)
    if arguments.check:
        return check(arguments.check, policies)
    sys.stdin.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    for line in sys.stdin:
        if not line.strip():
            continue
        result = assess_case(parse(line), policies)
        if not arguments.details:
            del result["details"]
        print(json.dumps(plain(result), ensure_ascii=False), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
