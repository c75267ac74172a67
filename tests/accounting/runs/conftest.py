"""A small county on a real database: objects of every kind with filled forms, and the factor library."""

import datetime as dt

import pytest

from census.access.scope import Scope
from census.calendar.models import Campaign
from sources.objects.models import CensusObject
from sources.returns.models import Return
from tests.accounting.library import load_library

CITY, COUNTY, OTHER = "330800000000", "330802000000", "330803000000"
VILLAGE = "330802001001"

MEAT = {
    "_k": 1, "census_form_code": "G102", "outlet_code": "DW001", "accounting_link": "屠宰分割", "material_name": "羊",
    "product_name": "冻羊肉", "process_name": "屠宰、分割", "scale_class": "≥1500头/天", "material_use": 400000,
    "material_use_unit": "头", "pollutant_name": "化学需氧量", "treatment_process": "沉淀分离",
}  # fmt: skip
BOILER = {
    "_k": 1, "industrial_boiler_code": "B1", "industrial_firing_method": "RM02", "industrial_boiler_hours": 4000,
    "fuel1_type": "4", "fuel1_consumption": 1000, "fuel1_sulfur": 0.8, "fuel1_ash_pct": 20, "desulf_process": "S08",
    "desulf_efficiency_pct": 70, "desulf_hours": 3900,
}  # fmt: skip
DOCUMENTS = {
    "enterprise": {
        "G102": {
            "outlets": [
                {"_k": 1, "outlet_code": "DW001", "drainage_destination": "E", "discharge_m3": 5000,
                 "receiving_plant_name": "第一污水处理厂"}
            ]
        },
        "G103-1": {"units": [BOILER]},
        "G106-1": {"rows": [MEAT, {**MEAT, "_k": 2, "material_name": "牛", "pollutant_name": "氨氮"}]},
    },
    "wastewater_plant": {
        "J101-1": {"plant_type": "1"},
        "J101-2": {"treated_wm3": 1000, "treated_domestic_wm3": 800, "reclaimed_wm3": 50, "dry_sludge_t": 200},
        "J101-3": {"cod_in_annual_mgl": 300, "cod_out_annual_mgl": 30, "nh3n_in_annual_mgl": 30,
                   "nh3n_out_annual_mgl": 2},
    },
    "farm": {
        "N101-1": {"dung_cleaning": ["1"], "dung_farm_manure_pct": 60, "dung_organic_fertilizer_pct": 40,
                   "urine_liquid_manure_pct": 100},
        "N101-2": {"pig_slaughter": 1000, "layer_stock": 5000},
    },
    "county_domestic": {
        "S202": {"public_service_water_wm3": 300, "household_water_wm3": 1200, "water_population_wren": 20},
    },
    "petrol_station": {
        "Y102": {"gasoline_sales_t": 3000, "diesel_sales_t": 1000, "recovery_stage": "4", "operating_status": "1"},
    },
}  # fmt: skip
CATEGORY = {
    "enterprise": "industrial", "wastewater_plant": "centralized", "farm": "agricultural",
    "county_domestic": "domestic",
    "petrol_station": "mobile", "city_vehicles": "mobile", "city_domestic": "domestic",
}  # fmt: skip


def make_object(campaign, kind, region, number, documents, *, state="county_ok", **fields):
    """One object with its returns."""
    one = CensusObject.objects.create(
        campaign=campaign, kind=kind, category=CATEGORY[kind], code=f"T{kind[:8]}{region[:6]}{number}", region=region,
        name=fields.pop("name", f"{kind} {number}"), synthetic=True, **fields,
    )  # fmt: skip
    Return.objects.bulk_create(
        Return(
            campaign=campaign, object=one, form=form, form_version="test", region=region, category=one.category,
            state=state, values=values, version_no=3,
        )
        for form, values in documents.items()
    )  # fmt: skip
    return one


@pytest.fixture
def campaign(db):
    return Campaign.objects.create(
        code="T2017",
        name_zh="测试普查",
        name_en="Test census",
        reference_date=dt.date(2017, 12, 31),
        synthetic=True,
    )


@pytest.fixture
def county(campaign):
    """One object of every kind in the county, another enterprise next door, and the city's vehicles."""
    load_library()
    found = {}
    for kind, documents in DOCUMENTS.items():
        region = COUNTY if kind == "county_domestic" else VILLAGE
        fields = {"industry": "1351"} if kind == "enterprise" else {}
        name = "第一污水处理厂" if kind == "wastewater_plant" else f"{kind} 1"
        found[kind] = make_object(campaign, kind, region, 1, documents, name=name, **fields)
    found["neighbour"] = make_object(
        campaign, "enterprise", "330803001001", 2, {"G103-1": {"units": [BOILER]}}, industry="2221"
    )
    vehicles = {
        "vehicles": [{"_k": 1, "vehicle_type": "12", "vehicle_use": "1", "fuel": "1", "stage_4": 10000}]
    }
    found["city_vehicles"] = make_object(campaign, "city_vehicles", CITY, 1, {"Y201-1": vehicles})
    return found


@pytest.fixture
def officer():
    """The city's officer."""
    return Scope.system(CITY, "city officer")
