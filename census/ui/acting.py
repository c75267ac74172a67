"""A change asked for by a button: done, or refused with the reason as a message on the page one returns to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest


@contextmanager
def refusal_told(request: HttpRequest) -> Iterator[None]:
    """What a service refuses inside (ValidationError) becomes an error message; what follows the block goes on."""
    try:
        yield
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
