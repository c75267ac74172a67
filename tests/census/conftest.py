"""Fixtures of the room census."""

import uuid
from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.utils import translation

from tests.factories import make_regions


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Messages as they are in the code."""
    with translation.override("en"):
        yield


@pytest.fixture
def places(db: None) -> None:
    """A dozen divisions."""
    make_regions()


@pytest.fixture(autouse=True)
def fresh_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counters and cached names of another test are not seen; nobody else's keys are touched."""
    monkeypatch.setattr(caches["default"], "key_prefix", f"test-{uuid.uuid4().hex[:12]}")
