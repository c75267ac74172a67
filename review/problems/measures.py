"""Progress of problem lists, for the board of dispatch."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q
from django.db.models.functions import Substr
from django.utils.translation import gettext_lazy as _

from census.access.scope import Scope
from census.dispatch.measures import HEAD, Measure, register_measures
from census.dispatch.measures import Count as Counted
from review.problems import states
from review.problems.models import Problem


def register() -> None:
    """Called once when the app is ready."""
    problems = _("problems")
    register_measures(
        count,
        Measure("problems.answered", _("Problems answered"), problems, "问题整改", "个", 80),
        Measure("problems.closed", _("Problems closed"), problems, "问题销号", "个", 90),
    )


def count(scope: Scope) -> Iterable[Counted]:
    """Issued problem rows, those with an answer, and those accepted by the issuer."""
    rows = Problem.objects.visible_to(scope).exclude(state="draft").order_by()
    counted = rows.values_list(Substr("region", 1, HEAD)).annotate(
        total=Count("pk"),
        answered=Count("pk", filter=Q(state__in=states.ANSWERED)),
        closed=Count("pk", filter=Q(state="closed")),
    )
    for head, total, answered, closed in counted:
        yield head, "problems.answered", total, answered
        yield head, "problems.closed", total, closed
