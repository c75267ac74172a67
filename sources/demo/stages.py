"""What follows the loading of objects and forms: upper rooms register their part of the demo world here.

A stage must be idempotent: it looks whether its work is done for the area and returns at once if so.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.utils.module_loading import import_string

from census.access.scope import Scope
from census.calendar.models import Campaign


@dataclass(frozen=True, slots=True)
class DemoLoad:
    """What a stage needs to know. *planted*: file with the planted errors. *say* prints progress. *corrected*: whether
    the largest slips are to be found corrected; what measures the finders leaves them."""

    campaign: Campaign
    area: str
    cities: tuple[str, ...]
    seed: int
    today: dt.date
    planted: Path
    say: Callable[[str], None]
    corrected: bool = False

    @property
    def actor(self) -> Scope:
        """The scope of the load: everything in the area."""
        return Scope.system(self.area, name="演示数据装载")


_stages: dict[str, tuple[int, str]] = {}


def register_stage(name: str, order: int, path: str) -> None:
    """Register the function at the dotted *path*: called with the DemoLoad, in rising *order*, after the load; it
    returns a line about what it did. A path, so that no server imports the generator."""
    _stages[name] = (order, path)


@dataclass(frozen=True, slots=True)
class StageDone:
    """What a stage did, in words, and how long it took."""

    name: str
    text: str
    seconds: float


def run_stages(load: DemoLoad) -> list[StageDone]:
    """Run all stages."""
    done = []
    for name, (_, path) in sorted(_stages.items(), key=lambda entry: entry[1][0]):
        load.say(f"{name} ...")
        began = time.monotonic()
        text = import_string(path)(load)
        done.append(StageDone(name, text, time.monotonic() - began))
    return done
