"""The audit log: words for every action, filters, exports, who saw what."""

import csv
import io
import re
from pathlib import Path

import pytest
from django.test import RequestFactory
from django.utils import translation
from openpyxl import load_workbook

from census.access import address
from census.audit.models import AuditEntry
from census.audit.queries import audit_entries
from census.audit.services import audit_record
from census.audit.views import audit_view
from census.audit.words import SUBJECTS, VERBS, WHOLE, details, sentence
from tests.factories import CITY, COUNTY, OTHER_COUNTY, make_person, make_scope
from tests.support.requests import signed_in

ROOT = Path(__file__).parents[3]
ROOMS = ("census", "sources", "review", "accounting")
CALL = re.compile(r'audit_record\(\s*[\w.]+,\s*"([\w.]+)"(?:\s+if\s+[\w.]+\s+else\s+"([\w.]+)")?')


def test_every_action_in_the_code_has_words():
    used = set()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for found in CALL.findall(path.read_text(encoding="utf-8")):
                used |= {action for action in found if action}
    assert len(used) > 10
    nameless = {
        action
        for action in used
        if action not in WHOLE
        and (action.partition(".")[0] not in SUBJECTS or action.partition(".")[2] not in VERBS)
    }
    assert sorted(nameless) == []


def test_sentences_in_both_languages():
    assert sentence("district.created") == "Census district created"
    with translation.override("zh-hans"):
        assert sentence("district.created") == "新增普查小区"
        assert sentence("person.signed_in") == "登录"
    assert sentence("moon.painted") == "moon.painted"
    assert details({"rows": 3, "categories": ["a", "b"], "x": ""}) == [
        ("Rows", "3"),
        ("Source categories", "a, b"),
    ]
    with translation.override("zh-hans"):
        assert details({"state": "county_ok"}) == [("状态", "县级审核通过")]
    assert details({"state": "moon"}) == [("State", "moon")]


@pytest.mark.django_db
class TestQueries:
    def test_filters(self):
        clerk, auditor = make_scope("county_officer", COUNTY), make_scope("auditor", CITY)
        audit_record(clerk, "object.viewed", subject="object", subject_id="1")
        audit_record(clerk, "object.exported", subject="object", rows=5)
        audit_record(clerk, "person.signed_in", subject="person", subject_id=clerk.user_id)
        audit_record(clerk, "object.changed", subject="object", subject_id="1")
        audit_record(auditor, "object.viewed", subject="object", subject_id="2", region=OTHER_COUNTY)

        def actions(scope, **filters):
            return [e.action for e in audit_entries(scope, **filters).order_by("id")]

        assert len(actions(auditor)) == 5
        assert len(actions(make_scope("auditor", COUNTY))) == 4
        assert actions(auditor, group="viewed") == ["object.viewed", "object.viewed"]
        assert actions(auditor, group="exported") == ["object.exported"]
        assert actions(auditor, group="changed") == ["object.changed"]
        assert actions(auditor, group="access") == ["person.signed_in"]
        assert actions(auditor, subject="object", subject_id="1") == ["object.viewed", "object.changed"]
        assert actions(auditor, person=auditor.user_name) == ["object.viewed"]

    def test_looking_again_soon_is_the_same_look(self):
        request = RequestFactory().get("/")
        request.scope = make_scope("county_officer", COUNTY)
        for subject_id in (1, 1, 2):
            audit_view(request, "object", subject_id)
        assert AuditEntry.objects.filter(action="object.viewed").count() == 2

    def test_address_of_the_request_is_kept(self):
        token = address.CURRENT.set("192.0.2.7")
        audit_record(make_scope("auditor"), "object.viewed")
        address.CURRENT.reset(token)
        assert AuditEntry.objects.get().address == "192.0.2.7"


@pytest.mark.parametrize(
    ("remote", "forwarded", "tls", "found"),
    [
        ("192.0.2.7", "198.51.100.1", False, "192.0.2.7"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", True, "198.51.100.1"),
        ("10.0.0.1", "nonsense", True, None),
        ("", None, False, None),
    ],
)
def test_client_address(settings, remote, forwarded, tls, found):
    settings.BEHIND_TLS = tls
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().get("/", REMOTE_ADDR=remote, headers=headers)
    assert address.client_address(request) == found


@pytest.mark.django_db
class TestPages:
    @pytest.fixture
    def client(self, places):
        make_person("auditor", COUNTY, username="auditor")
        clerk = make_scope("county_officer", COUNTY)
        audit_record(clerk, "object.exported", subject="object", rows=5, code="=1+1")
        audit_record(make_scope("county_officer", OTHER_COUNTY), "object.removed", subject="object")
        return signed_in("auditor")

    def test_list(self, client):
        page = client.get("/audit/").content.decode()
        assert "Census object exported" in page
        assert "Census object removed" not in page
        assert "No entries" in client.get("/audit/?first=2001-01-01&last=2001-01-02").content.decode()
        assert client.get("/audit/?first=yesterday&group=nothing").status_code == 200
        chosen = client.get("/audit/?group=changed&subject=object").content.decode()
        assert '<option value="changed" selected>Changed</option>' in chosen
        assert '<option value="object" selected>Census object</option>' in chosen

    def test_csv_is_recorded_itself_and_holds_no_formula(self, client):
        answer = client.get("/audit/export/csv/?group=exported")
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert len(rows) == 2
        assert rows[1][5] == "object.exported"
        assert AuditEntry.objects.order_by("id").last().action == "audit_log.exported"

    def test_xlsx(self, client):
        answer = client.get("/audit/export/xlsx/")
        sheet = load_workbook(io.BytesIO(answer.content)).active
        assert sheet["A1"].value == "Audit log"
        assert [cell.value for cell in sheet[3]][:2] == ["Time", "Person"]
        assert sheet.max_row == 5

    def test_too_many_rows_are_refused_not_cut_off(self, client, monkeypatch):
        monkeypatch.setattr("census.audit.views.MOST_ROWS", 1)
        answer = client.get("/audit/export/csv/?group=", follow=True)
        assert "choose a shorter period" in answer.content.decode()
