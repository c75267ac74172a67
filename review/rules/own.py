"""The rules written in the form definitions, as rules an office can follow with a version of its own. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from review.rules.spec import RuleSpec, binder
from sources.forms.catalogue import load

FAMILY = "form"


@lru_cache(maxsize=1)
def form_rules() -> Mapping[str, RuleSpec]:
    """Number -> rule as its form file has it, such as ``G102-R14``. Built-in checks of items are not among them."""
    texts = {
        rule["id"]: " ".join(str(rule["rule"]).split())
        for raw in binder().reading.forms.values()
        for rule in raw.data.get("audit") or ()
    }
    return MappingProxyType(
        {
            check.rule: RuleSpec(check.rule, form.code, texts[check.rule], (), check.severity, check.message)
            for form in load().forms.values()
            for check in form.checks
            if check.rule in texts
        }
    )
