"""Reading joint review sessions, and what their agendas can be made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Max, Prefetch, Q, QuerySet
from django.utils.translation import get_language, ngettext

from census.access.scope import Scope
from census.places import regions
from review.findings.models import Finding
from review.selective.models import Score
from review.sessions.models import AgendaItem, Opinion, Session
from sources.entry.answers import lang
from sources.forms.catalogue import load
from sources.objects.models import CensusObject


def sessions(scope: Scope, params: Mapping[str, str]) -> QuerySet[Session]:
    """Sessions in the scope that deal with one of its categories, by ``state`` and title, with counts of items."""
    rows = Session.objects.visible_to(scope).filter(categories__overlap=sorted(scope.categories))
    if params.get("state") in Session.State.values:
        rows = rows.filter(state=params["state"])
    if text := params.get("q", "").strip():
        rows = rows.filter(Q(title__icontains=text) | Q(chair__icontains=text))
    mine = Q(items__category__in=sorted(scope.categories))
    return rows.annotate(
        count=Count("items", filter=mine), decided=Count("items", filter=mine & ~Q(items__decision=""))
    )


def agenda(scope: Scope, session: Session) -> list[AgendaItem]:
    """The objects on the agenda that the scope may see (a department: its own sources), with ``views``: the newest
    opinion of each department, and ``label``: the item in words."""
    opinions = Prefetch("opinions", Opinion.objects.visible_to(scope).order_by("id"), to_attr="given")
    rows = AgendaItem.objects.visible_to(scope).filter(session=session).select_related("object")
    found = list(rows.prefetch_related(opinions).order_by("number"))
    for item in found:
        item.views = list({one.department: one for one in item.given}.values())
        known = load().forms.get(item.form)
        item.label = known.label(item.indicator, lang()) if known and item.indicator else ""
    return found


def from_findings(
    scope: Scope, session: Session, params: Mapping[str, str], limit: int
) -> list[dict[str, str]]:
    """The objects with the most open findings (by severity, rule, region), as rows for ``agenda_add``."""
    rows = Finding.objects.visible_to(scope).filter(state="open", category__in=session.categories)
    if params.get("severity") in {"error", "warning"}:
        rows = rows.filter(severity=params["severity"])
    if rule := params.get("rule", "").strip():
        rows = rows.filter(rule=rule)
    if (code := params.get("region", "")) and scope.covers(code):
        low, high = regions.bounds(code)
        rows = rows.filter(region__gte=low, region__lt=high)
    held = session.items.values("object_id")
    most = rows.exclude(object_id__in=held).values("object_id").annotate(n=Count("id"), first=Max("id"))
    most = list(most.order_by("-n", "object_id")[:limit])
    codes = dict(
        CensusObject.objects.filter(pk__in=[one["object_id"] for one in most]).values_list("id", "code")
    )
    samples = Finding.objects.in_bulk([one["first"] for one in most])
    made = []
    for one in most:
        finding = samples[one["first"]]
        text = ngettext("%(n)d open finding: %(text)s", "%(n)d open findings, such as: %(text)s", one["n"])
        made.append(
            {
                "code": codes.get(one["object_id"], ""),
                "subject": text % {"n": one["n"], "text": _local(finding.zh, finding.en)},
                "form": finding.form,
                "indicator": finding.indicator,
            }
        )
    return made


def from_ranking(scope: Scope, session: Session, limit: int) -> list[dict[str, str]]:
    """The objects whose possible error weighs most in the totals, as rows for ``agenda_add``."""
    held = session.items.values("object_id")
    rows = Score.objects.visible_to(scope).filter(category__in=session.categories).exclude(object_id__in=held)
    rows = list(rows[:limit])
    codes = dict(
        CensusObject.objects.filter(pk__in=[row.object_id for row in rows]).values_list("id", "code")
    )
    return [
        {
            "code": codes.get(row.object_id, ""),
            "subject": _local(row.reasons[0]["zh"], row.reasons[0]["en"]) if row.reasons else "–",
            "form": row.form,
            "indicator": row.indicator,
        }
        for row in rows
    ]


def counts(items: list[AgendaItem]) -> dict[str, Any]:
    """Decisions by kind, in the order of the list: [(code, label, number)]; and how many are open."""
    found = [
        (code, label, sum(item.decision == code for item in items))
        for code, label in AgendaItem.Decision.choices
    ]
    return {"decisions": found, "open": sum(not item.decision for item in items)}


def _local(zh: str, en: str) -> str:
    return en if get_language() == "en" and en else zh
