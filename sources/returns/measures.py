"""Progress of filling and approving forms, for the board of dispatch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Count, Q
from django.db.models.functions import Substr
from django.utils.translation import gettext_lazy as _

from census.access.scope import Scope
from census.dispatch.measures import HEAD, Measure, register_measures
from census.dispatch.measures import Count as Counted
from sources.returns.models import Return
from sources.returns.states import ORDER

BEGUN = "survey.begun"
# measure → the state a form must have reached
REACHED = {
    "survey.submitted": "submitted",
    "review.instructor": "instructor_ok",
    "review.county": "county_ok",
    "review.city": "city_ok",
    "review.province": "province_ok",
}


def register() -> None:
    """Called once when the app is ready."""
    forms = _("forms")
    register_measures(
        count,
        Measure(BEGUN, _("Forms begun"), forms, "入户填报", "张", 20),
        Measure("survey.submitted", _("Forms submitted"), forms, "普查表提交", "张", 30),
        Measure("review.instructor", _("Checked by instructor"), forms, "普查指导员审核", "张", 40),
        Measure("review.county", _("Approved by county"), forms, "县级审核", "张", 50),
        Measure("review.city", _("Approved by city"), forms, "市级审核", "张", 60),
        Measure("review.province", _("Approved by province"), forms, "省级审核", "张", 70),
    )


def count(scope: Scope) -> Iterable[Counted]:
    """Forms asked for; begun: something was saved in it; the others: the form stands at that step or further."""
    rows = Return.objects.visible_to(scope).filter(active=True).order_by()
    totals: dict[str, int] = defaultdict(int)
    done: dict[tuple[str, str], int] = defaultdict(int)
    states = rows.values_list(Substr("region", 1, HEAD), "state")
    for head, state, number, begun in states.annotate(
        number=Count("pk"), begun=Count("pk", filter=Q(version_no__gt=0))
    ):
        totals[head] += number
        done[head, BEGUN] += begun
        for measure, reached in REACHED.items():
            if ORDER[state] >= ORDER[reached]:
                done[head, measure] += number
    for head, total in totals.items():
        for measure in (BEGUN, *REACHED):
            yield head, measure, total, done[head, measure]
