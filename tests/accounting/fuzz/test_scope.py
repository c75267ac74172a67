"""A lower post asks for what lies outside its county or category, by ids it has guessed and parameters it has changed.

The rows asked for are those of the city: run, cut, comparison, publication hold both counties.
"""

import io
import zipfile

import pytest
from django.urls import reverse

from census.access.posts import POST_KINDS
from census.places import regions
from sources.objects.models import CensusObject
from tests.factories import CITY, COUNTY, OTHER_COUNTY, make_person
from tests.support.requests import as_web_role, signed_in

BOX = "box=117,28,120,30"
PLAIN = (BOX + "&q=T",)
OUTSIDE = (
    *PLAIN,
    f"{BOX}&region={OTHER_COUNTY}",
    f"{BOX}&region={CITY}",
    f"{BOX}&by=region&row={OTHER_COUNTY}&area={OTHER_COUNTY}&county={OTHER_COUNTY}",
)
SHOWN = (
    "gap_list",
    "gap_xlsx",
    "analysis_ranking",
    "object_account",
)  # to who may see them, so the test can fail


def _text(answer):
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if not body.startswith(b"PK"):
        return body.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(body)) as parts:
        return "".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())


def _found(client, kind, world, addresses, marks, queries):
    """Addresses (with query) whose answer names one of the objects."""
    found = set()
    for name in sorted(addresses):
        if addresses[name] not in POST_KINDS[kind].capabilities:
            continue
        path = reverse(name, kwargs=world.get(name, {}))
        own = path.split("/")
        for query in queries:
            answer = as_web_role(client, "GET", path, QUERY_STRING=query)
            if answer.status_code == 405:
                break
            if answer.status_code != 200:
                continue
            text = _text(answer)
            if any(mark in text for mark in marks if mark not in own):
                found.add((name, query))
    return found


@pytest.mark.slow
def test_nothing_outside_the_scope_comes_through(world, addresses, settings):
    objects = list(CensusObject.objects.values_list("pk", "code", "region", "category"))

    def marks(area, category=None):
        """Ids and codes of the objects that do not lie there, or are of another category."""
        outside = [o for o in objects if not regions.contains(area, o[2]) or (category and o[3] != category)]
        assert outside
        return [str(word) for pk, code, _region, _category in outside for word in (pk, code)]

    people = {
        "county": make_person("county_officer", COUNTY),
        "department": make_person("department_reviewer", COUNTY, categories=["agricultural"]),
        "city": make_person("city_officer", CITY),
    }
    clients = {name: signed_in(person.username) for name, person in people.items()}
    settings.SWITCH_TO_WEB_ROLE = True
    outside, others = marks(COUNTY), marks(COUNTY, "agricultural")
    assert _found(clients["county"], "county_officer", world, addresses, outside, OUTSIDE) == set()
    assert _found(clients["department"], "department_reviewer", world, addresses, others, PLAIN) == set()
    shown = {name: addresses[name] for name in SHOWN}
    seen = {name for name, _query in _found(clients["city"], "city_officer", world, shown, outside, PLAIN)}
    assert {"gap_list", "gap_xlsx"} <= seen
