"""Reading versions back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from census.access.scope import Scope
from sources.returns.merge import Document
from sources.returns.models import ReturnVersion


@dataclass(frozen=True, slots=True)
class Since:
    """The document of a base version, and the client ids of the versions after it."""

    document: Document
    clients: frozenset[str]

    def repeats(self, client_id: str | None) -> bool:
        """True when a request with that id was already carried out after the base version."""
        return client_id is not None and client_id in self.clients


def documents_since(row: Any, base_version: int) -> Since:
    """What *row* held in version *base_version* (0: nothing), with the client ids since then.

    Raises ValidationError when there is no such version.
    """
    if not 0 <= base_version < row.version_no:
        raise ValidationError(
            _("The page is not a version of this form (%(base)s of %(now)s). Load the page again.")
            % {"base": base_version, "now": row.version_no}
        )
    found = ReturnVersion.objects.filter(return_id=row.id, no__gte=max(base_version, 1)).order_by("no")
    bodies = [orjson.loads(body) for body in found.values_list("body", flat=True)]
    base = Document({}, {})
    if base_version:
        first, *bodies = bodies
        base = Document(first["values"], first["pending"])
    return Since(base, frozenset(body["client"] for body in bodies if "client" in body))


def version_body(scope: Scope, *, return_id: UUID, no: int) -> dict[str, Any]:
    """The body of one version. Raises ReturnVersion.DoesNotExist when it is not there or out of scope."""
    version = ReturnVersion.objects.visible_to(scope).get(return_id=return_id, no=no)
    return orjson.loads(version.body)
