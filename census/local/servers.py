"""PostgreSQL and Redis for one run: those the environment names, else our own, started and stopped here."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from census.local import postgres, valkey
from census.local.accounts import account_for
from census.local.services import Service

_READY_SECONDS = 120.0  # PostgreSQL may have to replay its log after a power cut


class Servers:
    """The servers below *data*; ``environment`` holds DATABASE_URL and REDIS_URL for the other processes."""

    def __init__(self, *, data: Path, sockets: Path, log: Path, throwaway: bool = False) -> None:
        self.data, self.sockets, self.log, self.throwaway = data, sockets, log, throwaway
        self.own_postgres = not os.environ.get("DATABASE_URL")
        self.own_valkey = not os.environ.get("REDIS_URL")
        self.running: list[Service] = []

    @property
    def environment(self) -> dict[str, str]:
        found = {}
        if self.own_postgres:
            found["DATABASE_URL"] = postgres.url(self.sockets)
        if self.own_valkey:
            found["REDIS_URL"] = valkey.url(self.sockets)
        return found

    def start(self, note: Callable[[Service], None] = lambda service: None) -> None:
        """Start what the environment does not name; *note* hears of each process at once.

        Raises LocalError, with nothing left running.
        """
        account = account_for(self.data / "postgres")
        common = {"sockets": self.sockets, "account": account, "throwaway": self.throwaway}
        try:
            if self.own_postgres:
                service = postgres.postgres_service(
                    data=self.data / "postgres", log=self.log / "postgres.log", **common
                )
                self._run(service, note)
                postgres.ensure_database(self.sockets)
            if self.own_valkey:
                service = valkey.valkey_service(
                    data=self.data / "valkey", log=self.log / "valkey.log", **common
                )
                self._run(service, note)
        except BaseException:
            self.stop()
            raise

    def _run(self, service: Service, note: Callable[[Service], None]) -> None:
        service.start()
        self.running.append(service)
        note(service)
        service.wait_ready(_READY_SECONDS)

    def stop(self) -> None:
        """Stop what was started here, the last first."""
        while self.running:
            self.running.pop().stop()
