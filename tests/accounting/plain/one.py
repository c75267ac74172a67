"""The accounting of one census object, as one would write it first: plain values, one formula after the other.

It shares no code with ``accounting.runs.engine``, ``accounting.methods`` and ``accounting.factors.matching``, only the
declarations in YAML and the factor rows, and must give the same lines and gaps for every form the engine reads. The
rules are those of the room's README and the domain notes; where these leave a choice the engine's was taken.
"""

from __future__ import annotations

from tests.accounting.plain import (
    choice,
    crops,
    domestic,
    industrial,
    livestock,
    mobile,
    others,
    plants,
)
from tests.accounting.plain.books import Books
from tests.accounting.plain.facts import Account, Around, Subject


def account(subject: Subject, around: Around, books: Books) -> Account:
    """All lines and gaps of an object."""
    out = Account()
    industrial.account(subject, around, books, out)
    livestock.account(subject, around, books, out)
    crops.account(subject, books, out)
    domestic.account(subject, around, books, out)
    plants.account(subject, out)
    mobile.account(subject, around, books, out)
    others.account(subject, books, out)
    choice.enter_environment(around, out)
    return out
