"""HTML for notebooks: one look with the command's reports, light and dark, every text escaped, styles scoped."""

from __future__ import annotations

from html import escape
from typing import Any

from ._uytin import Answer, Assessment, Ledger, Policy
from ._words import Words, glyph, plain, points, signed

LIGHT = (
    "--card:#fffefb;--ink:#1e2429;--soft:#565e66;--line:#dedbd3;--grid:#eae7df;--track:#ebe8e1;--e0:#0c6657;--e1:#36907c;--e2:#4d9560;"
    "--s:#5d7696;--u:#82888e;--i0:#a3302b;--i1:#b3730b;--i2:#a8602a;--gain:#36907c;--loss:#b23c34;--credit:#3f78b5;--base:#8b9298;"
    "--warn:#fbf3df;--warnline:#d9bd7c;color-scheme:light"
)
DARK = (
    "--card:#1a1e22;--ink:#e9e6df;--soft:#a6adb4;--line:#30363c;--grid:#272c31;--track:#2b3137;--e0:#62d8bc;--e1:#359c86;--e2:#7dbb86;"
    "--s:#89a4c6;--u:#8d949b;--i0:#f0776c;--i1:#e0a441;--i2:#e09160;--gain:#41ad95;--loss:#e5756b;--credit:#6ea8e0;--base:#858d95;"
    "--warn:#2a2518;--warnline:#6d5a2c;color-scheme:dark"
)
# JupyterLab, VS Code and marimo say which theme is on; elsewhere the system does.
DARK_THEMES = '[data-jp-theme-light="false"] .uytin,.vscode-dark .uytin,.dark .uytin'
LIGHT_THEMES = '[data-jp-theme-light="true"] .uytin,.vscode-light .uytin,.light .uytin'
RULES = """
.uytin{background:var(--card);color:var(--ink);border:1px solid var(--line);border-radius:14px;padding:18px 22px;max-width:860px;margin:4px 0;
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums;text-align:left;box-sizing:border-box}
.uytin *{box-sizing:border-box}
.uytin p,.uytin h3,.uytin h4,.uytin ol,.uytin ul{margin:0!important;padding:0!important;color:inherit}
.uytin ol,.uytin ul{list-style:none}
.uytin h3{font-size:17px;font-weight:640;line-height:1.3;overflow-wrap:anywhere}
.uytin h4{font-size:14px;font-weight:640;padding:18px 0 6px!important}
.uytin .soft{color:var(--soft);font-size:13px}
.uytin .hero{display:flex;flex-wrap:wrap;gap:2px 18px;align-items:baseline;margin:6px 0 10px}
.uytin .big{font-size:40px;line-height:1.1;font-weight:600;letter-spacing:-.03em}
.uytin .big.text{font-size:27px}
.uytin .tier{color:var(--c);font-weight:640;font-size:16px;display:inline-flex;gap:8px;align-items:center}
.uytin .tier i{width:11px;height:11px;border:2px solid var(--c);background:var(--c);flex:none}
.uytin .tier.e0 i,.uytin .tier.e1 i,.uytin .tier.e2 i{border-radius:50%}
.uytin .tier.u i{background:none;border-style:dashed;border-radius:50%}
.uytin .tier.i0 i,.uytin .tier.i1 i,.uytin .tier.i2 i{transform:rotate(45deg)}
.uytin .e0{--c:var(--e0)}.uytin .e1{--c:var(--e1)}.uytin .e2{--c:var(--e2)}.uytin .s{--c:var(--s)}.uytin .u{--c:var(--u)}
.uytin .i0{--c:var(--i0)}.uytin .i1{--c:var(--i1)}.uytin .i2{--c:var(--i2)}
.uytin .scale{position:relative;height:34px;margin:2px 6px 6px}
.uytin .scale b,.uytin .scale i,.uytin .scale u,.uytin .scale em{position:absolute;display:block}
.uytin .scale b{left:0;right:0;top:7px;height:6px;border-radius:3px;background:var(--track)}
.uytin .scale i{top:3px;height:14px;border-radius:5px;min-width:3px;border:1px solid var(--c);background:color-mix(in srgb,var(--c) 42%,var(--card))}
.uytin .scale i.u{background:repeating-linear-gradient(135deg,var(--c) 0 1px,transparent 1px 5px)}
.uytin .scale u{top:-1px;width:4px;height:22px;margin-left:-2px;border-radius:2px;background:var(--ink);outline:1.5px solid var(--card)}
.uytin .scale em{top:18px;font-style:normal;font-size:11px;color:var(--soft);transform:translateX(-50%)}
.uytin .box{background:var(--warn);border:1px solid var(--warnline);border-radius:9px;padding:9px 13px;margin-top:12px}
.uytin .box h4{padding:0 0 3px!important}
.uytin .wf li{display:grid;grid-template-columns:minmax(0,15.5rem) minmax(0,1fr) 3.6rem;gap:0 12px;align-items:center;font-size:13.5px;line-height:1.35}
.uytin .wf span{padding:3px 0;overflow-wrap:anywhere}
.uytin .wf .n,.uytin td.n,.uytin th.n{text-align:right!important}
.uytin .wf .sum{border-top:1px solid var(--line);font-weight:640;margin-top:4px}
.uytin .t{position:relative;height:22px;padding:0!important;background:repeating-linear-gradient(90deg,var(--grid) 0 1px,transparent 1px 20%)}
.uytin .t i{position:absolute;top:4px;height:14px;min-width:2px;border-radius:2px;background:var(--base)}
.uytin .t .up{background:var(--gain)}.uytin .t .credit{background:var(--credit)}.uytin .t .down{background:var(--loss)}
.uytin .t .total{background:var(--c)}.uytin .t .total.u{background:repeating-linear-gradient(135deg,var(--c) 0 1px,transparent 1px 5px);border:1px solid var(--c)}
.uytin .r li{display:grid;grid-template-columns:3.4rem minmax(0,1fr);gap:0 10px;padding:5px 0;border-top:1px solid var(--grid);font-size:14px}
.uytin .r li:first-child{border-top:0}
.uytin .neg{color:var(--loss)}
.uytin .notice{border-left:3px solid var(--line);padding-left:12px!important;margin-top:16px!important;color:var(--soft);font-size:13px}
.uytin table{table-layout:auto!important;border-collapse:collapse;font-size:13.5px;margin:0;width:100%;border:0}
.uytin th,.uytin td{text-align:left!important;padding:4px 9px 4px 0;border:0;border-bottom:1px solid var(--grid);font-weight:400;vertical-align:top;
background:none!important;color:inherit}
.uytin thead th{color:var(--soft)}
.uytin tr{background:none!important}
.uytin .group th{font-weight:640;padding-top:9px}
.uytin code{font:12px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--soft);overflow-wrap:anywhere;background:none}
.uytin .scroll{overflow-x:auto}
@media(max-width:560px){.uytin{padding:14px}.uytin .wf li{grid-template-columns:minmax(0,1fr) 3.6rem}.uytin .wf .t{display:none}}
"""
STYLE = (
    f"<style>.uytin{{{LIGHT}}}@media(prefers-color-scheme:dark){{.uytin{{{DARK}}}}}{DARK_THEMES}{{{DARK}}}{LIGHT_THEMES}{{{LIGHT}}}"
    + RULES.replace("\n", "")
    + "</style>"
)


def text(of: Any) -> str:
    """Any text, harmless in HTML."""
    return escape(plain(str(of)), quote=True)


def _sheet(words: Words, content: str) -> str:
    return f'{STYLE}<section class="uytin" lang="{words.lang}">{content}</section>'


def _share(value: float) -> str:
    return f"{100 * value:.1f}".rstrip("0").rstrip(".")


def _notice(words: Words) -> str:
    return f'<p class="notice"><b>{words("notice")}:</b> {text(words.notice)}</p>'


def _scale(found: Assessment, shape: str) -> str:
    ticks = "".join(f'<em style="left:{tick}%">{tick}</em>' for tick in range(0, 101, 20))
    band = f'<i class="{shape}" style="left:{found.lower}%;width:{round(found.upper - found.lower, 1)}%"></i>'
    mark = f'<u style="left:{found.score}%"></u>' if found.is_rated else ""
    return f'<div class="scale {shape}" aria-hidden="true"><b></b>{band}{mark}{ticks}</div>'


def _waterfall(found: Assessment, words: Words, shape: str) -> str:
    out, level = [], 0.0
    for part in found.waterfall:
        if part.kind != "baseline" and part.points == 0:
            continue
        start, end = sorted((level, level + part.points))
        level += part.points
        look = "base" if part.kind == "baseline" else "down" if part.points < 0 else "credit" if part.kind == "credit" else "up"
        bar = f'<i class="{look}" style="left:{start:.1f}%;width:{end - start:.1f}%"></i>'
        number = points(part.points) if part.kind == "baseline" else signed(part.points)
        minus = " neg" if part.points < 0 else ""
        out.append(
            f'<li><span>{text(words.part(part.kind, part.id, part.source))}</span><span class="t">{bar}</span>'
            f'<span class="n{minus}">{number}</span></li>'
        )
    total = words("score") if found.is_rated else words("prior_score")
    bar = f'<i class="total {shape}" style="left:0;width:{found.score}%"></i>'
    out.append(f'<li class="sum"><span>{total}</span><span class="t {shape}">{bar}</span><span class="n">{points(found.score)}</span></li>')
    return f'<h4>{words("parts")}</h4><ol class="wf">{"".join(out)}</ol>'


def assessment(found: Assessment, lang: str = "en") -> str:
    """The sheet of an assessment."""
    words = Words(found.policy, lang)
    shape = glyph(found.policy, found.tier)
    span = {"lower": points(found.lower), "upper": points(found.upper)}
    tier = f'<span class="tier {shape}"><i></i>{text(words.tiers[found.tier])}</span>'
    if found.is_rated:
        hero = f'<span class="big">{points(found.score)}</span><span class="soft">{words("of_100")}, {words("range", **span)}</span>{tier}'
    else:
        hero = f'<span class="big text">{words("not_rated")}</span><span class="soft">{words("possible", **span)}</span>'
    policy = f"{found.policy.name} {found.policy.version}"
    out = [
        f'<h3>{text(found.subject)}</h3><p class="soft">{words("as_of", day=found.as_of)}, {words("valid_until", day=found.valid_until)}, {text(policy)}</p>',
        f'<div class="hero">{hero}</div>{_scale(found, shape)}<p class="soft">{words("coverage", share=_share(found.coverage))}</p>',
    ]
    if found.human_review:
        reasons = "".join(f"<li>{text(words.said(reason))}{_keys(reason.records, words)}</li>" for reason in found.review_reasons)
        out.append(f'<div class="box"><h4>{words("review")}</h4><ul>{reasons}</ul></div>')
    if found.pending:
        said = words("pending", score=points(found.pending.score_if_upheld)) if found.is_rated else ""
        out.append(f'<h4>{words("pending_title")}</h4><p>{text(said)}</p><p>{_keys(found.pending.findings, words)}</p>')
    if found.measures:
        items = []
        for measure in found.measures:
            until = f', {words("until", day=measure.until)}' if measure.until else ""
            items.append(f"<li>{text(words.title(measure.id))}{until}</li>")
        out.append(f'<h4>{words("measures")}</h4><ul>{"".join(items)}</ul>')
    items = []
    for reason in found.reasons:
        minus = ' class="neg"' if reason.points < 0 else ""
        change = words.change(reason)
        more = f'<p class="soft">{text(change)}</p>' if change else ""
        basis = f'<p class="soft">{text("; ".join(reason.basis))}</p>' if reason.basis else ""
        number = "" if reason.code == "little-evidence" else signed(reason.points)
        items.append(f"<li><b{minus}>{number}</b><div><p>{text(words.said(reason))}</p>{more}{basis}</div></li>")
    out.append(f'<h4>{words("reasons")}</h4><ol class="r">{"".join(items)}</ol>')
    out.append(_waterfall(found, words, shape))
    if found.exempt:
        out.append(f'<h4>{words("exempt")}</h4><p>{text("; ".join(words.title(thing) for thing in found.exempt))}</p>')
    if found.set_aside:
        by_reason: dict[str, list[str]] = {}
        for aside in found.set_aside:
            by_reason.setdefault(words.said(aside), []).append(f"{aside.id} ({aside.source})")
        items = [f'<li>{text(why)} <span class="soft">{_some(which, words)}</span></li>' for why, which in by_reason.items()]
        out.append(f'<h4>{words("set_aside")}</h4><ul>{"".join(items)}</ul>')
    out.append(_notice(words))
    return _sheet(words, "".join(out))


def _some(names: list[str], words: Words, most: int = 8) -> str:
    more = [words("more", n=len(names) - most)] if len(names) > most else []
    return text("; ".join(names[:most] + more))


def _keys(keys: list[Any], words: Words) -> str:
    return f' <span class="soft">{_some([f"{key.id} ({key.source})" for key in keys], words)}</span>' if keys else ""


def _table(head: list[str], rows: list[str], numbers: int = 1) -> str:
    cells = "".join(f'<th class="{"n" if n >= numbers else ""}">{cell}</th>' for n, cell in enumerate(head))
    return f'<div class="scroll"><table><thead><tr>{cells}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _row(first: str, *numbers: Any) -> str:
    return f"<tr><td>{first}</td>" + "".join(f'<td class="n">{text(number)}</td>' for number in numbers) + "</tr>"


def policy(of: Policy, lang: str = "en") -> str:
    """The sheet of a policy: criteria with weights, findings, tiers."""
    words = Words(of, lang)
    weights, rows = of.weights(), []
    for pillar in words.document["pillars"]:
        share = sum(weights[criterion["id"]] for criterion in pillar["criteria"])
        rows.append(f'<tr class="group"><th>{text(pillar["title"][lang])}</th><th class="n">{_share(share)} %</th><th></th><th></th></tr>')
        for criterion in pillar["criteria"]:
            title = f'{text(criterion["title"][lang])} <code>{text(criterion["id"])}</code>'
            assumed = f'{_share(criterion["prior"]["mean"])} %'
            rows.append(_row(title, f'{_share(weights[criterion["id"]])} %', assumed, criterion["half_life_days"]))
    out = [
        f'<h3>{text(words.policy_title)}</h3><p class="soft">{text(of.name)} {text(of.version)} <code>{text(of.digest)}</code></p>',
        _table([words("criterion"), words("weight"), words("prior"), words("half_life")], rows),
    ]
    severities = [
        _row(text(severity["title"][lang]), f'{_share(severity["weight"])} %', severity["half_life_days"], severity["in_force_days"])
        for severity in words.document["findings"]["severities"]
    ]
    out.append("<h4></h4>" + _table([words("severity"), words("cost"), words("half_life"), words("in_force")], severities))
    tiers = {tier["id"]: tier for tier in [*words.document["tiers"]["earned"], *words.document["tiers"]["imposed"]]}
    rows = []
    for tier in reversed(of.tiers):
        rule = tiers.get(tier, {})
        needs = f"\u2265 {rule['lower_at_least']:g}" if "lower_at_least" in rule else f"< {rule['upper_below']:g}" if rule else ""
        rows.append(_row(f'<span class="tier {glyph(of, tier)}"><i></i>{text(words.tiers[tier])}</span>', needs))
    out.append("<h4></h4>" + _table([words("tier"), words("needs")], rows) + _notice(words))
    return _sheet(words, "".join(out))


def ledger(of: Ledger, lang: str = "en") -> str:
    """The sheet of a ledger: its subjects with how many records of which dates and sources they have."""
    words, most = Words(Policy.reference(), lang), 20
    subjects, rows = of.subjects, []
    for subject in subjects[:most]:
        records = of.records(subject)
        days = sorted(record.date for record in records)
        classes = sorted({record.source_class for record in records})
        rows.append(_row(text(subject), len(records), f"{days[0]} \u2013 {days[-1]}", ", ".join(classes)))
    if len(subjects) > most:
        rows.append(_row(words("more", n=f"{len(subjects) - most:,}")))
    table = _table([words("subject"), words("records"), words("dates"), words("sources")], rows)
    return _sheet(words, f"<h3>{text(repr(of).strip('<>'))}</h3>{table}")


def _number(value: Any) -> str:
    if isinstance(value, dict) and value and set(value) <= {"estimate", "lower", "upper"}:
        if value.get("lower") is None:
            return _number(value.get("estimate"))
        span = f"{_number(value['lower'])} \u2013 {_number(value.get('upper'))}"
        return f"{_number(value['estimate'])} ({span})" if "estimate" in value else span
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "\u2013"}[value]
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(_number(item) for item in value)
    return str(value)


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return bool(value) and set(value) <= {"estimate", "lower", "upper"}
    return not isinstance(value, list) or not any(isinstance(item, (dict, list)) for item in value)


def _flat(item: dict[str, Any]) -> dict[str, Any]:
    """The fields of small objects in an object beside its own."""
    out = {}
    for key, value in item.items():
        if isinstance(value, dict) and not _is_plain(value) and all(_is_plain(inner) for inner in value.values()):
            out.update({f"{key} {inner}": field for inner, field in value.items()})
        else:
            out[key] = value
    return out


def _section(name: str, value: Any, depth: int = 0) -> str:
    """A part of a document: plain fields as a list, alike objects as a table, greater parts below."""
    title = f"<h4>{text(name.replace('_', ' '))}</h4>" if name else ""
    if isinstance(value, list):
        if not all(isinstance(item, dict) for item in value):
            return title + f"<p>{text(_number(value))}</p>"
        value = [_flat(item) for item in value]
        most, fields = 200, list(dict.fromkeys(key for item in value for key in item))
        plain_fields = [key for key in fields if all(_is_plain(item.get(key)) for item in value)]
        cells = [[_number(item.get(key)) for key in plain_fields] for item in value[:most]]
        rows = [_row(text(first), *others) for first, *others in cells] if plain_fields else []
        if len(value) > most:
            rows.append(_row(f"\u2026 {len(value) - most:,}"))
        out = title + (_table([text(key.replace("_", " ")) for key in plain_fields], rows) if plain_fields else "")
        for item in value if depth < 2 else []:
            for key in fields:
                if key not in plain_fields and item.get(key):
                    out += _section(f"{_number(item.get(fields[0]))}: {key}", item[key], depth + 1)
        return out
    if isinstance(value, dict) and not _is_plain(value):
        shown = {key: item for key, item in value.items() if _is_plain(item)}
        rows = [_row(text(key.replace("_", " ")), _number(item)) for key, item in shown.items()]
        rest = "".join(_section(key, item, depth + 1) for key, item in value.items() if key not in shown)
        return title + (f'<div class="scroll"><table><tbody>{"".join(rows)}</tbody></table></div>' if rows else "") + rest
    return title + f"<p>{text(_number(value))}</p>"


def answer(of: Answer) -> str:
    """The sheet of a tool's answer."""
    words, document = Words(of.policy or Policy.reference(), "en"), of.to_dict()
    return _sheet(words, _section("", document) + ("" if "notice" in document else _notice(words)))
