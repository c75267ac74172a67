"""The register's menu entries and home card. ``register()`` is called from the app's ``ready``."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from census.access.scope import Scope
from census.ui.menu import add_card, add_entry


def register() -> None:
    group = _("Sources")
    add_entry("register_list", _("Register"), "building-factory-2", "register.view", group, 200)
    add_card("sources/objects/card.html", "register.view", _card, 200)


def _card(scope: Scope) -> dict[str, Any] | None:
    """The numbers come with a request of their own, so that the home page does not wait for them."""
    if scope.object_id is not None:
        return {"own": scope.object_id}
    return {"may_add": scope.can("register.edit"), "may_import": scope.can("register.import")}
