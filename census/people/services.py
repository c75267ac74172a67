"""Accounts, posts and offices: what data administrators change, each within their own region.

Two rules guard everything: a post is granted only inside the administrator's own region and categories and
never to oneself; and an account is changed only by an office that covers all its posts in force, or a county
could reset the password of a national officer who also holds a post there.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.posts import POST_KINDS, apart
from census.access.scope import Scope
from census.audit.services import audit_record
from census.people.credentials import one_time_password
from census.people.models import Office, Post, User
from census.people.queries import users_of
from census.places import regions
from census.places.models import CensusDistrict, Region

USERNAME = re.compile(r"[a-z0-9][a-z0-9_.-]{2,59}")


@dataclass(frozen=True, slots=True)
class PostTerms:
    """What a post is: kind × region × categories (× districts, × one object) and from when to when."""

    kind: str
    region: str
    categories: frozenset[str]
    districts: tuple[UUID, ...] = field(default=())
    object_id: UUID | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


def person_create(
    actor: Scope, *, username: str, name: str, phone: str = "", post: PostTerms
) -> tuple[User, str]:
    """Create an account with its first post. Returns the person and the one-time password to hand over."""
    actor.require("people.manage")
    username = username.strip().lower()
    if not USERNAME.fullmatch(username):
        raise ValidationError(
            {
                "username": _(
                    "3 to 60 characters: small letters, digits, dot, hyphen, underscore; a letter or digit first."
                )
            }
        )
    name = _clean_name(name)
    _check_terms(actor, post)  # before anything is written: the caller shows the fault and goes on
    password = one_time_password()
    user = User(username=username, name=name, phone=phone.strip(), must_change_password=True)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise ValidationError(
            {"username": _("This user name is taken. Choose another.")}, code="taken"
        ) from error
    _grant(actor, user, post)
    _record(actor, "person.created", user)
    return user, password


def person_edit(actor: Scope, *, user_id: int, name: str, phone: str) -> User:
    """Change name and telephone."""
    user = _lock(actor, user_id)
    user.name, user.phone = _clean_name(name), phone.strip()
    user.save(update_fields=["name", "phone"])
    _record(actor, "person.changed", user)
    return user


def person_activate(actor: Scope, *, user_id: int, active: bool) -> User:
    """Let an account sign in, or keep it out; its running sessions end at once. Not for oneself."""
    user = _lock(actor, user_id)
    if user.pk == actor.user_id:
        raise ValidationError(_("You cannot deactivate your own account. Ask another administrator."))
    user.is_active = active
    user.save(update_fields=["is_active"])
    _record(actor, "person.activated" if active else "person.deactivated", user)
    return user


def person_unlock(actor: Scope, *, user_id: int) -> User:
    """End a lock after failed attempts."""
    user = _lock(actor, user_id)
    user.failed_count, user.locked_until = 0, None
    user.save(update_fields=["failed_count", "locked_until"])
    _record(actor, "person.unlocked", user)
    return user


def password_reset(actor: Scope, *, user_id: int) -> str:
    """Give a one-time password, which must be changed at the next sign-in. All sessions end; a lock too."""
    user = _lock(actor, user_id)
    password = one_time_password()
    user.set_password(password)
    user.must_change_password, user.failed_count, user.locked_until = True, 0, None
    user.save(update_fields=["password", "must_change_password", "failed_count", "locked_until"])
    _record(actor, "person.password_reset", user)
    return password


def post_grant(actor: Scope, *, user_id: int, post: PostTerms) -> Post:
    """Give a further post to a person. Nobody gives one to himself."""
    actor.require("people.manage")
    user = users_of(actor).select_for_update(of=("self",)).get(pk=user_id)
    if user.pk == actor.user_id:
        raise PermissionDenied("nobody grants a post to himself")
    return _grant(actor, user, post)


def post_change(
    actor: Scope,
    *,
    post_id: int,
    categories: frozenset[str],
    districts: tuple[UUID, ...],
    valid_to: dt.date | None,
) -> Post:
    """Change categories, districts and end of a post in force. Kind and region stay: end it and grant another."""
    post = _lock_post(actor, post_id)
    if post.user_id == actor.user_id:
        raise PermissionDenied("nobody changes his own post")
    terms = PostTerms(
        post.kind, post.region, categories, districts, post.object_id, post.valid_from, valid_to
    )
    _check_terms(actor, terms)
    post.categories, post.districts, post.valid_to = sorted(categories), list(districts), valid_to
    post.save(update_fields=["categories", "districts", "valid_to"])
    _record_post(actor, "post.changed", post)
    return post


def post_end(actor: Scope, *, post_id: int) -> Post:
    """End a post now. It stays in the records. Not the own one."""
    post = _lock_post(actor, post_id)
    if post.user_id == actor.user_id:
        raise ValidationError(_("You cannot end a post of your own. Ask another administrator."))
    post.active = False
    post.valid_to = min(post.valid_to or dt.date.max, timezone.localdate())
    post.save(update_fields=["active", "valid_to"])
    _record_post(actor, "post.ended", post)
    return post


def office_save(actor: Scope, *, region: str, name: str, phone: str, address: str) -> Office:
    """Create the office of a region, or change it."""
    actor.require("people.manage")
    actor.require_covers(region)
    place = Region.objects.filter(code=region, level__lte=4).first()
    if place is None:
        raise ValidationError({"region": _("Choose a division down to the township from the list.")})
    office, created = Office.objects.update_or_create(
        region=region,
        defaults={
            "level": place.level,
            "name": _clean_name(name),
            "phone": phone.strip(),
            "address": address.strip(),
        },
    )
    action = "office.created" if created else "office.changed"
    audit_record(actor, action, subject="office", subject_id=office.pk, region=region)
    return office


def manages(actor: Scope, posts: Iterable[Post]) -> bool:
    """True when the actor may change the account that holds these posts in force."""
    return actor.can("people.manage") and all(actor.covers(post.region) for post in posts)


def _lock(actor: Scope, user_id: int) -> User:
    actor.require("people.manage")
    user = users_of(actor).select_for_update(of=("self",)).get(pk=user_id)
    if not manages(actor, Post.objects.current().filter(user=user)):
        raise PermissionDenied("the account also holds a post outside the administrator's region")
    return user


def _lock_post(actor: Scope, post_id: int) -> Post:
    actor.require("people.manage")
    low, high = regions.bounds(actor.region)
    return Post.objects.select_for_update().get(pk=post_id, active=True, region__gte=low, region__lt=high)


def _grant(actor: Scope, user: User, terms: PostTerms) -> Post:
    _check_terms(actor, terms)
    same = Post.objects.current().filter(user=user, kind=terms.kind, region=terms.region)
    if same.filter(object_id=terms.object_id).exists():
        raise ValidationError(_("This person already holds this post. Change that one instead."))
    held = Post.objects.current().filter(user=user).values_list("kind", flat=True)
    if other := next((kind for kind in held if apart(kind, terms.kind)), None):
        raise ValidationError(
            _("Who writes audit rules does not handle problems: this person is already %(post)s.")
            % {"post": POST_KINDS[other].label}
        )
    post = Post.objects.create(
        user=user,
        kind=terms.kind,
        region=terms.region,
        office=_office_of(terms.region),
        categories=sorted(terms.categories),
        districts=list(terms.districts),
        object_id=terms.object_id,
        valid_from=terms.valid_from,
        valid_to=terms.valid_to,
    )
    _record_post(actor, "post.granted", post)
    return post


def _check_terms(actor: Scope, terms: PostTerms) -> None:
    """Raise PermissionDenied outside the actor's own rights, ValidationError for what does not fit together."""
    kind = POST_KINDS.get(terms.kind)
    if kind is None:
        raise ValidationError({"kind": _("Choose a post from the list.")})
    actor.require_covers(terms.region)
    if not terms.categories <= actor.categories:
        raise PermissionDenied("source categories outside the administrator's own")
    faults: dict[str, Any] = {}
    place = Region.objects.filter(code=terms.region).first()
    if place is None or place.level not in kind.levels:
        faults["region"] = _("This post cannot be held at a division of this level.")
    if not terms.categories:
        faults["categories"] = _("Choose at least one source category.")
    if terms.valid_from and terms.valid_to and terms.valid_to < terms.valid_from:
        faults["valid_to"] = _("The last day lies before the first.")
    if kind.by_object and terms.object_id is None:
        faults["object_code"] = _("Enter the code of the census object this person fills forms for.")
    if terms.districts and not kind.by_district:
        faults["districts"] = _("Only enumerators are limited to census districts.")
    elif terms.districts:
        low, high = regions.bounds(terms.region)
        inside = CensusDistrict.objects.filter(pk__in=terms.districts, region__gte=low, region__lt=high)
        if inside.count() != len(set(terms.districts)):
            faults["districts"] = _("Choose census districts inside the region of the post.")
    if faults:
        raise ValidationError(faults)


def _office_of(region: str) -> Office | None:
    """The nearest office at or above the region."""
    return Office.objects.filter(region__in=regions.ancestors(region)).order_by("-level").first()


def _clean_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise ValidationError({"name": _("Enter a name.")})
    return name


def _record(actor: Scope, action: str, user: User) -> None:
    audit_record(actor, action, subject="person", subject_id=user.pk)


def _record_post(actor: Scope, action: str, post: Post) -> None:
    audit_record(
        actor,
        action,
        subject="person",
        subject_id=post.user_id,
        region=post.region,
        post=post.kind,
        categories=list(post.categories),
    )
