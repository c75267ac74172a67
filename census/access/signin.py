"""From a session to a person and a scope, and the checks at sign-in."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password
from django.core.cache import cache
from django.http import HttpRequest

from census.access import known
from census.access.posts import POST_KINDS
from census.access.scope import Scope
from census.people.models import Post, User

SESSION_USER, SESSION_POST, SESSION_STAMP = "user", "post", "stamp"


def scope_of(user: User, post: Post) -> Scope:
    """Return the scope in which *user* acts through *post*: the own one, or that of an absent colleague, whose
    name then stands with the own in everything that is written down."""
    kind = POST_KINDS[post.kind]
    own = post.user_id == user.id
    return Scope(
        user_id=user.id,
        user_name=user.name if own else f"{user.name}（代{post.user.name}）"[:60],
        post_id=post.id,
        post_kind=post.kind,
        region=post.region,
        categories=frozenset(post.categories),
        districts=tuple(post.districts) if kind.by_district else None,
        object_id=post.object_id if kind.by_object else None,
        capabilities=kind.capabilities,
        behalf_of=None if own else post.user_id,
    )


def actor_of(request: HttpRequest) -> tuple[User | None, Scope | None]:
    """Return who is signed in and their scope; (None, None) when nobody is, or the account or post ended."""
    user_id = request.session.get(SESSION_USER)
    if user_id is None:
        return None, None
    sessions, mark = _sessions_key(user_id), known.mark_key(user_id)
    held = cache.get_many([sessions, mark])
    user, posts = known.person(user_id, held.get(mark))
    stale = user is None or not user.is_active or request.session.get(SESSION_STAMP) != user.session_stamp
    if stale or request.session.session_key not in held.get(sessions, []):
        forget(request)
        return None, None
    chosen = request.session.get(SESSION_POST)
    post = next((p for p in posts if p.id == chosen), posts[0] if posts else None)
    request.posts, request.post = posts, post
    return user, scope_of(user, post) if post else None


def remember(request: HttpRequest, user: User, limit: int) -> None:
    """Start a new session for *user*; the oldest ones beyond *limit* end."""
    request.session.flush()  # nothing of whoever sat here before
    request.session.create()
    request.session[SESSION_USER] = user.pk
    request.session[SESSION_STAMP] = user.session_stamp
    key = _sessions_key(user.pk)
    kept = [*cache.get(key, []), request.session.session_key][-limit:]
    cache.set(key, kept, None)


def refresh_stamp(request: HttpRequest, user: User) -> None:
    """Keep this session after a change of password; all others of *user* end."""
    request.session[SESSION_STAMP] = user.session_stamp
    cache.set(_sessions_key(user.pk), [request.session.session_key], None)


def forget(request: HttpRequest) -> None:
    """End the session."""
    request.session.flush()


def verify_password(user: User | None, password: str) -> bool:
    """Check a password, taking as long for an unknown name as for a wrong password."""
    if user is None:
        check_password(password, _DUMMY)
        return False
    return user.check_password(password)


def _sessions_key(user_id: int) -> str:
    return f"sessions:{user_id}"


_DUMMY = "pbkdf2_sha256$1000000$absent$" + "A" * 43 + "="
