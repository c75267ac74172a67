"""The audit rules over a region as a job: county by county, all rules set-wise, the difference written set-wise."""

from __future__ import annotations

import io
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson
from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.jobs.models import Job
from census.jobs.services import Progress, job_kind
from census.jobs.sharing import shard_work, shared_run
from census.places import regions
from review.comparisons.services import objects_compared, places_compared, totals_of
from review.comparisons.spec import REGIONAL
from review.editor.force import level_of, rules_of
from review.findings.reading import COUNTY, Sheet, read_shard, shards_of, unswept, witnesses
from review.findings.services import place_of
from review.findings.values import text_at
from sources.forms.check import Verdict
from sources.forms.check_set import check_dataset, dataset

KIND = "review.findings"

_FOUND = """
CREATE TEMPORARY TABLE found (
    object_id uuid, return_id uuid, rule text COLLATE "C", severity text, kind text, form text COLLATE "C",
    sheet smallint, "row" text, indicator text, indicators jsonb, region text COLLATE "C", category text,
    district_id uuid, zh text, en text, value text) ON COMMIT DROP
"""
_MERGE = """
INSERT INTO review_finding AS f (object_id, return_id, rule, severity, kind, form, sheet, "row", indicator,
    indicators, region, category, district_id, zh, en, value, state, note, first_seen, last_seen)
SELECT DISTINCT ON (object_id, rule, form, sheet, "row", indicator)
       object_id, return_id, rule, severity, kind, form, sheet, "row", indicator, indicators, region, category,
       district_id, zh, en, value, 'open', '', now(), now() FROM found
ON CONFLICT (object_id, rule, form, sheet, "row", indicator) DO UPDATE
SET state = CASE WHEN f.state = 'cleared' THEN 'open' ELSE f.state END, cleared_at = NULL, last_seen = now(),
    value = EXCLUDED.value, return_id = EXCLUDED.return_id, severity = EXCLUDED.severity, zh = EXCLUDED.zh,
    en = EXCLUDED.en, indicators = EXCLUDED.indicators, kind = EXCLUDED.kind
WHERE f.state = 'cleared' OR f.value <> EXCLUDED.value OR f.severity <> EXCLUDED.severity
   OR f.zh <> EXCLUDED.zh OR f.en <> EXCLUDED.en OR f.return_id IS DISTINCT FROM EXCLUDED.return_id
RETURNING (xmax = 0)
"""
_CLEAR = """
UPDATE review_finding f SET state = 'cleared', cleared_at = now()
WHERE f.region >= %(low)s AND f.region < %(high)s AND f.state <> 'cleared' AND (%(all)s OR f.region = %(only)s)
  AND CASE WHEN f.kind IN ('outlier', 'accounting', 'macro') THEN f.kind ELSE '' END = %(family)s
  AND f.rule <> ALL (%(resting)s)
  AND NOT EXISTS (SELECT 1 FROM found n WHERE n.object_id = f.object_id AND n.rule = f.rule AND n.form = f.form
                  AND n.sheet = f.sheet AND n."row" = f."row" AND n.indicator = f.indicator)
"""
# problems of the shard: does the rule pass now, and what is the value now
_PROBLEMS = """
WITH held AS (
    SELECT p.id, CASE WHEN left(p.rule, 3) NOT IN ('MA-', 'SC-')
                      THEN left(review_value_at(r."values", p."row", p.indicator), 200)
                 ELSE coalesce((SELECT n.value FROM found n WHERE n.object_id = p.object_id AND n.rule = p.rule),
                               nullif(p.value_after, ''), p.value_at_issue) END AS value,  -- a sum is in no form
           CASE WHEN p.rule = '' THEN NULL
                WHEN CASE left(p.rule, 3) WHEN 'ST-' THEN 'outlier' WHEN 'AC-' THEN 'accounting' WHEN 'MA-' THEN 'macro'
                     ELSE '' END <> %(family)s OR p.rule = ANY (%(resting)s) THEN p.rule_passes
                ELSE NOT EXISTS (
               SELECT 1 FROM found n WHERE n.object_id = p.object_id AND n.rule = p.rule AND n.form = p.form
               AND n.sheet = p.sheet AND n."row" = p."row" AND n.indicator = p.indicator) END AS passes
    FROM review_problem p
    LEFT JOIN sources_return r ON r.object_id = p.object_id AND r.form = p.form AND r.sheet = p.sheet
    WHERE p.region >= %(low)s AND p.region < %(high)s AND (%(all)s OR p.region = %(only)s)
      AND p.state NOT IN ('draft', 'closed'))
UPDATE review_problem p
SET rule_passes = held.passes, updated_at = now(),
    value_after = CASE WHEN held.value IS DISTINCT FROM p.value_at_issue THEN coalesce(held.value, '') ELSE '' END
FROM held WHERE p.id = held.id AND (p.rule_passes IS DISTINCT FROM held.passes OR p.value_after <>
    CASE WHEN held.value IS DISTINCT FROM p.value_at_issue THEN coalesce(held.value, '') ELSE '' END)
"""


@job_kind(KIND)
def findings_run(progress: Progress, region: str) -> dict[str, Any]:
    """Run all rules over *region*. Each county is one committed step; a restart goes on with those not done.

    The city's own objects (city forms) are a step of their own and see their city's other forms. Free workers help.
    """
    begun = time.monotonic()
    progress.start(0, _("Reading"))
    with progress.step(done=0):
        shards = shards_of(region)
    progress.start(len(shards), _("Counties"))
    found = shared_run(progress, shards)
    with progress.step(done=0):
        found[region] = {"documents": 0, **regions_check(progress.scope, region=region, found=found)}
    names = ("documents", "open", "new", "cleared")
    totals = {name: sum(one[name] for one in found.values()) for name in names}
    totals["seconds"] = round(time.monotonic() - begun, 2)
    counts = {_("Forms"): totals["documents"], _("Findings"): totals["open"], _("New"): totals["new"]}
    return {**totals, "counts": {**counts, _("Cleared"): totals["cleared"]}, "url": reverse("finding_list")}


def shard_check(actor: Scope, *, shard: str) -> dict[str, Any]:
    """Check one county (or the city's own objects) within the running transaction and store the difference.

    ``sums``: what its own forms add up to, for the comparisons of places.
    """
    actor.require("finding.run")
    rules, level = rules_of(shard), level_of(actor.region)
    catalogue = rules.catalogue(level)
    with unswept():
        sheets, objects, own = read_shard(shard, city_forms=witnesses(catalogue))
        data, places = dataset(sheets, objects)
        verdicts = check_dataset(data, places, catalogue).verdicts()
        lines = list(_lines((sheets[place], verdict) for place, verdict in verdicts if place in own))
        lines += objects_compared(actor, shard=shard, data=data, sheets=sheets, own=own)
        sums = totals_of(data, shard)
    found = findings_merge(actor, shard=shard, lines=lines, resting=rules.resting(level))
    return {"documents": len(own), "sums": sums, **found}


def regions_check(actor: Scope, *, region: str, found: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Compare the places of *region* when all its counties are *found* (shard -> result of ``shard_check``)."""
    sums = {shard: one["sums"] for shard, one in found.items() if "sums" in one}
    if len(sums) < len(found):  # begun by a version that did not add up: no place is whole
        return {"open": 0, "new": 0, "cleared": 0}
    lines = places_compared(actor, region=region, shards=sums)
    return findings_merge(actor, shard=region, lines=lines, family=REGIONAL, whole=True)


@shard_work(KIND)
def _checked(actor: Scope, _job: Job, shard: str) -> dict[str, Any]:
    return shard_check(actor, shard=shard)


def findings_merge(
    actor: Scope,
    *,
    shard: str,
    lines: Iterable[tuple[Any, ...]],
    family: str = "",
    resting: Sequence[str] = (),
    whole: bool = False,
) -> dict[str, int]:
    """Store what a run over *shard* found (*lines* in the columns of ``found``) and clear what it did not.

    *family*: "" for rules, ``outlier`` for doubts of statistics (rules ``ST-…``), ``accounting`` for what its results
    show (rules ``AC-…``), ``macro`` for sums of places (``MA-…``); each clears only its own, by the kind of the
    finding. *resting*: rules that were not run; their findings stay as they are. *whole*: all that lies in *shard* was
    looked at; else, above the county, only what hangs on the place itself.
    """
    actor.require("finding.run")
    with connection.cursor() as cursor:
        cursor.execute(_FOUND)
        _copy(cursor, lines)
        cursor.execute("ANALYZE found")
        cursor.execute("SELECT count(*) FROM found")
        (failing,) = cursor.fetchone()
        cursor.execute(_MERGE)
        new = sum(inserted for (inserted,) in cursor.fetchall())
        low, high = regions.bounds(shard)
        place = {"low": low, "high": high, "all": whole or regions.level(shard) == COUNTY, "only": shard}
        place |= {"family": family, "resting": list(resting)}
        cursor.execute(_CLEAR, place)
        cleared = cursor.rowcount
        cursor.execute(_PROBLEMS, place)
        cursor.execute("DROP TABLE found")
    return {"open": failing, "new": new, "cleared": cleared}


def _lines(found: Iterator[tuple[Sheet, Verdict]]) -> Iterator[tuple[Any, ...]]:
    for sheet, verdict in found:
        key = place_of(verdict, sheet.sheet)
        value = text_at(sheet.values, key.row, key.indicator)[:200]
        yield (
            *(
                sheet.object_id,
                sheet.return_id,
                key.rule,
                verdict.severity,
                verdict.kind,
                key.form,
                key.sheet,
            ),
            *(
                key.row,
                key.indicator,
                orjson.dumps(verdict.indicators).decode(),
                sheet.region,
                sheet.category,
            ),
            *(sheet.district_id, verdict.zh[:400], verdict.en[:400], value),
        )


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _copy(cursor: Any, lines: Iterable[tuple[Any, ...]]) -> None:
    """COPY the lines into the temporary table."""
    buffer = io.StringIO()
    for line in lines:
        cells = (r"\N" if cell is None else str(cell).translate(_ESCAPES) for cell in line)
        buffer.write("\t".join(cells) + "\n")
    buffer.seek(0)
    cursor.cursor.copy_expert("COPY found FROM STDIN", buffer)
