"""Waters and basins: the surest step wins, the list is loaded whole or not at all, each office for its own area."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from census.access.scope import enter
from census.places.models import CodeItem, Region
from census.places.regions import level
from sources.returns.models import Return
from sources.waters.models import WaterBody
from sources.waters.queries import assigned, basins, unlisted
from sources.waters.services import SHIPPED, columns, waters_load
from tests.factories import CITY, COUNTY, FAR_PROVINCE, PROVINCE, make_person, make_regions, make_scope
from tests.sources.returns.world import make_object
from tests.support.requests import signed_in

pytestmark = pytest.mark.django_db
NATION = "000000000000"
YANGTZE, HAI, PEARL = "1100000000", "6010000000", "1500000000"


@pytest.fixture(autouse=True)
def _places():
    make_regions()
    CodeItem.objects.bulk_create(
        [
            CodeItem(list="basins", code=code, name_zh=name)
            for code, name in ((YANGTZE, "长江流域"), (HAI, "海河流域"), (PEARL, "珠江流域"))
        ]
    )


def line(**changes):
    empty = {"code": "", "name": "", "area": "", "flows_into": ""}
    return (
        empty
        | {"basin": HAI, "source": "SYNTHETIC list, made for a test", "confidence": "recalled"}
        | changes
    )


def sheet(*lines):
    text = io.StringIO()
    writer = csv.DictWriter(text, [column.key for column in columns()])
    writer.writeheader()
    writer.writerows(lines)
    return io.BytesIO(text.getvalue().encode("utf-8-sig"))


def load_lines(actor, *lines):
    with enter(actor):
        return waters_load(actor, file=sheet(*lines), name="waters.csv")


def unit(code, name, state="submitted"):
    made = make_object(region=COUNTY)
    values = {"receiving_water_code": code, "receiving_water_name": name}
    Return.objects.create(
        object=made, campaign=made.campaign, region=made.region, category=made.category, form="G101-1",
        state=state, values={key: value for key, value in values.items() if value},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "name", "basin", "step"),
    [
        ("FA123456", "京杭运河", PEARL, "code"),
        ("FA999999", "京杭运河", YANGTZE, "pattern"),  # the longest pattern
        ("FB999999", "", HAI, "pattern"),
        ("FB99", "京杭运河", YANGTZE, "name"),  # the county's statement before the nation's
        ("", " 衢江 ", HAI, "name"),
        ("", "双溪", PEARL, "area"),  # two waters of this name in different basins
        ("XX", "无名溪", PEARL, "area"),
        ("", "", PEARL, "area"),
    ],
)
def test_the_surest_step_leads_to_the_basin(code, name, basin, step):
    nation = make_scope("nation_officer", NATION)
    report = load_lines(
        nation,
        line(code="FA123456", basin=PEARL),
        line(code="F???????", basin=HAI),
        line(code="FA*", basin=YANGTZE),
        line(name="京杭运河", basin=HAI),
        line(name="京杭运河", area=COUNTY, basin=YANGTZE),
        line(name="衢江", area=PROVINCE, basin=HAI),
        line(code="K1", name="双溪", basin=HAI),
        line(code="K2", name="双溪", basin=YANGTZE),
        line(area=PROVINCE, basin=HAI),
        line(area=CITY, basin=PEARL),
    )
    assert not report.faults
    unit(code, name)
    actor = make_scope("city_officer", CITY)
    with enter(actor):
        assert assigned(actor, CITY) == [{"basin": basin, "step": step, "objects": 1}]


def test_what_leads_nowhere_is_counted_and_named():
    unit("SYN1", "无名溪")
    unit("", "无名溪", state="draft")  # nobody's answer yet
    actor = make_scope("city_officer", CITY)
    with enter(actor):
        assert assigned(actor, CITY) == [{"basin": None, "step": None, "objects": 2}]
        assert unlisted(actor, CITY) == [{"name": "无名溪", "code": "SYN1", "objects": 1}]
        with pytest.raises(PermissionDenied):
            assigned(actor, FAR_PROVINCE)


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"basin": "99"}, "basin"),
        ({"area": "330899000000"}, "area"),
        ({"area": FAR_PROVINCE}, "area"),
        ({"code": "F%"}, "code"),
        ({"code": "*"}, "code"),
        ({"source": ""}, "source"),
        ({"confidence": "sure"}, "confidence"),
        ({"name": "溪" * 61}, "name"),
        ({"name": "长江", "area": ""}, "area"),  # the nation's, not a province's
    ],
)
def test_a_faulty_row_is_named_and_nothing_is_taken(changes, column):
    actor = make_scope("province_officer", PROVINCE)
    report = load_lines(
        actor, line(name="衢江", area=PROVINCE), line(**({"name": "溪", "area": PROVINCE} | changes))
    )
    assert [(row, fault) for row, fault, *_ in report.rows()] == [(3, column)]
    assert not WaterBody.objects.exists()


def test_replaced_kept_and_out_of_reach():
    nation, province = make_scope("nation_officer", NATION), make_scope("province_officer", PROVINCE)
    assert load_lines(nation, line(code="FA1", name="长江")).counts["added"] == 1
    own = line(name="衢江", area=PROVINCE)
    assert load_lines(province, own, own).faults, "twice in one file"
    assert load_lines(province, own).counts == {"added": 1, "replaced": 0, "unchanged": 0}
    assert load_lines(province, own).counts["unchanged"] == 1
    assert load_lines(province, own | {"basin": PEARL}).counts["replaced"] == 1
    assert WaterBody.objects.filter(name="衢江").count() == 2
    assert load_lines(province, line(code="FA1", area=PROVINCE)).faults, "the nation's entry"
    county = make_scope("county_officer", COUNTY)
    with enter(county), pytest.raises(PermissionDenied):
        waters_load(county, file=sheet(own), name="x.csv")


def test_the_shipped_list_leaves_what_an_office_loaded():
    with SHIPPED.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    areas, listed = {row["area"] for row in rows} - {""}, set(basins())
    Region.objects.bulk_create(
        [Region(code=code, level=level(code)) for code in areas], ignore_conflicts=True
    )
    CodeItem.objects.bulk_create(
        [CodeItem(list="basins", code=code) for code in {r["basin"] for r in rows} - listed]
    )
    call_command("load_waters", verbosity=0)
    assert WaterBody.objects.filter(current=True).count() == len(rows)
    load_lines(make_scope("nation_officer", NATION), line(name="黄河", basin=HAI))
    call_command("load_waters", verbosity=0)
    assert WaterBody.objects.get(current=True, name="黄河").basin == HAI


def test_pages():
    client = signed_in(make_person("province_officer", PROVINCE).username)
    unit("", "无名溪")

    def upload(*lines):
        return client.post(
            "/waters/load/", {"file": SimpleUploadedFile("w.csv", sheet(*lines).getvalue(), "text/csv")}
        )

    assert upload(line(name="衢江", area=PROVINCE)).status_code == 302
    load_lines(make_scope("nation_officer", NATION), line(name="长江"))
    page = client.get("/waters/?q=江").content.decode()
    assert "衢江" in page
    assert "长江" in page, "the nation's rows are everybody's"
    assert "衢江" not in client.get("/waters/?basin=1500000000").content.decode()
    assert "无名溪" in client.get("/waters/assigned/").content.decode()
    assert client.get("/waters/template.xlsx").content.startswith(b"PK")
    answer = upload(line(name="衢江", area=FAR_PROVINCE))
    assert answer.status_code == 422
    assert "outside your region" in answer.content.decode()
    assert (
        "Load waters"
        not in signed_in(make_person("county_officer").username).get("/waters/").content.decode()
    )
