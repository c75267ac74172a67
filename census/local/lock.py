"""One run per data folder; and the children that a killed run may have left behind.

The lock is the kernel's (flock): it goes with the process, so it can never be stale. The file's text only
says who holds it.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sys
from pathlib import Path
from typing import TextIO

import psutil

from census.local.errors import LocalError
from census.local.paths import Layout
from census.local.services import end_processes


class RunLock:
    """Held by the process that runs servers on a data folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: TextIO | None = None

    def acquire(self, says: str) -> bool:
        """Take the lock and note *says* (where this run can be reached); False when another run has it."""
        file = open(self.path, "a+")  # noqa: SIM115  kept open: closing gives the lock up
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        file.truncate(0)
        file.write(f"{os.getpid()}\n{says}\n")
        file.flush()
        self._file = file
        return True

    def release(self) -> None:
        """Give the lock up; harmless when it is not held."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def holder(self) -> tuple[int, str] | None:
        """Process number and words of the run that holds the lock, or None when nobody does."""
        if not self.path.exists():
            return None
        with open(self.path, "a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                number, says, *_ = [*file.read().splitlines(), "", ""]
                return (int(number) if number.isdigit() else 0), says
        return None


def remember_children(layout: Layout, groups: list[int]) -> None:
    """Note the process groups of this run, for `end_leftovers` of the next one."""
    noted = []
    for group in groups:
        try:
            noted.append({"group": group, "since": psutil.Process(group).create_time()})
        except psutil.NoSuchProcess:
            continue
    draft = layout.children.with_suffix(".new")
    draft.write_text(json.dumps(noted))
    draft.replace(layout.children)


def end_leftovers(layout: Layout) -> int:
    """End what a killed run left running, and say how many processes that were. Only under the run lock.

    On Linux children die with the supervisor; this is for other systems and for grandchildren. A process
    number may have been given to a stranger since: only our own programs in a noted group are touched.
    """
    try:
        noted = json.loads(layout.children.read_text())
    except (FileNotFoundError, json.JSONDecodeError):  # none, or the disk was full when it was written
        return 0
    since = {entry["group"]: entry["since"] for entry in noted}
    left = [process for process in psutil.process_iter() if _is_ours(process, since)]
    end_processes(end_processes(left, signal.SIGTERM, 15), signal.SIGKILL, 5)
    layout.children.unlink()
    return len(left)


def _is_ours(process: psutil.Process, since: dict[int, float]) -> bool:
    try:
        group = os.getpgid(process.pid)
        return (
            group in since
            and process.create_time() >= since[group] - 1
            and any(sys.prefix in word for word in process.cmdline())
        )
    except (ProcessLookupError, PermissionError, psutil.Error):
        return False


def refuse_second_run(lock: RunLock) -> None:
    """Raise the LocalError that names the run which has the lock."""
    number, says = lock.holder() or (0, "")
    raise LocalError(
        f"Another run (process {number}) already uses the data folder {lock.path.parent}. {says}\n"
        "Stop it with Ctrl-C there or `make stop`, or use another folder and port: "
        "CENSUS_VAR=/path PORT=8001 make run"
    )
