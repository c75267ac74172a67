"""`make test`: the whole suite as two sessions side by side, each with servers of its own.

One core would idle while a browser test waits, so what drives a browser or starts the whole product runs beside the
rest. With a selection among the arguments, or on servers that DATABASE_URL or REDIS_URL name, it is one plain session.

Usage: python -m tests.run [pytest options]
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

PARTS = {"product": "product", "rest": "not product"}
_HARMLESS = ("-q", "-v", "--durations", "--tb", "--color")


def command(part: str | None, options: list[str]) -> list[str]:
    """The pytest command of *part*, or of everything. Parts keep caches of their own."""
    selection = ["-m", PARTS[part], "-o", f"cache_dir=.pytest_cache/{part}"] if part else []
    return [sys.executable, "-m", "pytest", *options, *selection]


def whole(options: list[str]) -> bool:
    """Whether *options* ask for everything, on servers of our own."""
    named = {"DATABASE_URL", "REDIS_URL"} & set(os.environ)
    return not named and all(option.startswith(_HARMLESS) for option in options)


def _echo(part: str, process: subprocess.Popen[str]) -> None:
    for line in process.stdout:
        print(f"{part:>7} | {line}", end="", flush=True)


def side_by_side(options: list[str]) -> int:
    """Run all parts at once; their lines are marked with the part. Returns the worst exit code."""
    piped = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "errors": "replace"}
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    sessions = {part: subprocess.Popen(command(part, options), env=environment, **piped) for part in PARTS}
    echoes = [threading.Thread(target=_echo, args=item) for item in sessions.items()]
    for echo in echoes:
        echo.start()
    try:
        codes = [session.wait() for session in sessions.values()]
    except KeyboardInterrupt:  # the sessions got it too, and stop their servers
        codes = [session.wait() for session in sessions.values()]
    for echo in echoes:
        echo.join()
    for part, code in zip(PARTS, codes, strict=True):
        print(f"{part}: {'passed' if code == 0 else f'FAILED (code {code})'}")
    return max(abs(code) for code in codes)


if __name__ == "__main__":
    os.chdir(Path(__file__).parent.parent)
    arguments = sys.argv[1:]
    if whole(arguments):
        sys.exit(side_by_side(arguments))
    sys.exit(subprocess.run(command(None, arguments)).returncode)
