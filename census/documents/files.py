"""A paper as a file to download."""

from __future__ import annotations

from importlib import import_module
from urllib.parse import quote

from django.http import HttpResponse

from census.documents.model import Paper

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


def write(paper: Paper, form: str) -> bytes:
    """The paper as *form* (``docx`` or ``pdf``)."""
    # the writer is loaded when first asked for: a third of a second that not every start needs
    return import_module(f"census.documents.{form}").write(paper)


def answer(content: bytes, form: str, name: str) -> HttpResponse:
    """*content* as a download called *name* with the ending of *form*."""
    return HttpResponse(
        content,
        content_type=TYPES[form],
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'{name}.{form}')}"},
    )
