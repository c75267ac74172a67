"""Tables on a real database: drill-down agrees with the cell, csv, comparison, the book in the background."""

import io
import os
import zipfile
from dataclasses import replace
from uuid import uuid4

import openpyxl
import pytest
from django.db import connection
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation

from accounting.tables.books import book_path, book_regions, book_start
from accounting.tables.drill import objects_behind
from accounting.tables.layout import every_table, load
from accounting.tables.making import (
    imprint_of,
    make_crossed,
    make_table,
    make_tables,
    newest_run,
    tables_upward,
)
from accounting.tables.outside import beside, outside_for
from census.access.scope import Scope, enter
from census.jobs.models import Job
from census.jobs.services import job_execute
from census.jobs.sharing import assist
from census.people.models import User
from census.places.models import CodeItem
from sources.references.models import ReferenceFigure
from sources.waters.models import WaterBody, key_of
from tests.factories import make_person
from tests.support.requests import as_web_role, signed_in

CITY, COUNTY, OTHER = "330800000000", "330802000000", "330803000000"


def get(person, name, *args, query=""):
    return as_web_role(person, "GET", reverse(name, args=args) + query)


def test_every_table_is_made_and_children_add_up(done, officer):
    with enter(officer):
        for layout in load().values():
            for by in layout.rows:
                table = make_table(officer, layout, by, CITY, done)
                if table.total is None:
                    continue
                adding = [row for row in table.rows if row.total] or [r for r in table.rows if not r.indent]
                for place, column in enumerate(table.columns):
                    parts = [row.cells[place] for row in adding if row.cells[place] is not None]
                    if not column.derive and not column.mixed:
                        assert table.total.cells[place] == (pytest.approx(sum(parts)) if parts else None)


def test_facts_read_once_and_added_upward_make_the_same_tables(done, officer):
    made = {place.code: place.tables() for place in tables_upward(officer, [CITY, COUNTY, OTHER], done)}
    assert list(made) == [COUNTY, OTHER, CITY]
    for place, tables in made.items():
        with enter(officer):
            direct = make_tables(officer, place, done)
        for one, other in zip(tables, direct, strict=True):
            assert [(row.key, row.label) for row in one.rows] == [(row.key, row.label) for row in other.rows]
            for row, expected in zip([one.total, *one.rows], [other.total, *other.rows], strict=True):
                cells = row and row.cells
                assert cells == (expected and [v if v is None else pytest.approx(v) for v in expected.cells])


def test_objects_behind_a_cell_add_up_to_it(done, officer):
    params = RequestFactory().get("/").GET
    checked = set()
    with enter(officer):
        for layout in load().values():
            by = layout.rows[0]
            table = make_table(officer, layout, by, CITY, done)
            row = table.total or table.rows[0]
            for place, column in enumerate(table.columns):
                if row.cells[place] is None or not column.opens:
                    continue
                found = objects_behind(officer, layout, by, column, CITY, row.key, done, params)
                assert (found["total"] or 0.0) == pytest.approx(row.cells[place]), (layout.code, column.id)
                below = sum(one["value"] for one in found["places"])
                assert not found["places"] or below == pytest.approx(found["total"] or 0.0)
                if column.fact == "items":
                    assert {one["form"] for one in found["objects"]} <= set(column.forms)
                    assert all(one["path"] for one in found["objects"])
                checked.add(layout.code)
    assert {"T01", "T07", "T08", "T16", "T21", "T22", "T23"} <= checked


def test_basins_add_up_to_the_totals_and_open_their_objects(done, officer):
    CodeItem.objects.create(list="basins", code="6010000000", name_zh="海河流域")
    about = {"basin": "6010000000", "source": "SYNTHETIC", "confidence": "recalled", "loaded_by_name": "test"}
    WaterBody.objects.create(key=key_of("", "", COUNTY), area=COUNTY, **about)
    layout = load()["T05"]
    with enter(officer):
        basin = make_table(officer, layout, "basin", CITY, done)
        ids = [column.id for column in basin.columns]
        cells = {row.key: dict(zip(ids, row.cells, strict=True)) for row in basin.printed_rows}
        objects = make_table(officer, load()["T01"], "region", CITY, done).total.cells[0]
        water = make_table(officer, load()["T03"], "region", CITY, done)
        cod = water.total.cells[[c.id for c in water.columns].index("COD_discharged")]
        assert cells["total"]["objects"] == objects
        assert cells["total"]["COD_discharged"] == pytest.approx(cod)
        assert set(cells) == {"total", "hai", "none"}  # what the other county holds leads nowhere
        assert min(cells["hai"]["objects"], cells["none"]["objects"]) > 0
        column = next(c for c in layout.columns if c.id == "objects")
        for key in ("hai", "none"):
            found = objects_behind(
                officer, layout, "basin", column, CITY, key, done, RequestFactory().get("/").GET
            )
            assert found["total"] == cells[key]["objects"]


def test_a_table_sorted_shared_and_compared(person, done):
    text = get(
        person, "table_show", "T03", query=f"?sort=-COD_discharged&show=share&compare=run-{done.number}"
    )
    assert text.status_code == 200
    assert "is-sorted" in text.content.decode()
    assert get(person, "table_show", "T23").status_code == 200
    for senseless in ("x", "run-x", "cut-1", "published-x"):
        assert get(person, "table_show", "T03", query=f"?compare={senseless}").status_code == 400
    for absent in ("run-77", "region-370000000000", f"cut-{uuid4()}"):
        assert get(person, "table_show", "T03", query=f"?compare={absent}").status_code == 404
    for query, named in (("?rounded=1", True), (f"?rounded=1&compare=run-{done.number}", False)):
        assert ("Cox and Ernst" in get(person, "table_show", "T03", query=query).content.decode()) is named
    turned = get(person, "table_show", "T03", query="?turn=1&totals=0&compare=published-bulletin_2017")
    assert turned.status_code == 200
    assert "is-total" not in turned.content.decode()


def test_a_yearbook_stands_beside_the_regions_it_tells_of(person, done, officer):
    figure = {
        "indicator": "cultivated_area",
        "kind": "yearbook",
        "unit": "亩",
        "source": "统计年鉴",
        "confidence": "verified",
    }
    for region, year, value in (
        (CITY, 2017, 900.0),
        (CITY, 2016, 1.0),
        (CITY, 2018, 2.0),
        (COUNTY, 2017, 400.0),
    ):
        ReferenceFigure.objects.create(region=region, year=year, value=value, **figure)
    with enter(officer):
        table = make_table(officer, load()["T13"], "region", CITY, done)
        (found,) = outside_for(officer, table, CITY)
        other = beside(table, CITY, found)
    place = [column.id for column in table.columns].index("cultivated")
    assert found.years == (2017,)
    assert {row.key: row.cells[place] for row in other.printed_rows if row.cells[place]} == {
        "total": 900.0, **({COUNTY: 400.0} if COUNTY in {row.key for row in table.rows} else {}),
    }  # fmt: skip
    page = get(person, "table_show", "T13", query="?by=region&compare=outside-yearbook")
    assert page.status_code == 200
    assert "900" in page.content.decode()
    assert get(person, "table_show", "T13", query="?compare=outside-permit").status_code == 404


def test_a_crossed_table_opens_the_objects_of_both_its_sides(person, done, officer):
    query = f"?by=source&across=region&column=COD_discharged&row=industrial&at={COUNTY}"
    page = get(person, "table_show", "T03", query=query).content.decode()
    assert f"at={COUNTY}" in page
    assert page.count(f"at={COUNTY}") < page.count("cell-link")
    with enter(officer):
        column = next(c for c in load()["T03"].columns if c.id == "COD_discharged")
        table = make_crossed(officer, load()["T03"], "source", "region", column, CITY, done)
        row = next(row for row in table.rows if row.key == "industrial")
        params = RequestFactory().get("/").GET
        found = objects_behind(
            officer, load()["T03"], "source", column, CITY, "industrial", done, params, ("region", COUNTY)
        )
    place = [c.id for c in table.columns].index(COUNTY)
    assert found["total"] == pytest.approx(row.cells[place])
    assert get(person, "table_cell", "T03", "COD_discharged", query=query).status_code == 200
    for wrong in ("across=region&at=370000000000", "across=ghost&at=x", "by=source&across=source&at=ghost"):
        assert get(person, "table_cell", "T03", "COD_discharged", query=f"?{wrong}").status_code == 404


def test_a_cell_says_what_it_rests_on_and_opens_the_form_item(person, done):
    for table, column in (("T04", "SO2_discharged"), ("T21", "station_gasoline")):
        page = get(person, "table_cell", table, column, query="?by=region").content.decode()
        assert f"region={COUNTY}" in page
        assert f"第 {done.number} 次核算" in page or f"accounting run {done.number}" in page
        assert 'class="state state-warn"' in page
        assert ("?path=" in page) is (column != "SO2_discharged")


def test_csv(person, done):
    answer = get(person, "table_csv", "T21")
    assert answer["Content-Type"].startswith("text/csv")
    assert COUNTY in answer.content.decode()


def test_the_book_has_a_workbook_for_every_county_with_objects(person, done, officer, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    for name in ("old.zip", "cancelled/a.xlsx"):
        left = tmp_path / "books" / name
        left.parent.mkdir(parents=True, exist_ok=True)
        left.write_bytes(b"")
        os.utime(left.parent if "/" in name else left, (0, 0))
    with enter(officer):
        assert [code for code, _ in book_regions(CITY)] == [CITY, COUNTY, OTHER]
        job = book_start(officer, region=CITY, run=newest_run(officer, CITY))
    job_execute(job_id=str(job.pk), region=CITY)
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", 3), job.error
    with zipfile.ZipFile(book_path(job)) as packed:
        names = packed.namelist()
        sheets = openpyxl.load_workbook(io.BytesIO(packed.read(names[0])), read_only=True).sheetnames
    assert [name[:12] for name in names] == [CITY, COUNTY, OTHER]
    assert sheets[1:5] == ["T01", "T02", "T03", "T03 污染源"]
    assert len(sheets) == 1 + len(every_table())
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [f"{job.pk}.zip"]


def test_a_book_goes_on_with_what_other_workers_wrote(officer, done, settings, tmp_path):
    """A county a helper wrote is not written again, and its facts are in the tables of the city."""
    settings.MEDIA_ROOT = tmp_path
    with enter(officer), translation.override("en"):
        job = book_start(officer, region=CITY, run=done)
        (table,) = [
            one for one in make_tables(officer, CITY, done) if (one.layout.code, one.by) == ("T03", "region")
        ]
    folder = book_path(job).with_suffix("")
    folder.mkdir(parents=True)
    Job.objects.filter(pk=job.pk).update(state="running")
    assert assist(str(job.pk), job.actor, [COUNTY]) == 1
    Job.objects.filter(pk=job.pk).update(state="queued")
    (folder / f"{COUNTY}.xlsx").write_bytes(b"written by a helper")
    job_execute(job_id=str(job.pk), region=CITY)
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == ("done", 3, 3), job.error
    assert (job.stage, job.result["label"]) == ("Regions", "Fetch the book")  # the words of who asked
    with zipfile.ZipFile(book_path(job)) as packed:
        city, county, _other = packed.namelist()
        assert packed.read(county) == b"written by a helper"
        sheet = openpyxl.load_workbook(io.BytesIO(packed.read(city)), read_only=True)["T03"]
    rows = [
        [cell for cell in row if isinstance(cell, int | float)] for row in sheet.iter_rows(values_only=True)
    ]
    assert [pytest.approx(value) for value in table.total.cells if value is not None] in rows


def test_a_book_is_only_for_its_owner(person, done, officer, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with enter(officer):
        job = book_start(officer, region=CITY, run=done)
    book_path(job).parent.mkdir()
    book_path(job).write_bytes(b"a book")
    assert get(person, "table_book_file", job.pk).status_code == 404
    assert get(person, "table_book_file", uuid4()).status_code == 404
    Job.objects.filter(pk=job.pk).update(user_id=User.objects.get().pk)
    answer = get(person, "table_book_file", job.pk)
    assert b"".join(answer.streaming_content) == b"a book"


def test_a_book_is_asked_for_with_a_post(person, done):
    assert get(person, "table_book_start").status_code == 405
    assert as_web_role(person, "POST", reverse("table_book_start")).status_code == 302


def test_sums_of_some_source_categories_say_so(person, done, settings):
    assert "Holds only" not in get(person, "table_show", "T03").content.decode()
    with connection.cursor() as cursor:  # the web role does not make people
        cursor.execute("RESET ROLE")
    make_person("department_reviewer", CITY, username="t-department", categories=["agricultural"])
    reviewer = signed_in("t-department")
    page = get(reviewer, "table_show", "T03").content.decode()
    assert "Holds only: Agricultural sources." in page
    assert (
        "Holds only: Agricultural sources."
        in get(reviewer, "table_cell", "T03", "COD_discharged").content.decode()
    )
    with enter(replace(Scope.system(CITY), categories=frozenset({"mobile"}))) as scope:
        assert imprint_of(scope, CITY, done).warnings[-1] == "仅含：移动源。"
