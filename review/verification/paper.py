"""The verification report as an official paper, in the manner of Hainan's result tables: rates by county and source
with the numbers behind them, the limits and the outcome, signatures. Official papers are Chinese, whatever the reader's
language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import translation

from census.access.posts import CATEGORIES
from census.dispatch.drafting import chinese_date
from census.documents.model import Block, Head, Heading, Paper, Signature, Table, Text
from census.ui.context import region_name
from review.templatetags.verification_tags import category_name, interval, outcome_name, share
from review.verification import words
from review.verification.models import Plan
from review.verification.rates import Rate

OBJECT_RATES = ("duplication", "wrong_object")
CONTENT_RATES = ("key_indicator", "indicator", "form", "entry")
SYNTHETIC = "（合成演示数据，不对应任何真实单位）"


def report_paper(plan: Plan, found: Mapping[str, Any], today: dt.date) -> Paper:
    """*found*: what the report's page shows (``views.report_of``)."""
    with translation.override("zh-hans"):
        return _paper(plan, found, today)


def _paper(plan: Plan, found: Mapping[str, Any], today: dt.date) -> Paper:
    county = found["county"]
    place = region_name(county.code) if county else region_name(plan.issuer)
    table = found["table"]
    checked = sum(one.signed for one in found["shown"])
    due = sum(one.due for one in found["shown"])
    blocks: list[Block] = [
        Heading("一、核查情况"),
        Text(
            f"{plan.office_name}组织的{plan.title}（{plan.get_stage_display()}）对{place}进行了质量核查，应核查普查对象"
            f"{due}家，已核查并签字{checked}家。抽样种子{plan.seed}，抽样框摘要（SHA-256）{plan.frame_hash[:16]}…。"
        ),
        Text(_outcome(county, table)),
        Heading("二、核查结果"),
        _limits(found["judged"]),
        _omissions(found["omissions"]),
        _rates("表3  名录差错率（按源）", table, OBJECT_RATES),
        _rates("表4  填报内容差错率（按源）", table, CONTENT_RATES),
    ]
    number = 5
    for rows in (_emissions(table), _coverage(table)):
        if rows is not None:
            blocks.append(Table(rows[1], rows[2], title=f"表{number}  {rows[0]}", notes=rows[3]))
            number += 1
    blocks += _lists(found)
    blocks += [
        Text("核查组组长（签字）：                    核查人员（签字）：", "plain"),
        Signature(plan.office_name, chinese_date(today.isoformat())),
    ]
    if plan.synthetic:
        blocks.append(Text(SYNTHETIC, "centre"))
    return Paper(
        f"{place}质量核查报告", blocks, author=plan.office_name, date=today.isoformat(), subtitle=plan.title
    )


def _outcome(county: Any, table: Any) -> str:
    if county and county.result:
        result = county.result
        text = f"核查结论：{result.get_outcome_display()}（{chinese_date(result.decided_at.date().isoformat())}）。"
        return text + (f"{result.reason}" if result.reason else "")
    if table.proposed:
        return f"按规定限值，核查结论应为：{outcome_name(table.proposed)}；待核查机构确定。"
    return "尚无已签字的核查记录，未形成结论。"


def _limits(judged: Sequence[Mapping[str, Any]]) -> Table:
    heads = ("指标", "差错/核查", "差错率", "95%置信区间", "按源加权", "合格限值", "整改限值", "结论")
    rows = [
        (
            str(words.RATES[one["name"]]),
            _numbers(one["rate"]),
            share(one["rate"].value if one["rate"] else one["value"]),
            interval(one["rate"]) or "–",
            share(one["weighted"].value if one["weighted"] else None),
            *(share(limit, 1) for limit in one["limits"]),
            str(outcome_name(one["outcome"])) if one["outcome"] else "未核查",
        )
        for one in judged
    ]
    note = "按源加权的差错率与限值比较，权重为抽样框中各源对象数；区间为Wilson区间。只计已签字的记录。"
    return Table([[Head(text) for text in heads]], rows, title="表1  各项差错率与限值", notes=[note])


def _omissions(omissions: Any) -> Table:
    """Rate, and below it omitted / should be there, by county and source: the table of the Hainan plan."""
    categories = [*CATEGORIES, "all"]
    heads = [
        [Head("地区", deep=2), *(Head(str(category_name(code)), span=2) for code in categories)],
        [Head(text) for _code in categories for text in ("漏报/应有", "漏报率")],
    ]
    rows = []
    for code, own in omissions:
        rates = [own.get(category) for category in categories]
        cells = [cell for rate in rates for cell in (_numbers(rate), share(rate.value if rate else None))]
        rows.append((region_name(code), *cells))
    return Table(heads, rows, title="表2  普查对象漏报率（按地区和源）")


def _rates(title: str, table: Any, names: Sequence[str]) -> Table:
    heads = [
        [Head("源类别", deep=2), *(Head(str(words.RATES[name]), span=3) for name in names)],
        [Head(text) for _name in names for text in ("差错/核查", "差错率", "95%区间")],
    ]
    rows = [
        (
            str(category_name(line.category)),
            *(cell for name in names for cell in _three(line.rates[name])),
        )
        for line in (*table.lines, table.total)
    ]
    return Table(heads, rows, title=title, bold=[len(rows) - 1])


def _emissions(table: Any) -> tuple[str, Any, Any, list[str]] | None:
    if not table.emissions:
        return None
    heads = [[Head(text) for text in ("污染物", "单位", "填报量", "核实量", "偏差")]]
    rows = [
        (one.pollutant, one.unit, f"{one.reported:,.3f}", f"{one.verified:,.3f}", share(one.deviation))
        for one in table.emissions
    ]
    return "排放量填报与核实比较", heads, rows, []


def _coverage(table: Any) -> tuple[str, Any, Any, list[str]] | None:
    if not table.coverage:
        return None
    heads = [[Head(text) for text in ("源类别", "名录", "踏查", "两者均有", "估计总数", "覆盖率", "95%区间")]]
    rows = [
        (
            str(category_name(category)),
            *(str(one.registered), str(one.walked), str(one.both)),
            *(f"{one.total:,.1f}", share(one.share, 1), interval(one) or "–"),
        )
        for category, one in table.coverage
    ]
    return "两份名单的覆盖率估计", heads, rows, ["仅限踏查的普查小区；Chapman双系统估计。"]


def _lists(found: Mapping[str, Any]) -> list[Block]:
    blocks: list[Block] = []
    if found["walk"]:
        rows = [
            (region_name(one.county), str(category_name(one.category)), one.name, one.address or "–")
            for one in found["walk"]
        ]
        heads = [[Head(text) for text in ("地区", "源类别", "名称", "地址")]]
        blocks.append(Table(heads, rows, title="附表1  漏报的普查对象", labels=4))
    if found["replaced"]:
        rows = [
            (
                f"{one.number} {one.name}",
                "，".join(filter(None, (str(one.get_reason_display()), one.reason_text))),
                f"{one.replacement.number} {one.replacement.name}",
            )
            for one in found["replaced"]
        ]
        heads = [[Head(text) for text in ("抽中对象", "原因", "替换对象")]]
        blocks.append(Table(heads, rows, title="附表2  替换的普查对象", labels=3))
    return blocks


def _numbers(rate: Rate | None) -> str:
    return f"{rate.hits}/{rate.base}" if rate and rate.base else "–"


def _three(rate: Rate) -> tuple[str, str, str]:
    return _numbers(rate), share(rate.value), interval(rate) or "–"
