"""Pages and look-ups of divisions, industries, code lists and boundaries."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from orjson import dumps

from census.access.guard import requires
from census.places import boundaries, queries, regions
from census.places.models import CodeItem, Industry, ReferenceFile, Region
from census.places.names import COLUMNS


@requires("home")
def region_browser(request: HttpRequest) -> HttpResponse:
    """A tree that opens level by level, and a search by name, code or pinyin initials."""
    text = request.GET.get("q", "").strip()[:60]
    opened = region_code(request.GET.get("open"), request.scope.region)
    path = queries.region_path(opened)
    if not path or path[-1].code != opened:
        raise Http404("no such division")
    context = {
        "text": text,
        "found": queries.region_search(text) if text else None,
        "path": path,
        "children": queries.region_children(opened),
        "files": ReferenceFile.objects.filter(name="regions.csv.gz"),
    }
    return render(request, "census/places/regions.html", context)


@requires("home")
def region_branch(request: HttpRequest, code: str) -> HttpResponse:
    """The divisions directly below one, as a branch of the tree."""
    return render(request, "census/places/region_branch.html", {"children": queries.region_children(code)})


@requires("home")
def regions_json(request: HttpRequest) -> JsonResponse:
    """Type-ahead: ``?q=&within=<code>&deepest=<level>``; without q the divisions directly below *within*."""
    within = region_code(request.GET.get("within"), regions.NATION)
    deepest = request.GET.get("deepest", "5")
    if deepest not in {"1", "2", "3", "4", "5"}:
        raise BadRequest("deepest is a level from 1 to 5")
    text = request.GET.get("q", "").strip()[:60]
    found = queries.region_search(text, within=within, deepest=int(deepest))
    # a picker inside one village or township can only mean that place itself
    if not text and (own := Region.objects.filter(code=within, level__gt=0, level__lte=int(deepest)).first()):
        found = [queries.choice_of(own), *found]
    return _results(found)


@requires("home")
def industry_browser(request: HttpRequest) -> HttpResponse:
    """The standard classification as a tree, with a search."""
    text = request.GET.get("q", "").strip()[:60]
    context = {
        "text": text,
        "found": queries.industry_search(text, limit=100) if text else None,
        "children": queries.industry_children(""),
        "count": Industry.objects.filter(level=4).count(),
    }
    return render(request, "census/places/industries.html", context)


@requires("home")
def industry_branch(request: HttpRequest, code: str) -> HttpResponse:
    """The industries directly below one, as a branch of the tree."""
    context = {"children": queries.industry_children(code)}
    return render(request, "census/places/industry_branch.html", context)


@requires("home")
def industries_json(request: HttpRequest) -> JsonResponse:
    """Type-ahead: ``?q=&level=4``."""
    level = request.GET.get("level")
    if level not in {None, "", "1", "2", "3", "4"}:
        raise BadRequest("level is 1 to 4")
    text = request.GET.get("q", "").strip()[:60]
    return _results(queries.industry_search(text, level=int(level) if level else None))


@requires("home")
def code_lists(request: HttpRequest) -> HttpResponse:
    """One code list at a time, with where each entry comes from and how sure it is."""
    names = queries.code_lists()
    chosen = request.GET.get("list") or (names[0] if names else "")
    if names and chosen not in names:
        raise Http404("no such list")
    items = list(CodeItem.objects.filter(list=chosen).order_by("position"))
    context = {
        "names": names,
        "chosen": chosen,
        "items": items,
        "extra": {key: COLUMNS.get(key, key) for item in items for key in item.extra},
    }
    return render(request, "census/places/code_lists.html", context)


@requires("home")
def boundaries_json(request: HttpRequest, layer: str) -> HttpResponse:
    """Boundary layer as GeoJSON: ``?within=<code>``; provinces and lines always cover the whole nation."""
    if layer not in boundaries.LAYERS:
        raise Http404("no such layer")
    within = region_code(request.GET.get("within"), regions.NATION)
    response = HttpResponse(
        dumps(boundaries.layer(layer, within)), content_type="application/geo+json; charset=utf-8"
    )
    patch_cache_control(response, private=True, max_age=3600)
    return response


def region_code(text: str | None, default: str) -> str:
    """A 12-digit code from the address. Raises BadRequest for anything else."""
    if not text:
        return default
    if not regions.is_code(text):
        raise BadRequest("a region is a 12-digit code")
    return text


def _results(found: Iterable[queries.Choice]) -> JsonResponse:
    return JsonResponse(
        {"results": [{"code": c.code, "name": c.name, "path": c.path, "level": c.level} for c in found]}
    )
