"""The survey of a region as a job: scores, digit tests and doubts stored county by county."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.audit.services import audit_record
from census.jobs.services import Progress, job_kind
from census.places import regions
from review.findings.runs import findings_merge
from review.findings.values import text_of
from review.problems.batches import HandRow, batch_add_rows, batch_create
from review.problems.models import Batch
from review.rules.catalogue import full_catalogue
from review.selective.models import DigitTest, Score
from review.selective.reading import Area, area_read
from review.selective.survey import Scored, Survey, survey
from review.selective.words import culprit_text
from review.statistics.doubts import Doubt
from review.statistics.localise import Catalog
from sources.objects.estimates import Estimator, estimate
from sources.objects.models import CensusObject

KIND = "review.selective"
WARNING_FROM = 0.5  # doubts at least this probable are warnings, others are for information
MOST_IN_BATCH = 2000  # objects put on a list at once by number of ranks

_AREAS = """
SELECT DISTINCT rpad(left(region, 4), 12, '0') FROM sources_return
WHERE active AND version_no > 0 AND region >= %s AND region < %s ORDER BY 1
"""


@lru_cache(maxsize=1)
def catalog() -> Catalog:
    """All checks, compiled."""
    return Catalog(full_catalogue())


@job_kind(KIND)
def selective_run(progress: Progress, region: str) -> dict[str, Any]:
    """Survey *region*, city by city so that peers are many; what is found in a city is stored in one step.

    A restart surveys the city it was in again. A county's own office sees only its county, and compares within it.
    """
    progress.start(0, "reading")
    with progress.step(done=0):
        areas = _areas(region)
    finished = set(progress.checkpoint.get("areas", ()))
    totals = progress.checkpoint.get("totals") or {"objects": 0, "doubts": 0, "scored": 0}
    progress.start(len(areas), "cities")
    if finished:
        with progress.step(done=len(finished)):
            pass

    def estimated(objects: Any, documents: Any) -> Any:
        with progress.step(done=0):  # a sign of life after each county
            return estimate(objects, documents)

    for code in areas:
        if code in finished:
            continue
        with progress.step(done=0):
            area = area_read(code)
        found = area_look(area, estimated)
        finished.add(code)
        with progress.step(done=1, areas=sorted(finished), totals=totals):
            for name, count in area_store(progress.scope, region=code, area=area, found=found).items():
                totals[name] += count
    return totals


def _areas(region: str) -> list[str]:
    if regions.level(region) >= 3:
        return [regions.at_level(region, 3)]
    with connection.cursor() as cursor:
        cursor.execute(_AREAS, regions.bounds(region))
        return [code for (code,) in cursor.fetchall()]


def area_look(area: Area, estimator: Estimator = estimate) -> Survey:
    """The survey of an area that was read; touches the database only where *estimator* does."""
    return survey(
        area.documents,
        area.objects,
        catalog=catalog(),
        failing=area.failing,
        estimator=estimator,
        rings=area.rings,
        enumerators=area.enumerators,
    )


@transaction.atomic
def area_store(actor: Scope, *, region: str, area: Area, found: Survey) -> dict[str, int]:
    """Store scores, tests and doubts of one city or county in place of the former ones."""
    actor.require("finding.run")
    low, high = regions.bounds(region)
    now = timezone.now()
    Score.objects.visible_to(actor).filter(region__gte=low, region__lt=high).delete()
    Score.objects.bulk_create([_score(area, one, now) for one in found.doubtful], batch_size=1000)
    DigitTest.objects.visible_to(actor).filter(region__gte=low, region__lt=high).delete()
    DigitTest.objects.bulk_create(_tests(area, found, region), batch_size=1000)
    for shard in _shards(area, region):
        own = (doubt for doubt in found.doubts if _shard_of(area, doubt.object_id, region) == shard)
        findings_merge(actor, shard=shard, lines=_lines(area, own), family="outlier")
    return {"objects": len(area.objects), "doubts": len(found.doubts), "scored": len(found.doubtful)}


def _shards(area: Area, region: str) -> list[str]:
    return sorted({_shard_of(area, object_id, region) for object_id in area.objects})


def _shard_of(area: Area, object_id: Any, region: str) -> str:
    """The county of an object; the city itself for the city's own objects."""
    own = area.objects[object_id]["region"]
    return region if own.endswith("00000000") else regions.at_level(own, 3)


def _score(area: Area, one: Scored, now: dt.datetime) -> Score:
    facts, first = area.objects[one.object_id], one.culprits[0]
    return Score(
        object_id=one.object_id,
        region=facts["region"],
        category=facts["category"],
        district_id=facts.get("district_id"),
        score=one.score,
        chance=one.chance,
        form=first.place.form,
        sheet=first.place.sheet,
        row=first.place.row,
        indicator=first.place.item,
        errors={name: round(kg, 3) for name, kg in one.errors.items() if kg > 0},
        own={name: round(kg, 3) for name, kg in one.own.items() if kg > 0},
        culprits=[
            {
                **culprit.place._asdict(),
                "value": culprit.value,
                "expected": culprit.expected,
                "mends": list(culprit.mends),
                "weight": culprit.weight,
                "missing": culprit.missing,
            }
            for culprit in one.culprits
        ],
        reasons=[_reason(doubt) for doubt in one.doubts],
        scored_at=now,
    )


def _reason(doubt: Doubt) -> dict[str, Any]:
    return {
        "rule": doubt.rule,
        **doubt.place._asdict(),
        "zh": doubt.zh,
        "en": doubt.en,
        "value": doubt.value,
        "expected": doubt.expected,
        "chance": doubt.chance,
        "peers": doubt.peers and doubt.peers.as_json(),
        "others": list(doubt.others),
    }


def _tests(area: Area, found: Survey, region: str) -> Iterator[DigitTest]:
    home: dict[str, str] = {}
    for object_id, person in area.enumerators.items():
        home.setdefault(person, regions.at_level(area.objects[object_id]["region"], 3))
    for test in found.tests:
        if test.by == "county":
            place, name = test.group.ljust(12, "0"), test.group
        else:
            place, name = home[test.group], area.names.get(test.group, "")
        yield DigitTest(
            region=place,
            kind=test.kind,
            by=test.by,
            group=test.group,
            name=name,
            count=test.count,
            measure=test.measure,
            expected=test.expected,
            p=test.p,
            q=test.q,
            doubtful=test.doubtful,
            digits=list(test.digits),
        )


def _lines(area: Area, doubts: Iterable[Doubt]) -> Iterator[tuple[Any, ...]]:
    for doubt in doubts:
        facts, place = area.objects[doubt.object_id], doubt.place
        severity = "warning" if doubt.chance >= WARNING_FROM else "info"
        yield (
            *(doubt.object_id, area.returns.get((doubt.object_id, place.form, place.sheet)), doubt.rule),
            *(severity, "outlier", place.form, place.sheet, place.row, place.item),
            orjson.dumps([name for name in (place.item, *doubt.others) if name]).decode(),
            *(facts["region"], facts["category"], facts.get("district_id")),
            *(doubt.zh[:400], doubt.en[:400], text_of(doubt.value)[:200]),
        )


@transaction.atomic
def selective_batch(
    actor: Scope, *, ids: Sequence[int], title: str, deadline: dt.date, instructions: str = ""
) -> Batch:
    """Draft a problem batch with the most suspect item of each chosen score. Returns the draft.

    Raises ValidationError for an empty choice or a wrong head.
    """
    scores = list(Score.objects.visible_to(actor).filter(pk__in=ids).order_by("-score", "-id"))
    if not scores:
        raise ValidationError(_("Tick at least one object."))
    if len(scores) > MOST_IN_BATCH:
        raise ValidationError(_("At most %(limit)s objects go on a list at once.") % {"limit": MOST_IN_BATCH})
    batch = batch_create(actor, title=title, deadline=deadline, instructions=instructions)
    batch_add_rows(actor, batch_id=batch.id, rows=_rows(actor, scores), by="selective")
    audit_record(actor, "selective.batch", subject="batch", subject_id=batch.id, rows=len(scores))
    batch.refresh_from_db()
    return batch


def _rows(actor: Scope, scores: Sequence[Score]) -> list[HandRow]:
    objects: dict[UUID, str] = dict(
        CensusObject.objects.visible_to(actor)
        .filter(pk__in=[score.object_id for score in scores])
        .values_list("pk", "code")
    )
    language = get_language() or "zh-hans"
    rows = []
    for score in scores:
        if score.object_id not in objects:
            continue
        here = (score.form, score.sheet, score.row, score.indicator)
        reason = next(
            (r for r in score.reasons if (r["form"], r["sheet"], r["row"], r["item"]) == here), None
        )
        mended = score.culprits[0]["mends"]
        rows.append(
            HandRow(
                code=objects[score.object_id],
                text=culprit_text(score, language),
                form=score.form,
                sheet=score.sheet,
                row=score.row,
                indicator=score.indicator,
                rule=reason["rule"] if reason else (mended[0] if mended else ""),
            )
        )
    return rows
