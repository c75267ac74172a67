"""The life of a report on PostgreSQL: drawn from a cut, checked, approved above, published, kept."""

import hashlib
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import ProgrammingError, transaction
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from accounting.bulletin import services
from accounting.bulletin.background import summary_start
from accounting.bulletin.files import paper_of
from accounting.bulletin.models import Report, ReportEvent
from accounting.publication.models import Publication
from accounting.runs.models import Line
from census.access.scope import Scope, enter
from census.audit.models import AuditEntry
from census.documents.model import plain_text
from census.jobs.models import Job
from census.jobs.services import job_execute
from tests.accounting.bulletin.conftest import set_cell
from tests.factories import CITY, COUNTY, PROVINCE, make_person, make_scope
from tests.support.requests import signed_in


@pytest.fixture(autouse=True)
def english():
    """The tests compare English messages, whatever catalogue is compiled."""
    with translation.override("en"):
        yield


@pytest.fixture
def city(campaign) -> Scope:
    return make_scope("city_officer", CITY)


@pytest.fixture
def province(campaign) -> Scope:
    return make_scope("province_officer", PROVINCE)


def as_published(city, cut, kind="bulletin", before=None) -> Report:
    """A report with one file, put into the last state without its way there."""
    report = services.report_draw(city, kind=kind, cut=cut, before=before)
    Report.objects.filter(pk=report.pk).update(state="published")
    report.files.create(region=report.region, language="zh", form="pdf", content=b"x", digest="x")
    return report


def text_of(report, language="zh"):
    return plain_text(paper_of(report, language))


def test_a_report_is_drawn_from_the_cut_in_both_languages(city, make_cut):
    report = services.report_draw(city, kind="bulletin", cut=make_cut())
    assert (report.state, report.number) == ("draft", 1)
    assert "化学需氧量21439800.00吨" in text_of(report)  # a city prints t
    assert "衢江区 2,687,400" in text_of(report)
    assert "COD 21,439,800.00 t" in text_of(report, "en")
    assert paper_of(report, "zh").mark == "草稿，未经批准不得公开"
    assert AuditEntry.objects.filter(action="report.created").exists()
    assert services.report_draw(city, kind="bulletin", cut=report.cut).number == 2


def test_a_broken_binding_is_named_and_nothing_is_drawn(city, make_cut):
    cut = make_cut()
    cut.tables.filter(code="T20").delete()
    with pytest.raises(ValidationError, match="mobile, stock: T20/vehicle: the cut holds no such table"):
        services.report_draw(city, kind="bulletin", cut=cut)
    assert not Report.objects.exists()


def test_who_may_draw(city, make_cut):
    cut = make_cut()
    with pytest.raises(PermissionDenied):
        services.report_draw(make_scope("county_officer", COUNTY), kind="bulletin", cut=cut)
    with pytest.raises(PermissionDenied):
        services.report_draw(make_scope("auditor", CITY), kind="bulletin", cut=cut)
    with pytest.raises(ValidationError, match="earlier cut"):
        services.report_draw(city, kind="comparison", cut=cut)
    with pytest.raises(ValidationError, match="another frozen cut"):
        services.report_draw(city, kind="comparison", cut=cut, before=cut)


def test_what_changed_since_the_drawing_must_be_drawn_again(city, make_cut):
    cut = make_cut()
    report = services.report_draw(city, kind="bulletin", cut=cut)
    set_cell(cut, "T03/source/total/COD_discharged", 12.0)
    with pytest.raises(ValidationError, match=r"overview\.amounts\.COD: 21439800\.00吨 → 12\.00吨"):
        services.report_check(city, report=report)
    report = services.report_redraw(city, report=report)
    assert "化学需氧量12.00吨" in text_of(report)
    assert ReportEvent.objects.get(report_id=report.pk, action="redrawn").text.startswith(
        "overview.amounts.COD"
    )
    assert services.report_check(city, report=report).state == "checked"


def test_from_draft_to_published_and_never_changed_again(city, province, make_cut, request):
    report = services.report_draw(city, kind="bulletin", cut=make_cut())
    with pytest.raises(ValidationError, match="Only an approved"):
        services.report_publish(city, report=report)
    services.report_check(city, report=report)
    with pytest.raises(PermissionDenied):
        services.report_approve(city, report=report)
    with pytest.raises(PermissionDenied):
        services.report_approve(make_scope("county_officer", COUNTY), report=report)
    services.report_approve(province, report=report)
    report = services.report_publish(city, report=report)
    kept = {(file.language, file.form): file for file in report.files.all()}
    assert set(kept) == {("zh", "pdf"), ("zh", "docx"), ("en", "pdf"), ("en", "docx")}
    for file in kept.values():
        assert hashlib.sha256(bytes(file.content)).hexdigest() == file.digest
    pages = PdfReader(BytesIO(bytes(kept["zh", "pdf"].content))).pages
    words = "".join("".join(page.extract_text().split()) for page in pages)
    assert "化学需氧量21439800.00吨" in words
    assert "草稿" not in words
    actions = list(ReportEvent.objects.filter(report_id=report.pk).values_list("action", flat=True))
    assert actions == ["created", "checked", "approved", "published"]
    again = services.report_draw(city, kind="bulletin", cut=report.cut)
    services.report_check(city, report=again)
    services.report_approve(province, report=again)
    with pytest.raises(ValidationError, match="published from this cut already"):
        services.report_publish(city, report=again)
    request.getfixturevalue("as_web")
    with enter(city):
        assert Report.objects.filter(pk=report.pk).update(state="draft") == 0
        with pytest.raises(ProgrammingError), transaction.atomic():
            report.files.update(digest="")


def test_only_an_approved_cut_is_published(city, province, make_cut):
    report = services.report_draw(city, kind="bulletin", cut=make_cut(state="checked"))
    services.report_check(city, report=report)
    services.report_approve(province, report=report)
    with pytest.raises(ValidationError, match="cut that is not approved"):
        services.report_publish(city, report=report)


def test_sent_back_with_a_reason_or_discarded(city, province, make_cut):
    report = services.report_draw(city, kind="bulletin", cut=make_cut())
    services.report_check(city, report=report)
    with pytest.raises(ValidationError, match="Say why"):
        services.report_send_back(province, report=report, reason=" ")
    report = services.report_send_back(province, report=report, reason="第三部分有误")
    assert report.state == "draft"
    assert ReportEvent.objects.get(action="sent_back").text == "第三部分有误"
    services.report_discard(city, report=report)
    assert not Report.objects.exists()


def test_who_sees_what(city, province, make_cut, request):
    draft = services.report_draw(city, kind="summary", cut=make_cut())
    internal = as_published(city, make_cut(2), kind="comparison", before=draft.cut)
    bulletin = as_published(city, make_cut(3))
    county = make_scope("county_officer", COUNTY)
    request.getfixturevalue("as_web")
    with enter(county):
        assert set(Report.objects.visible_to(county)) == {bulletin}
        assert set(Report.objects.all()) == {bulletin}  # the database says the same
        assert bulletin.files.count() == 1
        assert internal.files.count() == 0
    with enter(province):
        assert set(Report.objects.visible_to(province)) == {draft, internal, bulletin}


def test_own_words_stand_at_the_end_of_their_section(city, make_cut):
    report = services.report_draw(city, kind="summary", cut=make_cut())
    assert "应填报普查表0份，已提交0份（–）" in text_of(report)
    report = services.report_remark(
        city, report=report, remarks={"problems": {"zh": "人手不足。\n培训不够。", "en": ""}}
    )
    text = text_of(report)
    assert text.index("存在的问题和建议") < text.index("人手不足。") < text.index("培训不够。")
    with pytest.raises(ValidationError, match="no such section"):
        services.report_remark(city, report=report, remarks={"weather": {"zh": "晴", "en": ""}})


def test_a_work_summary_is_drawn_in_the_background_once(city, make_cut):
    cut = make_cut()
    with enter(city):
        job = summary_start(city, cut=cut)
    job_execute(job_id=str(job.pk), region=CITY)
    report = Report.objects.get()
    job.refresh_from_db()
    assert (report.kind, job.state, job.result["url"]) == (
        "summary",
        "done",
        reverse("report_show", args=[report.pk]),
    )
    Job.objects.filter(pk=job.pk).update(
        state="queued", finished_at=None
    )  # as if it had died at its very end
    job_execute(job_id=str(job.pk), region=CITY)
    assert Report.objects.count() == 1
    cut.tables.filter(code="T01").delete()
    with enter(city):
        job = summary_start(city, cut=cut, report=report)
    job_execute(job_id=str(job.pk), region=CITY)
    job.refresh_from_db()
    assert job.state == "failed"
    assert "T01/region: the cut holds no such table" in job.error


def test_the_comparison_tells_how_two_cuts_differ(city, make_cut):
    report = services.report_draw(city, kind="comparison", cut=make_cut(2, factor=0.9), before=make_cut(1))
    text = text_of(report)
    assert "化学需氧量排放量19295820.00吨，前次21439800.00吨，下降10.0%。" in text
    assert "T03 农业源 · 化学需氧量 排放量（吨） 10,671,300.00 9,604,170.00 -1,067,130.00 -10.0" in text


def test_industrial_figures_need_their_released_tables(city, make_cut):
    """With an industrial line of COD in the run, COD is under control until its table is released."""
    cut = make_cut()
    Line.objects.create(
        run=cut.run, region=COUNTY, category="industrial", source="industry", medium="water", pollutant="COD",
        method="coefficient", chosen=True, environment_kg=5.0, sheet=1, form="G102",
        version_no=1, object_id="01a20000-0000-7000-8000-000000000001",
    )  # fmt: skip
    report = services.report_draw(city, kind="bulletin", cut=cut)
    with pytest.raises(ValidationError, match="has not released: COD discharged"):
        services.report_check(city, report=report)
    assert services.report_clear(city, report=report) == 1
    assert services.report_clear(city, report=report) == 0  # is being prepared
    row = Publication.objects.get()
    Publication.objects.update(content=None)
    client, address = (
        signed_in(make_person("city_officer", CITY).username),
        reverse("report_show", args=[report.pk]),
    )
    page, release = client.get(address).content.decode(), reverse("publication_release_all", args=[cut.pk])
    assert 'hx-trigger="every 4s"' in page  # the page follows the preparation by itself
    assert release not in page
    assert f"{reverse('table_show', args=['T01'])}?region={CITY}&amp;cut={cut.pk}&amp;by=region" in page
    label = {"zh": "x", "en": "x"}
    cells = [[[909600.0, "published", [], None, None, 9]] * 2]
    heads = [
        {"key": key, "depth": depth, "label": label}
        for key, depth in ((CITY, 0), ("all", 0), ("industrial", 1))
    ]
    row.content = {"rows": heads[:1], "columns": heads[1:], "cells": cells}
    row.save()
    page = client.get(address).content.decode()
    assert release in page
    assert "every 4s" not in page
    row.released_at = report.drawn_at
    row.save()
    report = services.report_redraw(city, report=report)
    assert services.report_check(city, report=report).state == "checked"


def test_the_pages(campaign, make_cut):
    cut = make_cut()
    person = make_person("city_officer", CITY)
    client = signed_in(person.username)
    assert "No report yet" in client.get(reverse("report_list")).content.decode()
    answer = client.post(reverse("report_new"), {"kind": "bulletin", "cut": str(cut.pk), "before": ""})
    assert answer.status_code == 302, answer.content.decode()
    page = client.get(answer["Location"], {"language": "zh"}).content.decode()
    assert "化学需氧量21439800.00吨" in page
    assert "<svg" in page
    report = Report.objects.get()
    file = client.get(reverse("report_file", args=[report.pk, "zh", "pdf"]))
    assert file.content[:5] == b"%PDF-"
    assert client.get(reverse("report_file", args=[report.pk, "zh", "exe"])).status_code == 404
    saved = client.post(
        reverse("report_words", args=[report.pk]), {"overview:zh": "说明文字", "overview:en": ""}
    )
    assert saved.status_code == 302
    assert (
        "说明文字"
        in client.get(reverse("report_show", args=[report.pk]), {"language": "zh"}).content.decode()
    )
    cut.tables.filter(code="T01").delete()
    broken = client.post(reverse("report_new"), {"kind": "bulletin", "cut": str(cut.pk), "before": ""})
    assert broken.status_code == 422
    assert "overview, all: T01/region: the cut holds no such table" in broken.content.decode()
    reference = client.get(reverse("report_reference"), {"language": "zh"}).content.decode()
    assert "化学需氧量2143.98万吨" in reference
