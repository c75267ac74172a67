"""Pages to write rules, try them, put them in force and retire them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from census.access.guard import requires
from census.jobs.services import job_start
from census.numbers import whole
from review.editor import names, services
from review.editor.forms import NewRule, RuleForm, params_of
from review.editor.models import RuleVersion
from review.editor.trial import KIND
from review.editor.trying import Trying, try_rule
from review.editor.views import trial_job
from review.editor.words import case_fault_words, fault_words
from review.rules.cases import CASES
from review.rules.catalogue import audit_rules
from review.rules.spec import RuleSpec, names_in
from sources.forms.catalogue import load


@requires("rule.write")
def rule_new(request: HttpRequest) -> HttpResponse:
    """Class and form of a new rule; ``?number=`` binds a rule of the catalogue that does not run yet."""
    rule = audit_rules().rules.get(request.GET.get("number", ""))
    initial = {"family": rule.family, "form": next(iter(rule.forms.split("~")), "")} if rule else None
    form = NewRule(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        number = rule.number if rule else ""
        try:
            row = services.rule_new(request.scope, **form.cleaned_data, number=number)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("rule_edit", row.pk)
    return render(request, "review/editor/new.html", {"form": form, "rule": rule})


@requires("rule.write")
def rule_edit(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Write a draft. What was typed is kept, whatever its faults."""
    row = get_object_or_404(_own(request), pk=rule_id)
    if row.state != RuleVersion.State.DRAFT:
        return redirect("rule_version", row.pk)
    form = RuleForm(row, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.rule_save(request.scope, rule_id=row.pk, terms=form.terms())
        except ValidationError as error:
            _take(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("rule_version" if "done" in request.POST else "rule_edit", row.pk)
    context = {
        "rule": row,
        "form": form,
        "params": [*form.params, ("", "")],
        "cases": [form[f"case_{name}"] for name in CASES],
        "job": trial_job(request.scope, row),
    }
    return render(request, "review/editor/edit.html", context)


@requires("rule.write")
@require_POST
def rule_check(request: HttpRequest) -> JsonResponse:
    """The rule as it stands in the editor: faults with their place, items read, how its cases come out."""
    post = request.POST
    draft = RuleVersion.objects.visible_to(request.scope).filter(pk=_number(post.get("id"))).first()
    typed = post.get("rule", "").replace("\r\n", "\n")
    form, text = post.get("form", ""), typed.strip()
    if draft is not None and draft.base:
        form, text = draft.form, draft.rule
    row = RuleVersion(
        number=draft.number if draft else "NEW",
        base=draft.base if draft else "",
        form=form,
        rule=text,
        params=params_of(post),
    )
    spec = services.spec_of(row)
    cases = {name: post.get(f"case_{name}", "") for name in CASES}
    lead = len(typed) - len(typed.lstrip())
    return JsonResponse(_answer(spec, try_rule(spec, cases), lead))


def _answer(spec: RuleSpec, trying: Trying, lead: int) -> dict[str, Any]:
    lang = get_language() or "zh"
    faults = [fault_words(fault, spec) for fault in trying.faults]
    for fault in faults:
        fault["at"] += lead
    cases = {}
    for name in CASES:
        if name in trying.cases:
            good = trying.cases[name]
            cases[name] = {"good": good, "text": _("as it should") if good else _CASE_WRONG[name]()}
        elif name in trying.case_faults:
            cases[name] = {"good": False, "text": case_fault_words(trying.case_faults[name])}
    check = trying.check
    return {
        "faults": faults,
        "thresholds": names_in(spec.rule),
        "reads": names.reads(spec.form, check.indicators, lang) if check else [],
        "level": check.section or "" if check else "",
        "cases": cases,
        "good": trying.good,
    }


_CASE_WRONG = {
    "pass": lambda: _("the rule fails, it should hold"),
    "fail": lambda: _("the rule holds or is unknown, it should fail"),
    "blank": lambda: _("the rule fails, a blank should be unknown"),
}


@requires("rule.write")
@require_safe
def rule_names(request: HttpRequest) -> JsonResponse:
    """For completion: everything a rule of ``?form=`` may name; with ``?of=`` the items of that other form."""
    lang = get_language() or "zh"
    form, other = request.GET.get("form", ""), request.GET.get("of", "")
    forms = load().forms
    if other:
        found = forms.get(other.replace("_", "-"))
        return JsonResponse({"names": names.items_of(found, lang, f"{other}.") if found else []})
    return JsonResponse({"names": names.names_of(form, lang) if form in forms else []})


@requires("rule.write")
@require_POST
def rule_revise(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Begin the next version."""
    row = services.rule_revise(request.scope, rule_id=get_object_or_404(_own(request), pk=rule_id).pk)
    return redirect("rule_edit", row.pk)


@requires("rule.write")
@require_POST
def rule_adapt(request: HttpRequest, rule_id: int) -> HttpResponse:
    """A province's own thresholds of a national rule."""
    try:
        row = services.rule_adapt(request.scope, rule_id=rule_id)
    except ValidationError as error:
        messages.error(request, "; ".join(error.messages))
        return redirect("rule_version", rule_id)
    return redirect("rule_edit", row.pk)


@requires("rule.write")
@require_POST
def rule_discard(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Throw a draft away."""
    row = get_object_or_404(_own(request), pk=rule_id)
    try:
        services.rule_discard(request.scope, rule_id=row.pk)
    except ValidationError as error:
        messages.error(request, "; ".join(error.messages))
        return redirect("rule_version", row.pk)
    messages.success(request, _("The draft of %(number)s was thrown away.") % {"number": row.number})
    return redirect("rule_list")


@requires("rule.write")
@require_POST
def rule_try(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Try a version over the region of the post, as a job."""
    row = get_object_or_404(_own(request), pk=rule_id)
    job = trial_job(request.scope, row)
    if services.tried(row).check is None:
        messages.error(request, _("The rule has faults."))
        return redirect("rule_edit", row.pk)
    if job is None or job.ended:
        title = _("Trial of rule %(number)s") % {"number": f"{row.number} v{row.version}"}
        job_start(request.scope, kind=KIND, title=title, rule=row.pk)
    return redirect("rule_version", row.pk)


@requires("rule.issue")
@require_POST
def rule_issue(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Put a draft in force."""
    return _decide(
        request,
        rule_id,
        services.rule_issue,
        _("%(rule)s is in force: every save uses it; a run over the region finds the rest."),
    )


@requires("rule.issue")
@require_POST
def rule_retire(request: HttpRequest, rule_id: int) -> HttpResponse:
    """End a rule, with the reason."""
    reason = request.POST.get("reason", "")
    return _decide(request, rule_id, services.rule_retire, _("%(rule)s is retired."), reason=reason)


def _decide(request: HttpRequest, rule_id: int, decide: Any, text: str, **more: Any) -> HttpResponse:
    row = get_object_or_404(_own(request), pk=rule_id)
    try:
        done = decide(request.scope, rule_id=row.pk, **more)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, text % {"rule": done})
    return redirect("rule_version", row.pk)


def _own(request: HttpRequest) -> Any:
    return RuleVersion.objects.visible_to(request.scope).filter(region=request.scope.region)


def _take(form: RuleForm, error: ValidationError) -> None:
    """The faults to their fields; those of the thresholds to the form."""
    if hasattr(error, "error_dict"):
        for name, faults in error.error_dict.items():
            form.add_error(name if name in form.fields else None, faults)
    else:
        form.add_error(None, error)


def _number(text: str | None) -> int:
    return whole(text, 2**31 - 1) or 0
