"""The synthetic campaign: reference date and phases as they were, the last ones open until after today."""

from __future__ import annotations

import datetime as dt

from census.calendar.models import Campaign, Phase

CODE = "2017-demo"


def demo_campaign(today: dt.date) -> Campaign:
    """The demo's campaign, made on the first call."""
    campaign, _ = Campaign.objects.get_or_create(
        code=CODE,
        defaults={
            "name_zh": "第二次全国污染源普查（合成演示数据）",
            "name_en": "Second National Pollution Source Census (synthetic demonstration data)",
            "reference_date": dt.date(2017, 12, 31),
            "synthetic": True,
        },
    )
    open_until = today + dt.timedelta(days=90)
    for kind, starts, ends in (
        (Phase.Kind.INVENTORY, dt.date(2018, 3, 1), dt.date(2018, 7, 31)),
        (Phase.Kind.SURVEY, dt.date(2018, 8, 1), dt.date(2018, 12, 15)),
        (Phase.Kind.REVIEW, dt.date(2018, 12, 1), open_until),
        (Phase.Kind.ACCOUNTING, dt.date(2019, 1, 1), open_until),
        (Phase.Kind.PUBLICATION, today + dt.timedelta(days=60), today + dt.timedelta(days=180)),
    ):
        Phase.objects.get_or_create(campaign=campaign, kind=kind, defaults={"starts": starts, "ends": ends})
    return campaign
