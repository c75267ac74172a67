"""What a problem row can question: items of filled forms, and what the rules find."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from django.db import connection

from census.places import regions
from review.findings.models import Finding
from review.findings.values import text_of
from sources.demo.draw import Draw
from sources.forms.catalogue import Form, load
from sources.objects.models import CensusObject
from sources.returns.models import Return

_CANDIDATES = """
SELECT r.id, r.object_id, o.code, o.name, r.region, r.category, r.district_id, r.form, r.sheet, r.version_no,
       r."values"::text
FROM sources_return r JOIN sources_censusobject o ON o.id = r.object_id
WHERE r.region >= %s AND r.region < %s AND r.version_no > 0 AND r.state NOT IN ('draft', 'frozen')
  AND ('x' || right(r.object_id::text, 4))::bit(16)::int %% 3 = 0
ORDER BY r.id
"""


@dataclass(frozen=True, slots=True)
class Place:
    """An item of a filled form that can be questioned."""

    return_id: str | None
    object_id: str
    code: str
    name: str
    region: str
    category: str
    district: str | None
    form: str
    sheet: int
    version: int
    row: str
    indicator: str
    value: str
    rule: str
    severity: str
    text: str
    finding: int | None = None


def read_places(city: str, draw: Draw) -> list[Place]:
    """A number of each form of every third object of *city*."""
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, regions.bounds(city))
        records = cursor.fetchall()
    turn = draw.rng.random(len(records)).tolist()
    return [place for record, at in zip(records, turn, strict=True) if (place := _place(record, at))]


def read_findings(city: str) -> list[Place]:
    """The open findings on objects of *city*; those on sums of places are nobody's row."""
    low, high = regions.bounds(city)
    found = Finding.objects.filter(region__gte=low, region__lt=high, state=Finding.State.OPEN).order_by("id")
    owners = CensusObject.objects.filter(pk__in=found.values("object_id"))
    objects = {row[0]: row[1:] for row in owners.values_list("id", "code", "name")}
    versions = dict(Return.objects.filter(pk__in=found.values("return_id")).values_list("id", "version_no"))
    return [
        Place(
            return_id=_text(f.return_id),
            object_id=str(f.object_id),
            code=objects[f.object_id][0],
            name=objects[f.object_id][1],
            region=f.region,
            category=f.category,
            district=_text(f.district_id),
            form=f.form,
            sheet=f.sheet,
            version=versions.get(f.return_id, 1),
            row=f.row,
            indicator=f.indicator,
            value=f.value,
            rule=f.rule,
            severity=f.severity,
            text=f.zh,
            finding=f.id,
        )
        for f in found
        if f.object_id in objects
    ]


def _text(key: Any) -> str | None:
    return None if key is None else str(key)


def _place(record: tuple[Any, ...], at: float) -> Place | None:
    """One number of a filled form, chosen by *at* in [0, 1); None when the form has none."""
    return_id, object_id, code, name, region, category, district, form_code, sheet, version, text = record
    values = orjson.loads(text)
    numbers = [("", key, value) for key, value in values.items() if _is_amount(value)]
    for table, rows in values.items():
        if isinstance(rows, list) and rows and isinstance(rows[0], dict):
            row = rows[0]
            numbers += [
                (f"{table}/{row['_k']}", key, value)
                for key, value in row.items()
                if key != "_k" and _is_amount(value)
            ]
    if not numbers:
        return None
    row, item, value = numbers[int(at * len(numbers))]
    form = load().forms[form_code]
    rule, severity, sentence = _doubt(form, row.partition("/")[0] or None, item, at)
    return Place(
        *(str(return_id), str(object_id), code, name, region, category, _text(district), form_code, sheet),
        *(version, row, item, text_of(value), rule, severity, sentence),
    )


def _is_amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value != 0


def _doubt(form: Form, table: str | None, item: str, at: float) -> tuple[str, str, str]:
    """(rule, severity, text): a rule of the form about the item, or an expert's doubt."""
    fitting = [
        c for c in form.checks if c.section == table and item in c.indicators and c.kind in {"logic", "cross"}
    ]
    if fitting and at < 0.7:
        check = fitting[int(at * 1000) % len(fitting)]
        return check.rule, check.severity, check.message.zh
    label = form.indicators[item].label.zh
    return "", "warning", f"{form.code}表“{label}”为{{value}}，与同类普查对象相比偏离较大，请核实（合成）"


def wrong_value(value: str, number: int) -> str:
    """What stood there before it was corrected: mostly a wrong unit."""
    amount = float(value)
    wrong = amount * (1000, 1000, 0.001, 10)[number % 4] if amount else 1.0
    return np.format_float_positional(round(wrong, 4), trim="-")
