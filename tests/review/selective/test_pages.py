"""Queue, object page, digit tests and the job, with real requests under row-level security."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from census.access.scope import enter
from census.jobs.models import Job
from census.jobs.services import job_execute
from review.findings.models import Finding
from review.findings.runs import shard_check
from review.problems.batches import batch_issue
from review.problems.models import Batch, Problem
from review.selective.methods import METHODS
from review.selective.models import DigitTest, Score
from review.selective.services import area_look, area_read, area_store, selective_batch
from review.statistics import duplicates, pairs, places, ratios
from review.templatetags.selective_tags import digit_bars, p_words, peer_strip, times_median
from sources.returns.models import Return
from tests.factories import CITY, COUNTY, OTHER_COUNTY, make_person, make_regions, make_scope
from tests.review.selective.stations import STATIONS, make_stations
from tests.support.requests import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def stations():
    """Petrol stations of two counties; the last one of the first county sells a thousand times too much."""
    return make_stations()


def survey_city():
    """The survey of the city by its officer, as the job does it."""
    scope = make_scope("city_officer", CITY)
    with enter(scope):
        area = area_read(CITY)
        return area_store(scope, region=CITY, area=area, found=area_look(area))


def text(client: Client, name: str, *args: object, status: int = 200, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == status
    return answer.content.decode()


def test_a_survey_stores_scores_and_findings(stations, settings):
    settings.SWITCH_TO_WEB_ROLE = True
    wrong = stations[-1]
    done = survey_city()
    assert done["objects"] == STATIONS
    score = Score.objects.get(object_id=wrong.object_id)
    assert (score.form, score.indicator, score.region) == ("Y102", "gasoline_sales_t", "330802005001")
    assert score.culprits[0]["expected"] == pytest.approx(1500 + 10 * (STATIONS - 1))
    assert score.reasons[0]["peers"]["count"] == STATIONS
    finding = Finding.objects.get(rule="ST-UNIT")
    assert (finding.kind, finding.severity, finding.return_id) == ("outlier", "warning", wrong.id)


def test_what_is_mended_is_cleared_and_rules_do_not_clear_statistics(stations):
    survey_city()
    scope = make_scope("city_officer", CITY)
    with enter(scope):
        shard_check(scope, shard=COUNTY)
    assert Finding.objects.get(rule="ST-UNIT").state == "open"
    rules_open = Finding.objects.exclude(kind="outlier").filter(state="open").count()
    assert rules_open
    wrong = stations[-1]
    wrong.values["gasoline_sales_t"] /= 1000
    Return.objects.filter(pk=wrong.pk).update(values=wrong.values)
    survey_city()
    assert Finding.objects.get(rule="ST-UNIT").state == "cleared"
    assert Finding.objects.exclude(kind="outlier").filter(state="open").count() == rules_open


def test_an_issued_problem_of_statistics_follows_statistics_and_not_rules(stations):
    survey_city()
    scope = make_scope("city_officer", CITY)
    deadline = timezone.localdate() + dt.timedelta(days=5)
    with enter(scope):
        score = Score.objects.get(indicator="gasoline_sales_t")
        batch = selective_batch(scope, ids=[score.pk], title="x", deadline=deadline)
        batch_issue(scope, batch_id=batch.id)
        shard_check(scope, shard=COUNTY)
    assert Problem.objects.get().rule_passes is False
    wrong = stations[-1]
    wrong.values["gasoline_sales_t"] /= 1000
    Return.objects.filter(pk=wrong.pk).update(values=wrong.values)
    survey_city()
    problem = Problem.objects.get()
    assert problem.rule_passes is True
    assert problem.value_after not in ("", problem.value_at_issue)


def test_the_job_runs_within_the_county_of_its_starter(stations, settings):
    settings.SWITCH_TO_WEB_ROLE = True
    client = signed_in(make_person("county_officer", COUNTY).username)
    client.post(reverse("selective_run"))
    client.post(reverse("selective_run"))
    job = Job.objects.get()
    job_execute(job_id=str(job.id), region=job.region)
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", job.total)
    assert job.result["objects"] == STATIONS // 2
    assert "gasoline" not in text(client, "selective_queue")  # nine stations are too few peers
    job_execute(job_id=str(job.id), region=job.region)
    job.refresh_from_db()
    assert job.attempts == 1


def test_the_queue_shows_only_the_own_region(stations):
    survey_city()
    score = Score.objects.get(indicator="gasoline_sales_t")
    own = signed_in(make_person("county_officer", COUNTY).username)
    other = signed_in(make_person("county_officer", OTHER_COUNTY).username)
    assert str(score.pk) in text(own, "selective_queue")
    name = stations[-1].object.name
    assert name in text(own, "selective_queue")
    assert name not in text(other, "selective_queue")
    assert name in text(own, "selective_object", score.pk)
    text(other, "selective_object", score.pk, status=404)
    assert "ST-UNIT" in text(own, "selective_object", score.pk)
    assert name not in text(own, "selective_queue", category="industrial")


def test_the_suspect_item_stands_beside_the_finding(stations):
    survey_city()
    client = signed_in(make_person("city_officer", CITY).username)
    score = Score.objects.get(indicator="gasoline_sales_t")
    page = text(client, "finding_list", rule="ST-UNIT")
    assert reverse("selective_object", args=[score.pk]) in page
    assert "1,670" in page  # what the peers suggest


def test_ticked_objects_become_a_draft_linked_to_the_finding(stations):
    survey_city()
    score = Score.objects.get(indicator="gasoline_sales_t")
    client = signed_in(make_person("city_officer", CITY).username)
    deadline = timezone.localdate() + dt.timedelta(days=5)
    data = {"ids": [score.pk], "title": "重点审核", "deadline": deadline.isoformat()}
    answer = client.post(reverse("selective_to_batch"), data)
    batch = Batch.objects.get()
    assert answer["Location"] == reverse("batch_edit", args=[batch.id])
    row = Problem.objects.get(batch=batch)
    assert (row.form, row.indicator, row.rule) == ("Y102", "gasoline_sales_t", "ST-UNIT")
    assert row.finding_id == Finding.objects.get(rule="ST-UNIT").pk


def test_a_list_needs_objects_a_title_and_the_right(stations):
    survey_city()
    scope = make_scope("city_officer", CITY)
    deadline = timezone.localdate() + dt.timedelta(days=5)
    ids = list(Score.objects.values_list("pk", flat=True))
    with enter(scope):
        with pytest.raises(ValidationError):
            selective_batch(scope, ids=[], title="x", deadline=deadline)
        with pytest.raises(ValidationError):
            selective_batch(scope, ids=ids, title="", deadline=deadline)
    foreign = make_scope("county_officer", OTHER_COUNTY)
    own = Score.objects.get(indicator="gasoline_sales_t").pk
    with enter(foreign), pytest.raises(ValidationError):
        selective_batch(foreign, ids=[own], title="x", deadline=deadline)
    reader = make_scope("enumerator", COUNTY)
    with enter(reader), pytest.raises(PermissionDenied):
        area_store(reader, region=COUNTY, area=area_read(COUNTY), found=area_look(area_read(COUNTY)))


def test_a_list_without_a_title_says_so_on_the_page(stations):
    survey_city()
    client = signed_in(make_person("city_officer", CITY).username)
    data = {"ids": list(Score.objects.values_list("pk", flat=True)), "next": reverse("selective_queue")}
    answer = client.post(reverse("selective_to_batch"), data, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("selective_queue")
    assert "alert" in answer.content.decode()
    assert not Batch.objects.exists()


def test_digit_tests_are_shown_doubtful_first():
    make_regions()
    facts = {"region": COUNTY, "kind": "benford", "by": "county", "group": "330802", "count": 400}
    for doubtful, q in ((True, 0.001), (False, 0.5)):
        DigitTest.objects.create(
            **facts, name="x", measure=0.02, expected=0.015, p=q, q=q, doubtful=doubtful, digits=[q] * 9
        )
    client = signed_in(make_person("county_officer", COUNTY).username)
    assert "0.001" in text(client, "digit_tests")
    assert "0.5" not in text(client, "digit_tests").split("<tbody>")[1].split("</tbody>")[0]
    assert "0.5" in text(client, "digit_tests", all="1").split("<tbody>")[1]
    assert text(client, "digit_tests", kind="heaping")


def test_empty_pages_say_what_to_do():
    make_regions()
    client = signed_in(make_person("county_officer", COUNTY).username)
    assert "empty" in text(client, "selective_queue")
    assert "empty" in text(client, "digit_tests")


def test_the_methods_say_what_is_open_of_each(stations, settings):
    settings.SWITCH_TO_WEB_ROLE = True
    survey_city()
    page = text(signed_in(make_person("city_officer", CITY).username), "selective_methods")
    rows = {row.partition('"')[0]: row for row in page.split('<tr id="')[1:]}
    assert set(rows) == {method.rule for method in METHODS}
    assert f'href="{reverse("finding_list")}?rule=ST-UNIT">1</a>' in rows["ST-UNIT"]
    assert f'href="{reverse("digit_tests")}?kind=benford">0</a>' in rows["benford"]
    assert all(escape(method.source) in rows[method.rule] for method in METHODS)


def test_every_detector_is_among_the_methods():
    rules = {
        value
        for module in (duplicates, pairs, places, ratios)
        for value in vars(module).values()
        if isinstance(value, str) and value.startswith("ST-")
    }
    assert rules == {method.rule for method in METHODS if method.rule.startswith("ST-")}


def test_the_picture_shows_the_object_outside_its_peers():
    drawn = peer_strip({"low": 10, "median": 20, "high": 40, "own": 4000})
    start, width = (float(drawn.split(f' {name}="')[1].split('"')[0]) for name in ("x", "width"))
    dot = float(drawn.split('cx="')[1].split('"')[0])
    assert dot > start + width
    assert times_median({"median": 20, "own": 4000}, "own") == "200"
    assert times_median({"median": 20}, "own") == "–"
    assert peer_strip({"low": 10, "median": 20, "high": 40}) == ""  # a score of before the figure was kept
    assert peer_strip({"low": 0, "median": 20, "high": 40, "own": 1}) == ""


def test_digits_are_drawn_beside_what_is_usual():
    benford = DigitTest(kind="benford", digits=[30, 18, 12, 10, 8, 7, 6, 5, 4], expected=0.015)
    heaping = DigitTest(kind="heaping", digits=[40, 2, 2, 2, 2, 44, 2, 2, 2, 2], expected=0.2)
    assert (digit_bars(benford).count("<rect"), digit_bars(heaping).count("<rect")) == (9, 10)
    assert "<title>5: 44.0 %</title>" in digit_bars(heaping)
    assert digit_bars(DigitTest(kind="heaping", digits=[], expected=0.2)) == ""
    assert (p_words(1e-9), p_words(0.0123)) == ("< 0.0001", "0.0123")
