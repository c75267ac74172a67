"""Data cuts: what is frozen stays, tampering shows, the office above approves, differences are explained."""

import zipfile
import zlib
from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounting.cuts import differing, queries, services
from accounting.cuts.frozen import differences, thaw
from accounting.cuts.models import Cut, FrozenTable, Part
from accounting.cuts.proof import cut_faults
from accounting.cuts.snapshot import moment
from accounting.runs.models import Line
from accounting.tables.books import book_path, book_start
from accounting.tables.layout import load
from accounting.tables.making import make_table
from census.access.posts import CATEGORIES
from census.access.scope import Scope, enter
from census.calendar.models import Campaign
from census.jobs.models import Job
from census.jobs.services import HEARTBEAT_LIMIT, job_execute
from sources.objects.models import CensusObject
from sources.returns.models import Return, ReturnVersion
from tests.accounting.runs.conftest import BOILER, CITY, COUNTY, VILLAGE, make_object
from tests.factories import make_person
from tests.support.requests import as_web_role, signed_in

PROVINCE = "330000000000"


def at(region):
    return Scope.system(region, f"office {region}")


def cells(content, row, column):
    place = [c["id"] for c in content["columns"]].index(column)
    return next(r["cells"][place] for r in content["rows"] if r["key"] == row)


def test_a_cut_holds_the_tables_down_to_the_counties_as_they_stood(make_run, make_cut, county, campaign):
    run = make_run()
    cut = make_cut(run)
    assert cut.made, Job.objects.get(pk=cut.job_id).error
    assert (cut.number, cut.objects_held, cut.changed) == (1, 7, 0)
    assert cut.returns_held == Return.objects.count()
    held = queries.cut_table(at(CITY), cut, region=CITY, code="T03", by="region")
    live = make_table(at(CITY), load()["T03"], "region", CITY, run)
    assert [row["cells"] for row in held["rows"]] == [live.total.cells, *(row.cells for row in live.rows)]
    before = cells(
        queries.cut_table(at(CITY), cut, region=COUNTY, code="T01", by="region"), "total", "industrial"
    )
    make_object(campaign, "enterprise", VILLAGE, 9, {}, industry="1351")
    again = cells(
        queries.cut_table(at(CITY), cut, region=COUNTY, code="T01", by="region"), "total", "industrial"
    )
    live = make_table(at(CITY), load()["T01"], "region", COUNTY, run)
    now = live.total.cells[[c.id for c in live.columns].index("industrial")]
    assert (before, again, now) == (1.0, 1.0, 2.0)
    assert list(cut_faults(cut)) == []


def test_tables_pages_and_files_show_a_cut_as_it_was_frozen(
    make_run, make_cut, county, campaign, settings, tmp_path
):
    """?cut= on the pages of the tables: stored figures, the cut's name and mark, drill-down to its run only."""
    settings.MEDIA_ROOT = tmp_path
    run = make_run()
    cut = make_cut(run)
    make_object(campaign, "enterprise", VILLAGE, 9, {}, industry="1351")
    person = signed_in(make_person("city_officer", CITY).username)
    settings.SWITCH_TO_WEB_ROLE = True

    def get(name, *args, query=""):
        return as_web_role(person, "GET", reverse(name, args=args) + f"?cut={cut.pk}{query}")

    frozen, live = get("table_csv", "T01"), as_web_role(person, "GET", reverse("table_csv", args=["T01"]))
    lines = [answer.content.decode().splitlines() for answer in (frozen, live)]
    assert lines[0][6:] != lines[1][6:]
    assert "data cut no. 1" in lines[0][1]
    assert "Confidential · draft" in lines[0][2]
    assert "no data cut" in lines[1][2]
    page = get("table_show", "T03", query="&by=source&turn=1").content.decode()
    assert "data cut no. 1" in page
    assert f"cut={cut.pk}" in page
    assert get("table_cell", "T03", "COD_discharged").status_code == 200
    assert get("table_cell", "T01", "industrial").status_code == 404  # counts of a cut are sums
    compared = get("table_show", "T01", query=f"&compare=run-{run.number}").content.decode()
    assert "cell-change" in compared
    for absent in ("&region=330802001000", "&by=ghost"):
        assert get("table_show", "T03", query=absent).status_code == 404
    assert as_web_role(person, "GET", reverse("table_list") + "?cut=1").status_code == 400
    assert get("table_list").status_code == 200
    sheets = openpyxl.load_workbook(BytesIO(get("table_book").content)).sheetnames
    assert sheets[1:] == ["T01", "T02", "T03", "T03 污染源"] or sheets[1:] == [
        "T01",
        "T02",
        "T03",
        "T03 Source",
    ]
    assert as_web_role(person, "POST", reverse("table_book_start") + f"?cut={cut.pk}").status_code == 302
    settings.SWITCH_TO_WEB_ROLE = False
    job = book_start(at(CITY), region=CITY, run=cut.run, cut=cut)
    job_execute(job_id=str(job.pk), region=CITY)
    job.refresh_from_db()
    assert job.state == "done", job.error
    with zipfile.ZipFile(book_path(job)) as packed:
        sheet = openpyxl.load_workbook(BytesIO(packed.read(packed.namelist()[0])))["T01"]
    assert "Confidential · draft" in sheet.oddHeader.center.text
    assert any("data cut no. 1" in str(row[0].value) for row in sheet.iter_rows(max_row=5))


def test_a_cut_whose_worker_was_killed_begins_anew(make_run, make_cut, monkeypatch):
    run, office = make_run(), Scope.system(CITY, "office")
    whole, places, part = make_cut(run), [], services._part

    def killed(cut, region):
        places.append(region)
        if len(places) == 3:
            raise SystemExit
        return part(cut, region)

    with enter(office):
        cut = services.cut_create(office, run=run, purpose="again")
    with monkeypatch.context() as patched:
        patched.setattr(services, "_part", killed)
        with pytest.raises(SystemExit):
            services.cut_execute(office, cut=cut)
    with enter(office):
        cut.refresh_from_db()
        assert not cut.made
        assert cut.tables.exists(), "it died on the way"
        Job.objects.filter(pk=cut.job_id).update(heartbeat=timezone.now() - HEARTBEAT_LIMIT)
    cut = services.cut_execute(office, cut=cut)
    assert cut.made
    held = [
        list(one.tables.order_by("region", "code", "by").values_list("digest", flat=True))
        for one in (whole, cut)
    ]
    assert held[0] == held[1]
    assert list(cut_faults(cut)) == []


def test_cuts_are_numbered_per_office(make_run, make_cut):
    run = make_run()
    numbers = [make_cut(run).number, make_cut(run, COUNTY).number, make_cut(run).number]
    assert numbers == [1, 1, 2]


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (lambda: FrozenTable.objects.filter(code="T02").update(content="{}"), "Table T02"),
        (lambda: FrozenTable.objects.filter(code="T02").update(digest="0" * 64), "digest of the cut"),
        (lambda: FrozenTable.objects.filter(code="T02", region=COUNTY).delete(), "digest of the cut"),
        (
            lambda: Part.objects.filter(region=COUNTY).update(members=zlib.compress(b"lines 0")),
            "list of objects",
        ),
        (lambda: Line.objects.filter(pollutant="COD").update(environment_kg=1), "Accounting lines"),
        (lambda: ReturnVersion.objects.all().delete(), "missing from the history"),
        (lambda: ReturnVersion.objects.update(hash=b"\0" * 32), "missing from the history"),
    ],
)
def test_tampering_shows(make_run, make_cut, tamper, told, capsys):
    make_cut(make_run())
    call_command("verify_cut", CITY, "1")
    assert "is proved" in capsys.readouterr().out
    tamper()
    with pytest.raises(CommandError, match="NOT what it was"):
        call_command("verify_cut", CITY, "1")
    assert told in capsys.readouterr().err


def test_verify_names_a_cut_that_is_not_there(make_run):
    with pytest.raises(CommandError, match="no cut 5"):
        call_command("verify_cut", CITY, "5")


def test_the_office_checks_and_the_office_above_approves(make_run, make_cut):
    cut = make_cut(make_run())
    with pytest.raises(ValidationError, match="Only a checked cut"):
        services.cut_approve(at(PROVINCE), cut=cut)
    for stranger in (COUNTY, PROVINCE):
        with pytest.raises(PermissionDenied):
            services.cut_check(at(stranger), cut=cut)
    cut = services.cut_check(at(CITY), cut=cut)
    for stranger in (CITY, COUNTY, "370000000000"):
        with pytest.raises(PermissionDenied):
            services.cut_approve(at(stranger), cut=cut)
    with pytest.raises(ValidationError, match="why"):
        services.cut_send_back(at(PROVINCE), cut=cut, reason=" ")
    cut = services.cut_send_back(at(PROVINCE), cut=cut, reason="steel is missing")
    assert (cut.state, cut.sent_back) == ("draft", "steel is missing")
    cut = services.cut_approve(at(PROVINCE), cut=services.cut_check(at(CITY), cut=cut))
    assert (cut.state, cut.sent_back, cut.approved_by_name) == ("approved", "", f"office {PROVINCE}")


def test_a_cut_that_does_not_fit_its_run_cannot_be_checked(make_run, make_cut, county):
    run = make_run()
    late = run.started_at.replace(year=run.started_at.year + 1)
    Return.objects.filter(object=county["farm"], form="N101-1").update(updated_at=late)
    cut = make_cut(run)
    assert cut.changed == 1
    with pytest.raises(ValidationError, match="1 forms were changed"):
        services.cut_check(at(CITY), cut=cut)


def test_bad_wishes_are_refused(make_run, make_cut):
    run = make_run()
    actor = at(CITY)
    with pytest.raises(ValidationError, match="what the cut is for"):
        services.cut_create(actor, run=run, purpose=" ")
    with pytest.raises(ValidationError, match="covers your whole region"):
        services.cut_create(at(PROVINCE), run=run, purpose="x")
    with pytest.raises(PermissionDenied):
        services.cut_create(at(VILLAGE), run=run, purpose="x")
    with pytest.raises(ValidationError, match="make a new one"):
        services.cut_start(actor, cut=make_cut(run))


def test_a_difference_is_the_sum_of_its_objects(make_run, make_cut, county, campaign):
    before = make_cut(make_run())
    rows = Return.objects.get(object=county["enterprise"], form="G106-1")
    rows.values["rows"][0]["material_use"] = 500000  # was 400000
    rows.version_no, rows.head_hash = 4, b"\1" * 32
    rows.save()
    CensusObject.objects.filter(pk=county["neighbour"].pk).update(status="closed", revision=2)
    larger = {"G103-1": {"units": [BOILER | {"fuel1_consumption": 2000}]}}
    new = make_object(campaign, "enterprise", VILLAGE, 9, larger, industry="2221")
    after = make_cut(make_run())
    causes, edits = {}, set()
    for column_id in ("COD", "SO2"):
        old, now = (
            queries.cut_table(at(CITY), cut, region=CITY, code="T02", by="industry")
            for cut in (before, after)
        )
        cell = next(
            c for c in differences(old, now) if (c["row"]["key"], c["column"]["id"]) == ("total", column_id)
        )
        row = queries.row_conditions(load()["T02"], "industry", "total", CITY)
        found = differing.difference_explained(at(CITY), before, after, cell["column"], row)
        assert sum(amount for _cause, amount, _n in found["classes"]) == pytest.approx(cell["difference"])
        causes[column_id] = {(one["cause"], one["id"]) for one in found["objects"]}
        edits |= {
            (edit["form"], edit["old"], edit["new"]) for one in found["objects"] for edit in one["edits"]
        }
    assert causes["COD"] == {("activity", county["enterprise"].pk)}
    assert causes["SO2"] == {("removed", county["neighbour"].pk), ("new", new.pk)}
    assert edits == {("G106-1", 3, 4)}
    members = {row["region"]: row for row in differing.members_compared(at(CITY), before, after, CITY)}
    assert (members[COUNTY]["new"], members[COUNTY]["forms"]) == (1, 1)
    assert members["330803000000"]["edited"] == 1


def test_the_web_role_makes_a_cut_and_a_county_sees_only_its_own_part(make_run, make_cut, settings):
    run = make_run()
    settings.SWITCH_TO_WEB_ROLE = True
    cut = make_cut(run)
    assert cut.made
    with enter(at(COUNTY)):
        assert Cut.objects.filter(pk=cut.pk).exists()
        assert set(FrozenTable.objects.values_list("region", flat=True)) == {COUNTY}
        assert set(Part.objects.values_list("region", flat=True)) == {COUNTY}
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def test_posts_of_some_categories_see_no_tables(make_run, make_cut):
    cut = make_cut(make_run())
    some = Scope(
        1, "x", 1, "city_officer", CITY, frozenset({"industrial"}), capabilities=at(CITY).capabilities
    )
    with pytest.raises(PermissionDenied):
        queries.cut_table(some, cut, region=CITY, code="T01", by="region")
    for categories, linked in ((["industrial"], False), (list(CATEGORIES), True)):
        reader = signed_in(make_person("city_officer", CITY, categories=categories).username)
        page = as_web_role(reader, "GET", reverse("cut_list")).content.decode()
        assert cut.purpose in page
        assert (reverse("cut_show", args=[cut.pk]) in page) is linked


@pytest.mark.django_db(transaction=True)
def test_a_moment_does_not_see_what_comes_later():
    def add(code):
        Campaign.objects.create(code=code, name_zh="甲", name_en="A", reference_date="2017-12-31")

    add("first")
    with moment() as view:
        add("second")
        with view(at(CITY)):
            assert list(Campaign.objects.values_list("code", flat=True)) == ["first"]
        with transaction.atomic():
            assert Campaign.objects.count() == 2
        with view(at(CITY)):
            assert Campaign.objects.count() == 1


def test_frozen_tables_read_back_to_the_bit(make_run, make_cut):
    cut = make_cut(make_run())
    for row in cut.tables.all():
        content = thaw(row.content)
        assert all(len(line["cells"]) == len(content["columns"]) for line in content["rows"])
    assert list(differences(content, content)) == []
