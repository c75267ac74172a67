"""Forms of reports."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _

from accounting.bulletin.layout import load
from accounting.bulletin.models import Report
from accounting.bulletin.wording import LANGUAGES
from accounting.cuts.models import Cut
from census.ui.forms import Styled


class ReportForm(Styled, forms.Form):
    """What is written, and the cut or cuts it is drawn from."""

    kind = forms.ChoiceField(label=_("Kind of report"), choices=Report.Kind.choices)
    cut = forms.ChoiceField(label=_("Data cut"))
    before = forms.ChoiceField(
        label=_("Compared with"), required=False, help_text=_("Only for a comparison analysis.")
    )

    def __init__(self, *args: object, cuts: list[Cut], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(cut.pk), cut_label(cut)) for cut in cuts]
        self.fields["cut"].choices = choices
        self.fields["before"].widget.attrs["data-only-for"] = "id_kind:comparison"
        self.fields["before"].choices = [("", "–"), *choices]


def cut_label(cut: Cut) -> str:
    """Number, day and purpose of a cut."""
    return text("Data cut %(number)s of %(date)s: %(purpose)s") % {
        "number": cut.number,
        "date": f"{timezone.localtime(cut.as_of):%Y-%m-%d %H:%M}",
        "purpose": cut.purpose,
    }


class RemarksForm(Styled, forms.Form):
    """The office's own words at the end of each section, in both languages."""

    def __init__(self, *args: object, report: Report, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.report = report
        for section in load(report.kind).sections:
            title = section.heading or {"zh": "引言", "en": "Opening"}
            heading = title["en" if get_language() == "en" else "zh"]
            for language in LANGUAGES:
                self.fields[f"{section.id}:{language}"] = forms.CharField(
                    label=f"{heading} · {'中文' if language == 'zh' else 'English'}",
                    required=False,
                    max_length=4000,
                    initial=report.remarks.get(section.id, {}).get(language, ""),
                    widget=forms.Textarea(attrs={"rows": 3, "lang": "zh-Hans" if language == "zh" else "en"}),
                )
        self.restyle()

    def remarks(self) -> dict[str, dict[str, str]]:
        """What was typed, by section and language."""
        found: dict[str, dict[str, str]] = {}
        for name, value in self.cleaned_data.items():
            section, _colon, language = name.partition(":")
            found.setdefault(section, {})[language] = value
        return found
