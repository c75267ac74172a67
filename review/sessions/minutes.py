"""Minutes of a joint review (会审纪要) as a paper. Official papers are Chinese, whatever the reader's language."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone, translation

from census.access.posts import CATEGORIES
from census.dispatch.drafting import chinese_date
from census.documents.model import Block, Head, Heading, Paper, Signature, Table, Text
from census.places.models import Region
from review.sessions.models import AgendaItem, Session

DECISIONS = {
    "": "未决定",
    "confirmed": "数据属实",
    "problem": "列入问题清单",
    "visit": "现场核实",
    "later": "暂缓",
}
VIEWS = {"agree": "与本部门数据一致", "doubt": "与本部门数据不一致", "none": "无本部门数据"}
SYNTHETIC = "（合成演示数据，不对应任何真实单位）"


def minutes(session: Session, items: Sequence[AgendaItem]) -> Paper:
    """*items* with their ``object`` and ``views`` (see ``queries.agenda``)."""
    starts = timezone.localtime(session.starts)
    names = dict(Region.objects.filter(code__in={item.region for item in items}).values_list("code", "name"))
    people = "；".join(
        one["name"] + (f"（{one['people']}）" if one.get("people") else "") for one in session.departments
    )
    with translation.override("zh-hans"):
        sources = "、".join(str(name) for code, name in CATEGORIES.items() if code in session.categories)
    blocks: list[Block] = [
        Text(f"时间：{chinese_date(starts.date().isoformat())}{starts:%H:%M}", "plain"),
        Text(f"地点：{session.place}", "plain"),
        Text(f"主持人：{session.chair}", "plain"),
        Text(f"参加部门：{people}", "plain"),
        Text(f"会审范围：{sources}", "plain"),
        Heading("一、会审情况"),
        Text(_overall(items)),
    ]
    blocks += [Text(line.strip()) for line in session.summary.splitlines() if line.strip()]
    if doubts := [(item, view) for item in items for view in item.views if view.text]:
        blocks.append(Heading("二、部门意见"))
        blocks += [
            Text(f"{view.department}（{VIEWS[view.view]}）：{item.object.name}，{view.text}")
            for item, view in doubts
        ]
    blocks += [Heading(f"{'三' if doubts else '二'}、逐户会审结论"), _table(items, names)]
    if session.batch:
        blocks.append(
            Text(
                f"列入问题清单的对象已以联合会审问题清单（{session.batch.code}）下发，由所在地普查机构限期整改。"
            )
        )
    closed = session.closed_at and timezone.localdate(session.closed_at).isoformat()
    blocks.append(Signature(session.office_name, chinese_date(closed) if closed else ""))
    if session.synthetic:
        blocks.append(Text(SYNTHETIC, "centre"))
    return Paper(
        session.title.removesuffix("会审") + "会审纪要",
        blocks,
        mark="" if closed else "草稿",
        author=session.office_name,
        date=closed or "",
    )


def _overall(items: Sequence[AgendaItem]) -> str:
    parts = [
        f"{name}{number}家"
        for code, name in DECISIONS.items()
        if (number := sum(item.decision == code for item in items))
    ]
    return f"本次会审普查对象{len(items)}家" + (f"，其中{'、'.join(parts)}。" if parts else "。")


def _table(items: Sequence[AgendaItem], names: dict[str, str]) -> Table:
    heads = ("序号", "普查对象", "所在地", "会审事项", "结论", "会审意见", "责任单位")
    rows = [
        (
            *(
                str(item.number),
                f"{item.object.name}（{_breakable(item.object.code)}）",
                names.get(item.region, item.region),
            ),
            *(item.subject, DECISIONS[item.decision], item.conclusion or "–", item.responsible or "–"),
        )
        for item in items
    ]
    return Table([[Head(text) for text in heads]], rows, labels=7)


def _breakable(code: str) -> str:
    """A long code that may go on in the next line of a narrow cell."""
    return "\u200b".join(code[at : at + 6] for at in range(0, len(code), 6))
