"""Servers for a test session: in a temporary folder, fast and unsafe, deleted at the end."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from census.local.servers import Servers


class Throwaway:
    """Names its servers at once (settings need the addresses) and starts them when first needed."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="census-test-"))
        self.root.chmod(0o755)  # the server may run as another user than we do
        self.sockets = self.root / "run"
        self.sockets.mkdir(mode=0o700)
        self.servers = Servers(data=self.root, sockets=self.sockets, log=self.root, throwaway=True)
        self._started = False
        atexit.register(self.remove)

    def declare(self) -> None:
        """Put the addresses and a data folder of our own into this process's environment."""
        (self.root / "var" / "static").mkdir(parents=True)
        os.environ.update(self.servers.environment, CENSUS_VAR=str(self.root / "var"))

    def start(self) -> None:
        """Start the servers unless they run."""
        if not self._started:
            self.servers.start()
            self._started = True

    def remove(self) -> None:
        """Stop the servers and delete the folder."""
        self.servers.stop()
        shutil.rmtree(self.root, ignore_errors=True)


@cache
def session() -> Throwaway:
    """The one instance of this process."""
    return Throwaway()
