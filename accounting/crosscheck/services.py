"""Putting methods side by side after a run, and what is said about large gaps."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounting.crosscheck.checks import Hit, hits_of
from accounting.crosscheck.config import reasons
from accounting.crosscheck.models import MethodExplanation, MethodGap
from accounting.crosscheck.queries import gap_search, latest, state_of
from accounting.runs.models import Line, Run
from census.access.scope import Scope
from census.audit.services import audit_record
from census.jobs.events import emit
from census.places import regions

MOST = 500
"""Gaps explained in one go."""
TEXT = 2000
COUNTY = 3

# Lines of one place tell of the same outlets or boilers by different methods (engine/choice.py), so their sums can be
# compared. A way with an unknown discharge is left out: what is not known is no gap. So is one that counts for a part
# of the place, and a place where what counts is not known.
_WRITE = f"""
WITH sums AS (
    SELECT region, category, object_id, industry, medium, pollutant, place,
           CASE WHEN method IN ('monitoring', 'balance') THEN method
                WHEN form = 'G106-1' THEN 'declared' ELSE 'derived' END AS way,
           bool_or(chosen) AS counts, sum(discharged_kg) AS kg, sum(discharged_kg) FILTER (WHERE chosen) AS chosen_kg,
           bool_or(discharged_kg IS NULL) AS unknown, bool_or(chosen AND discharged_kg IS NULL) AS chosen_unknown,
           min(unit) AS unit
    FROM {Line._meta.db_table}
    WHERE run_id = %(run)s AND region >= %(low)s AND region < %(high)s AND place > 0
    GROUP BY region, category, object_id, industry, medium, pollutant, place, way),
beside AS (  -- a window: the planner expects a single row of sums, and would join them in a nested loop
    SELECT region, category, object_id, industry, medium, pollutant, place, way, counts, unknown, kg,
           bool_or(chosen_unknown) OVER place_of AS chosen_unknown, sum(chosen_kg) OVER place_of AS chosen_kg,
           max(way) FILTER (WHERE counts) OVER place_of AS chosen_way,
           max(unit) FILTER (WHERE counts) OVER place_of AS chosen_unit
    FROM sums WINDOW place_of AS (PARTITION BY object_id, medium, pollutant, place))
INSERT INTO {MethodGap._meta.db_table} (run_id, region, category, object_id, industry, medium, pollutant, place, unit,
                                        chosen_way, chosen_kg, way, other_kg, ratio, difference_kg)
SELECT %(run)s, region, category, object_id, industry, medium, pollutant, place, chosen_unit, chosen_way, chosen_kg,
       way, kg, CASE WHEN chosen_kg > 0 THEN kg / chosen_kg END, abs(kg - chosen_kg)
FROM beside WHERE NOT counts AND NOT unknown AND NOT chosen_unknown
ORDER BY region, object_id, medium, pollutant, place, way
"""


def on_shard_done(*, run: Run, low: str, high: str, again: bool, **_facts: object) -> None:
    """Inside handler of ``accounting.shard_done``: put the methods of the shard (codes *low* to *high*) side by side.

    In the transaction of the shard: one that is done has its comparisons, another none. *again*: it has old ones.
    """
    if again:
        MethodGap.objects.filter(run=run, region__gte=low, region__lt=high).delete()
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, {"run": run.pk, "low": low, "high": high})


def on_run_done(*, run: Run, **_facts: object) -> None:
    """Inside handler of ``accounting.run_done``: what the results show to be doubtful.

    Not of a run over a data cut: the work on doubts is on the forms of now. Told upward as ``accounting.checked`` with
    the acting scope and, for every county of the run (and the city's own objects), its hits: an empty list says that
    nothing is doubtful any more.
    """
    if run.data_cut_id:
        return
    actor = connection.census_scope
    found: dict[str, list[Hit]] = {code: [] for code in run.shards.values_list("region", flat=True)}
    for hit in hits_of(actor, run):
        own = hit.region if hit.region.endswith("00000000") else regions.at_level(hit.region, COUNTY)
        found.setdefault(own, []).append(hit)
    emit("accounting.checked", actor=actor, run=run, found=found)


@transaction.atomic
def gaps_explain(actor: Scope, *, ids: Sequence[int], reason: str, text: str = "") -> int:
    """Say why the methods differ, for one gap or many; returns how many were explained.

    Raises ValidationError (no gap chosen, unknown reason, words missing, a gap that needs none or is explained)
    and PermissionDenied.
    """
    actor.require("accounting.view")
    actor.require("problem.answer")
    text = text.strip()
    known = reasons().get(reason)
    if known is None:
        raise ValidationError({"reason": _("Choose a reason.")})
    if known.text and len(text) < 5:
        raise ValidationError({"text": _("Say in words why the methods differ.")})
    if len(text) > TEXT:
        raise ValidationError({"text": _("At most %(count)s characters.") % {"count": TEXT}})
    gaps = _locked(actor, ids)
    for gap in gaps:
        if state_of(gap) != "open":
            raise ValidationError(_("A chosen gap needs no explanation, or has one. Reload the page."))
    _write(actor, gaps, MethodExplanation.Act.GIVEN, reason, text)
    return len(gaps)


@transaction.atomic
def gaps_return(actor: Scope, *, ids: Sequence[int], text: str) -> int:
    """Send explanations back with the reason; the gaps are unexplained again. Not by who gave them.

    Raises ValidationError (words missing, no explanation to send back, one's own) and PermissionDenied.
    """
    actor.require("accounting.view")
    actor.require("problem.check")
    text = text.strip()
    if not 5 <= len(text) <= TEXT:
        raise ValidationError({"text": _("Say in words why it is sent back.")})
    gaps = _locked(actor, ids)
    said = latest(actor, gaps)
    for gap in gaps:
        last = said.get(gap.subject)
        if last is None or last.act != MethodExplanation.Act.GIVEN:
            raise ValidationError(_("There is no explanation to send back. Reload the page."))
        if last.by is not None and last.by in actor.persons:
            raise ValidationError(_("Nobody checks an explanation of their own."))
    _write(actor, gaps, MethodExplanation.Act.RETURNED, "", text)
    return len(gaps)


def _locked(actor: Scope, ids: Sequence[int]) -> list[MethodGap]:
    """The chosen gaps, locked in a fixed order so that two people do not wait for each other."""
    if not ids or len(set(ids)) > MOST:
        raise ValidationError(_("Choose between 1 and %(most)s gaps.") % {"most": MOST})
    found = (
        MethodGap.objects.visible_to(actor).filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
    )
    gaps = list(found.select_related("run"))
    if len(gaps) != len(set(ids)):
        raise ValidationError(_("A chosen gap is not there any more. Reload the page."))
    said = latest(actor, gaps)
    for gap in gaps:
        gap.said = said.get(gap.subject)
    return gaps


def _write(actor: Scope, gaps: Sequence[MethodGap], act: str, reason: str, text: str) -> None:
    MethodExplanation.objects.bulk_create(
        MethodExplanation(
            **{name: getattr(gap, name) for name in ("region", "category", *MethodGap.SUBJECT)},
            chosen_kg=gap.chosen_kg, other_kg=gap.other_kg, ratio=gap.ratio, run_number=gap.run.number, act=act,
            reason=reason, text=text, by=actor.user_id, by_name=actor.user_name,
        )
        for gap in gaps
    )  # fmt: skip
    verb = "explained" if act == MethodExplanation.Act.GIVEN else "returned"
    for object_id in dict.fromkeys(gap.object_id for gap in gaps):
        own = [gap for gap in gaps if gap.object_id == object_id]
        audit_record(  # without the words: they may name people, and stand with the explanation
            actor, f"method_gap.{verb}", subject="object", subject_id=object_id, region=own[0].region,
            reason=reason, pollutants=sorted({gap.pollutant for gap in own}),
        )  # fmt: skip
        open_left = gap_search(actor, run=own[0].run, state="open").filter(object_id=object_id).exists()
        emit(
            "accounting.gaps_explained", object_id=object_id, rule="AC-01", explained=not open_left, text=text
        )
