"""Reading runs, gaps and lines, always within a scope."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum

from accounting.factors.models import Factor
from accounting.methods import pollutants
from accounting.runs.models import Gap, Line, Run
from accounting.runs.reading import states_from
from census.access.scope import Scope
from census.places import regions
from sources.objects.models import CensusObject
from sources.returns.models import Return, ReturnVersion

RATINGS = ("measured", "reported", "verified", "secondary", "recalled", "declared")
"""What an amount may rest on, the firmest first."""
WEAK = frozenset({"recalled", "declared"})


def runs_visible(scope: Scope) -> QuerySet[Run]:
    """Runs whose region holds or lies in the post's region, newest first."""
    return Run.objects.visible_to(scope).select_related("data_cut").order_by("-number")


def runs_finished(scope: Scope, region: str) -> QuerySet[Run]:
    """Finished runs that cover *region*, the newest first."""
    done = Run.objects.visible_to(scope).filter(state=Run.State.DONE, region__in=regions.ancestors(region))
    return done.order_by("-finished_at")


def runs_counting(scope: Scope, region: str) -> QuerySet[Run]:
    """Those of them over the forms of now. Tables of a run over a data cut are seen in the cut that is made of it."""
    return runs_finished(scope, region).filter(data_cut=None)


def run_newest(scope: Scope, region: str, number: int | None = None) -> Run | None:
    """The newest finished run over the forms of now that covers ``region``, or any finished one with ``number``."""
    if number is None:
        return runs_counting(scope, region).first()
    return runs_finished(scope, region).filter(number=number).first()


def runs_comparable(scope: Scope, run: Run) -> list[Run]:
    """Other finished runs that overlap with the region of a run, newest first."""
    done = runs_visible(scope).filter(state=Run.State.DONE).exclude(pk=run.pk)
    nested = [
        other for other in done[:100]
        if regions.contains(run.region, other.region) or regions.contains(other.region, run.region)
    ]  # fmt: skip
    return nested[:20] if run.state == Run.State.DONE else []


def factors_since(run: Run) -> int:
    """How many revisions of its editions came into the library after a run was planned."""
    newer = Factor.objects.filter(id__gt=run.parameters["library"], edition__in=run.parameters["editions"])
    return newer.count()


def run_changed_since(scope: Scope, run: Run) -> int:
    """How many of the forms it counts were changed after a run began: more than 0 means the run is stale."""
    if run.started_at is None or run.data_cut_id:
        return 0
    low, high = regions.bounds(max(scope.region, run.region, key=lambda code: len(regions.prefix(code))))
    return Return.objects.filter(
        campaign_id=run.campaign_id,
        region__gte=low,
        region__lt=high,
        category__in=run.categories,
        state__in=states_from(run.min_state),
        updated_at__gt=run.started_at,
    ).count()


def run_totals(scope: Scope, run: Run) -> list[dict[str, Any]]:
    """Environment totals by pollutant (within the scope) with the shares of each rating, in display units."""
    rows = (
        Line.objects.visible_to(scope)
        .filter(run=run, chosen=True, environment_kg__isnull=False)
        .values("medium", "pollutant", "confidence")
        .annotate(
            amount=Sum("environment_kg"), analogue=Sum("environment_kg", filter=Q(match_step="analogue"))
        )
    )
    table = pollutants.table()
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        if row["medium"] == "waste":
            continue
        entry = found.setdefault(
            (row["medium"], row["pollutant"]), {"amount": 0.0, "analogue": 0.0, "ratings": {}}
        )
        entry["amount"] += row["amount"]
        entry["analogue"] += row["analogue"] or 0.0
        entry["ratings"][row["confidence"]] = row["amount"]
    order = {code: position for position, code in enumerate(table)}
    totals = []
    for (medium, code), entry in sorted(
        found.items(), key=lambda item: (item[0][0] != "water", order[item[0][1]])
    ):
        whole, pollutant, parts = entry["amount"], table[code], []
        start = 0.0
        for rating in (*RATINGS, *sorted(entry["ratings"].keys() - set(RATINGS))):
            if whole and (part := entry["ratings"].get(rating)):
                share = part / whole * 100
                parts.append(
                    {"rating": rating, "share": share, "start": start, "amount": part * pollutant.scale}
                )
                start += share
        totals.append(
            {
                "medium": medium,
                "pollutant": pollutant,
                "amount": whole * pollutant.scale,
                "parts": parts,
                "analogue": entry["analogue"] / whole * 100 if whole else 0.0,
                "weak": sum(part["share"] for part in parts if part["rating"] in WEAK),
            }
        )
    return totals


def gap_search(
    scope: Scope,
    *,
    run: Run,
    text: str = "",
    reason: str = "",
    pollutant: str = "",
    category: str = "",
    form: str = "",
) -> QuerySet[Gap]:
    """The work list of a run: gaps whose key or object name holds ``text``, narrowed by the other terms."""
    gaps = Gap.objects.visible_to(scope).filter(run=run)
    exact = {"reason": reason, "pollutant": pollutant, "category": category, "form": form}
    gaps = gaps.filter(**{name: value for name, value in exact.items() if value})
    if text:
        objects = CensusObject.objects.visible_to(scope).filter(name__icontains=text)
        gaps = gaps.filter(Q(key__icontains=text) | Q(object_id__in=objects.values("id")))
    return gaps


def gap_groups(scope: Scope, *, run: Run) -> list[dict[str, Any]]:
    """Gaps by reason and key, the most frequent first: where one loaded factor would help most."""
    return list(
        Gap.objects.visible_to(scope)
        .filter(run=run)
        .values("reason", "key", "form", "size_unit")
        .annotate(rows=Count("id"), objects=Count("object_id", distinct=True), amount=Sum("size"))
        .order_by(F("rows").desc())[:100]
    )


def object_names(scope: Scope, ids: set[UUID]) -> dict[UUID, CensusObject]:
    """Objects by id, as far as they are visible."""
    return CensusObject.objects.visible_to(scope).in_bulk(list(ids))


def account_lines(scope: Scope, *, run: Run, object_id: UUID) -> list[Line]:
    """The lines of one object, in the order of the sheet."""
    order = {code: position for position, code in enumerate(pollutants.table())}
    lines = Line.objects.visible_to(scope).filter(run=run, object_id=object_id)
    return sorted(lines, key=lambda row: (row.medium, order[row.pollutant], not row.chosen, row.id))


def account_versions(scope: Scope, object_id: UUID) -> dict[tuple[str, int, int], ReturnVersion]:
    """The versions of an object's forms by form, sheet and number: who accepted what a line rests on, and when."""
    forms = Return.objects.visible_to(scope).filter(object_id=object_id)
    named = {pk: (form, sheet) for pk, form, sheet in forms.values_list("pk", "form", "sheet")}
    versions = ReturnVersion.objects.visible_to(scope).filter(return_id__in=named).defer("body")
    return {(*named[version.return_id], version.no): version for version in versions}


def account_gaps(scope: Scope, *, run: Run, object_id: UUID) -> QuerySet[Gap]:
    """The gaps of one object."""
    return Gap.objects.visible_to(scope).filter(run=run, object_id=object_id)
