"""Policies, records, ledgers, assessments and receipts as Python objects."""

from __future__ import annotations

import copy
import gc
import json
import multiprocessing
import os
import pickle
import threading
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import numpy
import pandas
import pytest
from conftest import AS_OF, ROOT

import uytin
from uytin import Assessment, Ledger, Policy, PolicyError, Record, RecordError, UytinError, assess

RECORD: dict[str, Any] = dict(
    type="observation", id="audit-1", subject="creator-1", source="auditor-7", source_class="auditor", criterion="ad-disclosure",
    date="2026-11-01", passed=40, failed=2,
)  # fmt: skip


def every(creators: Ledger) -> list[Assessment]:
    return [assess(creators, AS_OF, subject=subject) for subject in creators.subjects]


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 11, 21),
        datetime(2026, 11, 21, 23, 59, tzinfo=timezone.utc),
        "2026-11-21",
        pandas.Timestamp("2026-11-21 08:00"),
        pandas.Timestamp("2026-11-21", tz="Asia/Ho_Chi_Minh"),
        numpy.datetime64("2026-11-21"),
        numpy.datetime64("2026-11-21T12:30:00.000000001", "ns"),
    ],
)
def test_any_date_is_a_day(day: Any) -> None:
    found = assess([RECORD], day)
    assert (found.as_of, found.valid_until) == (date(2026, 11, 21), date(2027, 11, 21))
    assert assess([RECORD | {"date": day}], AS_OF).set_aside == []


@pytest.mark.parametrize("day", [pandas.NaT, numpy.datetime64("NaT"), "2026-02-30", "", None, 20261121, 1.5, b"2026-11-21", object()])
def test_what_is_no_date_is_refused(day: Any) -> None:
    with pytest.raises(UytinError) as caught:
        assess([RECORD], day)
    assert caught.value.path == "as_of" and caught.value.code in ("not-a-date", "wrong-type")


def test_records_come_in_every_form() -> None:
    record = Record(**RECORD)
    forms = [record, RECORD, json.dumps(RECORD), record.to_json().encode(), dict(RECORD, passed=numpy.int64(40), failed=2.0)]
    assert len({assess(form, AS_OF) for form in forms}) == 1
    assert len({assess([form], AS_OF) for form in forms}) == 1
    assert assess((form for form in forms), AS_OF) == assess(Ledger(forms), AS_OF)
    assert record.to_dict() == RECORD and Record(**record.to_dict()) == record and hash(Record(**RECORD)) == hash(record)
    assert (record.type, record.passed, record.severity, record.date, record.withdrawn) == ("observation", 40, None, date(2026, 11, 1), False)
    finding = Record(
        type="finding", id="f", subject="s", source="vtv", source_class="press", criterion="respect", date="2026-01-01", severity="minor",
        status="alleged", reach=7, incident="case-1",
    )  # fmt: skip
    assert (finding.severity, finding.status, finding.reach, finding.incident, finding.passed) == ("minor", "alleged", 7, "case-1", None)
    credit = Record(type="credit", id="c", subject="s", source="x", source_class="civil", criterion="training", date="2026-01-01", amount=2.5)
    assert credit.amount == 2.5
    assert "creator-1" in repr(record) and "alleged" in repr(finding)


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"date": "2026-11-31"}, "not-a-date", "$.date"),
        ({"date": pandas.NaT}, "not-a-date", "$.date"),
        ({"passed": -1}, "out-of-range", "$.passed"),
        ({"passed": 10**40}, "out-of-range", "$.passed"),
        ({"passed": float("nan")}, "wrong-type", "$.passed"),
        ({"passed": "many"}, "wrong-type", "$.passed"),
        ({"passed": [1]}, "wrong-type", "$.passed"),
        ({"passed": object()}, "wrong-type", "$.passed"),
        ({"id": ""}, "empty", "$.id"),
        ({"followers": 1_000_000}, "unknown-field", "$.followers"),
        ({"severity": "minor"}, "misplaced-field", "$.severity"),
        ({"type": "opinion"}, "unknown-value", "$.type"),
    ],
)
def test_a_faulty_record_is_refused_with_its_place(change: dict[str, Any], code: str, path: str) -> None:
    with pytest.raises(RecordError) as caught:
        Record(**(RECORD | change))
    assert (caught.value.code, caught.value.path) == (code, path)
    with pytest.raises(RecordError) as caught:
        Ledger([RECORD, RECORD | change])
    assert (caught.value.code, caught.value.path) == (code, f"record 1: {path}")
    assert str(caught.value).startswith(f"record 1: {path}: found ")


@pytest.mark.parametrize("records", [7, None, [7], [None], [[RECORD]], [{1: 2}]])
def test_what_holds_no_records_is_refused(records: Any) -> None:
    with pytest.raises((RecordError, TypeError)):
        assess(records, AS_OF)


def test_a_generator_that_raises_is_heard() -> None:
    def broken() -> Any:
        yield RECORD
        raise KeyError("the source is gone")

    with pytest.raises(KeyError, match="the source is gone"):
        assess(broken(), AS_OF)


def test_lines_are_counted_and_files_are_missed(tmp_path: Path) -> None:
    with pytest.raises(RecordError) as caught:
        Ledger.from_bytes(json.dumps(RECORD) + "\n\n{}")
    assert caught.value.path.startswith("line 3: $")
    with pytest.raises(RecordError):
        Ledger.from_bytes(b"\xff\xfe")
    for read in (Ledger.from_file, Policy.from_file):
        with pytest.raises(FileNotFoundError):
            read(tmp_path / "nowhere")


def test_a_policy_names_every_fault() -> None:
    document = Policy.reference().to_dict()
    document["confidence"] = 0.5
    document["tiers"]["hysteresis"] = -1
    with pytest.raises(PolicyError) as caught:
        Policy.from_json(document)
    assert [fault.path for fault in caught.value.faults] == ["$.confidence", "$.tiers.hysteresis"]
    assert [fault.path for fault in Policy.validate(document)] == ["$.confidence", "$.tiers.hysteresis"]
    assert Policy.validate(Policy.reference().to_json()) == []
    with pytest.raises(PolicyError):
        Policy.from_json("{")
    with pytest.raises(TypeError):
        Policy.from_json(7)


def test_policies_compare_by_their_documents() -> None:
    reference = Policy.reference()
    other = Policy.from_file(ROOT / "examples/data/claims-policy.json")
    assert reference == Policy.from_file(ROOT / "spec/policies/icp-2026.json") != other
    document = reference.to_dict()
    document["pillars"][0]["criteria"][0]["weight"] += 1
    del document["measures"][0]
    paths = [change.path for change in reference.diff(Policy.from_json(document))]
    assert sorted(paths) == ["$.measures[0]", "$.pillars[0].criteria[0].weight"]
    assert reference.diff(reference) == []
    assert abs(sum(reference.weights().values()) - 1) < 1e-12
    assert reference.tiers[0] == "restricted" and "không" in reference.notice("vi").lower() or reference.notice("vi")
    with pytest.raises(UytinError, match="`fr`"):
        reference.notice("fr")


def test_ledgers_merge_in_any_order(creators: Ledger) -> None:
    records = list(creators)
    a, b = Ledger(records[::2]), Ledger(records[1::2])
    assert a | b == b | a == a.merge(b) == creators and (a | b).to_bytes() == creators.to_bytes()
    assert a | a == a and len(a) + len(b) == len(creators) == len(records)
    assert hash(a | b) == hash(creators)
    assert a.add(records[1]) != a and len(a.add([records[1], records[3]])) == len(a) + 2
    subject = creators.subjects[0]
    assert all(record.subject == subject for record in creators.records(subject))
    assert sum(len(creators.records(subject)) for subject in creators.subjects) == len(creators)


def test_the_subject_must_be_clear(creators: Ledger) -> None:
    with pytest.raises(UytinError) as caught:
        assess(creators, AS_OF)
    assert caught.value.code == "no-subject"
    assert not assess(creators, AS_OF, subject="nobody").is_rated


def test_attributes_say_what_the_json_says(creators: Ledger) -> None:
    for found in every(creators):
        told = found.to_dict()
        assert json.loads(found.to_json()) == told
        assert (found.score, found.lower, found.upper) == (told["score"], told["interval"]["lower"], told["interval"]["upper"])
        assert round(found.coverage, 9) == told["coverage"] and found.tier == told["tier"]
        assert (found.subject, str(found.as_of), str(found.valid_until)) == (told["subject"], told["as_of"], told["valid_until"])
        assert round(sum(part.points for part in found.waterfall), 1) == found.score
        assert [part.points for part in found.waterfall] == [part["points"] for part in told["waterfall"]]
        assert [reason.code for reason in found.reasons] == [reason["code"] for reason in told["reasons"]]
        assert [aside.reason for aside in found.set_aside] == [aside["reason"] for aside in told["set_aside"]]
        assert [measure.id for measure in found.measures] == [measure["id"] for measure in told["measures"]]
        assert [estimate.id for estimate in found.criteria] == [criterion["id"] for criterion in told["criteria"]]
        assert [pillar.score for pillar in found.pillars] == [pillar["score"] for pillar in told["pillars"]]
        assert found.exempt == told["exempt"] and found.favourable_sectors == told["sectors"]["favourable"]
        assert found.human_review == bool(found.review_reasons)
        assert (found.pending is None) == (told["pending"] is None)
        assert str(found).startswith(found.subject) and repr(found).startswith("<Assessment ")
        if not found.is_rated:
            assert str(found.score) not in str(found)
        assert all(reason.en and reason.vi for reason in found.reasons)


def test_everything_survives_pickle_and_copy(creators: Ledger) -> None:
    findings = every(creators)
    things: list[Any] = [*findings, *list(creators)[:20], creators, Policy.reference(), findings[0].receipt()]
    for found in findings:
        things += [*found.waterfall, *found.reasons, *found.criteria, *found.measures, *found.review_reasons, *found.set_aside, *found.pillars]
        things += [found.pending] if found.pending else []
    for thing in things:
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            again = pickle.loads(pickle.dumps(thing, protocol))
            assert again == thing and hash(again) == hash(thing) and type(again) is type(thing)
        assert copy.copy(thing) == copy.deepcopy(thing) == thing
        assert thing != 1 and repr(thing)
    assert [pickle.loads(pickle.dumps(found)).to_json() for found in findings] == [found.to_json() for found in findings]
    for cause in (lambda: Record(type="x"), lambda: Policy.from_json("{}"), lambda: assess(creators, AS_OF)):
        with pytest.raises(UytinError) as caught:
            cause()
        again = pickle.loads(pickle.dumps(caught.value))
        assert type(again) is type(caught.value) and (again.code, again.path, again.expected, again.found, again.faults) == (
            caught.value.code, caught.value.path, caught.value.expected, caught.value.found, caught.value.faults,
        )  # fmt: skip
        assert str(again) == str(caught.value)


def test_nothing_can_be_changed(creators: Ledger) -> None:
    for thing, name in ((assess(creators, AS_OF, subject="x"), "score"), (Record(**RECORD), "passed"), (Policy.reference(), "name")):
        with pytest.raises(AttributeError):
            setattr(thing, name, 1)
    part = assess(creators, AS_OF, subject="x").waterfall[0]
    with pytest.raises(AttributeError):
        part.points = 1.0  # type: ignore[misc]
    match part:
        case uytin.Part(kind, _, None, points):
            assert (kind, points) == ("baseline", part.points)


def test_a_receipt_is_verified_or_says_what_differs(creators: Ledger) -> None:
    for found in every(creators):
        receipt = found.receipt()
        assert uytin.Receipt.from_json(receipt.to_json()) == receipt
        assert receipt.verify(creators) and receipt.verify(creators).verified
        other = receipt.verify(creators.add(RECORD | {"subject": found.subject}))
        assert not other and any(difference.path == "$.ledger_digest" for difference in other.differences)
        with pytest.raises(UytinError):
            uytin.Receipt.from_json(receipt.to_json().replace(":", ": ", 1))


def _assessed(arguments: tuple[Ledger, str, Policy]) -> Assessment:
    ledger, subject, policy = arguments
    return assess(ledger, AS_OF, subject=subject, policy=policy)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_share_the_work(creators: Ledger, method: str) -> None:
    expected = every(creators)
    with multiprocessing.get_context(method).Pool(2) as pool:
        found = pool.map(_assessed, [(creators, subject, Policy.reference()) for subject in creators.subjects])
    assert found == expected


def test_a_forked_child_assesses_frames(creators: Ledger) -> None:
    before = len(uytin.assess_frame(creators, AS_OF))
    child = os.fork()
    if child == 0:
        os._exit(0 if len(uytin.assess_frame(creators, AS_OF)) == before else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_eight_threads_share_one_policy_and_one_ledger(creators: Ledger) -> None:
    policy, expected, wrong = Policy.reference(), {found.subject: found.to_json() for found in every(creators)}, []
    barrier = threading.Barrier(8)

    def work() -> None:
        barrier.wait()
        for _ in range(30):
            for subject in creators.subjects:
                if assess(creators, AS_OF, subject=subject, policy=policy).to_json() != expected[subject]:
                    wrong.append(subject)

    threads = [threading.Thread(target=work) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert wrong == []


def test_iterators_outlive_their_ledgers(creators: Ledger) -> None:
    records = iter(Ledger(list(creators)[:5]))
    gc.collect()
    assert len(list(records)) == 5 and list(records) == []


def test_bound_ledgers_follow_the_policy(creators: Ledger) -> None:
    document = Policy.reference().to_dict()
    document["validity_days"] = 30
    other, subject = Policy.from_json(document), creators.subjects[0]
    for policy, until in ((Policy.reference(), date(2027, 11, 21)), (other, date(2026, 12, 21)), (Policy.reference(), date(2027, 11, 21))):
        assert assess(creators, AS_OF, subject=subject, policy=policy).valid_until == until
