"""The call log of a census object: who was called, when, and what came of it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.audit.services import audit_record
from review.problems.desk_models import Call
from review.problems.models import Problem
from sources.objects.models import CensusObject


def calls_of(scope: Scope, object_id: object) -> QuerySet[Call]:
    """Calls to an object that the actor may see, newest first."""
    return Call.objects.visible_to(scope).filter(object_id=object_id)


@transaction.atomic
def call_record(
    actor: Scope, *, problem_id: int, person: str, phone: str, result: str, note: str = ""
) -> Call:
    """Log a call about a problem to its object. ValidationError for a blank name or an unknown result."""
    if not actor.can("problem.answer"):
        actor.require("problem.check")
    rows = Problem.objects.visible_to(actor).exclude(state=Problem.State.DRAFT)
    problem = get_object_or_404(rows, pk=problem_id)
    obj = get_object_or_404(CensusObject.objects.visible_to(actor), pk=problem.object_id)
    person, phone, note = person.strip(), phone.strip(), note.strip()
    if not person:
        raise ValidationError(_("Say who was called."))
    if result not in Call.Result.values:
        raise ValidationError(_("Say what came of the call."))
    for text, field in ((person, "person"), (phone, "phone"), (note, "note")):
        limit = Call._meta.get_field(field).max_length
        if len(text) > limit:
            raise ValidationError(_("At most %(limit)s characters.") % {"limit": limit})
    call = Call.objects.create(
        object_id=obj.id,
        problem_id=problem.pk,
        region=obj.region,
        category=obj.category,
        district_id=obj.district_id,
        user_id=actor.user_id,
        user_name=actor.user_name,
        person=person,
        phone=phone,
        result=result,
        note=note,
    )
    audit_record(actor, "problem.called", subject="problem", subject_id=problem.pk, region=obj.region)
    return call
