"""The form that starts disclosure control."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounting.publication.disclosure import Rules
from accounting.publication.subjects import catalogue
from census.ui.forms import Styled

DEFAULT = Rules()
RULES = ("threshold", "dominance_n", "dominance_k", "p_percent", "margin")


class PublicationForm(Styled, forms.Form):
    """Tables and rules. The defaults are usual in official statistics; the office decides them."""

    subjects = forms.MultipleChoiceField(
        label=_("Tables"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Of numbers of objects only the first rule is asked: a number has no largest contributor."
        ),
    )
    threshold = forms.IntegerField(
        label=_("Fewest contributors of a cell"),
        min_value=0,
        max_value=20,
        initial=DEFAULT.threshold,
        help_text=_("Cells with fewer legal persons are hidden; 0: no such rule"),
    )
    dominance_n = forms.IntegerField(
        label=_("Dominance: number of largest contributors (n)"),
        min_value=0,
        max_value=10,
        initial=DEFAULT.dominance_n,
        help_text=_("0: no such rule"),
    )
    dominance_k = forms.FloatField(
        label=_("Dominance: their share may be at most (k %)"),
        min_value=1,
        max_value=100,
        initial=DEFAULT.dominance_k,
    )
    p_percent = forms.FloatField(
        label=_("p % rule: closest estimate of a competitor (%)"),
        min_value=0,
        max_value=100,
        initial=DEFAULT.p_percent,
        help_text=_("0: no such rule"),
    )
    margin = forms.FloatField(
        label=_("Hidden cells stay open by at least (% of the value)"),
        min_value=0.1,
        max_value=100,
        initial=DEFAULT.margin,
    )

    def __init__(self, *args: object, released: Collection[str] = (), **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        language = "en" if get_language() == "en" else "zh"
        groups: dict[str, list[tuple[str, str]]] = {}
        for code, subject in catalogue().subjects.items():
            if code not in released:
                groups.setdefault(subject.group[language], []).append((code, subject.label[language]))
        self.fields["subjects"].choices = list(groups.items())

    def arguments(self) -> dict[str, Any]:
        """What ``publication_prepare`` takes."""
        return {
            "subjects": self.cleaned_data["subjects"],
            "rules": {name: self.cleaned_data[name] for name in RULES},
        }
