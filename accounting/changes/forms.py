"""Forms of factor changes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _

from accounting.changes.models import Change
from accounting.changes.reading import Faulty, Known, factor_of
from accounting.changes.rows import RATINGS, cells_of, columns
from accounting.factors.models import CONFIDENCE, EDITION_KINDS, SECTORS
from accounting.factors.queries import editions_named, industry_name
from accounting.factors.shape import FactorRow
from accounting.runs.models import Run
from census.places.forms import RegionField
from census.ui.forms import Styled

MEDIA_NAMES = {"water": _("Waste water"), "air": _("Exhaust gas"), "waste": _("Solid waste")}
NEW = "new"
ONLY_NEW = {"data-only-for": f"id_change:{NEW}"}


class ChangeForm(Styled, forms.Form):
    """What the change is and why."""

    title = forms.CharField(label=_("Title"), max_length=200)
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000,
        help_text=_("What is corrected or added, and on what evidence. The approver decides on this."),
    )  # fmt: skip


class EditionForm(Styled, forms.Form):
    """A new edition: a regional handbook, a revised standard."""

    code = forms.SlugField(
        label=_("Code"), max_length=24, help_text=_("Small letters, digits and _, for good.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=list(EDITION_KINDS.items()))
    year = forms.IntegerField(label=_("Year"), min_value=1990, max_value=2100)
    official = forms.BooleanField(label=_("Issued by an authority"), required=False)
    name_zh = forms.CharField(label=_("Chinese name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=200)


class HandbookForm(Styled, forms.Form):
    """What holds for all rows of a printed table: always, or where the table has no such column."""

    edition = forms.ChoiceField(label=_("Edition"))
    sector = forms.ChoiceField(label=_("Sector"), choices=list(SECTORS.items()))
    industry = forms.CharField(
        label=_("Industry"), max_length=60, required=False,
        help_text=_("Four digits, or 33-37;431-434. Not for tables with a column of industry codes."),
    )  # fmt: skip
    confidence = forms.ChoiceField(label=_("Confidence"))
    source = forms.CharField(
        label=_("Source"), max_length=300,
        help_text=_("Handbook, volume and page, or the address. The name of the sheet is added."),
    )  # fmt: skip
    blanks = forms.BooleanField(
        label=_("A blank cell repeats the one above it"), required=False,
        help_text=_("For merged cells that were taken apart. Merged cells and ditto marks are read without it."),
    )  # fmt: skip
    medium = forms.ChoiceField(label=_("Medium"), required=False)
    value_unit = forms.CharField(label=_("Unit of the value"), max_length=80, required=False)
    unit = forms.CharField(label=_("Accounting unit"), max_length=200, required=False)
    product = forms.CharField(label=_("Product or subject"), max_length=200, required=False)
    material = forms.CharField(label=_("Raw material"), max_length=300, required=False)
    process = forms.CharField(label=_("Process"), max_length=300, required=False)
    stage = forms.CharField(label=_("Stage or class"), max_length=200, required=False)
    region_codes = forms.CharField(
        label=_("Region codes"),
        max_length=200,
        required=False,
        help_text=_("33;3308; blank is the whole nation."),
    )

    ALWAYS = ("edition", "sector", "industry", "confidence", "source", "blanks")
    ELSE = ("medium", "value_unit", "unit", "product", "material", "process", "stage", "region_codes")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chinese = (get_language() or "zh").startswith("zh")
        named = [(one.code, one.name_zh if chinese else one.name_en) for one in editions_named()]
        self.fields["edition"].choices = [("", "…"), *((code, f"{code} · {name}") for code, name in named)]
        self.fields["confidence"].choices = [("", "…"), *((code, CONFIDENCE[code]) for code in RATINGS)]
        self.fields["medium"].choices = [("", _("as the pollutant says")), *MEDIA_NAMES.items()]
        self.restyle()

    def always(self) -> list[forms.BoundField]:
        """Fields that hold for every row."""
        return [self[name] for name in self.ALWAYS]

    def otherwise(self) -> list[forms.BoundField]:
        """Fields for what the table does not print."""
        return [self[name] for name in self.ELSE]

    @property
    def stated(self) -> dict[str, str]:
        """By column key, as :func:`accounting.changes.services.change_print` takes it."""
        data = {name: str(value or "") for name, value in self.cleaned_data.items()}
        data["blanks"] = "1" if self.cleaned_data["blanks"] else ""
        data["industry_name"] = industry_name(data["industry"])
        return data


class TrialForm(Styled, forms.Form):
    """Over which region, and with the conditions of which run, a change is tried."""

    run = forms.TypedChoiceField(label=_("Conditions of run"), coerce=int)

    def __init__(self, *args: Any, region: str, runs: list[Run], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["run"].choices = [(run.number, f"{run.number} · {run.edition}") for run in runs]
        self.fields["region"] = RegionField(within=region, levels=(0, 1, 2, 3))
        self.initial.setdefault("region", region)
        self.restyle()


class FactorForm(Styled, forms.Form):
    """A new revision of one factor: what may differ while its key stays. Checked as a row of a table is."""

    change = forms.ChoiceField(label=_("Factor change"))
    title = forms.CharField(
        label=_("Title of the new change"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=ONLY_NEW),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2} | ONLY_NEW),
    )
    value = forms.CharField(label=_("Value or expression"), max_length=200)
    confidence = forms.ChoiceField(
        label=_("Confidence"), choices=[(code, CONFIDENCE[code]) for code in RATINGS]
    )
    source = forms.CharField(label=_("Source"), widget=forms.Textarea(attrs={"rows": 2}), max_length=4000)
    reference_only = forms.CharField(
        label=_("For reference only, because"), max_length=200, required=False,
        help_text=_("With a reason here the factor is shown and never used."),
    )  # fmt: skip
    valid_from = forms.CharField(label=_("Valid from"), max_length=10, required=False)
    valid_to = forms.CharField(label=_("Valid to"), max_length=10, required=False)
    note = forms.CharField(label=_("Note"), max_length=2000, required=False)

    EDITED = ("value", "confidence", "source", "reference_only", "valid_from", "valid_to", "note")

    def __init__(self, *args: Any, row: FactorRow, drafts: list[Change], **kwargs: Any) -> None:
        cells = dict(zip((column.key for column in columns()), cells_of(row), strict=True))
        self.cells = {name: "" if value is None else str(value) for name, value in cells.items()}
        initial = {name: self.cells[name] for name in self.EDITED} | {"confidence": row.confidence}
        super().__init__(*args, initial=initial, **kwargs)
        choices = [(str(draft.pk), f"{draft.number} · {draft.title}") for draft in drafts]
        self.fields["change"].choices = [*choices, (NEW, _("a new change"))]
        self.row, self.proposed = row, row

    def clean(self) -> dict[str, Any]:
        """Set ``proposed``, the factor with what was entered; faults stand at their fields."""
        data = super().clean()
        if data.get("change") == NEW and not (
            data.get("title", "").strip() and data.get("reason", "").strip()
        ):
            self.add_error("title", text("A change needs a title, and the reason for it."))
        faults: list[Faulty] = []
        cells = self.cells | {name: data[name] for name in self.EDITED if name in data}
        known = Known(frozenset([self.row.edition]), frozenset([self.row.pollutant]))
        found = factor_of(cells, known, faults)
        for fault in faults:
            field = fault.column if fault.column in self.fields else None
            self.add_error(field, f"{fault.message} {fault.hint}".strip())
        if found is not None:
            self.proposed = found
        return data
