"""Scores: expected error times weight in the published totals."""

from __future__ import annotations

import pytest

from review.rules.catalogue import full_catalogue
from review.selective.loads import Books, errors, loads, stated
from review.selective.survey import POWER, chance_of, merged, survey
from review.statistics.doubts import Doubt, Place
from review.statistics.localise import Catalog, Culprit
from sources.forms.check_set import Document

UNITS = 30
DIRTY, CLEAN = 3, 4


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog(full_catalogue())


def enterprises(change=None):
    """Alike enterprises with an outlet each; *change*: number → factor on the COD discharged."""
    documents, objects = [], {}
    for number in range(UNITS):
        size = 50 if number == DIRTY else 1
        water = 1000.0 * size * (1 + number / 100)
        outlet = {
            "_k": 1,
            "discharge_m3": water,
            "cod_generation_t": round(water * 0.0005, 4),
            "cod_discharge_t": round(water * 0.0001 * (change or {}).get(number, 1), 4),
            "nh3n_discharge_t": round(water * 0.00001, 5),
        }
        documents.append(Document(number, "G102", 1, {"water_intake_m3": 1.2 * water, "outlets": [outlet]}))
        objects[number] = {
            "region": "330802001001",
            "category": "industrial",
            "kind": "enterprise",
            "industry": "2614",
        }
    return documents, objects


def look(catalog, change, estimator=None):
    documents, objects = enterprises(change)
    return survey(documents, objects, catalog=catalog, failing=(), estimator=estimator)


def test_the_same_slip_scores_higher_on_the_larger_load(catalog):
    found = look(catalog, {DIRTY: 100, CLEAN: 100})
    first, second = found.doubtful
    assert (first.object_id, second.object_id) == (DIRTY, CLEAN)
    assert first.score > 10 * second.score
    assert first.culprits[0].place == Place("G102", 1, "outlets/1", "cod_discharge_t")
    # 99 hundredths of what is stated, times the chance that it is wrong
    assert first.errors["COD"] == pytest.approx(0.99 * first.own["COD"] * chance_of(first.culprits), rel=1e-2)
    assert first.errors["NH3_N"] == 0


def test_objects_without_a_doubt_follow_by_size(catalog):
    found = look(catalog, {CLEAN: 1000})
    order = [one.object_id for one in found.scored]
    assert order[:2] == [CLEAN, DIRTY]
    assert [one.object_id for one in found.doubtful] == [CLEAN]


def test_a_value_too_small_counts_with_what_is_missing(catalog):
    (one,) = look(catalog, {DIRTY: 0.001}).doubtful
    assert one.errors["COD"] > 100 * one.own["COD"]


def test_the_accounting_is_asked_with_and_without_the_correction(catalog):
    """An estimator that sees only water: the stated tonnes may be right, the accounted ones are not."""

    def by_water(objects, documents):
        return {(d.object_id, "COD"): sum(o["discharge_m3"] for o in d.values["outlets"]) for d in documents}

    documents, objects = enterprises()
    outlet = documents[CLEAN].values["outlets"][0]
    outlet["discharge_m3"] *= 1000
    (one,) = survey(documents, objects, catalog=catalog, failing=(), estimator=by_water).doubtful
    assert one.culprits[0].place.item == "discharge_m3"
    assert one.errors["COD"] == pytest.approx(0.999 * outlet["discharge_m3"] * chance_of(one.culprits))


def test_books_take_the_larger_figure_and_errors_the_larger_move():
    documents, objects = enterprises()
    now = loads(documents, objects, None)
    assert now.accounted == {}
    assert now.stated[CLEAN, "COD"] == pytest.approx(104)
    assert Books({("a", "COD"): 1.0}, {("a", "COD"): 3.0, ("b", "COD"): 2.0}).larger() == {
        ("a", "COD"): 3.0,
        ("b", "COD"): 2.0,
    }
    changed, _objects = enterprises({CLEAN: 3})
    moved = errors(now, documents, {CLEAN: [changed[CLEAN]]}, objects, None)
    assert moved[CLEAN, "COD"] == pytest.approx(208)
    assert moved[CLEAN, "SO2"] == 0


def test_blank_tonnes_are_no_load():
    document = Document(1, "G102", 1, {"outlets": [{"_k": 1, "cod_discharge_t": None}, {"_k": 2}]})
    assert stated([document]) == {}


def test_the_power_lies_between_equal_cells_and_the_total():
    assert 0 <= POWER <= 1


def test_the_most_probable_culprit_comes_first_and_places_are_named_once():
    place, other = Place("G102", 1, "", "water_intake_m3"), Place("G101-1", 1, "", "uscc")
    culprit = Culprit(place, 1, 2, (), 0.4)
    doubts = [
        Doubt(1, "ST-DUP-CODE", other, 0.95, "", ""),
        Doubt(1, "ST-CHANGE", place, 0.6, "", ""),
        Doubt(1, "ST-COPIED", other, 0.1, "", ""),
    ]
    found = merged([culprit], doubts)
    assert [(one.place, one.weight) for one in found] == [(other, 9.5), (place, 1.0)]
    assert found[1].expected == 2
    assert chance_of(found) == pytest.approx(0.95, abs=1e-3)
    assert chance_of([]) == 0


def test_a_changed_sewage_plant_moves_what_the_towns_discharge():
    """An estimator in which a town discharges 100 less what the plants of its county take out."""

    def credited(objects, documents):
        taken = sum(d.values["treated_domestic_wm3"] for d in documents if d.form == "J101-2")
        return {(d.object_id, "COD"): max(0.0, 100 - taken) for d in documents if d.form == "S202"}

    objects = {name: {"region": "330802000000", "category": "centralized"} for name in ("town", "a", "b")}
    town = Document("town", "S202", 1, {})
    plants = [Document(name, "J101-2", 1, {"treated_domestic_wm3": 30}) for name in ("a", "b")]
    documents = [town, *plants]
    changed = {"b": [Document("b", "J101-2", 1, {"treated_domestic_wm3": 1000})]}
    moved = errors(loads(documents, objects, credited), documents, changed, objects, credited)
    assert moved["b", "COD"] == 40  # no more than the town discharges
    assert moved["b", "SO2"] == 0
    assert errors(loads(documents, objects, None), documents, changed, objects, None)["b", "COD"] == 0
