"""How the fields of every form look: a mixin that gives Django's widgets Tabler's classes."""

from __future__ import annotations

from typing import Any

from django import forms

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
