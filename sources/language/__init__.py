"""The rule language: parsed once, evaluated on one record, on a whole county, and in the browser. See
README.md."""

from sources.language.binder import Bound, bind
from sources.language.context import Area, Context
from sources.language.nodes import Node, RuleError, RuleFault
from sources.language.parser import parse
from sources.language.record import compile_rule
from sources.language.scope import Facts, Item, Scope

__all__ = [
    "Area",
    "Bound",
    "Context",
    "Facts",
    "Item",
    "Node",
    "RuleError",
    "RuleFault",
    "Scope",
    "bind",
    "compile_rule",
    "parse",
]
