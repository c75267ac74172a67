"""Saying something about an item of a form, and calling it settled."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.audit.services import audit_record
from sources.comments.desks import DESKS, RANK, desk_of
from sources.comments.models import Comment, Thread
from sources.forms.catalogue import load
from sources.returns.merge import Document
from sources.returns.models import Return

MAX_TEXT = 2000


def thread_begin(actor: Scope, *, return_id: UUID, path: str, text: str, asked: Iterable[str] = ()) -> Thread:
    """Begin a thread about the item at *path* (empty: the form as a whole), addressed to the desks *asked*.

    Also on a frozen form: talk changes no value. Http404 outside the scope; ValidationError for a blank or too
    long text, an item the form does not have, or a desk that does not exist.
    """
    actor.require("return.comment")
    ret = Return.objects.visible_to(actor).filter(pk=return_id).first()
    if ret is None:
        raise Http404(_("There is no such form within your scope."))
    text, asked = _checked(text), _desks(asked)
    if path and not _has(ret.form, path):
        raise ValidationError(_("Form %(form)s has no such item.") % {"form": ret.form})
    value = Document(ret.values, ret.pending).flat().get(path)
    thread = Thread(
        return_id=ret.id,
        object_id=ret.object_id,
        form=ret.form,
        sheet=ret.sheet,
        region=ret.region,
        category=ret.category,
        district_id=ret.district_id,
        path=path,
        value=value if isinstance(value, (str, int, float, bool, list)) else None,
        version_no=ret.version_no,
        opened_by=actor.user_id,
        opened_by_name=actor.user_name,
        opened_desk=desk_of(actor.post_kind, actor.level),
    )
    thread.save(force_insert=True)
    _say(actor, thread, "said", text, asked)
    _record(actor, thread, "begun")
    return thread


def thread_say(actor: Scope, *, thread_id: UUID, text: str, asked: Iterable[str] = ()) -> Thread:
    """Answer in a thread. What a resolved thread is told opens it again: nobody reads what is settled."""
    thread = _locked(actor, thread_id)
    text, asked = _checked(text), _desks(asked)
    action = "reopened" if thread.resolved else "said"
    thread.resolved = False
    _say(actor, thread, action, text, asked)
    _record(actor, thread, "reopened" if action == "reopened" else "answered")
    return thread


def thread_resolve(actor: Scope, *, thread_id: UUID, text: str = "") -> Thread:
    """Call a thread settled. Whoever began it may, and every desk at or above the one that did."""
    thread = _locked(actor, thread_id)
    if thread.resolved:
        raise ValidationError(_("This thread is resolved already."))
    if not may_resolve(actor, thread):
        raise PermissionDenied("a question is settled by who asked it, or a desk not below theirs")
    thread.resolved = True
    _say(actor, thread, "resolved", text.strip()[:MAX_TEXT], [])
    thread.asked = []
    thread.save(update_fields=["asked"])
    _record(actor, thread, "resolved")
    return thread


def may_resolve(actor: Scope, thread: Thread) -> bool:
    """True when *actor* began the thread or sits at a desk not below the one that did."""
    if not actor.can("return.comment"):
        return False
    mine = desk_of(actor.post_kind, actor.level)
    return thread.opened_by == actor.user_id or RANK[mine] >= max(RANK[thread.opened_desk], 1)


def _say(actor: Scope, thread: Thread, action: str, text: str, asked: list[str]) -> None:
    """Append what was said; the actor's own desk has answered by it, the desks *asked* have to."""
    own = desk_of(actor.post_kind, actor.level)
    now = timezone.now()
    Comment.objects.bulk_create(
        [
            Comment(
                thread=thread,
                object_id=thread.object_id,
                region=thread.region,
                category=thread.category,
                district_id=thread.district_id,
                at=now,
                user_id=actor.user_id,
                user_name=actor.user_name,
                post_kind=actor.post_kind,
                action=action,
                text=text,
                asked=asked,
            )
        ]
    )
    still = [desk for desk in thread.asked if desk != own]
    thread.asked = still + [desk for desk in asked if desk not in still and desk != own]
    thread.last_at, thread.last_by_name = now, actor.user_name
    thread.comments += 1
    thread.save(update_fields=["resolved", "asked", "last_at", "last_by_name", "comments"])


def _locked(actor: Scope, thread_id: UUID) -> Thread:
    actor.require("return.comment")
    thread = Thread.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=thread_id).first()
    if thread is None:
        raise Http404(_("There is no such thread within your scope."))
    return thread


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        raise ValidationError(_("Write something first."))
    if len(text) > MAX_TEXT:
        raise ValidationError(_("At most %(n)d characters.") % {"n": MAX_TEXT})
    return text


def _desks(asked: Iterable[str]) -> list[str]:
    desks = list(dict.fromkeys(asked))
    if set(desks) - set(DESKS):
        raise ValidationError(_("Choose whom to address from the list."))
    return desks


def _has(form_code: str, path: str) -> bool:
    """True for an item of the form: ``item``, or ``table/row/item``, whether the row is still there or not."""
    form, parts = load().forms[form_code], path.split("/")
    if len(path) > 160 or parts[-1] not in form.indicators:
        return False
    return len(parts) == 1 or (len(parts) == 3 and parts[0] in form.tables and parts[1].isdigit())


def _record(actor: Scope, thread: Thread, verb: str) -> None:
    audit_record(
        actor,
        f"thread.{verb}",
        subject="return",
        subject_id=thread.return_id,
        region=thread.region,
        form=thread.form,
    )
