"""Pages of review as people use them, with real requests under row-level security."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from census.jobs.models import Job
from census.jobs.services import job_execute
from review.problems import files, sheets
from review.problems.models import Batch, Problem
from review.problems.views import desk as desk_views
from review.problems.views import panel as panel_views
from sources.returns.models import Return
from tests.factories import CITY, COUNTY, OTHER_COUNTY, TOWNSHIP, make_person, make_regions
from tests.review import world
from tests.support.requests import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def county() -> Client:
    make_regions()
    return signed_in(make_person("county_officer", COUNTY).username)


@pytest.fixture
def second() -> Client:
    """Another officer of the county."""
    return signed_in(make_person("county_officer", COUNTY).username)


@pytest.fixture
def city() -> Client:
    make_regions()
    return signed_in(make_person("city_officer", CITY).username)


def text(client: Client, name: str, *args: object, status: int = 200, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == status
    return answer.content.decode()


def move(client: Client, name: str, ids: list[int], **fields: object) -> str:
    data = {"move": name, "ids": ids, "next": reverse("problem_desk"), **fields}
    answer = client.post(reverse("problem_move"), data, follow=True)
    assert answer.status_code == 200, answer.content.decode()[:3000]
    return answer.content.decode()


def panel_move(client: Client, name: str, problem: Problem, **fields: object) -> str:
    data = {"move": name, "ids": [problem.pk], "panel": "1", **fields}
    answer = client.post(reverse("problem_move"), data, headers={"HX-Request": "true"})
    assert answer.status_code == 200, answer.content.decode()[:3000]
    return answer.content.decode()


def test_from_the_wizard_to_a_closed_row(city: Client, county: Client, second: Client) -> None:
    world.make_findings(2)
    world.make_findings(1, region="330803001001")
    answer = city.post(
        reverse("batch_new"),
        {"title": "取水量核实", "kind": "audit", "deadline": timezone.localdate() + dt.timedelta(days=3)},
    )
    batch = Batch.objects.get()
    assert answer.url == reverse("batch_edit", args=[batch.id])
    assert "G102-R01" in text(city, "batch_edit", batch.id)
    assert '<span class="stat">2</span>' in text(city, "batch_count", batch.id, region=COUNTY)
    city.post(reverse("batch_add", args=[batch.id]), {"severity": "error", "fresh": "1"})
    assert Problem.objects.filter(state="draft").count() == 3
    assert "取水量核实" not in text(county, "batch_list")
    city.post(reverse("batch_issue", args=[batch.id]))
    job = Job.objects.get(kind="review.issue")
    assert "job" in text(city, "batch_detail", batch.id)
    job_execute(job_id=str(job.id), region=job.region)
    job.refresh_from_db()
    assert (job.state, job.result["rows"]) == ("done", 3)
    assert "柯城区" in text(city, "batch_detail", batch.id)
    assert "取水量核实" in text(county, "batch_list")
    mine = list(Problem.objects.filter(region__startswith="330802"))
    page = text(county, "problem_desk")
    assert all(row.object_name in page for row in mine)
    assert '<span class="state state-warn">' in page
    assert "&lt;" not in page
    assert f"/review/problems/{mine[0].pk}/" in page
    shown = panel_move(county, "explain", mine[0], explanation="meter replaced in May")
    assert "meter replaced in May" in shown
    assert f'id="problem-{mine[0].pk}"' in shown, "the row of the list comes along"
    assert "own" in panel_move(county, "check", mine[0])
    assert mine[0].object_name in text(second, "problem_checks")
    panel_move(second, "check", mine[0], opinion="plausible")
    assert mine[0].object_name in text(city, "problem_checks")
    assert "Reopen" in text(city, "problem_panel", mine[0].pk)
    panel_move(city, "close", mine[0])
    mine[0].refresh_from_db()
    assert (mine[0].state, mine[0].county_opinion) == ("closed", "plausible")
    assert "33.3%" in text(city, "problem_rates")
    assert "50.0%" in text(county, "problem_rates")


def test_bulk_by_filter_and_refusals_are_told(county: Client, second: Client) -> None:
    world.issued_batch(findings=world.make_findings(5))
    ids = list(Problem.objects.values_list("pk", flat=True))
    assert "5 rows done" in move(
        county, "explain", [], all="1", filter="state=open", desk="desk", explanation="ok"
    )
    assert "your own" in move(county, "check", ids)
    assert "5 rows done" in move(second, "check", ids)
    assert "another office" in move(second, "check", ids)


def test_bulk_beyond_a_request_is_a_job(county: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    world.issued_batch(findings=world.make_findings(5))
    monkeypatch.setattr(panel_views, "CHUNK", 3)
    answer = county.post(reverse("problem_move"), {"move": "receive", "all": "1", "filter": "state=open"})
    job = Job.objects.get(kind="review.move")
    assert answer.url == reverse("job_detail", args=[job.id])
    job_execute(job_id=str(job.id), region=job.region)
    job.refresh_from_db()
    assert (job.state, job.done, job.result["done"], job.result["refused"]) == ("done", 5, 5, {})


def test_evidence_is_bound_to_the_rows(county: Client) -> None:
    world.issued_batch()
    row = Problem.objects.get()
    photo = SimpleUploadedFile("note.txt", b"invoice 17", content_type="text/plain")
    shown = panel_move(county, "explain", row, explanation="see the invoice", evidence=photo)
    assert "note.txt" in shown or "allowed" in shown
    missing = panel_move(county, "assign", row, person="")
    assert "Choose a person" in missing


def test_an_enumerator_sees_what_is_assigned(county: Client) -> None:
    field = make_person("enumerator", TOWNSHIP)
    world.issued_batch(findings=world.make_findings(2, region="330802005001"))
    first, other = Problem.objects.order_by("pk")
    move(county, "assign", [first.pk], person=field.pk)
    # an enumerator works within districts; give the objects one
    district = uuid4()
    Problem.objects.update(district_id=district)
    field.post.districts = [district]
    field.post.save()
    page = text(signed_in(field.username), "problem_desk")
    assert first.object_name in page
    assert f'data-row="{other.pk}"' not in page
    assert f'data-row="{other.pk}"' in text(signed_in(field.username), "problem_desk", person="")


def test_each_group_leads_to_its_rows(county: Client) -> None:
    made = world.make_findings(3)
    world.issued_batch(findings=made)
    district = uuid4()
    Problem.objects.filter(finding_id=made[0].pk).update(district_id=district)
    field = make_person("enumerator", TOWNSHIP, districts=[district])
    for by in desk_views.GROUPS:
        page = text(county, "problem_desk", by=by)
        links = re.findall(r'<th scope="row" class="fw-normal"><a href="([^"]+)"', page)
        counts = [int(n) for n in re.findall(r'</th>\s*<td class="num">([\d,]+)</td>', page)]
        assert (sum(counts), len(links)) == (3, len(counts)), by
        for link, count in zip(links, counts, strict=True):
            found = county.get(reverse("problem_desk") + html.unescape(link)).content.decode()
            assert found.count("data-row=") == count, link
        assert (f">{field.name}</a>" in page) == (by == "enumerator")


def test_rows_of_others_are_not_found(county: Client) -> None:
    far = signed_in(make_person("county_officer", OTHER_COUNTY).username)
    world.issued_batch(findings=world.make_findings(1))
    assert "No batches" in text(far, "batch_list")
    text(far, "problem_panel", Problem.objects.get().pk, status=404)
    text(county, "problem_panel", Problem.objects.get().pk)


def test_ticked_findings_go_on_a_draft(city: Client) -> None:
    chosen, other = world.make_findings(2)
    city.post(reverse("batch_new"), {"title": "ranking", "kind": "joint", "deadline": timezone.localdate()})
    address = reverse("batch_add", args=[Batch.objects.get().id])
    assert address in text(city, "finding_list")
    city.post(address, {"ids": [chosen.pk], "next": reverse("finding_list")})
    assert list(Problem.objects.values_list("finding_id", flat=True)) == [chosen.pk]
    assert other.pk != chosen.pk


def test_bad_input_is_answered_in_words(city: Client) -> None:
    world.make_findings()
    answer = city.post(reverse("batch_new"), {"title": "x", "kind": "audit", "deadline": "2001-01-01"})
    assert "past" in answer.content.decode()
    assert city.post(reverse("problem_move"), {"move": "nonsense"}).status_code == 400
    assert city.post(reverse("problem_move"), {"move": "receive", "ids": ["x"]}).status_code in {400, 403}
    city.post(reverse("batch_new"), {"title": "x", "kind": "audit", "deadline": timezone.localdate()})
    batch = Batch.objects.get()
    broken = SimpleUploadedFile("list.xlsx", b"PK\x03\x04 nonsense")
    answer = city.post(reverse("batch_import", args=[batch.id]), {"file": broken}, follow=True)
    assert "damaged" in answer.content.decode()
    answer = city.post(reverse("batch_row", args=[batch.id]), {"code": "nowhere", "text": "?"})
    assert "no census object" in answer.content.decode()


def workbook(client: Client, batch: Batch) -> openpyxl.Workbook:
    answer = client.get(reverse("batch_export", args=[batch.id]))
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def upload(book: openpyxl.Workbook) -> SimpleUploadedFile:
    buffer = io.BytesIO()
    book.save(buffer)
    return SimpleUploadedFile("answers.xlsx", buffer.getvalue())


def test_workbook_goes_out_and_answers_come_back(county: Client) -> None:
    batch = world.issued_batch(findings=world.make_findings(4))
    book = workbook(county, batch)
    sheet = book.active
    header = next(row for row in range(1, 10) if sheet.cell(row, 1).value == "批次号")
    place = {column.key: number for number, column in enumerate(sheets.COLUMNS, start=1)}
    first = header + 2
    assert sheet.cell(first, place["value"]).value == "100"
    for line, (answer, words) in enumerate(
        [("说明", "meter"), ("更正", ""), ("whatever", ""), ("说明", "lost")]
    ):
        sheet.cell(first + line, place["answer"]).value = answer
        sheet.cell(first + line, place["explanation"]).value = words
    sheet.cell(first + 3, place["code"]).value = "no-such-object"
    answer = county.post(reverse("batch_answers", args=[batch.id]), {"file": upload(book)})
    page = answer.content.decode()
    assert answer.status_code == 200, page[:2000]
    assert list(Problem.objects.filter(state="answered").values_list("explanation", flat=True)) == ["meter"]
    for reason in ("no kind of answer", "has this object", "not changed since"):
        assert reason in page, reason


def run_job(kind: str) -> Job:
    job = Job.objects.get(kind=kind)
    job_execute(job_id=str(job.id), region=job.region)
    job.refresh_from_db()
    assert job.state == "done", job.error
    return job


def test_big_lists_go_out_and_come_back_as_jobs(county: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "AT_ONCE_BYTES", 10)
    monkeypatch.setattr(files, "AT_ONCE_ROWS", 2)
    batch = world.issued_batch(findings=world.make_findings(3))
    county.get(reverse("batch_export", args=[batch.id]))
    waiting = reverse("batch_job", args=[Job.objects.get(kind=files.EXPORT).id])
    assert "job-line" in county.get(waiting).content.decode()
    run_job(files.EXPORT)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(county.get(waiting).streaming_content)))
    sheet = book.active
    place = {column.key: number for number, column in enumerate(sheets.COLUMNS, start=1)}
    header = next(row for row in range(1, 10) if sheet.cell(row, 1).value == "批次号")
    for line in (2, 3):
        sheet.cell(header + line, place["answer"]).value = "说明"
        sheet.cell(header + line, place["explanation"]).value = f"reason {line}"
    answer = county.post(reverse("batch_answers", args=[batch.id]), {"file": upload(book)})
    job = run_job(files.IMPORT)
    assert answer.url == reverse("batch_job", args=[job.id])
    told = set(Problem.objects.filter(state="answered").values_list("explanation", flat=True))
    assert told == {"reason 2", "reason 3"}
    assert '<span class="stat stat-good">2</span>' in text(county, "batch_job", job.id)
    stranger = signed_in(make_person("county_officer", COUNTY).username)
    assert stranger.get(answer.url).status_code == 404


def test_rows_come_from_a_workbook(city: Client) -> None:
    obj = Return.objects.get(pk=world.make_findings()[0].return_id).object
    city.post(reverse("batch_new"), {"title": "x", "kind": "audit", "deadline": timezone.localdate()})
    batch = Batch.objects.get()
    book = openpyxl.Workbook()
    book.active.append(["普查对象代码", "表号", "指标标识", "规则编号", "级别", "问题描述"])
    book.active.append([obj.code, "G102", "water_intake_m3", "G102-R01", "error", "取水量可疑"])
    book.active.append(["nowhere", "G102", "", "", "error", "x"])
    book.active.append([obj.code, "G102", "", "", "terrible", "x"])
    answer = city.post(reverse("batch_import", args=[batch.id]), {"file": upload(book)})
    page = answer.content.decode()
    assert "no census object" in page
    assert "error, warning or info" in page
    row = Problem.objects.get()
    assert row.finding_id is not None, "the imported row is known as the same fault"
    assert city.get(reverse("batch_template")).status_code == 200


def test_rates_as_workbook(city: Client) -> None:
    world.issued_batch(findings=world.make_findings(2))
    answer = city.get(reverse("problem_rates_xlsx"))
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    cells = [cell for row in book.active.iter_rows(values_only=True) for cell in row]
    assert "整改完成率(%)" in cells
    assert 2 in cells


def test_finding_and_rule_pages(county: Client) -> None:
    finding = world.make_findings()[0]
    assert "G102-R01" in text(county, "finding_list")
    assert "G102-R01" in text(county, "finding_list", by="rule")
    assert "No findings" in text(county, "finding_list", severity="info")
    page = text(county, "rule_list", q="G102-R01")
    assert ">1</a>" in page
    assert "list comparison" in text(county, "rule_list", bound="no")
    county.post(reverse("finding_run"))
    job = Job.objects.get(kind="review.findings")
    assert county.post(reverse("finding_run")).url == reverse("job_detail", args=[job.id])
    answer = county.post(reverse("finding_explain"), {"ids": [finding.pk], "note": " "}, follow=True)
    assert "Say why" in answer.content.decode()


def test_ladder_counts_places_and_steps(county: Client, city: Client) -> None:
    obj = world.make_return(world.make_object(region="330802005001")).object
    world.make_return(obj, form="G101-1")
    Return.objects.filter(form="G101-1").update(state="draft", errors=3)
    world.make_return(world.make_object(region="330803001001"))
    page = text(city, "review_ladder")
    assert "state=county_ok&amp;region=330802000000" in page
    assert "66.7%" in page
    page = text(county, "review_ladder", category="industrial")
    assert "region=330802005000" in page
    assert "330803" not in page
    assert "errors=1" in page


def test_home_cards(county: Client) -> None:
    world.issued_batch(findings=world.make_findings(2))
    page = text(county, "home")
    assert "Problems to answer" in page
    assert "Problem batches" in page
