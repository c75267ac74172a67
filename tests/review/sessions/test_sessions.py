"""Joint review: from the invitation to the signed minutes and the issued batch; departments see their own sources."""

import dataclasses
import datetime as dt
import io
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation
from docx import Document as Word

from census.access.scope import enter
from census.audit.models import AuditEntry
from census.documents import docx
from census.documents.model import plain_text
from review.problems.models import Batch, Problem
from review.selective.models import Score
from review.sessions import queries, services
from review.sessions.demo import load_sessions
from review.sessions.minutes import minutes
from review.sessions.models import AgendaItem, Opinion, Session
from sources.returns.models import Return
from tests.factories import CITY, make_person, make_regions
from tests.review.world import make_finding, make_findings
from tests.sources.returns.world import campaign, make_object, scope_for
from tests.support.requests import signed_in

pytestmark = pytest.mark.django_db
OFFICE = scope_for("city_officer")
OTHER_OFFICE = scope_for("city_officer", user_id=9, region="330700000000")
FARMING = dataclasses.replace(
    scope_for("department_reviewer", user_id=8, region=CITY), categories=frozenset({"agricultural"})
)
TERMS = {
    "title": "第一次联合会审",
    "starts": dt.datetime(2018, 9, 5, 1, 30, tzinfo=dt.UTC),
    "place": "市普查办会议室",
    "chair": "主任甲",
    "departments": [{"name": "农业农村局", "people": "张三"}, {"name": "水利局", "people": ""}],
    "categories": ["agricultural", "industrial"],
}


@pytest.fixture(autouse=True)
def _english(db):
    campaign()
    with translation.override("en"):
        yield


@pytest.fixture
def session():
    return services.session_plan(OFFICE, **TERMS)


@pytest.fixture
def objects():
    """A farm and an enterprise."""
    return make_object(kind="farm", name="甲养殖场"), make_object(name="乙公司")


def add(session, *objs, **more):
    rows = [{"code": obj.code, "subject": "Emission doubtful"} | more for obj in objs]
    return services.agenda_add(OFFICE, session_id=session.pk, rows=rows, origin="register")


def item_of(obj):
    return AgendaItem.objects.get(object=obj)


def decide(obj, decision, conclusion="Wrong by a factor of 1000"):
    return services.item_decide(
        OFFICE, item_id=item_of(obj).pk, decision=decision, conclusion=conclusion, responsible="柯城区普查办"
    )


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": " "}, "title"),
        ({"chair": ""}, "chair"),
        ({"departments": [{"name": " "}]}, "departments"),
        ({"categories": []}, "categories"),
    ],
)
def test_an_invitation_without_its_parts_is_refused_with_the_field(wrong, field):
    with pytest.raises(ValidationError) as caught:
        services.session_plan(OFFICE, **TERMS | wrong)
    assert set(caught.value.message_dict) == {field}


def test_what_does_not_belong_on_the_agenda_is_said(session, objects):
    farm, plant = objects
    village = make_object(kind="village", name="丙村")
    assert add(session, farm, plant) == (2, [])
    added, left = add(session, farm, village)
    assert added == 0
    assert ["already" in left[0], "does not deal with" in left[1]] == [True, True]
    unknown = [{"code": "nobody", "subject": "?"}]
    assert services.agenda_add(OFFICE, session_id=session.pk, rows=unknown, origin="register")[0] == 0
    with pytest.raises(ValidationError, match="another source category"):
        services.session_edit(OFFICE, session_id=session.pk, **TERMS | {"categories": ["industrial"]})


def test_the_agenda_from_findings_and_from_the_ranking(session, objects):
    _quiet, loud = make_findings(2)
    ret = Return.objects.get(pk=loud.return_id)
    make_finding(ret, rule="G102-R02", severity="warning")
    rows = queries.from_findings(OFFICE, session, {}, 10)
    assert [row["subject"][:16] for row in rows] == ["2 open findings,", "1 open finding: "]
    assert len(queries.from_findings(OFFICE, session, {"severity": "warning"}, 10)) == 1
    services.agenda_add(OFFICE, session_id=session.pk, rows=rows[:1], origin="findings")
    assert len(queries.from_findings(OFFICE, session, {}, 10)) == 1, (
        "what is on the agenda is not offered again"
    )
    assert item_of(ret.object).form == "G102"
    farm = objects[0]
    reasons = [{"zh": "偏大", "en": "too large"}]
    Score.objects.create(
        object_id=farm.pk, region=farm.region, category=farm.category, score=9, chance=1, reasons=reasons
    )
    (row,) = queries.from_ranking(OFFICE, session, 5)
    assert (row["code"], row["subject"]) == (farm.code, "too large")


def test_the_whole_way_to_the_signed_minutes(session, objects):
    farm, plant = objects
    with pytest.raises(ValidationError, match="empty"):
        services.session_open(OFFICE, session_id=session.pk)
    add(session, farm, plant)
    with pytest.raises(ValidationError, match="in session"):
        decide(farm, "confirmed")
    services.session_open(OFFICE, session_id=session.pk)
    services.opinion_give(
        FARMING, item_id=item_of(farm).pk, view="doubt", text="存栏3000头", department="农业农村局"
    )
    decide(farm, "problem", "存栏量与农业农村局数据不一致")
    with pytest.raises(ValidationError, match="no decision yet"):
        services.session_close(OFFICE, session_id=session.pk, summary="")
    decide(plant, "confirmed", "")
    with pytest.raises(ValidationError, match="Issue the problems first"):
        services.session_close(OFFICE, session_id=session.pk, summary="")
    deadline = timezone.localdate() + dt.timedelta(days=5)
    batch = services.session_issue(OFFICE, session_id=session.pk, deadline=deadline)
    assert (batch.kind, batch.state, batch.rows) == (Batch.Kind.JOINT, "issued", 1)
    problem = Problem.objects.get()
    assert (problem.object_id, problem.description, problem.state) == (
        farm.pk,
        "存栏量与农业农村局数据不一致",
        "issued",
    )
    with pytest.raises(ValidationError, match="No object"):
        services.session_issue(OFFICE, session_id=session.pk, deadline=deadline)
    with pytest.raises(ValidationError, match="issued as a problem already"):
        decide(farm, "confirmed")
    signed = services.session_close(OFFICE, session_id=session.pk, summary="会议强调质量。")
    for late in (lambda: add(session, make_object()), lambda: decide(plant, "later")):
        with pytest.raises(ValidationError):
            late()
    paper = minutes(signed, queries.agenda(OFFICE, signed))
    text = plain_text(paper)
    for words in (
        "时间：2018年9月5日09:30",
        "农业农村局（张三）",
        "会审范围：工业源、农业源",
        "数据属实1家",
        "会议强调质量。",
    ):
        assert words in text
    assert batch.code in text
    assert "存栏3000头" in text
    table = Word(io.BytesIO(docx.write(paper))).tables[0]
    assert [cell.text for cell in table.rows[1].cells][4:] == [
        "列入问题清单",
        "存栏量与农业农村局数据不一致",
        "柯城区普查办",
    ]
    acts = AuditEntry.objects.filter(subject="session").values_list("action", flat=True)
    assert {"session.created", "session.started", "session.issued", "session.closed"} <= set(acts)


def test_a_failed_issue_leaves_nothing_behind(session, objects):
    farm, _plant = objects
    add(session, farm)
    services.session_open(OFFICE, session_id=session.pk)
    decide(farm, "problem")
    with pytest.raises(ValidationError):
        services.session_issue(OFFICE, session_id=session.pk, deadline=dt.date(2018, 1, 1))
    assert not Batch.objects.exists()
    assert not item_of(farm).issued


def test_a_department_sees_and_speaks_of_its_own_sources_only(session, objects, as_web):
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    farm, plant = objects
    add(session, farm, plant)
    assert [item.object_id for item in queries.agenda(FARMING, session)] == [farm.pk]
    assert queries.sessions(FARMING, {}).get().count == 1
    with pytest.raises(PermissionDenied):
        services.opinion_give(FARMING, item_id=item_of(plant).pk, view="agree", text="", department="x")
    with pytest.raises(PermissionDenied):
        services.item_decide(FARMING, item_id=item_of(farm).pk, decision="confirmed", conclusion="")
    with pytest.raises(ValidationError):
        services.opinion_give(FARMING, item_id=item_of(farm).pk, view="doubt", text="", department="x")
    given = {"item_id": item_of(farm).pk, "department": "农业农村局", "text": ""}
    services.opinion_give(FARMING, view="agree", **given)
    services.opinion_give(FARMING, view="none", **given)
    assert [one.view for one in queries.agenda(OFFICE, session)[0].views] == ["none"], "the newest counts"
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE census_web")
    with enter(FARMING):
        assert list(AgendaItem.objects.values_list("category", flat=True)) == ["agricultural"]
        assert Opinion.objects.count() == 2
    for stranger in (OTHER_OFFICE, scope_for("county_officer")):
        with enter(stranger):
            assert (Session.objects.count(), AgendaItem.objects.count()) == (0, 0)


def test_the_pages_of_an_office_and_a_department():
    make_regions()
    office = signed_in(make_person("city_officer", CITY).username)
    department = make_person("department_reviewer", CITY, categories=["agricultural"])
    reader = signed_in(department.username)
    farm, plant = make_object(kind="farm", name="甲养殖场"), make_object(name="乙公司")
    sent = TERMS | {"starts": "2018-09-05T09:30", "departments": "农业农村局：张三\n\n水利局"}
    bad = office.post(reverse("session_new"), sent | {"title": ""})
    assert bad.status_code == 422
    page = office.post(reverse("session_new"), sent).url
    session = Session.objects.get()
    assert session.departments == [{"name": "农业农村局", "people": "张三"}, {"name": "水利局", "people": ""}]
    rows = {"origin": "register", "codes": f"{farm.code}, {plant.code}", "subject": "存栏量"}
    office.post(page + "add/", rows)
    office.post(page + "open/")
    seen = reader.get(page).content.decode()
    assert ("甲养殖场" in seen, "乙公司" in seen) == (True, False)
    opinion = {"view": "doubt", "text": "3000头", "department": "农业农村局"}
    reader.post(reverse("session_opine", args=[item_of(farm).pk]), opinion)
    assert "3000头" in office.get(page).content.decode()
    for obj, decision in ((farm, "problem"), (plant, "later")):
        address = reverse("session_decide", args=[item_of(obj).pk])
        office.post(address, {"decision": decision, "conclusion": "不一致"})
    office.post(page + "issue/", {"deadline": "2999-01-01"})
    office.post(page + "close/", {"summary": "完"})
    session.refresh_from_db()
    assert (session.state, session.batch.rows) == ("closed", 1)
    assert office.get(page + "minutes.pdf").content[:5] == b"%PDF-"
    assert office.get(page + "minutes.txt").status_code == 404
    assert office.get(reverse("session_list"), {"q": "第一次"}).content.decode().count("session") > 0
    assert office.post(page + "explode/").status_code == 404


def test_the_demo_city_has_a_meeting_in_session():
    make_findings(8)
    load = SimpleNamespace(cities=(CITY,), today=timezone.localdate())
    assert load_sessions(load) == "1 joint review sessions"
    session = Session.objects.get()
    assert (session.state, session.items.count()) == ("open", 6)
    assert load_sessions(load) == "0 joint review sessions"
