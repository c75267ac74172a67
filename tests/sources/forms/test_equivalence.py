"""The record evaluator and the column evaluator must say the same of every document."""

from collections import Counter
from random import Random

import pytest

from sources.forms.catalogue import load
from sources.forms.check import check_record
from sources.forms.check_set import AreaIndex, Document, check_set
from tests.sources.forms.random_documents import county, document, locate

RARE = {"G101-2-R03", "N101-1-R05", "N203-R01", "Y201-2-R03", "Y202-4-R01"}  # need coincidences


def one_by_one(documents, objects):
    index = AreaIndex(documents, objects, locate)
    siblings: dict = {}
    for entry in documents:
        siblings.setdefault(entry.object_id, {}).setdefault(entry.form, []).append(entry.values)
    for place, entry in enumerate(documents):
        area = index.area(entry.object_id, load().forms[entry.form])
        register = objects[entry.object_id]
        for found in check_record(entry.form, entry.values, siblings[entry.object_id], register, area):
            yield place, found


def assert_same(documents, objects):
    expected = Counter(one_by_one(documents, objects))
    result = Counter(check_set(documents, objects, locate).verdicts())
    assert result == expected, [*(expected - result).items(), *(result - expected).items()][:5]
    return expected


@pytest.mark.parametrize(
    ("seed", "blanks", "rows"),
    [(1, 0.3, 4), (2, 0.0, 3), (3, 0.6, 6), (4, 0.9, 2), (5, 0.1, 8), (6, 1.0, 3), (7, 0.5, 0)],
)
def test_random_counties(seed, blanks, rows):
    documents, objects = county(Random(seed), load(), 60, blanks, rows)
    assert_same(documents, objects)


def test_the_random_documents_say_something():
    """Every official rule fails somewhere, so agreement is not agreement about nothing."""
    failed: set[str] = set()
    for seed, blanks in enumerate((0.02, 0.02, 0.15, 0.15, 0.6, 0.9), start=20):
        documents, objects = county(Random(seed), load(), 1000, blanks)
        failed |= {found.rule for _, found in assert_same(documents, objects)}
    rules = {
        check.rule
        for form in load().forms.values()
        for check in form.checks
        if check.kind in ("logic", "cross")
    }
    assert sorted(rules - failed - RARE) == []


def test_long_tables():
    random = Random(11)
    forms = load().forms
    objects = {1: {"id": 1, "region": "330802001000"}, 2: {"id": 2, "region": "330802001000"}}
    documents = [
        Document(owner, code, 0, document(random, forms[code], 0.3, 300))
        for owner in objects
        for code in ("G101-2", "G101-3", "G103-1", "G103-2", "G106-1", "Y201-1")
    ]
    assert_same(documents, objects)


def test_nothing_in_nothing_out():
    assert list(check_set([], {}).verdicts()) == []
    assert list(check_set([], {1: {"id": 1}}).verdicts()) == []
    assert_same([Document(1, "G102", 0, {})], {1: {"id": 1}})
