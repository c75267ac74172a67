"""Executing one shard: its old rows out, its new rows in, marked done, all in the caller's transaction.

A run with a predecessor takes over the rows of objects whose inputs are the same (see basis.py) and computes only the
others; where the library answers otherwise, or a plant or town changed, the whole shard.
"""

from __future__ import annotations

import contextlib
import gc
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, models
from django.utils import timezone

from accounting.factors import asking
from accounting.factors.matching import Library
from accounting.runs.basis import Changed, Inputs, compare, engine_digest, inputs_read
from accounting.runs.engine import Result, compute
from accounting.runs.engine.table import Table
from accounting.runs.models import Basis, Gap, Line, Run, Shard
from accounting.runs.reading import context_read
from accounting.runs.writing import rows_write
from census.jobs.events import emit


@dataclass(frozen=True, slots=True)
class Before:
    """What a shard takes over: the shard of the predecessor, its questions, and what changed since."""

    shard: Shard
    asked: list[asking.Question]
    changed: Changed


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """The forms of a county are a million objects without a cycle: a tenth of the work was the search for one."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@_uncollected()
def shard_execute(*, run: Run, shard: Shard, library: Library) -> None:
    """Account one shard inside the caller's transaction. Doing it twice leaves the same rows.

    Told as ``accounting.shard_done`` once its rows are there: its range of codes, and whether it was done *again*.
    """
    low, high = _range(shard)
    Basis.objects.filter(shard=shard).delete()
    mine = {"run": run, "region__gte": low, "region__lt": high}
    old = sum(model.objects.filter(**mine).delete()[0] for model in (Line, Gap))
    start = time.perf_counter()
    inputs = inputs_read(run=run, region=shard.region)
    before = _before(run, shard, inputs, library)
    recorder, asked = asking.Recorder(library), before.asked if before else []
    shard.read_seconds = time.perf_counter() - start
    shard.compute_seconds = shard.write_seconds = 0.0
    if before is None:
        shard.mode, shard.objects_computed = Shard.Mode.FULL, len(inputs.objects)
        lines, gaps = _account(run, shard, recorder, None)
        _count_written(shard, lines, gaps)
    else:
        changed = before.changed
        shard.mode = Shard.Mode.COPIED if changed.nothing else Shard.Mode.PARTIAL
        shard.objects_computed = len(changed.anew)
        _take_over(run, shard, changed)
        if changed.anew:
            _account(run, shard, recorder, changed.anew)
        if changed.nothing:
            done = before.shard
            shard.lines_written, shard.gaps_written, shard.used = (
                done.lines_written,
                done.gaps_written,
                done.used,
            )
        else:
            _count_stored(run, shard)
    start = time.perf_counter()
    emit("accounting.shard_done", run=run, low=low, high=high, again=old > 0)
    shard.write_seconds += time.perf_counter() - start
    shard.objects_counted = inputs.counted
    consulted = recorder.factor_ids() | {int(number) for number in (before.shard.used if before else ())}
    shard.used = {str(number): [0, 0] for number in sorted(consulted)} | shard.used
    shard.state, shard.error, shard.finished_at = Shard.State.DONE, "", timezone.now()
    shard.save()
    questions = asking.in_order({*asked, *recorder.questions()})
    Basis.objects.create(
        shard=shard,
        region=shard.region,
        inputs=zlib.compress(inputs.pack(), 1),
        credited=inputs.credited,
        asked=zlib.compress(asking.pack(questions), 1),
        answers=asking.answers_digest(library, questions),
    )


def _range(shard: Shard) -> tuple[str, str]:
    return shard.region[:6] + "000000", shard.region[:6] + "~"


def basis_of(run: Run | None, region: str) -> Basis | None:
    """The basis of a done shard of a run that the present program computed; None when there is none."""
    if run is None or run.engine != engine_digest():
        return None
    found = Basis.objects.filter(shard__run=run, shard__region=region, shard__state=Shard.State.DONE)
    return found.select_related("shard").first()


def basis_inputs(basis: Basis) -> Inputs:
    """The inputs a basis holds."""
    return Inputs.unpack(zlib.decompress(basis.inputs), basis.credited)


def basis_asked(basis: Basis) -> list[asking.Question]:
    """The questions a basis holds."""
    return asking.unpack(zlib.decompress(basis.asked))


def _before(run: Run, shard: Shard, inputs: Inputs, library: Library) -> Before | None:
    """What can be taken over from the predecessor; None when the whole shard is to be computed."""
    basis = basis_of(run.predecessor, shard.region) if run.engine == engine_digest() else None
    if basis is None:
        return None
    changed, asked = compare(basis_inputs(basis), inputs), basis_asked(basis)
    if changed.all or asking.answers_digest(library, asked) != basis.answers:
        return None
    return Before(basis.shard, asked, changed)


def _account(
    run: Run, shard: Shard, recorder: asking.Recorder, only: frozenset[str] | None
) -> tuple[Table, Table]:
    """Read, compute and write all objects of the shard, or those named; returns the lines and gaps."""
    start = time.perf_counter()
    context = context_read(run=run, region=shard.region, only=only)
    read = time.perf_counter()
    lines, gaps = account(run, compute(context, recorder), only)
    computed = time.perf_counter()
    rows_write(model=Line, run_id=run.pk, frame=lines)
    rows_write(model=Gap, run_id=run.pk, frame=gaps)
    shard.read_seconds += read - start
    shard.compute_seconds += computed - read
    shard.write_seconds += time.perf_counter() - computed
    return lines, gaps


def account(run: Run, result: Result, only: frozenset[str] | None = None) -> tuple[Table, Table]:
    """The lines and gaps of a result that belong to the run: its categories, and the objects named."""
    frames = [result.lines, result.gaps]
    if "centralized" not in run.categories:
        frames = [frame[frame["category"] != "centralized"] for frame in frames]
    if only is not None:
        frames = [frame[frame["object_id"].isin(only)] for frame in frames]
    return frames[0], frames[1]


def _take_over(run: Run, shard: Shard, changed: Changed) -> None:
    """Copy the rows of the predecessor whose objects did not change, in their order."""
    start = time.perf_counter()
    low, high = _range(shard)
    for model in (Line, Gap):
        names = [field.column for field in model._meta.concrete_fields if field.name not in {"id", "run"}]
        columns = ", ".join(f'"{name}"' for name in names)
        with connection.cursor() as cursor:
            cursor.execute(
                f"""INSERT INTO {model._meta.db_table} (run_id, {columns})
                    SELECT %s, {columns} FROM {model._meta.db_table}
                    WHERE run_id = %s AND region >= %s AND region < %s AND object_id <> ALL(%s::uuid[])
                    ORDER BY id""",
                [run.pk, run.predecessor_id, low, high, [*changed.anew, *changed.gone]],
            )
    shard.write_seconds += time.perf_counter() - start


def _count_written(shard: Shard, lines: Table, gaps: Table) -> None:
    """The figures of a shard that was computed as a whole, from its rows in memory."""
    shard.lines_written, shard.gaps_written = len(lines), len(gaps)
    lines_of: Counter[int] = Counter()
    objects_of: dict[int, set[str]] = defaultdict(set)
    for number, one in lines.keys(["factor_id", "object_id"]):
        if number:
            lines_of[number] += 1
            objects_of[number].add(one)
    shard.used = {str(number): [lines_of[number], len(objects_of[number])] for number in sorted(lines_of)}


def _count_stored(run: Run, shard: Shard) -> None:
    """The figures of a shard that was computed in part, from the stored rows."""
    low, high = _range(shard)
    mine = {"run": run, "region__gte": low, "region__lt": high}
    shard.gaps_written = Gap.objects.filter(**mine).count()
    rows = list(
        Line.objects.filter(**mine)
        .values("factor_id")
        .annotate(lines=models.Count("id"), objects=models.Count("object_id", distinct=True))
        .order_by("factor_id")
    )
    shard.lines_written = sum(row["lines"] for row in rows)
    shard.used = {str(row["factor_id"]): [row["lines"], row["objects"]] for row in rows if row["factor_id"]}
