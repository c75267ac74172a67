"""Treatment of waste gas as the forms state it: the technique by the handbook's name, efficiency as entered, hours.

A device that serves several units is measured by the one that runs longest; low-NOx burners run with their boiler.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import nan

from tests.accounting.plain.coefficient import Treated
from tests.accounting.plain.facts import Row, known, words

STEPS = {"SO2": "desulf", "NOx": "denox", "PM": "dedust", "VOCs": "voc"}
LISTS = {"SO2": "so2_control", "NOx": "nox_control", "PM": "pm_control", "VOCs": "voc_control"}
LOW_NOX = "低氮燃烧技术"
WITH_LOW_NOX = {"N04": "低氮燃烧+SNCR", "N05": "低氮燃烧+SCR"}


def stated(
    row: Row, pollutant: str, rows: Iterable[Row], hours: Callable[[Row], float], *, prefix: str = "", item: str = ""
) -> Treated:  # fmt: skip
    """What a row says of the treatment of a pollutant.

    ``rows``: all of the form, which may share its device; ``hours`` of a unit; ``item``: that of the technique where it
    has a name of its own.
    """
    if pollutant not in STEPS:
        return Treated(hours=(nan, hours(row), nan))
    step = f"{prefix}{STEPS[pollutant]}"
    code = row.text(item or f"{step}_process")
    technique = words(LISTS[pollutant]).get(code, code)
    device = row.number(f"{step}_hours")
    if pollutant == "NOx" and row.text(f"{prefix}low_nox_combustion") == "1":
        technique = WITH_LOW_NOX.get(code, LOW_NOX)
        if technique == LOW_NOX and not known(device):
            device = hours(row)
    facility, served = row.text(f"{step}_facility_code"), hours(row)
    if facility:
        together = [hours(one) for one in rows if one.text(f"{step}_facility_code") == facility]
        served = max((one for one in together if known(one)), default=nan)
    return Treated(technique, row.number(f"{step}_efficiency_pct") / 100, (device, served, nan))
