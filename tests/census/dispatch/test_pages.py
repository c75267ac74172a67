"""The pages as people of each office use them, under row-level security."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from census.dispatch import services
from census.dispatch.measures import measure_of
from census.dispatch.models import Document, Target
from census.dispatch.queries import board
from census.dispatch.views import trend
from census.jobs.models import Job
from tests.factories import CITY, COUNTY, OTHER_COUNTY, PROVINCE, make_person, make_scope
from tests.support.requests import signed_in

STEP = "test.step"


@pytest.fixture
def visit(counted, settings):
    """Sign in as a new person of that kind; every request runs as the web role."""
    settings.SWITCH_TO_WEB_ROLE = True
    return lambda kind, region: signed_in(make_person(kind, region).username)


def test_the_board_of_a_city(visit):
    page = visit("city_officer", CITY).get(reverse("dispatch_board")).content.decode()
    assert "衢江区" in page
    assert "95.0%" in page
    assert "Write to the places" in page


def test_home_shows_the_progress_of_the_region(visit):
    page = visit("city_officer", CITY).get(reverse("home")).content.decode()
    assert f"{reverse('dispatch_board')}?measure={STEP}" in page
    assert "%" in page.split(f"?measure={STEP}", 1)[1].split("</tr>")[0]


def test_a_county_looks_at_its_townships_and_no_further(visit):
    client = visit("county_officer", COUNTY)
    page = client.get(reverse("dispatch_board")).content.decode()
    assert "新新街道" in page
    assert "Count now" not in page
    for elsewhere in (CITY, OTHER_COUNTY, "33", "x" * 12):
        assert client.get(reverse("dispatch_board"), {"region": elsewhere}).status_code == 404


def test_a_province_goes_down_to_a_county(visit):
    client = visit("province_officer", PROVINCE)
    assert "衢州市" in client.get(reverse("dispatch_board")).content.decode()
    assert "柯城区" in client.get(reverse("dispatch_board"), {"region": CITY}).content.decode()
    assert client.get(reverse("dispatch_board"), {"region": COUNTY}).status_code == 200


def test_a_target_is_set_and_withdrawn(visit):
    client = visit("city_officer", CITY)
    wanted = {
        "measure": STEP,
        "starts": "2018-09-01",
        "due": "2018-10-01",
        "percent": "95",
        "tolerance": "5",
    }
    refused = client.post(reverse("dispatch_targets"), wanted | {"due": "2018-08-01"})
    assert refused.status_code == 422
    assert "due before it starts" in refused.content.decode()
    assert client.post(reverse("dispatch_targets"), wanted).status_code == 302
    assert Target.objects.get().percent == 95
    assert client.post(reverse("dispatch_target_remove"), {"measure": STEP}).status_code == 302
    assert not Target.objects.exists()


def test_counting_starts_a_job(visit):
    client = visit("city_officer", CITY)
    assert client.post(reverse("dispatch_count")).status_code == 302
    assert Job.objects.get().region == CITY


def test_a_letter_goes_out_is_received_and_answered(visit):
    """The whole way through the pages; what was typed comes back when it is refused."""
    city, county = visit("city_officer", CITY), visit("county_officer", COUNTY)
    deadline = (timezone.localdate() + dt.timedelta(days=3)).isoformat()
    wanted = {"kind": "supervision", "measure": STEP, "addressed": [COUNTY], "deadline": deadline}
    refused = city.post(reverse("document_new"), wanted | {"deadline": ""})
    assert refused.status_code == 422
    assert "until when" in refused.content.decode()
    city.post(reverse("document_new"), wanted)
    letter = Document.objects.get()
    at = {"document_id": letter.id}
    assert county.get(reverse("document_detail", kwargs=at)).status_code == 404
    city.post(reverse("document_issue", kwargs=at))
    assert "督办函" in county.get(reverse("document_detail", kwargs=at)).content.decode()
    assert "To receive" in county.get(reverse("home")).content.decode()
    county.post(reverse("document_receive", kwargs=at))
    county.post(reverse("document_reply", kwargs=at), {"text": "本周完成"})
    assert "本周完成" in city.get(reverse("document_detail", kwargs=at)).content.decode()
    city.post(reverse("document_decide", kwargs=at), {"region": COUNTY, "decision": "accept"})
    letter.refresh_from_db()
    assert letter.state == "closed"


def test_a_refused_reply_is_not_lost(visit):
    """Somebody else of the office has replied meanwhile: the text comes back to copy from."""
    letter = _letter()
    county = visit("county_officer", COUNTY)
    at = {"document_id": letter.id}
    county.post(reverse("document_receive", kwargs=at))
    county.post(reverse("document_reply", kwargs=at), {"text": "first"})
    answer = county.post(reverse("document_reply", kwargs=at), {"text": "second, long thought about"})
    assert answer.status_code == 409
    assert "second, long thought about" in answer.content.decode()


def test_the_word_file_comes_with_its_name(visit):
    letter = _letter()
    answer = visit("county_officer", COUNTY).get(reverse("document_docx", kwargs={"document_id": letter.id}))
    assert answer.content[:2] == b"PK"
    assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E7%9D%A3")


def test_a_pdf_can_be_fetched_too(visit):
    letter = _letter()
    answer = visit("county_officer", COUNTY).get(reverse("document_pdf", kwargs={"document_id": letter.id}))
    assert answer.content[:5] == b"%PDF-"
    assert answer["Content-Disposition"].endswith(".pdf")


def _letter() -> Document:
    city = make_scope("city_officer", CITY)
    draft = services.document_draft(
        city,
        kind="supervision",
        measure=STEP,
        addressed=[COUNTY],
        deadline=timezone.localdate() + dt.timedelta(days=3),
    )
    return services.document_issue(city, document_id=draft.id)


def test_the_burn_down_starts_with_the_counts_and_ends_with_the_forecast(counted):
    city = make_scope("city_officer", CITY)
    today = timezone.localdate()
    services.target_set(
        city,
        measure=STEP,
        starts=today - dt.timedelta(days=17),
        due=today + dt.timedelta(days=3),
        percent=Decimal(100),
        tolerance=Decimal(10),
    )
    found = trend(board(city, CITY, measure_of(STEP)))
    week_ago = (today - dt.timedelta(days=7)).isoformat()
    assert found["left"] == [[week_ago, 66], [today.isoformat(), 34]]
    assert found["plan"] == [[week_ago, 53], [(today + dt.timedelta(days=3)).isoformat(), 0]]
    assert found["forecast"] == [
        [today.isoformat(), 34],
        [(today + dt.timedelta(days=8)).isoformat(), 0],
    ]
