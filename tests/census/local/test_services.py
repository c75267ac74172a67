"""One child process, the supervisor, the lock and what a killed run leaves; with small dummy children."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from census.local import lock as locks
from census.local import run
from census.local.errors import LocalError
from census.local.lock import RunLock, end_leftovers, remember_children
from census.local.paths import Layout
from census.local.services import Service
from census.local.supervisor import Stopped, Supervisor
from tests.census.local.conftest import wait_until

SLEEP = "import time; time.sleep(600)"
FAMILY = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {SLEEP!r}]); time.sleep(600)"


def child(folder: Path, code: str, **options: object) -> Service:
    return Service("child", [sys.executable, "-c", code], folder / "child.log", **options)


def members(group: int | None) -> list[int]:
    """Living (not just unreaped) processes of a process group."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except (ProcessLookupError, psutil.Error):
            continue
    return found


def test_stop_ends_grandchildren_too(tmp_path: Path) -> None:
    service = child(tmp_path, FAMILY)
    service.start()
    group = service.pid
    assert wait_until(lambda: len(members(group)) == 2)
    service.stop()
    assert wait_until(lambda: members(group) == [])
    service.stop()  # a second time does no harm


def test_a_child_that_will_not_end_is_killed(tmp_path: Path) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); "
    log = tmp_path / "child.log"
    service = child(tmp_path, deaf + SLEEP, patience=0.3, ready=lambda: "up" in log.read_text())
    service.start()
    service.wait_ready(10)
    began = time.monotonic()
    service.stop()
    assert time.monotonic() - began < 5


def test_a_child_that_ends_before_it_is_ready_shows_its_last_lines(tmp_path: Path) -> None:
    service = child(tmp_path, "print('no such table: x'); raise SystemExit(3)", ready=lambda: False)
    service.start()
    with pytest.raises(LocalError, match=r"child ended with code 3(.|\n)*child\.log(.|\n)*no such table: x"):
        service.wait_ready(20)


def test_a_line_of_an_earlier_run_does_not_make_a_child_ready(tmp_path: Path) -> None:
    (tmp_path / "child.log").write_text("up\n")
    service = child(
        tmp_path, "import time; time.sleep(0.5); print('up', flush=True); " + SLEEP, ready_line="up"
    )
    began = time.monotonic()
    service.start()
    service.wait_ready(10)
    assert time.monotonic() - began > 0.5
    service.stop()


def test_a_child_that_never_gets_ready(tmp_path: Path) -> None:
    service = child(tmp_path, SLEEP, ready=lambda: False)
    service.start()
    with pytest.raises(LocalError, match="not ready after 0 s"):
        service.wait_ready(0.2)
    service.stop()


def test_a_program_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match=r"Cannot start child .*: No such file"):
        Service("child", [str(tmp_path / "none")], tmp_path / "child.log").start()


class Watching:
    """A supervisor whose `watch` ends once it has said something."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.supervisor = Supervisor(say=self.said.append)

    def watch(self, lines: int) -> None:
        def say(text: str) -> None:
            self.said.append(text)
            if len(self.said) == lines:
                raise Stopped

        self.supervisor.say = say
        with pytest.raises(Stopped):
            self.supervisor.watch(pause=0.02)


def test_a_fallen_child_is_started_again_and_named(tmp_path: Path) -> None:
    watching = Watching()
    service = child(tmp_path, SLEEP)
    watching.supervisor.start(service)
    first = service.pid
    os.kill(first, signal.SIGKILL)
    watching.watch(lines=1)
    assert "child was ended by SIGKILL; starting it again in 1 s" in watching.said[0]
    watching.supervisor.stop()


def test_restarts_wait_longer_each_time(tmp_path: Path) -> None:
    watching = Watching()
    watching.supervisor.start(child(tmp_path, "raise SystemExit(4)"))
    watching.watch(lines=2)
    assert "ended with code 4; starting it again in 1 s" in watching.said[0]
    assert "starting it again in 2 s" in watching.said[1]
    watching.supervisor.stop()


def test_the_run_gives_up_when_a_vital_child_falls_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("census.local.supervisor._LONGEST_PAUSE", 0.0)
    watching = Watching()
    code = "print('address in use'); raise SystemExit(1)"
    watching.supervisor.start(child(tmp_path, code), vital=True)
    with pytest.raises(LocalError, match=r"ended with code 1 for the 5th time(.|\n)*address in use"):
        watching.supervisor.watch(pause=0.02)
    assert len(watching.said) == 4
    watching.supervisor.stop()


def test_servers_end_after_those_that_use_them(tmp_path: Path) -> None:
    order: list[str] = []

    class Noted(Service):
        def stop(self) -> None:
            if self.process is not None:
                order.append(self.name)
            super().stop()

    supervisor = Supervisor(say=order.append)
    for name in ("database", "web"):
        service = Noted(name, [sys.executable, "-c", SLEEP], tmp_path / "log")
        if name == "database":
            service.start()
            supervisor.adopt(service)
        else:
            supervisor.start(service)
    supervisor.stop()
    assert order == ["web", "database"]


def test_the_lock_is_free_once_its_holder_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    path.write_text("1\nan old run's words\n")
    assert RunLock(path).holder() is None
    first, second = RunLock(path), RunLock(path)
    assert first.acquire("It serves here.")
    assert not second.acquire("Me too.")
    assert second.holder() == (os.getpid(), "It serves here.")
    first.release()
    assert second.acquire("Me too.")
    second.release()


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path)


def test_leftovers_of_a_killed_run_are_ended(layout: Layout) -> None:
    left = subprocess.Popen([sys.executable, "-c", FAMILY], start_new_session=True)
    assert wait_until(lambda: len(members(left.pid)) == 2)
    remember_children(layout, [left.pid])
    assert end_leftovers(layout) == 2
    left.wait()
    assert members(left.pid) == []
    assert end_leftovers(layout) == 0


def test_strangers_with_a_noted_number_are_spared(layout: Layout) -> None:
    """The number of an ended child may belong to any other program by now."""
    stranger = subprocess.Popen(["sleep", "600"], start_new_session=True)
    remember_children(layout, [stranger.pid])
    assert end_leftovers(layout) == 0
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_half_written_note_of_children_does_not_stop_a_start(layout: Layout) -> None:
    layout.children.write_text('[{"group": 12')
    assert end_leftovers(layout) == 0


def test_too_little_space_is_said_before_anything_is_written(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = run.shutil.disk_usage(layout.root)._replace(free=50 * 2**20)
    monkeypatch.setattr(run.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(LocalError, match=r"Only 50 MB are free(.|\n)*Nothing was changed"):
        run._require_space(layout)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalError, match="Cannot write to the data folder"):
        Layout(tmp_path / "file" / "var").create()


def test_long_logs_are_put_aside(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    layout.create()
    monkeypatch.setattr(run, "_LARGEST_LOG", 10)
    (layout.log / "web.log").write_text("more than ten bytes")
    (layout.log / "beat.log").write_text("few")
    run._rotate_logs(layout.log)
    assert sorted(path.name for path in layout.log.iterdir()) == ["beat.log", "web.log.1"]


def test_the_refusal_names_the_holder(tmp_path: Path) -> None:
    holder = RunLock(tmp_path / "run.lock")
    holder.acquire("It serves http://127.0.0.1:8000.")
    with pytest.raises(LocalError, match=rf"process {os.getpid()}(.|\n)*http://127.0.0.1:8000"):
        locks.refuse_second_run(RunLock(tmp_path / "run.lock"))
    holder.release()
