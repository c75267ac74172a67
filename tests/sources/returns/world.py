"""Small named worlds for tests of returns: one county, its objects, scopes of each post."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from census.access.posts import CATEGORIES, POST_KINDS
from census.access.scope import Scope
from census.calendar.models import Campaign
from sources.forms.catalogue import load
from sources.forms.check import check_record
from sources.forms.model import Indicator
from sources.objects.kinds import KINDS
from sources.objects.models import CensusObject
from sources.returns.drafts import return_open
from sources.returns.models import Return
from sources.returns.services import return_approve, return_save, return_submit

COUNTY = "330802000000"
VILLAGE = "330802001001"
_REGION_OF_LEVEL = {
    0: "000000000000",
    1: "330000000000",
    2: "330800000000",
    3: COUNTY,
    4: "330802001000",
    5: VILLAGE,
}
_numbers = itertools.count(1)


def campaign() -> Campaign:
    found, _ = Campaign.objects.get_or_create(
        code="2017",
        defaults={
            "name_zh": "第二次全国污染源普查",
            "name_en": "Second national census",
            "reference_date": dt.date(2017, 12, 31),
            "synthetic": True,
        },
    )
    return found


def make_object(*, kind: str = "enterprise", region: str | None = None, **more: Any) -> CensusObject:
    """One census object; region-unit kinds lie at their own level."""
    level = KINDS[kind].level
    number = next(_numbers)
    return CensusObject.objects.create(
        campaign=campaign(),
        kind=kind,
        category=KINDS[kind].category,
        code=more.pop("code", f"T{number:08d}"),
        name=more.pop("name", f"衢州测试企业{number}"),
        region=region or (_REGION_OF_LEVEL[level] if level else VILLAGE),
        synthetic=True,
        **more,
    )


def scope_for(post: str, *, user_id: int = 0, region: str | None = None, **more: Any) -> Scope:
    """The scope of a post of that kind at its usual place; each post kind is another person."""
    kind = POST_KINDS[post]
    level = max(level for level in kind.levels if level <= 3)
    return Scope(
        user_id=user_id or 100 + sorted(POST_KINDS).index(post),
        user_name=f"{post} {user_id}",
        post_id=None,
        post_kind=post,
        region=region or _REGION_OF_LEVEL[level],
        categories=frozenset(CATEGORIES),
        capabilities=kind.capabilities,
        **more,
    )


KIND_OF = {"Y102": "petrol_station"}


def filled(form: str, values: dict[str, Any]) -> Return:
    """A draft of *form* for a new object; *values*, if any, are saved as its first version."""
    obj = make_object(kind=KIND_OF[form])
    actor = scope_for("enumerator", user_id=scope_for("enumerator").user_id)
    ret = next(row for row in return_open(actor, obj=obj) if row.form == form)
    if values:
        return_save(actor, return_id=ret.pk, values=values, base_version=0)
    return ret


def fill(form: str, changes: dict[str, Any] | None = None) -> Return:
    """A draft of *form* that is complete and without an error (unless *changes* make one)."""
    return filled(form, complete(form) | (changes or {}))


def complete(form_code: str, **given: Any) -> dict[str, Any]:
    """Values that pass every check of the form; found by answering each complaint with a
    plain value. *given* are taken as they are."""
    form = load().forms[form_code]
    values: dict[str, Any] = dict(given)
    for _round in range(12):
        wrong = [v for v in check_record(form_code, form.clean(values).values, {}) if v.severity == "error"]
        if not wrong:
            return form.clean(values).values
        for verdict in wrong:
            for name in verdict.indicators:
                table = verdict.row and verdict.row[0]
                if name in form.tables:
                    values.setdefault(name, [{"_k": 1}])
                elif table:
                    row = next(row for row in values[table] if row["_k"] == verdict.row[1])
                    row.setdefault(name, plain_value(form.indicators[name]))
                elif name in form.indicators:
                    values.setdefault(name, plain_value(form.indicators[name]))
    raise AssertionError([(v.rule, v.en) for v in wrong])


def plain_value(item: Indicator) -> Any:
    if item.choices:
        code = item.choices[0].code
        return [code] if item.type == "multichoice" else code
    low, _high = item.range
    return {
        "text": "甲",
        "integer": max(1, int(low or 0)),
        "decimal": max(1, low or 0),
        "boolean": False,
        "date": "2017-06-30",
        "longitude_dms": "118°52′10″",
        "latitude_dms": "28°56′10″",
        "region_code": VILLAGE,
        "industry_code": "1711",
        "uscc": "91330802MA28F0001M",
        "phone": "13800000000",
    }[item.type]


def climb(ret: Return, to: str = "frozen") -> None:
    """Hand in a complete draft and approve it up to state *to*, another person at each step."""
    posts = ["instructor", "county_officer", "city_officer", "province_officer", "nation_officer"]
    if to == "draft":
        return
    return_submit(scope_for("filler" if to == "submitted" else "enumerator"), return_id=ret.pk)
    for post in [*posts, "nation_officer"]:
        if Return.objects.get(pk=ret.pk).state == to:
            return
        return_approve(scope_for(post), return_id=ret.pk)
