"""Review's part of the demo world: findings of the loaded forms, and problem batches in Quzhou's proportions.

Published for Quzhou to 26 September 2019 (review.md section 3): 15 national batches with 6,338 rows, 21 provincial
with 19,612, and 16,768 rows of the city's own lists, all rectified. Those are made closed here; in addition to
the closed history the last list of each office is open, with rows at every step, so that there is work to show.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from census.people.models import Office, Post
from census.places import regions
from review.demo.questions import Place, read_findings, read_places, wrong_value
from review.problems import states
from review.problems.models import Batch, Problem, ProblemEvent
from sources.demo.copying import copy, move_sequence, next_id
from sources.demo.draw import Draw
from sources.demo.names import identifiers
from sources.demo.plan import TOTAL, apportion
from sources.demo.stages import DemoLoad
from sources.objects.models import CensusObject

# level of the issuing office: its batches, their rows in Quzhou, title
SERIES = {
    0: (15, 6_338, "国家级问题清单"),
    1: (21, 19_612, "省级问题清单"),
    2: (24, 16_768, "市级自查问题清单"),
}
OPEN_SHARE = 0.35  # rows of an office's open list, as a share of its mean list
FIRST_ISSUE, LAST_ISSUE = dt.date(2018, 12, 20), dt.date(2019, 8, 30)
CHECKS = ("county_checked", "city_checked", "closed")
OPEN_STATES = {
    "issued": 30,
    "received": 20,
    "assigned": 26,
    "answered": 12,
    "county_checked": 8,
    "city_checked": 4,
}
ANSWERS = {"corrected": 78, "explained": 22}
EXPLANATION = "经与普查对象核实，数值属实，情况说明已存档（合成）"
CORRECTION = "已按原始记录改正（合成）"
REASON = "说明不充分，请补充依据（合成）"
INSTRUCTIONS = "请逐条核实，有误的修改普查表，无误的书面说明。（合成数据）"
OFFICERS = ("nation_officer", "province_officer", "city_officer")
PROBLEM_COLUMNS = (
    "id batch_id issuer level deadline serial object_id object_code object_name return_id "
    "finding_id region category district_id form sheet row indicator rule severity description "
    "value_at_issue version_at_issue value_after state round assigned_to assigned_name answer "
    "explanation answered_by answered_by_name answered_at answered_version rule_passes "
    "county_opinion city_opinion issuer_opinion closed_at updated_at"
)
EVENT_COLUMNS = (
    "problem_id object_id region category district_id at user_id user_name post_kind action "
    "source target round note"
)


@dataclass(frozen=True, slots=True)
class _Desk:
    """A person at work."""

    id: int | None
    name: str
    post: str


class CityProblems:
    """The problem batches about one city."""

    def __init__(self, demo: DemoLoad, city: str) -> None:
        self.demo, self.city = demo, city
        self.draw = Draw(demo.seed, f"problems {city}")
        self.issuers = {0: regions.NATION, 1: regions.at_level(city, 1), 2: city}
        self.places = read_places(city, self.draw)
        self.findings = read_findings(city)
        self.people = self._read_people()
        self.problems: list[tuple[Any, ...]] = []
        self.events: list[tuple[Any, ...]] = []
        self.next_problem = next_id(Problem)

    def load(self) -> tuple[int, int]:
        """Write batches, rows and events; returns (rows, events)."""
        low, high = regions.bounds(self.city)
        share = CensusObject.objects.filter(region__gte=low, region__lt=high).count() / TOTAL
        if not self.places:
            return 0, 0
        for level, (batches, rows, title) in SERIES.items():
            weights = [int(weight) for weight in self.draw.rng.integers(40, 160, batches)]
            sizes = apportion(max(batches, round(rows * share)), weights)
            for number, size in enumerate(sizes):
                span = (LAST_ISSUE - FIRST_ISSUE) * number // batches
                self._batch(level, number + 1, title, FIRST_ISSUE + span, size, open_rows=False)
            self._batch(level, batches + 1, title, self.demo.today - dt.timedelta(days=9), max(
                6, round(rows * share / batches * OPEN_SHARE)
            ), open_rows=True)  # fmt: skip
        copy(Problem, PROBLEM_COLUMNS, self.problems)
        copy(ProblemEvent, EVENT_COLUMNS, self.events)
        move_sequence(Problem)
        return len(self.problems), len(self.events)

    def _read_people(self) -> dict[tuple[str, str], list[_Desk]]:
        low, high = regions.bounds(self.city)
        posts = Post.objects.filter(user__synthetic=True).select_related("user").order_by("id")
        posts = posts.filter(region__gte=low, region__lt=high) | posts.filter(
            region__in=regions.ancestors(self.city)
        )
        people: dict[tuple[str, str], list[_Desk]] = defaultdict(list)
        for post in posts:
            desk = _Desk(post.user_id, post.user.name, post.kind)
            people[post.kind, post.region].append(desk)
            for district in post.districts:
                people["district", str(district)].append(desk)
        return people

    def _desk(self, kind: str, region: str, turn: int = 0) -> _Desk:
        people = self.people.get((kind, region))
        return people[turn % len(people)] if people else _Desk(None, self.demo.actor.user_name, "system")

    # -- writing -----------------------------------------------------------------------------------
    def _batch(
        self, level: int, number: int, title: str, day: dt.date, size: int, *, open_rows: bool
    ) -> None:
        """A batch with *size* rows about this city; a national batch is shared by all cities."""
        region = self.issuers[level]
        issuer = self._desk(OFFICERS[level], region)
        issued = dt.datetime.combine(day, dt.time(2), tzinfo=dt.UTC)
        deadline = day + dt.timedelta(days=20)
        if not open_rows:
            year, number_in_year = 2019, number
        else:
            year, number_in_year = day.year, 1
        batch, _ = Batch.objects.get_or_create(
            region=region,
            year=year,
            number=number_in_year,
            defaults={
                "id": identifiers(Draw(self.demo.seed, f"batch {region} {number}"), 1)[0],
                "campaign": self.demo.campaign,
                "level": level,
                "office_name": Office.objects.filter(region=region).values_list("name", flat=True).first()
                or region,
                "title": f"{title}第{number}批（合成）",
                "instructions": INSTRUCTIONS,
                "deadline": deadline,
                "state": Batch.State.ISSUED if open_rows else Batch.State.CLOSED,
                "created_at": issued,
                "created_by": issuer.id,
                "created_by_name": issuer.name,
                "issued_at": issued,
                "issued_by_name": issuer.name,
                "synthetic": True,
            },
        )
        questioned = self._questioned(size, open_rows)
        wished = self.draw.pick(size, OPEN_STATES if open_rows else ["closed"]).tolist()
        answers = self.draw.pick(size, ANSWERS).tolist()
        again = self.draw.chance(size, 0.04).tolist()
        delays = self.draw.whole(size, 2, 12).tolist()
        for serial, (place, state, answer, second, delay) in enumerate(
            zip(questioned, wished, answers, again, delays, strict=True), start=batch.rows + 1
        ):
            self._row(batch, serial, place, state, answer, second and not open_rows, issued, delay)
        Batch.objects.filter(pk=batch.pk).update(rows=batch.rows + size)

    def _questioned(self, size: int, open_rows: bool) -> list[Place]:
        """For an open list first what the rules find now; otherwise any number of any form."""
        picked = [self.places[i] for i in self.draw.rng.integers(0, len(self.places), size).tolist()]
        if open_rows and self.findings:
            order = self.draw.rng.permutation(len(self.findings))[: size // 2].tolist()
            picked[: len(order)] = [self.findings[i] for i in order]
        return picked

    def _row(
        self, batch: Batch, serial: int, place: Place, state: str, answer: str, second: bool, issued: dt.datetime,
        delay: int,
    ) -> None:  # fmt: skip
        rungs = ("issued", "received", "assigned", *states.ladder(batch.level, _office_level(place.region)))
        if state not in rungs:
            state = rungs[-2]
        if place.finding is not None and state not in states.OPEN:
            answer = "explained"  # the rule still fails, so nothing was corrected
        reached = rungs.index(state)
        answered = reached >= rungs.index("answered")
        corrected = answered and answer == "corrected"
        number = self.next_problem
        self.next_problem += 1
        people = self._people_of(place, batch, number)
        rounds = 2 if second else 1
        last = issued
        for event in self._life(rungs[: reached + 1], answer, rounds, issued, delay, people, batch.level):
            self.events.append(
                (number, place.object_id, place.region, place.category, place.district, *event)
            )
            last = event[0]
        filler = people["answer"]
        before = wrong_value(place.value, number) if corrected else place.value
        self.problems.append(
            (
                *(number, str(batch.id), batch.region, batch.level, batch.deadline, serial, place.object_id),
                *(place.code, place.name, place.return_id, place.finding, place.region, place.category),
                *(
                    place.district,
                    place.form,
                    place.sheet,
                    place.row,
                    place.indicator,
                    place.rule,
                    place.severity,
                ),
                *(place.text.replace("{value}", before)[:600], before, max(1, place.version - corrected)),
                *(place.value if corrected else "", state, rounds),
                *((filler.id, filler.name) if reached >= 2 else (None, "")),
                *(
                    answer if answered else "",
                    (EXPLANATION if answer == "explained" else CORRECTION) if answered else "",
                ),
                *((filler.id, filler.name, last, place.version) if answered else (None, "", None, None)),
                (place.finding is None) if place.rule else None,
                *(
                    "同意" if step in rungs[: reached + 1] else ""
                    for step in ("county_checked", "city_checked", "closed")
                ),
                *(last if state == "closed" else None, last),
            )
        )

    def _people_of(self, place: Place, batch: Batch, number: int) -> dict[str, _Desk]:
        """Who acts on a row. The county's first officers answer and assign, the others check."""
        county = regions.at_level(place.region, 3)
        office = (
            ("county_officer", county) if regions.level(place.region) >= 3 else ("city_officer", self.city)
        )
        first = self._desk(*office)
        return {
            "issue": self._desk(OFFICERS[batch.level], batch.region),
            "receive": first,
            "answer": self._desk("district", place.district, number) if place.district else first,
            "county_checked": self._desk(*office, turn=1 + number % 3),
            "city_checked": self._desk("city_officer", self.city, turn=1 + number % 3),
            "closed": self._desk(OFFICERS[batch.level], batch.region, turn=1),
        }

    def _life(
        self, rungs: tuple[str, ...], answer: str, rounds: int, issued: dt.datetime, delay: int,
        people: dict[str, _Desk], level: int,
    ) -> Iterator[tuple[Any, ...]]:  # fmt: skip
        """Events up to the last of *rungs*; with two rounds the issuer reopened it once before the end."""

        def event(
            hours: float, desk: _Desk, move: str, source: str, target: str, turn: int = 1, note: str = ""
        ):
            at = issued + dt.timedelta(hours=hours)
            return (at, desk.id, desk.name, desk.post, move, source, target, turn, note)

        yield event(0, people["issue"], "issue", "draft", "issued")
        hours, source = 20.0, "issued"
        for target in rungs[1:3]:
            yield event(
                hours, people["receive"], "receive" if target == "received" else "assign", source, target
            )
            hours, source = hours + 6, target
        steps = rungs[3:]
        for turn in range(1, rounds + 1):
            for target in steps if turn == rounds else steps[:-1]:
                move, desk, note = "check", people.get(target, people["answer"]), ""
                if target == "answered":
                    move, note = ("explain", EXPLANATION) if answer == "explained" else ("correct", "")
                elif target == "closed":
                    move = "close"
                hours += 24.0 * delay if target == "answered" else 20
                yield event(hours, desk, move, source, target, turn, note)
                source = target
            if turn < rounds:
                hours += 30
                yield event(hours, people["closed"], "reopen", source, "assigned", turn + 1, REASON)
                source = "assigned"


def _office_level(region: str) -> int:
    return states.place_of(regions.level(region))
