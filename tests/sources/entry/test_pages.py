"""The pages of a form, and the saving of what is typed, with real requests.

That row-level security lets through what the pages need is tested with the services and the addresses.
"""

import gzip
import re
from pathlib import Path

import orjson
import pytest
from django.conf import settings
from django.urls import reverse

from sources.entry import panels
from sources.forms.catalogue import load
from sources.returns.models import Return, ReturnVersion
from sources.returns.services import return_approve, return_save, return_send_back, return_submit
from tests.factories import COUNTY, make_person, make_regions
from tests.sources.returns.world import climb, complete, fill, filled, make_object, scope_for
from tests.support.requests import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    """A signed-in county officer."""
    make_regions()
    return signed_in(make_person("county_officer", COUNTY).username)


def page(client, ret, query=""):
    return client.get(address(ret) + query)


def address(ret, name="entry_form"):
    return reverse(name, args=[ret.object_id, ret.form, ret.sheet])


def save(client, ret, values, **more):
    sent = {"values": values, "base": Return.objects.get(pk=ret.pk).version_no} | more
    return client.post(
        reverse("entry_save", args=[ret.pk]),
        data=orjson.dumps(sent),
        content_type="application/json",
        headers={"Accept": "application/json"},
    )


def test_every_form_of_the_catalogue_opens_and_prints(county):
    """All 65 forms, with a row in every table: to fill, filled for print, blank for print."""
    for code, form in load().forms.items():
        kind = next(iter(load().kinds_of(code))).code
        obj = make_object(kind=kind, region=COUNTY)
        ret = Return.objects.create(
            object=obj,
            campaign_id=obj.campaign_id,
            form=code,
            form_version=form.version[:16],
            region=obj.region,
            category=obj.category,
            values={table: [{"_k": 1}] for table in form.tables},
        )
        answer = page(county, ret)
        assert answer.status_code == 200, code
        html = answer.content.decode()
        wanted = {
            item.id if item.section not in form.tables else f"{item.section}/1/{item.id}"
            for item in form.indicators.values()
        }
        assert wanted <= set(re.findall(r'data-field="([^"]+)"', html)), code
        for grid in re.findall(
            r'<table class="table entry-grid".*?</table>', html, re.S
        ):  # shown as boxes: see entry.css
            assert not re.findall(r"<(?:table|thead|tbody|tr|th|td)\b(?![^>]*\srole=)[^>]*>", grid), code
        assert county.get(address(ret, "entry_print")).status_code == 200, code
        assert county.get(reverse("entry_print_blank", args=[code])).status_code == 200, code


def test_a_save_answers_with_verdicts_in_the_persons_language(county):
    ret = filled("Y102", {})
    county.cookies["django_language"] = "zh-hans"
    answer = save(county, ret, {"gasoline_sales_t": "-3", "diesel_sales_t": "viel"})
    assert answer.status_code == 200
    told = answer.json()
    assert told["version"] == 1
    assert told["errors"] > 1
    assert set(told["rejected"]) == {"diesel_sales_t"}
    ranges = [v for v in told["verdicts"] if v["rule"] == "Y102-RNG-gasoline_sales_t"]
    assert [(v["paths"], v["severity"]) for v in ranges] == [(["gasoline_sales_t"], "error")]
    assert "不得小于" in ranges[0]["text"]
    assert "gasoline_sales_t" in told["required"]


def test_a_stale_page_gets_both_values(county):
    ret = filled("Y102", {"gasoline_sales_t": 1})
    assert save(county, ret, {"gasoline_sales_t": 2}).status_code == 200
    answer = save(county, ret, {"gasoline_sales_t": 3}, base=1)
    assert answer.status_code == 409
    (field,) = answer.json()["fields"]
    assert (field["base"], field["theirs"], field["mine"]) == (1, 2, 3)
    assert field["label"] == "Gasoline sold in the year"
    chosen = {"version": answer.json()["version"], "paths": [field["path"]]}
    assert save(county, ret, {"gasoline_sales_t": 3}, base=1, overrule=chosen).status_code == 200
    assert Return.objects.get(pk=ret.pk).values["gasoline_sales_t"] == 3


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"values": []}',
        b'{"values": {}, "base": "1"}',
        b'{"values": {}, "base": true}',
        b'{"values": {"a": NaN}, "base": 0}',
        b'{"values": {}, "base": 0, "notes": []}',
        b'{"values": {}, "base": 0, "client": 5}',
        b'{"values": {}, "base": 0, "overrule": {"version": 1, "paths": [1]}}',
        b'{"values": ' + b"[" * 3000 + b"]" * 3000 + b', "base": 0}',
        b'{"values": {}, "base": 99}',
    ],
)
def test_what_is_no_save_is_refused_with_a_text(county, body):
    ret = filled("Y102", {})
    answer = county.post(reverse("entry_save", args=[ret.pk]), data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["text"]
    assert not ReturnVersion.objects.filter(return_id=ret.pk).exists()


def test_hostile_values_are_kept_as_text_and_shown_harmless(county):
    ret = filled("Y102", {})
    nasty = "</script><img src=x onerror=alert(1)>"
    assert save(county, ret, {"unit_name": nasty, "gasoline_sales_t": nasty}).status_code == 200
    html = page(county, ret).content.decode()
    assert nasty not in html
    assert "&lt;/script&gt;" in html


def test_a_returned_form_shows_reason_remark_and_old_value():
    make_regions()
    ret = fill("Y102", {"gasoline_sales_t": 123})
    enumerator = scope_for("enumerator")
    return_submit(enumerator, return_id=ret.pk)
    return_send_back(
        scope_for("instructor"),
        return_id=ret.pk,
        reason="unit",
        text="请核对单位",
        paths={"gasoline_sales_t": "偏大一千倍"},
    )
    values = Return.objects.get(pk=ret.pk).values
    return_save(enumerator, return_id=ret.pk, values=values | {"gasoline_sales_t": 0.12}, base_version=3)
    client = signed_in(make_person("county_officer", COUNTY).username)
    html = client.get(address(ret)).content.decode()
    for shown in ("请核对单位", "偏大一千倍", "(it was 123)", 'value="0.12"'):
        assert shown in re.sub(r"\s+|</?span[^>]*>", " ", html)


def test_who_may_not_edit_reads_and_who_is_at_the_desk_decides():
    make_regions()
    ret = fill("Y102")
    return_submit(scope_for("enumerator"), return_id=ret.pk)
    auditor = signed_in(make_person("auditor", COUNTY).username)
    html = auditor.get(address(ret)).content.decode()
    assert 'data-editable=""' in html
    assert reverse("entry_decide", args=[ret.pk]) not in html
    instructor = signed_in(make_person("instructor", COUNTY).username)
    html = instructor.get(address(ret)).content.decode()
    assert reverse("entry_decide", args=[ret.pk]) in html
    instructor.post(reverse("entry_decide", args=[ret.pk]), {"decision": "approve"})
    assert Return.objects.get(pk=ret.pk).state == "instructor_ok"


def test_a_decision_that_cannot_be_is_told_and_changes_nothing():
    make_regions()
    ret = fill("Y102")
    instructor = signed_in(make_person("instructor", COUNTY).username)
    answer = instructor.post(reverse("entry_decide", args=[ret.pk]), {"decision": "approve"}, follow=True)
    assert [str(m.level_tag) for m in answer.context["messages"]] == ["error"]
    assert Return.objects.get(pk=ret.pk).state == "draft"


def test_a_form_that_was_handed_in_is_corrected_on_purpose_only(county):
    ret = fill("Y102")
    climb(ret, "city_ok")
    html = page(county, ret).content.decode()
    assert 'data-editable=""' in html
    assert "?edit=1" in html
    html = page(county, ret, "?edit=1").content.decode()
    assert 'data-editable="1"' in html
    assert "the approvals above your desk lapse" in html
    values = Return.objects.get(pk=ret.pk).values
    assert save(county, ret, values | {"gasoline_sales_t": 5}).json()["state"] == "instructor_ok"


def test_history_and_comparison(county):
    ret = filled("Y102", {"gasoline_sales_t": 1})
    save(county, ret, {"gasoline_sales_t": 2, "diesel_sales_t": 5})
    html = county.get(reverse("return_history", args=[ret.pk])).content.decode()
    assert bytes(ReturnVersion.objects.get(return_id=ret.pk, no=2).hash).hex() in html
    compare = reverse("return_diff", args=[ret.pk, 1, 2])
    lines = county.get(compare).context["lines"]
    assert [(line["path"], line["old"], line["new"]) for line in lines] == [
        ("gasoline_sales_t", "1", "2"),
        ("diesel_sales_t", "", "5"),
    ]
    assert len(county.get(compare + "?all=1").context["lines"]) == 2
    assert county.get(reverse("return_diff", args=[ret.pk, 1, 9])).status_code == 404


def test_the_queue_shows_what_lies_at_the_desk_and_decides_in_bulk():
    make_regions()
    waiting = [fill("Y102") for _ in range(3)]
    for ret in waiting:
        return_submit(scope_for("enumerator"), return_id=ret.pk)
    fill("Y102")
    client = signed_in(make_person("instructor", COUNTY).username)
    rows = client.get(reverse("work_list")).context["page"].rows
    assert {row.pk for row in rows} == {ret.pk for ret in waiting}
    nobody = client.get(reverse("work_list") + "?errors=1").context["page"].rows
    assert nobody == []
    client.post(reverse("work_decide"), {"decision": "approve", "id": [waiting[0].pk, waiting[1].pk]})
    client.post(
        reverse("work_decide"),
        {"decision": "return", "id": [waiting[2].pk], "reason": "incomplete", "text": "缺少附件"},
    )
    states = [Return.objects.get(pk=ret.pk).state for ret in waiting]
    assert states == ["instructor_ok", "instructor_ok", "draft"]


def test_all_that_match_are_decided_by_a_job(django_capture_on_commit_callbacks, monkeypatch):
    from census.jobs.models import Job
    from census.jobs.services import job_execute

    make_regions()
    monkeypatch.setattr("sources.returns.bulk.CHUNK", 2)
    waiting = [fill("Y102") for _ in range(5)]
    for ret in waiting:
        return_submit(scope_for("enumerator"), return_id=ret.pk)
    client = signed_in(make_person("instructor", COUNTY).username)
    client.post(reverse("work_decide"), {"every": "approve", "query": "desk=at-enumerator_ok"})
    job = Job.objects.get()
    return_approve(scope_for("instructor"), return_id=waiting[0].pk)  # decided by somebody else meanwhile
    job_execute(job_id=str(job.id), region=job.region)
    job.refresh_from_db()
    assert (job.state, job.result["done"], len(job.result["refused"])) == ("done", 4, 1)
    assert set(Return.objects.values_list("state", flat=True)) == {"instructor_ok"}


def test_the_forms_of_an_object_are_opened_on_request(county):
    obj = make_object(kind="waste_site", region=COUNTY, attributes={"incinerates": True})
    county.post(reverse("object_forms_open", args=[obj.pk]))
    html = county.get(reverse("object_forms", args=[obj.pk])).content.decode()
    assert "J102-1" in html
    answer = county.post(reverse("sheet_add", args=[obj.pk, "J104-2"]), data={"label": "2号炉"})
    assert answer["Location"] == reverse("entry_form", args=[obj.pk, "J104-2", 2])
    second = Return.objects.get(object=obj, form="J104-2", sheet=2)
    county.post(reverse("sheet_remove", args=[second.pk]), data={"reason": "重复"})
    second.refresh_from_db()
    assert not second.active


def test_complete_forms_have_no_errors_on_the_page(county):
    ret = filled("Y102", {})
    assert save(county, ret, complete("Y102")).json()["errors"] == 0


def test_a_registered_panel_stands_beside_the_forms_it_wants(county, monkeypatch):
    monkeypatch.setattr(
        panels.PANELS, "registered", {"ui/empty.html": lambda request, ret: {"form": ret.form}}
    )
    assert "entry-panels" in page(county, filled("Y102", {})).content.decode()
    monkeypatch.setattr(panels.PANELS, "registered", {"ui/empty.html": lambda request, ret: None})
    assert "entry-panels" not in page(county, filled("Y102", {})).content.decode()


def test_no_style_of_the_form_page_makes_the_browser_start_anew_at_each_key():
    """With :has() Chromium restyles the whole page at every change; see static/js/entry-styles.js."""
    rules = (Path(settings.BASE_DIR) / "static" / "css" / "entry.css").read_text().split("*/", 1)[1]
    assert ":has(" not in rules


def test_the_rules_of_a_form_are_kept_for_a_year_at_an_address_that_changes_with_them(county):
    rules = re.search(r'data-rules="([^"]+)"', page(county, filled("Y102", {})).content.decode())[1]
    answer = county.get(rules, headers={"Accept-Encoding": "gzip"})
    assert orjson.loads(gzip.decompress(answer.content)) == orjson.loads(county.get(rules).content)
    assert {check["rule"] for check in orjson.loads(county.get(rules).content)["checks"]} >= {"Y102-R01"}
    assert "immutable" in answer["Cache-Control"]
    again = county.get(rules, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content, again["Cache-Control"]) == (304, b"", answer["Cache-Control"])
    assert county.get(reverse("entry_rules", args=["Y102", "0" * 16])).status_code == 404
    assert county.get(reverse("entry_rules", args=["X999", "0" * 16])).status_code == 404


def test_a_returned_item_shows_old_value_reviewers_value_and_reason(county):
    ret = fill("Y102", {"gasoline_sales_t": 70})
    climb(ret, "instructor_ok")
    sent = {
        "decision": "return",
        "reason": "unit",
        "target": "draft",
        "remark:gasoline_sales_t": "kilograms?",
        "proposed:gasoline_sales_t": "0.7",
        "proposed:diesel_sales_t": "5",
    }
    county.post(reverse("entry_decide", args=[ret.pk]), sent)
    now = Return.objects.get(pk=ret.pk)
    assert now.state == "draft"
    assert now.returned["paths"] == {"gasoline_sales_t": "kilograms?", "diesel_sales_t": ""}
    html = page(county, ret, "?edit=1").content.decode()
    shown = re.search(r'data-field="gasoline_sales_t".*?entry-remark">(.*?)</div>', html, re.S)[1]
    for words in ("kilograms?", "it was 70", "Reviewer&#x27;s value", "<b>0.7</b>"):
        assert words in shown or words.replace("&#x27;", "'") in shown
    assert "<b>5</b>" in html
