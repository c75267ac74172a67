"""Which forms lie open for an object: drafts made, woken and laid to rest as its answers change; sheets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.calendar.models import Phase
from sources.forms.catalogue import Form, load
from sources.forms.form_set import FormNeed, form_set
from sources.objects.models import CensusObject
from sources.returns import store
from sources.returns.checks import register_facts
from sources.returns.models import Return
from sources.returns.states import may_edit
from sources.returns.store import Move

# items of the forms that repeat what the register knows: item -> attribute of the object
_FROM_REGISTER = {
    "uscc": "uscc",
    "org_code": "org_code",
    "unit_name": "name",
    "former_name": "former_name",
    "industry_code_1": "industry",
    "region_code": "region",
    "street_address": "address",
    "legal_representative": "legal_person",
    "contact_name": "contact",
    "contact_phone": "phone",
    "operating_status": "operating",
}
_ROWS = 500  # in one INSERT


def return_open(actor: Scope, *, obj: CensusObject, phase: str | None = None) -> list[Return]:
    """Make the drafts that *obj* needs and does not have, and return its active forms.

    *phase* is "survey" or "inventory", by default that of the running campaign. Drafts carry what the register
    already knows. Nobody's typing is touched. Called when an object is registered or changed.
    """
    actor.require_covers(obj.region, obj.category)
    return forms_reconcile(actor, object_id=obj.id, phase=phase)


def forms_reconcile(actor: Scope, *, object_id: UUID, phase: str | None = None) -> list[Return]:
    """Bring the object's open forms into line with its kind and answers (see ``return_open``).

    A form that is no longer asked for is kept with its history but no longer active: it counts nowhere.
    """
    obj = CensusObject.objects.visible_to(actor).select_for_update().get(pk=object_id)
    return forms_reconcile_all(actor, objects=[obj], phase=phase)[object_id]


def forms_reconcile_all(
    actor: Scope, *, objects: Sequence[CensusObject], phase: str | None = None
) -> dict[UUID, list[Return]]:
    """``forms_reconcile`` for many objects, which the caller made or has locked: their active forms by object."""
    stored: dict[UUID, list[Return]] = {obj.id: [] for obj in objects}
    rows = Return.objects.visible_to(actor).filter(object_id__in=list(stored))
    for row in rows.order_by("form", "sheet"):
        stored[row.object_id].append(row)
    phase = phase or current_phase()
    made, woken, idle = [], [], []
    for obj in objects:
        rows = stored[obj.id]
        needs = {need.form: need for need in needs_of(obj, rows, phase)} if obj.status != "removed" else {}
        phases = {load().forms[form].phase for form in needs}
        idle += [
            row
            for row in rows
            if row.active
            and row.form not in needs
            and (obj.status == "removed" or load().forms[row.form].phase in phases)
        ]
        for need in needs.values():
            sheets = [row for row in rows if row.form == need.form]
            if any(row.active for row in sheets):
                continue
            if sheets and not need.many:
                woken.append(sheets[0])
                continue
            number = 1 + max((row.sheet for row in sheets), default=0)
            made.append(_draft(obj, load().forms[need.form], number, ""))
            rows.append(made[-1])
    for active, changed in ((True, woken), (False, idle)):
        for row in changed:
            row.active = active
        _turn(actor, changed, active)
    Return.objects.bulk_create(made, batch_size=_ROWS)
    return {object_id: [row for row in rows if row.active] for object_id, rows in stored.items()}


def _turn(actor: Scope, rows: Sequence[Return], active: bool) -> None:
    """Store that forms are asked for again or no more. Of a filled one that is a version: it counts or does not."""
    blank = [row.pk for row in rows if not row.version_no]
    if blank:
        Return.objects.filter(pk__in=blank).update(active=active)
    filled = store.lock(actor, [row.pk for row in rows if row.version_no])
    for row in filled:
        row.active = active
    if filled:
        moves = [Move(row, "resumed" if active else "rested") for row in filled]
        store.write(actor, moves, at=timezone.now(), values_changed=True)


def needs_of(obj: CensusObject, stored: Iterable[Return], phase: str | None = None) -> list[FormNeed]:
    """The forms *obj* has to fill, as its register entry and the filled forms say."""
    documents: dict[str, list[Mapping[str, Any]]] = {}
    for row in stored:
        if row.version_no and row.active:
            documents.setdefault(row.form, []).append(row.values)
    facts = register_facts(_Facts(obj))
    return form_set(obj.kind, facts, documents, phase or current_phase())


def current_phase() -> str:
    """Phase whose forms are open: the inventory until the household survey begins."""
    today = timezone.localdate()
    survey = Phase.objects.filter(campaign__active=True, kind=Phase.Kind.SURVEY).order_by("-starts").first()
    return "inventory" if survey is not None and today < survey.starts else "survey"


def sheet_add(actor: Scope, *, object_id: UUID, form: str, label: str) -> Return:
    """Add a sheet (one more outlet, incinerator …) of a form that may have several.

    Raises ValidationError when the form is not asked for or has one sheet only, or without a label.
    """
    actor.require("return.fill")
    obj = CensusObject.objects.visible_to(actor).select_for_update().get(pk=object_id)
    stored = list(Return.objects.visible_to(actor).filter(object_id=object_id))
    need = next((need for need in needs_of(obj, stored) if need.form == form), None)
    if need is None or not need.many:
        raise ValidationError(_("Form %(form)s has one sheet for this object.") % {"form": form})
    if not may_edit("draft", actor.post_kind, None):
        raise PermissionDenied(actor.post_kind)
    if not label.strip():
        raise ValidationError(_("Name what the sheet is for, such as the number of the outlet."))
    number = 1 + max((row.sheet for row in stored if row.form == form), default=0)
    draft = _draft(obj, load().forms[form], number, label.strip()[:100])
    Return.objects.bulk_create([draft])
    return draft


def sheet_remove(actor: Scope, *, return_id: UUID, reason: str) -> None:
    """Take a draft sheet away. Its row and versions stay; the reason is its last version.

    Raises ValidationError when it is no draft, is the object's last sheet of the form, or has no reason.
    """
    actor.require("return.fill")
    rows = store.lock(actor, [return_id])
    if not rows:
        raise Return.DoesNotExist
    row = rows[0]
    others = Return.objects.visible_to(actor).filter(object_id=row.object_id, form=row.form, active=True)
    if row.state != "draft" or not may_edit(row.state, actor.post_kind, row.unit_level):
        raise ValidationError(_("Only a draft can be taken away."))
    if not others.exclude(pk=row.id).exists():
        raise ValidationError(
            _("This is the only sheet of form %(form)s; it cannot be taken away.") % {"form": row.form}
        )
    if not reason.strip():
        raise ValidationError(_("Say why the sheet is taken away."))
    row.active = False
    move = Move(row, "removed", reason={"text": reason.strip()[:500]})
    store.write(actor, [move], at=timezone.now(), values_changed=True)


class _Facts:
    """A CensusObject under the names that ``register_facts`` reads."""

    def __init__(self, obj: CensusObject) -> None:
        self.object_id, self.kind, self.industry = obj.id, obj.kind, obj.industry
        self.operating, self.attributes = obj.operating, obj.attributes


def _draft(obj: CensusObject, form: Form, sheet: int, label: str) -> Return:
    """A draft, not yet written, with what the register knows."""
    raw = {
        item: value
        for item, attribute in _FROM_REGISTER.items()
        if item in form.indicators and (value := getattr(obj, attribute))
    }
    return Return(
        campaign_id=obj.campaign_id,
        object_id=obj.id,
        form=form.code,
        sheet=sheet,
        sheet_label=label,
        form_version=form.version[:16],
        region=obj.region,
        category=obj.category,
        district_id=obj.district_id,
        values=form.clean(raw).values,
    )
