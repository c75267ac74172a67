"""Forms of quality verification."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from census.access.posts import CATEGORIES
from census.ui.forms import Styled
from review.verification.comparing import Tolerance
from review.verification.models import Plan, Sheet
from review.verification.protocol import LIMITS, Terms, strata_in_order
from review.verification.sampling import Quota
from review.verification.words import GROUPS, RATES


class NewForm(Styled, forms.Form):
    """Head of a new plan; the rest is proposed by the protocol."""

    title = forms.CharField(label=_("Title"), max_length=200)
    stage = forms.ChoiceField(label=_("Stage"), choices=Plan.Stage.choices, initial=Plan.Stage.SURVEY)


class TermsForm(Styled, forms.Form):
    """The terms of a plan: places, strata, items, limits. Shares and limits are shown in per cent."""

    title = forms.CharField(label=_("Title"), max_length=200)
    since = forms.DateField(
        label=_("Registered since counts as added"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    counties = forms.IntegerField(
        label=_("Counties to check"), min_value=0, max_value=3000, help_text=_("0: all counties.")
    )
    named = forms.MultipleChoiceField(label=_("Counties in any case"), required=False)
    districts = forms.IntegerField(
        label=_("Census districts in each county"),
        min_value=0,
        max_value=100,
        help_text=_("Their objects are drawn first, and they are walked. 0: the whole county."),
    )
    extra_items = forms.IntegerField(
        label=_("Further items of an object"),
        min_value=0,
        max_value=50,
        help_text=_("Drawn by the seed beside the key items."),
    )
    tolerance = forms.FloatField(label=_("Tolerance of numbers (%)"), min_value=0, max_value=100)
    position = forms.FloatField(label=_("Tolerance of positions (m)"), min_value=0, max_value=10_000)
    blind = forms.BooleanField(
        label=_("Blind: reported values stay hidden until the found ones are entered"), required=False
    )

    def __init__(self, plan: Plan, counties: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        self.plan, self.before = plan, plan.read_terms()
        super().__init__(*args, initial=self._values(), **kwargs)
        self.fields["named"].choices = counties
        self.fields["named"].widget.attrs["size"] = min(6, max(2, len(counties)))
        for name in self.before.quotas:
            self.fields[f"share:{name}"] = forms.FloatField(min_value=0, max_value=100, required=False)
            self.fields[f"min:{name}"] = forms.IntegerField(min_value=0, max_value=100_000, required=False)
            self.fields[f"max:{name}"] = forms.IntegerField(min_value=0, max_value=100_000, required=False)
        for name in LIMITS:
            self.fields[f"pass:{name}"] = forms.FloatField(min_value=0, max_value=100)
            self.fields[f"fix:{name}"] = forms.FloatField(min_value=0, max_value=100)
        if plan.stage != Plan.Stage.SUMMARY:
            del self.fields["since"]
        if plan.stage != Plan.Stage.SURVEY:
            del self.fields["extra_items"]
        self.restyle()
        for name, field in self.fields.items():
            if ":" in name:
                field.widget.attrs |= {"class": "form-control form-control-sm num", "step": "any"}

    def _values(self) -> dict[str, Any]:
        terms = self.before
        found: dict[str, Any] = {
            "title": self.plan.title,
            "since": terms.since or None,
            "counties": terms.counties,
            "named": list(terms.named),
            "districts": terms.districts,
            "extra_items": terms.extra_items,
            "tolerance": _percent(terms.tolerance.number),
            "position": terms.tolerance.position_m,
            "blind": terms.blind,
        }
        for name, quota in terms.quotas.items():
            found |= {
                f"share:{name}": _percent(quota.share),
                f"min:{name}": quota.minimum,
                f"max:{name}": quota.maximum,
            }
        for name, (low, high) in terms.limits.items():
            found |= {f"pass:{name}": _percent(low), f"fix:{name}": _percent(high)}
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for name in self.before.quotas:
            low, high = data.get(f"min:{name}"), data.get(f"max:{name}")
            if low is not None and high is not None and low > high:
                self.add_error(f"min:{name}", _("The minimum exceeds the maximum."))
        for name in LIMITS:
            low, high = data.get(f"pass:{name}"), data.get(f"fix:{name}")
            if low is not None and high is not None and low > high:
                self.add_error(f"pass:{name}", _("The first limit exceeds the second."))
        return data

    def terms(self) -> Terms:
        """The terms as they were entered."""
        data = self.cleaned_data
        since = data.get("since")
        return replace(
            self.before,
            quotas={
                name: Quota(_share(data[f"share:{name}"] or 0), data[f"min:{name}"] or 0, data[f"max:{name}"])
                for name in self.before.quotas
            },
            limits={name: (_share(data[f"pass:{name}"]), _share(data[f"fix:{name}"])) for name in LIMITS},
            tolerance=Tolerance(_share(data["tolerance"]), data["position"]),
            districts=data["districts"],
            counties=data["counties"],
            named=tuple(sorted(data["named"])),
            extra_items=data.get("extra_items") or 0,
            blind=data["blind"],
            since=since.isoformat() if since else "",
        )

    def strata(self) -> Iterator[dict[str, Any]]:
        """The rows of the table of strata."""
        for name in strata_in_order(self.before.quotas):
            category, _slash, group = name.partition("/")
            yield {
                "name": name,
                "category": CATEGORIES[category],
                "group": GROUPS[group],
                "fields": [self[f"{part}:{name}"] for part in ("share", "min", "max")],
            }

    def limit_rows(self) -> Iterator[dict[str, Any]]:
        """The rows of the table of limits."""
        for name in LIMITS:
            yield {"label": RATES[name], "fields": [self[f"pass:{name}"], self[f"fix:{name}"]]}


class SignForm(Styled, forms.Form):
    """What is said of a visit when the sheet is signed."""

    outcome = forms.ChoiceField(label=_("What was found"))
    visited_on = forms.DateField(
        label=_("Date of the visit"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    second_name = forms.CharField(label=_("Second verifier"), max_length=60)
    unit_person = forms.CharField(
        label=_("Signed for the object"),
        max_length=60,
        required=False,
        help_text=_("Name of the person; if nobody signed, say why under remarks."),
    )
    remark = forms.CharField(
        label=_("Remarks"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, sheet: Sheet, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [("", "–"), *sheet.outcomes]


class WalkForm(Styled, forms.Form):
    """An object found on the ground."""

    area = forms.ChoiceField(label=_("Area"))
    category = forms.ChoiceField(label=_("Source category"))
    name = forms.CharField(label=_("Name of what was found"), max_length=200, required=False)
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    code = forms.CharField(
        label=_("Identification code on the register"),
        max_length=24,
        required=False,
        help_text=_("Blank: it is not on the register."),
    )

    def __init__(
        self, areas: Sequence[tuple[str, str]], categories: Sequence[str], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = areas
        self.fields["category"].choices = [(c, CATEGORIES[c]) for c in CATEGORIES if c in categories]


def _percent(share: float) -> float:
    value = round(share * 100, 6)
    return int(value) if value == int(value) else value


def _share(percent: float) -> float:
    return round(percent / 100, 8)
