"""The page frame: toasts, menu, paging, filters."""

import json

import pytest
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse, QueryDict
from django.test import RequestFactory
from django.utils import translation

from census.places.models import Region
from census.ui.context import _menu
from census.ui.middleware import ToastMiddleware
from census.ui.paging import paginate
from census.ui.templatetags.ui import category_names, duration, number
from tests.factories import COUNTY, make_person, make_scope
from tests.support.requests import signed_in


class TestToasts:
    def answer(self, response, **headers):
        from django.contrib.messages.storage.cookie import CookieStorage

        request = RequestFactory().get("/", headers=headers)
        request._messages = CookieStorage(request)

        def view(request):
            messages.success(request, "已保存")
            return response

        return ToastMiddleware(view)(request)

    def test_htmx_gets_them_in_an_ascii_header(self):
        header = self.answer(HttpResponse(), **{"HX-Request": "true"}).headers["HX-Trigger"]
        assert header.isascii()
        assert json.loads(header) == {"toast": [{"level": "success", "text": "已保存"}]}

    @pytest.mark.parametrize(
        ("own", "kept"), [("rowsChanged", None), ('{"rowsChanged": {"n": 1}}', {"n": 1})]
    )
    def test_events_of_the_view_stay(self, own, kept):
        header = self.answer(HttpResponse(headers={"HX-Trigger": own}), **{"HX-Request": "true"}).headers
        assert json.loads(header["HX-Trigger"])["rowsChanged"] == kept

    def test_other_requests_and_reloads_keep_them_for_the_page(self):
        assert "HX-Trigger" not in self.answer(HttpResponse()).headers
        reload = HttpResponse(headers={"HX-Redirect": "/"})
        assert "HX-Trigger" not in self.answer(reload, **{"HX-Request": "true"}).headers


@pytest.mark.django_db
@pytest.mark.usefixtures("places")
class TestPaging:
    def walk(self, order, size=25, rows=60):
        Region.objects.bulk_create(
            [Region(code=f"9{n:011}", parent="x", level=n % 3, name=f"{n}") for n in range(rows)]
        )
        queryset = Region.objects.filter(parent="x")
        params, seen, pages = QueryDict(f"size={size}", mutable=True), [], []
        while True:
            page = paginate(queryset, order, params)
            pages.append(page)
            seen += [row.code for row in page.rows]
            if page.next is None:
                return queryset, pages, seen
            params["at"] = page.next

    @pytest.mark.parametrize("order", [("code",), ("-code",), ("level", "-code"), ("-level", "code")])
    def test_every_row_once_and_in_order(self, order):
        queryset, pages, seen = self.walk(order)
        assert seen == list(queryset.order_by(*order).values_list("code", flat=True))
        assert [len(page.rows) for page in pages] == [25, 25, 10]
        assert pages[0].previous is None
        back = QueryDict(mutable=True)
        back["at"], back["size"] = pages[2].previous, "25"
        assert paginate(queryset, order, back).rows == pages[1].rows

    @pytest.mark.parametrize("at", ["x", "W10", "e30", "WzEsMiwzLDRd", "A" * 2000])
    def test_hostile_position(self, at):
        with pytest.raises(BadRequest):
            paginate(Region.objects.all(), ("code",), QueryDict(f"at={at}"))


@pytest.mark.django_db
def test_menu_marks_the_nearest_entry():
    def active(path):
        return [i["entry"].url for i in _menu(make_scope("data_administrator"), path) if i["active"]]

    assert active("/") == ["home"]
    assert active("/people/17/edit/") == ["people_list"]
    assert active("/sign-in/") == []


@pytest.mark.django_db
@pytest.mark.usefixtures("places")
class TestErrors:
    @pytest.fixture
    def client(self):
        return signed_in(make_person("instructor", COUNTY).username)

    def test_pages_and_json(self, client):
        for path, status in (("/nothing/", 404), ("/audit/", 403), ("/jobs/?at=x", 400)):
            answer = client.get(path)
            assert answer.status_code == status
            assert str(status) in answer.content.decode()
        answer = client.get("/audit/", headers={"Accept": "application/json"})
        assert answer.json()["error"] == "Not allowed"

    def test_broken_transaction_still_shows_the_error_page(self, client, monkeypatch):
        from django.core.cache import cache
        from django.db import connection

        def break_it(scope):
            cache.delete_many(["shell:campaign", f"shell:region:{COUNTY}"])
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1/0")

        monkeypatch.setattr("census.ui.views.cards_for", break_it)
        answer = client.get("/")
        assert answer.status_code == 500
        assert "Something went wrong" in answer.content.decode()


def test_language_switch_stays_on_the_page_and_on_this_host(client, db):
    answer = client.get("/language/en?next=/rights/")
    assert answer.headers["Location"] == "/rights/"
    assert answer.cookies["django_language"].value == "en"
    assert client.get("/language/en?next=//evil.example/").headers["Location"] == "/"
    assert client.get("/language/xx").status_code == 404


def test_filters():
    assert number(None) == "–"
    assert number(1234567) == "1,234,567"
    assert number(0) == "0"
    assert number(-1234.5, 2) == "-1,234.50"
    assert [number(value, 0) for value in (0.5, 1.5, 2.5, -0.5)] == ["1", "2", "3", "-1"], (
        "half up, as everywhere"
    )
    assert [number(value, 2) for value in (2.675, -0.001)] == ["2.68", "0.00"]
    with translation.override("zh-hans"):
        assert number(1234567) == "1,234,567"
    assert [duration(s) for s in (0, 59, 200, 7500, None)] == ["0 s", "59 s", "3 min 20 s", "2 h 5 min", "–"]
    assert category_names(["mobile", "industrial"]) == "Industrial sources, Mobile sources"
