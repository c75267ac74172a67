"""The form in which a rule is written."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from census.ui.forms import Styled
from review.editor.models import RuleVersion
from review.editor.services import RuleTerms
from review.editor.words import LEVEL_WORDS
from review.rules.cases import CASES
from review.rules.catalogue import CLASSES
from review.rules.own import FAMILY
from review.templatetags.review_tags import FAMILIES
from sources.forms.catalogue import load


def form_choices() -> list[tuple[str, str]]:
    """Form codes with their titles in the running language."""
    lang = get_language() or "zh"
    return [(code, f"{code} {form.title.get(lang)}") for code, form in sorted(load().forms.items())]


def family_choices() -> list[tuple[str, Any]]:
    return [(code, FAMILIES.get(code, code)) for code in CLASSES]


def all_families() -> list[tuple[str, Any]]:
    """Those of rules of the form definitions, too."""
    return [*family_choices(), (FAMILY, FAMILIES[FAMILY])]


class _Area(forms.Textarea):
    def __init__(self, rows: int, **attrs: Any) -> None:
        super().__init__({"rows": rows, "spellcheck": "false", "autocomplete": "off", **attrs})


class NewRule(Styled, forms.Form):
    """What is asked before a first draft."""

    family = forms.ChoiceField(label=_("Class"), choices=family_choices)
    form = forms.ChoiceField(label=_("Form"), choices=form_choices)


class RuleForm(Styled, forms.Form):
    """A draft. The thresholds come as the lists ``param_name`` and ``param_value``."""

    family = forms.ChoiceField(label=_("Class"), choices=family_choices)
    form = forms.ChoiceField(label=_("Form"), choices=form_choices)
    severity = forms.ChoiceField(label=_("Severity"), choices=RuleVersion.Severity.choices)
    rule = forms.CharField(
        label=_("Condition that must hold"), required=False, strip=False, widget=_Area(5, **{"data-rule": ""})
    )
    case_pass = forms.CharField(label=_("Passes"), required=False, widget=_Area(5))
    case_fail = forms.CharField(label=_("Fails"), required=False, widget=_Area(5))
    case_blank = forms.CharField(label=_("With blanks"), required=False, widget=_Area(5))
    zh = forms.CharField(label=_("Message in Chinese"), required=False, max_length=400, widget=_Area(2))
    en = forms.CharField(label=_("Message in English"), required=False, max_length=400, widget=_Area(2))
    source = forms.CharField(label=_("Legal basis or source"), required=False, max_length=400)
    note = forms.CharField(label=_("Why this version"), required=False, max_length=400)
    levels = forms.MultipleChoiceField(
        label=_("At work"),
        required=False,
        choices=LEVEL_WORDS.items,
        widget=forms.CheckboxSelectMultiple,
    )
    valid_from = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    valid_to = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, row: RuleVersion, data: QueryDict | None = None) -> None:
        names = ("family", "form", "severity", "rule", "zh", "en", "source", "note", "levels")
        initial = {name: getattr(row, name) for name in (*names, "valid_from", "valid_to")}
        initial |= {f"case_{name}": row.cases.get(name, "") for name in CASES}
        super().__init__(data, initial=initial | {"seen": row.updated_at.isoformat()})
        self.row = row
        if row.base:  # thresholds of a national rule: the text stays the nation's
            for name in ("family", "form", "rule"):
                self.fields[name].disabled = True
        if row.version > 1:
            self.fields["family"].disabled = True
        if row.family == FAMILY:  # a rule of a form stays with its form
            self.fields["family"].choices = all_families()
            self.fields["form"].disabled = True

    @property
    def params(self) -> list[tuple[str, str]]:
        """Name and value of each threshold, as typed or as stored."""
        return (
            params_of(self.data) if self.is_bound else [(name, str(value)) for name, value in self.row.params]
        )

    def terms(self) -> RuleTerms:
        """The cleaned draft."""
        given = self.cleaned_data
        names = ("family", "form", "rule", "severity", "zh", "en", "source", "levels")
        return RuleTerms(
            **{name: given[name] for name in names},
            params=self.params,
            cases={name: given[f"case_{name}"] for name in CASES},
            valid_from=given["valid_from"],
            valid_to=given["valid_to"],
            note=given["note"],
            expected=parse_datetime(given["seen"]) if given["seen"] else None,
        )


def params_of(data: QueryDict) -> list[tuple[str, str]]:
    """The filled lines of the table of thresholds."""
    lines = zip(data.getlist("param_name"), data.getlist("param_value"), strict=False)
    return [(name.strip().lstrip("$"), value.strip()) for name, value in lines if name.strip().lstrip("$")]
