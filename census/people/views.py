"""Pages of people and posts, for data administrators; others with ``people.view`` may read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from census.access.guard import requires
from census.access.posts import POST_KINDS
from census.access.scope import Scope
from census.audit.views import audit_view
from census.people import services
from census.people.delegation.queries import DELEGABLE
from census.people.forms import PersonForm, PostChangeForm, PostForm
from census.people.models import Post, User
from census.people.queries import people_list as list_people
from census.people.queries import posts_of, users_of
from census.places.views import region_code
from census.ui.paging import paginate

STATE_LABELS = {
    "active": gettext_lazy("Active"),
    "locked": gettext_lazy("Locked"),
    "inactive": gettext_lazy("Deactivated"),
    "no_post": gettext_lazy("No post in force"),
}


@requires("people.view")
def people_list(request: HttpRequest) -> HttpResponse:
    """People with a post in the region."""
    people = list_people(
        request.scope,
        text=request.GET.get("q", "").strip()[:60],
        kind=request.GET.get("kind", ""),
        within=region_code(request.GET.get("within"), ""),
        state=request.GET.get("state", ""),
    )
    context = {
        "page": paginate(people, ("username",), request.GET),
        "kinds": POST_KINDS.values(),
        "states": STATE_LABELS.items(),
        "now": timezone.now(),
        "may_edit": request.scope.can("people.manage"),
    }
    return render(request, "census/people/list.html", context)


@requires("people.view")
def person_detail(request: HttpRequest, user_id: int) -> HttpResponse:
    """An account with all its posts."""
    user = _person(request.scope, user_id)
    audit_view(request, "person", user.pk)
    return _detail(request, user)


@requires("people.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def person_create(request: HttpRequest) -> HttpResponse:
    """A new account with its first post; the one-time password is shown once."""
    person, post = PersonForm(None, request.POST or None), PostForm(request.scope, request.POST or None)
    if request.method == "POST" and person.is_valid() and post.is_valid():
        try:
            user, password = services.person_create(request.scope, post=post.terms(), **person.cleaned_data)
        except ValidationError as fault:
            _spread(fault, person, post)
        else:
            return _show_password(request, user, password)
    context = {"form": person, "post_form": post}
    return render(request, "census/people/form.html", context)


@requires("people.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def person_edit(request: HttpRequest, user_id: int) -> HttpResponse:
    user = _person(request.scope, user_id)
    form = PersonForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.person_edit(request.scope, user_id=user_id, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("person_detail", user_id)
    return render(request, "census/people/form.html", {"form": form, "person": user})


@requires("people.manage")
@require_POST
def person_act(request: HttpRequest, user_id: int, act: str) -> HttpResponse:
    """Deactivate, activate, unlock, or reset the password of an account."""
    user = _person(request.scope, user_id)
    try:
        if act == "reset":
            password = services.password_reset(request.scope, user_id=user_id)
            return _show_password(request, user, password)
        if act == "unlock":
            services.person_unlock(request.scope, user_id=user_id)
            messages.success(request, _("The account is unlocked."))
        else:
            services.person_activate(request.scope, user_id=user_id, active=act == "activate")
            done = (
                _("The account is active again.") if act == "activate" else _("The account is deactivated.")
            )
            messages.success(request, done)
    except ValidationError as fault:
        messages.error(request, " ".join(fault.messages))
    return redirect("person_detail", user_id)


@requires("people.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def post_grant(request: HttpRequest, user_id: int) -> HttpResponse:
    """A further post for a person."""
    user = _person(request.scope, user_id)
    form = PostForm(request.scope, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.post_grant(request.scope, user_id=user_id, post=form.terms())
        except ValidationError as fault:
            _spread(fault, form)
        else:
            messages.success(request, _("The post has been granted."))
            return redirect("person_detail", user_id)
    return render(request, "census/people/form.html", {"post_form": form, "person": user})


@requires("people.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def post_change(request: HttpRequest, post_id: int) -> HttpResponse:
    """Categories, districts and end of a post in force."""
    post = _post(request.scope, post_id)
    form = PostChangeForm(request.scope, post, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.post_change(
                request.scope,
                post_id=post_id,
                categories=frozenset(data["categories"]),
                districts=data.get("districts", ()),
                valid_to=data["valid_to"],
            )
        except ValidationError as fault:
            _spread(fault, form)
        else:
            messages.success(request, _("Saved."))
            return redirect("person_detail", post.user_id)
    context = {"post_form": form, "person": post.user, "post": post}
    return render(request, "census/people/form.html", context)


@requires("people.manage")
@require_POST
def post_end(request: HttpRequest, post_id: int) -> HttpResponse:
    """End a post today."""
    post = _post(request.scope, post_id)
    try:
        services.post_end(request.scope, post_id=post_id)
        messages.success(request, _("The post has ended."))
    except ValidationError as fault:
        messages.error(request, " ".join(fault.messages))
    return redirect("person_detail", post.user_id)


def _person(scope: Scope, user_id: int) -> User:
    return get_object_or_404(users_of(scope), pk=user_id)


def _post(scope: Scope, post_id: int) -> Post:
    return get_object_or_404(posts_of(scope).filter(active=True).select_related("user"), pk=post_id)


def _detail(request: HttpRequest, user: User, **extra: Any) -> HttpResponse:
    posts = list(user.posts.select_related("office").order_by("-active", "id"))
    current = set(Post.objects.current().filter(user=user).values_list("pk", flat=True))
    scope = request.scope
    managed = services.manages(scope, [post for post in posts if post.pk in current])
    context = {
        "person": user,
        "posts": [
            {
                "post": post,
                "current": post.pk in current,
                "editable": post.active and scope.covers(post.region) and user.pk != scope.user_id,
            }
            for post in posts
        ],
        "locked": bool(user.locked_until and user.locked_until > timezone.now()),
        "may_edit": scope.can("people.manage"),
        "delegable": DELEGABLE,
        "sees_log": scope.can("audit.view"),
        "managed": managed,
        "is_self": user.pk == scope.user_id,
        **extra,
    }
    return render(request, "census/people/detail.html", context)


def _show_password(request: HttpRequest, user: User, password: str) -> HttpResponse:
    """The one-time password is on this answer only; it is stored nowhere in clear."""
    user.refresh_from_db()
    return _detail(request, user, password=password)


def _spread(fault: ValidationError, *forms: Any) -> None:
    """Put each fault at its field, in whichever form has it; the rest at the head of the last form."""
    faults = fault.error_dict if hasattr(fault, "error_dict") else {None: fault.error_list}
    for name, errors in faults.items():
        for form in forms:
            if name in form.fields:
                form.add_error(name, errors)
                break
        else:
            forms[-1].add_error(None, errors)
