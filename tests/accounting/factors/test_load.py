"""Loading is idempotent, keeps revisions, and the library read back equals the data files."""

from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from accounting.factors import normalise
from accounting.factors.matching import Policy, Wanted
from accounting.factors.models import ControlTechnology, Edition, Factor
from accounting.factors.queries import (
    edition_codes,
    factor_revisions,
    factor_search,
    library_changed,
    library_load,
    library_now,
)
from accounting.factors.services import factor_load, factors_publish

pytestmark = pytest.mark.django_db


def test_second_load_changes_nothing():
    first = factor_load()
    assert first.added == Factor.objects.count() == len(normalise.factors())
    second = factor_load()
    assert (second.added, second.revised, second.unchanged) == (0, 0, first.added)
    assert Edition.objects.count() == 13
    assert ControlTechnology.objects.count() == first.technologies


def test_a_changed_factor_becomes_a_revision_and_the_old_one_stays(monkeypatch):
    factor_load()
    rows = normalise.factors()
    index = next(i for i, row in enumerate(rows) if row.value == 2.94)
    rows[index] = replace(rows[index], value=3.1)
    monkeypatch.setattr(normalise, "factors", lambda: rows)
    report = factor_load()
    assert (report.added, report.revised) == (0, 1)
    new = Factor.objects.get(code=rows[index].key_code, current=True)
    assert [(row.revision, row.value, row.current) for row in factor_revisions(factor=new)] == [
        (2, 3.1, True),
        (1, 2.94, False),
    ]


def test_search_in_chinese_pinyin_and_english():
    factor_load()
    assert factor_search(text="烟煤 SO2").exists()
    assert factor_search(text="yanmei").exists()
    assert factor_search(text="laying_hen removal").exists()
    assert {"NH3_N"} == set(factor_search(text="1351 Ammonia nitrogen").values_list("pollutant", flat=True))
    assert not factor_search(text="烟煤 removal-of-everything").exists()
    assert set(factor_search(sector="mobile").values_list("sector", flat=True)) == {"mobile"}


def test_one_factor_is_found_in_chinese_pinyin_and_english():
    factor_load()
    for names in (
        ("蛋鸡", "danji", "dj", "laying hen"),
        ("储罐小呼吸", "chuguan", "tank breathing"),
        ("锅炉燃烧", "guoluranshao", "Boiler combustion"),
        ("化学需氧量", "huaxuexuyangliang", "hxxyl", "COD"),
        ("出租车", "chuzuche", "taxi"),
    ):
        found = [set(factor_search(text=name).values_list("pk", flat=True)) for name in names]
        assert set.intersection(*found), names


def test_an_emptied_search_text_is_made_again_and_nothing_else_may_change():
    factor_load()
    factor = Factor.objects.first()
    text = factor.search
    Factor.objects.filter(pk=factor.pk).update(search="")
    factor_load()
    factor.refresh_from_db()
    assert factor.search == text
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Factor.objects.filter(pk=factor.pk).update(value=1.0)


def test_library_from_the_database_matches_like_the_files():
    factor_load()
    books = library_load(editions=edition_codes(), policy=Policy())
    match = books.industrial(Wanted("SO2", "4430", "锅炉燃烧", "", "一般烟煤", "链条炉"))
    assert match.step == "substitution"
    assert Factor.objects.get(pk=match.factor.id).expression == "16*S"
    assert library_load(editions=edition_codes(), policy=Policy()) is books


def test_command_reports():
    out = StringIO()
    call_command("load_factors", stdout=out)
    assert "factors added, 0 revised" in out.getvalue()


def test_of_several_revisions_the_newest_in_force_on_the_day_counts():
    factor_load()
    pin, row = library_now(), next(row for row in normalise.factors() if row.value == 2.94)
    periods = [{"value": 3.1, "valid_to": "2017-12-31"}, {"value": 3.3, "valid_from": "2018-01-01"}]
    for change in periods:
        factors_publish(rows=[replace(row, **change)], retired=[], change=1)
    wanted = Wanted("NOx", "4430", row.unit, row.product, row.material, row.process)

    def value(on, at=None):
        policy = Policy(on=on)
        return (
            library_load(editions=(row.edition,), policy=policy, pin=at or library_now())
            .industrial(wanted)
            .factor.value
        )

    assert [value(on) for on in ("2017-12-31", "2018-01-01", "")] == [3.1, 3.3, 3.3]
    assert value("2017-12-31", pin) == value("", pin) == 2.94
    factors_publish(rows=[], retired=[row.key_code], change=2)
    books = library_load(editions=(row.edition,), policy=Policy(on="2017-12-31"))
    assert books.industrial(wanted).factor is None or books.industrial(wanted).factor.code != row.key_code


def test_a_planned_change_that_holds_later_leaves_the_day_as_it_is():
    factor_load()
    row = next(row for row in normalise.factors() if row.value == 2.94)
    wanted = Wanted("NOx", "4430", row.unit, row.product, row.material, row.process)
    change = {"editions": (row.edition,), "pin": library_now(), "retired": set()}
    rows = [replace(row, value=3.3, valid_from="2018-01-01")]
    values = [
        library_changed(policy=Policy(on=on), rows=rows, **change).industrial(wanted).factor.value
        for on in ("2017-12-31", "2018-01-01")
    ]
    assert values == [2.94, 3.3]
