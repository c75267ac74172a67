"""What the results of a run show to be doubtful: gaps between methods, mass balance, volumes, comparison with peers.

Rules AC-01 … with limits and texts in settings.yaml. They are told upward as the event ``accounting.checked``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import override

from accounting import words
from accounting.crosscheck import config
from accounting.crosscheck.models import WAYS
from accounting.crosscheck.queries import gap_search
from accounting.methods import pollutants
from accounting.runs.engine.monitored import AIR, WATER
from accounting.runs.models import Line, Run
from census.access.scope import Scope
from sources.returns.models import Return

_LINE, _RETURN = Line._meta.db_table, Return._meta.db_table
# The form a finding stands on, looked up for the hits of all rules together: joined to each rule's hits it would hash
# all forms of the country once a rule.
_ADDRESSES = f"""
SELECT object_id, form, sheet, id, district_id FROM {_RETURN} WHERE object_id = ANY(%s::uuid[]) AND form = ANY(%s)
"""
# Where a finding stands: the largest counted line of its kind.
_LARGEST = "(array_agg({0} ORDER BY chosen DESC, discharged_kg DESC NULLS LAST, id))[1] AS {0}"
_PLACE = ", ".join(_LARGEST.format(name) for name in ("form", "sheet", "section", "row_key"))

_GAP_PLACES = f"""
SELECT 'AC-01', object_id, region, category, medium, pollutant, place::text, 0.0::float, 0.0::float, {_PLACE}
FROM {_LINE}
WHERE run_id = %(run)s AND place > 0 AND chosen AND object_id = ANY(%(objects)s::uuid[])
GROUP BY object_id, region, category, medium, pollutant, place
"""
# Each rule looks at few of the lines: they are looked out once for all rules.
_DOUBTS = f"""
WITH seen AS MATERIALIZED (
    SELECT id, object_id, region, category, industry, medium, pollutant, place, method, chosen, generated_kg,
           discharged_kg, form, sheet, section, row_key
    FROM {_LINE}
    WHERE run_id = %(run)s AND medium <> 'waste' AND (
        category = 'industrial' AND chosen OR pollutant = 'SO2' AND place > 0 OR pollutant = 'waste_water_volume')),
volume AS (
    SELECT object_id, sum(discharged_kg) AS m3 FROM seen
    WHERE chosen AND pollutant = 'waste_water_volume' AND category = 'industrial'
    GROUP BY 1 HAVING sum(discharged_kg) > 0),
rates AS (
    SELECT object_id, region, category, medium, pollutant, industry, 1000 * sum(generated_kg) / min(m3) AS mgl, {_PLACE}
    FROM seen JOIN volume USING (object_id)
    WHERE chosen AND medium = 'water' AND pollutant = ANY(%(pollutants)s) AND generated_kg > 0
    GROUP BY object_id, region, category, medium, pollutant, industry),
peers AS (
    SELECT industry, pollutant, percentile_cont(0.5) WITHIN GROUP (ORDER BY mgl) AS middle FROM rates
    GROUP BY 1, 2 HAVING count(*) >= %(peers)s)
SELECT 'AC-02', object_id, region, category, medium, pollutant, place::text,
       sum(discharged_kg) FILTER (WHERE chosen), sum(generated_kg) FILTER (WHERE method = 'balance'), {_PLACE} FROM seen
WHERE place > 0 AND pollutant = 'SO2'
GROUP BY object_id, region, category, medium, pollutant, place
HAVING sum(discharged_kg) FILTER (WHERE chosen) > %(above)s * sum(generated_kg) FILTER (WHERE method = 'balance')
UNION ALL
SELECT 'AC-03', object_id, region, category, medium, pollutant, '', generated_kg, 0.0, form, sheet, section, row_key
FROM seen
WHERE chosen AND category = 'industrial' AND generated_kg > 0 AND discharged_kg = 0 AND method <> 'reported'
UNION ALL
SELECT 'AC-04', object_id, region, category, medium, min(pollutant), '', max(discharged_kg), 0.0, {_PLACE} FROM seen s
WHERE chosen AND category = 'industrial' AND medium = 'water' AND discharged_kg > 0
  AND pollutant <> 'waste_water_volume'
  AND NOT EXISTS (SELECT 1 FROM seen v WHERE v.object_id = s.object_id AND v.pollutant = 'waste_water_volume')
GROUP BY object_id, region, category, medium
UNION ALL
SELECT 'AC-05', object_id, region, category, medium, pollutant, '', mgl, middle, form, sheet, section, row_key
FROM rates JOIN peers USING (industry, pollutant)
WHERE mgl > %(times)s * middle OR mgl * %(times)s < middle
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """One doubt about one object. ``row``: ``section/key`` of the form, or blank; ``value``: the doubted figure."""

    rule: str
    severity: str
    object_id: Any
    return_id: Any
    district_id: Any
    region: str
    category: str
    form: str
    sheet: int
    row: str
    indicator: str
    zh: str
    en: str
    value: str


def hits_of(actor: Scope, run: Run) -> Iterator[Hit]:
    """Every doubt about the results of a run, within the scope."""
    found = list(_gaps(actor, run))
    limits = {name: limit for rule in ("AC-02", "AC-05") for name, limit in config.checks()[rule].items()}
    for row in _rows(_DOUBTS, {"run": run.pk, **limits}):
        found.append((row, _texts(row.pollutant, row.one, row.other, kg=row.rule != "AC-05")))
    addresses = _addresses([row for row, _texts in found])
    for row, texts in found:
        yield _hit(row, texts, *addresses.get((row.object_id, row.form, row.sheet), (None, None)))


@dataclass(frozen=True, slots=True)
class _Row:
    rule: str
    object_id: Any
    region: str
    category: str
    medium: str
    pollutant: str
    place: str
    one: float
    other: float
    form: str
    sheet: int
    section: str
    row_key: int | None


Texts = dict[str, dict[str, str]]  # what is put into the messages, by language


def _rows(sql: str, params: Mapping[str, Any]) -> list[_Row]:
    """The lines of a run that has just finished are in no statistics: the planner takes them for a handful and would
    look up one after the other (8 s a query for a city; hashed, a tenth of a second)."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(sql, params)
        found = [_Row(*record) for record in cursor.fetchall()]
        cursor.execute("SET LOCAL enable_nestloop = on")
    return found


def _addresses(rows: Sequence[_Row]) -> dict[tuple[Any, str, int], tuple[Any, Any]]:
    """(object, form, sheet) -> (form's id, district)."""
    objects, forms = sorted({str(row.object_id) for row in rows}), sorted({row.form for row in rows})
    with connection.cursor() as cursor:
        cursor.execute(_ADDRESSES, [objects, forms])
        return {tuple(address): (one, district) for *address, one, district in cursor.fetchall()}


def _gaps(actor: Scope, run: Run) -> Iterator[tuple[_Row, Texts]]:
    gaps = list(gap_search(actor, run=run, state="open").order_by("id"))
    places = {
        (row.object_id, row.medium, row.pollutant, row.place): row
        for row in _rows(
            _GAP_PLACES, {"run": run.pk, "objects": sorted({str(gap.object_id) for gap in gaps})}
        )
    }
    for gap in gaps:
        place = places[gap.object_id, gap.medium, gap.pollutant, str(gap.place)]
        texts = _texts(gap.pollutant, gap.chosen_kg, gap.other_kg)
        for language, part in texts.items():
            with override("zh-hans" if language == "zh" else "en"):
                part |= {"chosen_way": str(WAYS[gap.chosen_way]), "way": str(WAYS[gap.way])}
        yield place, texts


def _texts(code: str, one: float, other: float, *, kg: bool = True) -> Texts:
    """What is put into the messages, by language. *kg*: amounts, shown in the unit of the pollutant."""
    pollutant = pollutants.table()[code]
    scale = pollutant.scale if kg else 1.0
    return {
        language: {
            "pollutant": pollutant.label(language), "unit": words.measure(pollutant.display, language),
            "chosen": f"{one * scale:,.4g}", "other": f"{other * scale:,.4g}",
        }
        for language in ("zh", "en")
    }  # fmt: skip


def _hit(row: _Row, texts: Texts, return_id: Any, district_id: Any) -> Hit:
    settings = config.checks()[row.rule]
    return Hit(
        row.rule, settings["severity"], row.object_id, return_id, district_id, row.region, row.category,
        row.form, row.sheet, f"{row.section}/{row.row_key}" if row.section and row.row_key is not None else "",
        _item(row.form, row.pollutant), settings["zh"].format(**texts["zh"]), settings["en"].format(**texts["en"]),
        texts["zh"]["chosen"],
    )  # fmt: skip


def _item(form: str, pollutant: str) -> str:
    """The item of a monitoring form that holds the pollutant; blank on other forms."""
    names: Sequence[tuple[Mapping[str, str], str, str]] = (
        (WATER, "G106-2", "{}_out_mgl"), (AIR, "G106-3", "{}_mgm3"),
    )  # fmt: skip
    for table, code, item in names:
        found = next((name for name, of in table.items() if of == pollutant), None)
        if form == code and found:
            return item.format(found)
    return ""
