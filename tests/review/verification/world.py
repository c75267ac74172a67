"""Small named worlds of quality verification: one county with enterprises, a drawn plan, sheets filled in."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from census.access.scope import Scope
from review.verification import plans, records
from review.verification.items import value_typed
from review.verification.models import Plan, Sheet
from review.verification.protocol import Terms
from review.verification.records import Entry, Signature
from review.verification.sampling import Quota
from sources.objects.models import CensusObject
from tests.review.world import make_return
from tests.sources.returns.world import make_object

VISIT = Signature("present", dt.date(2018, 11, 2), "李四", "王五")


def make_objects(count: int, region: str = "330802005001") -> list[CensusObject]:
    """Enterprises with a filled G102."""
    made = []
    for _number in range(count):
        obj = make_object(region=region, industry="1711", lon=118.87, lat=28.94)
        make_return(obj, water_intake_m3=100, municipal_water_m3=90, treatment_facility_count=1)
        made.append(obj)
    return made


def small_terms(plan: Plan, **more: object) -> Terms:
    """Four general enterprises of each county, no districts."""
    return replace(
        plan.read_terms(), quotas={"industrial/general": Quota(0, 4, 4)}, districts=0, extra_items=1, **more
    )


def drawn_plan(actor: Scope, **more: object) -> Plan:
    """A drawn plan with its items frozen."""
    plan = plans.plan_create(actor, title="质量核查", stage="survey")
    plans.plan_edit(actor, plan_id=plan.id, title=plan.title, terms=small_terms(plan, **more))
    plan = plans.plan_draw(actor, plan_id=plan.id, seed="7")
    plans.items_freeze(actor, plan, list(plan.sheets.all()))
    return plan


def enter_all(verifier: Scope, sheet: Sheet) -> None:
    """Find everything as it was reported."""
    entries = {
        item.pk: Entry("nothing")
        if item.reported is None
        else Entry(verified=value_typed(item, item.reported))
        for item in sheet.items.all()
    }
    faults = records.items_save(verifier, sheet_id=sheet.id, entries=entries)
    assert faults == {}


def sign(verifier: Scope, sheet: Sheet, outcome: str = "present") -> None:
    records.sheet_sign(verifier, sheet_id=sheet.id, signature=replace(VISIT, outcome=outcome))


def verify_everything(city: Scope, verifier: Scope, plan: Plan, *, sign_them: bool = True) -> list[Sheet]:
    """All sheets given to the verifier and filled in as reported."""
    ids = [sheet.id for sheet in plan.sheets.all()]
    given, refused = records.sheets_assign(city, plan_id=plan.id, sheet_ids=ids, user_id=verifier.user_id)
    assert (given, refused) == (len(ids), {})
    sheets = list(plan.sheets.order_by("number"))
    for sheet in sheets:
        enter_all(verifier, sheet)
        if sign_them:
            sign(verifier, sheet)
    return sheets
