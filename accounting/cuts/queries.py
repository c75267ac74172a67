"""Reading cuts and their tables, always within a scope. Two cuts side by side: beside.py, differing.py."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from accounting.cuts.frozen import Content, as_table, thaw
from accounting.cuts.models import Cut, FrozenTable
from accounting.tables.build import Table
from accounting.tables.layout import Layout, every_table, load
from census.access.posts import CATEGORIES
from census.access.scope import Scope
from census.places import regions


def cuts_visible(scope: Scope) -> QuerySet[Cut]:
    """Cuts of the post's region, below it, and of the offices above; newest first."""
    return Cut.objects.visible_to(scope).select_related("run__data_cut")


def may_open(scope: Scope) -> bool:
    """Tables of a cut mix all categories: closed to a post that sees only some."""
    return scope.categories >= set(CATEGORIES)


def require_all_categories(scope: Scope) -> None:
    """Raises PermissionDenied where cuts are closed to the post."""
    if not may_open(scope):
        raise PermissionDenied("a cut's tables hold all source categories")


def cut_table(scope: Scope, cut: Cut, *, region: str, code: str, by: str) -> Content | None:
    """The frozen table, or None when the cut holds none such. Raises PermissionDenied, see above."""
    require_all_categories(scope)
    found = FrozenTable.objects.visible_to(scope).filter(cut=cut, region=region, code=code, by=by).first()
    return found and thaw(found.content)


def frozen_table(
    scope: Scope, cut: Cut, *, region: str, code: str, by: str = ""
) -> tuple[Table, dict[str, Content]] | None:
    """The frozen table as a live one, and the heads of the row dimensions the cut holds of it; None if it holds none.

    Without *by* the first dimension of the layout as it is now, or any.
    """
    require_all_categories(scope)
    found = FrozenTable.objects.visible_to(scope).filter(cut=cut, region=region, code=code)
    held = {row.by: thaw(row.content) for row in found}
    now = load()[code].rows if code in load() else ()
    bys = sorted(held, key=lambda name: (now.index(name) if name in now else len(now), name))
    chosen = held.get(by or (bys[0] if bys else ""))
    return chosen and (as_table(chosen, bys), {name: held[name]["head"] for name in bys})


def frozen_tables(scope: Scope, cut: Cut, region: str) -> list[Table]:
    """All tables the cut holds for *region*, in the order of printing."""
    require_all_categories(scope)
    found = FrozenTable.objects.visible_to(scope).filter(cut=cut, region=region)
    held = {(row.code, row.by): thaw(row.content) for row in found}
    bys: dict[str, list[str]] = defaultdict(list)
    now = {(layout.code, by): place for place, (layout, by) in enumerate(every_table())}
    ordered = sorted(held, key=lambda key: (key[0], now.get(key, len(now)), key[1]))
    for code, by in ordered:
        bys[code].append(by)
    return [as_table(held[key], bys[key[0]]) for key in ordered]


def cuts_over(scope: Scope, region: str) -> QuerySet[Cut]:
    """Frozen cuts that hold tables of *region*, newest first."""
    held = cuts_visible(scope).filter(region__in=regions.ancestors(region)).exclude(digest="")
    return held.order_by("-as_of")


def tables_of(scope: Scope, cut: Cut, region: str) -> list[dict[str, Any]]:
    """Code, title and row dimensions (with the table by them) of the tables the cut holds for *region*."""
    require_all_categories(scope)
    held: dict[str, dict[str, Any]] = {}
    for row in FrozenTable.objects.visible_to(scope).filter(cut=cut, region=region):
        content = thaw(row.content)
        entry = held.setdefault(row.code, {"code": row.code, "title": content["title"], "bys": []})
        entry["bys"].append({"by": row.by, "head": content["head"], "content": content})
    return list(held.values())


def row_conditions(layout: Layout, by: str, key: str, region: str) -> dict[str, Any] | None:
    """Conditions and bindings of a table row: {"where", "bind", "area", "own"}; None for the unclassified rest."""
    plain = {"where": {}, "bind": {}, "area": region, "own": False}
    if key == "total":
        return plain
    if by == "region":
        return {**plain, "area": key, "own": key == region}
    if by == "industry":
        return {**plain, "where": {"industry": key}}
    found = next((row for row in layout.dimensions[by].rows if row.id == key), None)
    return found and {**plain, "where": dict(found.where), "bind": dict(found.bind)}
