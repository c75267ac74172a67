"""What every change of the register needs: identification codes, differences, rows of history. Only for the services
of this subject."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.calendar.models import Campaign
from sources.objects import codes
from sources.objects.kinds import KINDS, Kind
from sources.objects.models import CensusObject, ObjectChange

LONGEST_REASON = 300
_LOCKS = 256  # prefixes of codes share so many locks: a long import must not use up the server's


def campaign_running() -> Campaign:
    """The campaign that objects are registered for. Raises ValidationError without one."""
    campaign = Campaign.objects.filter(active=True).order_by("-reference_date").first()
    if campaign is None:
        raise ValidationError(_("No census campaign is active. The data administrator must open one first."))
    return campaign


def codes_next(wanted: Sequence[tuple[Kind, str, str, str]]) -> list[str]:
    """Identification codes for (kind, region, credit code, own code), '' where all numbers are used up.

    The own code stays when it has the right prefix; else it is the first free one. Serials are counted over the
    whole country, whatever the scope; locks make two clerks wait in turn.
    """
    prefixes = [uscc or f"{region}{kind.letter}" for kind, region, uscc, _own in wanted]
    widths = [20 if uscc else 18 for _kind, _region, uscc, _own in wanted]
    kept = [
        own if own.startswith(prefix) and len(own) == width else None
        for (*_rest, own), prefix, width in zip(wanted, prefixes, widths, strict=True)
    ]
    asked = {prefix: width for prefix, width, own in zip(prefixes, widths, kept, strict=True) if own is None}
    last = _last_serials(asked)
    given = []
    for (kind, region, uscc, _own), prefix, own in zip(wanted, prefixes, kept, strict=True):
        code = own
        if code is None and uscc:
            code = codes.site_code(uscc, last[prefix] + 1) if last[prefix] < 99 else ""
        elif code is None:
            code = next(codes.object_codes(region, kind.letter, last[prefix]), "")
        if own is None and code:
            last[prefix] = codes.serial_of(code)
        given.append(code)
    return given


def _last_serials(widths: Mapping[str, int]) -> dict[str, int]:
    """Prefix → the last serial given so far; nobody else gives one until the transaction ends."""
    if not widths:
        return {}
    with connection.cursor() as cursor:
        # always in the order of the locks, so that two imports do not wait for each other in a circle
        cursor.execute(
            "SELECT pg_advisory_xact_lock(7, number) FROM (SELECT DISTINCT mod(abs(hashtext(prefix)::bigint), %s)::int"
            " AS number FROM unnest(%s) AS prefix ORDER BY 1) AS locks",
            [_LOCKS, list(widths)],
        )
        cursor.execute(
            "SELECT prefix, object_last_code(prefix, width)"
            " FROM unnest(%s, %s::int[]) AS asked (prefix, width)",
            [list(widths), list(widths.values())],
        )
        return {prefix: codes.serial_of(last) if last else 0 for prefix, last in cursor.fetchall()}


def code_refusal(uscc: str) -> ValidationError:
    """Why ``codes_next`` gave no code."""
    if uscc:
        return ValidationError({"uscc": _("99 sites are registered under this credit code already.")})
    return ValidationError({"region": _("All numbers of this kind are used up in this region.")})


def units_held(units: Iterable[tuple[str, str]]) -> dict[tuple[str, str], CensusObject]:
    """(kind, region) → who holds it already, of those that are registered once: a county or city as a whole, and a
    village."""
    once = {(kind, region) for kind, region in units if KINDS[kind].level is not None or kind == "village"}
    if not once:
        return {}
    kinds, places = (set(part) for part in zip(*once, strict=True))
    rows = CensusObject.objects.filter(kind__in=kinds, region__in=places).exclude(status="removed")
    return {key: row for row in rows if (key := (row.kind, row.region)) in once}


def unit_refusal(other: CensusObject) -> ValidationError:
    """Why a second entry of one unit is refused."""
    text = _("It is registered already: %(name)s (%(code)s).") % {"name": other, "code": other.code}
    return ValidationError({"region": text})


def differing(obj: CensusObject, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of *values* that are not what is stored."""
    return {name: new for name, new in values.items() if getattr(obj, name) != new}


def rows_update(rows: Sequence[CensusObject], fields: Iterable[str]) -> None:
    """Write *fields* of many objects in one statement (``bulk_update`` makes a CASE of each field and row)."""
    if not rows:
        return
    names = sorted(set(fields))
    packed = orjson.dumps([{"id": row.pk} | {name: getattr(row, name) for name in names} for row in rows])
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(f'new."{name}"' for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE sources_censusobject AS held SET ({columns}) = ROW({values})"
            " FROM jsonb_populate_recordset(NULL::sources_censusobject, %s) AS new WHERE held.id = new.id",
            [packed.decode()],
        )


def change_row(
    actor: Scope,
    obj: CensusObject,
    action: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    reason: str = "",
) -> ObjectChange:
    """One row of the object's history, not yet written."""
    return ObjectChange(
        object_id=obj.id,
        region=obj.region,
        category=obj.category,
        district_id=obj.district_id,
        user_id=actor.user_id,
        user_name=actor.user_name,
        action=action,
        reason=reason.strip()[:LONGEST_REASON],
        before=plain(before),
        after=plain(after),
    )


def plain(values: Mapping[Any, Any], drop_blank: bool = False) -> dict[Any, Any]:
    """As JSON: ids and dates as text."""
    return {
        name: str(value) if isinstance(value, UUID | dt.date) else value
        for name, value in values.items()
        if not drop_blank or value not in (None, "", {})
    }
