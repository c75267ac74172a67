"""Forms of cuts."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _

from accounting.runs.models import Run
from census.ui.forms import Styled


class CutForm(Styled, forms.Form):
    """What the cut is for, and the run it rests on."""

    purpose = forms.CharField(
        label=_("Purpose"), max_length=200, help_text=_("For instance: first report to the province")
    )
    run = forms.TypedChoiceField(label=_("Accounting run"), coerce=int)

    def __init__(self, *args: object, runs: list[Run], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["run"].choices = [(run.number, _run_label(run)) for run in runs]


def _run_label(run: Run) -> str:
    return text("No. %(number)s of %(date)s") % {
        "number": run.number,
        "date": f"{run.finished_at:%Y-%m-%d %H:%M}",
    }
