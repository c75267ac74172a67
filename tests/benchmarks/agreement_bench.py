"""Do the evaluators agree? Record beside columns, and record beside a real Chromium, on random records of all forms.

Run: ``make bench ARGS=agreement``, or ``python -m tests.benchmarks.agreement_bench [records] [seed]``. All is random
and synthetic: full and blank sheets, tables of up to 150 rows, values at the ends of ranges and of tolerances.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from playwright.sync_api import sync_playwright

from tests.support import agreement
from tests.support.chromium import FLAGS, find_chromium

SHOWN = 20


def main(records: int, seed: int) -> int:
    write = sys.stdout.write
    rules = {code: len(form.checks) for code, form in agreement.forms().items()}
    write(f"{sum(rules.values())} checks of {len(rules)} forms, those of the audit catalogue among them\n")
    program, environment = find_chromium()
    seconds: Counter[str] = Counter()
    wrong: dict[str, list[str]] = {"columns": [], "browser": []}
    seen, signs, longest = 0, Counter(), 0

    def timed(name: str, act: Callable, *args: Any) -> Any:
        start = time.perf_counter()
        answer = act(*args)
        seconds[name] += time.perf_counter() - start
        return answer

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=FLAGS, env={**os.environ, **environment}
        )
        write(f"Chromium {browser.version}\n")
        sides = {"columns": agreement.by_columns, "browser": agreement.InBrowser(browser)}
        for county in agreement.counties(seed, records):
            expected = timed("record", agreement.by_record, county)
            for name, side in sides.items():
                wrong[name] += agreement.disagreements(expected, timed(name, side, county))
            seen += county.records
            signs.update(Counter("".join(text for texts in expected.values() for text in texts)))
            longest = max(longest, county.longest)
        browser.close()
    truths = signs.total()
    write(f"{seen:,} records, the longest table {longest} rows, {truths:,} truths: ")
    write(f"{signs['2']:,} true, {signs['0']:,} false, {signs['1']:,} unknown\n")
    for name in ("record", "columns", "browser"):
        write(f"{name:8} {seconds[name]:7.1f} s  {truths / seconds[name] / 1e6:6.2f} million checks/s\n")
    for name, found in wrong.items():
        write(f"record beside {name}: {seen:,} records, {len(found)} disagreements\n")
        write("".join(f"  {line}\n" for line in found[:SHOWN]))
    return any(wrong.values())


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*(given + [100_000, 1][len(given) :])))
