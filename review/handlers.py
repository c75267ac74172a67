"""What review does when something happens in the rooms below. Registered in the app's ``ready``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from census.jobs import events
from census.places import regions
from review.findings.accounting import on_accounting_checked, on_gaps_explained
from review.findings.models import Finding
from review.findings.services import on_return_saved
from review.problems.models import Problem
from review.problems.states import WAITING
from sources.objects.models import CensusObject
from sources.returns.models import Return

NOT_LIVING = (Problem.State.DRAFT, Problem.State.CLOSED)


def register() -> None:
    """All inside the transaction of the change."""
    events.inside("return.saved", on_return_saved)
    events.inside("accounting.checked", on_accounting_checked)
    events.inside("accounting.gaps_explained", on_gaps_explained)
    events.inside("returns.approving", on_returns_approving)
    events.inside("object.changed", on_object_changed)
    events.inside("object.removed", on_object_removed)
    events.inside("object.restored", on_object_restored)
    events.inside("objects.assigned", on_objects_assigned)
    events.inside("accounting.run_done", on_accounting_done)


def on_returns_approving(*, rows: Iterable[Any], **_facts: Any) -> set[UUID]:
    """Returns with an open error are not approved, whoever found it."""
    ids = [row.id for row in rows]
    open_errors = Finding.objects.filter(return_id__in=ids, state=Finding.State.OPEN, severity="error")
    return set(open_errors.values_list("return_id", flat=True))


def on_object_changed(*, obj: CensusObject, **_facts: Any) -> None:
    """Findings and problems follow their object to another place."""
    place = {"region": obj.region, "category": obj.category, "district_id": obj.district_id}
    for model in (Finding, Problem):
        if model.objects.filter(object_id=obj.id).exclude(**place).exists():
            on_objects_assigned(ids=[obj.id])
            return


def on_objects_assigned(*, ids: list[UUID], **_facts: Any) -> None:
    """Rows of many objects follow these to another census district."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT review_place_rows(id) FROM unnest(%s::uuid[]) AS id", [ids])


def on_object_removed(*, obj: CensusObject, **_facts: Any) -> None:
    """The object's living problems say so; its findings end."""
    living = Problem.objects.filter(object_id=obj.id).exclude(state__in=NOT_LIVING)
    living.update(mark="object_removed", updated_at=timezone.now())
    findings = Finding.objects.filter(object_id=obj.id).exclude(state=Finding.State.CLEARED)
    findings.update(state=Finding.State.CLEARED, cleared_at=timezone.now())


def on_object_restored(*, obj: CensusObject, **_facts: Any) -> None:
    """The mark goes; findings come back with the next save or run."""
    marked = Problem.objects.filter(object_id=obj.id, mark="object_removed")
    marked.update(mark="", updated_at=timezone.now())


def on_accounting_done(*, run: Any, **_facts: Any) -> None:
    """Answers whose form was changed since issue say that the emissions have been computed anew with it. A run over a
    data cut counts forms as they were."""
    if run.data_cut_id:
        return
    low, high = regions.bounds(run.region)
    waiting = Problem.objects.filter(state__in=WAITING, mark="", region__gte=low, region__lt=high)
    if run.categories:
        waiting = waiting.filter(category__in=run.categories)
    form = Return.objects.filter(pk=OuterRef("return_id"), version_no__gt=OuterRef("version_at_issue"))
    counted = form.filter(updated_at__lt=run.started_at or timezone.now())
    waiting.filter(Exists(counted)).update(mark="accounted", updated_at=timezone.now())
