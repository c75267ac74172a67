"""The form of a delegation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.people.delegation.models import Delegation
from census.people.delegation.queries import colleagues_of
from census.people.models import Post
from census.ui.forms import Styled


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class DelegationForm(Styled, forms.Form):
    """Who stands in, from when to when, and why the holder is away."""

    colleague = forms.TypedChoiceField(label=_("Stand-in"), coerce=int)
    starts = _day(_("First day"))
    ends = _day(_("Last day"))
    reason = forms.ChoiceField(label=_("Reason"), choices=Delegation.Reason.choices)

    def __init__(self, post: Post, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"starts": timezone.localdate()}, **kwargs)
        people = colleagues_of(post).order_by("name").values_list("pk", "name", "username")
        self.fields["colleague"].choices = [(pk, f"{name} ({username})") for pk, name, username in people]
