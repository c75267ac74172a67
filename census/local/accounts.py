"""Running a server as an unprivileged user when we are root, which PostgreSQL refuses to be."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from pathlib import Path

from census.local.errors import LocalError


def account_for(data: Path) -> pwd.struct_passwd | None:
    """Who should run the server whose data folder is *data*; None: simply ourselves.

    As root that is the owner of existing data (so that a second start never changes hands), else ``nobody``.
    Raises LocalError when we are not root and the data is somebody else's.
    """
    owner = data.stat().st_uid if data.exists() else None
    if os.geteuid() == 0:
        return pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
    if owner not in (None, os.geteuid()):
        raise LocalError(
            f"{data} belongs to another user (number {owner}), who started an earlier run.\n"
            "Run the same way again, or name a data folder of your own with CENSUS_VAR=/path."
        )
    return None


def give(folder: Path, account: pwd.struct_passwd | None) -> None:
    """Hand *folder* itself to the account, closed to all others."""
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
    folder.chmod(0o700)


def can_enter(path: Path, account: pwd.struct_passwd) -> bool:
    """Whether every folder above *path* lets the account through."""
    for folder in path.resolve().parents:
        status = folder.stat()
        if status.st_uid == account.pw_uid:
            bit = stat.S_IXUSR
        elif status.st_gid == account.pw_gid:
            bit = stat.S_IXGRP
        else:
            bit = stat.S_IXOTH
        if not status.st_mode & bit:
            return False
    return True


def drop_to(account: pwd.struct_passwd | None, *needed: Path) -> tuple[list[str], dict[str, object]]:
    """How to start a command as *account*: words to put before it, and keyword arguments for Popen.

    Root's clone often lies under /root, which no other user may enter. Opening that folder to everybody would
    be a bad bargain, so the server then keeps the one capability to pass (and ``setpriv`` is needed for it).
    Raises LocalError when that tool is missing.
    """
    if account is None:
        return [], {}
    if all(can_enter(path, account) for path in needed):
        return [], {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        blocked = next(path for path in needed if not can_enter(path, account))
        raise LocalError(
            f"PostgreSQL refuses to run as root, and user {account.pw_name} may not enter {blocked.parent}.\n"
            "Run as an ordinary user, or move the clone to a folder others may enter (such as /srv),\n"
            "or install the command setpriv (package util-linux), or set DATABASE_URL to your own server."
        )
    return [
        setpriv,
        *("--reuid", str(account.pw_uid), "--regid", str(account.pw_gid), "--clear-groups"),
        *("--inh-caps", "+dac_override", "--ambient-caps", "+dac_override"),
        *(
            "--securebits",
            "+no_setuid_fixup",
        ),  # or access(2), which initdb asks, would leave it out of account
        *("--pdeathsig", "TERM"),
    ], {}
