"""Import in three steps, export, and the way from one to the other."""

import io

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from census.access.scope import Scope, enter
from census.jobs.models import Job
from census.jobs.services import job_execute
from sources.objects import imports
from sources.objects.columns import export_columns
from sources.objects.exports import export_bytes, export_path, export_start, template_bytes
from sources.objects.imports import import_confirm, import_start
from sources.objects.models import CensusObject
from sources.objects.queries import Filters
from sources.sheets.reader import read_table
from sources.sheets.report import Report
from tests.factories import FAR_COUNTY, VILLAGE, make_scope
from tests.sources.objects.conftest import uscc

pytestmark = pytest.mark.usefixtures("world", "english")
HEAD = "普查对象种类,名称,统一社会信用代码,行政区划代码,行业代码,运行状态,有符合要求的监测数据\n"


@pytest.fixture(autouse=True)
def files(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


def run(job: Job) -> Job:
    job_execute(job_id=str(job.pk), region=job.region)
    job.refresh_from_db()
    return job


def check(officer: Scope, text: str) -> tuple[Job, Report]:
    job = run(import_start(officer, file=io.BytesIO(text.encode("utf-8-sig")), name="名录.csv"))
    assert job.state == Job.State.DONE, job.error
    return job, Report.unpack(job.result["report"])


def test_good_rows_are_written_after_the_confirmation_only(officer):
    text = HEAD + f"工业企业,衢州甲厂,{uscc(8)},{VILLAGE},2614,运行,是\nfarm,乙养殖场,,{VILLAGE},,,\n"
    job, report = check(officer, text)
    assert (report.faults, report.counts["new"], report.counts["bad"]) == ([], 2, 0)
    assert not CensusObject.objects.exists()
    done = run(import_confirm(officer, check=job))
    assert done.result["report"]["counts"]["new"] == 2
    made = CensusObject.objects.get(name="衢州甲厂")
    assert (made.code, made.attributes, made.operating) == (uscc(8) + "01", {"monitored": True}, "1")
    assert CensusObject.objects.get(name="乙养殖场").kind == "farm"


def test_every_bad_row_is_told_with_place_and_way_out(officer):
    text = HEAD + (
        f"工业企业,,{uscc(8)},{VILLAGE},2614,,\n"
        f"工厂,甲厂,,{VILLAGE},2614,,\n"
        f"工业企业,乙厂,{uscc(8)[:-1]}A,{VILLAGE},2614,,\n"
        f"工业企业,丙厂,,{FAR_COUNTY},2614,,\n"
        f"工业企业,丁厂,,{VILLAGE},2614,半开,也许\n"
        f"工业企业,戊厂,,{VILLAGE},2614,,\n"
        f"工业企业,戊厂,,{VILLAGE},2614,,\n"
    )
    _job, report = check(officer, text)
    told = {(f.line, f.column) for f in report.faults}
    assert told >= {
        (2, "名称"),
        (3, "普查对象种类"),
        (4, "统一社会信用代码"),
        (5, "行政区划代码"),
        (6, "运行状态"),
        (8, "名称"),
    }
    assert report.counts["new"] == 1
    assert report.bad_lines == {2, 3, 4, 5, 6, 8}
    assert all(fault.message for fault in report.faults)


def test_rows_match_by_code_and_by_name(officer, make_object):
    by_code, by_name = make_object(uscc=""), make_object(uscc=uscc(9), name="乙厂")
    text = (
        "普查对象识别码,"
        + HEAD
        + (
            f"{by_code.code},,改名厂,,{VILLAGE},,,\n"
            f",工业企业,乙厂,{uscc(9)},{VILLAGE},3011,,\n"
            f"{VILLAGE}G00099,工业企业,丙厂,,{VILLAGE},2614,,\n"
        )
    )
    job, report = check(officer, text)
    assert report.bad_lines == {4}
    assert {w.line for w in report.warnings} == {3}
    run(import_confirm(officer, check=job))
    by_code.refresh_from_db()
    by_name.refresh_from_db()
    assert (by_code.name, by_code.industry, by_name.industry) == ("改名厂", "2614", "3011")
    assert CensusObject.objects.count() == 2


def test_a_blank_cell_changes_nothing_and_a_kind_stays(officer, make_object):
    obj = make_object(contact="王五")
    text = "普查对象识别码,名称,行政区划代码,联系人,普查对象种类\n"
    job, report = check(officer, text + f"{obj.code},,,,\n")
    assert report.counts["same"] == 1
    with pytest.raises(ValidationError, match="no row"):
        import_confirm(officer, check=job)
    _job, report = check(officer, text + f"{obj.code},,,,规模畜禽养殖场\n" + f"{obj.code},,,,farm\n")
    assert len(report.bad_lines) == 2


def test_rows_that_went_bad_since_the_check_are_left_out(officer, make_object):
    obj = make_object(uscc="")
    text = "普查对象识别码,普查对象种类,名称,行政区划代码\n" + f"{obj.code},,改名厂,{VILLAGE}\n"
    job, _report = check(officer, text)
    CensusObject.objects.filter(pk=obj.pk).update(status="removed")
    done = run(import_confirm(officer, check=job))
    assert done.result["report"]["counts"]["bad"] == 1
    obj.refresh_from_db()
    assert obj.name != "改名厂"


def test_a_long_file_goes_on_where_it_was_killed(officer, monkeypatch):
    monkeypatch.setattr(imports, "ONE_TRANSACTION", 3)
    monkeypatch.setattr(imports, "_STEP", 2)
    text = HEAD + "".join(f"工业企业,甲{n}厂,,{VILLAGE},2614,,\n" for n in range(7))
    job, _report = check(officer, text)
    real, calls = imports.objects_import, []

    def dying(*args, **kwargs):
        written = real(*args, **kwargs)
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return written

    monkeypatch.setattr(imports, "objects_import", dying)
    write = run(import_confirm(officer, check=job))
    assert write.state == Job.State.FAILED
    assert CensusObject.objects.count() == 2  # whole steps only
    Job.objects.filter(pk=write.pk).update(state=Job.State.QUEUED)
    write = run(write)
    assert write.state == Job.State.DONE
    assert write.result["report"]["counts"] == {"new": 7, "changed": 0, "same": 0, "bad": 0}
    assert CensusObject.objects.count() == 7


def test_a_file_that_is_no_table_fails_with_its_message(officer):
    job = run(import_start(officer, file=io.BytesIO(b"%PDF"), name="a.pdf"))
    assert (job.state, "neither" in job.error) == (Job.State.FAILED, True)


def test_import_needs_the_right():
    with pytest.raises(PermissionDenied):
        import_start(make_scope("enumerator"), file=io.BytesIO(b""), name="x.csv")


def test_the_template_reads_as_an_empty_table():
    table = read_table(io.BytesIO(template_bytes()), "t.xlsx", export_columns())
    assert (table.rows, table.unknown) == ([], [])
    assert {"kind", "name", "region", "monitored"} <= set(table.columns)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_what_is_exported_can_be_imported_again_unchanged(officer, make_object, kind):
    make_object(lon=118.87, lat=28.93, attributes={"monitored": True}, phone="0570-1234567")
    make_object("farm", uscc="", name="=养牛场", region=VILLAGE, industry="")
    with enter(officer):
        data = export_bytes(officer, filters=Filters(), kind=kind)
    job = run(import_start(officer, file=io.BytesIO(data), name=f"名录.{kind}"))
    assert job.state == Job.State.DONE, job.error
    report = Report.unpack(job.result["report"])
    assert (report.faults, report.warnings) == ([], [])
    assert report.counts["same"] == 2


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_long_export_is_a_job_with_a_file(officer, make_object, settings, kind):
    for number in range(3):
        make_object(uscc="", name=f"甲{number}厂")
    settings.SWITCH_TO_WEB_ROLE = False
    job = run(export_start(officer, filters=Filters(q="甲1厂"), kind=kind))
    assert job.state == Job.State.DONE, job.error
    table = read_table(export_path(job).open("rb"), f"x.{kind}", export_columns())
    assert [row.cells["name"] for row in table.rows] == ["甲1厂"]
    assert table.rows[0].cells["village"] == "金桂社区"
