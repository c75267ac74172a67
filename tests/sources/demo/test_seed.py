"""Equal seeds, equal worlds; and nothing without reference data."""

from __future__ import annotations

import hashlib

import pytest
from django.db import transaction

from sources.demo.world import load_world, planted_file
from tests.sources.demo.reference import KECHENG, TODAY, digest, load_kecheng, load_quzhou

pytestmark = pytest.mark.django_db


def test_the_same_seed_makes_the_same_world(tmp_path):
    load_quzhou()
    seen = []
    for turn in ("a", "b"):
        with transaction.atomic():
            load_kecheng(tmp_path / turn, scale=0.01)
            seen.append(
                (digest(), hashlib.sha256(planted_file(KECHENG, tmp_path / turn).read_bytes()).digest())
            )
            transaction.set_rollback(True)
    assert seen[0] == seen[1]
    assert all(seen[0][0].values())


def test_an_area_without_reference_data_is_refused(tmp_path):
    with pytest.raises(LookupError, match="load_reference"):
        load_world("370000000000", seed=1, today=TODAY, folder=tmp_path)
