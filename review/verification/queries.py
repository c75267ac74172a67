"""Reading plans and sheets."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Count, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Substr
from django.utils import timezone

from census.access.scope import Scope
from census.numbers import whole
from census.places import regions
from census.places.models import CensusDistrict, Region
from review.verification.models import Plan, Result, Sheet
from review.verification.plans import OWN_PLACE
from review.verification.protocol import group_of, strata_in_order
from review.verification.records import areas_of
from review.verification.sampling import quota_size
from sources.objects.models import CensusObject


@dataclass(slots=True)
class County:
    """How far a plan is in one county."""

    code: str
    sheets: int = 0
    signed: int = 0
    replaced: int = 0
    result: Result | None = None

    @property
    def due(self) -> int:
        """Sheets that have to be signed."""
        return self.sheets - self.replaced

    @property
    def ready(self) -> bool:
        """All sheets are signed and nothing is decided."""
        return self.result is None and self.due > 0 and self.signed == self.due


def plans_of(scope: Scope) -> QuerySet[Plan]:
    """Plans in scope, newest first, with the numbers of their sheets."""
    wanted = ~Q(sheets__state=Sheet.State.REPLACED) & Q(sheets__isnull=False)
    return (
        Plan.objects.visible_to(scope)
        .annotate(
            due=Count("sheets", filter=wanted),
            signed=Count("sheets", filter=Q(sheets__state=Sheet.State.SIGNED)),
        )
        .order_by("-created_at")
    )


def counties_of(scope: Scope, plan: Plan) -> list[County]:
    """The counties of a drawn plan, in order of their codes."""
    found = {code: County(code) for code in plan.drawn.get("counties", ())}
    for row in (
        Sheet.objects.visible_to(scope)
        .filter(plan=plan)
        .order_by()
        .values("county")
        .annotate(
            n=Count("id"),
            signed=Count("id", filter=Q(state="signed")),
            replaced=Count("id", filter=Q(state="replaced")),
        )
    ):
        county = found[row["county"]]
        county.sheets, county.signed, county.replaced = row["n"], row["signed"], row["replaced"]
    for result in Result.objects.visible_to(scope).filter(plan=plan):
        found[result.county].result = result
    return list(found.values())


def sheets_of(scope: Scope, plan: Plan, params: Mapping[str, Any]) -> QuerySet[Sheet]:
    """Sheets of a plan, filtered by ``county``, ``state``, ``category``, ``who`` (person, or "none") and ``q``."""
    rows = Sheet.objects.visible_to(scope).filter(plan=plan)
    for name in ("county", "state", "category"):
        if wanted := params.get(name):
            rows = rows.filter(**{name: wanted})
    if (who := params.get("who", "")) == "none":
        rows = rows.filter(assigned_to=None)
    elif (person := whole(who)) is not None:
        rows = rows.filter(assigned_to=person)
    if text := params.get("q", "").strip()[:60]:
        rows = rows.filter(Q(name__contains=text) | Q(code__startswith=text.upper()))
    return rows


def mine(scope: Scope) -> QuerySet[Sheet]:
    """The sheets of the person, those to visit first."""
    rows = Sheet.objects.visible_to(scope).filter(assigned_to=scope.user_id).exclude(state="replaced")
    return rows.select_related("plan").annotate(
        entered=Count("items", filter=~Q(items__how="")), items_all=Count("items")
    )


def areas_named(plan: Plan) -> list[tuple[str, str]]:
    """The areas that are walked with their names: (district or county, "county · district")."""
    areas = areas_of(plan)
    counties = dict(Region.objects.filter(code__in=areas).values_list("code", "name"))
    ids = [area for found in areas.values() for area in found if "-" in area]
    districts = {str(d.pk): f"{d.name}" for d in CensusDistrict.objects.filter(pk__in=ids)}
    return [
        (area, counties.get(county, county) + (f" · {districts.get(area, area)}" if area != county else ""))
        for county, found in areas.items()
        for area in found
    ]


def counties_below(scope: Scope) -> list[tuple[str, str]]:
    """The counties of the office's region: (code, name)."""
    low, high = regions.bounds(scope.region)
    rows = (
        Region.objects.filter(level=3, code__gte=low, code__lt=high)
        if low
        else Region.objects.filter(level=3)
    )
    return list(rows.order_by("code").values_list("code", "name"))


def expected(scope: Scope, plan: Plan) -> dict[str, dict[str, int]]:
    """What the terms would draw from the register as it is: stratum → {"frame", "sample"}, and "all".

    The counts come grouped from the database, so that a province answers as fast as a city."""
    terms = plan.read_terms()
    rows = CensusObject.objects.visible_to(scope).filter(campaign=plan.campaign_id, kind__in=OWN_PLACE)
    rows = rows.exclude(code__in=terms.without)
    late: Any = Value(False, output_field=BooleanField())
    if plan.stage != Plan.Stage.SUMMARY:
        rows = rows.filter(status__in=("in_scope", "pending"))
    elif terms.since:
        zone = timezone.get_current_timezone_name()
        late = RawSQL("(created_at AT TIME ZONE %s)::date >= %s::date", (zone, terms.since))
    counted = (
        rows.order_by()
        .annotate(county=Substr("region", 1, 6), late=late)
        .values("county", "category", "kind", "size", "status", "late")
        .annotate(n=Count("id"))
    )
    sizes: dict[tuple[str, str], int] = defaultdict(int)
    for row in counted:
        if (
            terms.counties
            and len(terms.named) >= terms.counties
            and row["county"] not in {regions.prefix(code) for code in terms.named}
        ):
            continue
        group = group_of(
            kind=row["kind"],
            size=row["size"],
            status=row["status"],
            created="9999" if row["late"] else "0000",
            since=terms.since if plan.stage == Plan.Stage.SUMMARY else "",
        )
        sizes[row["county"], f"{row['category']}/{group}"] += row["n"]
    frame: Counter[str] = Counter()
    sample: Counter[str] = Counter()
    for (_county, stratum), n in sizes.items():
        frame[stratum] += n
        if quota := terms.quotas.get(stratum):
            sample[stratum] += quota_size(quota, n)
    found = {name: {"frame": frame[name], "sample": sample[name]} for name in strata_in_order(terms.quotas)}
    counties = len({county for county, _stratum in sizes})
    found["all"] = {"frame": sum(frame.values()), "sample": sum(sample.values()), "counties": counties}
    return found
