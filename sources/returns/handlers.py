"""What happens to returns when the register changes. Registered in the app's ``ready``."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection

from census.access.scope import Scope
from census.jobs import events
from sources.objects.models import CensusObject
from sources.returns.drafts import forms_reconcile_all, return_open
from sources.returns.models import Return


def register() -> None:
    for event in ("object.created", "object.changed", "object.restored", "object.removed"):
        events.inside(event, on_object)
    events.inside("objects.assigned", on_objects_assigned)
    events.inside("objects.imported", on_objects_imported)


def on_object(*, actor: Scope, obj: CensusObject, **_facts: Any) -> None:
    """The object's rows follow it: forms opened or laid to rest, all moved with its region and district."""
    elsewhere = Return.objects.filter(object_id=obj.id).exclude(
        region=obj.region, category=obj.category, district_id=obj.district_id
    )
    if elsewhere.exists():
        with connection.cursor() as cursor:
            cursor.execute("SELECT sources_place_rows(%s)", [obj.id])
    return_open(actor, obj=obj)


def on_objects_assigned(*, ids: list[UUID], **_facts: Any) -> None:
    """Rows of many objects follow these to another census district; which forms they fill does not change."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sources_place_rows(id) FROM unnest(%s::uuid[]) AS id", [ids])


def on_objects_imported(*, actor: Scope, objects: list[CensusObject], **_facts: Any) -> None:
    """Forms of many objects are opened or laid to rest at once."""
    forms_reconcile_all(actor, objects=objects)
