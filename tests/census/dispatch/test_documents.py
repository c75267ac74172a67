"""Circulars and letters: who writes, who reads, who answers."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from docx import Document as Paper
from docx.oxml.ns import qn
from pypdf import PdfReader

from census.access.scope import Scope, enter
from census.audit.models import AuditEntry
from census.dispatch import services
from census.dispatch.models import Document, DocumentEvent, Recipient
from census.dispatch.paper import paper_of
from census.dispatch.queries import documents_for, reply_counts, waiting
from census.dispatch.tasks import snapshot_take
from census.documents import files
from census.jobs.services import Progress, job_start
from tests.factories import CITY, COUNTY, FAR_COUNTY, OTHER_COUNTY, PROVINCE, TOWNSHIP, make_scope

STEP = "test.step"


@pytest.fixture
def city(counted) -> Scope:
    """The city's officer, whose target puts the first county far behind and the other on plan."""
    scope = make_scope("city_officer", CITY)
    today = timezone.localdate()
    services.target_set(
        scope,
        measure=STEP,
        starts=today - dt.timedelta(days=8),
        due=today + dt.timedelta(days=2),
        percent=Decimal(100),
        tolerance=Decimal(10),
    )
    return scope


@pytest.fixture
def county(counted) -> Scope:
    return make_scope("county_officer", COUNTY)


@pytest.fixture
def other(counted) -> Scope:
    return make_scope("county_officer", OTHER_COUNTY)


def draft(city: Scope, **changes) -> Document:
    wanted = {
        "kind": "supervision",
        "measure": STEP,
        "addressed": [COUNTY],
        "deadline": timezone.localdate() + dt.timedelta(days=5),
    }
    return services.document_draft(city, **(wanted | changes))


def issued(city: Scope, **changes) -> Document:
    return services.document_issue(city, document_id=draft(city, **changes).id)


def row(document: Document, region: str = COUNTY) -> Recipient:
    return Recipient.objects.get(document=document, region=region)


def test_the_text_is_written_from_the_figures(city):
    document = draft(city)
    assert document.title == "关于加快推进测试步骤的督办函"
    assert "衢州市测试步骤应完成106张，已完成72张，完成率67.9%" in document.body
    assert "柯城区完成32张，完成率50.0%，低于计划进度30.0个百分点" in document.body
    assert "衢江区" not in document.body
    assert document.addressees == ["柯城区"]
    assert [line["name"] for line in document.figures["rows"]] == ["衢江区", "柯城区"]


def test_a_circular_names_who_is_behind(city):
    document = draft(city, kind="circular", addressed=[COUNTY, OTHER_COUNTY], deadline=None)
    assert "进度滞后的地区为：柯城区（50.0%，低于计划30.0个百分点）" in document.body


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"addressed": []}, "addressed"),
        ({"addressed": [FAR_COUNTY]}, "addressed"),
        ({"addressed": [TOWNSHIP]}, "addressed"),
        ({"deadline": None}, "deadline"),
        ({"deadline": dt.date(2018, 1, 1)}, "deadline"),
        ({"kind": "gossip"}, "kind"),
        ({"measure": "no.such"}, "measure"),
    ],
)
def test_a_wrong_draft_is_refused_with_the_field(city, wrong, field):
    with pytest.raises(ValidationError) as caught:
        draft(city, **wrong)
    assert set(caught.value.message_dict) == {field}
    assert not Document.objects.exists()


def test_without_figures_nothing_is_drafted(campaign, counts):
    with pytest.raises(ValidationError, match="no figures yet"):
        draft(make_scope("city_officer", CITY))


def test_a_county_issues_nothing(city, county):
    with pytest.raises(PermissionDenied):
        draft(county, addressed=[TOWNSHIP])
    document = draft(city)
    with pytest.raises(PermissionDenied):
        services.document_issue(county, document_id=document.id)


def test_another_office_above_does_not_touch_the_letter(city):
    document = draft(city)
    with pytest.raises(PermissionDenied):
        services.document_issue(make_scope("province_officer", PROVINCE), document_id=document.id)


def test_numbers_run_by_office_and_year(city, counted):
    first, second = issued(city), issued(city, kind="circular", deadline=None)
    year = timezone.localdate().year
    assert (first.code, second.code) == (f"〔{year}〕1号", f"〔{year}〕2号")


def test_what_is_issued_cannot_be_changed(city):
    document = issued(city)
    for change in (
        lambda: services.document_issue(city, document_id=document.id),
        lambda: services.document_discard(city, document_id=document.id),
        lambda: services.document_edit(
            city, document_id=document.id, title="x", body="y", deadline=document.deadline, addressed=[COUNTY]
        ),
    ):
        with pytest.raises(ValidationError, match="by now"):
            change()


def test_editing_changes_text_and_addressees(city):
    document = draft(city)
    services.document_edit(
        city,
        document_id=document.id,
        title="督办函",
        body="一\n二",
        deadline=timezone.localdate(),
        addressed=[OTHER_COUNTY],
    )
    document.refresh_from_db()
    assert (document.title, document.body, document.addressees) == ("督办函", "一\n二", ["衢江区"])
    assert [one.region for one in document.recipients.all()] == [OTHER_COUNTY]


def test_a_discarded_draft_is_gone_and_on_the_record(city):
    services.document_discard(city, document_id=draft(city).id)
    assert not Document.objects.exists()
    assert AuditEntry.objects.filter(action="document.discarded").count() == 1


def test_a_letter_from_receipt_to_accepted_reply(city, county):
    document = issued(city)
    services.document_receive(county, document_id=document.id)
    services.document_reply(county, document_id=document.id, text="将于本周完成")
    services.reply_decide(city, document_id=document.id, region=COUNTY, accept=False, opinion="请写明责任人")
    assert (row(document).state, row(document).opinion) == ("received", "请写明责任人")
    services.document_reply(county, document_id=document.id, text="责任人张三，本周完成")
    services.reply_decide(city, document_id=document.id, region=COUNTY, accept=True)
    document.refresh_from_db()
    assert (row(document).state, document.state) == ("closed", "closed")
    events = DocumentEvent.objects.filter(document_id=document.id).values_list("action", "text")
    assert list(events) == [
        ("received", ""),
        ("answered", "将于本周完成"),
        ("returned", "请写明责任人"),
        ("answered", "责任人张三，本周完成"),
        ("closed", ""),
    ]


def test_the_document_stays_open_until_the_last_reply(city, county, other):
    document = issued(city, addressed=[COUNTY, OTHER_COUNTY])
    for scope in (county, other):
        services.document_receive(scope, document_id=document.id)
        services.document_reply(scope, document_id=document.id, text="完成")
    services.reply_decide(city, document_id=document.id, region=COUNTY, accept=True)
    document.refresh_from_db()
    assert document.state == "issued"
    services.reply_decide(city, document_id=document.id, region=OTHER_COUNTY, accept=True)
    document.refresh_from_db()
    assert document.state == "closed"


def test_steps_out_of_order_are_refused(city, county, other):
    document = issued(city)
    with pytest.raises(ValidationError, match="receipt first"):
        services.document_reply(county, document_id=document.id, text="完成")
    with pytest.raises(ValidationError, match="no reply to decide"):
        services.reply_decide(city, document_id=document.id, region=COUNTY, accept=True)
    services.document_receive(county, document_id=document.id)
    with pytest.raises(ValidationError, match="received this document already"):
        services.document_receive(county, document_id=document.id)
    with pytest.raises(ValidationError, match="what was done"):
        services.document_reply(county, document_id=document.id, text="  ")
    services.document_reply(county, document_id=document.id, text="完成")
    with pytest.raises(ValidationError, match="replied already"):
        services.document_reply(county, document_id=document.id, text="完成")
    with pytest.raises(ValidationError, match="why the reply"):
        services.reply_decide(city, document_id=document.id, region=COUNTY, accept=False, opinion=" ")
    with pytest.raises(PermissionDenied):
        services.document_receive(other, document_id=document.id)


def test_where_no_reply_is_asked_the_receipt_closes(city, county):
    document = issued(city, kind="circular", deadline=None)
    assert services.document_receive(county, document_id=document.id).state == "closed"
    with pytest.raises(ValidationError, match="asks for no reply"):
        services.document_reply(county, document_id=document.id, text="完成")


def test_closing_for_all_closes_the_silent_too(city, county):
    document = issued(city, addressed=[COUNTY, OTHER_COUNTY])
    services.document_close(city, document_id=document.id)
    assert set(document.recipients.values_list("state", flat=True)) == {"closed"}


def test_overdue_is_past_the_deadline_without_a_reply(city, county):
    document = issued(city)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Recipient.objects.filter(document=document).update(deadline=yesterday)
    assert row(document).overdue
    assert waiting(county) == {"receive": 1, "reply": 0, "late": 1}
    assert waiting(city)["silent"] == 1
    assert reply_counts(city, [document])[document.id] == {"all": 1, "received": 0, "replied": 0, "late": 1}
    services.document_receive(county, document_id=document.id)
    services.document_reply(county, document_id=document.id, text="完成")
    assert not row(document).overdue
    assert waiting(city)["decide"] == 1


def seen(scope: Scope) -> tuple[int, int, int]:
    """Documents and addressee rows the web role reads in *scope*; documents by the querysets' own rule."""
    with enter(scope):
        return (
            Document.objects.count(),
            Recipient.objects.count(),
            Document.objects.visible_to(scope).count(),
        )


def test_a_draft_is_seen_by_its_office_and_those_above_only(city, county):
    draft(city)
    province = make_scope("province_officer", PROVINCE)
    assert documents_for(county, {}).count() == 0
    assert documents_for(province, {}).count() == 1


def test_the_database_shows_a_letter_to_its_addressees_only(city, county, other, request):
    """The same by row-level security alone: draft, then issued."""
    document = draft(city)
    far = make_scope("county_officer", FAR_COUNTY)
    request.getfixturevalue("as_web")
    assert seen(city) == (1, 1, 1)
    assert seen(county) == (0, 0, 0)
    with enter(city):
        services.document_issue(city, document_id=document.id)
    assert seen(county) == (1, 1, 1)
    assert seen(other) == (0, 0, 0)
    assert seen(far) == (0, 0, 0)
    with enter(county):
        assert Document.objects.update(title="changed") == 0
        services.document_receive(county, document_id=document.id)


def test_boxes(city, county):
    issued(city)
    assert documents_for(county, {"box": "in"}).count() == 1
    assert documents_for(county, {"box": "out"}).count() == 0
    assert documents_for(city, {"box": "out"}).count() == 1
    assert documents_for(city, {"q": "督办"}).count() == 1
    assert documents_for(city, {"q": "nothing like it"}).count() == 0


def test_warnings_are_drafted_once_for_places_far_behind(city):
    assert services.warnings_draft(Scope.system()) == 1
    warning = Document.objects.get()
    assert (warning.kind, warning.state, warning.automatic, warning.region) == (
        "warning",
        "draft",
        True,
        CITY,
    )
    assert [one.region for one in warning.recipients.all()] == [COUNTY]
    assert services.warnings_draft(Scope.system()) == 0
    services.document_issue(city, document_id=warning.id)
    assert services.warnings_draft(Scope.system()) == 0
    services.document_close(city, document_id=warning.id)
    assert services.warnings_draft(Scope.system()) == 1


def test_the_nightly_count_drafts_the_warnings(city, request):
    """As the worker does it: under row-level security, with the whole nation in scope."""
    system = Scope.system()
    request.getfixturevalue("as_web")
    with enter(system):
        job = job_start(system, kind="dispatch.snapshot", title="count", warn=True)
    result = snapshot_take(Progress(job, system), warn=True)
    assert result["warnings"] == 1


def test_the_word_file_holds_the_paper(city):
    document = issued(city)
    paper = Paper(io.BytesIO(files.write(paper_of(document), "docx")))
    texts = [paragraph.text for paragraph in paper.paragraphs]
    assert f"督办函{document.code}" in texts
    assert "柯城区：" in texts
    assert any(text.startswith("请于") and text.endswith("前书面回复。") for text in texts)
    assert any("合成演示数据" in text for text in texts)
    (rule,) = (border.getparent() for border in paper.element.body.iter(qn("w:pBdr")))
    parts = [part.tag for part in rule]
    assert parts.index(qn("w:pBdr")) < parts.index(qn("w:spacing"))
    (table,) = paper.tables
    assert [[cell.text for cell in line.cells][1:5] for line in table.rows] == [
        ["地区", "应完成（张）", "已完成（张）", "完成率（%）"],
        ["衢江区", "40", "38", "95.0"],
        ["柯城区", "64", "32", "50.0"],
        ["合计", "106", "72", "67.9"],
    ]


def test_the_pdf_says_the_same_and_its_text_can_be_searched(city):
    document = issued(city)
    pages = PdfReader(io.BytesIO(files.write(paper_of(document), "pdf"))).pages
    first, annex = ("".join(page.extract_text().split()) for page in pages)
    assert f"督办函{document.code}" in first
    assert "".join(document.body.split()) in first
    assert f"{timezone.localdate(document.issued_at).year}年" in first
    assert "衢江区403895.0" in annex
