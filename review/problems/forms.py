"""Forms of a batch: its head, and a row made by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from review.problems.models import Batch
from review.problems.reminders import days_of


class DaysField(forms.CharField):
    """Days as ``3, 1``; blank for none."""

    def __init__(self, **more: Any) -> None:
        super().__init__(required=False, max_length=60, **more)

    def prepare_value(self, value: Any) -> str:
        return value if isinstance(value, str) else ", ".join(map(str, value or ()))

    def clean(self, value: Any) -> list[int]:
        return days_of(super().clean(value))


class HeadForm(forms.Form):
    """Head of a batch."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Batch.Kind.choices)
    deadline = forms.DateField(
        label=gettext_lazy("Deadline"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    instructions = forms.CharField(
        label=gettext_lazy("Instructions"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    remind_before = DaysField(label=gettext_lazy("Remind so many days before the deadline"))
    remind_late = DaysField(label=gettext_lazy("Remind so many days after it"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            select = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = "form-select" if select else "form-control"


class RowForm(forms.Form):
    """A row made by hand."""

    code = forms.CharField(label=gettext_lazy("Object code"), max_length=24)
    form = forms.CharField(label=gettext_lazy("Form"), max_length=12, required=False)
    sheet = forms.IntegerField(label=gettext_lazy("Sheet"), min_value=1, max_value=999, required=False)
    row = forms.CharField(label=gettext_lazy("Row"), max_length=60, required=False)
    indicator = forms.CharField(label=gettext_lazy("Item id"), max_length=60, required=False)
    text = forms.CharField(label=gettext_lazy("Problem"), max_length=600)
