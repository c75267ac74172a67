"""Two sets of lines of one county, taken apart: what differs, and why. One statement in the database, exact sums.

Amounts are ``environment_kg`` of chosen lines, rounded to 1e-9 as decimals; every difference of two such amounts is
split without a rest, so the differences of a pollutant sum to its change of total to the last digit.

A line is found again by object, form, sheet, section, row, accounting unit, source, subject, medium and pollutant.
What is left of a line present on both sides is split in this order: activity (with contents from the form, such as
sulfur), coefficient, treatment (efficiency and operating rate), each in proportion to what changed; the remainder
goes to the receiving plant where the share let through differs, else to the last of these that changed. Where the
form is the same version, another activity comes from the library (feeding days) or the conditions (density).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from accounting.comparing.models import Difference
from accounting.runs.models import Gap, Line, Run

TOWNS = ["county_domestic", "city_domestic"]
"""Kinds whose discharge is what was generated less what plants removed."""


@dataclass(frozen=True, slots=True)
class Side:
    """Where the lines of one side are: a table with the columns of accounting_line, and the run when it is a run's."""

    table: str
    run_id: UUID | None = None

    @classmethod
    def of(cls, run: Run) -> Side:
        return cls(Line._meta.db_table, run.pk)

    def where(self, low: str, high: str) -> tuple[str, list[Any]]:
        """Condition and values for the lines between two codes."""
        if self.run_id is None:
            return "true", []
        return "run_id = %s AND region >= %s AND region < %s", [self.run_id, low, high]


@dataclass(frozen=True, slots=True)
class Split:
    """What was found in one county: totals by "medium/pollutant", and how many objects differ."""

    before: dict[str, Decimal]
    after: dict[str, Decimal]
    objects: int


def split(
    *, comparison_id: UUID, region: str, first: Side, second: Side, same_forms: bool, same_conditions: bool
) -> Split:
    """Write the differences of one county (``region``: code of the shard) and return the totals of both sides.

    *same_forms*: both sides were computed from the same forms. *same_conditions*: with the same parameters.
    """
    low, high = region[:6] + "000000", region[:6] + "~"
    with connection.cursor() as cursor:
        for name, side in (("a", first), ("b", second)):
            where, values = side.where(low, high)
            cursor.execute(_LINES.format(name=name, table=side.table, where=where), values)
            cursor.execute(_OBJECTS.format(name=name, also=_gaps(side)), _gap_values(side, low, high))
            cursor.execute(f"ANALYZE cmp_{name}; ANALYZE cmp_{name}_forms")
        totals = [_totals(cursor, name) for name in ("a", "b")]
        sql = _DIFFERENCES.format(
            table=Difference._meta.db_table, key=_KEY_JOIN, gone=_elsewhere(second, "second"),
            come=_elsewhere(first, "first"),
        )  # fmt: skip
        cursor.execute(
            sql,
            {
                "comparison": comparison_id, "same_forms": same_forms, "same_conditions": same_conditions,
                "towns": TOWNS, "first": first.run_id, "second": second.run_id,
            },
        )  # fmt: skip
        cursor.execute(
            f"SELECT count(DISTINCT object_id) FROM {Difference._meta.db_table} "
            "WHERE comparison_id = %s AND region >= %s AND region < %s",
            [comparison_id, low, high],
        )
        objects = cursor.fetchone()[0]
        cursor.execute("DROP TABLE cmp_a, cmp_b, cmp_a_forms, cmp_b_forms")
    return Split(*totals, objects)


def _totals(cursor: Any, name: str) -> dict[str, Decimal]:
    cursor.execute(f"SELECT medium || '/' || pollutant, sum(amount) FROM cmp_{name} GROUP BY 1 ORDER BY 1")
    return dict(cursor.fetchall())


def _gaps(side: Side) -> str:
    if side.run_id is None:
        return ""
    return f"""UNION ALL SELECT object_id, form, sheet, version_no FROM {Line._meta.db_table}
               WHERE run_id = %s AND region >= %s AND region < %s
               UNION ALL SELECT object_id, form, sheet, version_no FROM {Gap._meta.db_table}
               WHERE run_id = %s AND region >= %s AND region < %s"""


def _gap_values(side: Side, low: str, high: str) -> list[Any]:
    return [] if side.run_id is None else [side.run_id, low, high] * 2


def _elsewhere(side: Side, name: str) -> str:
    """Condition: the object has lines in another county of that side's run (parameter *name*)."""
    if side.run_id is None:
        return "false"
    return f"EXISTS (SELECT 1 FROM {Line._meta.db_table} l WHERE l.run_id = %({name})s AND l.object_id = p.object_id)"


_KEY = (
    "object_id", "form", "sheet", "section", "row_no", "unit", "source", "subject", "medium", "pollutant", "copy"
)  # fmt: skip
_KEY_JOIN = " AND ".join(f"a.{name} = b.{name}" for name in _KEY)

_LINES = """
CREATE TEMP TABLE cmp_{name} ON COMMIT DROP AS
SELECT object_id, region, category, kind, industry, form, sheet, section, coalesce(row_key, -1) AS row_no, unit, source,
       subject, medium, pollutant, method, formula, activity, coalesce(factor_id, 0) AS factor_id, factor_value, eta, k,
       generated_kg, removed_kg, discharged_kg, environment_kg, version_no,
       round(environment_kg::numeric, 9) AS amount,
       row_number() OVER (
           PARTITION BY object_id, form, sheet, section, row_key, unit, source, subject, medium, pollutant
           ORDER BY method, formula, activity, factor_value, environment_kg) AS copy
FROM {table} WHERE {where} AND chosen AND environment_kg IS NOT NULL
"""

_OBJECTS = """
CREATE TEMP TABLE cmp_{name}_forms ON COMMIT DROP AS
SELECT object_id, form, sheet, max(version_no) AS version_no
FROM (SELECT object_id, form, sheet, version_no FROM cmp_{name} {also}) f GROUP BY 1, 2, 3
"""

_DIFFERENCES = """
WITH methods_a AS (
    SELECT object_id, medium, pollutant, string_agg(DISTINCT method, ',' ORDER BY method) AS methods
    FROM cmp_a GROUP BY 1, 2, 3
), methods_b AS (
    SELECT object_id, medium, pollutant, string_agg(DISTINCT method, ',' ORDER BY method) AS methods
    FROM cmp_b GROUP BY 1, 2, 3
), objects_a AS (SELECT DISTINCT object_id FROM cmp_a_forms
), objects_b AS (SELECT DISTINCT object_id FROM cmp_b_forms
), p AS (
    SELECT coalesce(b.object_id, a.object_id) AS object_id, coalesce(b.region, a.region) AS region,
           coalesce(b.category, a.category) AS category, coalesce(b.kind, a.kind) AS kind,
           coalesce(b.industry, a.industry) AS industry, coalesce(b.medium, a.medium) AS medium,
           coalesce(b.pollutant, a.pollutant) AS pollutant, coalesce(b.form, a.form) AS form,
           coalesce(b.sheet, a.sheet) AS sheet, a.object_id IS NULL AS only_b, b.object_id IS NULL AS only_a,
           coalesce(a.amount, 0) AS v0, coalesce(b.amount, 0) AS v9, a.amount::float8 AS e,
           a.method <> b.method OR a.formula <> b.formula AS other_method,
           a.factor_id = b.factor_id AS same_factor,
           a.factor_value IS DISTINCT FROM b.factor_value AS other_value,
           a.activity IS DISTINCT FROM b.activity AS other_activity,
           a.eta IS DISTINCT FROM b.eta OR a.k IS DISTINCT FROM b.k AS other_treatment,
           a.version_no = b.version_no AS same_version,
           a.environment_kg / nullif(a.discharged_kg, 0)
               IS DISTINCT FROM b.environment_kg / nullif(b.discharged_kg, 0) AS other_passing,
           a.removed_kg IS DISTINCT FROM b.removed_kg AS other_removed,
           coalesce(b.activity / nullif(a.activity, 0), 1) AS activity_ratio,
           coalesce(b.factor_value / nullif(a.factor_value, 0), 1) AS value_ratio,
           coalesce(b.discharged_kg / nullif(b.generated_kg, 0)
               / nullif(a.discharged_kg / nullif(a.generated_kg, 0), 0), 1) AS treatment_ratio
    FROM cmp_a a FULL JOIN cmp_b b ON {key}
    WHERE a.amount IS DISTINCT FROM b.amount
), q AS (
    SELECT p.*,
           CASE
             WHEN only_b AND NOT EXISTS (SELECT 1 FROM objects_a o WHERE o.object_id = p.object_id)
               THEN CASE WHEN {come} THEN 'moved' ELSE 'new' END
             WHEN only_a AND NOT EXISTS (SELECT 1 FROM objects_b o WHERE o.object_id = p.object_id)
               THEN CASE WHEN {gone} THEN 'moved' ELSE 'removed' END
             WHEN only_a OR only_b THEN CASE
               WHEN ma.methods <> mb.methods THEN 'method'
               WHEN NOT (%(same_forms)s OR coalesce(fa.version_no = fb.version_no, false)) THEN 'activity'
               WHEN %(same_conditions)s THEN 'factor' ELSE 'method' END
             WHEN other_method THEN 'method'
           END AS whole,
           CASE WHEN other_activity AND NOT same_version AND abs(activity_ratio) < 1e6 THEN activity_ratio ELSE 1 END
             * CASE WHEN same_factor AND other_value AND NOT same_version AND abs(value_ratio) < 1e6
                    THEN value_ratio ELSE 1 END AS r1,
           CASE WHEN (NOT same_factor OR same_version) AND other_value AND abs(value_ratio) < 1e6
                THEN value_ratio ELSE 1 END AS r2,
           CASE WHEN other_treatment AND abs(treatment_ratio) < 1e6 THEN treatment_ratio ELSE 1 END AS r3
    FROM p
    LEFT JOIN methods_a ma USING (object_id, medium, pollutant)
    LEFT JOIN methods_b mb USING (object_id, medium, pollutant)
    LEFT JOIN cmp_a_forms fa USING (object_id, form, sheet)
    LEFT JOIN cmp_b_forms fb USING (object_id, form, sheet)
), s AS (
    SELECT q.*, round((e * r1)::numeric, 9) AS x1, round((e * r1 * r2)::numeric, 9) AS x2,
           round((e * r1 * r2 * r3)::numeric, 9) AS x3,
           CASE
             WHEN medium = 'water' AND (other_passing OR (other_removed AND kind = ANY(%(towns)s))) THEN 'plants'
             WHEN other_activity AND same_version THEN CASE WHEN %(same_conditions)s THEN 'factor' ELSE 'method' END
             WHEN other_treatment THEN 'treatment'
             WHEN NOT same_factor OR (other_value AND same_version) THEN 'factor'
             WHEN other_activity OR other_value OR NOT same_version THEN 'activity'
             WHEN %(same_conditions)s THEN 'factor' ELSE 'method'
           END AS rest
    FROM q
)
INSERT INTO {table} (comparison_id, region, category, object_id, kind, industry, medium, pollutant, cause, amount)
SELECT %(comparison)s, s.region, s.category, s.object_id, s.kind, s.industry, s.medium, s.pollutant, part.cause,
       sum(part.amount)
FROM s CROSS JOIN LATERAL (VALUES
    (s.whole, CASE WHEN s.whole IS NOT NULL THEN s.v9 - s.v0 END),
    ('activity', CASE WHEN s.whole IS NULL THEN s.x1 - s.v0 END),
    ('factor', CASE WHEN s.whole IS NULL THEN s.x2 - s.x1 END),
    ('treatment', CASE WHEN s.whole IS NULL THEN s.x3 - s.x2 END),
    (s.rest, CASE WHEN s.whole IS NULL THEN s.v9 - s.x3 END)
) AS part (cause, amount)
WHERE part.amount <> 0
GROUP BY s.region, s.category, s.object_id, s.kind, s.industry, s.medium, s.pollutant, part.cause
HAVING sum(part.amount) <> 0
ORDER BY s.region, s.object_id, s.medium, s.pollutant, part.cause
"""
