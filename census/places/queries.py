"""Reading divisions, industries and code lists. These are public reference data: no scope applies, except that
census districts are read with ``visible_to``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from census.access.scope import Scope
from census.places import regions
from census.places.models import CensusDistrict, CodeItem, Industry, Region

FOUND = 20
_COUNTY = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a look-up: *path* names what it lies in, from the top."""

    code: str
    name: str
    path: str
    level: int


def region_children(code: str) -> QuerySet[Region]:
    """The divisions directly below *code*, each with ``has_children``."""
    below = Region.objects.filter(parent=OuterRef("code"))
    return Region.objects.filter(parent=code).annotate(has_children=Exists(below)).order_by("code")


def region_path(code: str) -> list[Region]:
    """The divisions from the nation down to *code* itself; levels that do not exist are left out."""
    return list(Region.objects.filter(code__in=regions.ancestors(code)).order_by("level", "code"))


def region_search(
    text: str, *, within: str = regions.NATION, deepest: int = 5, limit: int = FOUND
) -> list[Choice]:
    """Divisions inside *within* whose name contains *text*, or whose code or pinyin initials begin with it.

    Higher levels first, and an exact name before others. No text: the divisions directly below *within*.
    """
    if not text:
        found = list(region_children(within).filter(level__lte=deepest)[:limit])
        return _choices(found)
    low, high = regions.bounds(within)
    matching = Region.objects.filter(level__lte=deepest).filter(_matches(text))
    if low:
        matching = matching.filter(code__gte=low, code__lt=high)
    first = Case(When(name=text, then=Value(0)), default=Value(1), output_field=IntegerField())
    # counties and above are few and wanted most; only when they do not fill the list are the 700,000 read
    found = list(matching.filter(level__lte=_COUNTY).order_by("level", first, "code")[:limit])
    if len(found) < limit and deepest > _COUNTY:
        lower = matching.filter(level__gt=_COUNTY).order_by(first, "level", "code")
        found += lower[: limit - len(found)]
    return _choices(found)


def choice_of(region: Region) -> Choice:
    """A division as an entry of a look-up."""
    return _choices([region])[0]


def industry_search(text: str, *, level: int | None = None, limit: int = FOUND) -> list[Choice]:
    """Industries whose name contains *text* or whose code begins with it."""
    matching = Industry.objects.all()
    if level is not None:
        matching = matching.filter(level=level)
    if text:
        matching = matching.filter(
            Q(name_zh__contains=text) | Q(name_en__icontains=text) | Q(code__startswith=text.upper())
        )
    found = list(matching.order_by("code")[:limit])
    parents = _industry_names()
    return [
        Choice(
            row.code,
            f"{row.code} {row.name_zh}",
            " / ".join(industry_path(row.code, parents)[:-1]),
            row.level,
        )
        for row in found
    ]


def industry_path(code: str, names: dict[str, tuple[str, str]]) -> list[str]:
    """Names from the section down to *code*."""
    path: list[str] = []
    while code in names:
        parent, name = names[code]
        path.insert(0, name)
        code = parent
    return path


def industry_children(code: str) -> QuerySet[Industry]:
    """The industries directly below *code* ('' for the sections), each with ``has_children``."""
    below = Industry.objects.filter(parent=OuterRef("code"))
    return Industry.objects.filter(parent=code).annotate(has_children=Exists(below)).order_by("code")


def code_lists() -> list[str]:
    """Names of the loaded code lists."""
    return list(CodeItem.objects.order_by("list").values_list("list", flat=True).distinct())


def districts_of(scope: Scope, *, text: str = "", within: str = "", closed: bool = False) -> QuerySet:
    """Census districts in scope."""
    found = CensusDistrict.objects.visible_to(scope)
    if within:
        low, high = regions.bounds(within)
        found = found.filter(region__gte=low, region__lt=high)
    if text:
        found = found.filter(Q(name__contains=text) | Q(code__startswith=text))
    return found if closed else found.filter(active=True)


def _matches(text: str) -> Q:
    if text.isascii() and text.isdigit():
        return Q(code__startswith=text)
    condition = Q(name__contains=text)
    if re.fullmatch(r"[A-Za-z ]+", text):
        word = text.replace(" ", "")
        condition |= Q(initials__startswith=word.lower()) | Q(name_pinyin__istartswith=word)
    return condition


def _choices(found: list[Region]) -> list[Choice]:
    above = {code for region in found for code in regions.ancestors(region.code)[1:-1]}
    names = dict(Region.objects.filter(code__in=above).values_list("code", "name"))
    return [
        Choice(
            region.code,
            region.name,
            " / ".join(names[code] for code in regions.ancestors(region.code)[1:-1] if code in names),
            region.level,
        )
        for region in found
    ]


def _industry_names() -> dict[str, tuple[str, str]]:
    return {
        code: (parent, name)
        for code, parent, name in Industry.objects.values_list("code", "parent", "name_zh")
    }
