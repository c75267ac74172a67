"""Plans: made, changed, drawn, repeated."""

from __future__ import annotations

import secrets
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.audit.services import audit_record
from census.calendar.models import Campaign
from census.jobs import events
from census.people.models import Office
from census.places import regions
from census.places.models import Region
from review.verification.items import items_of
from review.verification.models import Frame, Plan, Sheet, SheetItem
from review.verification.protocol import Terms, group_of, proposed
from review.verification.sampling import (
    Draw,
    Place,
    Quota,
    Unit,
    counties_drawn,
    draw,
    frame_bytes,
    frame_hash,
    frame_units,
    queues,
)
from sources.objects.kinds import KINDS
from sources.objects.models import CensusObject
from sources.returns.models import Return

COUNTY, CITY = 3, 2
OWN_PLACE = [code for code, kind in KINDS.items() if kind.level is None]  # region units are not visited
FACTS = ("region", "district_id", "category", "kind", "size", "status", "created_at", "code")


def plan_create(actor: Scope, *, title: str, stage: str) -> Plan:
    """A plan of the actor's office with the terms that the protocol proposes."""
    actor.require("verification.run")
    if actor.level > CITY:
        raise PermissionDenied("only offices of a city and above verify")
    campaign = Campaign.objects.filter(active=True).order_by("-reference_date").first()
    if campaign is None:
        raise ValidationError(_("There is no active census. Ask the data administrator to set one up."))
    office = Office.objects.filter(region=actor.region).values_list("name", flat=True).first()
    place = Region.objects.filter(code=actor.region).values_list("name", flat=True).first()
    plan = Plan.objects.create(
        campaign=campaign,
        issuer=actor.region,
        level=actor.level,
        office_name=office or place or actor.region,
        title=_title(title),
        stage=Plan.Stage(stage),
        terms=proposed(stage, actor.level).pack(),
        created_by=actor.user_id,
        created_by_name=actor.user_name,
        synthetic=campaign.synthetic,
    )
    audit_record(actor, "verification.created", subject="verification", subject_id=plan.id)
    return plan


@transaction.atomic
def plan_edit(actor: Scope, *, plan_id: UUID, title: str, terms: Terms) -> Plan:
    """Change a plan whose sample is not drawn yet."""
    plan = plan_locked(actor, plan_id, Plan.State.DRAFT)
    if not any(quota.share > 0 or quota.minimum > 0 for quota in terms.quotas.values()):
        raise ValidationError(_("Nothing would be drawn. Give at least one stratum a share or a minimum."))
    if plan.stage == Plan.Stage.SUMMARY and not terms.since:
        raise ValidationError(
            {"since": _("Say from which day on a registered object counts as added (summary stage).")}
        )
    plan.title, plan.terms = _title(title), terms.pack()
    plan.save(update_fields=["title", "terms"])
    audit_record(actor, "verification.changed", subject="verification", subject_id=plan.id)
    return plan


@transaction.atomic
def plan_draw(actor: Scope, *, plan_id: UUID, seed: str = "") -> Plan:
    """Freeze the frame, then draw. A plan is drawn once: who could draw again could choose the sample.

    *seed*: agreed on in public (a lottery number, dice before both sides), or blank for a random one. The
    items of the sheets are frozen by :func:`items_freeze`, county by county.
    """
    plan = plan_locked(actor, plan_id, Plan.State.DRAFT)
    terms = plan.read_terms()
    everything = list(frame_of(actor, plan))
    plan.seed = " ".join(seed.split()) or secrets.token_hex(16)
    if len(plan.seed) > 64:
        raise ValidationError({"seed": _("A seed has at most 64 characters.")})
    among = sorted({unit.county for unit in everything})
    counties = counties_drawn(plan.seed, among, terms.counties, terms.named)
    frame = frame_bytes(unit for unit in everything if unit.county in counties)
    drawn = draw_of(frame, plan.seed, terms)
    if not drawn.units:
        raise ValidationError(_("The frame holds no object of the strata to draw. Check region and strata."))
    Frame.objects.create(plan=plan, issuer=plan.issuer, data=zlib.compress(frame, 6))
    plan.frame_hash, plan.frame_size = frame_hash(frame), len(frame_units(frame))
    plan.state, plan.drawn_at, plan.drawn_by_name = Plan.State.DRAWN, timezone.now(), actor.user_name
    plan.drawn = {"among": among} | _summary(frame_units(frame), drawn, counties)
    plan.save()
    sheets_add(actor, plan, drawn.units, first=1)
    audit_record(
        actor,
        "verification.drawn",
        subject="verification",
        subject_id=plan.id,
        count=len(drawn.units),
        frame=plan.frame_hash,
    )
    events.emit("verification.drawn", actor=actor, plan=plan)
    return plan


def frame_of(actor: Scope, plan: Plan) -> Iterable[Unit]:
    """The register of the office's region today, as units of the frame."""
    terms = plan.read_terms()
    rows = CensusObject.objects.visible_to(actor).filter(campaign=plan.campaign_id, kind__in=OWN_PLACE)
    if plan.stage != Plan.Stage.SUMMARY:
        rows = rows.filter(status__in=("in_scope", "pending"))
    for region, district, category, kind, size, status, created, code in rows.values_list(*FACTS).iterator():
        since = terms.since if plan.stage == Plan.Stage.SUMMARY else ""
        group = group_of(
            kind=kind,
            size=size,
            status=status,
            created=timezone.localdate(created).isoformat(),
            since=since,
        )
        county = regions.at_level(region, COUNTY)
        yield Unit(county, str(district or ""), f"{category}/{group}", code)


def draw_of(frame: bytes, seed: str, terms: Terms) -> Draw:
    """The sample that frame, seed and terms give. Anybody may call it."""
    return draw(
        seed, frame_units(frame), terms.quotas, districts=terms.districts, without=frozenset(terms.without)
    )


def frame_stored(plan: Plan) -> bytes:
    """The frame as it was frozen when the sample was drawn."""
    return zlib.decompress(bytes(plan.frame.data))


def draw_faults(plan: Plan) -> list[str]:
    """Draw again from the stored frame and compare with the stored sample; what does not agree, in words."""
    frame, terms = frame_stored(plan), plan.read_terms()
    faults = []
    if frame_hash(frame) != plan.frame_hash:
        faults.append(_("The stored frame does not have the hash that was noted when the sample was drawn."))
    counties = counties_drawn(plan.seed, plan.drawn["among"], terms.counties, terms.named)
    if list(counties) != plan.drawn["counties"]:
        faults.append(_("The checked counties are not those that the seed gives."))
    drawn = draw_of(frame, plan.seed, terms)
    wanted = {place.unit.code: place.rank for place in drawn.units}
    sheets = list(plan.sheets.all())
    found = {sheet.code: sheet.rank for sheet in sheets if sheet.replaces_id is None}
    for code in sorted(wanted.keys() - found.keys()):
        faults.append(_("%(code)s is drawn by the seed but has no sheet.") % {"code": code})
    for code in sorted(found.keys() - wanted.keys()):
        faults.append(_("%(code)s has a sheet but is not drawn by the seed.") % {"code": code})
    for code in sorted(code for code in wanted.keys() & found.keys() if wanted[code] != found[code]):
        faults.append(_("%(code)s has another rank than the seed gives.") % {"code": code})
    return faults + _replacement_faults(frame, plan, terms, sheets)


def _replacement_faults(frame: bytes, plan: Plan, terms: Terms, sheets: list[Sheet]) -> list[str]:
    """Replacements must follow the queue: with the first sample, the ranks of a stratum have no gap."""
    free = [unit for unit in frame_units(frame) if unit.code not in set(terms.without)]
    ranks = {
        unit.code: (key, rank)
        for key, queue in queues(plan.seed, free, plan.drawn["districts"]).items()
        for rank, unit in enumerate(queue, start=1)
    }
    used: dict[tuple[str, str], list[int]] = defaultdict(list)
    faults = []
    for sheet in sheets:
        key, rank = ranks.get(sheet.code, (None, 0))
        if key != (sheet.county, sheet.stratum) or rank != sheet.rank:
            faults.append(_("%(code)s does not stand in the queue of its stratum.") % {"code": sheet.code})
        else:
            used[key].append(rank)
    for (county, stratum), taken in sorted(used.items()):
        if sorted(taken) != list(range(1, len(taken) + 1)):
            faults.append(
                _("%(county)s %(stratum)s: a replacement passes over the next object of the queue.")
                % {"county": county, "stratum": stratum}
            )
    return faults


def sheets_add(actor: Scope, plan: Plan, places: Iterable[Place], *, first: int, **more: Any) -> list[Sheet]:
    """Field record sheets for drawn units, numbered from *first*."""
    places = list(places)
    objects = {
        obj.code: obj
        for obj in CensusObject.objects.visible_to(actor).filter(code__in=[p.unit.code for p in places])
    }
    made = []
    for number, (unit, rank) in enumerate(places, start=first):
        obj = objects[unit.code]
        made.append(
            Sheet(
                plan=plan,
                issuer=plan.issuer,
                number=number,
                county=unit.county,
                region=obj.region,
                category=unit.category,
                stratum=unit.stratum,
                rank=rank,
                object_id=obj.id,
                code=obj.code,
                name=obj.name,
                address=obj.address,
                contact=" ".join(part for part in (obj.contact, obj.phone) if part),
                **more,
            )
        )
    return Sheet.objects.bulk_create(made, batch_size=2000)


def items_freeze(actor: Scope, plan: Plan, sheets: Iterable[Sheet]) -> int:
    """Write down what was reported on each item of *sheets*. Sheets that have items are left as they are."""
    ids = [sheet.id for sheet in sheets]
    done = set(SheetItem.objects.filter(sheet__in=ids).values_list("sheet_id", flat=True))
    todo = [sheet for sheet in sheets if sheet.id not in done and not sheet.deleted]
    found = {sheet.object_id for sheet in todo}
    objects = CensusObject.objects.visible_to(actor).in_bulk(found)
    returns: dict[UUID, list[Return]] = defaultdict(list)
    for ret in Return.objects.visible_to(actor).filter(object_id__in=found, active=True):
        returns[ret.object_id].append(ret)
    rows = [
        SheetItem(sheet=sheet, issuer=plan.issuer, category=sheet.category, **fields)
        for sheet in todo
        for fields in items_of(plan, objects[sheet.object_id], returns[sheet.object_id])
    ]
    SheetItem.objects.bulk_create(rows, batch_size=2000)
    return len(rows)


@transaction.atomic
def plan_recheck(actor: Scope, *, plan_id: UUID, county: str) -> Plan:
    """After "fix and re-check": a plan for a second sample of the same size in *county*, none of it drawn before."""
    first = plan_locked(actor, plan_id, Plan.State.DRAWN, Plan.State.CLOSED)
    if not first.results.filter(county=county, outcome="fix").exists():
        raise ValidationError(_("A second sample follows the outcome “fix and re-check” of a county."))
    if again := next((p for p in first.rechecks.all() if p.terms["named"] == [county]), None):
        return again
    terms, sheets = first.read_terms(), list(first.sheets.filter(county=county))
    sizes = Counter(sheet.stratum for sheet in sheets if sheet.state != Sheet.State.REPLACED)
    plan = Plan.objects.create(
        campaign=first.campaign,
        issuer=first.issuer,
        level=first.level,
        office_name=first.office_name,
        title=_title(_("%(title)s, second sample") % {"title": first.title[:180]}),
        stage=first.stage,
        parent=first,
        terms=replace(
            terms,
            quotas={stratum: Quota(0, n, n) for stratum, n in sorted(sizes.items())},
            counties=1,
            named=(county,),
            without=tuple(sorted({*terms.without, *(sheet.code for sheet in sheets)})),
        ).pack(),
        created_by=actor.user_id,
        created_by_name=actor.user_name,
        synthetic=first.synthetic,
    )
    audit_record(
        actor, "verification.created", subject="verification", subject_id=plan.id, parent=str(first.id)
    )
    return plan


def plan_locked(actor: Scope, plan_id: UUID, *wanted: str) -> Plan:
    """The office's own plan, locked, in one of the *wanted* states.

    PermissionDenied for another office's plan, ValidationError for one at another step."""
    actor.require("verification.run")
    plan = Plan.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=plan_id).first()
    if plan is None or plan.issuer != actor.region:
        raise PermissionDenied("not a plan of this office")
    if plan.state not in wanted:
        raise ValidationError(
            _("The plan is at another step: %(state)s.") % {"state": plan.get_state_display()}
        )
    return plan


def _title(title: str) -> str:
    title = " ".join(title.split())
    if not title or len(title) > 200:
        raise ValidationError({"title": _("Give the plan a title of at most 200 characters.")})
    return title


def _summary(units: list[Unit], drawn: Draw, counties: Iterable[str]) -> dict[str, Any]:
    """What rates and coverage need of the frame, without reading it again."""
    sizes: dict[str, Counter] = defaultdict(Counter)
    walked: dict[str, Counter] = defaultdict(Counter)
    for unit in units:
        sizes[unit.county][unit.stratum] += 1
        if unit.stratum.endswith("/deleted"):
            continue
        area = unit.district if drawn.districts else unit.county
        if not drawn.districts or area in drawn.districts.get(unit.county, ()):
            walked[area][unit.category] += 1
    return {
        "counties": list(counties),
        "districts": {county: list(names) for county, names in drawn.districts.items()},
        "sizes": {county: dict(found) for county, found in sizes.items()},
        "walked": {area: dict(found) for area, found in walked.items()},
    }
