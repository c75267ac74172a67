"""Signing in and passwords: lock-out, one-time passwords, what ends a session."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import secrets

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from census.access import address
from census.access.scope import Scope, enter
from census.access.signin import scope_of, verify_password
from census.audit.services import audit_record
from census.people.models import Post, User

# no letters or digits that look alike on paper
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def person_sign_in(*, username: str, password: str) -> User:
    """Return the person, or raise ValidationError (code ``wrong``, ``locked``, ``inactive`` or ``no_post``).

    A name that does not exist is counted and locked like one that does, so the answers tell nobody which
    names exist. The counters are written at once and stay when the request fails.
    """
    _refuse_busy_address()
    user = User.objects.filter(username=username).first()
    if until := _locked_until(user, username):
        raise _locked(until)
    if not verify_password(user, password):
        _count_address()
        locked = _count_failure(user, username)
        _record(user, "person.locked" if locked else "person.sign_in_failed")
        raise (
            _locked(locked)
            if locked
            else ValidationError(
                _("User name or password is wrong. Check upper and lower case."), code="wrong"
            )
        )
    if not user.is_active:
        _record(user, "person.sign_in_failed")
        raise ValidationError(
            _("This account has been deactivated. Ask the data administrator of your office."),
            code="inactive",
        )
    if not Post.objects.current().filter(user=user).exists():
        _record(user, "person.sign_in_failed")
        raise ValidationError(
            _("This account has no post in force today. Ask the data administrator of your office."),
            code="no_post",
        )
    user.failed_count, user.locked_until, user.last_login = 0, None, timezone.now()
    user.save(update_fields=["failed_count", "locked_until", "last_login"])
    _record(user, "person.signed_in")
    return user


def password_change(actor: Scope, *, user: User, password: str) -> None:
    """Store a password the person chose; the caller has checked the old one and the rules."""
    user.set_password(password)
    user.must_change_password, user.password_changed_at = False, timezone.now()
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])
    audit_record(actor, "person.password_changed", subject="person", subject_id=user.pk)


def one_time_password() -> str:
    """A password to hand over on paper: 12 characters in groups, about 59 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _i in range(4)) for _j in range(3))


def _locked_until(user: User | None, username: str) -> dt.datetime | None:
    until = user.locked_until if user else cache.get(_unknown_key(username, "until"))
    return until if until and until > timezone.now() else None


def _count_failure(user: User | None, username: str) -> dt.datetime | None:
    """Count one failure; return the end of the lock when it was the last one allowed."""
    until = timezone.now() + dt.timedelta(minutes=settings.SIGN_IN_LOCK_MINUTES)
    if user is None:
        key, seconds = _unknown_key(username, "count"), settings.SIGN_IN_LOCK_MINUTES * 60
        cache.add(key, 0, seconds)
        if cache.incr(key) < settings.SIGN_IN_ATTEMPTS:
            return None
        cache.delete(key)
        cache.set(_unknown_key(username, "until"), until, seconds)
        return until
    User.objects.filter(pk=user.pk).update(failed_count=F("failed_count") + 1)
    reached = User.objects.filter(pk=user.pk, failed_count__gte=settings.SIGN_IN_ATTEMPTS)
    return until if reached.update(failed_count=0, locked_until=until) else None


def _refuse_busy_address() -> None:
    """One password tried on many names locks none of them; so an address, too, has its limit."""
    if cache.get(_address_key(), 0) >= settings.SIGN_IN_ATTEMPTS_PER_ADDRESS:
        text = _("Too many failed attempts from your network address. Try again in %(minutes)s minutes.")
        raise ValidationError(text % {"minutes": settings.SIGN_IN_LOCK_MINUTES}, code="locked")


def _count_address() -> None:
    cache.add(_address_key(), 0, settings.SIGN_IN_LOCK_MINUTES * 60)
    cache.incr(_address_key())


def _address_key() -> str:
    return f"sign_in:address:{address.CURRENT.get()}"


def _unknown_key(username: str, what: str) -> str:
    return f"sign_in:{what}:{hashlib.sha256(username.encode()).hexdigest()[:32]}"


def _locked(until: dt.datetime) -> ValidationError:
    minutes = max(1, math.ceil((until - timezone.now()).total_seconds() / 60))
    text = ngettext(
        "Too many failed attempts. Signing in is locked for %(minutes)s more minute.",
        "Too many failed attempts. Signing in is locked for %(minutes)s more minutes.",
        minutes,
    )
    return ValidationError(
        text % {"minutes": minutes} + _(" Your data administrator can unlock the account."), code="locked"
    )


def _record(user: User | None, action: str) -> None:
    """An entry outside any session. What was typed as a name is not kept: people type passwords there."""
    post = user and Post.objects.filter(user=user).order_by("-active", "id").first()
    scope = scope_of(user, post) if post else Scope.system(name=user.name if user else "")
    with enter(scope):
        subject_id = user.pk if user else ""
        audit_record(scope, action, subject="person", subject_id=subject_id)
