"""Estimates for other rooms: the same figures as a run with the whole library, for forms that are only given."""

from __future__ import annotations

import pytest
from django.db.models import Sum

from accounting.factors.queries import edition_codes
from accounting.runs.estimates import estimate_emissions
from accounting.runs.models import Line
from accounting.runs.services import run_create, run_execute
from census.access.posts import CATEGORIES
from census.access.scope import enter
from sources.forms.check_set import Document
from sources.objects.estimates import estimate
from sources.objects.models import CensusObject
from sources.returns.models import Return

COUNTY = "330802"


def given():
    """Objects and documents of the county as a reader hands them over."""
    names = ("kind", "category", "region", "industry", "name")
    objects = {
        obj.pk: {name: getattr(obj, name) for name in names}
        for obj in CensusObject.objects.filter(region__startswith=COUNTY)
    }
    documents = [
        Document(ret.object_id, ret.form, ret.sheet, ret.values)
        for ret in Return.objects.filter(region__startswith=COUNTY)
    ]
    return objects, documents


def test_an_estimate_agrees_with_a_run(officer, campaign, county):
    with enter(officer):
        run = run_create(
            officer,
            campaign=campaign,
            region="330802000000",
            categories=list(CATEGORIES),
            edition=edition_codes()[0],
        )
    run = run_execute(officer, run=run)
    sums = (
        Line.objects.filter(run=run, chosen=True, environment_kg__isnull=False)
        .values_list("object_id", "pollutant")
        .annotate(kg=Sum("environment_kg"))
    )
    found = estimate_emissions(*given())
    assert sums
    for object_id, pollutant, kilograms in sums:
        assert found[object_id, pollutant] == pytest.approx(kilograms)


def test_a_document_with_another_value_gives_another_figure(county):
    objects, documents = given()
    enterprise = county["enterprise"].pk
    before = estimate(objects, documents)[enterprise, "COD"]
    row = next(d for d in documents if d.form == "G106-1").values["rows"][0]
    row["material_use"] *= 10
    assert estimate(objects, documents)[enterprise, "COD"] == pytest.approx(10 * before)


@pytest.mark.django_db
def test_without_factors_there_is_no_estimate():
    assert estimate_emissions({1: {"kind": "farm", "region": COUNTY}}, []) == {}
