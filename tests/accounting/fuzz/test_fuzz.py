"""Every address of the room asked with what nobody types by mistake: never a fault of the program, always an answer.

Which parameters an address reads is noted while it reads them (recording.py), so that a new one is asked too. Seeded;
FUZZ_EACH=5 asks five values a parameter and method, everywhere (ten minutes).
"""

import io
import os
import random
import re
import sys
import traceback
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from django.core.signals import got_request_exception
from django.urls import NoReverseMatch, reverse

from accounting.runs.models import Run
from census.access.posts import POST_KINDS
from tests.accounting.fuzz.hostile import SCRIPT, uploads, values
from tests.accounting.fuzz.recording import names_read
from tests.factories import CITY, NATION, make_person
from tests.support.requests import as_web_role, signed_in

EACH = int(os.environ.get("FUZZ_EACH", "1"))
SAME = 2 if EACH == 1 else 1000  # addresses at which a parameter of the same name is asked
UPLOADS = 3 if EACH == 1 else 100
POSTS = (("city_officer", CITY), ("nation_officer", NATION), ("department_reviewer", CITY))
OF_THE_SHELL = {"bare", "django_language", "csrfmiddlewaretoken"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# what shows figures of objects or of an unreleased table says that it is internal
CONFIDENTIAL = {
    "analysis_page", "analysis_ranking", "analysis_xlsx", "comparison_show", "comparison_objects", "comparison_xlsx",
    "crosscheck_list", "crosscheck_xlsx", "cut_show", "cut_compare", "gap_list", "gap_xlsx", "map_page",
    "object_account", "object_account_xlsx", "publication_show", "publication_audit", "run_show", "table_show",
    "table_xlsx", "table_csv", "table_book", "factor_usage",
}  # fmt: skip
# the small city has no such thing, so as it is they are not found or send the reader back
NOT_THERE = {"table_book_file", "cut_explain", "map_district", "map_water", "change_waiting"}
BOX = {"box": "117,28,120,30"}
DECENT = {
    "map_points": BOX,
    "map_districts": {**BOX, "measure": "survey.submitted"},
}  # else nothing is answered
ABOVE = {"cut_approve", "cut_send_back", "report_approve", "report_send_back"}  # decided by the office above


class _Filled(HTMLParser):
    """What a page's forms would send as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.data: dict[str, list[str]] = {}
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, value = found.get("name") or "", found.get("value") or ""
        if tag == "select":
            self.select = name
        elif tag == "option" and self.select and ("selected" in found or self.select not in self.data):
            self.data[self.select] = [value]
        elif tag == "input" and name and found.get("type") not in {"file", "submit"}:
            if found.get("type") not in {"checkbox", "radio"} or "checked" in found:
                self.data.setdefault(name, []).append(value)
        elif tag == "textarea" and name:
            self.data.setdefault(name, ["words"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""


def _filled(page: str) -> dict[str, list[str]]:
    found = _Filled()
    found.feed(page)
    return {key: value for key, value in found.data.items() if key not in OF_THE_SHELL}


class _Asker:
    """Sends the requests of one post and keeps what is wrong with the answers."""

    def __init__(self, client) -> None:
        self.client, self.wrong, self.asked = client, [], set()
        self.statuses: dict[str, Counter[int]] = defaultdict(Counter)

    def send(self, name: str, method: str, path: str, data: object, **extra: object):
        faults = []

        def note(sender, request, **_):
            kind, error, trace = sys.exc_info()
            at = traceback.extract_tb(trace)[-1]
            faults.append(f"{kind.__name__}: {str(error)[:160]} at {at.filename}:{at.lineno}")

        got_request_exception.connect(note)
        try:
            if method == "GET":
                query = urlencode(data, doseq=True, errors="replace")
                answer = as_web_role(self.client, "GET", path, QUERY_STRING=query)
            else:
                answer = as_web_role(self.client, "POST", path, data, **extra)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        finally:
            got_request_exception.disconnect(note)
        self.statuses[name][answer.status_code] += 1
        sent = {key: repr(value)[:90] for key, value in data.items()} if isinstance(data, dict) else extra
        for what in _wrong(answer, body):
            self.wrong.append(f"{name} {method} {path[:80]} {sent}: {what} {faults}")
        return answer


def _wrong(answer, body: bytes) -> Iterator[str]:
    if answer.status_code >= 500 or b"Traceback (most recent call last)" in body:
        yield str(answer.status_code)
    if SCRIPT.encode() in body and answer["Content-Type"].startswith("text/html"):
        yield "markup goes through"
    if answer["Content-Type"] == XLSX:
        yield from (f"formula {one}" for one in _formulas(body) if "厂" in one or "cmd" in one)
    named = answer.get("Content-Disposition", "")
    if "/" in named or "\\" in named or ".." in named:
        yield f"a file named {named}"
    if "no-store" not in answer["Cache-Control"] and "private" not in answer["Cache-Control"]:
        yield "may be kept by a cache of others"
    if "default-src 'self'" not in answer["Content-Security-Policy"]:
        yield "no policy of content"


def _formulas(workbook: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets/")]
    return [formula for sheet in sheets for formula in re.findall(r"<f>(.*?)</f>", sheet)]


def _text(answer) -> bytes:
    if answer["Content-Type"] != XLSX:
        return answer.content
    with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
        return b"".join(parts.read(name) for name in parts.namelist() if name.endswith(".xml"))


def _paths(name: str, kwargs: dict, chance: random.Random) -> Iterator[str]:
    """The address, and the same with hostile words where it takes words."""
    yield reverse(name, kwargs=kwargs)
    for key, value in kwargs.items():
        if isinstance(value, str) and len(value) < 30:
            for other in values(key, chance, 2 * EACH):
                try:
                    yield reverse(name, kwargs={**kwargs, key: other[:200]})
                except NoReverseMatch:
                    continue


def _fuzz(asker: _Asker, name: str, kwargs: dict, decent: dict, times: Counter[tuple[str, str]]) -> None:
    """The address as it is; then each parameter it reads, one at a time, with hostile values among decent others."""
    chance = random.Random(name)
    first, *others = _paths(name, kwargs, chance)
    base: dict[str, object] = dict(decent)
    for method in ("GET", "POST"):
        with names_read() as read:
            page = asker.send(name, method, first, base)
        if page.status_code == 405:
            continue
        if method == "GET" and page.status_code == 200 and page["Content-Type"].startswith("text/html"):
            base |= _filled(page.content.decode())
        if (
            name in CONFIDENTIAL
            and method == "GET"
            and not re.search(b"[Cc]onfidential|Internal \xc2\xb7", _text(page))
        ):
            asker.wrong.append(f"{name}: does not say that it is internal ({page.status_code})")
        waiting, seen = sorted(read - OF_THE_SHELL), set(read)
        while waiting:
            key = waiting.pop()
            times[method, key] += 1
            if times[method, key] > SAME:
                continue
            asker.asked.add((name, method, key))
            with names_read() as read:
                for value in values(key, chance, EACH):
                    several = [value, *values(key, chance, 1)] if chance.random() < 0.2 else [value]
                    asker.send(name, method, first, {**(base if method == "POST" else decent), key: several})
            waiting += sorted(read - seen - OF_THE_SHELL)
            seen |= read
        if method == "POST":
            files = uploads() if "file" in seen else []
            for file in chance.sample(files, min(UPLOADS, len(files))):
                asker.send(name, "POST", first, {**base, "file": file})
            kind = chance.choice(("application/json", "text/plain", "multipart/form-data; boundary=x", "x"))
            asker.send(name, "POST", first, b'{"a": [1, {"b": \xff', content_type=kind)
    for path in others:
        asker.send(name, "GET", path, {})


@pytest.mark.slow
def test_hostile_requests_are_answered(world, addresses, settings):
    askers = {kind: _Asker(signed_in("author")) for kind, region in POSTS if region == NATION}
    askers |= {
        kind: _Asker(signed_in(make_person(kind, region).username))
        for kind, region in POSTS
        if region != NATION
    }
    decent = DECENT | {
        "comparison_new": {"with": str(Run.objects.filter(state="done").earliest("number").number)}
    }
    settings.SWITCH_TO_WEB_ROLE = True
    reached, times = {}, Counter()
    for name in sorted(addresses):
        may = [kind for kind, _region in POSTS if addresses[name] in POST_KINDS[kind].capabilities]
        kind = "nation_officer" if name in ABOVE else may[0]
        _fuzz(askers[kind], name, world.get(name, {}), decent.get(name, {}), times)
        reached[name] = askers[kind].statuses[name]
    assert [line for asker in askers.values() for line in asker.wrong] == []
    dead = {name for name, found in reached.items() if not {200, 302, 422} & set(found)}
    assert dead <= NOT_THERE, "these were only refused, so nothing was tried"
    asked = set().union(*(asker.asked for asker in askers.values()))
    together = sum(reached.values(), Counter())
    assert len(asked) > 300
    assert len({name for name, _method, _key in asked}) > 60
    assert together[200] > 250
    assert together[302] > 30
    assert together[400] + together[404] + together[422] > 60
