"""Forms of accounts, posts and offices."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from census.access.posts import CATEGORIES, POST_KINDS
from census.access.scope import Scope
from census.people.bindings import find_object
from census.people.models import Post, User
from census.people.services import PostTerms
from census.places import regions
from census.places.forms import RegionField
from census.places.queries import districts_of
from census.ui.forms import Styled


class PersonForm(Styled, forms.Form):
    """Name and telephone; the user name only when the account is new."""

    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        help_text=_("For signing in. Small letters, digits, dot, hyphen, underscore. It cannot be changed."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )
    name = forms.CharField(label=_("Full name"), max_length=60)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)

    def __init__(self, user: User | None, *args: Any, **kwargs: Any) -> None:
        if user:
            kwargs["initial"] = {"name": user.name, "phone": user.phone}
        super().__init__(*args, **kwargs)
        if user:
            del self.fields["username"]


class _CategoriesField(forms.MultipleChoiceField):
    """The source categories the administrator's own post covers."""

    def __init__(self, actor: Scope) -> None:
        super().__init__(
            label=_("Source categories"),
            choices=[(code, label) for code, label in CATEGORIES.items() if code in actor.categories],
            initial=sorted(actor.categories),
            widget=forms.CheckboxSelectMultiple,
        )


class _DistrictsField(forms.CharField):
    """District codes, separated by commas or blanks. Cleans to a tuple of ids.

    *chosen_beside*: the form also has the choice of the post, and shows this field for enumerators only.
    """

    def __init__(self, actor: Scope, *, chosen_beside: bool) -> None:
        only_for = _only_for("by_district") if chosen_beside else {}
        super().__init__(
            label=_("Census districts"),
            required=False,
            max_length=4000,
            help_text=_(
                "Enumerators only: district codes, separated by commas. Without any, they see nothing."
            ),
            widget=forms.Textarea(attrs={"rows": 2} | only_for),
        )
        self.actor = actor

    def clean(self, value: Any) -> tuple[Any, ...]:
        text = super().clean(value)
        codes = set(text.replace(",", " ").replace("，", " ").replace("、", " ").split())
        found = dict(districts_of(self.actor).filter(code__in=codes).values_list("code", "pk"))
        if unknown := codes - set(found):
            raise ValidationError(
                _("No census district in use has the code %(codes)s."),
                params={"codes": ", ".join(sorted(unknown)[:5])},
            )
        return tuple(found.values())


def _only_for(limit: str) -> dict[str, str]:
    """Attributes that show a field only for the kinds of post with this limit (see page.js)."""
    kinds = ",".join(kind.code for kind in POST_KINDS.values() if getattr(kind, limit))
    return {"data-only-for": f"id_kind:{kinds}"}


class PostForm(Styled, forms.Form):
    """A post to grant."""

    kind = forms.ChoiceField(label=_("Post"))
    object_code = forms.CharField(
        label=_("Census object"),
        required=False,
        max_length=24,
        help_text=_("Enterprise fillers only: identification code or unified social credit code."),
    )
    valid_from = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valid_to = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    field_order = ("kind", "region", "categories", "districts", "object_code", "valid_from", "valid_to")

    def __init__(self, actor: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        kinds = [kind for kind in POST_KINDS.values() if max(kind.levels) >= actor.level]
        self.fields["kind"].choices = [("", "–"), *((kind.code, kind.label) for kind in kinds)]
        self.fields["region"] = RegionField(within=actor.region, levels=(0, 1, 2, 3, 4, 5))
        self.fields["categories"] = _CategoriesField(actor)
        self.fields["districts"] = _DistrictsField(actor, chosen_beside=True)
        self.fields["object_code"].widget.attrs |= _only_for("by_object")
        self.restyle()
        self.order_fields(self.field_order)

    def clean_object_code(self) -> str:
        code = self.cleaned_data["object_code"].strip().upper()
        self.object = find_object(self.actor, code) if code else None
        if code and self.object is None:
            raise ValidationError(_("No census object in your region has this code."))
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        chosen = getattr(self, "object", None)
        if chosen and data.get("region") and not regions.contains(data["region"], chosen.region):
            self.add_error("object_code", _("This census object lies outside the region of the post."))
        if chosen and data.get("categories") and chosen.category not in data["categories"]:
            self.add_error("categories", _("The source category of the census object is missing."))
        return data

    def terms(self) -> PostTerms:
        """The post as entered; call it on a valid form."""
        data = self.cleaned_data
        by_object = POST_KINDS[data["kind"]].by_object
        return PostTerms(
            kind=data["kind"],
            region=data["region"],
            categories=frozenset(data["categories"]),
            districts=data["districts"],
            object_id=self.object.id if by_object and self.object else None,
            valid_from=data["valid_from"],
            valid_to=data["valid_to"],
        )


class PostChangeForm(Styled, forms.Form):
    """What can be changed of a post in force."""

    valid_to = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    field_order = ("categories", "districts", "valid_to")

    def __init__(self, actor: Scope, post: Post, *args: Any, **kwargs: Any) -> None:
        codes = districts_of(actor, closed=True).filter(pk__in=post.districts).values_list("code", flat=True)
        kwargs["initial"] = {
            "categories": post.categories,
            "districts": ", ".join(codes),
            "valid_to": post.valid_to,
        }
        super().__init__(*args, **kwargs)
        self.fields["categories"] = _CategoriesField(actor)
        if POST_KINDS[post.kind].by_district:
            self.fields["districts"] = _DistrictsField(actor, chosen_beside=False)
        self.restyle()
        self.order_fields(self.field_order)


class OfficeForm(Styled, forms.Form):
    """An office; the region only when it is new."""

    name = forms.CharField(label=_("Name"), max_length=100)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    field_order = ("region", "name", "phone", "address")

    def __init__(self, actor: Scope, *args: Any, new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if new:
            self.fields["region"] = RegionField(within=actor.region, levels=(0, 1, 2, 3, 4))
            self.restyle()
            self.order_fields(self.field_order)
