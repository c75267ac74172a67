"""Saving, finding and deleting views of lists."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.audit.services import audit_record
from census.saved.models import SavedView

MAX_QUERY = 2000
MAX_VIEWS = 50  # of one person on one page
PASSING = ("at", "row", "view")  # where one stands in the list is no part of a view


def tidy(query: str) -> str:
    """*query* without position and empty fields, in one order, so that equal views are equal texts."""
    pairs = QueryDict(query).lists()
    kept = {name: [v for v in values if v] for name, values in pairs if name not in PASSING}
    clean = QueryDict(mutable=True)
    for name in sorted(name for name, values in kept.items() if values):
        clean.setlist(name, kept[name])
    return clean.urlencode()


def list_address(page: str, query: str) -> str:
    """The list *page* with the filters of *query*; the home page where there is no such list."""
    try:
        return f"{reverse(page)}?{tidy(query)}"
    except NoReverseMatch:
        return reverse("home")


def views_for(actor: Scope, page: str) -> QuerySet[SavedView]:
    """The actor's own views of *page*, and those shared by colleagues of the same region."""
    rows = SavedView.objects.visible_to(actor).filter(region=actor.region, page=page)
    return rows.filter(Q(user_id=actor.user_id) | Q(shared=True)).order_by("name", "id")


@transaction.atomic
def view_save(
    actor: Scope, *, page: str, name: str, query: str, shared: bool = False, opens: bool = False
) -> SavedView:
    """Keep *query* under *name*; the own view of that name is replaced. *opens*: the page opens with it.

    ValidationError for a blank or long name, a query that is too long, an unknown page, or too many views.
    """
    name = " ".join(name.split())
    if not name or len(name) > 60:
        raise ValidationError(_("Give the view a name of at most 60 characters."))
    try:
        reverse(page)
    except NoReverseMatch as error:
        raise ValidationError(_("There is no such list.")) from error
    query = tidy(query)
    if len(query) > MAX_QUERY:
        raise ValidationError(_("The filters are too long to be kept."))
    own = SavedView.objects.visible_to(actor).filter(user_id=actor.user_id, region=actor.region, page=page)
    if own.exclude(name=name).count() >= MAX_VIEWS:
        raise ValidationError(
            _("You have %(limit)s views of this list. Delete some first.") % {"limit": MAX_VIEWS}
        )
    if opens:
        own.filter(opens=True).update(opens=False)
    facts = {"query": query, "shared": shared, "opens": opens, "user_name": actor.user_name}
    view, _made = SavedView.objects.update_or_create(
        user_id=actor.user_id,
        region=actor.region,
        page=page,
        name=name,
        defaults=facts | {"updated_at": timezone.now()},
    )
    audit_record(actor, "view.saved", subject="view", subject_id=view.id, page=page)
    return view


@transaction.atomic
def view_delete(actor: Scope, *, view_id: UUID) -> SavedView:
    """Delete an own view. PermissionDenied for another's, ValidationError when it is gone."""
    view = SavedView.objects.visible_to(actor).select_for_update().filter(pk=view_id).first()
    if view is None:
        raise ValidationError(_("This view no longer exists."))
    if view.user_id != actor.user_id:
        raise PermissionDenied("another person's view")
    audit_record(actor, "view.deleted", subject="view", subject_id=view.id, page=view.page)
    view.delete()
    return view


def opening_view(actor: Scope, page: str) -> SavedView | None:
    """The view with which *page* opens for the actor, if one was chosen."""
    rows = SavedView.objects.visible_to(actor).filter(user_id=actor.user_id, region=actor.region, page=page)
    return rows.filter(opens=True).first()
