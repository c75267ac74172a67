"""Type-ahead fields over a JSON look-up (``static/js/picker.js``; load it in the page's scripts block)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

PLACEHOLDER = _("Name, code or pinyin initials")


class Picker(forms.Widget):
    """A hidden code with a search box. *url* answers ``{"results": [{"code", "name", "path"}]}``;
    *name_of* gives the text shown for a code that is already chosen.
    """

    is_picker = True
    template_name = "ui/picker.html"

    def __init__(
        self,
        url: str,
        name_of: Callable[[str], str],
        placeholder: Any = PLACEHOLDER,
        attrs: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(attrs)
        self.url, self.name_of, self.placeholder = url, name_of, placeholder

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        context = self.get_context(name, value, attrs)
        context["widget"] |= {
            "url": self.url,
            "shown": self.name_of(value) if value else "",
            "placeholder": self.placeholder,
        }
        return render_to_string(self.template_name, context)
