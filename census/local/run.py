"""`make run`: servers, database, then web, worker and beat under the supervisor, until Ctrl-C."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NoReturn

import psutil

from census.local import standing
from census.local.errors import LocalError
from census.local.lock import RunLock, end_leftovers, refuse_second_run, remember_children
from census.local.paths import REPOSITORY, Layout
from census.local.servers import Servers
from census.local.services import Service
from census.local.supervisor import Stopped, Supervisor, stop_signals

_FIRST_RUN_BYTES = 3 * 2**30  # reference data, the demo city and their logs
_LATER_RUN_BYTES = 200 * 2**20
_LARGEST_LOG = 20 * 2**20
_READY_SECONDS = 90.0


def say(text: str) -> None:
    print(f"[census] {text}", flush=True)


def run() -> NoReturn:
    """Serve until a stop signal (raises Stopped). Raises LocalError where a person has to act."""
    layout = Layout.from_environment()
    host, port = os.environ.get("HOST", "127.0.0.1"), _port()
    check = partial(_require_free_port, host, port)
    with servers_for_run(layout, says=f"It serves http://{host}:{port}.", check=check) as (
        servers,
        supervisor,
    ):
        sign_ins = _sign_ins(servers, layout)
        later = _start_product(supervisor, servers, layout, host, port)
        say(f"logs are in {layout.log}")
        print(f"\n{sign_ins}\n  Open http://{host}:{port}/   (Ctrl-C ends everything)\n", flush=True)
        for service in later:
            supervisor.start(service)
        supervisor.watch()


@contextmanager
def servers_for_run(
    layout: Layout, *, says: str, check: Callable[[], None] = lambda: None
) -> Iterator[tuple[Servers, Supervisor]]:
    """Within: this process holds the run lock and its servers are up and watched. All ends with the block.

    *says* tells a second run about this one; *check* may refuse once remains of a killed run are cleared away
    (they would hold the port). A stop signal raises Stopped inside the block.
    """
    layout.create()
    lock = RunLock(layout.lock)
    if not lock.acquire(says):
        refuse_second_run(lock)
    servers = Servers(data=layout.root, sockets=layout.sockets, log=layout.log)
    supervisor = Supervisor(
        say=say,
        note=lambda: remember_children(layout, [s.pid for s in supervisor.services if s.pid is not None]),
    )
    try:
        with stop_signals():
            try:
                if ended := end_leftovers(layout):
                    say(f"ended what a killed earlier run had left ({ended})")
                check()
                _require_space(layout)
                _rotate_logs(layout.log)
                servers.start(supervisor.adopt)
                yield servers, supervisor
            except Stopped as stopped:
                say(f"{stopped}: ending all processes ...")
                raise
    finally:
        supervisor.stop()
        servers.stop()
        layout.children.unlink(missing_ok=True)
        if layout.sockets.parent != layout.root:
            shutil.rmtree(layout.sockets)
        lock.release()


def _port() -> int:
    text = os.environ.get("PORT", "8000")
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise LocalError(
            f"PORT must be a number from 1 to 65535, not {text!r}. For example: PORT=8001 make run"
        )
    return int(text)


def _require_free_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise LocalError(
                f"Cannot listen on {host}:{port}: {error.strerror}{_listener(port)}.\n"
                f"End that program, or choose another port: PORT={port % 65535 + 1} make run"
            ) from error


def _listener(port: int) -> str:
    """Who listens on *port*, as words for a message, where the system tells us."""
    try:
        for connection in psutil.net_connections("inet"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                return f" (by {psutil.Process(connection.pid).name()}, process {connection.pid})"
    except psutil.Error:
        return ""
    return ""


def _require_space(layout: Layout) -> None:
    needed = _LATER_RUN_BYTES if layout.postgres.exists() else _FIRST_RUN_BYTES
    free = shutil.disk_usage(layout.root).free
    if free < needed:
        raise LocalError(
            f"Only {free >> 20} MB are free on the disk of {layout.root}; {needed >> 20} MB are needed.\n"
            "Free some space, or name a folder on another disk with CENSUS_VAR=/path. Nothing was changed."
        )


def _rotate_logs(folder: Path) -> None:
    for log in folder.glob("*.log"):
        if log.stat().st_size > _LARGEST_LOG:
            log.replace(log.with_name(log.name + ".1"))


def _sign_ins(servers: Servers, layout: Layout) -> str:
    """The sign-ins to print, of a database that is brought up to date unless it still stands as it was left."""
    if not servers.own_postgres:
        return _prepare_database(servers)
    url = servers.environment["DATABASE_URL"]
    if (known := standing.remembered(layout.prepared, url)) is not None:
        say("the database stands as the last start left it")
        return known
    before = standing.files()
    found = _prepare_database(servers)
    standing.remember(layout.prepared, url, found, before)
    return found


def _prepare_database(servers: Servers) -> str:
    """Migrate, load reference data and demo city where they are missing. Returns the sign-ins to print."""
    with tempfile.TemporaryDirectory() as folder:
        sign_ins = Path(folder) / "sign-ins"
        result = subprocess.run(
            [sys.executable, "-m", "census.local.prepare", str(sign_ins)],
            cwd=REPOSITORY,
            env={**os.environ, **servers.environment, **_settings("owner")},
        )
        if result.returncode:
            raise LocalError(
                "The database could not be brought up to date (see above); what was loaded before is kept.\n"
                "Mend what is named there and start again."
            )
        return sign_ins.read_text(encoding="utf-8")


def _settings(role: str) -> dict[str, str]:
    return {"DJANGO_SETTINGS_MODULE": "census.conf.settings", "CENSUS_DB_ROLE": role, "PYTHONUNBUFFERED": "1"}


def _start_product(
    supervisor: Supervisor, servers: Servers, layout: Layout, host: str, port: int
) -> list[Service]:
    """Start what answers people and works their jobs, and wait for it. Returns what may start after the address is
    told: the cores are needed for the others first.
    """
    environment = {**servers.environment, **_settings("web")}
    services = product_services(layout, environment, host, port)
    asked = [(service, vital) for service, vital in services if service.name != "beat"]
    for service, vital in asked:
        supervisor.start(service, vital=vital)
    for service, _ in asked:
        service.wait_ready(_READY_SECONDS)
        say(f"{service.name} is ready")
    return [service for service, _ in services if service.name == "beat"]


def product_services(
    layout: Layout, environment: dict[str, str], host: str, port: int
) -> list[tuple[Service, bool]]:
    """Web, worker and beat, each with whether the run is pointless without it."""
    cores = os.cpu_count() or 1
    celery = [sys.executable, "-m", "celery", "--app", "census.conf.celery"]
    web = [
        *(sys.executable, "-m", "gunicorn", "census.conf.wsgi:application"),
        *("--bind", f"{host}:{port}", "--workers", str(min(cores, 4)), "--threads", "4"),
        *("--keep-alive", "30", "--timeout", "60", "--graceful-timeout", "10", "--max-requests", "20000"),
        *("--max-requests-jitter", "2000", "--chdir", str(REPOSITORY), "--no-control-socket"),
        "--preload",  # loaded once, then forked: the workers come up at once and share their memory
    ]
    worker = [*celery, "worker", "--concurrency", str(min(cores, 4)), "--loglevel", "INFO"]
    beat = [
        *celery,
        "beat",
        "--schedule",
        str(layout.root / "beat-schedule"),
        "--pidfile",
        "",
        "--loglevel",
        "INFO",
    ]
    health = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/healthz"  # noqa: S104  asked, not bound
    common = {"environment": environment, "folder": REPOSITORY}
    return [
        (Service("web", web, layout.log / "web.log", ready=lambda: answers(health), **common), True),
        (Service("worker", worker, layout.log / "worker.log", ready_line=" ready.", **common), False),
        (Service("beat", beat, layout.log / "beat.log", ready_line="beat: Starting", **common), False),
    ]


def answers(address: str) -> bool:
    """Whether a GET of *address* gives 200."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310  our own address
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
