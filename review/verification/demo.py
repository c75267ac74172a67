"""The demo city's quality verification: a drawn sample, one county verified, the others to be visited.

The verifiers find what is right: where the demo data carry a planted error in a checked item, they find the
value from before; everything else as it was reported. So the error rates shown are those of the planted errors.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import override

from census.access.scope import Scope, enter
from census.access.signin import scope_of
from census.people.models import Post, User
from review.verification import plans, records
from review.verification.items import value_typed
from review.verification.models import Plan, Sheet, SheetItem
from review.verification.records import Entry, Signature
from sources.demo.people import Seat, Staff
from sources.demo.stages import DemoLoad
from sources.demo.world import read_planted
from sources.objects.models import CensusObject

TITLE = "入户调查阶段质量核查（合成）"
VISITED = dt.date(2018, 12, 11)
OMITTED = "河边五金加工点（合成）"
VERIFIERS = 3
Place = tuple[str, str, int, str, str]  # object code, form, sheet, row, item


def load_verification(demo: DemoLoad) -> str:
    """One plan for the first city of the load that has an office and no plan yet."""
    for city in demo.cities[:1]:
        officer = Post.objects.filter(kind="city_officer", region=city).order_by("id").first()
        if officer is None or Plan.objects.filter(issuer=city).exists():
            continue
        with transaction.atomic(), override("zh-hans"):
            return _load(demo, city, scope_of(officer.user, officer))
    return "nothing to add"


def _load(demo: DemoLoad, city: str, office: Scope) -> str:
    head = city[:4]
    seats = [Seat(f"verifier{head}-{n}", "verifier", city) for n in range(1, VERIFIERS + 1)]
    Staff(demo.seed).add(seats, f"verifiers {head}")
    people = list(User.objects.filter(username__in=[seat.username for seat in seats]).order_by("username"))
    with enter(office):
        plan = plans.plan_create(office, title=TITLE, stage=Plan.Stage.SURVEY)
        plan = plans.plan_draw(office, plan_id=plan.id, seed=f"demo {demo.seed}")
        plans.items_freeze(office, plan, list(plan.sheets.all()))
        for turn, county in enumerate(plan.drawn["counties"]):
            sheets = list(plan.sheets.filter(county=county).values_list("id", flat=True))
            person = people[turn % len(people)]
            records.sheets_assign(office, plan_id=plan.id, sheet_ids=sheets, user_id=person.pk)
    first = plan.drawn["counties"][0]
    scope = scope_of(people[0], Post.objects.get(user=people[0]))
    right = {
        (error.code, error.form, error.sheet, error.row, item): value
        for error in read_planted(demo.planted)
        for item, value in error.repairs
    }
    signed = _verify(scope, plan, first, people[1].name, right)
    _walk(scope, plan, first)
    return f"{plan.sheets.count():,} sheets drawn, {signed} signed"


def _verify(scope: Scope, plan: Plan, county: str, second: str, right: Mapping[Place, Any]) -> int:
    """Fill in and sign the sheets of a county."""
    signature = Signature(Sheet.Outcome.PRESENT, VISITED, second, "普查对象负责人（合成）")
    sheets = list(plan.sheets.filter(county=county, assigned_to=scope.user_id))
    with enter(scope):
        for sheet in sheets:
            entries = {item.pk: _entry(sheet, item, right) for item in sheet.items.all()}
            unreadable = records.items_save(scope, sheet_id=sheet.id, entries=entries)
            if unreadable:
                unable = {pk: Entry("unable", evidence="原始记录缺失（合成）") for pk in unreadable}
                records.items_save(scope, sheet_id=sheet.id, entries=unable)
            records.sheet_sign(scope, sheet_id=sheet.id, signature=signature)
    return len(sheets)


def _entry(sheet: Sheet, item: SheetItem, right: Mapping[Place, Any]) -> Entry:
    place = (sheet.code, item.form, item.page, item.row, item.indicator)
    value = right.get(place, item.reported)
    if value is None:
        return Entry("nothing")
    return Entry("value", value_typed(item, value), evidence="原始记录（合成）" if place in right else "")


def _walk(scope: Scope, plan: Plan, county: str) -> None:
    """The drawn districts walked: all that is registered there was found, and one place more."""
    areas = records.areas_of(plan)[county]
    with enter(scope):
        for area in areas:
            place = {"district_id": area} if "-" in area else {"region__startswith": county[:6]}
            for obj in CensusObject.objects.filter(**place, kind__in=plans.OWN_PLACE).order_by("code")[:40]:
                records.walk_add(
                    scope, plan_id=plan.id, area=area, category=obj.category, name="", code=obj.code
                )
        records.walk_add(scope, plan_id=plan.id, area=areas[0], category="industrial", name=OMITTED)
