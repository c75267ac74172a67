"""Requests that cannot be served say so on a page of the product, in the person's language."""

import pytest
from django.core.exceptions import BadRequest
from django.test import Client

from census.conf.middleware import NullCharacterMiddleware
from census.places.models import Region
from tests.factories import COUNTY, PASSWORD, make_person, make_regions
from tests.support.requests import signed_in


@pytest.fixture
def clerk(db):
    make_regions()
    return make_person("county_officer", COUNTY, username="clerk")


@pytest.mark.parametrize(
    "path", ["/places/districts/", "/places/regions/", "/people/", "/places/regions.json"]
)
def test_a_null_character_in_the_address_is_a_bad_request(clerk, path):
    assert signed_in("clerk").get(path, {"q": "a\0"}).status_code == 400


def test_a_null_character_that_reaches_the_database_is_a_bad_request(db):
    with pytest.raises(ValueError) as raised:
        Region.objects.filter(code="\0").exists()
    with pytest.raises(BadRequest):
        NullCharacterMiddleware(lambda request: None).process_exception(None, raised.value)
    other = ValueError("something else")
    assert NullCharacterMiddleware(lambda request: None).process_exception(None, other) is None


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "页面已过期"), ("en", "This page is out of date")]
)
def test_a_page_of_an_old_session_is_told_apart(clerk, language, words):
    client = Client(enforce_csrf_checks=True)
    client.cookies["django_language"] = language
    client.login(username="clerk", password=PASSWORD)
    answer = client.post("/places/districts/new/", {"name": "东片"})
    assert answer.status_code == 403
    assert words in answer.content.decode()
    assert "DEBUG" not in answer.content.decode()
