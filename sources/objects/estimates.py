"""What the objects emit, as far as an upper room can say: a registered estimator, asked by name of no room.

The room that accounts registers one function; another room may ask what given forms amount to, also forms with other
values than the stored ones ("and if this were a thousandth?"). Nobody registered: there is no estimate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sources.forms.check_set import Document

Estimate = Mapping[tuple[Any, str], float]
Estimator = Callable[[Mapping[Any, Mapping[str, Any]], Sequence[Document]], Estimate]
_registered: list[Estimator] = []


def register_estimator(function: Estimator) -> None:
    """Register *function*: (register facts by object id, documents of one county) → kilograms a year entering the
    environment by (object id, pollutant code). Called once, from an app's ``ready``."""
    _registered[:] = [function]


def estimate(objects: Mapping[Any, Mapping[str, Any]], documents: Sequence[Document]) -> Estimate:
    """The registered estimator's answer for one county; empty without one."""
    return _registered[0](objects, documents) if _registered else {}
