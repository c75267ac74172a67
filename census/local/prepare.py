"""One process that brings the database up to date: run as ``python -m census.local.prepare SIGN_INS_FILE``.

All steps share one start of Django. A later start of the same files skips all of it: see standing.py.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from multiprocessing import get_context
from pathlib import Path

import django
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections

Step = tuple[str, list[str]]

FIRST: list[Step] = [("migrate", ["--verbosity", "0"]), ("compile_texts", [])]
PLACES: list[Step] = [("load_reference", []), ("load_waters", [])]
LIBRARIES: list[Step] = [("load_factors", []), ("load_rules", [])]  # name no place: loaded beside the places
LAST: list[Step] = [("load_demo", ["--city", "330800", "--seed", "1", "--corrected", "--if-empty"])]


def prepare(sign_ins: Path) -> None:
    """Run the steps as owner of the database; write one sign-in per role to the file *sign_ins*.

    A step that cannot go on (wrong data, full disk, lost connection) ends the process with its message.
    """
    django.setup()
    _run(FIRST)
    with _beside(LIBRARIES):
        _run(PLACES)
    _run(LAST)
    text = StringIO()
    call_command("demo_signins", stdout=text)
    sign_ins.write_text(text.getvalue(), encoding="utf-8")


def _run(steps: list[Step]) -> None:
    for command, arguments in steps:
        print(f"[census] {command} ...", flush=True)
        began = time.monotonic()
        try:
            call_command(command, *arguments)
        except (CommandError, DatabaseError, OSError) as error:
            sys.exit(f"[census] {command} stopped: {error}")
        print(f"[census] {command} done in {time.monotonic() - began:.1f} s", flush=True)


@contextmanager
def _beside(steps: list[Step]) -> Iterator[None]:
    """Run *steps* in a process of their own, forked so that Django is not read again, while the block runs.

    Ends this process when one of them could not go on; their message has been printed then.
    """
    connections.close_all()
    other = get_context("fork").Process(target=_run, args=(steps,))
    other.start()
    try:
        yield
    finally:
        other.join()
    if other.exitcode:
        sys.exit(other.exitcode)


if __name__ == "__main__":
    prepare(Path(sys.argv[1]))
