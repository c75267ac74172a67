"""The table of (address, post, region) → allowed or not, driven with real requests.

Each subject keeps its lines in a file ``urls_table.py`` among its tests:

- ``URLS``: name of the address → capability it needs, or "public" (for an API view with a capability a method:
  the mapping). Every address of the product must be in exactly one table.
- ``arguments()`` (optional): makes rows in ``tests.factories.COUNTY`` and returns name → arguments of the
  addresses that name such a row.
- ``ANYWHERE`` (optional): names whose arguments name no row of one region.
- ``ROW_DECIDES`` (optional): names where the row's own state may still refuse a post that has the capability.

GET is tried first, and an empty POST where GET is not allowed. With the capability the answer is a page, a
redirect or a complaint about what was sent (200, 302, 204, 400, 404 for a row that is not this post's, 409,
422); without it, 403. From another county, a named row is 403 or 404.
"""

from __future__ import annotations

import importlib.util
import uuid
from pathlib import Path
from types import ModuleType

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from census.access.posts import POST_KINDS
from tests.factories import FAR_COUNTY, make_person, make_regions
from tests.support.requests import as_web_role, signed_in

TESTS = Path(__file__).parents[2]
ROOMS = ("census", "sources", "review", "accounting")
ALLOWED = {200, 204, 302, 400, 404, 409, 413, 422}
# the division of each level that holds the first county, or lies in it; and one far away
HOME = ["000000000000", "330000000000", "330800000000", "330802000000", "330802005000", "330802005001"]
AWAY = [None, "370000000000", "370100000000", FAR_COUNTY]


def _tables() -> list[ModuleType]:
    found = []
    for number, path in enumerate(sorted(TESTS.rglob("urls_table.py"))):
        spec = importlib.util.spec_from_file_location(f"urls_table_{number}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found.append(module)
    return found


TABLES = _tables()
URLS = {name: needed for table in TABLES for name, needed in table.URLS.items()}
ANYWHERE = {name for table in TABLES for name in getattr(table, "ANYWHERE", ())}
ROW_DECIDES = {name for table in TABLES for name in getattr(table, "ROW_DECIDES", ())}


def _patterns(resolver: URLResolver | None = None) -> list[URLPattern]:
    found = []
    for entry in (resolver or get_resolver()).url_patterns:
        found += _patterns(entry) if isinstance(entry, URLResolver) else [entry]
    return found


def _capability(pattern: URLPattern) -> object:
    view = pattern.callback
    owner = getattr(view, "cls", None) or getattr(view, "view_class", None) or view
    return getattr(owner, "capability", None)


PATTERNS = {pattern.name: pattern for pattern in _patterns()}


def test_every_address_has_a_name_of_its_own():
    names = [pattern.name for pattern in _patterns()]
    assert None not in names
    assert sorted(names) == sorted(set(names))


def test_every_address_is_in_one_table():
    assert sorted(set(PATTERNS) - set(URLS)) == [], "add these to the urls_table.py of their subject"
    assert sorted(set(URLS) - set(PATTERNS)) == [], "these addresses do not exist (any more)"
    assert len(URLS) == sum(len(table.URLS) for table in TABLES), "an address is in two tables"


def test_views_ask_for_what_the_table_says():
    differ = {
        name: (_capability(pattern), URLS[name])
        for name, pattern in PATTERNS.items()
        if name in URLS and _capability(pattern) != URLS[name]
    }
    assert differ == {}


@pytest.fixture
def world(db, settings):
    """Rows in the first county, and the arguments that name them; the rest of the requests run as web role."""
    make_regions()
    named = {}
    for table in TABLES:
        named |= table.arguments() if hasattr(table, "arguments") else {}
    settings.SWITCH_TO_WEB_ROLE = True
    return named


def _path(name: str, world: dict[str, dict[str, object]]) -> str:
    if name in world:
        return reverse(name, kwargs=world[name])
    made_up = {
        key: {"int": 999_999, "uuid": uuid.UUID(int=1), "str": "x", "slug": "x", "path": "x"}[
            _kind(converter)
        ]
        for key, converter in PATTERNS[name].pattern.converters.items()
    }
    return reverse(name, kwargs=made_up)


def _kind(converter: object) -> str:
    return type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")


def _status(client, path: str) -> int:
    status = as_web_role(client, "GET", path).status_code
    return as_web_role(client, "POST", path).status_code if status == 405 else status


def _needed(name: str) -> str:
    needed = URLS[name]
    return needed if isinstance(needed, str) else needed.get("GET", needed.get("*"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", POST_KINDS)
def test_post_in_its_region(kind, world):
    """Each post gets exactly the addresses its capabilities name."""
    post = POST_KINDS[kind]
    person = make_person(kind, HOME[post.levels[0]])
    client = signed_in(person.username)
    wrong = []
    for name in sorted(URLS):
        if name not in PATTERNS or URLS[name] == "public":
            continue
        status = _status(client, _path(name, world))
        may = _needed(name) in post.capabilities
        expected = (ALLOWED | {403} if name in ROW_DECIDES else ALLOWED) if may else {403}
        if status not in expected:
            wrong.append(f"{name}: {status}, {'allowed' if may else 'not allowed'}")
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", [code for code, kind in POST_KINDS.items() if max(kind.levels[0], 1) <= 3])
def test_post_of_another_region(kind, world):
    """A row of the first county cannot be reached from far away, whatever the post may do at home."""
    post = POST_KINDS[kind]
    level = max(post.levels[0], 1) if len(post.levels) > 1 else post.levels[0]
    if AWAY[level] is None:
        assert post.levels == (0,), "only the nation has no elsewhere"
        return
    client = signed_in(make_person(kind, AWAY[level]).username)
    wrong = [
        f"{name}: {status}"
        for name in sorted(world)
        if URLS[name] != "public" and name not in ANYWHERE
        if (status := _status(client, _path(name, world))) not in {403, 404}
    ]
    assert wrong == []


def test_nobody_gets_in_without_signing_in(world, client):
    """A stranger is sent to the sign-in page, or told so in an API's words."""
    wrong = []
    for name in sorted(URLS):
        if name not in PATTERNS or URLS[name] == "public":
            continue
        path = _path(name, world)
        answer = as_web_role(client, "GET", path)
        if answer.status_code == 405:
            answer = as_web_role(client, "POST", path)
        to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/sign-in/")
        if not to_sign_in and answer.status_code not in {401, 403}:
            wrong.append(f"{name}: {answer.status_code}")
    assert wrong == []
