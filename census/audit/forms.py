"""The filter of the audit log."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from census.audit.words import SUBJECTS

GROUP_LABELS = {
    "access": _("Sign-ins and accounts"),
    "viewed": _("Seen"),
    "changed": _("Changed"),
    "exported": _("Exported"),
}


class AuditFilter(forms.Form):
    """Cleans the address's parameters; what cannot be read is left out and said."""

    person = forms.CharField(required=False, max_length=60)
    group = forms.ChoiceField(required=False, choices=[("", ""), *GROUP_LABELS.items()])
    subject = forms.ChoiceField(required=False, choices=[("", ""), *SUBJECTS.items()])
    subject_id = forms.CharField(required=False, max_length=60)
    first = forms.DateField(required=False)
    last = forms.DateField(required=False)
