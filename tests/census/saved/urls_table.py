"""Addresses of saved views."""

from census.saved.models import SavedView
from tests.factories import COUNTY

URLS = {"view_save": "home", "view_delete": "home"}
# a view is deleted by its owner alone
ROW_DECIDES = {"view_delete"}
# a view that is gone (or was never seen) is a message on the home page
ANYWHERE = {"view_delete"}


def arguments() -> dict[str, dict[str, object]]:
    """A view of somebody in the first county."""
    view = SavedView.objects.create(
        user_id=999_999_999, user_name="x", region=COUNTY, page="register_list", name="mine"
    )
    return {"view_delete": {"view_id": view.id}}
