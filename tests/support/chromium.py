"""Finds a Chromium: the machine's own, else the one that the npm package @sparticuz/chromium carries."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from census.local.bootstrap import node_command
from census.local.paths import REPOSITORY

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PACKAGE = REPOSITORY / "node_modules" / "@sparticuz" / "chromium"
_UNPACKED = REPOSITORY / "node_modules" / ".cache" / "chromium"

_EXTRACT = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # came with Python 3.11.4


def find_chromium() -> tuple[Path, dict[str, str]]:
    """Path of the program and what to add to its environment.

    ``CHROMIUM`` in the environment names one; otherwise the machine's is preferred to the packed one.
    Raises FileNotFoundError when there is none.
    """
    if named := os.environ.get("CHROMIUM"):
        return Path(named), {}
    for name in _NAMES:
        if found := shutil.which(name):
            return Path(found), {}
    if not _PACKAGE.exists():
        raise FileNotFoundError("No Chromium: none on this machine, none in node_modules. Run `make test`.")
    if not _UNPACKED.exists():
        _unpack()
    return _UNPACKED / "chromium", _missing_parts()


def _unpack() -> None:
    """Unpack program, libraries and fonts beside their place and move them there at the end."""
    _UNPACKED.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_UNPACKED.parent) as folder:
        fresh = Path(folder) / "chromium"
        fresh.mkdir()
        for packed in sorted((_PACKAGE / "bin").glob("*.br")):
            target = fresh / packed.stem
            command = [*node_command(), str(Path(__file__).with_name("unpack.mjs")), str(packed), str(target)]
            subprocess.run(command, check=True)
            if target.suffix == ".tar":
                with tarfile.open(target) as archive:
                    archive.extractall(fresh, **_EXTRACT)
                target.unlink()
        try:
            fresh.rename(_UNPACKED)
        except OSError:
            if not _UNPACKED.exists():  # else another session was faster
                raise


def _missing_parts() -> dict[str, str]:
    """Point the packed Chromium to its own libraries and fonts where the machine has none."""
    environment = {}
    needed = subprocess.run(["ldd", str(_UNPACKED / "chromium")], capture_output=True, text=True).stdout
    if "not found" in needed:
        environment["LD_LIBRARY_PATH"] = str(_UNPACKED / "lib")
    if not Path("/etc/fonts/fonts.conf").exists():
        environment["FONTCONFIG_PATH"] = str(_UNPACKED)
    return environment
