"""The text of a document from the figures of a board. Documents are Chinese, whatever the reader's language."""

from __future__ import annotations

import datetime as dt
from typing import Any

from census.dispatch.pace import PACE_DAYS
from census.dispatch.queries import Board, Line

BEST = 3  # places praised, and named as last, in a circular or briefing

TITLES = {
    "warning": "关于{step}进度滞后的预警通知",
    "circular": "关于{step}进展情况的通报",
    "supervision": "关于加快推进{step}的督办函",
    "briefing": "{step}进展情况简报",
}
ENDINGS = {
    "warning": "请以上地区普查机构认真分析进度滞后原因，采取有效措施，加快工作进度，并按期反馈整改情况。",
    "circular": "请各地区普查机构对照计划查找差距，进度滞后地区要倒排工期、加强调度，确保按期保质完成任务。",
    "supervision": "请接函后高度重视，明确责任人和完成时限，制定整改措施并抓好落实，按期书面反馈整改情况。",
    "briefing": "下一步，将继续跟踪各地区进展，对进度滞后的地区加强指导和督促。",
}


def figures(board: Board, area: str) -> dict[str, Any]:
    """The board as plain values, to keep with the document: shares in percent with one decimal, dates as text.

    *area* is the name of the board's region. A blank is None.
    """
    plan = board.target.plan if board.target else None
    return {
        "area": area,
        "measure": board.measure.code,
        "step": board.measure.zh,
        "unit": board.measure.unit_zh,
        "day": board.day.isoformat() if board.day else None,
        "due": plan.due.isoformat() if plan else None,
        "percent": plan.percent if plan else None,
        "tolerance": plan.tolerance if plan else None,
        "whole": _row(board.whole) if board.whole else None,
        "rows": [_row(line) for line in board.lines if not line.own],
    }


def _row(line: Line) -> dict[str, Any]:
    return {
        "region": line.region,
        "name": line.label,
        "total": line.total,
        "done": line.done,
        "share": _percent(line.share),
        "asked": _percent(line.asked),
        "lack": line.lack,
        "pace": None if line.pace is None else round(line.pace, 1),
        "forecast": line.forecast.isoformat() if line.forecast else None,
        "verdict": line.verdict,
        "rank": line.rank,
    }


def _percent(value: float | None) -> float | None:
    return None if value is None else round(value * 100, 1)


def compose(kind: str, found: dict[str, Any], addressed: set[str]) -> tuple[str, str]:
    """Title and body (paragraphs separated by line ends) of a document of *kind* to the places *addressed*."""
    paragraphs = [_overall(found)]
    rows = [row for row in found["rows"] if row["share"] is not None]
    if kind in {"warning", "supervision"}:
        paragraphs += _each([row for row in rows if row["region"] in addressed], found)
    else:
        paragraphs += _ranking(rows)
    return TITLES[kind].format(step=found["step"]), "\n".join([*paragraphs, ENDINGS[kind]])


def _overall(found: dict[str, Any]) -> str:
    whole, unit = found["whole"], found["unit"]
    text = f"截至{chinese_date(found['day'])}，{found['area']}{found['step']}应完成{whole['total']}{unit}，"
    text += f"已完成{whole['done']}{unit}"
    text += f"，完成率{whole['share']}%" if whole["share"] is not None else ""
    if found["due"]:
        text += f"。按计划，{chinese_date(found['due'])}前应完成{found['percent']:g}%，目前应达到{whole['asked']}%"
    if whole["pace"] is not None:
        text += f"；近{PACE_DAYS}日平均每日完成{whole['pace']}{unit}"
    return text + "。"


def _each(rows: list[dict[str, Any]], found: dict[str, Any]) -> list[str]:
    return [
        f"{row['name']}完成{row['done']}{found['unit']}，完成率{row['share']}%{_behind(row)}。"
        for row in rows
    ]


def _behind(row: dict[str, Any]) -> str:
    text = f"，低于计划进度{row['lack']}个百分点" if row["lack"] is not None and row["lack"] > 0 else ""
    if row["forecast"] and row["verdict"] != "done":
        return text + f"，按目前进度预计{chinese_date(row['forecast'])}完成"
    return text + ("，按目前进度无法推算完成日期" if row["verdict"] in {"behind", "far"} else "")


def _ranking(rows: list[dict[str, Any]]) -> list[str]:
    paragraphs = []
    if len(rows) > BEST:
        best = "、".join(f"{row['name']}（{row['share']}%）" for row in rows[:BEST])
        paragraphs.append(f"完成率居前的地区为：{best}。")
    behind = [row for row in rows if row["verdict"] in {"behind", "far"}]
    if behind:
        late = "、".join(
            f"{row['name']}（{row['share']}%，低于计划{row['lack']}个百分点）" for row in reversed(behind)
        )
        paragraphs.append(f"进度滞后的地区为：{late}。")
    elif rows:
        paragraphs.append(
            "各地区进度均不低于计划。" if rows[0]["asked"] is not None else "各地区完成情况见附表。"
        )
    return paragraphs


def chinese_date(text: str | None) -> str:
    """``2018-09-05`` as 2018年9月5日."""
    if not text:
        return ""
    day = dt.date.fromisoformat(text)
    return f"{day.year}年{day.month}月{day.day}日"
