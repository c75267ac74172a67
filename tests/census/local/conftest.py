"""Starts the command line of `census.local` in processes of its own, on a data folder of the test."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from census.local.paths import REPOSITORY
from census.local.services import end_processes


@pytest.fixture
def var() -> Iterator[Path]:
    """A data folder with a short path that the unprivileged server user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="census-var-"))
    folder.chmod(0o755)
    yield folder
    end_all(processes_of(folder))
    shutil.rmtree(folder)


def processes_of(var: Path) -> list[psutil.Process]:
    """Processes with the data folder in their command line or as their working folder's parent."""
    found = []
    for process in psutil.process_iter():
        try:
            if str(var) in " ".join(process.cmdline()) or process.cwd().startswith(str(var)):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def end_all(processes: list[psutil.Process]) -> None:
    end_processes(processes, signal.SIGKILL, 10)


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class CommandLine:
    """``python -m census.local ...`` with the servers of this test session hidden from it."""

    def __init__(self, var: Path) -> None:
        self.var = var
        hidden = ("DATABASE_URL", "REDIS_URL", "CENSUS_TEST_SESSION")
        self.environment = {k: v for k, v in os.environ.items() if k not in hidden} | {"CENSUS_VAR": str(var)}
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "census.local", *words],
            cwd=REPOSITORY,
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def run(self, *words: str, **environment: str) -> tuple[int, str]:
        """Exit code and everything printed."""
        process = self.start(*words, **environment)
        output, _ = process.communicate(timeout=90)
        return process.returncode, output

    def python(self, code: str) -> tuple[int, str]:
        """Run Python *code* with servers up."""
        return self.run("with", sys.executable, "-c", code)

    def start_waiting(self, **environment: str) -> subprocess.Popen[str]:
        """Start servers and a command that says "up" and then waits; returns once it has."""
        waiting = "import time; print('up', flush=True); time.sleep(600)"
        process = self.start("with", sys.executable, "-c", waiting, **environment)
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.strip() == "up":
                return process
        raise AssertionError("ended early:\n" + "".join(lines))


@pytest.fixture(autouse=True)
def _nohup_is_not_inherited() -> Iterator[None]:
    """Tests started under nohup would hand an ignored SIGHUP down to the supervisor, which then rightly ignores it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def command_line(var: Path) -> Iterator[CommandLine]:
    found = CommandLine(var)
    yield found
    for process in found.started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
