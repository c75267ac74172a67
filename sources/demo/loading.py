"""Writes one county of the demo world into the database, in the caller's transaction."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np

from census.calendar.models import Campaign
from census.places.models import CensusDistrict
from sources.demo import history, slips
from sources.demo.copying import array_text, bytes_text, copy, json_text
from sources.demo.county import Filled, county_world
from sources.demo.draw import Draw
from sources.demo.history import Standing
from sources.demo.names import MARK, identifiers
from sources.demo.people import Staff, county_seats, offices
from sources.demo.places import County
from sources.demo.plant import Planted, plant
from sources.demo.register import Batch, World
from sources.forms.catalogue import load
from sources.forms.check_set import Document, check_set
from sources.objects.kinds import KINDS
from sources.objects.models import CensusObject
from sources.objects.names import initials
from sources.returns.checks import key_of
from sources.returns.models import Return, ReturnVersion
from sources.visits.models import Visit

LOADED_AT = dt.datetime(2018, 7, 15, 1, 0, tzinfo=dt.UTC)
VISITED = frozenset(
    {"enterprise", "farm", "wastewater_plant", "waste_site", "hazardous_plant", "boiler_unit"}
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one county came to."""

    county: str
    name: str
    objects: int
    returns: int
    versions: int
    people: int
    visits: int
    planted: list[Planted]


def load_county(
    campaign: Campaign, county: County, wanted: Mapping[str, int], seed: int, city_villages: int, staff: Staff
) -> Loaded:
    """Generate and write *county*: districts, people, objects, returns with versions, visits."""
    world, filled = county_world(county, wanted, seed, city_villages)
    draw = Draw(seed, f"history {county.code}")
    filled, planted = plant(filled, Draw(seed, f"errors {county.code}"))
    planted += _slips(filled, planted, Draw(seed, f"slips {county.code}"))
    offices([county.code, *(code for code, _ in county.townships)])
    _districts(world)
    people = staff.add(county_seats(world), county.code)
    objects = _objects(campaign, world)
    enumerator = next((person for person in people if person.seat.kind == "enumerator"), None)
    standings = _standings(filled, planted, draw, at_work=enumerator.seat.districts if enumerator else ())
    errors, warnings = _check(world, filled, standings)
    versions = _returns(campaign, filled, standings, errors, warnings, staff, draw)
    visits = _visits(world, staff, draw)
    return Loaded(county.code, county.name, objects, len(filled), versions, len(people), visits, planted)


def _slips(filled: list[Filled], planted: list[Planted], draw: Draw) -> list[Planted]:
    """Slips in figures that carry emissions, on objects that are still right."""
    sheets = [
        slips.Sheet(
            one.batch.id[one.row],
            str(one.batch.code[one.row]),
            one.batch.kind,
            one.form,
            one.sheet,
            one.values,
        )
        for one in filled
    ]
    wanted = round(slips.SHARE * len({sheet.object_id for sheet in sheets}))
    return slips.slip(sheets, {error.object_id for error in planted}, draw, wanted)


def _districts(world: World) -> None:
    county = world.county
    names = dict(zip(county.villages.tolist(), county.village_names.tolist(), strict=True))
    found: dict[str, str] = {}
    for batch in world.batches.values():
        for code, district in zip(batch.district_code.tolist(), batch.district.tolist(), strict=True):
            if district is not None:
                found[code] = district
    copy(
        CensusDistrict,
        "id region code name",
        (
            (district, code[:12], code, f"{names[code[:12]]}第{int(code[12:])}普查小区")
            for code, district in sorted(found.items())
        ),
    )


def _objects(campaign: Campaign, world: World) -> int:
    columns = (
        "id campaign_id kind category code uscc org_code name initials region district_id industry "
        "address lon lat operating size legal_person contact phone attributes synthetic created_at "
        "updated_at"
    )

    def rows(batch: Batch):
        for row in zip(
            batch.id,
            batch.code.tolist(),
            batch.uscc.tolist(),
            batch.org_code.tolist(),
            batch.name.tolist(),
            batch.region.tolist(),
            batch.district.tolist(),
            batch.industry.tolist(),
            batch.address.tolist(),
            batch.lon.tolist(),
            batch.lat.tolist(),
            batch.operating.tolist(),
            batch.size.tolist(),
            batch.legal_person.tolist(),
            batch.contact.tolist(),
            batch.phone.tolist(),
            batch.attributes,
            strict=True,
        ):
            name = row[4]
            yield (
                *(row[0], campaign.pk, batch.kind, batch.category, *row[1:5]),
                *(initials(name.removesuffix(MARK)), *row[5:16]),
                *(json_text(row[16]), True, LOADED_AT, LOADED_AT),
            )

    return sum(copy(CensusObject, columns, rows(batch)) for batch in world.batches.values())


def _standings(
    filled: list[Filled], planted: list[Planted], draw: Draw, *, at_work: Sequence[str]
) -> list[Standing]:
    """How far each filled sheet has come; the forms of an object go together. *at_work*: districts of an enumerator
    who has not finished."""
    wrong = {(error.object_id, error.form): error for error in planted if error.error != "missing_form"}
    troubled = {error.object_id for error in planted}
    owners = list(dict.fromkeys((one.batch.kind, one.row) for one in filled))
    wished = dict(zip(owners, history.final_states(draw, len(owners)).tolist(), strict=True))
    theirs = dict.fromkeys(
        (one.batch.kind, one.row) for one in filled if one.batch.district[one.row] in at_work
    )
    wished |= zip(theirs, cycle(history.AT_WORK), strict=False)
    order = {owner: number for number, owner in enumerate(owners)}
    ids = identifiers(draw, len(filled), start_ms=1_535_760_000_000)
    started_forms: dict[tuple[str, int], int] = defaultdict(int)
    found = []
    for one, return_id in zip(filled, ids, strict=True):
        owner = (one.batch.kind, one.row)
        object_id = one.batch.id[one.row]
        wish = wished[owner]
        if wish == "draft" and object_id in troubled:
            wish = "sent_back"  # planted errors lie in filled forms
        standing = Standing(
            return_id=return_id,
            object_id=object_id,
            form=one.form,
            sheet=one.sheet,
            state=history.state_of(wish, one.batch.kind, one.form),
            values=one.values,
            pending=one.pending,
            notes={},
            story=order[owner] % history.STORY == 0,
            sent_back=wish == "sent_back" and KINDS[one.batch.kind].level is None,
        )
        if standing.state == "draft" and not standing.sent_back:
            started_forms[owner] += 1
            standing.started = started_forms[owner] <= 2  # the rest has not been begun
        if error := wrong.get((object_id, one.form)):
            standing.wrong = "/".join(part for part in (error.row, error.item) if part)
        if load().forms[one.form].phase == "inventory":
            standing.sent_back = False
        found.append(standing)
    return found


def _check(world: World, filled: list[Filled], standings: list[Standing]) -> tuple[np.ndarray, np.ndarray]:
    """Errors and warnings of each sheet; a warning of a form that was handed in gets its note."""
    at = [position for position, standing in enumerate(standings) if standing.started]
    documents = [
        Document(
            standings[position].object_id,
            filled[position].form,
            filled[position].sheet,
            filled[position].values,
        )
        for position in at
    ]
    facts = {}
    for batch in world.batches.values():
        for row, object_id in enumerate(batch.id):
            known = {
                "id": object_id,
                "kind": batch.kind,
                "region": batch.region[row],
                "industry": batch.industry[row],
                "operating_status": batch.operating[row],
            }
            facts[object_id] = {key: value for key, value in known.items() if value} | batch.attributes[row]
    errors = np.array([len(one.pending) for one in filled], dtype=int)
    warnings = np.zeros(len(filled), dtype=int)
    for place, verdict in check_set(documents, facts).verdicts():
        position = at[place]
        if verdict.severity == "error":
            errors[position] += 1
        elif verdict.severity == "warning":
            warnings[position] += 1
            if standings[position].state != "draft":
                standings[position].notes[key_of(verdict)] = history.NOTE
    return errors, warnings


def _returns(
    campaign: Campaign,
    filled: list[Filled],
    standings: list[Standing],
    errors: np.ndarray,
    warnings: np.ndarray,
    staff: Staff,
    draw: Draw,
) -> int:
    columns = (
        "id campaign_id object_id form sheet sheet_label form_version region category district_id "
        "state values pending version_no head_hash errors warnings notes returned filled_by "
        "updated_by_name submitted_at created_at updated_at"
    )
    version_columns = (
        "return_id no object_id region category district_id at user_id user_name post_kind action "
        "state body prev_hash hash"
    )
    forms = load().forms
    rows, versions = [], []
    for position, (one, standing) in enumerate(zip(filled, standings, strict=True)):
        batch = one.batch
        region, district = batch.region[one.row], batch.district[one.row]
        filler = staff.by_district.get(district)
        history.write_versions(standing, filler, staff, region, draw)
        head = standing.head
        place = (region, batch.category, district)
        rows.append(
            (
                *(standing.return_id, campaign.pk, standing.object_id, one.form, one.sheet),
                *(f"{one.label}{one.sheet}" if one.label else "", forms[one.form].version[:16], *place),
                *(
                    standing.state,
                    *(map(json_text, (one.values, one.pending)) if standing.started else ("{}", "{}")),
                ),
                *(head.no if head else 0, bytes_text(head.hash if head else None)),
                *(int(errors[position]), int(warnings[position]), json_text(standing.notes)),
                json_text(head.returned) if head and head.returned else None,
                filler.id if filler and standing.started else None,
                head.user_name if head else "",
                *(None if standing.state == "draft" or head is None else head.at, LOADED_AT),
                head.at if head else LOADED_AT,
            )
        )
        versions.extend(
            (
                *(standing.return_id, v.no, standing.object_id, *place, v.at, v.user_id, v.user_name),
                *(v.post, v.action, v.state, v.body, bytes_text(v.previous), bytes_text(v.hash)),
            )
            for v in standing.versions
        )
    copy(Return, columns, rows)
    return copy(ReturnVersion, version_columns, versions)


def _visits(world: World, staff: Staff, draw: Draw) -> int:
    """Each place was visited once or twice; the second visit brought the filled form."""
    rows: list[tuple[Any, ...]] = []
    ids = iter(identifiers(draw, 2 * sum(len(batch) for batch in world.batches.values()), 1_535_846_400_000))
    for batch in world.batches.values():
        if batch.kind not in VISITED:
            continue
        size = len(batch)
        twice = draw.chance(size, 0.45).tolist()
        minutes = draw.whole(size, 0, 60 * 24 * 45).tolist()
        first = draw.pick(size, {"partly": 7, "absent": 3}).tolist()
        accuracy = draw.between(size, 3, 25).round(1).tolist()
        for row in range(size):
            person = staff.by_district.get(batch.district[row])
            at = history.SURVEY_STARTS + dt.timedelta(minutes=minutes[row])
            outcomes = [first[row], "filled"] if twice[row] else ["filled"]
            for number, outcome in enumerate(outcomes):
                rows.append(
                    (
                        *(next(ids), batch.id[row], batch.region[row], batch.category, batch.district[row]),
                        *(
                            at + dt.timedelta(days=6 * number),
                            array_text([person.id] if person else []),
                            outcome,
                        ),
                        *(float(batch.lon[row]), float(batch.lat[row]), accuracy[row], True),
                    )
                )
    columns = "id object_id region category district_id at people outcome lon lat accuracy_m synthetic"
    return copy(Visit, columns, rows)
