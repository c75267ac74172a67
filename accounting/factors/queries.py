"""Reading the factor library."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import lru_cache

from django.db.models import Case, Max, Q, QuerySet, SmallIntegerField, When
from django.utils.translation import get_language

from accounting.factors.matching import Library, Policy, library
from accounting.factors.models import ControlTechnology, Edition, Factor
from accounting.factors.shape import FactorRow, TechnologyRow
from accounting.methods import pollutants
from census.places.models import Industry


def edition_codes() -> tuple[str, ...]:
    """All editions, strongest first."""
    return tuple(Edition.objects.values_list("code", flat=True))


def editions_named() -> QuerySet[Edition]:
    """All editions with their names, strongest first."""
    return Edition.objects.order_by("position")


def industry_name(code: str) -> str:
    """The Chinese name of an industry, '' for a group of codes or one that is not known."""
    return Industry.objects.filter(code=code).values_list("name_zh", flat=True).first() or ""


def industries_in_english(codes: Iterable[str]) -> dict[str, str]:
    """English names by code for readers of English, of the division where the class has none; in Chinese nothing.

    The Chinese name is the one a factor carries itself; a pattern of several codes has no English name.
    """
    if (get_language() or "zh").startswith("zh"):
        return {}
    above = {code: [code[:length] for length in (4, 3, 2)] for code in set(codes) if code.isdigit()}
    wanted = {code for line in above.values() for code in line}
    known = dict(Industry.objects.filter(code__in=wanted).exclude(name_en="").values_list("code", "name_en"))
    nearest = {code: next(filter(None, map(known.get, line)), "") for code, line in above.items()}
    return {code: name for code, name in nearest.items() if name}


@dataclass(frozen=True, slots=True)
class Pin:
    """A state of the library: the newest ids of factors and of techniques that count."""

    factors: int
    technologies: int


def library_now() -> Pin:
    """The library as it is."""
    newest = (model.objects.aggregate(last=Max("id"))["last"] or 0 for model in (Factor, ControlTechnology))
    return Pin(*newest)


def library_load(*, editions: tuple[str, ...], policy: Policy, pin: Pin | None = None) -> Library:
    """The matching library of a run; kept in memory, since revisions never change. Without *pin*: as it is now."""
    return _library(editions, policy, pin or library_now())


@lru_cache(maxsize=4)
def _library(editions: tuple[str, ...], policy: Policy, pin: Pin) -> Library:
    return library(factor_rows(pin, editions, policy.on), _technologies(pin), editions, policy)


def library_changed(
    *, editions: tuple[str, ...], policy: Policy, pin: Pin, rows: Iterable[FactorRow], retired: set[str]
) -> Library:
    """The library at *pin* as it would be with *rows* (new revisions) and without the codes *retired*."""
    rows = [row for row in rows if row.edition in editions]
    before = {row.code: row for row in factor_rows(pin, editions, policy.on)}
    fresh = [replace(row, id=pin.factors + number) for number, row in enumerate(rows, start=1)]
    fresh = [row for row in fresh if row.in_force(policy.on) or row.key_code not in before]
    replaced = retired | {row.key_code for row in fresh}
    kept = [row for code, row in before.items() if code not in replaced]
    return library([*kept, *fresh], _technologies(pin), editions, policy)


def factor_rows(pin: Pin, editions: Iterable[str], on: str = "") -> list[FactorRow]:
    """The factors of *editions* that count at *pin*, without the retired ones: of each the newest revision in force.

    *on*: a day (YYYY-MM-DD); a factor that changes with time has a revision for each period. Where no revision holds on
    that day the newest stands, so that matching can tell "not in force" from "none". Blank: the newest of each.
    """
    known = Factor.objects.filter(id__lte=pin.factors)
    order = ["code", "-revision"]
    if on:
        begun, lasting = (Q(**{f"{end}__isnull": True}) for end in ("valid_from", "valid_to"))
        holds = Q(retired=True) | ((begun | Q(valid_from__lte=on)) & (lasting | Q(valid_to__gte=on)))
        known = known.annotate(holds=Case(When(holds, then=1), default=0, output_field=SmallIntegerField()))
        order = ["code", "-holds", "-revision"]
    wanted = set(editions)
    newest = known.order_by(*order).distinct("code")
    return [as_row(factor) for factor in newest if factor.edition_id in wanted and not factor.retired]


def as_row(factor: Factor) -> FactorRow:
    """The factor in the one shape that matching and checking know."""
    return FactorRow(
        edition=factor.edition_id,
        region_codes=tuple(factor.region_codes),
        valid_from=str(factor.valid_from or ""),
        valid_to=str(factor.valid_to or ""),
        **{name: getattr(factor, name) for name in _PLAIN},
    )


def _technologies(pin: Pin) -> list[TechnologyRow]:
    names = [item.name for item in fields(TechnologyRow)]
    key = ("name_zh", "medium", "pollutant", "kind", "applies_to")
    newest = (
        ControlTechnology.objects.filter(id__lte=pin.technologies).order_by(*key, "-revision").distinct(*key)
    )
    return sorted((TechnologyRow(**row) for row in newest.values(*names)), key=lambda row: row.id)


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
    """Current factors whose words hold every word of ``text``: Chinese, pinyin, initials or English.

    Pollutants and industries are found by their names in both languages too.
    """
    found = Factor.objects.filter(current=True).select_related("edition")
    for word in text.lower().split()[:8]:
        named = [code for code, one in pollutants.table().items() if word in one.en.lower() or word in one.zh]
        industries = Industry.objects.filter(Q(name_en__icontains=word) | Q(name_zh__contains=word))
        found = found.filter(
            Q(search__contains=word)
            | Q(source__icontains=word)
            | Q(pollutant__in=named)
            | Q(industry__in=industries.values("code"))
        )
    exact = {
        "sector": sector, "edition_id": edition, "pollutant": pollutant, "confidence": confidence, "kind": kind,
    }  # fmt: skip
    return found.filter(**{name: value for name, value in exact.items() if value})


def factor_revisions(*, factor: Factor) -> QuerySet[Factor]:
    """All revisions of one factor, newest first."""
    return Factor.objects.filter(code=factor.code).order_by("-revision")
