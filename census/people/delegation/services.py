"""Arranging who does the work of a post while its holder is away, and ending it early."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.audit.services import audit_record
from census.people.delegation.models import Delegation
from census.people.delegation.queries import colleagues_of, may_arrange
from census.people.models import Post

LONGEST = dt.timedelta(days=92)  # longer than a quarter is a change of post, which an administrator grants


def delegation_make(
    actor: Scope, *, post_id: int, colleague_id: int, starts: dt.date, ends: dt.date, reason: str
) -> Delegation:
    """Let a colleague of the same office and kind act through the post from *starts* to *ends*.

    The holder arranges it, or a data administrator of the region. What was taken on for somebody cannot be passed
    on. ValidationError for a colleague of another office or kind, dates that do not fit, or a second stand-in in
    the same days.
    """
    post = Post.objects.current().select_for_update(of=("self",)).select_related("user").get(pk=post_id)
    _require_arranger(actor, post)
    faults: dict[str, str] = {}
    today = timezone.localdate()
    if not colleagues_of(post).filter(pk=colleague_id).exists():
        faults["colleague"] = _("Choose a colleague who holds the same post at the same office.")
    if ends < starts:
        faults["ends"] = _("The last day lies before the first.")
    elif ends < today:
        faults["ends"] = _("These days have passed.")
    elif ends - starts > LONGEST:
        faults["ends"] = _("At most %(n)d days; for longer an administrator grants the post.") % {
            "n": LONGEST.days
        }
    if reason not in Delegation.Reason.values:
        faults["reason"] = _("Choose a reason from the list.")
    same_days = Delegation.objects.filter(
        post=post, ended_at__isnull=True, starts__lte=ends, ends__gte=starts
    )
    if not faults and same_days.exists():
        faults["starts"] = _("Somebody stands in during these days already. End that first.")
    if faults:
        raise ValidationError(faults)
    made = Delegation.objects.create(
        post=post,
        colleague_id=colleague_id,
        region=post.region,
        starts=starts,
        ends=ends,
        reason=reason,
        made_by=actor.user_id,
        made_by_name=actor.user_name,
    )
    _record(actor, made, "granted")
    return made


def delegation_end(actor: Scope, *, delegation_id: int) -> Delegation:
    """End it now; it stays in the records. The holder, the stand-in and the administrator may."""
    rows = Delegation.objects.select_for_update(of=("self",)).select_related("post")
    found = rows.get(pk=delegation_id)
    if actor.behalf_of is not None or found.colleague_id != actor.user_id:
        _require_arranger(actor, found.post)
    if found.ended_at is not None or found.ends < timezone.localdate():
        raise ValidationError(_("This delegation has ended already."))
    found.ended_at, found.ended_by_name = timezone.now(), actor.user_name
    found.save(update_fields=["ended_at", "ended_by_name"])
    _record(actor, found, "ended")
    return found


def _require_arranger(actor: Scope, post: Post) -> None:
    if not may_arrange(actor, post):
        raise PermissionDenied("only the holder of a post, or an administrator above, arranges a stand-in")


def _record(actor: Scope, row: Delegation, verb: str) -> None:
    audit_record(
        actor,
        f"delegation.{verb}",
        subject="person",
        subject_id=row.post.user_id,
        region=row.region,
        post=row.post.kind,
    )
