"""The record evaluator beside VTL 2.1: every rule that can be translated, run by ``vtlengine``, row by row.

Run: ``make oracle`` once, then ``make bench ARGS=oracle``, or ``python -m tests.benchmarks.oracle_bench [objects]
[seed]``. The engine and what it brings (DuckDB, Arrow) are no part of the product nor of the tests:
requirements/oracle.in. All documents are random and synthetic. What VTL means otherwise by a blank stands in
tests/support/vtl.py.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Mapping
from random import Random

from sources.forms.check_set import Document
from tests.sources.forms.random_documents import county
from tests.support import agreement, vtl
from tests.support.agreement import County, by_columns, by_record, forms, sharpen

SHOWN = 20
SIGN = {True: "2", False: "0"}


def one_sheet_each(seed: int, objects: int) -> County:
    """A county in which no object has two sheets of a form: VTL has one row for each identifier."""
    random = Random(seed)
    documents, register = county(random, agreement.full_catalogue(), objects, 0.25, 6)
    sheets: dict[str, dict[int, Document]] = {}
    for one in documents:
        sharpen(random, forms()[one.form], one.values)
        sheets.setdefault(one.form, {})[one.object_id] = one
    return County({code: list(found.values()) for code, found in sheets.items()}, register)


def by_vtl(county: County, scripts: Mapping[tuple[str, int], vtl.Script]) -> tuple[dict, float]:
    """({(form, place of the check): truths in the order of the sheets or rows}, seconds of the engine)."""
    from vtlengine import run

    structures, frames = vtl.datasets(county.sheets, forms(), list(scripts.values()))
    text = "\n".join(line for script in scripts.values() for line in script.statements)
    start = time.perf_counter()
    results = run(script=text, data_structures=structures, datapoints=frames)
    seconds = time.perf_counter() - start
    found = {}
    for (code, place), script in scripts.items():
        data = results[script.result].data
        table = forms()[code].checks[place].section
        names = ["obj", "k"] if table else ["obj"]
        truth = {
            tuple(map(int, key)): "1" if one is None or one != one else SIGN[bool(one)]
            for *key, one in data[[*names, "truth"]].astype(object).where(data.notna(), None).to_numpy()
        }
        found[code, place] = "".join(
            truth[(sheet.object_id, row["_k"]) if table else (sheet.object_id,)]
            for sheet in county.sheets.get(code, ())
            for row in (sheet.values.get(table) or () if table else (None,))
        )
    return found, seconds


def translated(sheets: Mapping[str, list[Document]]) -> tuple[dict[tuple[str, int], vtl.Script], Counter]:
    """The rules of the forms and the catalogue in VTL, and what stood in the way of the others."""
    scripts, left = {}, Counter()
    for code, form in forms().items():
        for place, check in enumerate(form.checks):
            if check.kind not in ("logic", "cross") or code not in sheets:
                continue
            try:
                scripts[code, place] = vtl.translate(code, check, len(scripts))
            except vtl.NotInVtlError as reason:
                left[str(reason)] += 1
    return scripts, left


def main(objects: int, seed: int) -> int:
    write = sys.stdout.write
    try:
        import vtlengine
    except ImportError:
        write("vtlengine is not installed: run `make oracle` (requirements/oracle.txt), then again.\n")
        return 0
    county = one_sheet_each(seed, objects)
    scripts, left = translated(county.sheets)
    write(f"vtlengine {vtlengine.__version__}; {county.records:,} records of {objects:,} objects; ")
    write(
        f"{len(scripts)} rules in VTL, {left.total()} not ({', '.join(f'{k} {n}' for k, n in left.items())})\n"
    )
    start = time.perf_counter()
    expected = by_record(county)
    record = time.perf_counter() - start
    start = time.perf_counter()
    by_columns(county)
    columns = time.perf_counter() - start
    everything = sum(len(text) for texts in expected.values() for text in texts)
    found, seconds = by_vtl(county, scripts)
    signs, wrong = Counter(), []
    for (code, place), theirs in found.items():
        mine = expected[code][place]
        signs.update(mine)
        if mine != theirs:
            places = [i for i, (a, b) in enumerate(zip(mine, theirs, strict=True)) if a != b]
            wrong.append(
                f"{forms()[code].checks[place].rule}: {len(places)} of {len(mine)}, first at {places[0]}: "
                f"{mine[places[0]]} here, {theirs[places[0]]} in VTL"
            )
    checks = signs.total()
    write(f"{checks:,} truths: {signs['2']:,} true, {signs['0']:,} false, {signs['1']:,} unknown; ")
    write(f"{len(wrong)} rules differ\n")
    write("".join(f"  {line}\n" for line in wrong[:SHOWN]))
    write(f"vtlengine {seconds:6.1f} s  {checks / seconds / 1e6:6.3f} million checks/s\n")
    for name, took in (("record", record), ("columns", columns)):
        write(
            f"{name:9} {took:6.1f} s  {everything / took / 1e6:6.3f} million checks/s (all {everything:,})\n"
        )
    return bool(wrong)


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*(given + [3000, 1][len(given) :])))
