"""A cut of the city whose tables hold the published national figures, split over two counties; no run is needed."""

import hashlib

import orjson
import pytest
from django.utils import timezone

from accounting.bulletin.cells import ReferenceCells
from accounting.cuts.models import Cut, FrozenTable
from accounting.runs.models import Run
from accounting.tables.layout import load
from census.calendar.models import Campaign
from tests.factories import CITY, COUNTY, OTHER_COUNTY, make_regions

COUNTIES = ((COUNTY, "柯城区", 0.25), (OTHER_COUNTY, "衢江区", 0.75))


def content_of(code: str, by: str, factor: float = 1.0) -> dict:
    """A table of the reference figures; by region its total is split over two counties."""
    content = ReferenceCells().table(code, by)
    for row in content["rows"]:
        row["cells"] = [value and value * factor for value in row["cells"]]
    if by == "region":
        total = content["rows"][0]["cells"]
        content["rows"] += [
            {"key": county, "label": {"zh": name, "en": name}, "indent": 0, "total": False,
             "cells": [value and value * part for value in total]}
            for county, name, part in COUNTIES
        ]  # fmt: skip
    return content


@pytest.fixture
def campaign(db):
    make_regions()
    return Campaign.objects.create(
        code="test", name_zh="测试普查", name_en="Test census", reference_date="2017-12-31", synthetic=True
    )


@pytest.fixture
def make_cut(campaign):
    """A function that makes a frozen cut; *factor* scales every figure."""

    def make(number: int = 1, factor: float = 1.0, state: str = "approved", region: str = CITY) -> Cut:
        run = Run.objects.create(
            number=700 + number, campaign=campaign, region=region, categories=[], edition="census2_2021",
            state=Run.State.DONE, created_by_name="test",
        )  # fmt: skip
        cut = Cut.objects.create(
            region=region, number=number, campaign=campaign, run=run, purpose="test", created_by_name="test",
            state=state, digest=f"{number:064d}", as_of=timezone.now(),
        )  # fmt: skip
        rows = []
        for layout in load().values():
            for by in layout.rows:
                text = orjson.dumps(content_of(layout.code, by, factor)).decode()
                digest = hashlib.sha256(text.encode()).hexdigest()
                rows.append(
                    FrozenTable(cut=cut, region=region, code=layout.code, by=by, content=text, digest=digest)
                )
        FrozenTable.objects.bulk_create(rows)
        return cut

    return make


def set_cell(cut: Cut, address: str, value: float | None) -> None:
    """Change one cell of a frozen table, as if the cut had been made otherwise."""
    code, by, row_key, column_id = address.split("/")
    table = FrozenTable.objects.get(cut=cut, region=cut.region, code=code, by=by)
    content = orjson.loads(table.content)
    place = [column["id"] for column in content["columns"]].index(column_id)
    next(row for row in content["rows"] if row["key"] == row_key)["cells"][place] = value
    FrozenTable.objects.filter(pk=table.pk).update(content=orjson.dumps(content).decode())
