"""The small county of the runs' tests, its run, and what a test says about gaps."""

import pytest

from accounting.crosscheck.queries import gap_search
from census.access.scope import Scope, enter
from tests.accounting.runs.conftest import campaign, county, make_object, officer  # noqa: F401 - fixtures
from tests.accounting.tables.conftest import done, person  # noqa: F401 - fixtures

WHERE = "330802001001"
UNITS = [
    {
        "_k": 1, "industrial_boiler_code": "B1", "industrial_firing_method": "RM02", "industrial_boiler_hours": 4000,
        "fuel1_type": "4", "fuel1_consumption": 1000, "fuel1_sulfur": 0.8, "fuel1_ash_pct": 20, "outlet_code": "DA001",
    },
]  # fmt: skip
MEASURED = [
    {
        "_k": 1, "census_form_code": "G103-1", "outlet_code": "DA001", "equipment_code": "B1", "measurement_point": "2",
        "average_flow_m3h": 10000, "annual_emission_hours": 4000, "so2_mgm3": 50,
    },
]  # fmt: skip


@pytest.fixture
def plant(campaign, county):  # noqa: F811
    """An untreated boiler: 2 t SO2 by monitoring, 12.8 t by sulfur balance."""
    forms = {"G103-1": {"units": UNITS}, "G106-3": {"points": MEASURED}}
    return make_object(campaign, "enterprise", WHERE, 9, forms, industry="1713", name="测试印染厂")


@pytest.fixture
def impossible(campaign, county):  # noqa: F811
    """The same boiler with more SO2 measured than its coal holds sulfur for, and without a volume of waste water."""
    air = [{**MEASURED[0], "so2_mgm3": 500}]
    water = [
        {
            "_k": 1,
            "census_form_code": "G102",
            "outlet_code": "DW001",
            "outlet_water_m3": 100,
            "cod_out_mgl": 50,
        }
    ]
    forms = {"G103-1": {"units": UNITS}, "G106-3": {"points": air}, "G106-2": {"points": water}}
    return make_object(campaign, "enterprise", WHERE, 8, forms, industry="1713", name="不可能印染厂")


@pytest.fixture
def one_run(plant, impossible, done):  # noqa: F811
    """A finished run that has the boilers in it."""
    return done


@pytest.fixture
def so2(plant, one_run, officer):  # noqa: F811
    """The gap between monitoring and balance of the boiler."""
    with enter(officer):
        return gap_search(officer, run=one_run, pollutant="SO2", way="balance").get(object_id=plant.pk)


@pytest.fixture
def clerk():
    """The county's officer, a person."""
    return Scope(
        101, "county officer", 1, "county_officer", "330802000000",
        capabilities=frozenset({"accounting.view", "problem.answer", "problem.check", "export"}),
    )  # fmt: skip
