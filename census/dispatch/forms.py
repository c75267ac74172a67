"""Forms of targets and documents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from census.dispatch.measures import measures
from census.dispatch.models import Document, Rhythm
from census.dispatch.rhythm import KINDS
from census.places.models import Region
from census.ui.forms import Styled


def _day(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs
    )


class TargetForm(Styled, forms.Form):
    """What the office asks of every place below it."""

    measure = forms.ChoiceField(label=_("Measure"), choices=lambda: [(m.code, m.label) for m in measures()])
    starts = _day(_("First day"))
    due = _day(_("Due"))
    percent = forms.DecimalField(
        label=_("Target (%)"), min_value=0.1, max_value=100, max_digits=4, decimal_places=1
    )
    tolerance = forms.DecimalField(
        label=_("Tolerance (percentage points)"),
        min_value=0,
        max_value=99.9,
        max_digits=4,
        decimal_places=1,
        help_text=_("A place further behind the plan than this is marked red and warned."),
    )


class RhythmForm(Styled, forms.Form):
    """What is drafted for the office by itself, and how often."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[(kind.value, kind.label) for kind in KINDS])
    measure = forms.ChoiceField(label=_("Measure"), choices=lambda: [(m.code, m.label) for m in measures()])
    every = forms.ChoiceField(label=_("How often"), choices=Rhythm.Every.choices, initial=Rhythm.Every.WEEK)


class DraftForm(Styled, forms.Form):
    """First step of a document: kind, measure, addressees, deadline. *places*: whom the office may address."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Document.Kind.choices)
    measure = forms.ChoiceField(label=_("Measure"), choices=lambda: [(m.code, m.label) for m in measures()])
    deadline = _day(
        _("Reply until"),
        required=False,
        help_text=_("Needed for warnings and supervision letters. Blank: no reply is asked for."),
    )
    addressed = forms.MultipleChoiceField(label=_("Addressees"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, places: list[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["addressed"].choices = [(place.code, place.name) for place in places]


class EditForm(DraftForm):
    """Second step: the text. Kind and measure stay, for the figures belong to them."""

    kind = None
    measure = None
    title = forms.CharField(label=_("Title"), max_length=200)
    body = forms.CharField(
        label=_("Text of the document"),
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_(
            "One paragraph a line. Number, addressees, deadline and the table are added by themselves."
        ),
    )
    field_order = ("title", "body", "deadline", "addressed")
