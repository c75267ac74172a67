"""Census districts: create, rename, close, reopen. A district is never deleted."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.audit.services import audit_record
from census.jobs import events
from census.places import regions
from census.places.models import CensusDistrict, Region

COUNTY = 3
SERIAL_DIGITS = 3


def district_create(actor: Scope, *, region: str, name: str) -> CensusDistrict:
    """Add a district to a county, township or village; its code is the division code and the next serial."""
    actor.require("district.manage")
    actor.require_covers(region)
    place = Region.objects.filter(code=region).first()
    if place is None or place.level < COUNTY:
        raise ValidationError({"region": _("Choose a county, township or village from the list.")})
    district = CensusDistrict(region=region, code=_next_code(region), name=_clean_name(region, name))
    district.save(force_insert=True)
    _record(actor, "district.created", district)
    return district


def district_rename(actor: Scope, *, district_id: UUID, name: str) -> CensusDistrict:
    """Change the name. Region and code stay: objects and forms are bound to them."""
    district = _lock(actor, district_id)
    district.name = _clean_name(district.region, name, district.pk)
    district.save(update_fields=["name"])
    _record(actor, "district.changed", district)
    return district


@transaction.atomic
def district_close(actor: Scope, *, district_id: UUID) -> CensusDistrict:
    """Take a district out of use. A room that still needs it may object (ValidationError from its handler)."""
    district = _lock(actor, district_id)
    district.active = False
    district.save(update_fields=["active"])
    events.emit("district.closed", actor=actor, district=district)
    _record(actor, "district.closed", district)
    return district


def district_reopen(actor: Scope, *, district_id: UUID) -> CensusDistrict:
    """Take a closed district into use again."""
    district = _lock(actor, district_id)
    district.active = True
    district.save(update_fields=["active"])
    _record(actor, "district.reopened", district)
    return district


def _lock(actor: Scope, district_id: UUID) -> CensusDistrict:
    actor.require("district.manage")
    return CensusDistrict.objects.visible_to(actor).select_for_update().get(pk=district_id)


def _next_code(region: str) -> str:
    """Serials count up and are never used again; the lock keeps two clerks from getting the same one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"district:{region}"])
    last = (
        CensusDistrict.objects.filter(region=region).order_by("-code").values_list("code", flat=True).first()
    )
    serial = int(last[len(region) :]) + 1 if last else 1
    if serial >= 10**SERIAL_DIGITS:
        raise ValidationError({"region": _("This division already has 999 census districts.")})
    return f"{region}{serial:0{SERIAL_DIGITS}}"


def _clean_name(region: str, name: str, own_id: UUID | None = None) -> str:
    name = " ".join(name.split())
    if not name:
        raise ValidationError({"name": _("Enter a name.")})
    low, high = regions.bounds(regions.at_level(region, COUNTY))
    same = CensusDistrict.objects.filter(name=name, region__gte=low, region__lt=high)
    if same.exclude(pk=own_id).exists():
        raise ValidationError({"name": _("Another census district of this county already has this name.")})
    return name


def _record(actor: Scope, action: str, district: CensusDistrict) -> None:
    audit_record(
        actor, action, subject="district", subject_id=district.pk, region=district.region, code=district.code
    )
