"""What lies between two cuts of a region: objects that came, went or were changed, the edits of their forms, and a
difference of emissions taken apart by object. Always within a scope.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from accounting.cuts.beside import COUNTY, parts_within
from accounting.cuts.frozen import Content
from accounting.cuts.models import Cut, Part
from accounting.cuts.queries import require_all_categories
from accounting.tables.build import SAME, resolve
from accounting.tables.facts import own_bounds
from census.access.scope import Scope
from census.places import regions
from sources.returns.models import Return

LINE_COLUMNS = {"category", "source", "subject", "medium", "pollutant", "method", "kind", "industry"}
ORDER = "l.form, l.sheet, l.section, l.row_key, l.unit, l.medium, l.pollutant, l.method"
LISTED = 200  # objects shown behind a difference; the sums are over all of them


@dataclass(frozen=True, slots=True)
class Between:
    """Objects of one part by id: only in the later cut, only in the earlier, with another revision in the register
    (earlier, later), and with other forms.
    """

    new: set[str]
    removed: set[str]
    edited: dict[str, tuple[str, str]]
    forms: set[str]

    @property
    def every(self) -> set[str]:
        return self.new | self.removed | self.edited.keys() | self.forms


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


def part_between(scope: Scope, before: Cut, after: Cut, region: str) -> Between:
    """The objects of one part (a county, or what a city or province holds itself) that differ between the cuts."""
    sides = (Part.objects.visible_to(scope).filter(cut=cut, region=region).first() for cut in (before, after))
    (objects, forms), (objects_after, forms_after) = (_members(side) for side in sides)
    both = objects.keys() & objects_after.keys()
    return Between(
        new=objects_after.keys() - both,
        removed=objects.keys() - both,
        edited={
            one: (objects[one], objects_after[one]) for one in both if objects[one] != objects_after[one]
        },
        forms={one for one in both if forms.get(one) != forms_after.get(one)},
    )


def members_compared(scope: Scope, before: Cut, after: Cut, region: str) -> list[dict[str, Any]]:
    """Per part of *region*: how many objects are new, removed, edited in the register, and have changed forms.

    Reads the lists of all parts: for a city or a county.
    """
    codes = {
        code
        for cut in (before, after)
        for code in parts_within(scope, cut, region).values_list("region", flat=True)
    }
    found = []
    for code in sorted(codes):
        between = part_between(scope, before, after, code)
        if between.every:
            counts = {name: len(getattr(between, name)) for name in ("new", "removed", "edited", "forms")}
            found.append({"region": code, **counts})
    return found


def edits_between(
    scope: Scope, before: Cut, after: Cut, parts: Iterable[str], objects: Iterable[UUID]
) -> dict[str, list[dict[str, Any]]]:
    """Object → its forms of another version in *after*: {"return_id", "form", "old", "new"}; None for no version.

    *parts*: regions of the parts the objects are in, in either cut.
    """
    wanted, parts = {str(one) for one in objects}, set(parts)
    versions = [_versions(scope, cut, parts, wanted) for cut in (before, after)]
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


def _versions(scope: Scope, cut: Cut, parts: set[str], objects: set[str]) -> dict[str, tuple[str, int]]:
    """Form → its object, one of *objects*, and the version the cut holds."""
    found = {}
    for part in Part.objects.visible_to(scope).filter(cut=cut, region__in=parts).iterator(chunk_size=5):
        for line in part.lines():
            kind, *rest = line.split(" ")
            if kind == "return" and rest[1] in objects:
                found[rest[0]] = (rest[1], int(rest[2]))
    return found


def explainable(column: Content) -> bool:
    """Differences of emissions are explained object by object; other columns by the lists of changed objects."""
    return column["fact"] == "lines" and not column["by"]


def difference_explained(
    scope: Scope, before: Cut, after: Cut, column: Content, row: dict[str, Any]
) -> dict[str, Any]:
    """Return {"classes": [(class, amount, objects)], "objects": […], "count"} for a cell of emissions. Each object
    carries ``edits``, see :func:`edits_between`.

    Classes: new, removed, activity, factor, both, other (another method, or another receiving plant). The
    amounts add up to the difference of the cell. Lines are those of the cuts' runs, which never change. An object
    that has left the scope since counts, with code and name None.
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
    listed = found[:LISTED]
    parts = {regions.at_level(code, COUNTY) for entry in listed for code in entry["regions"] if code}
    edits = edits_between(scope, before, after, parts, [entry["id"] for entry in listed])
    for entry in listed:
        entry["edits"] = edits.get(str(entry["id"]), [])
    return {
        "classes": [(cause, amount, int(objects)) for cause, (amount, objects) in ordered],
        "objects": listed,
        "count": len(found),
    }


def _objects_differing(
    before: UUID, after: UUID, measure: str, where: str, values: list[Any]
) -> list[dict[str, Any]]:
    """Objects whose sum differs between two runs, the largest difference first, with its cause."""
    amount = "environment_kg" if measure == "discharged" else f"{measure}_kg"
    side = f"""SELECT l.object_id, min(l.region) AS region, sum(l.{amount}) AS amount,
                      array_agg(l.activity ORDER BY {ORDER}) AS activity,
                      array_agg(ARRAY[l.factor_value, l.eta, l.k] ORDER BY {ORDER}) AS factor
               FROM accounting_line l WHERE l.run_id = %s AND l.chosen AND {where} GROUP BY 1"""
    sql = f"""SELECT COALESCE(a.object_id, b.object_id) AS id, o.code, o.name,
                     ARRAY[a.region, b.region] AS regions,
                     COALESCE(b.amount, 0) - COALESCE(a.amount, 0) AS difference,
                     CASE WHEN a.object_id IS NULL THEN 'new' WHEN b.object_id IS NULL THEN 'removed'
                          WHEN a.activity IS DISTINCT FROM b.activity AND a.factor IS DISTINCT FROM b.factor THEN 'both'
                          WHEN a.activity IS DISTINCT FROM b.activity THEN 'activity'
                          WHEN a.factor IS DISTINCT FROM b.factor THEN 'factor' ELSE 'other' END AS cause
              FROM ({side}) a FULL JOIN ({side}) b ON a.object_id = b.object_id
              LEFT JOIN sources_censusobject o ON o.id = COALESCE(a.object_id, b.object_id)
              WHERE (a.amount IS NULL) <> (b.amount IS NULL)
                    OR abs(a.amount - b.amount) > {SAME} * greatest(abs(a.amount), abs(b.amount))
              ORDER BY abs(COALESCE(b.amount, 0) - COALESCE(a.amount, 0)) DESC, o.code"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [before, *values, after, *values])
        names = [column.name for column in cursor.description]
        return [dict(zip(names, line, strict=True)) for line in cursor.fetchall()]
