"""Turns DATABASE_URL and REDIS_URL into Django settings.

A process is either the *owner* (migrations, loads; owns the tables) or *web* (pages and jobs; the role
``census_web`` owns nothing, so row-level security binds it). ``CENSUS_DB_ROLE`` says which.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

WEB_ROLE = "census_web"


def parse_database_url(url: str) -> dict[str, Any]:
    """Return the parts of a ``postgresql://`` address as Django's DATABASES entry.

    Both ``postgresql://user:pw@host:port/name`` and the socket form
    ``postgresql:///name?host=/folder&user=x`` are understood. Raises ValueError on another scheme.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(f"DATABASE_URL must start with postgresql://, not {parts.scheme!r}")
    query = dict(parse_qsl(parts.query))
    options = {k: v for k, v in query.items() if k not in {"host", "port", "user", "password"}}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "census",
        "USER": unquote(parts.username or query.get("user", "")),
        "PASSWORD": unquote(parts.password or query.get("password", "")),
        "HOST": unquote(parts.hostname or query.get("host", "")),
        "PORT": str(parts.port or query.get("port", "")),
        "OPTIONS": options,
    }


def database(owner_url: str, web_url: str | None, role: str, web_password: str | None) -> dict[str, Any]:
    """Return the DATABASES entry for a process of *role* ``owner`` or ``web``."""
    if role not in {"owner", "web"}:
        raise ValueError(f"CENSUS_DB_ROLE must be owner or web, not {role!r}")
    if role == "web" and web_url:
        return parse_database_url(web_url)
    entry = parse_database_url(owner_url)
    if role == "web":
        entry["USER"] = WEB_ROLE
        entry["PASSWORD"] = web_password or entry["PASSWORD"]
    return entry
