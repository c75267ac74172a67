"""What the home page says to data administrators."""

from __future__ import annotations

from typing import Any

from census.access.scope import Scope
from census.people.queries import people_list


def account_care(scope: Scope) -> dict[str, Any]:
    """Accounts in the region, and those that need somebody."""
    return {
        "accounts": people_list(scope, state="active").count(),
        "locked": people_list(scope, state="locked").count(),
        "unclaimed": people_list(scope, state="active").filter(must_change_password=True).count(),
        "no_post": people_list(scope, state="no_post").filter(is_active=True).count(),
    }
