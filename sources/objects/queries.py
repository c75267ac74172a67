"""Reading the register: the filtered list, its counts, look-alikes.

Aims: p95 under 150 ms at 300,000 objects in scope. How list and search stay fast under row-level security is told
in migrations 0003 and 0004.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

import orjson
from django.core.cache import cache
from django.db import connection
from django.db.models import BooleanField, Case, Count, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL
from django.http import QueryDict

from census.access.posts import CATEGORIES
from census.access.scope import Scope
from census.jobs.services import pack_scope
from census.places import regions
from sources.objects import codes
from sources.objects.kinds import KINDS, OPERATING, SIZES, STATUSES
from sources.objects.models import CensusObject
from sources.objects.names import NameFault, clean_text

# name in the address → fields of the order; all non-null, the last unique
SORTS = {
    "region": ("region", "code"),
    "code": ("code",),
    "name": ("initials", "id"),
    "updated": ("-updated_at", "-id"),
}
# More matches than this in the whole register: walking the list in order finds a page sooner than fetching them.
SEARCH_CAP = 5_000
_NO_LIMIT = 2**31 - 1
CACHED_SECONDS = 60
_CODE_FROM = 4  # characters from which a word is looked up among the codes


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; blank means all. ``status`` blank: everything that is not removed."""

    q: str = ""
    kind: str = ""
    category: str = ""
    region: str = ""
    industry: str = ""
    status: str = ""
    operating: str = ""
    scale: str = ""  # size of the enterprise; "size" in addresses is rows a page
    district: str = ""
    sort: str = "region"

    @classmethod
    def read(cls, params: QueryDict | Mapping[str, Any]) -> Filters:
        """From the address; what is no choice is left out."""
        allowed = {
            "kind": KINDS,
            "category": CATEGORIES,
            "operating": OPERATING,
            "scale": SIZES,
            "sort": SORTS,
        }
        allowed["status"] = STATUSES | {"all": ""}
        kept = {}
        for name in cls.__dataclass_fields__:
            value = str(params.get(name, "")).strip()[:100]
            if value and (name not in allowed or value in allowed[name]):
                kept[name] = value
        if "region" in kept and not regions.is_code(kept["region"]):
            kept.pop("region")
        if kept.get("district") and kept["district"] != "none":
            try:
                UUID(kept["district"])
            except ValueError:
                kept.pop("district")
        return cls(**kept)

    @property
    def words(self) -> list[str]:
        """The search words of two characters and more, as names and codes are kept."""
        try:
            text = clean_text(self.q, 100)
        except NameFault:
            return []
        if any("一" <= c <= "鿿" for c in text):
            text = text.replace("(", "（").replace(")", "）")
        whole = codes.tidy(text)
        words = [whole] if len(whole) >= _CODE_FROM and whole.isalnum() and whole.isascii() else text.split()
        return [word for word in words if len(word) > 1][:5]

    @property
    def narrowed(self) -> bool:
        """True when anything but the order is chosen."""
        return any(value for name, value in asdict(self).items() if name != "sort")


def object_list(scope: Scope, filters: Filters) -> QuerySet[CensusObject]:
    """The objects of *scope* that *filters* let through, unordered."""
    rows = CensusObject.objects.visible_to(scope)
    if filters.kind:
        rows = rows.filter(category=KINDS[filters.kind].category)  # the index over kinds begins with it
    for name in ("kind", "category", "operating"):
        if value := getattr(filters, name):
            rows = rows.filter(**{name: value})
    if filters.scale:
        rows = rows.filter(size=filters.scale)
    if not filters.status:
        rows = rows.exclude(status="removed")
    elif filters.status != "all":
        rows = rows.filter(status=filters.status)
    if filters.region:
        low, high = regions.bounds(filters.region)
        rows = rows.filter(region__gte=low, region__lt=high)
    if len(filters.industry) == 4:
        rows = rows.filter(industry=filters.industry)
    elif filters.industry:
        rows = rows.filter(industry__gte=filters.industry, industry__lt=filters.industry + "~")
    if filters.district == "none":
        rows = rows.filter(district_id=None)
    elif filters.district:
        rows = rows.filter(district_id=filters.district)
    return _searched(rows, filters.words) if filters.q else rows


def _searched(rows: QuerySet[CensusObject], words: list[str]) -> QuerySet[CensusObject]:
    if not words:
        return rows.none()
    if _matches_expected(words) <= SEARCH_CAP:
        return rows.filter(pk__in=RawSQL("SELECT object_search(%s, %s)", [words, _NO_LIMIT]))
    named = Q()
    for word in words:
        named &= Q(name__icontains=word) | Q(former_name__icontains=word) | Q(initials__contains=word.lower())
    if len(words) == 1 and words[0].isascii():
        code = words[0].upper()
        named |= Q(code__startswith=code) | Q(org_code=code)
    # CASE, because under row-level security the planner takes any LIKE for rare and would sort the province
    return rows.filter(Case(When(named, then=Value(True)), default=Value(False), output_field=BooleanField()))


def _matches_expected(words: list[str]) -> int:
    """About how many objects match in the whole register, by the database's statistics. Decides only the way."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT object_search_rows(%s)", [words])
        return cursor.fetchone()[0]


def object_facets(scope: Scope, filters: Filters) -> dict[str, dict[str, int]]:
    """Numbers of objects by kind and by status, each under all other filters. Kept some seconds."""

    def count() -> dict[str, dict[str, int]]:
        # both from one pass over the rows
        found = object_list(scope, replace(filters, kind="", status="all")).order_by()
        kinds: Counter[str] = Counter()
        statuses: Counter[str] = Counter()
        for kind, status, number in found.values_list("kind", "status").annotate(number=Count("pk")):
            if filters.status in {status, "all"} or (not filters.status and status != "removed"):
                kinds[kind] += number
            if filters.kind in {"", kind}:
                statuses[status] += number
        return {"kind": dict(kinds), "status": dict(statuses)}

    return cache.get_or_set(_key("facets", scope, asdict(filters)), count, CACHED_SECONDS)


def plan_for_lists() -> None:
    """Until the transaction ends, plan for a page now and not for a report: rows are walked in the order of the list.

    The planner's defaults are those of turning disks, where fetching and sorting a whole province seems cheaper than
    reading here and there; and starting workers, or compiling the many cells of an export, takes longer than a page.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL random_page_cost = 1.1; SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL jit = off"
        )


def _key(what: str, scope: Scope, facts: Any) -> str:
    packed = orjson.dumps([pack_scope(scope), facts], option=orjson.OPT_SORT_KEYS, default=str)
    return f"objects:{what}:{hashlib.sha256(packed).hexdigest()[:32]}"


def object_lookalikes(
    scope: Scope, *, name: str = "", uscc: str = "", but: UUID | None = None, most: int = 8
) -> list[tuple[CensusObject, str]]:
    """Objects that may be the same: (object, "uscc" | "name" | "similar"), surest first.

    Similar: the name without place and legal form occurs in the other's.
    """
    rows = CensusObject.objects.visible_to(scope).exclude(status="removed").exclude(pk=but)
    found: dict[UUID, tuple[CensusObject, str]] = {}
    if uscc:
        found |= {row.pk: (row, "uscc") for row in rows.filter(uscc=uscc)[:most]}
    if name:
        same = rows.filter(Q(name=name) | Q(former_name=name))
        found |= {row.pk: (row, "name") for row in same[:most] if row.pk not in found}
        core = core_name(name)
        if len(core) > 1 and len(found) < most:
            similar = rows.filter(pk__in=RawSQL("SELECT object_search(%s, %s)", [[core], most * 2]))
            found |= {row.pk: (row, "similar") for row in similar[:most] if row.pk not in found}
    return list(found.values())[:most]


_LEGAL_FORMS = ("有限责任公司", "股份有限公司", "有限公司", "合作社", "公司", "分厂", "厂", "站", "场", "店")


def core_name(name: str) -> str:
    """What is left of a name without bracketed parts, the place before it and the legal form behind it.

    >>> core_name("衢州市柯城区宏达化工（集团）有限公司")
    '宏达化工'
    """
    core = name.split("（")[0] + (name.rsplit("）", 1)[1] if "）" in name else "")
    for ending in _LEGAL_FORMS:
        if core.endswith(ending):
            core = core.removesuffix(ending)
            break
    for mark in "省市县区镇乡":
        at = core.find(mark)
        if 0 < at < 5 and len(core) - at > 2:
            core = core[at + 1 :]
    return core
