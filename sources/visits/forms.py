"""The form of a visit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sources.visits.models import Visit


class PhotosInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Any number of files; cleans to a list."""

    widget = PhotosInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        chosen = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(PhotosField, self).clean(one, initial) for one in chosen]


class VisitForm(forms.Form):
    """Who went, when, what came of it, where they stood. *people* is {user id: name}."""

    at = forms.DateTimeField(
        label=_("When"),
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "class": "form-control"}, format="%Y-%m-%dT%H:%M"
        ),
        input_formats=["%Y-%m-%dT%H:%M"],
    )
    people = forms.TypedMultipleChoiceField(
        label=_("Who went"),
        coerce=int,
        widget=forms.SelectMultiple(attrs={"class": "form-select", "size": 5}),
    )
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=Visit.Outcome.choices, widget=forms.Select(attrs={"class": "form-select"})
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )
    photos = PhotosField(
        label=_("Photos and papers"),
        required=False,
        widget=PhotosInput(attrs={"class": "form-control", "accept": "image/*,.pdf"}),
    )
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    accuracy = forms.FloatField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: dict[int, str], me: int | None, **kwargs: Any) -> None:
        now = timezone.localtime().replace(second=0, microsecond=0)
        super().__init__(*args, initial={"at": now, "people": [me]}, **kwargs)
        self.fields["people"].choices = list(people.items())

    @property
    def position(self) -> tuple[float, float, float | None] | None:
        """(longitude, latitude, accuracy in metres) as the device gave it."""
        lon, lat = self.cleaned_data["lon"], self.cleaned_data["lat"]
        return None if lon is None or lat is None else (lon, lat, self.cleaned_data["accuracy"])
