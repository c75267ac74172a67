"""The library as people read it: in English too, and two editions side by side."""

import pytest
from django.urls import reverse
from django.utils import translation

from accounting.factors import services
from accounting.factors.editions import editions_alike
from accounting.factors.models import Factor
from accounting.factors.queries import factor_search, industries_in_english
from accounting.factors.services import factor_load
from accounting.words import phrase
from census.places.models import Industry
from census.places.regions import NATION
from tests.factories import make_person
from tests.support.requests import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    factor_load()
    return signed_in(make_person("nation_officer", NATION).username)


def page(client, name, *args, query="", language="en"):
    client.cookies["django_language"] = language
    return client.get(reverse(name, args=args) + query).content.decode()


def test_a_boiler_is_named_in_english_and_found_by_that_name(client):
    text = page(client, "factor_list", query="?q=industrial boilers wet dedusting")
    assert "Heat supply (industrial boilers)" in text
    assert "Wet dedusting" in text
    assert "工业锅炉" not in text
    factor = Factor.objects.filter(industry="4430", technology="").first()
    assert "Heat supply (industrial boilers) · 热力生产和供应(工业锅炉)" in page(
        client, "factor_show", factor.pk
    )
    assert "Heat supply" not in page(client, "factor_show", factor.pk, language="zh-hans")


def test_an_industry_nobody_translated_is_named_by_its_division():
    Industry.objects.create(
        code="13", level=2, section="C", name_zh="农副食品加工业", name_en="Food processing"
    )
    with translation.override("en"):
        assert industries_in_english(["1353", "33-37;431", "99"]) == {"1353": "Food processing"}
    with translation.override("zh-hans"):
        assert industries_in_english(["1353"]) == {}


def test_techniques_of_the_census_list_have_english_words():
    assert phrase("石灰石/石膏法", "en") == "Limestone-gypsum wet FGD"
    assert phrase("石灰石/石膏法", "zh-hans") == "石灰石/石膏法"


def test_words_that_have_changed_are_found_after_the_next_load(monkeypatch):
    factor_load()
    before = services.search_text
    monkeypatch.setattr(services, "search_text", lambda row: f"{before(row)} newword")
    factor_load()
    assert factor_search(text="newword").count() == Factor.objects.count()


def test_editions_with_factors_in_common_are_compared_first(client):
    assert editions_alike() == ("census2_2021", "census1_2010")
    text = page(client, "edition_compare")
    assert '<option value="census2_2021" selected>' in text
    assert '<option value="census1_2010" selected>' in text
    assert "No factor is in both editions" not in text
    strangers = page(client, "edition_compare", query="?first=ap42&second=study")
    assert "No factor is in both editions" in strangers


def test_without_a_library_there_is_nothing_to_compare(db):
    assert editions_alike() is None
