"""One process that brings the database up to date: run as ``python -m census.local.prepare SIGN_INS_FILE``.

All steps share one start of Django, because a second `make run` has ten seconds for everything.
"""

from __future__ import annotations

import sys
import time
from io import StringIO
from pathlib import Path

import django
from django.core.management import CommandError, call_command
from django.db import DatabaseError

STEPS: list[tuple[str, list[str]]] = [
    ("migrate", ["--verbosity", "0"]),
    ("compile_texts", []),
    ("load_reference", []),
    ("load_waters", []),
    ("load_factors", []),
    ("load_rules", []),
    ("load_demo", ["--city", "330800", "--seed", "1", "--corrected", "--if-empty"]),
]


def prepare(sign_ins: Path) -> None:
    """Run the steps as owner of the database; write one sign-in per role to the file *sign_ins*.

    A step that cannot go on (wrong data, full disk, lost connection) ends the process with its message.
    """
    django.setup()
    for command, arguments in STEPS:
        print(f"[census] {command} ...", flush=True)
        began = time.monotonic()
        try:
            call_command(command, *arguments)
        except (CommandError, DatabaseError, OSError) as error:
            sys.exit(f"[census] {command} stopped: {error}")
        print(f"[census] {command} done in {time.monotonic() - began:.1f} s", flush=True)
    text = StringIO()
    call_command("demo_signins", stdout=text)
    sign_ins.write_text(text.getvalue(), encoding="utf-8")


if __name__ == "__main__":
    prepare(Path(sys.argv[1]))
