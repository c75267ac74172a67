"""A circular or letter as a paper: red head, addressees, text, signature, and the table it rests on as an annex."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from census.dispatch.drafting import chinese_date
from census.dispatch.models import Document
from census.documents.model import Block, Break, Head, Letterhead, Paper, Signature, Table, Text

KINDS = {"warning": "预警通知", "circular": "通报", "supervision": "督办函", "briefing": "简报"}
VERDICTS = {"done": "已完成", "good": "正常", "behind": "滞后", "far": "严重滞后", "none": "–"}
SYNTHETIC = "（合成演示数据，不对应任何真实单位）"


def paper_of(document: Document) -> Paper:
    """Documents are Chinese, whatever the reader's language."""
    day = timezone.localdate(document.issued_at).isoformat() if document.issued_at else ""
    blocks: list[Block] = [Text("、".join(document.addressees) + "：", "plain")]
    blocks += [Text(line.strip()) for line in document.body.splitlines() if line.strip()]
    if document.deadline:
        blocks.append(Text(f"请于{chinese_date(document.deadline.isoformat())}前书面回复。"))
    blocks.append(Signature(document.office_name, chinese_date(day)))
    if document.synthetic:
        blocks.append(Text(SYNTHETIC, "centre"))
    if document.figures.get("rows"):
        blocks += [Break(), Text("附件", "plain"), _annex(document.figures)]
    return Paper(
        document.title,
        blocks,
        letterhead=Letterhead(document.office_name, name_of(document)),
        mark="" if document.issued_at else "草稿",
        author=document.office_name,
        date=day,
    )


def name_of(document: Document) -> str:
    """Kind and number, as the paper is cited."""
    return f"{KINDS[document.kind]}{document.code or '（草稿）'}"


def _annex(figures: dict[str, Any]) -> Table:
    unit = figures["unit"]
    heads = (
        "排名",
        "地区",
        f"应完成（{unit}）",
        f"已完成（{unit}）",
        "完成率（%）",
        "计划（%）",
        "预计完成",
        "进度",
    )
    whole = [{**figures["whole"], "name": "合计", "rank": None}] if figures.get("whole") else []
    rows = [_row(row) for row in [*figures["rows"], *whole]]
    return Table(
        [[Head(text) for text in heads]],
        rows,
        title=f"{figures['area']}{figures['step']}进展情况表（截至{chinese_date(figures['day'])}）",
        labels=2,
        align="centre",
        bold=[len(rows) - 1] if whole else [],
    )


def _row(row: dict[str, Any]) -> list[str]:
    texts = (
        *(row["rank"], row["name"], row["total"], row["done"], row["share"], row["asked"]),
        *(chinese_date(row["forecast"]) or None, VERDICTS[row["verdict"]]),
    )
    return ["–" if value is None else str(value) for value in texts]
