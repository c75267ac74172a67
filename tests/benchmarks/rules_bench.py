"""Rule checks: one record at a time against a whole set at once, on generated documents of 10,000 objects.

Run: ``python -m tests.benchmarks.rules_bench [objects]``. The documents are random and synthetic."""

from __future__ import annotations

import resource
import sys
import time
from collections import Counter
from random import Random

from sources.forms.catalogue import load
from sources.forms.check import check_record
from sources.forms.check_set import check_set
from tests.sources.forms.random_documents import county, document, locate


def per_record(code: str, rows: int, repeats: int = 200) -> tuple[int, float]:
    """(filled values, milliseconds a check) for sheets of one form."""
    form, random = load().forms[code], Random(3)
    sheets = [document(random, form, 0.1, rows) for _ in range(repeats)]
    values = sum(_filled(sheet) for sheet in sheets) // repeats
    check_record(code, sheets[0], {})
    start = time.perf_counter()
    for sheet in sheets:
        check_record(code, sheet, {code: [sheet]})
    return values, (time.perf_counter() - start) / repeats * 1000


def _filled(sheet: dict) -> int:
    """Filled values: items, and the items of rows without their keys."""
    rows = [
        row for value in sheet.values() if isinstance(value, list) for row in value if isinstance(row, dict)
    ]
    tables = sum(isinstance(value, list) and isinstance(value[0], dict) for value in sheet.values())
    return len(sheet) - tables + sum(len(row) - 1 for row in rows)


def main(objects: int) -> None:
    catalogue = load()
    write = sys.stdout.write
    for code, rows in (
        ("G101-1", 0),
        ("S102", 0),
        ("G102", 3),
        ("G102", 12),
        ("G106-1", 12),
        ("G106-1", 100),
    ):
        values, milliseconds = per_record(code, rows)
        write(f"record  {code:8} {values:5} values   {milliseconds:8.3f} ms\n")
    documents, register = county(Random(5), catalogue, objects, 0.1)
    checks = {code: len(form.checks) for code, form in catalogue.forms.items()}
    total = sum(checks[entry.form] for entry in documents)
    siblings: dict = {}
    for entry in documents:
        siblings.setdefault(entry.object_id, {}).setdefault(entry.form, []).append(entry.values)
    start = time.perf_counter()
    found = Counter()
    for entry in documents:
        for verdict in check_record(
            entry.form, entry.values, siblings[entry.object_id], register[entry.object_id]
        ):
            found[verdict.rule] += 1
    one_by_one = time.perf_counter() - start
    start = time.perf_counter()
    result = check_set(documents, register, locate)
    at_once = time.perf_counter() - start
    hits = sum(len(hit.documents) for hit in result.hits)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    write(f"{objects} objects, {len(documents)} documents, {total} checks of sheets or tables\n")
    write(
        f"one by one {one_by_one:7.2f} s  {len(documents) / one_by_one:9.0f} documents/s  {found.total()} verdicts\n"
    )
    write(
        f"at once    {at_once:7.2f} s  {len(documents) / at_once:9.0f} documents/s  {hits} verdicts (with areas)\n"
    )
    write(f"ratio      {one_by_one / at_once:7.1f}    peak memory {peak:.0f} MB\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
