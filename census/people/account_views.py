"""A person's own account: sign in and out, choose a post, change the password."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from census.access.guard import public, requires
from census.access.posts import CAPABILITIES, POST_KINDS
from census.access.signin import SESSION_POST, forget, refresh_stamp, remember
from census.audit.services import audit_record
from census.people.account_forms import PasswordForm, SignInForm
from census.people.credentials import password_change as change_password
from census.people.credentials import person_sign_in
from census.people.demo import DEMO_PASSWORD, demo_sign_ins


@public
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; shows the demo accounts of a synthetic campaign."""
    target = request.POST.get("next") or request.GET.get("next", "")
    if not (target.startswith("/") and url_has_allowed_host_and_scheme(target, {request.get_host()})):
        target = reverse("home")
    if request.method != "POST" and request.scope is not None:
        return redirect(target)
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            user = person_sign_in(**form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
            status = 429 if refusal.code == "locked" else 200
        else:
            remember(request, user, settings.SESSIONS_PER_USER)
            rotate_token(request)
            return redirect(target)
    context = {"form": form, "next": target, "demo": demo_sign_ins(), "demo_password": DEMO_PASSWORD}
    return render(request, "census/people/sign_in.html", context, status=status)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; harmless when there is none."""
    if request.scope is not None:
        audit_record(request.scope, "person.signed_out", subject="person", subject_id=request.user.pk)
    forget(request)
    return redirect("sign_in")


@requires("home")
@require_POST
def post_choose(request: HttpRequest, post_id: int) -> HttpResponse:
    """Act through another of one's own posts from now on."""
    if post_id not in {post.id for post in request.posts}:
        raise Http404("not a post of this person")
    request.session[SESSION_POST] = post_id
    audit_record(request.scope, "person.post_chosen", subject="post", subject_id=post_id)
    return redirect("home")


@requires("home")
def rights(request: HttpRequest) -> HttpResponse:
    """What each post may do; the own one is marked."""
    rows = [
        (label, [code in kind.capabilities for kind in POST_KINDS.values()])
        for code, label in CAPABILITIES.items()
    ]
    context = {
        "kinds": POST_KINDS.values(),
        "rows": rows,
        "own": POST_KINDS.get(request.scope.post_kind),
        "own_capabilities": [label for code, label in CAPABILITIES.items() if request.scope.can(code)],
    }
    return render(request, "census/people/rights.html", context)


@requires("home")
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    """Change the own password; whoever got a one-time password comes here first."""
    forced = request.user.must_change_password
    form = PasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        change_password(request.scope, user=request.user, password=form.cleaned_data["new"])
        refresh_stamp(request, request.user)
        messages.success(request, _("The password has been changed. Other sessions have been signed out."))
        return redirect("home")
    return render(request, "census/people/password.html", {"form": form, "forced": forced})
