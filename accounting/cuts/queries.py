"""Reading cuts, their tables, and what lies between two of them; always within a scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import QuerySet

from accounting.cuts.frozen import Content, as_table, thaw
from accounting.cuts.models import Cut, FrozenTable, Part
from accounting.tables.build import SAME, Table, resolve
from accounting.tables.facts import own_bounds
from accounting.tables.layout import Layout, every_table, load
from census.access.posts import CATEGORIES
from census.access.scope import Scope
from census.places import regions
from sources.returns.models import Return

LINE_COLUMNS = {"category", "source", "subject", "medium", "pollutant", "method", "kind", "industry"}
LISTED = 200  # objects shown behind a difference; the sums are over all of them


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


def comparable(scope: Scope, cut: Cut) -> list[Cut]:
    """Other frozen cuts of the same region."""
    return list(cuts_visible(scope).filter(region=cut.region).exclude(pk=cut.pk).exclude(digest="")[:20])


def members_compared(scope: Scope, before: Cut, after: Cut) -> list[dict[str, Any]]:
    """Per part: how many objects are new, removed, edited in the register, and have changed forms."""
    sides = [
        {part.region: part for part in Part.objects.visible_to(scope).filter(cut=cut)}
        for cut in (before, after)
    ]
    found = []
    for region in sorted({*sides[0], *sides[1]}):
        (objects, forms), (objects_after, forms_after) = (_members(side.get(region)) for side in sides)
        both = objects.keys() & objects_after.keys()
        row = {
            "region": region,
            "new": len(objects_after.keys() - both),
            "removed": len(objects.keys() - both),
            "edited": sum(objects[one] != objects_after[one] for one in both),
            "forms": sum(forms.get(one) != forms_after.get(one) for one in both),
        }
        if any(row[name] for name in ("new", "removed", "edited", "forms")):
            found.append(row)
    return found


def edits_between(
    scope: Scope, before: Cut, after: Cut, objects: Iterable[UUID]
) -> dict[str, list[dict[str, Any]]]:
    """Object → its forms of another version in *after*: {"return_id", "form", "old", "new"}; None for no version."""
    wanted = {str(one) for one in objects}
    versions = [_versions(scope, cut, wanted) for cut in (before, after)]
    changed = {
        one for one in versions[0].keys() | versions[1].keys() if versions[0].get(one) != versions[1].get(one)
    }
    forms = dict(Return.objects.visible_to(scope).filter(pk__in=changed).values_list("pk", "form"))
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in sorted(changed & {str(pk) for pk in forms}, key=lambda one: forms[UUID(one)]):
        (held, old), (holds, new) = (side.get(one) or ("", None) for side in versions)
        edit = {"return_id": UUID(one), "form": forms[UUID(one)], "old": old, "new": new}
        found[held or holds].append(edit)
    return found


def _versions(scope: Scope, cut: Cut, objects: set[str]) -> dict[str, tuple[str, int]]:
    """Form → its object, one of *objects*, and the version the cut holds."""
    found = {}
    for part in Part.objects.visible_to(scope).filter(cut=cut):
        for line in part.lines():
            kind, *rest = line.split(" ")
            if kind == "return" and rest[1] in objects:
                found[rest[0]] = (rest[1], int(rest[2]))
    return found


def _members(part: Part | None) -> tuple[dict[str, str], dict[str, set[str]]]:
    """Object → revision, and object → its forms by version."""
    objects: dict[str, str] = {}
    forms: dict[str, set[str]] = defaultdict(set)
    for line in part.lines() if part else ():
        kind, *rest = line.split(" ")
        if kind == "object":
            objects[rest[0]] = rest[1]
        elif kind == "return":
            forms[rest[1]].add(line)
    return objects, forms


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


def explainable(column: Content) -> bool:
    """Differences of emissions are explained object by object; other columns by the lists of changed objects."""
    return column["fact"] == "lines" and not column["by"]


def difference_explained(
    scope: Scope, before: Cut, after: Cut, column: Content, row: dict[str, Any]
) -> dict[str, Any]:
    """Return {"classes": [(class, amount, objects)], "objects": […], "count"} for a cell of emissions. Each object
    carries ``edits``, see :func:`edits_between`.

    Classes: new, removed, activity, factor, both, other (another method, or another receiving plant). The
    amounts add up to the difference of the cell. Lines are those of the cuts' runs, which never change.
    """
    require_all_categories(scope)
    conditions = {**resolve(column["where"], row["bind"]), **row["where"]}
    clauses, values = [], []
    for name, wanted in conditions.items():
        plain = name.removesuffix("!")
        if plain not in LINE_COLUMNS:
            raise ValueError(f"no column of an accounting line: {plain}")
        expression = "left(l.industry, 2)" if plain == "industry" else f"l.{plain}"
        clauses.append(f"{expression} {'<> ALL' if name.endswith('!') else '= ANY'} (%s)")
        values.append(wanted if isinstance(wanted, list) else [wanted])
    clauses.append("l.region >= %s AND l.region < %s")
    values += own_bounds(row["area"]) if row["own"] else regions.bounds(row["area"])
    found = _objects_differing(before.run_id, after.run_id, column["measure"], " AND ".join(clauses), values)
    for entry in found:
        entry["difference"] /= column["scale"]
    classes: dict[str, list[float]] = defaultdict(lambda: [0.0, 0])
    for entry in found:
        classes[entry["cause"]][0] += entry["difference"]
        classes[entry["cause"]][1] += 1
    ordered = sorted(classes.items(), key=lambda item: -abs(item[1][0]))
    edits = edits_between(scope, before, after, [entry["id"] for entry in found[:LISTED]])
    for entry in found[:LISTED]:
        entry["edits"] = edits.get(str(entry["id"]), [])
    return {
        "classes": [(cause, amount, int(objects)) for cause, (amount, objects) in ordered],
        "objects": found[:LISTED],
        "count": len(found),
    }


def _objects_differing(
    before: UUID, after: UUID, measure: str, where: str, values: list[Any]
) -> list[dict[str, Any]]:
    """Objects whose sum differs between two runs, the largest difference first, with its cause."""
    amount = "environment_kg" if measure == "discharged" else f"{measure}_kg"
    side = f"""SELECT l.object_id, sum(l.{amount}) AS amount,
                      array_agg(l.activity ORDER BY {ORDER}) AS activity,
                      array_agg(ARRAY[l.factor_value, l.eta, l.k] ORDER BY {ORDER}) AS factor
               FROM accounting_line l WHERE l.run_id = %s AND l.chosen AND {where} GROUP BY 1"""
    sql = f"""SELECT o.id, o.code, o.name, COALESCE(b.amount, 0) - COALESCE(a.amount, 0) AS difference,
                     CASE WHEN a.object_id IS NULL THEN 'new' WHEN b.object_id IS NULL THEN 'removed'
                          WHEN a.activity IS DISTINCT FROM b.activity AND a.factor IS DISTINCT FROM b.factor THEN 'both'
                          WHEN a.activity IS DISTINCT FROM b.activity THEN 'activity'
                          WHEN a.factor IS DISTINCT FROM b.factor THEN 'factor' ELSE 'other' END AS cause
              FROM ({side}) a FULL JOIN ({side}) b ON a.object_id = b.object_id
              JOIN sources_censusobject o ON o.id = COALESCE(a.object_id, b.object_id)
              WHERE (a.amount IS NULL) <> (b.amount IS NULL)
                    OR abs(a.amount - b.amount) > {SAME} * greatest(abs(a.amount), abs(b.amount))
              ORDER BY abs(COALESCE(b.amount, 0) - COALESCE(a.amount, 0)) DESC, o.code"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [before, *values, after, *values])
        names = [column.name for column in cursor.description]
        return [dict(zip(names, line, strict=True)) for line in cursor.fetchall()]


ORDER = "l.form, l.sheet, l.section, l.row_key, l.unit, l.medium, l.pollutant, l.method"
