"""All rules over a region, all in: read, evaluated, written; the dearest rules, memory, beside the record evaluator and
the plain read of the same rows; then what the rules find of the errors planted in the demo city.

Takes what the database of DATABASE_URL holds: the demo city of ``make bench``, or a generated province. Writing is
measured and taken back. Two workers share the counties as two Celery workers do.

    make bench ARGS=audit           (REGION=330000000000 WORKERS=2 SAMPLE=4000)
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from typing import Any

import django

REGION = os.environ.get("REGION", "330800000000")
WORKERS = int(os.environ.get("WORKERS", str(min(2, os.cpu_count() or 1))))
SAMPLE = int(os.environ.get("SAMPLE", "4000"))


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "census.conf.settings")
    os.environ["CENSUS_DB_ROLE"] = "web"
    django.setup()
    from django.core.management import call_command

    from census.access.scope import Scope, enter
    from review.findings.reading import shards_of
    from sources.demo.world import planted_file

    if len(sys.argv) > 2:
        _share(int(sys.argv[1]), int(sys.argv[2]))
        return
    with enter(Scope.system(region=REGION)):
        shards = shards_of(REGION)
    if not shards:
        sys.exit(f"No forms in {REGION}: load the demo city first.")
    begun = time.perf_counter()
    documents = _plain_read(shards)
    print(
        f"{len(shards):,} counties; plain read of {documents:,} forms {time.perf_counter() - begun:.1f} s, one process"
    )
    for workers in sorted({1, WORKERS}):
        _whole(workers)
    _details(shards)
    if planted_file(REGION).is_file():
        print()
        call_command("audit_report", region=REGION)


def _plain_read(shards: list[str]) -> int:
    """The same rows, read and parsed and thrown away."""
    import orjson
    from django.db import connection

    from census.access.scope import Scope, enter
    from census.places import regions

    count = 0
    for shard in shards:
        with enter(Scope.system(region=REGION)), connection.cursor() as cursor:
            cursor.cursor.execute(
                'SELECT form, "values"::text FROM sources_return WHERE active AND version_no > 0 AND region >= %s'
                " AND region < %s AND (%s OR region = %s)",
                [*regions.bounds(shard), regions.level(shard) == 3, shard],
            )
            count += sum(1 for _form, values in cursor.cursor.fetchall() if orjson.loads(values) is not None)
    return count


def _whole(workers: int) -> None:
    """All counties by *workers* processes, each printing what it did."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "tests.benchmarks.audit_bench"]
    running = [
        subprocess.Popen([*command, str(number), str(workers)], stdout=subprocess.PIPE, text=True)
        for number in range(workers)
    ]
    printed = [process.communicate()[0] for process in running]
    if any(process.returncode for process in running):
        sys.exit("A worker failed; see above. Is the database migrated?")
    found = [json.loads(text.splitlines()[-1]) for text in printed]
    seconds = time.perf_counter() - begun
    busy = max(one["seconds"] for one in found)
    checks, documents = (sum(one[name] for one in found) for name in ("checks", "documents"))
    print(
        f"{workers} worker(s), all in: {busy:.1f} s ({seconds:.1f} s with starting), {documents:,} forms, {checks:,} "
        f"checks, {checks / busy / 1e6:.2f} million checks a second; findings {sum(o['open'] for o in found):,}; "
        f"CPU {sum(o['cpu'] for o in found):.1f} s; peak memory {max(o['peak'] for o in found):,.0f} MiB a worker"
    )


def _share(number: int, workers: int) -> None:
    """Every *workers*-th county from *number* on, as one worker process."""
    from django.db import transaction

    from census.access.scope import Scope, enter
    from review.editor.force import level_of, rules_of
    from review.findings import runs
    from review.findings.reading import shards_of

    actor = Scope.system(region=REGION)
    with enter(actor):
        shards = shards_of(REGION)[number::workers]
        catalogue = rules_of(shards[0] if shards else REGION).catalogue(level_of(REGION))
    counted = {"checks": 0}
    runs.read_shard = _counting(runs.read_shard, counted, _sizes(catalogue))
    totals = {"documents": 0, "open": 0}
    begun, cpu = time.perf_counter(), time.process_time()
    for shard in shards:
        with enter(actor):
            found = runs.shard_check(actor, shard=shard)
            transaction.set_rollback(True)
        for name in totals:
            totals[name] += found[name]
    counting = counted.pop("seconds", 0.0)
    facts = {
        **totals,
        **counted,
        "seconds": time.perf_counter() - begun - counting,
        "cpu": time.process_time() - cpu - counting,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(facts))


def _sizes(catalogue: Any) -> dict[str, tuple[int, dict[str, int]]]:
    """Form -> (checks of the sheet, checks of a row by table)."""
    found = {}
    for code, form in catalogue.forms.items():
        rows: dict[str, int] = {}
        for check in form.checks:
            if check.section:
                rows[check.section] = rows.get(check.section, 0) + 1
        found[code] = (sum(check.section is None for check in form.checks), rows)
    return found


def _counting(read_shard: Any, counted: dict[str, Any], sizes: dict[str, tuple[int, dict[str, int]]]) -> Any:
    """``read_shard`` that also counts the checks: those of a sheet, and those of each row of its tables."""

    def counting(*args: Any, **more: Any) -> Any:
        read = read_shard(*args, **more)
        begun = time.perf_counter()
        for document in read[0]:
            sheet, rows = sizes[document.form]
            counted["checks"] += sheet + sum(
                n * len(document.values.get(table) or ()) for table, n in rows.items()
            )
        counted["seconds"] = counted.get("seconds", 0.0) + time.perf_counter() - begun
        return read

    return counting


def _details(shards: list[str]) -> None:
    """Of some counties: seconds per rule, and the record evaluator on a sample."""
    from census.access.scope import Scope, enter
    from review.editor.force import level_of, rules_of
    from review.findings.reading import read_shard, unswept, witnesses
    from sources.forms.check import check_record
    from sources.forms.check_set import area_digits, check_set, dataset
    from sources.language.columns import evaluate
    from sources.language.tables import Axis

    shard = max(shards[:20], key=lambda one: not one.endswith("00000000"))
    with enter(Scope.system(region=REGION)), unswept():
        catalogue = rules_of(shard).catalogue(level_of(REGION))
        sheets, objects, _own = read_shard(shard, city_forms=witnesses(catalogue))
        begun = time.perf_counter()
        check_set(sheets, objects, catalogue=catalogue)
        together = time.perf_counter() - begun
        data, places = dataset(sheets, objects)
        spent = []
        for code in places:
            form = catalogue.forms[code]
            axes = {None: Axis.of_sheets(data, code)} | {t: Axis.of_rows(data, code, t) for t in form.tables}
            for check in form.checks:
                evaluate(
                    data, check.node, axes[check.section], area_digits(form)
                )  # cuts out the columns it reads
                begun = time.perf_counter()
                evaluate(data, check.node, axes[check.section], area_digits(form))
                spent.append((time.perf_counter() - begun, check.rule))
        sample = sheets[:: max(1, len(sheets) // SAMPLE)]
        begun = time.perf_counter()
        for sheet in sample:
            check_record(sheet.form, sheet.values, {}, {}, form=catalogue.forms[sheet.form])
        each = (time.perf_counter() - begun) / len(sample)
    top = ", ".join(f"{rule} {seconds * 1e3:.1f} ms" for seconds, rule in sorted(spent, reverse=True)[:10])
    print(
        f"{shard}, {len(sheets):,} forms: {len(spent):,} rules evaluated in {together:.2f} s; the ten dearest, "
        f"columns at hand: {top}"
    )
    print(
        f"record by record (of {len(sample):,}): {each * 1e3:.3f} ms a form, {each * len(sheets):.1f} s in all, "
        f"{each * len(sheets) / together:.1f} times the set-wise evaluation"
    )


if __name__ == "__main__":
    main()
