"""What the room census asks the register: the object of a filler's post, and whether a district is still needed."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import ngettext

from census.access.scope import Scope
from census.jobs import events
from census.people.bindings import ObjectRef, register_object_finder
from census.places.models import CensusDistrict
from sources.objects.models import CensusObject


def find_for_post(scope: Scope, code: str) -> ObjectRef | None:
    """The object in scope with this identification code, or the only one with this credit code."""
    found = CensusObject.objects.visible_to(scope).exclude(status="removed")
    rows = list(found.filter(Q(code=code) | Q(uscc=code)).order_by("code")[:2])
    exact = [row for row in rows if row.code == code] or (rows if len(rows) == 1 else [])
    return ObjectRef(exact[0].pk, exact[0].name, exact[0].region, exact[0].category) if exact else None


def keep_needed_district(*, actor: Scope, district: CensusDistrict, **_: Any) -> None:
    """A district with objects in it is not closed: its enumerators would lose them from sight."""
    held = CensusObject.objects.visible_to(actor).filter(district_id=district.pk).exclude(status="removed")
    if count := held.count():
        text = ngettext(
            "%(count)s census object still belongs to this district. Assign it to another one first.",
            "%(count)s census objects still belong to this district. Assign them to another one first.",
            count,
        )
        raise ValidationError(text % {"count": count})


def register() -> None:
    """Called once, from the app's ``ready``."""
    register_object_finder(find_for_post)
    events.inside("district.closed", keep_needed_district)
