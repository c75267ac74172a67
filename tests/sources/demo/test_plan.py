"""How many objects of each kind."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sources.demo import plan
from sources.objects.kinds import KINDS

SIX = {f"3308{n:02d}000000": 200 + n for n in (2, 3, 22, 24, 25, 81)}
CITY = dict.fromkeys(SIX, "330800000000")


def by_category(counts: dict[str, dict[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for kinds in counts.values():
        for kind, number in kinds.items():
            total["comprehensive" if KINDS[kind].level else KINDS[kind].category] += number
    return total


def test_quzhou_has_the_published_counts():
    found = by_category(plan.counts(SIX, CITY))
    assert found == {
        "industrial": 5163 + 7,  # the printed parts fall seven short of the printed total
        "agricultural": 1346,
        "centralized": 3788,
        "domestic": 1619,
        "mobile": 255,
        "comprehensive": 39,
    }
    assert found.total() == 12_217


def test_a_small_world_shows_every_kind():
    kinds = plan.counts({"330802000000": 250}, {"330802000000": "330800000000"}, scale=0.01)["330802000000"]
    assert set(kinds) == set(KINDS)
    assert min(kinds.values()) == 1


def test_a_province_gets_the_number_asked_for():
    villages = {f"37{n:04d}000000": 600 for n in range(1, 137)}
    cities = {code: code[:4] + "00000000" for code in villages}
    counts = plan.counts(villages, cities, objects=270_000)
    assert abs(by_category(counts).total() - 270_000) <= len(plan.QUZHOU)
    assert all(sum(kinds.values()) > 1000 for kinds in counts.values())


@given(st.integers(0, 10_000), st.lists(st.integers(1, 900), min_size=1, max_size=40))
def test_shares_add_up_and_are_fair(total, weights):
    shares = plan.apportion(total, weights)
    assert sum(shares) == total
    assert all(abs(share - total * w / sum(weights)) < 1 for share, w in zip(shares, weights, strict=True))
