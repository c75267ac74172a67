"""Addresses with what nobody types: refused in words, or left out."""

import pytest
from django.core.exceptions import BadRequest
from django.test import RequestFactory
from django.urls import reverse

from census.numbers import MOST, whole
from census.places import regions
from census.ui.paging import encode
from review.picking import ids_of
from tests.factories import COUNTY, make_person, make_regions
from tests.support.requests import signed_in


@pytest.fixture
def client(db):
    make_regions()
    return signed_in(make_person("county_officer", COUNTY).username)


@pytest.mark.parametrize(
    "text", ["", "-1", "²", "１２", "1_000", "1e3", " 1", "9" * 5000, str(MOST + 1), None]
)
def test_what_is_no_number(text):
    assert whole(text) is None
    assert whole(str(MOST)) == MOST


@pytest.mark.parametrize(
    "text", ["", "33080200000", "３３０８０２００００００", "³³⁰⁸⁰²⁰⁰⁰⁰⁰⁰", "33080200000a", None]
)
def test_what_is_no_code(text):
    assert not regions.is_code(text)
    assert regions.is_code(COUNTY)


POSITIONS = [encode(values, False) for values in (["x", "y"], [None, None], [{}, [1]], [1, "y"], ["x"])]


@pytest.mark.parametrize("at", [*POSITIONS, "bnVsbA", "!!!"])
def test_a_page_position_of_another_kind_is_a_bad_request(client, at):
    path = reverse("job_list")  # by time and id
    assert client.get(path).status_code == 200
    assert client.get(path, {"at": at}).status_code == 400


@pytest.mark.parametrize("name", ["items", "keys", "lists", "get"])
def test_a_parameter_named_like_a_method_is_just_a_parameter(client, name):
    answer = client.get("/register/", {name: "x"})
    assert answer.status_code == 200
    assert f'name="{name}" value="x"' in answer.content.decode()


@pytest.mark.parametrize(
    "target", ["home", "x", "", "javascript:alert(1)", "//evil.example/", "https://evil.example/"]
)
def test_one_returns_only_to_a_page_of_the_product(client, target):
    answer = client.get(reverse("language", args=["en"]), {"next": target})
    assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.mark.parametrize(("ids", "valid"), [(["1", "2"], True), (["1", "x"], False), (["9" * 30], False)])
def test_ticked_rows_are_numbers(ids, valid):
    request = RequestFactory().post("/", {"ids": ids})
    if valid:
        assert ids_of(request) == [1, 2]
    else:
        with pytest.raises(BadRequest):
            ids_of(request)
