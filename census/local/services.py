"""One long-running child process: how it is started, known to be ready, and ended with all it started."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from census.local.accounts import drop_to
from census.local.errors import LocalError

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def _die_with_parent() -> None:
    """In the child: ask Linux for SIGTERM when our parent dies: a killed run leaves nothing behind."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def end_processes(
    processes: list[psutil.Process], number: signal.Signals, seconds: float
) -> list[psutil.Process]:
    """Send a signal to processes that are not our children, and return those alive after *seconds*."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)
    return psutil.wait_procs(processes, timeout=seconds)[1]


@dataclass
class Service:
    """A child process in a process group of its own (Ctrl-C reaches only the supervisor), writing to a log.

    It is ready when ``ready`` says True and its log holds ``ready_line``; ``patience`` is how many seconds it
    gets to end by itself.
    ``account`` runs it (None: ourselves) and must be able to reach the files it ``needs``.
    """

    name: str
    argv: list[str]
    log: Path
    ready: Callable[[], bool] = lambda: True
    ready_line: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None
    account: pwd.struct_passwd | None = None
    needs: tuple[Path, ...] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 15.0
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    log_start: int = 0

    def start(self) -> None:
        """Start the process. Raises LocalError when the program cannot be started or the log not written."""
        prefix, options = drop_to(self.account, Path(self.argv[0]), *self.needs)
        try:
            with open(self.log, "ab") as log:
                self.log_start = log.tell()
                self.process = subprocess.Popen(
                    [*prefix, *self.argv],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, **self.environment},
                    cwd=self.folder,
                    start_new_session=True,
                    preexec_fn=_die_with_parent,
                    **options,
                )
        except OSError as error:
            raise LocalError(f"Cannot start {self.name} ({self.argv[0]}): {error.strerror}.") from error
        self.started_at = time.monotonic()

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def returncode(self) -> int | None:
        """None while running; else the exit code (negative: the signal)."""
        return self.process.poll() if self.process else None

    def wait_ready(self, seconds: float) -> None:
        """Wait until the service answers. Raises LocalError when it ends first or takes longer."""
        deadline = time.monotonic() + seconds
        while not (self._has_logged(self.ready_line) and self.ready()):
            if (code := self.returncode()) is not None:
                raise LocalError(
                    f"{self.name} ended with code {code} before it was ready.\n{self.last_lines()}"
                )
            if time.monotonic() > deadline:
                raise LocalError(f"{self.name} was not ready after {seconds:.0f} s.\n{self.last_lines()}")
            time.sleep(0.05)

    def _has_logged(self, text: str) -> bool:
        """Whether the present process has written *text*."""
        if not text:
            return True
        with open(self.log, "rb") as log:
            log.seek(self.log_start)
            return text.encode() in log.read()

    def ask_to_stop(self) -> None:
        """Send the stop signal and do not wait."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)

    def stop(self) -> None:
        """End the process and everything in its group; harmless when it is not running."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.ask_to_stop()
            try:
                self.process.wait(self.patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._kill_group(self.process.pid)
        self.process = None

    @staticmethod
    def _kill_group(group: int) -> None:
        try:
            os.killpg(group, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return  # nothing left in the group (macOS says it is not permitted)

    def last_lines(self, count: int = 15) -> str:
        """The end of the log, with its path, for an error message."""
        try:
            with open(self.log, "rb") as log:
                log.seek(max(0, self.log.stat().st_size - 16_384))
                lines = log.read().decode("utf-8", "replace").splitlines()[-count:]
        except FileNotFoundError:
            return f"(no log at {self.log})"
        return "\n".join([f"Last lines of {self.log}:", *(f"  | {line}" for line in lines)])
