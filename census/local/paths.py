"""Where things lie. Everything that a run writes is under one data folder, ``var`` (or ``CENSUS_VAR``)."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from census.local.errors import LocalError

REPOSITORY = Path(__file__).resolve().parent.parent.parent
_SOCKET_LIMIT = 103  # bytes of a socket's path: 107 on Linux, 103 on macOS
_LONGEST_SOCKET = ".s.PGSQL.5432.lock"


@dataclass(frozen=True)
class Layout:
    """The folders below one data folder."""

    root: Path

    @classmethod
    def from_environment(cls) -> Layout:
        return cls(Path(os.environ.get("CENSUS_VAR") or REPOSITORY / "var").resolve())

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        return self.root / "valkey"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def lock(self) -> Path:
        return self.root / "run.lock"

    @property
    def children(self) -> Path:
        return self.root / "children.json"

    @property
    def prepared(self) -> Path:
        return self.root / "prepared.json"

    @property
    def sockets(self) -> Path:
        """Folder of the sockets: ``run`` below the root, or a short one in the temporary folder.

        A socket's path may not be longer than about a hundred bytes, which a deep clone exceeds.
        """
        near = self.root / "run"
        if len(os.fsencode(near / _LONGEST_SOCKET)) <= _SOCKET_LIMIT:
            return near
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"census-{digest}"

    def create(self) -> None:
        """Make the folders. Raises LocalError where the disk is full or not ours to write."""
        try:
            for folder in (self.root, self.log, self.root / "media", self.root / "static"):
                folder.mkdir(parents=True, exist_ok=True)
            self.sockets.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise LocalError(
                f"Cannot write to the data folder {self.root}: {error.strerror}.\n"
                "Free some space or permit writing there, or name another folder with CENSUS_VAR=/path."
            ) from error
        owner = self.sockets.stat().st_uid
        if os.geteuid() not in (0, owner):
            raise LocalError(
                f"The socket folder {self.sockets} belongs to another user (number {owner}).\n"
                "Run as that user, or name a data folder of your own with CENSUS_VAR=/path."
            )
