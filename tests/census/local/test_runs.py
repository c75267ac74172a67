"""A run from start to end with real servers: what is kept, what is cleared away, what is refused."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from census.local.lock import remember_children
from census.local.paths import Layout
from tests.census.local.conftest import CommandLine, end_all, processes_of, wait_until

WRITE = """
import os, psycopg2
with psycopg2.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
    cursor.execute("CREATE TABLE kept (n int)")
    cursor.execute("INSERT INTO kept VALUES (42)")
"""
READ = """
import os, psycopg2
with psycopg2.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
    cursor.execute("SELECT n FROM kept")
    print("found", cursor.fetchone()[0])
"""
QUEUE = "import os, redis; redis.from_url(os.environ['REDIS_URL']).rpush('celery', 'a job')"
COUNT = "import os, redis; print('jobs', redis.from_url(os.environ['REDIS_URL']).llen('celery'))"


def test_second_start_keeps_rows_and_waiting_jobs(command_line: CommandLine) -> None:
    assert command_line.python(WRITE)[0] == 0
    assert command_line.python(QUEUE)[0] == 0
    assert "found 42" in command_line.python(READ)[1]
    assert "jobs 1" in command_line.python(COUNT)[1]


def test_exit_code_of_the_command_is_passed_on(command_line: CommandLine) -> None:
    assert command_line.python("raise SystemExit(7)")[0] == 7


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_signal_leaves_no_child(command_line: CommandLine, var: Path, number: signal.Signals) -> None:
    process = command_line.start_waiting()
    assert len(processes_of(var)) >= 3  # PostgreSQL, its helpers, Valkey
    process.send_signal(number)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert f"{number.name}: ending all processes" in output
    assert "all processes have ended; the data is kept" in output
    assert processes_of(var) == []


def test_start_after_a_killed_run_clears_up_and_finds_the_data(command_line: CommandLine, var: Path) -> None:
    command_line.python(WRITE)
    process = command_line.start_waiting()
    os.killpg(process.pid, signal.SIGKILL)  # the supervisor and its command; servers are groups of their own
    process.wait()
    code, output = command_line.python(READ)
    assert code == 0
    assert "found 42" in output
    assert processes_of(var) == []


def test_servers_end_by_themselves_when_their_supervisor_is_killed(
    command_line: CommandLine, var: Path
) -> None:
    process = command_line.start_waiting()
    process.kill()
    process.wait()
    os.killpg(process.pid, signal.SIGKILL)  # the command that used them
    assert wait_until(lambda: processes_of(var) == [])


def test_stale_files_of_killed_servers_do_not_matter(command_line: CommandLine, var: Path) -> None:
    """As after a power cut, with the noted process number given to a stranger (this test) since."""
    command_line.python(WRITE)
    process = command_line.start_waiting()
    os.killpg(process.pid, signal.SIGKILL)
    end_all(processes_of(var))
    noted = var / "postgres" / "postmaster.pid"
    lines = noted.read_text().splitlines()
    noted.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    (var / "run.lock").write_text(f"{os.getpid()}\nIt serves nothing.\n")
    code, output = command_line.python(READ)
    assert code == 0
    assert "found 42" in output


def test_a_second_run_on_the_same_folder_is_refused(command_line: CommandLine, var: Path) -> None:
    process = command_line.start_waiting()
    code, output = command_line.run("run")
    assert code == 1
    assert f"Another run (process {process.pid}) already uses the data folder {var}" in output
    assert "make stop" in output
    assert "Traceback" not in output


def test_commands_share_the_servers_of_a_run(command_line: CommandLine) -> None:
    command_line.start_waiting()
    assert command_line.python(WRITE)[0] == 0
    assert "found 42" in command_line.python(READ)[1]


def test_stop_ends_a_run_from_elsewhere(command_line: CommandLine, var: Path) -> None:
    process = command_line.start_waiting()
    code, output = command_line.run("stop")
    assert (code, output.strip()) == (0, "Stopped.")
    process.communicate(timeout=10)
    assert processes_of(var) == []
    assert command_line.run("stop") == (0, "Nothing is running.\n")


def test_a_taken_port_is_named_with_its_user(command_line: CommandLine, var: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, output = command_line.run("run", PORT=str(port))
    assert code == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in output
    assert f"process {os.getpid()}" in output
    assert f"PORT={port + 1} make run" in output
    assert "Traceback" not in output


@pytest.mark.parametrize("port", ["http", "0", "70000"])
def test_a_port_that_is_none(command_line: CommandLine, port: str) -> None:
    code, output = command_line.run("run", PORT=port)
    assert code == 1
    assert "PORT must be a number from 1 to 65535" in output


def test_data_of_another_major_version_is_left_alone(command_line: CommandLine, var: Path) -> None:
    command_line.python(WRITE)
    (var / "postgres" / "PG_VERSION").write_text("15\n")
    code, output = command_line.python(READ)
    assert code == 1
    assert "was made by PostgreSQL 15" in output
    (var / "postgres" / "PG_VERSION").write_text("18\n")
    assert "found 42" in command_line.python(READ)[1]


def test_servers_named_by_the_environment_are_used_and_none_started(
    command_line: CommandLine, var: Path
) -> None:
    code, output = command_line.run(
        "with", "printenv", "DATABASE_URL", DATABASE_URL="postgresql://db/x", REDIS_URL="redis://cache/0"
    )
    assert code == 0
    assert "postgresql://db/x" in output
    assert not (var / "postgres").exists()
    assert not (var / "valkey").exists()


def test_a_data_folder_too_deep_for_sockets_works(command_line: CommandLine, var: Path) -> None:
    deep = var / ("deep-" * 20) / ("folder-" * 10)
    code, output = command_line.run("with", "printenv", "DATABASE_URL", CENSUS_VAR=str(deep))
    assert code == 0
    address = next(line for line in output.splitlines() if line.startswith("postgresql:"))
    assert str(deep) not in address
    assert not Path(
        address.split("host=")[1].split("&")[0]
    ).exists()  # nothing is left in the temporary folder
    assert (deep / "postgres" / "PG_VERSION").exists()


def test_root_runs_the_servers_as_somebody_else(command_line: CommandLine, var: Path) -> None:
    """And an ordinary user runs them as itself; a closed parent folder is no obstacle to either."""
    closed = var / "closed"
    closed.mkdir(mode=0o700)
    process = command_line.start_waiting(CENSUS_VAR=str(closed / "data"))
    users = {found.uids().effective for found in processes_of(closed) if found.name() == "postgres"}
    assert users == ({65534} if os.geteuid() == 0 else {os.geteuid()})
    assert closed.stat().st_mode & 0o777 == 0o700
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert not any(psutil.pid_exists(found.pid) for found in processes_of(closed))


def test_the_port_of_a_killed_run_is_freed_first(command_line: CommandLine, var: Path) -> None:
    """Its web server may outlive it for some seconds, as a noted child."""
    listen = "import socket, time; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True)"
    left = subprocess.Popen(
        [sys.executable, "-c", f"{listen}; time.sleep(600)"],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert left.stdout is not None
    port = int(left.stdout.readline())
    remember_children(Layout(var), [left.pid])
    code, output = command_line.run(
        "run", PORT=str(port), DATABASE_URL="postgresql:///x?host=/nowhere&user=x"
    )
    assert "ended what a killed earlier run had left (1)" in output
    assert "Cannot listen" not in output
    assert code == 1  # for the database's sake
    assert "migrate stopped: connection to server on socket" in output
    assert "Traceback" not in output
    left.wait(10)
