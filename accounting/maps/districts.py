"""Census districts on the map: where each team works and how far its forms are.

Everything is read under the scope each time: outlines from the objects the person may see, shares from the forms the
person may see. So nothing has to be kept in step, and a window must be small enough to be read at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from accounting.maps.outlines import outline
from accounting.maps.points import Box
from accounting.maps.shapes import counties_in
from census.access.scope import Scope
from census.dispatch.measures import Measure, measure_of
from census.people.queries import users_of
from census.places import regions
from census.places.models import CensusDistrict
from sources.objects.models import CensusObject
from sources.returns.measures import REACHED, reaching
from sources.returns.models import Return

MOST_COUNTIES = 12  # that reach into a window; more is too far away to tell districts apart
MOST_DISTRICTS = 400


def district_measures(scope: Scope) -> list[Measure]:
    """What can colour the districts: the steps a form has passed; [] for who may not see progress."""
    return [measure_of(code) for code in REACHED] if scope.can("dispatch.view") else []


def map_districts(scope: Scope, region: str, box: Box, measure: str) -> dict[str, Any]:
    """Districts in the window: {"near": bool, "districts": [{"id", "name", "outline", "forms", "done"}, …]}.

    *measure*: one of REACHED. Not ``near``: too many to show, none is given. ``forms``: asked for, ``done``: as far as
    the measure. Districts without a placed object have no outline and are left out.
    """
    scope.require("table.view")
    scope.require("dispatch.view")
    scope.require_covers(region)
    counties = counties_in(region, box)
    if len(counties) > MOST_COUNTIES:
        return {"near": False, "districts": []}
    placed = CensusObject.objects.visible_to(scope).filter(
        _inside(counties), status="in_scope", district_id__isnull=False, lon__isnull=False, lat__isnull=False
    )
    west, south, east, north = box
    window = placed.filter(lon__gte=west, lon__lte=east, lat__gte=south, lat__lte=north)
    wanted = list(window.order_by().values_list("district_id", flat=True).distinct()[: MOST_DISTRICTS + 1])
    if len(wanted) > MOST_DISTRICTS:
        return {"near": False, "districts": []}
    places: dict[UUID, list[tuple[float, float]]] = {}
    villages = set()
    rows = placed.filter(district_id__in=wanted).values_list("district_id", "region", "lon", "lat")
    for district, village, lon, lat in rows.iterator():
        places.setdefault(district, []).append((lon, lat))
        villages.add(village)
    forms = _forms(scope, villages, measure)
    names = CensusDistrict.objects.visible_to(scope).filter(pk__in=list(places)).order_by("code")
    return {
        "near": True,
        "districts": [
            {
                "id": pk,
                "name": name,
                "outline": outline(places[pk]),
                "forms": forms.get(pk, (0, 0))[0],
                "done": forms.get(pk, (0, 0))[1],
            }
            for pk, name in names.values_list("pk", "name")
        ],
    }


def _inside(counties: Sequence[str]) -> Q:
    """Region in one of these places; never true of none."""
    found = Q(pk__in=[])
    for low, high in map(regions.bounds, counties):
        found |= Q(region__gte=low, region__lt=high)
    return found


def _forms(scope: Scope, villages: set[str], measure: str) -> dict[UUID, tuple[int, int]]:
    """Forms asked for, and those as far as *measure*, of each district with forms in these places."""
    asked = Return.objects.visible_to(scope).filter(active=True, region__in=villages).order_by()
    counted = asked.values("district_id").annotate(
        total=Count("pk"), done=Count("pk", filter=_reached(measure))
    )
    return {one["district_id"]: (one["total"], one["done"]) for one in counted}


def _reached(measure: str) -> Q:
    return Q(state__in=reaching(REACHED[measure]))


def district_progress(scope: Scope, district: CensusDistrict) -> dict[str, Any]:
    """For the card of a district: objects, forms, and of each measure how many forms are as far."""
    scope.require("table.view")
    objects = CensusObject.objects.visible_to(scope).filter(district_id=district.pk, status="in_scope")
    asked = Return.objects.visible_to(scope).filter(active=True, object_id__in=objects.values("pk"))
    measures = district_measures(scope)
    reached = {f"d{n}": Count("pk", filter=_reached(one.code)) for n, one in enumerate(measures)}
    counts = asked.aggregate(total=Count("pk"), **reached)
    total = counts["total"]
    return {
        "objects": objects.count(),
        "forms": total,
        "steps": [
            {
                "measure": one,
                "done": counts[f"d{n}"],
                "percent": 100 * counts[f"d{n}"] / total if total else None,
            }
            for n, one in enumerate(measures)
        ],
        "people": _people(scope, district),
    }


def _people(scope: Scope, district: CensusDistrict) -> list[str]:
    """Names of those who work in the district, for who may see people."""
    if not scope.can("people.view"):
        return []
    return list(users_of(scope, districts__contains=[district.pk]).values_list("name", flat=True))
