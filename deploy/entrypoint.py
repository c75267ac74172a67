"""Start of every container: puts secrets from files into the environment, then becomes the command.

A variable ``NAME_FILE`` names the file that holds ``NAME``. Addresses are put together here: passwords
may hold any characters, and the web processes never learn the owner's password.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

SECRETS = ("CENSUS_SECRET_KEY", "CENSUS_OWNER_PASSWORD", "CENSUS_WEB_PASSWORD", "CENSUS_CACHE_PASSWORD")


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return *given* with the secrets read and DATABASE_URL, WEB_DATABASE_URL and REDIS_URL filled in.

    An address that is given stays as it is. Raises FileNotFoundError for a secret's file that is missing.
    """
    result = dict(given)
    for name in SECRETS:
        if file := result.pop(f"{name}_FILE", None):
            result[name] = Path(file).read_text().strip()

    def address(scheme: str, user: str, password: str, place: str) -> str:
        return f"{scheme}://{user}:{quote(password, safe='')}@{place}"

    database = result.get("CENSUS_DB_PLACE", "db:5432/census")
    if password := result.pop("CENSUS_OWNER_PASSWORD", None):
        result.setdefault("DATABASE_URL", address("postgresql", "census_owner", password, database))
    if password := result.get("CENSUS_WEB_PASSWORD"):
        result.setdefault("WEB_DATABASE_URL", address("postgresql", "census_web", password, database))
    if password := result.pop("CENSUS_CACHE_PASSWORD", None):
        place = result.get("CENSUS_CACHE_PLACE", "cache:6379/0")
        result.setdefault("REDIS_URL", address("redis", "", password, place))
    return result


if __name__ == "__main__":
    os.execvpe(sys.argv[1], sys.argv[1:], environment(os.environ))  # noqa: S606  no shell wanted
