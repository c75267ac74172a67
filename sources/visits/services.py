"""Recording field visits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.audit.services import audit_record
from census.jobs import events
from sources.objects.models import CensusObject
from sources.visits.attachments import attachment_add
from sources.visits.models import Visit

EARLY = dt.timedelta(minutes=10)  # clocks of field devices run ahead a little


def visit_record(
    actor: Scope,
    *,
    obj: CensusObject,
    at: dt.datetime,
    people: Sequence[int],
    outcome: str,
    note: str = "",
    position: tuple[float, float, float | None] | None = None,
    photos: Sequence[UploadedFile] = (),
) -> Visit:
    """Write down a visit to *obj*. *position* is (longitude, latitude, accuracy in metres), WGS-84.

    Raises ValidationError for a time in the future, nobody going, an unknown outcome, a position off the globe,
    or a visit that came to nothing without a note saying why.
    """
    actor.require("register.edit")
    actor.require_covers(obj.region, obj.category)
    _check(at, people, outcome, note, position)
    lon, lat, accuracy = position or (None, None, None)
    visit = Visit.objects.create(
        object_id=obj.id,
        region=obj.region,
        category=obj.category,
        district_id=obj.district_id,
        at=at,
        people=list(dict.fromkeys(people)),
        outcome=outcome,
        lon=lon,
        lat=lat,
        accuracy_m=accuracy,
        note=note.strip(),
        synthetic=obj.synthetic,
    )
    for photo in photos:
        attachment_add(actor, subject="visit", subject_id=visit.id, obj=obj, upload=photo)
    audit_record(
        actor, "visit.recorded", subject="object", subject_id=obj.id, region=obj.region, outcome=outcome
    )
    events.emit("visit.recorded", actor=actor, visit=visit)
    return visit


def _check(
    at: dt.datetime,
    people: Sequence[int],
    outcome: str,
    note: str,
    position: tuple[float, float, float | None] | None,
) -> None:
    faults: dict[str, str] = {}
    if at > timezone.now() + EARLY:
        faults["at"] = _("The visit lies in the future. Enter when it took place.")
    if not people:
        faults["people"] = _("Say who went: choose at least one person.")
    if outcome not in Visit.Outcome.values:
        faults["outcome"] = _("Choose what came of the visit.")
    elif outcome not in {Visit.Outcome.FILLED, Visit.Outcome.PARTLY} and not note.strip():
        faults["note"] = _("Say in the note what you found and what is to happen next.")
    if position is not None and not (-180 <= position[0] <= 180 and -90 <= position[1] <= 90):
        faults["position"] = _("The position lies off the globe. Take it again.")
    if faults:
        raise ValidationError(faults)
