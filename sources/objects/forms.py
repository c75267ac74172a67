"""Forms of the register's pages. What the values may be is said in ``checks.py``; here is how they are entered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from census.access.scope import Scope
from census.places.models import Region
from census.ui.context import region_name
from census.ui.forms import Styled
from census.ui.pickers import Picker
from census.ui.templatetags.ui import local
from sources.objects.checks import FIELDS, attributes_of
from sources.objects.kinds import KINDS, OPERATING, SIZES, STATUSES, Kind
from sources.objects.lookups import Lookups
from sources.objects.models import CensusObject
from sources.objects.shown import CAUSES, in_words, label

_UNKNOWN = ("", _("not known"))
GROUPS = (
    (_("Name and codes"), ("name", "former_name", "uscc", "org_code")),
    (_("Place"), ("region", "district_id", "address", "lon", "lat")),
    (_("Activity"), ("industry", "operating", "size", "status")),
    (_("Contact details"), ("legal_person", "contact", "phone")),
)
_HINTS = {
    "uscc": _("18 characters, as on the business licence. Leave blank if there is none."),
    "org_code": _("9 characters. Filled in by itself from the credit code."),
    "lon": _("Decimal degrees, such as 118.87421"),
    "lat": _("Decimal degrees, such as 28.93512"),
}


def picker(url: str, name_of: Any, **query: Any) -> Picker:
    """A type-ahead over the look-up *url*."""
    address = reverse_lazy(url)
    return Picker(format_lazy("{}?{}", address, urlencode(query)) if query else address, name_of)


class ObjectForm(Styled, forms.Form):
    """All fields of an object of one kind. ``values`` gives them named as the services want them."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, scope: Scope, kind: Kind, *args: Any, obj: CensusObject | None = None, **kwargs: Any
    ) -> None:
        self.kind, self.obj = kind, obj
        # fields of the class are what Styled dresses, so those of this kind become its own before that
        self.base_fields = self.base_fields | self._fields(scope, Lookups(scope))
        if obj is not None:
            kwargs.setdefault("initial", stored_values(obj))
            self.base_fields["reason"] = forms.CharField(
                label=_("Reason of the change"), max_length=300, required=False
            )
        elif kind.level == scope.level:
            kwargs.setdefault("initial", {"region": scope.region})
        for name, field in self.base_fields.items():
            field.help_text = _HINTS.get(name, field.help_text)
        super().__init__(*args, **kwargs)

    def _fields(self, scope: Scope, lookups: Lookups) -> dict[str, forms.Field]:
        def text(name: str, **options: Any) -> forms.CharField:
            longest = CensusObject._meta.get_field(name).max_length
            return forms.CharField(label=label(name), max_length=longest + 20, required=False, **options)

        def choice(name: str, choices: dict[str, Any]) -> forms.ChoiceField:
            blank = [] if name == "status" else [_UNKNOWN]
            return forms.ChoiceField(label=label(name), choices=[*blank, *choices.items()], required=False)

        def chosen(field: str) -> Any:
            return lambda value: in_words(field, value, lookups)

        deepest = {2: 2, 3: 3}.get(self.kind.level, 5)
        region = picker("regions_json", region_name, within=scope.region, deepest=deepest)
        fields: dict[str, forms.Field] = {name: text(name) for name in FIELDS if name not in _SPECIAL}
        fields["region"] = forms.CharField(label=label("region"), required=False, widget=region)
        fields["district_id"] = forms.CharField(
            label=label("district_id"),
            required=False,
            widget=picker("districts_json", chosen("district_id"), within=scope.region),
        )
        fields["industry"] = forms.CharField(
            label=label("industry"),
            required=False,
            widget=picker("industries_json", chosen("industry"), level=4),
        )
        fields["lon"] = forms.CharField(label=label("lon"), required=False)
        fields["lat"] = forms.CharField(label=label("lat"), required=False)
        fields["status"] = choice("status", {k: v for k, v in STATUSES.items() if k != "removed"})
        fields["operating"] = choice("operating", OPERATING)
        fields["size"] = choice("size", SIZES)
        for name in ("name", "region"):
            fields[name].required = True
        if self.kind.code == "enterprise":
            fields["industry"].required = True
        for name, text_ in attributes_of(self.kind.code).items():
            fields[f"attr_{name}"] = forms.ChoiceField(
                label=local({"zh": text_.zh, "en": text_.en}),
                required=False,
                choices=[_UNKNOWN, ("1", _("Yes")), ("2", _("No"))],
            )
        return fields

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Headed groups of bound fields, in the order of the page."""
        asked = [self[name] for name in self.fields if name.startswith("attr_")]
        groups = [(title, [self[name] for name in names]) for title, names in GROUPS]
        return [*groups, (_("Facts that decide which forms are filled"), asked)] if asked else groups

    @property
    def values(self) -> dict[str, Any]:
        """Entered values by register field; works on a form that is not valid, too (for the live check)."""
        entered = {name: self.data.get(self.add_prefix(name), "").strip() for name in self.fields}
        values: dict[str, Any] = {name: entered[name] for name in FIELDS if name in entered}
        values["attributes"] = {
            name.removeprefix("attr_"): {"1": True, "2": False}[value]
            for name, value in entered.items()
            if name.startswith("attr_") and value in {"1", "2"}
        }
        return values

    def take_errors(self, error: ValidationError) -> None:
        """Show a service's refusal at the fields it names."""
        for name, texts in getattr(error, "message_dict", {"": error.messages}).items():
            for text in texts:
                self.add_error(name if name in self.fields else None, text)


_SPECIAL = frozenset(
    {"region", "district_id", "industry", "lon", "lat", "status", "operating", "size", "attributes"}
)


def stored_values(obj: CensusObject) -> dict[str, Any]:
    """The object's values as the form's fields take them."""
    values = {name: getattr(obj, name) for name in FIELDS if name != "attributes"}
    values = {name: "" if value is None else value for name, value in values.items()}
    answers = {f"attr_{name}": "1" if value else "2" for name, value in obj.attributes.items()}
    return values | answers | {"revision": obj.revision}


class MoveForm(Styled, forms.Form):
    """Common part of closing, removing and restoring: the revision seen and the reason."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"})
    )


class CloseForm(MoveForm):
    operating = forms.ChoiceField(label=_("Operating status"), choices=list(OPERATING.items()))
    on = forms.DateField(label=_("Since"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    field_order = ["operating", "on", "reason", "revision"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()


class RemoveForm(MoveForm):
    cause = forms.ChoiceField(label=_("Why"), choices=[("", "–"), *CAUSES.items()])
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=90,
        help_text=_("Number of the document, or what the photograph or visit shows."),
    )
    file = forms.FileField(
        label=_("File"), required=False, help_text=_("PDF or photograph, kept with the object.")
    )
    field_order = ["cause", "reason", "evidence", "file", "revision"]


class AssignForm(forms.Form):
    """Objects ticked in the list, and the district they go to ("none": to none)."""

    district = forms.CharField()
    ids = forms.MultipleChoiceField()

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["ids"].choices = [(value, value) for value in data.getlist("ids")]

    def clean_ids(self) -> list[UUID]:
        try:
            return [UUID(value) for value in self.cleaned_data["ids"]]
        except ValueError as error:
            raise ValidationError(_("Tick the objects in the list.")) from error

    def clean_district(self) -> UUID | None:
        value = self.cleaned_data["district"]
        if value == "none":
            return None
        try:
            return UUID(value)
        except ValueError as error:
            raise ValidationError(_("Choose the census district.")) from error


def kinds_for(scope: Scope) -> dict[str, list[Kind]]:
    """Kinds this post may register, by category: units of a region only at the office of such a region, and above
    the county nothing that a county keeps."""
    kinds: dict[str, list[Kind]] = {}
    places = may_keep_places(scope)
    for kind in KINDS.values():
        if kind.category not in scope.categories:
            continue
        if places if kind.level is None else scope.level == kind.level and scope.districts is None:
            kinds.setdefault(kind.category, []).append(kind)
    return kinds


def may_keep_places(scope: Scope) -> bool:
    """True where objects with a place of their own are registered: from the county down, and in a city that has
    townships directly under it."""
    return scope.level >= 3 or Region.objects.filter(parent=scope.region, level=4).exists()
