"""What all forms share: fields in Tabler's classes, and a service that may refuse what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

T = TypeVar("T")
_LISTS = forms.CheckboxSelectMultiple | forms.RadioSelect


class Styled:
    """Put before ``forms.Form`` or ``forms.ModelForm``; show the fields with ``ui/field.html``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.restyle()

    def restyle(self) -> None:
        """Call it again after adding fields."""
        for field in self.fields.values():
            _style(field.widget)


def _style(widget: forms.Widget) -> None:
    if widget.is_hidden or getattr(widget, "is_picker", False):
        return
    if isinstance(widget, _LISTS):
        name = "checks"  # Django puts it on the list and on every box
    elif isinstance(widget, forms.CheckboxInput):
        name = "form-check-input"
    else:
        name = "form-select" if isinstance(widget, forms.Select) else "form-control"
    widget.attrs.setdefault("class", name)


def submitted(request: HttpRequest, form: forms.BaseForm, act: Callable[..., T]) -> T | None:
    """What *act* makes of the posted values (``cleaned_data``), which must not be None. None when nothing was posted,
    or when the form or a ValidationError of *act* refuses it: the fault then stands at its field."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return act(**form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return None
