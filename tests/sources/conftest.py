"""Fixtures of the room sources."""

from collections import defaultdict

import pytest
from django.utils import translation

from census.jobs import events


@pytest.fixture(autouse=True)
def without_upper_rooms(monkeypatch):
    """The room is tested alone: what review and accounting do with its events is their own tests' matter."""
    for name in ("_inside", "_after"):
        kept = defaultdict(list)
        for event, handlers in getattr(events, name).items():
            kept[event] = [one for one in handlers if one.__module__.startswith(("census.", "sources."))]
        monkeypatch.setattr(events, name, kept)


@pytest.fixture
def english():
    """Messages in English, the language of their sources."""
    with translation.override("en"):
        yield
