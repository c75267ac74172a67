"""A drawn report as papers ready to be written: the mark of a draft, or the day it was published."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django.utils import timezone

from accounting.bulletin.layout import load
from accounting.bulletin.models import Report
from census.documents.model import Paper, Signature, from_json

DRAFT = {"zh": "草稿，未经批准不得公开", "en": "Draft, not for publication"}
INTERNAL = {"zh": "内部资料，注意保存", "en": "Internal"}


def paper_of(report: Report, language: str) -> Paper:
    """The paper as it stands now."""
    day = report.published_at and timezone.localdate(report.published_at)
    return finished(from_json(report.content[language]), report.kind, day)


def finished(paper: Paper, kind: str, day: dt.date | None) -> Paper:
    """*day*: of publication; None for a draft."""
    marks = [INTERNAL[paper.language]] * load(kind).internal + [DRAFT[paper.language]] * (day is None)
    blocks: list[Any] = [
        replace(block, date=day_words(day, paper.language)) if isinstance(block, Signature) and day else block
        for block in paper.blocks
    ]
    return replace(paper, blocks=blocks, mark=" · ".join(marks), date=day.isoformat() if day else "")


def day_words(day: dt.date, language: str) -> str:
    """2019年9月5日 / 5 September 2019."""
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
