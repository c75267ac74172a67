"""Pages of quality verification as office and verifiers use them, with real requests."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from docx import Document as Word

from census.access.scope import enter
from census.access.signin import scope_of
from census.conf.databases import WEB_ROLE
from census.jobs.models import Job
from census.jobs.services import job_execute
from review.problems.models import Batch
from review.verification import workbook
from review.verification.items import value_typed
from review.verification.models import Frame, Plan, Result, Sheet, SheetItem, WalkEntry
from review.verification.sampling import frame_hash
from tests.factories import CITY, COUNTY, make_person, make_regions
from tests.review.verification.world import drawn_plan, make_objects, verify_everything
from tests.support.requests import signed_in

pytestmark = pytest.mark.django_db


class World:
    """An officer and a verifier of the city, both signed in."""

    def __init__(self) -> None:
        make_regions()
        self.officer, self.verifier = (make_person(kind, CITY) for kind in ("city_officer", "verifier"))
        self.office, self.field = (signed_in(one.username) for one in (self.officer, self.verifier))
        self.city, self.own = (scope_of(one, one.post) for one in (self.officer, self.verifier))

    def given_plan(self, **more: object) -> Plan:
        """A drawn plan whose sheets all lie with the verifier."""
        with override("en"):
            plan = drawn_plan(self.city, **more)
        plan.sheets.update(assigned_to=self.verifier.pk, assigned_name=self.verifier.name)
        return plan


@pytest.fixture
def world() -> World:
    return World()


def page(client: Client, name: str, /, *args: object, status: int = 200, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


def post(client: Client, name: str, /, *args: object, **fields: object) -> str:
    answer = client.post(reverse(name, args=args), fields, follow=True)
    assert answer.status_code == 200, answer.content.decode()[:3000]
    return answer.content.decode()


def terms_of(text: str) -> dict[str, str]:
    """The form of the terms as the page shows it."""
    found = dict(re.findall(r'name="([a-z:/_]+)" value="([^"]*)"', text))
    return found | {name: value for value, name in re.findall(r'value="([^"]*)" name="([a-z:/_]+)"', text)}


def test_from_the_plan_to_the_issued_errors(world: World) -> None:
    make_objects(12)
    answer = world.office.post(reverse("verification_new"), {"title": "质量核查", "stage": "survey"})
    plan = Plan.objects.get()
    assert answer.url == reverse("verification_edit", args=[plan.id])
    fields = terms_of(page(world.office, "verification_edit", plan.id))
    fields |= {"districts": "0", "share:industrial/general": "0", "min:industrial/general": "3"}
    shown = post(world.office, "verification_edit", plan.id, **(fields | {"max:industrial/general": "1"}))
    assert "The minimum exceeds the maximum" in shown
    assert "Saved." in post(world.office, "verification_edit", plan.id, **fields)
    assert "<strong>3</strong>" in page(world.office, "verification_preview", plan.id)
    assert (
        "Drawing" in post(world.office, "verification_draw", plan.id, seed="6 12 49") or Job.objects.exists()
    )
    job = Job.objects.get(kind="review.verification_draw")
    job_execute(job_id=str(job.id), region=job.region)
    plan.refresh_from_db()
    assert (plan.state, plan.seed) == ("drawn", "6 12 49")
    assert "drawn only once" in post(world.office, "verification_draw", plan.id)
    shown = page(world.office, "verification_detail", plan.id, check="1")
    assert "frame, seed and sheets agree" in shown
    frame = world.office.get(reverse("verification_frame", args=[plan.id])).content
    assert frame_hash(frame) == plan.frame_hash
    ids = [str(sheet.id) for sheet in plan.sheets.all()]
    shown = post(world.office, "verification_assign", plan.id, ids=ids, person=world.verifier.pk)
    assert "3 sheets given" in shown
    for number, sheet in enumerate(plan.sheets.all()):
        assert sheet.name in page(world.field, "verification_mine")
        fields = {}
        for item in sheet.items.all():
            fields[f"verified-{item.pk}"] = value_typed(item, item.reported)
            fields[f"how-{item.pk}"] = "nothing" if item.reported is None else ""
        if number == 0:
            water = sheet.items.get(indicator="water_intake_m3")
            fields[f"verified-{water.pk}"] = "nonsense"
            shown = post(world.field, "verification_sheet_save", sheet.id, **fields)
            assert "1 item could not be taken" in shown
            assert 'value="nonsense"' in shown
            fields[f"verified-{water.pk}"] = "50"
        assert "Saved." in post(world.field, "verification_sheet_save", sheet.id, **fields)
        words = {"outcome": "present", "visited_on": timezone.localdate(), "unit_person": "王五"}
        assert "This field is required" in post(world.field, "verification_sheet_sign", sheet.id, **words)
        shown = post(world.field, "verification_sheet_sign", sheet.id, second_name="李四", **words)
        assert "The sheet is signed." in shown
    shown = page(world.office, "verification_report", plan.id, county=COUNTY)
    assert "Key indicator error rate" in shown
    proposed = re.search(r'<option value="(\w+)" selected>[^<]+</option>.*?Decide', shown, re.S)
    assert proposed
    post(
        world.office, "verification_decide", plan.id, county=COUNTY, outcome="fix", reason="meter in one firm"
    )
    result = Result.objects.get()
    assert (result.outcome, result.county) == ("fix", COUNTY)
    answer = world.office.post(
        reverse("verification_batch", args=[plan.id]), {"county": COUNTY, "deadline": timezone.localdate()}
    )
    batch = Batch.objects.get()
    assert answer.url == reverse("batch_edit", args=[batch.id])
    assert (batch.kind, batch.rows) == ("verification", 1)
    answer = world.office.post(reverse("verification_recheck", args=[plan.id]), {"county": COUNTY})
    again = Plan.objects.exclude(pk=plan.pk).get()
    assert again.parent == plan
    assert again.title in page(world.office, "verification_detail", plan.id)


def test_blind_means_hidden_until_entered(world: World) -> None:
    make_objects(4)
    plan = world.given_plan(blind=True)
    sheet = plan.sheets.first()
    item = sheet.items.get(indicator="water_intake_m3")
    SheetItem.objects.filter(pk=item.pk).update(reported=87654321)
    for name in ("verification_sheet", "verification_sheet_print"):
        assert "87654321" not in page(world.field, name, sheet.id)
        assert "87654321" not in page(world.office, name, sheet.id)
    assert "87654321" not in cells_of(world.field, plan)
    post(world.field, "verification_sheet_save", sheet.id, **{f"verified-{item.pk}": "87650000"})
    for name in ("verification_sheet", "verification_sheet_print"):
        assert "87654321" in page(world.field, name, sheet.id)
    assert "87654321" in cells_of(world.field, plan)


def cells_of(client: Client, plan: Plan) -> list[str]:
    book = openpyxl.load_workbook(book_of(client, plan))
    return [str(cell) for row in book.active.iter_rows(values_only=True) for cell in row if cell is not None]


def book_of(client: Client, plan: Plan) -> io.BytesIO:
    answer = client.get(reverse("verification_workbook", args=[plan.id]))
    assert answer.status_code == 200
    return io.BytesIO(answer.content)


def test_verifiers_see_no_filled_forms(world: World) -> None:
    make_objects(1)
    for name in ("work_list", "register_list", "problem_desk", "finding_list"):
        assert world.field.get(reverse(name)).status_code == 403


def test_the_sample_is_hidden_from_the_county(world: World) -> None:
    """In the database itself: the county's scope holds none of the rows, though the objects lie in it."""
    make_objects(4)
    person = make_person("county_officer", COUNTY)
    county = scope_of(person, person.post)
    plan = world.given_plan()
    place = {"issuer": CITY, "county": COUNTY, "area": COUNTY, "category": "industrial"}
    WalkEntry.objects.create(plan=plan, name="x", found_by_name="x", **place)
    tables = (Plan, Frame, Sheet, SheetItem, WalkEntry)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {WEB_ROLE}")
        with enter(world.city):
            assert all(model.objects.exists() for model in tables)
        with enter(county):
            assert not any(model.objects.exists() for model in tables)
        cursor.execute("RESET ROLE")


def test_workbook_goes_out_and_comes_back(world: World) -> None:
    make_objects(4)
    plan = world.given_plan()
    book = openpyxl.load_workbook(book_of(world.field, plan))
    sheet = book.active
    header = next(row for row in range(1, 10) if sheet.cell(row, 1).value == "记录表号*")
    place = {column.key: number for number, column in enumerate(workbook.COLUMNS, start=1)}
    rows = {
        (sheet.cell(line, place["sheet"]).value, sheet.cell(line, place["label"]).value): line
        for line in range(header + 2, sheet.max_row + 1)
    }
    water = [line for (_number, label), line in rows.items() if "Water intake, total" in str(label)]
    first, second, third, fourth = water
    sheet.cell(first, place["verified"]).value = 95
    sheet.cell(first, place["paper"]).value = 100
    sheet.cell(second, place["verified"]).value = "many"
    sheet.cell(third, place["how"]).value = "perhaps"
    sheet.cell(fourth, place["item"]).value = 999_999_999
    sheet.cell(fourth, place["verified"]).value = 1
    buffer = io.BytesIO()
    book.save(buffer)
    upload = SimpleUploadedFile("sheets.xlsx", buffer.getvalue())
    shown = post(world.field, "verification_import", plan.id, file=upload)
    assert "1 item taken" in shown
    assert "3 rows could not be taken" in shown
    for reason in ("not a number", "Not one of the words", "no such sheet and item"):
        assert reason in shown, reason
    item = SheetItem.objects.get(how="value")
    assert (item.verified, item.verdict, item.paper) == (95, "within", {"value": 100})


def test_a_workbook_of_another_person_fills_nothing(world: World) -> None:
    make_objects(4)
    plan = world.given_plan()
    book = openpyxl.load_workbook(book_of(world.field, plan))
    place = {column.key: number for number, column in enumerate(workbook.COLUMNS, start=1)}
    book.active.cell(book.active.max_row, place["how"]).value = "无此项"
    buffer = io.BytesIO()
    book.save(buffer)
    other = signed_in(make_person("verifier", CITY).username)
    upload = SimpleUploadedFile("sheets.xlsx", buffer.getvalue())
    shown = post(other, "verification_import", plan.id, file=upload)
    assert "not one of yours" in shown
    assert not SheetItem.objects.exclude(how="").exists()
    broken = SimpleUploadedFile("sheets.xlsx", b"PK\x03\x04 nonsense")
    assert "damaged" in post(other, "verification_import", plan.id, file=broken)
    assert "Choose a file" in post(other, "verification_import", plan.id)


def test_replace_reopen_and_evidence(world: World) -> None:
    make_objects(12)
    plan = world.given_plan()
    sheet = plan.sheets.first()
    assert "Choose why" in post(world.office, "verification_sheet_replace", sheet.id)
    shown = post(world.office, "verification_sheet_replace", sheet.id, reason="absent")
    assert "the next in the queue" in shown
    assert sheet.name in shown
    other = plan.sheets.filter(state="open", assigned_to=world.verifier.pk).first()
    photo = SimpleUploadedFile("note.txt", b"meter 17", content_type="text/plain")
    assert "Choose a file" in post(world.field, "verification_sheet_file", other.id)
    shown = post(world.field, "verification_sheet_file", other.id, file=photo)
    assert "note.txt" in shown or "allowed" in shown
    assert world.office.post(reverse("verification_sheet_file", args=[other.id])).status_code == 403


def test_walk(world: World) -> None:
    objects = make_objects(4)
    plan = world.given_plan()
    fields = {"area": COUNTY, "category": "industrial", "name": "电镀作坊", "address": "溪边", "code": ""}
    assert "Noted: 电镀作坊" in post(world.field, "verification_walk_add", plan.id, **fields)
    shown = post(world.field, "verification_walk_add", plan.id, **(fields | {"code": "nowhere"}))
    assert "No object of this county" in shown
    post(world.field, "verification_walk_add", plan.id, **(fields | {"code": objects[0].code}))
    assert WalkEntry.objects.count() == 2
    shown = page(world.office, "verification_report", plan.id)
    assert "电镀作坊" in shown
    assert "Coverage estimated from two lists" in shown
    entry = WalkEntry.objects.get(object_id=None)
    post(world.field, "verification_walk_remove", plan.id, entry.pk)
    assert WalkEntry.objects.get().code == objects[0].code


def test_report_and_lists(world: World) -> None:
    make_objects(8)
    with override("en"):
        plan = drawn_plan(world.city)
        verify_everything(world.city, world.own, plan)
    shown = page(world.office, "verification_report", plan.id)
    for words in ("Omission rate", "Wilson", "Table 3", plan.frame_hash, "柯城区"):
        assert words in shown, words
    paper = world.office.get(reverse("verification_report_file", args=[plan.id, "docx"]), {"county": COUNTY})
    tables = Word(io.BytesIO(paper.content)).tables
    assert tables[1].rows[2].cells[0].text == "柯城区"
    assert tables[0].rows[1].cells[0].text == "漏报率"
    pdf = world.office.get(reverse("verification_report_file", args=[plan.id, "pdf"]))
    assert pdf.content[:5] == b"%PDF-"
    assert plan.title in page(world.office, "verification_list")
    assert "No verification is planned" in page(world.office, "verification_list", state="closed")
    assert "Signed" in page(world.office, "verification_detail", plan.id, state="signed", county=COUNTY)
    assert "No sheets fit" in page(world.office, "verification_detail", plan.id, who="none")
    assert "4 / 4" in page(world.office, "home")
    assert "My record sheets" in page(world.field, "home")


def test_other_offices_do_not_find_it(world: World) -> None:
    make_objects(4)
    plan = world.given_plan()
    far = signed_in(make_person("city_officer", "370100000000").username)
    page(far, "verification_detail", plan.id, status=404)
    page(far, "verification_sheet", plan.sheets.first().id, status=404)
    province = signed_in(make_person("province_officer", "330000000000").username)
    page(province, "verification_report", plan.id)
    assert province.post(reverse("verification_decide", args=[plan.id])).status_code == 404
