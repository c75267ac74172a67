"""Forms of joint review sessions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from census.access.posts import CATEGORIES
from census.access.scope import Scope
from census.ui.forms import Styled
from review.sessions.models import AgendaItem, Opinion, Session

_MOMENT = "%Y-%m-%dT%H:%M"


class SessionForm(Styled, forms.Form):
    """The invitation. Departments stand one a line, people behind a colon: ``农业农村局：张三、李四``."""

    title = forms.CharField(label=_("Title"), max_length=200)
    starts = forms.DateTimeField(
        label=_("Date and time"),
        input_formats=[_MOMENT],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT),
    )
    place = forms.CharField(label=_("Meeting place"), max_length=200)
    chair = forms.CharField(label=_("Chair"), max_length=60)
    categories = forms.MultipleChoiceField(label=_("Source categories"), widget=forms.CheckboxSelectMultiple)
    departments = forms.CharField(
        label=_("Departments"),
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One a line; after a colon the people who come."),
    )

    def __init__(self, scope: Scope, *args: Any, session: Session | None = None, **kwargs: Any) -> None:
        if session:
            lines = [f"{one['name']}：{one['people']}".rstrip("：") for one in session.departments]
            kwargs["initial"] = {
                **{
                    name: getattr(session, name)
                    for name in ("title", "starts", "place", "chair", "categories")
                },
                "departments": "\n".join(lines),
            }
        super().__init__(*args, **kwargs)
        self.fields["categories"].choices = [
            (code, label) for code, label in CATEGORIES.items() if code in scope.categories
        ]

    def clean_departments(self) -> list[dict[str, str]]:
        lines = self.cleaned_data["departments"].replace(":", "：").splitlines()
        parts = [line.partition("：") for line in lines if line.strip()]
        return [{"name": name, "people": people} for name, _colon, people in parts]


class DecisionForm(Styled, forms.Form):
    decision = forms.ChoiceField(label=_("Decision"), choices=AgendaItem.Decision.choices)
    conclusion = forms.CharField(
        label=_("Conclusion"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    responsible = forms.CharField(label=_("Responsible"), required=False, max_length=100)


class OpinionForm(Styled, forms.Form):
    department = forms.CharField(label=_("Department"), max_length=100)
    view = forms.ChoiceField(label=_("Opinion"), choices=Opinion.View.choices)
    text = forms.CharField(label=_("Explanation"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
