"""The accounting by plain Python, one object after the other, beside the engine: CPU seconds, and the same answers.

``tests/accounting/plain`` is what an engineer would write first: no tables, no arrays, factors in dictionaries. It runs
over one whole city of a finished run; its lines and gaps are compared with the stored ones one by one.
"""

from __future__ import annotations

import sys
import time

SHOWN = 10


def one_by_one(actor, run) -> None:
    """Account the first city of the run by the plain program; ends the benchmark where it differs from the engine.

    Both read the same forms in the entered scope and start with the library in memory; nothing is written.
    """
    from accounting.runs.models import Shard
    from accounting.runs.services import run_library
    from census.access.scope import enter
    from census.places import regions
    from tests.accounting.plain.books import Books
    from tests.accounting.plain.one import account
    from tests.accounting.plain.reading import compared, world

    with enter(actor):
        library = run_library(run)
        codes = list(Shard.objects.filter(run=run).order_by("region").values_list("region", flat=True))
        city = regions.at_level(codes[0], 2)
        place = run.region if regions.contains(city, run.region) else city
        engine = _engine(run, [code for code in codes if regions.contains(city, code)], library)
        books, begun = Books.of(library), time.process_time()
        here = world(run, place)
        read, begun = time.process_time() - begun, time.process_time()
        accounts = {
            one: account(subject, here.around_of(subject), books) for one, subject in here.subjects.items()
        }
        took = time.process_time() - begun
        faults = compared(run, place, here.subjects, accounts)
    lines, gaps = (sum(len(getattr(one, part)) for one in accounts.values()) for part in ("lines", "gaps"))
    print(
        f"object by object in plain Python ({len(accounts):,} objects, {lines:,} lines, {gaps:,} gaps), CPU:"
    )
    for name, reading, computing in (("plain", read, took), ("engine", *engine)):
        print(
            f"  {name:8} read {reading:6.2f} s   compute {computing:6.2f} s   "
            f"{len(accounts) / computing:7,.0f} objects/s"
        )
    print(
        f"  plain ÷ engine {took / engine[1]:.1f} computing, {(read + took) / sum(engine):.1f} with reading; "
        f"{len(faults)} differences"
    )
    if faults:
        sys.exit("\n".join(faults[:SHOWN]))


def _engine(run, shards: list[str], library) -> tuple[float, float]:
    """CPU seconds of the engine for reading and for computing the same shards once more."""
    from accounting.runs.engine import compute
    from accounting.runs.reading import context_read

    read = computed = 0.0
    for code in shards:
        start = time.process_time()
        context = context_read(run=run, region=code)
        middle = time.process_time()
        compute(context, library)
        read += middle - start
        computed += time.process_time() - middle
    return read, computed
