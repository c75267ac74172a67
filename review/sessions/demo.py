"""The demo's joint review: one meeting of a city over doubtful objects, with a decision or two. All synthetic."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from django.db import transaction
from django.utils import timezone, translation

from census.access.scope import Scope
from review.sessions import queries, services
from review.sessions.models import Session

TERMS = {
    "title": "第一次部门联合会审（合成）",
    "place": "市普查办会议室",
    "chair": "普查办主任（合成）",
    "departments": [
        {"name": "农业农村局", "people": "种养股、渔业股"},
        {"name": "水利局", "people": "水资源股"},
        {"name": "统计局", "people": "工业股"},
    ],
    "categories": ["industrial", "agricultural", "centralized"],
}
OBJECTS = 6


class Load(Protocol):
    """What of ``sources.demo.stages.DemoLoad`` is used here."""

    cities: tuple[str, ...]
    today: dt.date


def load_sessions(demo: Load) -> str:
    """A meeting in session for each demo city that has none yet."""
    made = 0
    for city in demo.cities:
        if Session.objects.filter(region=city).exists():
            continue
        with transaction.atomic(), translation.override("zh-hans"):
            _meet(Scope.system(city, name="演示数据装载"), demo.today)
        made += 1
    return f"{made} joint review sessions"


def _meet(office: Scope, today: dt.date) -> None:
    starts = timezone.make_aware(dt.datetime.combine(today, dt.time(9, 0)))
    session = services.session_plan(office, starts=starts, **TERMS)
    rows = queries.from_findings(office, session, {"severity": "error"}, OBJECTS)
    services.agenda_add(office, session_id=session.pk, rows=rows, origin="findings")
    items = queries.agenda(office, session)
    if not items:
        return
    services.session_open(office, session_id=session.pk)
    services.opinion_give(
        office,
        item_id=items[0].pk,
        view="doubt",
        text="取水许可量与填报取水量相差较大。",
        department="水利局",
    )
    services.item_decide(
        office,
        item_id=items[0].pk,
        decision="problem",
        conclusion="填报取水量与取水许可数据不一致，请核实更正。",
        responsible="所在县（市、区）普查办",
    )
