"""Small named worlds for tests of review: objects with forms and findings in two counties, and batches."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from census.people.models import Post, User
from review.findings.models import Finding
from review.problems.batches import batch_add_findings, batch_create, batch_issue
from review.problems.models import Batch
from sources.forms.catalogue import load
from sources.objects.models import CensusObject
from sources.returns.models import Return
from tests.sources.returns.world import make_object, scope_for

COUNTY, OTHER_COUNTY = "330802000000", "330803000000"
NATION = scope_for("nation_officer")
CITY = scope_for("city_officer")
CLERK = scope_for("county_officer", user_id=501)
SECOND_CLERK = scope_for("county_officer", user_id=502)
OTHER_CLERK = scope_for("county_officer", user_id=503, region=OTHER_COUNTY)


def make_return(obj: CensusObject, form: str = "G102", **values: Any) -> Return:
    """A filled form of *obj*, version 1."""
    return Return.objects.create(
        campaign=obj.campaign,
        object=obj,
        form=form,
        form_version=load().forms[form].version[:16],
        region=obj.region,
        category=obj.category,
        district_id=obj.district_id,
        state="county_ok",
        values=values,
        version_no=1,
    )


def make_finding(
    ret: Return, rule: str = "G102-R01", indicator: str = "water_intake_m3", **more: Any
) -> Finding:
    """An open finding on *ret*."""
    facts = {
        "severity": "error",
        "kind": "logic",
        "zh": "取水量不等于各分项之和",
        "en": "Intake is not the sum",
    }
    return Finding.objects.create(
        **facts | more,
        object_id=ret.object_id,
        return_id=ret.id,
        rule=rule,
        form=ret.form,
        sheet=ret.sheet,
        indicator=indicator,
        indicators=[indicator],
        region=ret.region,
        category=ret.category,
        district_id=ret.district_id,
    )


def make_findings(count: int = 1, region: str = "330802001001") -> list[Finding]:
    """*count* objects in *region*, each with a G102 and one finding on it."""
    made = []
    for _number in range(count):
        ret = make_return(make_object(region=region), water_intake_m3=100, municipal_water_m3=90)
        made.append(make_finding(ret, value="100"))
    return made


def issued_batch(actor: Any = NATION, findings: list[Finding] | None = None) -> Batch:
    """A batch of *actor* issued from *findings* (one made here by default)."""
    findings = findings or make_findings()
    deadline = timezone.localdate() + dt.timedelta(days=7)
    batch = batch_create(actor, title="第一批审核清单", deadline=deadline)
    batch_add_findings(
        actor, batch_id=batch.id, findings=Finding.objects.filter(pk__in=[one.pk for one in findings])
    )
    return batch_issue(actor, batch_id=batch.id)


def make_person(name: str, kind: str, region: str) -> User:
    """A user with one post."""
    user = User.objects.create(username=name, name=name, synthetic=True)
    Post.objects.create(user=user, kind=kind, region=region, categories=["industrial"])
    return user
