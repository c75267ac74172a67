"""The test bench: a rule version over the forms of a region without consequence, beside the version in force."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from census.audit.services import audit_record
from census.jobs.services import JobFault, Progress, job_kind
from census.places import regions
from review.editor.force import rules_of
from review.editor.models import RuleTrial, RuleVersion
from review.editor.services import spec_of
from review.editor.terms import TERMS
from review.editor.trying import catalogue_with
from review.findings.reading import Sheet, read_shard, shards_of
from review.findings.services import place_of
from review.findings.values import text_at
from review.problems import states
from review.problems.models import Problem
from review.rules.spec import check_of
from sources.forms.catalogue import load
from sources.forms.check_set import check_set
from sources.forms.model import Check
from sources.language import RuleError
from sources.objects.models import CensusObject

KIND = "review.rule_trial"
COUNTS = ("objects", "documents", "hits", "objects_hit", "before", "added", "dropped")
FALSE, TRUE = ("explained", "false_alarm"), ("corrected", "removed")


class Place(NamedTuple):
    """Where a rule fails: the identity of a finding without the rule."""

    object_id: str
    form: str
    sheet: int
    row: str
    indicator: str


def forms_read(form: str, checks: Iterable[Check]) -> set[str]:
    """The forms that the checks of *form* look at, its own among them."""
    forms = load().forms
    nodes = (node for check in checks for node in check.node.walk())
    return {form} | {arg for node in nodes for arg in node.args if isinstance(arg, str) and arg in forms}


@job_kind(KIND)
def rule_trial(progress: Progress, rule: int) -> dict[str, Any]:
    """Try version *rule* over the region of who started it. A county is a step; nothing is written but the result."""
    actor = progress.scope
    progress.start(0, _("Reading"))
    with progress.step(done=0):
        version = RuleVersion.objects.visible_to(actor).filter(pk=rule).first()
        if version is None:
            raise JobFault(_("This draft was thrown away meanwhile."))
        try:
            spec = spec_of(version)
            check = check_of(spec)
        except RuleError as error:
            raise JobFault(_("The rule has faults.")) from error
        shards = shards_of(actor.region)
    totals = progress.checkpoint.get("totals") or empty()
    finished = set(progress.checkpoint.get("shards", ()))
    progress.start(len(shards), _("Counties"))
    if finished:
        with progress.step(done=len(finished)):
            pass
    for shard in shards:
        if shard in finished:
            continue
        begun = time.monotonic()
        finished.add(shard)
        with progress.step(done=1, shards=sorted(finished), totals=totals):
            _add(totals, shard, try_shard(shard, spec.form, check, version.number))
            totals["seconds"] = round(totals["seconds"] + time.monotonic() - begun, 3)
    with progress.step(done=0):
        current = RuleVersion.objects.visible_to(actor).filter(pk=rule).first()
        if current is None:
            raise JobFault(_("This draft was thrown away meanwhile."))
        RuleTrial.objects.create(
            rule=current,
            region=actor.region,
            digest=version.digest,
            job_id=progress.job.id,
            by_name=actor.user_name,
            result=totals,
        )
        audit_record(actor, "rule.tried", subject="rule", subject_id=rule, number=version.number)
    counts = {_("Hits"): totals["hits"], _("New"): totals["added"], _("Dropped"): totals["dropped"]}
    return {"counts": counts, "url": reverse("rule_version", args=[rule])}


def empty() -> dict[str, Any]:
    """The result before the first county."""
    lists = {name: [] for name in ("added", "dropped", "kept")}
    answers = {name: {"true": 0, "false": 0} for name in ("kept", "dropped")}
    return {
        **dict.fromkeys(COUNTS, 0),
        "seconds": 0.0,
        "examples": lists,
        "answers": answers,
        "by_county": [],
    }


def try_shard(shard: str, form: str, check: Check, number: str) -> dict[str, Any]:
    """What *check* of *form* finds in one county (or among the city's own objects), beside the rule in force."""
    old = next((c for c in rules_of(shard).catalogue().forms[form].checks if c.rule == number), None)
    checks = [check] if old is None else [check, old]
    wanted = forms_read(form, checks)
    sheets, objects, own = read_shard(shard, city_forms=wanted, forms=wanted)
    found = [_places(sheets, objects, own, form, one) for one in checks]
    new, before = found[0], found[1] if old is not None else {}
    parts = {
        "added": [new[place] for place in new.keys() - before.keys()],
        "dropped": [before[place] for place in before.keys() - new.keys()],
        "kept": [new[place] for place in new.keys() & before.keys()],
    }
    answered = _answers(shard, number)
    return {
        "objects": len({sheets[at].object_id for at in own if sheets[at].form == form}),
        "documents": sum(sheets[at].form == form for at in own),
        "hits": len(new),
        "objects_hit": len({place.object_id for place in new}),
        "before": len(before),
        "added": len(parts["added"]),
        "dropped": len(parts["dropped"]),
        "examples": {name: _examples(list(some)) for name, some in parts.items()},
        "answers": {
            name: {
                "true": sum(answered.get(place) in TRUE for place in places),
                "false": sum(answered.get(place) in FALSE for place in places),
            }
            for name, places in (
                ("kept", new.keys() & before.keys()),
                ("dropped", before.keys() - new.keys()),
            )
        },
    }


def _places(
    sheets: list[Sheet], objects: Any, own: Any, form: str, check: Check
) -> dict[Place, tuple[Place, Sheet]]:
    verdicts = check_set(sheets, objects, catalogue=catalogue_with(form, check)).verdicts()

    def hits() -> Iterator[tuple[Place, Sheet]]:
        for at, verdict in verdicts:
            if at in own:
                sheet = sheets[at]
                key = place_of(verdict, sheet.sheet)
                yield Place(sheet.object_id, key.form, key.sheet, key.row, key.indicator), sheet

    return {place: (place, sheet) for place, sheet in hits()}


def _answers(shard: str, number: str) -> dict[Place, str]:
    """How past problems of the rule were answered, by place; the newest answer counts."""
    low, high = regions.bounds(shard)
    rows = Problem.objects.filter(
        rule=number, region__gte=low, region__lt=high, state__in=states.ANSWERED
    ).order_by("id")
    fields = ("object_id", "form", "sheet", "row", "indicator", "answer")
    return {Place(str(row[0]), *row[1:5]): row[5] for row in rows.values_list(*fields)}


def _examples(found: list[tuple[Place, Sheet]]) -> list[dict[str, Any]]:
    """A few of the places, in order of the objects, with the object's name and the value."""
    chosen = sorted(found, key=lambda one: one[0])[: TERMS["examples"]]
    names = {
        str(pk): (code, name)
        for pk, code, name in CensusObject.objects.filter(
            pk__in={place.object_id for place, _sheet in chosen}
        ).values_list("id", "code", "name")
    }
    return [
        {
            **place._asdict(),
            "code": names.get(place.object_id, ("", ""))[0],
            "name": names.get(place.object_id, ("", ""))[1],
            "region": sheet.region,
            "value": text_at(sheet.values, place.row, place.indicator)[:80],
        }
        for place, sheet in chosen
    ]


def _add(totals: dict[str, Any], shard: str, part: dict[str, Any]) -> None:
    for name in COUNTS:
        totals[name] += part[name]
    for name, some in part["examples"].items():
        room = TERMS["examples"] - len(totals["examples"][name])
        totals["examples"][name] += some[: max(0, room)]
    for name, counts in part["answers"].items():
        for answer, count in counts.items():
            totals["answers"][name][answer] += count
    totals["by_county"].append([shard, part["documents"], part["hits"], part["added"], part["dropped"]])
