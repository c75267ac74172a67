"""Pages of absence: what is arranged, a new stand-in, ending one."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from census.access.guard import requires
from census.people.delegation import services
from census.people.delegation.forms import DelegationForm
from census.people.delegation.models import Delegation
from census.people.delegation.queries import colleagues_of, delegations_of, may_arrange, own_posts
from census.people.models import Post
from census.ui.paging import paginate


@requires("home")
@require_safe
def delegation_list(request: HttpRequest) -> HttpResponse:
    """Delegations of the person, or of the region for administrators; the own posts to delegate."""
    scope, today = request.scope, timezone.localdate()
    page = paginate(delegations_of(scope), ("-starts", "-id"), request.GET)
    for row in page.rows:
        row.running = row.ended_at is None and row.starts <= today <= row.ends
        row.over = row.ended_at is not None or row.ends < today
        row.may_end = not row.over and (may_arrange(scope, row.post) or row.colleague_id == scope.user_id)
    return render(request, "census/people/delegation/list.html", {"page": page, "posts": own_posts(scope)})


@requires("home")
@require_http_methods(["GET", "HEAD", "POST"])
def delegation_new(request: HttpRequest, post_id: int) -> HttpResponse:
    """Arrange a stand-in for a post: the own one, or as administrator one in the region."""
    post = get_object_or_404(Post.objects.current().select_related("user"), pk=post_id)
    if not may_arrange(request.scope, post):
        raise PermissionDenied("not a post of this person, nor of the region managed")
    form = DelegationForm(post, request.POST or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        try:
            services.delegation_make(
                request.scope,
                post_id=post.pk,
                colleague_id=sent["colleague"],
                starts=sent["starts"],
                ends=sent["ends"],
                reason=sent["reason"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The stand-in is arranged."))
            return redirect("delegation_list")
    context = {"form": form, "post": post, "nobody": not colleagues_of(post).exists()}
    return render(request, "census/people/delegation/new.html", context, status=422 if form.errors else 200)


@requires("home")
@require_POST
def delegation_end(request: HttpRequest, delegation_id: int) -> HttpResponse:
    """End a delegation today."""
    if not delegations_of(request.scope).filter(pk=delegation_id).exists():
        raise Http404(_("There is no such delegation."))
    try:
        services.delegation_end(request.scope, delegation_id=delegation_id)
        messages.success(request, _("The delegation has ended."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except Delegation.DoesNotExist as error:
        raise Http404 from error
    return redirect("delegation_list")
