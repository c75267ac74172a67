"""Digits that people make up: heaping of last digits, and Benford's law for first digits, by enumerator and county.

**Benford** (Hill 1995; Nigrini, Benford's Law, 2012): first digits follow log10(1 + 1/d) where many quantities of
different size are thrown together. It is tested only where it may hold: at least ``LEAST`` values, from the tenth
to the ninetieth percentile at least two orders of magnitude, no codes, percentages, years, hours or counts with a
ceiling. Fit is by the mean absolute deviation beside chi-square, since with many values chi-square rejects anything:
Nigrini's bound of non-conformity is 0.015.

**Heaping** (as Whipple's and Myers' indices for ages): last digits of whole numbers from 100 on are even; 0 and 5 are
what people round to. One-sided binomial test of the share of 0 and 5 against the share in the whole area, so that
an item everyone rounds tells nothing about one enumerator.

Many groups are tested at once: p-values are adjusted by Benjamini and Hochberg (1995); a group is doubtful when its
adjusted value is below ``FALSE_SHARE``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import scipy  # its parts are loaded when first used: two thirds of a second that not every start needs

from review.statistics.columns import Columns
from sources.forms.catalogue import load

LEAST = 300  # values for Benford
LEAST_HEAPING = 100
MAGNITUDES = 2.0  # orders of magnitude between the 10th and 90th percentile
NON_CONFORMITY = 0.015  # Nigrini's mean absolute deviation of first digits
FALSE_SHARE = 0.01
BENFORD, HEAPING = "benford", "heaping"
EXPECTED = np.log10(1 + 1 / np.arange(1, 10))
UNFIT_UNITS = ("%", "h", "d", "year", "months", "m", "count", "mg/L", "mg/m³")


@dataclass(frozen=True, slots=True)
class DigitTest:
    """One test of one group. *kind*: benford or heaping; *by*: enumerator or county; *measure*: mean absolute
    deviation (Benford) or share of 0 and 5 (heaping), with what was expected; *q*: p adjusted for all tests."""

    kind: str
    by: str
    group: str
    count: int
    measure: float
    expected: float
    p: float
    q: float
    doubtful: bool
    digits: tuple[int, ...]


def detect(columns: Columns, enumerators: Sequence[str]) -> list[DigitTest]:
    """All tests that may be made. *enumerators*: for each object who filled it; '' where unknown."""
    owner, values = _quantities(columns)
    county = np.array([str(facts.get("region") or "")[:6] for facts in columns.facts], dtype=object)
    person = np.array(list(enumerators), dtype=object)
    tests: list[DigitTest] = []
    for by, names in (("county", county), ("enumerator", person)):
        tests += _adjusted(_benford(values, names[owner], by))
        tests += _adjusted(_heaping(values, names[owner], by))
    return tests


def _quantities(columns: Columns) -> tuple[np.ndarray, np.ndarray]:
    """Owners and values of all items that are amounts: Benford may hold for them taken together."""
    owners, values = [], []
    for code in columns.forms:
        form = load().forms.get(code)
        if form is None or code.startswith("INV"):
            continue
        for section in form.sections:
            table = columns.table(code, section.id if section.repeat else "")
            for item in section.indicators:
                unit = item.unit.en if item.unit else ""
                if item.type not in ("integer", "decimal") or unit in UNFIT_UNITS or unit.startswith("kcal"):
                    continue
                found = table.numbers(item.id)
                kept = np.isfinite(found) & (found > 0)
                owners.append(table.owner[kept])
                values.append(found[kept])
    if not values:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    return np.concatenate(owners), np.concatenate(values)


def first_digits(values: np.ndarray) -> np.ndarray:
    """First significant digit of positive values."""
    scale = np.floor(np.log10(values))
    return np.clip(np.floor(values / 10**scale + 1e-9), 1, 9).astype(np.int64)


def benford_holds(values: np.ndarray) -> bool:
    """Whether Benford's law may be expected of these values (see the module)."""
    if len(values) < LEAST:
        return False
    low, high = np.quantile(values, [0.1, 0.9])
    return bool(np.log10(high / low) >= MAGNITUDES)


def _benford(values: np.ndarray, groups: np.ndarray, by: str) -> list[DigitTest]:
    found = []
    for group, here in _members(groups):
        held = values[here]
        if not benford_holds(held):
            continue
        counts = np.bincount(first_digits(held), minlength=10)[1:]
        deviation = float(np.mean(np.abs(counts / len(held) - EXPECTED)))
        p = float(scipy.stats.chisquare(counts, EXPECTED * len(held)).pvalue)
        found.append(
            DigitTest(
                BENFORD, by, group, len(held), deviation, NON_CONFORMITY, p, 1, False, tuple(counts.tolist())
            )
        )
    return found


def _heaping(values: np.ndarray, groups: np.ndarray, by: str) -> list[DigitTest]:
    whole = (values >= 100) & (values == np.floor(values))
    values, groups = values[whole], groups[whole]
    if not len(values):
        return []
    last = (values % 10).astype(np.int64)
    rounded = np.isin(last, (0, 5))
    usual = float(np.clip(rounded.mean(), 0.2, 0.999))
    found = []
    for group, here in _members(groups):
        count = len(here)
        if count < LEAST_HEAPING:
            continue
        hits = int(rounded[here].sum())
        p = float(scipy.stats.binomtest(hits, count, usual, alternative="greater").pvalue)
        digits = tuple(np.bincount(last[here], minlength=10).tolist())
        found.append(DigitTest(HEAPING, by, group, count, hits / count, usual, p, 1, False, digits))
    return found


def _members(groups: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """(group, positions of its values), by name; values of no group are left out."""
    names, numbers = np.unique(groups.astype(str), return_inverse=True)
    order = np.argsort(numbers, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(numbers))[:-1]) if len(order) else []
    for name, positions in zip(names.tolist(), parts, strict=False):
        if name:
            yield name, positions


def _adjusted(tests: list[DigitTest]) -> list[DigitTest]:
    if not tests:
        return []
    adjusted = scipy.stats.false_discovery_control([test.p for test in tests], method="bh")
    return [
        DigitTest(
            *(test.kind, test.by, test.group, test.count, test.measure, test.expected, test.p),
            q=float(q),
            doubtful=bool(q < FALSE_SHARE and test.measure > test.expected),
            digits=test.digits,
        )
        for test, q in zip(tests, adjusted, strict=True)
    ]
