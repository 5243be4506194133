"""The tools around the score: the core's answers, in Python's shapes."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import polars
import pytest
from conftest import AS_OF

import uytin
from uytin import Answer, Ledger, Policy, UytinError, assess

DATA = Path(__file__).resolve().parents[3] / "examples/data"


def test_an_answer_is_read_like_a_dictionary() -> None:
    answer = uytin.attacks(as_of=AS_OF, random_bases=0)
    assert dict(answer) == answer.to_dict() == json.loads(answer.to_json())
    assert len(answer) == len(answer.keys()) and "attacks" in answer and "nothing" not in answer
    assert pickle.loads(pickle.dumps(answer)) == answer and hash(answer) == hash(Answer(answer.to_json()))
    with pytest.raises(KeyError):
        answer["nothing"]
    assert "not official" in answer._repr_html_() or "no official" in answer._repr_html_()


def test_a_shortlist_is_what_the_assessments_say(creators: Ledger) -> None:
    least = 60.0
    listed, left_out = uytin.shortlist(creators, {"lower_at_least": least}, AS_OF)
    found = {subject: assess(creators, AS_OF, subject=subject) for subject in creators.subjects}
    expected = sorted((one for one in found.values() if one.lower >= least), key=lambda one: (-one.lower, one.subject))
    assert expected and [row["subject"] for row in listed["shortlist"]] == [one.subject for one in expected]
    assert {out["subject"]: out["found"] for out in left_out} == {one.subject: one.lower for one in found.values() if one.lower < least}
    assert all(row["score"] is None for row in listed["shortlist"] if row["tier"] == "unrated")
    with pytest.raises(UytinError) as caught:
        uytin.shortlist(creators, {"followers_at_least": 10_000, "lower_at_least": 101}, AS_OF)
    assert {fault.path for fault in caught.value.faults} == {"$.followers_at_least", "$.lower_at_least"}
    nobody, _ = uytin.shortlist(Ledger(), "{}", AS_OF)
    assert nobody["subjects"] == 0


def test_a_policy_is_calibrated_on_real_claims() -> None:
    policy = Policy.from_file(DATA / "claims-policy.json")
    claims = Ledger.from_file(DATA / "claims.jsonl")
    found = uytin.calibrate(claims, "2014-12-31", "2015-01-01", policy=policy, replicates=50)
    assert found.policy is not None and found.policy != policy and Policy.validate(found.policy.to_json()) == []
    methods = {method["method"]: method for method in found["evaluation"]["methods"]}
    assert methods["fitted-policy"]["auc"]["estimate"] >= 0.698 and methods["fitted-policy"]["log_loss"]["estimate"] <= 0.625
    assert pickle.loads(pickle.dumps(found)).policy == found.policy
    with pytest.raises(UytinError):
        uytin.calibrate(claims, "2015-01-01", "2014-12-31", policy=policy)


@pytest.mark.parametrize("make", [polars.DataFrame, lambda data: polars.DataFrame(data).to_pandas(), lambda data: polars.DataFrame(data).to_arrow()])
def test_groups_are_compared(make: Any) -> None:
    data: dict[str, list[Any]] = {
        "score": [70.0, 60.0] * 30, "coverage": [0.5, 0.25] * 30, "tier": ["standard", "caution"] * 30,
        "region": ["north", "south"] * 29 + ["north", None], "well": [True, True, None, False] * 15,
    }  # fmt: skip
    found = uytin.fairness(make(data), "region", outcome="well")
    groups = {group["group"]: {figure["of"]: figure for figure in group["figures"]} for group in found["groups"]}
    assert found["subjects"] == 59 and set(groups) == {"north", "south"}
    assert groups["north"]["score"]["gap"]["estimate"] == 10 and groups["south"]["coverage"]["mean"]["estimate"] == 0.25
    assert groups["south"]["false-restriction"]["mean"]["estimate"] == 1
    one = uytin.fairness(make({name: column[:1] for name, column in data.items()}), "region")
    assert one["caution"] == "one-group" and one["groups"][0]["caution"] == "one-subject"


def test_attacks_stay_within_their_bounds(creators: Ledger) -> None:
    for answer in (uytin.attacks(as_of=AS_OF), uytin.attacks(creators, as_of=AS_OF)):
        assert answer["holds"] is True and len(answer["attacks"]) >= 10
    assert uytin.attacks(as_of=AS_OF, seed=1) == uytin.attacks(as_of=AS_OF, seed=1) != uytin.attacks(as_of=AS_OF, seed=2)


def test_coverage_is_simulated() -> None:
    found = uytin.interval_coverage("claim-accuracy", replicates=100)
    assert found["criterion"] == "claim-accuracy" and {row["scenario"] for row in found["rows"]} >= {"independent", "clustered"}
    with pytest.raises(UytinError, match="nothing"):
        uytin.interval_coverage("nothing")


def test_paths_are_reached_when_they_are_walked(creators: Ledger) -> None:
    classes = ["auditor", "press", "regulator", "consumer-body"]
    walked = 0
    for subject in creators.subjects:
        ways = uytin.paths(creators, AS_OF, classes, subject=subject)
        assert ways["tier"] == assess(creators, AS_OF, subject=subject).tier
        for way in ways["paths"]:
            assert way["evidence"] or way["waiting"] or way["obstacles"]
            if way["evidence"] is None:
                continue
            rows = way["evidence"]["observations"]
            records = [
                row | {"type": "observation", "id": f"n-{n}", "subject": subject, "date": AS_OF, "failed": 0} for n, row in enumerate(rows)
            ]
            tiers = Policy.reference().tiers
            reached = assess(creators.add(records), AS_OF, subject=subject).tier
            assert tiers.index(reached) >= tiers.index(way["tier"])
            # One check fewer, of whichever source, does not reach it.
            for record in records:
                record["passed"] -= 1
                assert tiers.index(assess(creators.add(records), AS_OF, subject=subject).tier) < tiers.index(way["tier"])
                record["passed"] += 1
            walked += 1
    assert walked >= 5
    with pytest.raises(UytinError, match="nobody"):
        uytin.paths(creators, AS_OF, ["nobody"], subject=creators.subjects[0])


def test_a_contest_is_an_assessment_without_the_records(creators: Ledger) -> None:
    subject = "creator-beauty-03"
    record = next(record for record in creators.records(subject) if record.type == "finding" and record.status == "upheld")
    found = uytin.contest(creators, AS_OF, [f"{record.source}/{record.id}"], subject=subject)
    left = Ledger([other for other in creators.records(subject) if other != record])
    assert found["before"]["score"] == assess(creators, AS_OF, subject=subject).score
    assert found["after"]["score"] == assess(left, AS_OF, subject=subject).score and found["after"]["tier"] == assess(left, AS_OF, subject=subject).tier
    with pytest.raises(UytinError) as caught:
        uytin.contest(creators, AS_OF, ["a/b", "c/d"], subject=subject)
    assert len(caught.value.faults) == 2


def test_the_impact_of_a_policy_sums_up(creators: Ledger) -> None:
    before = Policy.reference()
    document = before.to_dict()
    document["findings"]["severities"][0]["weight"] = 0.05
    document["tiers"]["earned"][0]["lower_at_least"] += 1
    after = Policy.from_json(document)
    found = uytin.impact(creators, before, after, AS_OF, groups={subject: subject[8:10] for subject in creators.subjects})
    assert found["subjects"] == len(creators.subjects) and found["groups"]
    moved = sum(assess(creators, AS_OF, subject=s).tier != assess(creators, AS_OF, subject=s, policy=after).tier for s in creators.subjects)
    assert found["tiers"]["changed"] == moved
    assert {change.direction for change in before.diff(after)} == {"stricter"}
    assert uytin.impact(creators, before, before, AS_OF)["tiers"]["changed"] == 0


def test_a_statement_tells_a_person_why(creators: Ledger) -> None:
    subject = "creator-beauty-03"
    found = assess(creators, AS_OF, subject=subject)
    english = uytin.statement(creators, AS_OF, subject=subject, contest_at="hoi-dong@example.vn", contest_by="2026-12-31")
    assert f"{found.score:.1f}" in english and "hoi-dong@example.vn" in english and "2026-12-31" in english
    page = uytin.statement(creators, AS_OF, subject=subject, lang="vi", format="html", contest_at="<script>alert(1)</script>")
    assert 'lang="vi"' in page and "<script>alert" not in page
    newcomer = assess(creators, AS_OF, subject="creator-newcomer-06")
    assert f"{newcomer.score:.1f}" not in uytin.statement(creators, AS_OF, subject=newcomer.subject).split("##")[0]
    with pytest.raises(UytinError, match="pdf"):
        uytin.statement(creators, AS_OF, subject=subject, format="pdf")
