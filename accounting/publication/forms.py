"""The form that starts disclosure control."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _

from accounting.methods import pollutants
from accounting.publication.disclosure import Rules
from census.ui.forms import Styled

DEFAULT = Rules()
RULES = ("threshold", "dominance_n", "dominance_k", "p_percent", "margin")


def subject_name(medium: str, pollutant: str) -> str:
    """A pollutant with its medium, in the reader's language."""
    media = {"water": _("Water"), "air": _("Air")}
    name = pollutants.table()[pollutant].label(get_language() or "zh")
    return text("%(pollutant)s (%(medium)s)") % {"pollutant": name, "medium": media[medium]}


class PublicationForm(Styled, forms.Form):
    """Pollutant and rules. The defaults are usual in official statistics; the office decides them."""

    subject = forms.ChoiceField(label=_("Pollutant"))
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

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].choices = [
            (f"{medium}:{code}", subject_name(medium, code))
            for medium in ("water", "air")
            for code, pollutant in pollutants.table().items()
            if medium in pollutant.media
        ]

    def arguments(self) -> dict[str, Any]:
        """What ``publication_prepare`` takes."""
        medium, pollutant = self.cleaned_data["subject"].split(":")
        return {
            "medium": medium,
            "pollutant": pollutant,
            "rules": {name: self.cleaned_data[name] for name in RULES},
        }
