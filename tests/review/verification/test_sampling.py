"""Drawing: repeatable by anybody, in any order, and fair."""

from __future__ import annotations

import hashlib
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.verification import sampling
from review.verification.sampling import Quota, Unit

COUNTIES = ("330802000000", "330803000000")
units = st.lists(
    st.builds(
        Unit,
        st.sampled_from(COUNTIES),
        st.sampled_from(["", "d1", "d2", "d3", "d4"]),
        st.sampled_from(["industrial/key", "industrial/general", "domestic/general"]),
        st.text("ABCDEF0123456789", min_size=3, max_size=5),
    ),
    max_size=40,
    unique_by=lambda unit: unit.code,
)
QUOTAS = {"industrial/key": Quota(0.5, 1), "domestic/general": Quota(0.1, 0, 3)}


@given(units, st.randoms(), st.text(max_size=8))
def test_order_of_the_frame_does_not_matter(frame, random, seed):
    shuffled = list(frame)
    random.shuffle(shuffled)
    assert sampling.frame_bytes(frame) == sampling.frame_bytes(shuffled)
    assert sampling.draw(seed, frame, QUOTAS, districts=2) == sampling.draw(
        seed, shuffled, QUOTAS, districts=2
    )


@given(units)
def test_a_frame_survives_writing(frame):
    assert sorted(frame) == sampling.frame_units(sampling.frame_bytes(frame))


@given(units, st.integers(0, 6), st.integers(0, 6))
def test_a_larger_sample_holds_the_smaller_one(frame, few, more):
    few, more = sorted((few, more))
    small, large = (
        {place.unit for place in sampling.draw("s", frame, {"industrial/key": Quota(0, n)}).units}
        for n in (few, more)
    )
    assert small <= large
    assert len(large) <= more * len(COUNTIES)


@given(units, st.sets(st.text("ABCDEF0123456789", min_size=3, max_size=5)))
def test_what_was_drawn_before_is_left_out(frame, extra):
    first = {place.unit.code for place in sampling.draw("s", frame, QUOTAS).units}
    again = {place.unit.code for place in sampling.draw("s", frame, QUOTAS, without=first | extra).units}
    assert not again & (first | extra)


@given(units, st.integers(1, 3))
def test_units_of_drawn_districts_come_first(frame, count):
    near = sampling.districts_drawn("s", frame, count)
    for (county, _stratum), queue in sampling.queues("s", frame, near).items():
        outside = [unit.district not in near.get(county, ()) for unit in queue]
        assert outside == sorted(outside)
        assert len(near.get(county, ())) <= count


@given(st.integers(0, 500), st.decimals(0, 1, places=3), st.integers(0, 60))
def test_quota(size, share, minimum):
    drawn = sampling.quota_size(Quota(float(share), minimum), size)
    assert drawn <= size
    assert drawn >= min(size, minimum)
    assert drawn >= min(size, float(share) * size - 1e-9)
    assert drawn <= max(minimum, float(share) * size + 1)


def test_a_third_person_repeats_it_with_sha256sum():
    """The rank is what the usual tool prints: no code of ours is needed to check a draw."""
    done = subprocess.run(["sha256sum"], input=b"seed-7:T0001", capture_output=True, check=True)
    assert done.stdout.decode().split()[0] == sampling.rank_key("seed-7", "T0001")
    assert sampling.frame_hash(b"") == hashlib.sha256(b"").hexdigest()


def test_another_seed_draws_others():
    frame = [Unit(COUNTIES[0], "", "industrial/key", f"T{n:04d}") for n in range(200)]
    quotas = {"industrial/key": Quota(0.1)}
    assert sampling.draw("1", frame, quotas).units != sampling.draw("2", frame, quotas).units


def test_every_unit_has_the_same_chance():
    """2,000 seeds, 5 of 20 drawn: each unit about 500 times (6 standard deviations are 116)."""
    frame = [Unit(COUNTIES[0], "", "industrial/key", f"T{n:02d}") for n in range(20)]
    times = dict.fromkeys((unit.code for unit in frame), 0)
    for seed in range(2000):
        for place in sampling.draw(str(seed), frame, {"industrial/key": Quota(0, 5)}).units:
            times[place.unit.code] += 1
    assert all(abs(n - 500) < 116 for n in times.values()), times


def test_counties():
    codes = [f"3308{n:02d}000000" for n in range(1, 7)]
    assert sampling.counties_drawn("s", codes, 0) == tuple(codes)
    drawn = sampling.counties_drawn("s", codes, 3, [codes[5]])
    assert len(drawn) == 3
    assert codes[5] in drawn
    assert sampling.counties_drawn("s", codes, 1, codes[:2]) == tuple(codes[:2]), "the named ones in any case"


def test_text_that_is_no_frame():
    with pytest.raises(ValueError, match="not a frame"):
        sampling.frame_units(b"one\ttwo\n")
