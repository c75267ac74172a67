"""The form that plans a run."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _

from accounting.cuts.models import Cut
from accounting.cuts.queries import cuts_visible
from accounting.factors.models import CONFIDENCE, Edition
from accounting.runs.engine import DEFAULT_PARAMETERS
from accounting.runs.models import Run
from census import declarations
from census.access.posts import CATEGORIES
from census.access.scope import Scope
from census.calendar.models import Campaign
from census.places.forms import RegionField
from census.places.models import Region
from census.ui.forms import Styled
from sources.returns.states import STATES


@cache
def production() -> dict[str, Any]:
    """The production setting: confidences and analogue (production.yaml)."""
    return declarations.read(Path(__file__).with_name("production.yaml"))


def is_production(run: Run) -> bool:
    """Whether a run rests only on what the production setting allows."""
    allowed = production()
    return set(run.confidences) <= set(allowed["confidences"]) and (allowed["analogue"] or not run.analogue)


def _cut_label(cut: Cut) -> str:
    place = Region.objects.filter(code=cut.region).values_list("name", flat=True).first() or cut.region
    return text("As data cut %(number)s of %(region)s holds them, %(date)s") % {
        "number": cut.number, "region": place, "date": f"{timezone.localtime(cut.as_of):%Y-%m-%d %H:%M}",
    }  # fmt: skip


class RunForm(Styled, forms.Form):
    """Region, categories, factors and conditions. Numbers with a meaning of their own are never silent defaults."""

    campaign = forms.ModelChoiceField(label=_("Campaign"), queryset=Campaign.objects.filter(active=True))
    data_cut = forms.ModelChoiceField(
        label=_("Register and forms"), queryset=Cut.objects.none(), required=False,
        empty_label=_("as they are now"),
        help_text=_("A data cut: what it holds is accounted anew, for instance with later factors"),
    )  # fmt: skip
    categories = forms.MultipleChoiceField(
        label=_("Source categories"), choices=list(CATEGORIES.items()), widget=forms.CheckboxSelectMultiple
    )
    edition = forms.ModelChoiceField(label=_("Factor edition"), queryset=Edition.objects.order_by("position"))
    fallback = forms.BooleanField(
        label=_("Other editions may step in where this one has no factor"), required=False, initial=True
    )
    purpose = forms.ChoiceField(
        label=_("Purpose of the run"),
        choices=[
            ("trial", _("Trial: ratings and analogues as ticked below")),
            ("production", _("Production: weak factors and analogues are left out")),
        ],
        required=False,
        help_text=_(
            "Weak: recalled factors, and figures a unit declared itself. What they would give becomes a gap."
        ),
    )
    confidences = forms.MultipleChoiceField(
        label=_("Ratings that may be used"),
        choices=list(CONFIDENCE.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    analogue = forms.BooleanField(
        label=_("Analogues may be used; they are flagged"), required=False, initial=True
    )
    min_state = forms.ChoiceField(
        label=_("Forms count from state"), choices=[item for item in STATES.items() if item[0] != "draft"]
    )
    shown_only = forms.BooleanField(
        label=_("Monitoring counts only where its form shows that it is valid"), required=False,
        help_text=_("Unticked: it counts, and its line names what the form does not show"),
    )  # fmt: skip
    petrol_density = forms.FloatField(
        label=_("Density of petrol (t/m³)"), min_value=0.6, max_value=0.9,
        initial=DEFAULT_PARAMETERS["density"]["petrol"], help_text=_("0.725 to 0.75 in the sources"),
    )  # fmt: skip
    diesel_density = forms.FloatField(
        label=_("Density of diesel (t/m³)"), min_value=0.7, max_value=1.0,
        initial=DEFAULT_PARAMETERS["density"]["diesel"], help_text=_("0.84 in the sources"),
    )  # fmt: skip
    speed = forms.FloatField(
        label=_("Mean speed of vehicles (km/h)"), min_value=1, max_value=150, required=False,
        help_text=_("Blank: no speed correction, and evaporation is listed as a gap"),
    )  # fmt: skip
    temperature = forms.FloatField(
        label=_("Mean temperature (°C)"), min_value=-30, max_value=45, required=False,
        help_text=_("Blank: no temperature correction"),
    )  # fmt: skip

    def __init__(self, *args: object, scope: Scope, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope
        self.fields["region"] = RegionField(within=scope.region, levels=(0, 1, 2, 3))
        self.fields["data_cut"].queryset = cuts_visible(scope).exclude(digest="")
        self.fields["data_cut"].label_from_instance = _cut_label
        self.restyle()
        self.order_fields(["campaign", "region", "data_cut"])
        if not self.is_bound:
            self.initial = {
                "campaign": Campaign.objects.filter(active=True).first(),
                "region": scope.region,
                "categories": [code for code in CATEGORIES if code in scope.categories],
                "edition": Edition.objects.order_by("position").first(),
                "confidences": list(CONFIDENCE),
                "min_state": "submitted",
                **self.initial,
            }

    def clean(self) -> dict[str, Any]:
        """With the production purpose, the ratings and analogues are those of the production setting."""
        data = super().clean()
        if data.get("purpose") == "production":
            data |= {"confidences": list(production()["confidences"]), "analogue": production()["analogue"]}
            self.errors.pop("confidences", None)
        return data

    def parameters(self) -> dict[str, dict[str, object]]:
        """The parameters of the run that the form sets."""
        data = self.cleaned_data
        vehicles = {"year": data["campaign"].reference_date.year}
        vehicles |= {name: data[name] for name in ("speed", "temperature") if data[name] is not None}
        return {
            "density": {"petrol": data["petrol_density"], "diesel": data["diesel_density"]},
            "vehicles": vehicles,
            "monitoring": {"unproven": "refused" if data["shown_only"] else "accepted"},
        }
