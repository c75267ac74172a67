"""Objects that discharge into one water, for the map: those of the place shown, outfalls among them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection
from django.http import Http404, HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounting.tables.views import asked_region
from census.access.guard import requires
from census.access.scope import Scope
from census.places import regions
from census.places.models import Region
from sources.objects.models import CensusObject
from sources.waters.queries import FORMS, basins, basins_of

MOST = 3000  # drawn; the number told is of all
PROVINCE = 1


@requires("table.view")
def map_water(request: HttpRequest, pk: UUID) -> JsonResponse:
    """The objects that name the same water as object *pk*: ?name= ?region=, of one province at most.

    {"text", "single": [[lon, lat, id, name, kind], …]}. 404 for a name that the object's forms do not hold.
    """
    scope, name = request.scope, request.GET.get("name", "").strip()
    obj = get_object_or_404(CensusObject.objects.visible_to(scope), pk=pk)
    region = asked_region(request)
    if regions.level(region) < PROVINCE:
        region = regions.at_level(obj.region, PROVINCE)
    found = _discharging(scope, region, name)
    if not any(one[2] == str(pk) for one in found):
        raise Http404(name)
    placed = [one for one in found if one[0] is not None]
    return JsonResponse({"text": _told(obj, region, name, len(found)), "single": placed[:MOST]})


def _discharging(scope: Scope, region: str, name: str) -> list[list[Any]]:
    scope.require_covers(region)
    low, high = regions.bounds(region)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT o.lon, o.lat, o.id::text, o.name, o.kind
               FROM sources_return r JOIN sources_censusobject o ON o.id = r.object_id AND o.status = 'in_scope'
               WHERE r.region >= %s AND r.region < %s AND r.form = ANY(%s) AND r.active
                     AND btrim(r.values->>'receiving_water_name') = %s ORDER BY 3""",
            [low, high, list(FORMS), name],
        )
        return [list(row) for row in cursor.fetchall()]


def _told(obj: CensusObject, region: str, name: str, count: int) -> str:
    """How many name the water, and the basin of *obj*."""
    place = Region.objects.filter(code=region).values_list("name", flat=True).first() or region
    text = ngettext(
        "%(count)s object in %(place)s names %(water)s",
        "%(count)s objects in %(place)s name %(water)s",
        count,
    ) % {"count": f"{count:,}", "place": place, "water": name}
    sql, values = basins_of(obj.region, obj.region + "~")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT basin FROM {sql} b WHERE b.object_id = %s", [*values, obj.pk])
        row = cursor.fetchone()
    named = basins().get(row[0]) if row and row[0] else None
    basin = named["en" if get_language() == "en" else "zh"] if named else _("Basin not known")
    return f"{text} · {basin}"
