"""The demo's comments: a few questions of the county's desk, one answered and settled. All synthetic."""

from __future__ import annotations

from typing import Protocol

from django.db import transaction

from census.access.scope import Scope
from census.places.models import Region
from sources.comments.models import Thread
from sources.comments.services import thread_begin, thread_resolve, thread_say
from sources.forms.catalogue import load
from sources.returns.models import Return

OF_COUNTY = 3  # questions
QUESTIONS = (
    "该指标与上年相比变化较大，请核实并说明原因。（演示）",
    "请补充计量凭证或台账页码。（演示）",
    "单位是否有误？请核对后回复。（演示）",
)
ANSWER = "已核实，数据无误，凭证已存档。（演示）"


class Load(Protocol):
    """What of ``sources.demo.stages.DemoLoad`` is used here."""

    cities: tuple[str, ...]


def load_comments(demo: Load) -> str:
    """Threads on forms that wait for the county, where the county has none yet."""
    made = 0
    counties = Region.objects.filter(parent__in=demo.cities, level=3).values_list("code", flat=True)
    for county in counties:
        office = Scope.system(county, name="县级普查办（演示）")
        if Thread.objects.visible_to(office).exists():
            continue
        with transaction.atomic():
            made += _ask(office)
    return f"{made} comment threads"


def _ask(office: Scope) -> int:
    rows = list(Return.objects.visible_to(office).filter(state="instructor_ok").order_by("id")[:OF_COUNTY])
    for number, (ret, question) in enumerate(zip(rows, QUESTIONS, strict=False)):
        known = load().forms[ret.form].indicators
        path = next(
            (name for name, value in ret.values.items() if name in known and type(value) is float), ""
        )
        thread = thread_begin(office, return_id=ret.pk, path=path, text=question, asked=["fill"])
        if not number:
            thread_say(office, thread_id=thread.pk, text=ANSWER)
            thread_resolve(office, thread_id=thread.pk)
    return len(rows)
