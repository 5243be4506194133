"""The words around the numbers, in the languages of the Program; codes and reasons come from the engine."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from ._uytin import CATALOGUE, Assessment, Policy

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "not_rated": "Not rated",
        "possible": "{lower} to {upper} possible",
        "of_100": "of 100",
        "range": "range {lower} to {upper}",
        "as_of": "as of {day}",
        "valid_until": "valid until {day}",
        "coverage": "{share} % of the score rests on evidence",
        "review": "A person must look",
        "measures": "Proposed measures; a person decides",
        "until": "until {day}",
        "parts": "What the score is made of",
        "reasons": "Why, and what would change it",
        "pending": "Not decided for good: these findings weigh as long as they are open only what the policy says. If all were upheld, the score would be {score}.",
        "pending_title": "Pending",
        "set_aside": "Records that do not count",
        "baseline": "Assumed without evidence",
        "score": "Score",
        "prior_score": "Sum of what is assumed and known; not a rating",
        "notice": "Notice",
        "exempt": "Does not apply",
        "weight": "Weight",
        "prior": "Assumed",
        "half_life": "Half-life, days",
        "criterion": "Criterion",
        "tier": "Tier",
        "needs": "Needs",
        "subject": "Subject",
        "records": "Records",
        "dates": "From, to",
        "sources": "Sources",
        "severity": "Severity of a finding",
        "cost": "Costs when fresh",
        "in_force": "In force, days",
        "more": "and {n} more",
        "standard": "Standard",
        "unrated": "Not rated",
    },
    "vi": {
        "not_rated": "Chưa xếp bậc",
        "possible": "có thể từ {lower} đến {upper}",
        "of_100": "trên 100",
        "range": "khoảng {lower} đến {upper}",
        "as_of": "ngày {day}",
        "valid_until": "có hiệu lực đến {day}",
        "coverage": "{share} % điểm dựa trên bằng chứng",
        "review": "Cần con người xem xét",
        "measures": "Biện pháp đề xuất; con người quyết định",
        "until": "đến {day}",
        "parts": "Các phần tạo nên điểm",
        "reasons": "Lý do, và điều gì sẽ làm thay đổi",
        "pending": "Chưa có kết luận cuối cùng: khi còn mở, các vi phạm này chỉ được tính như chính sách quy định. Nếu tất cả được giữ nguyên, điểm sẽ là {score}.",
        "pending_title": "Đang chờ kết luận",
        "set_aside": "Hồ sơ không được tính",
        "baseline": "Giả định khi chưa có bằng chứng",
        "score": "Điểm",
        "prior_score": "Tổng phần giả định và phần đã biết; không phải xếp hạng",
        "notice": "Lưu ý",
        "exempt": "Không áp dụng",
        "weight": "Trọng số",
        "prior": "Giả định",
        "half_life": "Chu kỳ bán rã, ngày",
        "criterion": "Tiêu chí",
        "tier": "Bậc",
        "needs": "Điều kiện",
        "subject": "Đối tượng",
        "records": "Hồ sơ",
        "dates": "Từ, đến",
        "sources": "Nguồn",
        "severity": "Mức độ vi phạm",
        "cost": "Trừ khi mới",
        "in_force": "Hiệu lực, ngày",
        "more": "và {n} mục khác",
        "standard": "Tiêu chuẩn",
        "unrated": "Chưa xếp bậc",
    },
}


@cache
def catalogue() -> dict[str, dict[str, dict[str, str]]]:
    """The engine's codes with their texts."""
    tree: dict[str, dict[str, dict[str, str]]] = json.loads(CATALOGUE)
    return tree


class Words:
    """Words and the policy's titles in one language."""

    def __init__(self, policy: Policy, lang: str) -> None:
        self.notice = policy.notice(lang)
        self.policy_title = policy.title(lang)
        self.lang = lang
        self.words = WORDS[lang]
        self.document = policy.to_dict()
        self.titles: dict[str, str] = {}
        self.pillar_of: dict[str, str] = {}
        document = self.document
        for pillar in document["pillars"]:
            self.titles[f"pillar {pillar['id']}"] = pillar["title"][lang]
            for criterion in pillar["criteria"]:
                self.titles[criterion["id"]] = criterion["title"][lang]
                self.pillar_of[criterion["id"]] = pillar["id"]
        for thing in [*document["credits"], *document["measures"]]:
            self.titles[thing["id"]] = thing["title"][lang]
        tiers = {tier["id"]: tier["title"][lang] for tier in [*document["tiers"]["imposed"], *document["tiers"]["earned"]]}
        self.tiers = tiers | {"standard": self.words["standard"], "unrated": self.words["unrated"]}

    def __call__(self, word: str, **values: Any) -> str:
        return self.words[word].format(**values)

    def title(self, thing: str) -> str:
        return self.titles.get(thing, thing)

    def part(self, kind: str, thing: str, source: str | None) -> str:
        if kind == "baseline":
            return self.words["baseline"]
        return f"{thing} ({source})" if kind == "finding" else self.title(thing)

    def said(self, thing: Any) -> str:
        """What a reason, a review or a set-aside record says."""
        return str(getattr(thing, self.lang))

    def change(self, reason: Any) -> str:
        return str(getattr(reason, f"change_{self.lang}"))


def glyph(policy: Policy, tier: str) -> str:
    """The class of a tier's colour and shape: `e0` the best earned, `i0` the worst imposed, `s` standard, `u` unrated."""
    tiers = policy.tiers
    if tier == "unrated":
        return "u"
    place, standard = tiers.index(tier), tiers.index("standard")
    if place == standard:
        return "s"
    return f"e{min(len(tiers) - 1 - place, 2)}" if place > standard else f"i{min(place, 2)}"


def points(value: float) -> str:
    return f"{value:.1f}"


def signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "\u2212") if value else "0.0"


def plain(text: str) -> str:
    """Text in which no control or mark of direction disguises another."""
    def bare(character: str) -> bool:
        return character.isprintable() and character not in "\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

    return "".join(c if bare(c) else f"\\u{{{ord(c):x}}}" for c in text)


__all__ = ["Assessment", "Words", "catalogue", "glyph", "plain", "points", "signed"]
