"""Rows written by COPY come back as they were given."""

from __future__ import annotations

import datetime as dt

import pytest

from census.people.models import User
from sources.demo import copying

pytestmark = pytest.mark.django_db
NAMES = ["a\\b", "tab\there", "two\nlines\r", r"\N", "", "“甲”,'\"", r"\x41"]


def test_texts_blanks_and_times_survive(monkeypatch):
    monkeypatch.setattr(copying, "LINES", 2)
    at = dt.datetime(2018, 7, 15, 1, 2, 3, tzinfo=dt.UTC)
    rows = ((900 + n, f"copied{n}", name, "x", n % 2 == 0, at if n else None) for n, name in enumerate(NAMES))
    assert copying.copy(User, "id username name password synthetic last_login", rows) == len(NAMES)
    held = User.objects.filter(username__startswith="copied").order_by("id")
    assert [user.name for user in held] == NAMES
    assert [user.synthetic for user in held] == [n % 2 == 0 for n in range(len(NAMES))]
    assert [user.last_login for user in held] == [None, *[at] * (len(NAMES) - 1)]


def test_no_rows_are_no_statement_gone_wrong():
    assert copying.copy(User, "id username name password", []) == 0
