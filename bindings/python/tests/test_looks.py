"""What people see: HTML and terminals."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser

import pytest
from conftest import AS_OF

import uytin
from uytin import Ledger, Policy, assess

NASTY = "<script>alert(1)</script>\u202e\"'&"


class Balance(HTMLParser):
    """Counts that every element that opens closes, and keeps the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.said = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1] != "style":
            self.said += data + " "


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_the_sheet_of_an_assessment(creators: Ledger, lang: str) -> None:
    for subject in creators.subjects:
        found = assess(creators, AS_OF, subject=subject)
        sheet = Balance(found.to_html(lang))
        assert sheet.open == [] and "script" not in sheet.tags
        assert subject in sheet.said and found.policy.notice(lang) in sheet.said
        big = re.search(r'class="big[^"]*">([^<]*)<', found.to_html(lang))
        assert big and (big[1] == f"{found.score:.1f}") == found.is_rated
        for reason in found.reasons:
            assert getattr(reason, lang) in sheet.said
        for why in found.review_reasons:
            assert getattr(why, lang) in sheet.said
        assert all(aside.id in sheet.said for aside in found.set_aside[:8])
    assert assess(creators, AS_OF, subject=subject)._repr_html_() == found.to_html()


def test_nothing_of_the_input_is_markup() -> None:
    records = [
        dict(type="finding", id=NASTY, subject=NASTY, source=NASTY, source_class="regulator", criterion="respect", date="2026-10-01",
             severity="moderate", status=status, incident=status) | {"id": f"{NASTY}{n}"}
        for n, status in enumerate(("upheld", "alleged"))
    ]  # fmt: skip
    ledger = Ledger(records)
    for html in (assess(ledger, AS_OF)._repr_html_(), ledger._repr_html_()):
        assert "<script" not in html and "\u202e" not in html and Balance(html).open == []
    document = Policy.reference().to_dict()
    document["name"] = document["notice"]["en"] = document["pillars"][0]["title"]["en"] = document["tiers"]["earned"][0]["title"]["en"] = NASTY
    html = Policy.from_json(document)._repr_html_()
    assert "<script" not in html and Balance(html).open == []


def test_policy_and_ledger_have_sheets(creators: Ledger) -> None:
    policy = Balance(Policy.reference()._repr_html_())
    assert policy.open == [] and Policy.reference().notice() in policy.said and Policy.reference().digest in policy.said
    ledger = Balance(creators._repr_html_())
    assert all(subject in ledger.said for subject in creators.subjects)
    assert Balance(Ledger()._repr_html_()).open == []


def test_plain_text_and_rich(creators: Ledger) -> None:
    rich = pytest.importorskip("rich.console")
    out = io.StringIO()
    console = rich.Console(file=out, width=100)
    for thing in (Policy.reference(), creators, *(assess(creators, AS_OF, subject=subject) for subject in creators.subjects)):
        console.print(thing)
        assert "\n" not in repr(thing)
    said = out.getvalue()
    assert all(subject in said for subject in creators.subjects) and "Not rated" in said
    assert said.count(Policy.reference().notice()[:40]) == 1 + len(creators.subjects)



def test_the_preview_is_a_widget_with_its_component(creators: Ledger) -> None:
    import datetime

    subject = creators.subjects[0]
    widget = uytin.preview(creators, datetime.datetime(2026, 11, 21, 8), subject=subject, lang="vi", read_only=True)
    state = widget.get_state()
    assert Ledger.from_bytes(state["records"]) == creators and state["policy"] == "" and state["read_only"] is True
    assert (state["as_of"], state["subject"], state["lang"]) == ("2026-11-21", subject, "vi")
    # The component came with the wheel, whole: with its engine and the entry that notebooks call.
    assert "uytin-preview" in state["_esm"] and "render" in state["_esm"] and len(state["_esm"]) > 300_000
    policy = Policy.reference()
    assert uytin.preview(creators, policy=policy).policy == policy.to_json()
    with pytest.raises(Exception, match="fr"):
        uytin.preview(creators, lang="fr")
