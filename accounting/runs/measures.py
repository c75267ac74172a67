"""Progress of accounting, for the board of dispatch."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models.functions import Substr
from django.utils.translation import gettext_lazy as _

from accounting.runs.models import Run, Shard
from census.access.scope import Scope
from census.dispatch.measures import Count, Measure, register_measures
from census.places import regions
from sources.returns.models import Return

COUNTY_WIDTH = regions.WIDTHS[3]


def register() -> None:
    """Called once when the app is ready."""
    register_measures(
        count,
        Measure("accounting.done", _("Accounted"), _("counties"), "产排污核算", "个县（市、区）", 100),
    )


def count(scope: Scope) -> Iterable[Count]:
    """Counties (and cities' own units) with forms, and those that a finished run over the forms of now covers since
    these last changed."""
    rows = Return.objects.visible_to(scope).filter(active=True).order_by()
    heads = rows.values_list(Substr("region", 1, COUNTY_WIDTH), flat=True).distinct()
    finished = Shard.objects.visible_to(scope).filter(
        state=Shard.State.DONE, run__state=Run.State.DONE, run__stale=False, run__data_cut=None
    )
    done = {code[:COUNTY_WIDTH] for code in finished.order_by().values_list("region", flat=True).distinct()}
    for head in heads:
        yield head, "accounting.done", 1, int(head in done)
