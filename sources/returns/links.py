"""Which forms of an object look at which others, read off the catalogue. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from sources.forms.catalogue import load
from sources.forms.differences import Change
from sources.forms.model import Form
from sources.language import Node

PRESENCE = ""  # stands for "the object has that form" among the names read
_NOT_THIS_OBJECT = frozenset({"lit", "exists_area", "values", "unique_in_region"})


@lru_cache(maxsize=256)
def reads(form: Form) -> frozenset[str]:
    """The other forms that *form*'s checks look at."""
    return frozenset(other for check in form.checks for other in _forms_in(check.node)) - {form.code}


def touched(changes: Iterable[Change], *, first: bool) -> frozenset[str]:
    """What rules could notice of *changes*: items, tables, and with the *first* version the form's being there."""
    changes = list(changes)
    names = {change.indicator for change in changes if change.indicator}
    names |= {change.section for change in changes if change.row is not None}
    return frozenset(names | {PRESENCE} if first else names)


def disturbed(form: str, names: frozenset[str]) -> frozenset[str]:
    """The forms whose checks may turn out differently when *names* (see ``touched``) of *form* have changed."""
    return frozenset(reader for reader, read in _readers(form).items() if not read.isdisjoint(names))


@lru_cache(maxsize=64)
def gates(kind: str) -> dict[str, frozenset[str]]:
    """form -> what of it decides which forms an object of *kind* fills (names as in ``touched``)."""
    found: dict[str, frozenset[str]] = {}
    for entry in load().kinds[kind].forms:
        for form in _forms_in(entry.when) if entry.when is not None else ():
            found[form] = found.get(form, frozenset()) | _names_read(entry.when, form)
    return found


@lru_cache(maxsize=256)
def _readers(form: str) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for other in load().forms.values():
        for check in other.checks if other.code != form else ():
            if form in _forms_in(check.node):
                found[other.code] = found.get(other.code, frozenset()) | _names_read(check.node, form)
    return found


def _forms_in(node: Node) -> set[str]:
    forms = load().forms
    return {
        arg
        for part in node.walk()
        if part.op not in _NOT_THIS_OBJECT
        for arg in part.args
        if isinstance(arg, str) and arg in forms
    }


def _names_read(node: Node, form: str) -> frozenset[str]:
    """What *node* reads of *form*: items by name, a table whole (sums, counts), or only that the form is there."""
    definition, names = load().forms[form], set()
    for part in node.walk():
        if part.op not in _NOT_THIS_OBJECT and form in part.args:
            texts = {arg for arg in part.args if isinstance(arg, str)}
            names |= (texts & definition.indicators.keys() | texts & definition.tables.keys()) or {PRESENCE}
    return frozenset(names)
