"""Forms of census districts, and the region field other forms use."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from census.access.scope import Scope
from census.places import regions
from census.places.models import CensusDistrict, Region
from census.ui.context import region_name
from census.ui.forms import Styled
from census.ui.pickers import Picker

REGION = _("Region")


class RegionField(forms.CharField):
    """A division inside *within*, of one of *levels*, chosen by type-ahead. Cleans to its code."""

    def __init__(
        self,
        *,
        within: str,
        levels: tuple[int, ...] = (1, 2, 3, 4, 5),
        label: Any = REGION,
        **options: Any,
    ) -> None:
        self.within, self.levels = within, levels
        query = urlencode({"within": within, "deepest": max(levels)})
        address = lazy(lambda: reverse("regions_json") + "?" + query, str)()
        super().__init__(label=label, max_length=12, widget=Picker(address, region_name), **options)

    def clean(self, value: Any) -> str:
        code = super().clean(value)
        if not code:
            return code
        place = Region.objects.filter(code=code).first()
        if place is None:
            raise ValidationError(_("Choose a division from the list."))
        if not regions.contains(self.within, code):
            raise ValidationError(_("This division lies outside your region."))
        if place.level not in self.levels:
            raise ValidationError(_("A division of this level cannot be chosen here."))
        return code


class DistrictForm(Styled, forms.Form):
    """Create a district, or rename one (then without the region)."""

    name = forms.CharField(label=_("Name"), max_length=100)

    def __init__(self, actor: Scope, district: CensusDistrict | None, *args: Any, **kwargs: Any) -> None:
        if district:
            kwargs["initial"] = {"name": district.name}
        super().__init__(*args, **kwargs)
        if district is None:
            field = RegionField(
                within=actor.region, levels=(3, 4, 5), help_text=_("A county, township or village.")
            )
            self.fields = {"region": field, **self.fields}
