"""What an account asked of the factor library, so that a later library can be asked the same. Pure.

The result of a shard depends on the library only through these answers: if they are the same, so is the result.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from .matching import Library, Match, Policy, Treatment, Wanted
from .shape import FactorRow

Question = tuple[Any, ...]
"""(method, argument, …) of plain values: a Wanted as the list of its fields, a factor as its id."""
_stated = attrgetter(
    *(field.name for field in fields(Wanted))
)  # dataclasses.astuple copies deeply, 20 times slower
_UNKNOWN = "no such factor"


class Recorder:
    """A library that remembers each distinct question put to it. Stands where the engine takes a Library."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._asked: dict[Question, object] = {}

    @property
    def policy(self) -> Policy:
        return self._library.policy

    def industrial(self, wanted: Wanted, technology: str = "") -> Match:
        return self._note(
            ("industrial", _stated(wanted), technology), self._library.industrial(wanted, technology)
        )

    def parameter(self, wanted: Wanted) -> Match:
        return self._note(("parameter", _stated(wanted)), self._library.parameter(wanted))

    def pollutants_of(self, *key: str) -> list[str]:
        return self._note(("pollutants_of", *key), self._library.pollutants_of(*key))

    def treatment(self, factor: FactorRow, technology: str) -> Treatment:
        return self._note(("treatment", factor.id, technology), self._library.treatment(factor, technology))

    def regional(
        self, sector: str, product: str, process: str, pollutant: str, region: str, stage: str | None = None
    ) -> Match:
        found = self._library.regional(sector, product, process, pollutant, region, stage)
        return self._note(("regional", sector, product, process, pollutant, region[:4], stage), found)

    def printed(
        self, sector: str, product: str, process: str, pollutant: str, *, stage: str = "", region: str = ""
    ) -> FactorRow | None:
        found = self._library.printed(sector, product, process, pollutant, stage=stage, region=region)
        return self._note(("printed", sector, product, process, pollutant, stage, region), found)

    def _note(self, question: Question, answer: Any) -> Any:
        self._asked[question] = answer
        return answer

    def questions(self) -> Iterable[Question]:
        """The distinct questions, as they were asked."""
        return self._asked.keys()

    def factor_ids(self) -> set[int]:
        """The factors that were found, whatever for."""
        return {number for answer in self._asked.values() for number in _factors_of(answer)} - {0}


def in_order(questions: Iterable[Question]) -> list[Question]:
    """Questions in a fixed order."""
    return sorted(questions, key=repr)


def pack(questions: Iterable[Question]) -> bytes:
    """Questions as JSON."""
    return json.dumps(list(questions), ensure_ascii=False, separators=(",", ":")).encode()


def unpack(packed: bytes) -> list[Question]:
    """The inverse of :func:`pack`."""
    return [
        tuple(tuple(part) if isinstance(part, list) else part for part in question)
        for question in json.loads(packed)
    ]


def answers_digest(library: Library, questions: Iterable[Sequence[Any]]) -> str:
    """Digest of what *library* answers to *questions* (as recorded or unpacked, in the same order)."""
    digest = hashlib.sha256()
    for question in questions:
        digest.update(repr(_content(_ask(library, question))).encode())
    return digest.hexdigest()[:32]


def _ask(library: Library, question: Sequence[Any]) -> Any:
    method, *rest = question
    if method == "industrial":
        return library.industrial(Wanted(*rest[0]), rest[1])
    if method == "parameter":
        return library.parameter(Wanted(*rest[0]))
    if method == "treatment":
        factor = library.factor(rest[0])
        return _UNKNOWN if factor is None else library.treatment(factor, rest[1])
    if method == "printed":
        return library.printed(*rest[:4], stage=rest[4], region=rest[5])
    return getattr(library, method)(*rest)


def _content(answer: Any) -> object:
    """What an answer says; revisions never change, so a factor is its id."""
    match answer:
        case Match(factor=factor, step=step, reason=reason):
            return (factor.id if factor else 0, step, reason)
        case Treatment():
            emission = answer.emission.id if answer.emission else 0
            return (
                answer.efficiency, answer.k_family, emission, answer.confidence, answer.source_id, answer.reason,
                answer.main,
            )  # fmt: skip
        case FactorRow():
            return answer.id
    return answer


def _factors_of(answer: Any) -> Iterable[int]:
    match answer:
        case Match(factor=FactorRow(id=number)) | FactorRow(id=number):
            yield number
        case Treatment():
            yield answer.source_id
