"""Pages that change the register: create, edit, close, remove, restore, assign."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from census.access.guard import requires
from census.access.posts import CATEGORIES
from sources.objects.checks import check_object
from sources.objects.forms import (
    AssignForm,
    CloseForm,
    MoveForm,
    ObjectForm,
    RemoveForm,
    kinds_for,
    stored_values,
)
from sources.objects.kinds import KINDS, Kind
from sources.objects.lookups import Lookups
from sources.objects.models import CensusObject, ObjectChange
from sources.objects.queries import object_lookalikes
from sources.objects.rights import require_keep
from sources.objects.services import (
    StaleObject,
    object_assign_district,
    object_close,
    object_create,
    object_edit,
    object_remove,
    object_restore,
)
from sources.objects.shown import Badges, in_words, label
from sources.visits.attachments import attachment_add


@require_http_methods(["GET", "HEAD", "POST"])
@requires("register.edit")
def register_create(request: HttpRequest) -> HttpResponse:
    """Choose the kind, then fill in; look-alikes must be looked at before a second one is registered."""
    kinds = kinds_for(request.scope)
    kind = _allowed_kind(request, kinds)
    if kind is None:
        listed = [(CATEGORIES[category], rows) for category, rows in kinds.items()]
        return render(request, "sources/objects/kinds.html", {"kinds": listed})
    form = ObjectForm(request.scope, kind, request.POST or None)
    context: dict[str, Any] = {"form": form, "kind": kind}
    if request.method == "POST" and form.is_valid():
        sure = [
            pair
            for pair in object_lookalikes(
                request.scope, name=form.values["name"], uscc=form.values["uscc"].upper()
            )
            if pair[1] != "similar"
        ]
        if sure and not request.POST.get("confirmed"):
            context |= {"lookalikes": sure, "confirm": True}
        else:
            try:
                obj = object_create(request.scope, kind=kind.code, values=form.values)
            except ValidationError as error:
                form.take_errors(error)
            else:
                text = _("%(name)s is registered with the code %(code)s.") % {
                    "name": obj.name,
                    "code": obj.code,
                }
                messages.success(request, text)
                return redirect("register_detail", obj.pk)
    return render(request, "sources/objects/form.html", context)


def _allowed_kind(request: HttpRequest, kinds: dict[str, list[Kind]]) -> Kind | None:
    code = request.POST.get("kind") or request.GET.get("kind")
    if not code:
        return None
    for row in (kind for rows in kinds.values() for kind in rows):
        if row.code == code:
            return row
    raise Http404(code)


@require_POST
@requires("register.edit")
def register_check(request: HttpRequest) -> HttpResponse:
    """Fragment for a form being filled in: what is wrong or odd so far, and look-alikes. Stores nothing."""
    kind = KINDS.get(request.POST.get("kind", ""))
    if kind is None:
        raise Http404
    form = ObjectForm(request.scope, kind, request.POST)
    values = form.values
    checked = check_object(kind.code, values, Lookups(request.scope))
    # what is still blank is not yet wrong
    filled = {name for name, value in values.items() if value}
    flaws = [(label(flaw.field), flaw) for flaw in checked.flaws if flaw.field in filled]
    own = request.POST.get("object") or None
    lookalikes = object_lookalikes(
        request.scope,
        name=checked.values["name"] if values["name"] else "",
        uscc=checked.values["uscc"],
        but=UUID(own) if own else None,
        most=5,
    )
    return render(request, "sources/objects/_check.html", {"flaws": flaws, "lookalikes": lookalikes})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("register.edit")
def register_edit(request: HttpRequest, object_id: UUID) -> HttpResponse:
    """Edit an object. A page that is out of date shows both values of every field and loses none."""
    obj = _object(request, object_id)
    form = ObjectForm(request.scope, KINDS[obj.kind], request.POST or None, obj=obj)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                object_edit(
                    request.scope,
                    object_id=obj.pk,
                    revision=form.cleaned_data["revision"] or 0,
                    values=form.values,
                    reason=form.cleaned_data["reason"],
                )
        except ValidationError as error:
            form.take_errors(error)
        except StaleObject as stale:
            return _conflict(request, form, stale)
        else:
            messages.success(request, _("Saved."))
            return redirect("register_detail", obj.pk)
    return render(request, "sources/objects/form.html", {"form": form, "kind": KINDS[obj.kind], "obj": obj})


def _conflict(request: HttpRequest, form: ObjectForm, stale: StaleObject) -> HttpResponse:
    """Both values of each differing field to choose from; all other fields as they stand now."""
    lookups, current = Lookups(request.scope), stale.current
    now, yours = stored_values(current), form.data
    touched = {difference.field: difference.touched for difference in stale.differences}
    rows, fixed = [], {}
    for name in form.fields:
        if name in {"revision", "reason"}:
            continue
        field = "attributes" if name.startswith("attr_") else name
        stored, typed = str(now.get(name, "")), str(yours.get(name, "")).strip()
        if stored == typed or field not in touched:
            fixed[name] = stored
            continue
        rows.append(
            {
                "name": name,
                "label": form[name].label,
                "theirs": stored,
                "yours": typed,
                "theirs_shown": _chosen(form, name, stored, lookups),
                "yours_shown": _chosen(form, name, typed, lookups),
                "touched": touched[field],
            }
        )
    last = ObjectChange.objects.visible_to(request.scope).filter(object_id=current.pk).first()
    context = {"obj": current, "rows": rows, "fixed": fixed, "last": last, "reason": yours.get("reason", "")}
    return render(request, "sources/objects/conflict.html", context, status=409)


def _chosen(form: ObjectForm, name: str, text: str, lookups: Lookups) -> str:
    choices = dict(getattr(form.fields[name], "choices", ()))
    return str(choices[text]) if text in choices else in_words(name, text, lookups)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("register.close")
def register_close(request: HttpRequest, object_id: UUID) -> HttpResponse:
    """Say that an object stopped, closed, or runs again."""
    return _move(request, object_id, CloseForm, object_close, _("Operating status"), _("Save"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("register.close")
def register_remove(request: HttpRequest, object_id: UUID) -> HttpResponse:
    """Take an object out of the census, with reason and evidence."""

    def remove(actor: Any, *, object_id: UUID, file: Any, **values: Any) -> CensusObject:
        obj = object_remove(actor, object_id=object_id, **values)
        if file:
            attachment_add(actor, subject="object", subject_id=object_id, obj=obj, upload=file)
        return obj

    return _move(
        request, object_id, RemoveForm, remove, _("Remove from the census"), _("Remove"), danger=True
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires("register.close")
def register_restore(request: HttpRequest, object_id: UUID) -> HttpResponse:
    """Bring a removed object back."""
    return _move(request, object_id, MoveForm, object_restore, _("Restore"), _("Restore"))


def _move(
    request: HttpRequest,
    object_id: UUID,
    form_class: type[MoveForm],
    service: Callable[..., CensusObject],
    title: str,
    button: str,
    danger: bool = False,
) -> HttpResponse:
    """One page for the three moves: a short form about the object."""
    obj = _object(request, object_id)
    initial = {"revision": obj.revision, "operating": obj.operating}
    form = form_class(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                service(request.scope, object_id=obj.pk, **form.cleaned_data)
        except ValidationError as error:
            for name, texts in getattr(error, "message_dict", {"": error.messages}).items():
                for text in texts:
                    form.add_error(name if name in form.fields else None, text)
        except StaleObject as stale:
            form.data = form.data.copy()
            form.data["revision"] = str(stale.current.revision)
            form.add_error(
                None,
                _(
                    "Somebody changed the object while this page was open. Look at it again below, then repeat."
                ),
            )
            obj = stale.current
        else:
            messages.success(request, _("Saved."))
            return redirect("register_detail", obj.pk)
    context = {"obj": obj, "form": form, "title": title, "button": button, "danger": danger}
    context |= {"place": Lookups(request.scope).region_path(obj.region), "states": Badges().of(obj)}
    return render(request, "sources/objects/move.html", context)


@require_POST
@requires("district.manage")
def register_assign(request: HttpRequest) -> HttpResponseRedirect:
    """Give the ticked objects of the list to a census district."""
    form = AssignForm(request.POST)
    if form.is_valid():
        try:
            count = object_assign_district(
                request.scope,
                object_ids=form.cleaned_data["ids"],
                district_id=form.cleaned_data["district"],
            )
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("%(count)s objects were given to the district.") % {"count": count})
    else:
        messages.error(request, " ".join(text for texts in form.errors.values() for text in texts))
    back = request.POST.get("back", "")
    if not (back.startswith("/") and url_has_allowed_host_and_scheme(back, {request.get_host()})):
        back = reverse("register_list")
    return redirect(back)


def _object(request: HttpRequest, object_id: UUID) -> CensusObject:
    obj = get_object_or_404(CensusObject.objects.visible_to(request.scope), pk=object_id)
    require_keep(request.scope, obj.region)
    return obj
