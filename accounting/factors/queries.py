"""Reading the factor library."""

from __future__ import annotations

from dataclasses import fields
from functools import lru_cache

from django.db.models import Q, QuerySet

from accounting.factors.matching import Library, Policy, library
from accounting.factors.models import ControlTechnology, Edition, Factor
from accounting.factors.shape import FactorRow, TechnologyRow


def edition_codes() -> tuple[str, ...]:
    """All editions, strongest first."""
    return tuple(Edition.objects.values_list("code", flat=True))


def library_load(*, editions: tuple[str, ...], policy: Policy, as_of: int | None = None) -> Library:
    """The matching library of a run; kept in memory, since revisions never change.

    ``as_of``: the newest factor id that counts, so that an old run finds the library as it was. None: now.
    """
    if as_of is None:
        as_of = Factor.objects.order_by("-id").values_list("id", flat=True).first() or 0
    return _library(editions, policy, as_of, ControlTechnology.objects.count())


@lru_cache(maxsize=4)
def _library(editions: tuple[str, ...], policy: Policy, as_of: int, technologies: int) -> Library:
    newest = Factor.objects.filter(id__lte=as_of).order_by("code", "-revision").distinct("code")
    rows = [
        FactorRow(
            edition=factor.edition_id,
            region_codes=tuple(factor.region_codes),
            valid_from=str(factor.valid_from or ""),
            valid_to=str(factor.valid_to or ""),
            **{name: getattr(factor, name) for name in _PLAIN},
        )
        for factor in newest
        if factor.edition_id in editions
    ]
    names = [item.name for item in fields(TechnologyRow)]
    table = [TechnologyRow(**row) for row in ControlTechnology.objects.order_by("id").values(*names)]
    return library(rows, table, editions, policy)


_PLAIN = [
    item.name
    for item in fields(FactorRow)
    if item.name not in {"edition", "region_codes", "valid_from", "valid_to"}
]


def factor_search(
    *,
    text: str = "",
    sector: str = "",
    edition: str = "",
    pollutant: str = "",
    confidence: str = "",
    kind: str = "",
) -> QuerySet[Factor]:
    """Current factors whose words (Chinese, English, pinyin) hold every word of ``text``."""
    found = Factor.objects.filter(current=True).select_related("edition")
    for word in text.lower().split()[:8]:
        found = found.filter(Q(search__contains=word) | Q(source__icontains=word))
    exact = {
        "sector": sector, "edition_id": edition, "pollutant": pollutant, "confidence": confidence, "kind": kind,
    }  # fmt: skip
    return found.filter(**{name: value for name, value in exact.items() if value})


def factor_revisions(*, factor: Factor) -> QuerySet[Factor]:
    """All revisions of one factor, newest first."""
    return Factor.objects.filter(code=factor.code).order_by("-revision")
