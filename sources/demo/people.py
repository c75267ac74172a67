"""Offices, accounts and posts: from the national office down to the enumerators of each township."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password

from census.access.posts import CATEGORIES
from census.people.demo import DEMO_PASSWORD
from census.people.models import Office, Post, User
from census.places import regions
from census.places.models import Region
from sources.demo.copying import array_text, copy, move_sequence, next_id
from sources.demo.draw import Draw
from sources.demo.names import MARK, phones
from sources.demo.names import people as person_names
from sources.demo.register import World

DISTRICTS_EACH = 2.9  # census districts of an enumerator
FILLERS = 8  # enterprises of a county that fill their own forms
COUNTY_OFFICERS = 5
ALL = sorted(CATEGORIES)


@dataclass(frozen=True, slots=True)
class Seat:
    """A post to be taken by one new person."""

    username: str
    kind: str
    region: str
    categories: Sequence[str] = tuple(ALL)
    districts: Sequence[str] = ()
    object_id: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Who holds a seat."""

    id: int
    name: str
    seat: Seat


class Staff:
    """The people of a load. Adds accounts and posts; finds them again by post and region."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.password = make_password(DEMO_PASSWORD, salt=f"demo{seed:012d}demo")  # hashed once for all
        self.known: dict[tuple[str, str], list[Person]] = {}
        self.by_district: dict[str, Person] = {}

    def add(self, seats: Sequence[Seat], name: str) -> list[Person]:
        """Create accounts for *seats* whose names are still free; *name* of the draw keeps them reproducible."""
        taken = set(
            User.objects.filter(username__in=[seat.username for seat in seats]).values_list(
                "username", flat=True
            )
        )
        draw = Draw(self.seed, f"people {name}")
        named = list(zip(seats, person_names(draw, len(seats)), phones(draw, len(seats)), strict=True))
        first = next_id(User)
        added = [
            (Person(first + number, str(person), seat), str(phone))
            for number, (seat, person, phone) in enumerate(
                one for one in named if one[0].username not in taken
            )
        ]
        offices = dict(Office.objects.values_list("region", "id"))
        copy(
            User,
            "id username name phone password synthetic",
            ((p.id, p.seat.username, p.name, phone, self.password, True) for p, phone in added),
        )
        copy(
            Post,
            "user_id kind office_id region categories districts object_id",
            ((p.id, *_post(p.seat, offices)) for p, _ in added),
        )
        move_sequence(User)
        people = [person for person, _ in added]
        self._remember(people)
        return people

    def _remember(self, people: Iterable[Person]) -> None:
        for person in people:
            self.known.setdefault((person.seat.kind, person.seat.region), []).append(person)
            for district in person.seat.districts:
                self.by_district[district] = person

    def load_known(self, area: str) -> None:
        """Remember the synthetic people who are there already (of *area* and above)."""
        low, high = regions.bounds(area)
        held = Post.objects.filter(user__synthetic=True).select_related("user")
        for post in held.filter(region__gte=low, region__lt=high) | held.filter(
            region__in=regions.ancestors(area)
        ):
            seat = Seat(
                post.user.username, post.kind, post.region, post.categories, [str(d) for d in post.districts]
            )
            self._remember([Person(post.user_id, post.user.name, seat)])

    def of(self, kind: str, region: str, turn: int = 0) -> Person | None:
        """A holder of *kind* at *region*, by turns."""
        people = self.known.get((kind, region))
        return people[turn % len(people)] if people else None


def _post(seat: Seat, offices: dict[str, int]) -> tuple[Any, ...]:
    return (
        seat.kind,
        offices.get(seat.region),
        seat.region,
        array_text(seat.categories),
        array_text(seat.districts),
        seat.object_id,
    )


def offices(codes: Iterable[str]) -> None:
    """Make the offices of *codes* that are missing: census offices, and work units of townships."""
    names = dict(Region.objects.filter(code__in=set(codes)).values_list("code", "name"))
    Office.objects.bulk_create(
        [
            Office(
                region=code,
                level=regions.level(code),
                name=f"{name}第二次污染源普查{'工作组' if regions.level(code) == 4 else '领导小组办公室'}{MARK}",
            )
            for code, name in sorted(names.items())
        ],
        ignore_conflicts=True,
    )


def upper_seats(region: str) -> list[Seat]:
    """Seats of the office of a nation, province or city."""
    level, head = regions.level(region), regions.prefix(region)
    kind = ("nation_officer", "province_officer", "city_officer")[level]
    word = ("nation", "province", "city")[level]
    seats = [Seat(f"{word}{head}-{number}", kind, region) for number in range(1, (4, 4, 7)[level])]
    if level < 2:
        seats.append(Seat(f"rules{head or '0'}", "rule_writer", region))
    seats.append(Seat(f"data{head or '0'}", "data_administrator", region))
    seats.append(Seat(f"auditor{head or '0'}", "auditor", region))
    for number, category in enumerate(("agricultural", "domestic", "mobile"), start=1):
        seats.append(Seat(f"department{head or '0'}-{number}", "department_reviewer", region, (category,)))
    return seats


def county_seats(world: World) -> list[Seat]:
    """Seats of a county: office, townships, third party, and enterprises that fill in themselves."""
    county = world.county
    head = regions.prefix(county.code)
    seats = [Seat(f"county{head}-{n}", "county_officer", county.code) for n in range(1, COUNTY_OFFICERS + 1)]
    seats += [
        Seat(f"data{head}", "data_administrator", county.code),
        Seat(f"auditor{head}", "auditor", county.code),
        Seat(f"department{head}", "department_reviewer", county.code, ("agricultural",)),
        Seat(f"thirdparty{head}-1", "third_party", county.code),
        Seat(f"thirdparty{head}-2", "third_party", county.code, ("industrial", "centralized")),
    ]
    of_township: dict[str, dict[str, None]] = {code: {} for code, _ in county.townships}
    for batch in world.batches.values():
        for code, district in zip(batch.district_code.tolist(), batch.district.tolist(), strict=True):
            if district is not None:
                of_township[code[:9] + "000"][district] = None
    for township, found in of_township.items():
        short = township[:9]
        seats.append(Seat(f"instructor{short}", "instructor", township))
        districts = list(found)
        teams = max(1, round(len(districts) / DISTRICTS_EACH))
        for number in range(teams):
            mine = districts[number * len(districts) // teams : (number + 1) * len(districts) // teams]
            seats.append(
                Seat(f"enumerator{short}-{number + 1}", "enumerator", township, tuple(ALL), tuple(mine))
            )
    if firms := world.batches.get("enterprise"):
        for number in range(min(FILLERS, len(firms))):
            seats.append(
                Seat(
                    f"firm{head}-{number + 1}",
                    "filler",
                    str(firms.region[number]),
                    ("industrial",),
                    object_id=firms.id[number],
                )
            )
    return seats
