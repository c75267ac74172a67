"""Whether the database still stands as the last preparation left it, so that a later start need not prepare again.

Two things must be unchanged: the files that a preparation reads (by path, size and time), and what the database says of
itself (migrations, reference files, a demo world). Only for our own server: another's may have been used by anything.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

import psycopg2

from census.local.paths import REPOSITORY

READ = ("census", "sources", "review", "accounting", "locale")
CATALOGUE = Path("locale") / "zh_Hans" / "LC_MESSAGES" / "django.mo"  # below the data folder
_STATE = """SELECT (SELECT string_agg(app || '.' || name, ' ' ORDER BY id) FROM django_migrations)
    || (SELECT string_agg(name || sha256, ' ' ORDER BY name) FROM census_referencefile)
    || EXISTS (SELECT FROM sources_censusobject) || EXISTS (SELECT FROM census_user)"""


def files(root: Path = REPOSITORY) -> str:
    """Fingerprint of everything a preparation reads: code, definitions, data, texts, and the installed packages."""
    total = hashlib.sha256(sys.version.encode())
    for stamp in sorted((root / ".venv").glob(".stamp-*")):
        total.update(stamp.read_bytes())
    for room in READ:
        for folder, below, names in os.walk(root / room):
            below[:] = sorted(name for name in below if name != "__pycache__")
            for name in sorted(names):
                status = os.stat(os.path.join(folder, name))
                total.update(f"{folder}/{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return total.hexdigest()


def state(url: str) -> str:
    """What the database says of itself, as a digest; "" where it cannot be asked or was never prepared."""
    try:
        connection = psycopg2.connect(url)
        try:
            with connection.cursor() as cursor:
                cursor.execute(_STATE)
                (found,) = cursor.fetchone()
        finally:
            connection.close()
    except psycopg2.Error:
        return ""
    return hashlib.sha256(found.encode()).hexdigest() if found else ""


def remembered(note: Path, url: str) -> str | None:
    """The sign-ins that the last preparation printed, or None when there has to be another one."""
    try:
        kept = json.loads(note.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    if not (note.parent / CATALOGUE).exists() or kept.get("files") != files():
        return None
    return kept["sign_ins"] if kept.get("state") == state(url) != "" else None


def remember(note: Path, url: str, sign_ins: str, before: str) -> None:
    """Note a preparation that succeeded. *before*: :func:`files` when it began, lest an edit meanwhile be lost."""
    kept = {"files": before, "state": state(url), "sign_ins": sign_ins}
    fresh = note.with_name(note.name + ".new")
    fresh.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    fresh.replace(note)
