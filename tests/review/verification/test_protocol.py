"""The protocol file fits the forms, and terms survive being stored."""

from __future__ import annotations

import pytest

from census.access.posts import CATEGORIES
from review.verification import protocol
from review.verification.items import REGISTER
from sources.forms.catalogue import load
from sources.objects.kinds import KINDS


def test_items_exist_in_the_forms():
    known = load().forms
    missing = [
        f"{form}.{item}"
        for form, items in protocol.protocol()["items"].items()
        for item in items
        if form not in known or item not in known[form].indicators
    ]
    assert missing == []
    everywhere = {item for form in known.values() for item in form.indicators}
    assert {i for p in protocol.protocol()["pollutants"].values() for i in p["items"]} <= everywhere
    assert set(protocol.protocol()["register"]) == set(REGISTER)
    assert set(protocol.protocol()["key"]["kinds"]) <= set(KINDS)


@pytest.mark.parametrize("stage", protocol.STAGES)
@pytest.mark.parametrize("level", [0, 1, 2])
def test_proposed_terms(stage, level):
    terms = protocol.proposed(stage, level)
    assert set(terms.limits) == set(protocol.LIMITS)
    assert {name.partition("/")[0] for name in terms.quotas} == set(CATEGORIES)
    assert all(low <= high for low, high in terms.limits.values())
    assert protocol.Terms.unpack(terms.pack()) == terms


@pytest.mark.parametrize(
    ("facts", "group"),
    [
        ({"kind": "enterprise", "size": "1"}, "key"),
        ({"kind": "enterprise", "size": "3"}, "general"),
        ({"kind": "wastewater_plant", "size": ""}, "key"),
        ({"kind": "enterprise", "size": "1", "status": "removed"}, "deleted"),
        ({"kind": "enterprise", "size": "1", "created": "2018-09-02", "since": "2018-09-01"}, "added"),
        ({"kind": "enterprise", "size": "", "created": "2018-08-31", "since": "2018-09-01"}, "general"),
    ],
)
def test_groups(facts, group):
    assert protocol.group_of(**{"status": "in_scope", "created": "2018-01-01", "since": ""} | facts) == group
