"""Requests in tests as the product serves them: signed in, and under row-level security as the web role."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from tests.factories import PASSWORD


def signed_in(username: str, **headers: str) -> Client:
    """A client with a session of this person; pages are in English unless said otherwise."""
    client = Client(raise_request_exception=False, headers=headers)
    client.cookies["django_language"] = "en"
    answer = client.post("/sign-in/", {"username": username, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return client


def as_web_role(client: Client, method: str, path: str, data: Any = None, **extra: Any) -> HttpResponse:
    """One request whose changes are undone; the setting SWITCH_TO_WEB_ROLE must be on.

    Undoing the savepoint also takes back the role and the scope that the request has set.
    """
    with transaction.atomic():
        answer = client.generic(method, path, **extra) if data is None else client.post(path, data, **extra)
        transaction.set_rollback(True)
    return answer
