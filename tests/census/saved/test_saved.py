"""Saved views: whose they are, what they keep, and how a list opens with one."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from census.saved.models import SavedView
from census.saved.services import tidy, view_delete, view_save, views_for
from tests.factories import COUNTY, OTHER_COUNTY, make_person, make_regions, make_scope
from tests.support.requests import signed_in

PAGE = "register_list"


def test_a_view_is_the_same_text_whatever_the_order_and_place() -> None:
    assert tidy("status=&kind=farm&at=xyz&q=a%26b&row=7&view=1") == "kind=farm&q=a%26b"
    assert tidy("q=a%26b&kind=farm") == tidy("kind=farm&q=a%26b")
    assert tidy("rules=b&rules=a") == "rules=b&rules=a"


@pytest.mark.django_db
def test_own_views_are_private_and_shared_ones_are_the_offices() -> None:
    one, colleague = make_scope("county_officer"), make_scope("county_officer")
    elsewhere = make_scope("county_officer", OTHER_COUNTY)
    view_save(one, page=PAGE, name="mine", query="kind=farm")
    shared = view_save(one, page=PAGE, name=" for  all ", query="q=x", shared=True)
    assert shared.name == "for all"
    assert [view.name for view in views_for(one, PAGE)] == ["for all", "mine"]
    assert [view.name for view in views_for(colleague, PAGE)] == ["for all"]
    assert not views_for(elsewhere, PAGE).exists()
    with pytest.raises(PermissionDenied):
        view_delete(colleague, view_id=shared.id)
    with pytest.raises(ValidationError):
        view_delete(elsewhere, view_id=shared.id)
    view_delete(one, view_id=shared.id)
    assert not views_for(colleague, PAGE).exists()


@pytest.mark.django_db
def test_one_view_opens_a_page_and_a_name_is_kept_once() -> None:
    one = make_scope("county_officer")
    view_save(one, page=PAGE, name="a", query="kind=farm", opens=True)
    view_save(one, page=PAGE, name="b", query="kind=park", opens=True)
    view_save(one, page=PAGE, name="b", query="kind=village", opens=True)
    rows = dict(SavedView.objects.values_list("name", "query"))
    assert rows == {"a": "kind=farm", "b": "kind=village"}
    assert SavedView.objects.get(opens=True).name == "b"
    for bad in ({"name": " "}, {"name": "x" * 61}, {"page": "no_such"}, {"query": "q=" + "x" * 3000}):
        with pytest.raises(ValidationError):
            view_save(one, **{"page": PAGE, "name": "c", "query": "", **bad})


@pytest.mark.django_db
def test_the_list_opens_with_the_chosen_view() -> None:
    make_regions()
    client = signed_in(make_person("county_officer", COUNTY).username)
    assert client.get(reverse(PAGE)).status_code == 200
    sent = {"page": PAGE, "name": "farms", "query": "kind=farm&at=zzz", "opens": "1"}
    answer = client.post(reverse("view_save"), sent)
    view = SavedView.objects.get()
    assert answer.url == f"{reverse(PAGE)}?kind=farm&view={view.id}"
    assert client.get(reverse(PAGE)).url == answer.url
    page = client.get(answer.url).content.decode()
    assert "farms" in page
    assert client.get(reverse(PAGE), {"view": "all"}).status_code == 200, "the way to the plain list"
    assert client.post(reverse("view_save"), {"page": PAGE, "name": ""}).status_code == 302
    assert client.post(reverse("view_delete", args=[view.id])).url == f"{reverse(PAGE)}?view=all"
    assert not SavedView.objects.exists()
