"""``python -m review.rules.unbound``: print UNBOUND.md, the rules that are not run, with the reason."""

from __future__ import annotations

import sys
from itertools import groupby

from review.rules.catalogue import audit_rules


def page() -> str:
    """The text of UNBOUND.md."""
    rules = audit_rules().rules.values()
    bound = sum(rule.binding is not None for rule in rules)
    compared = sum(bool(rule.compared) for rule in rules)
    lines = [
        "# Rules without a binding",
        "",
        f"{bound} of {len(rules)} rules of the catalogue are bound, {compared} are comparisons with",
        "figures of others (`review/comparisons`); the others, by reason. Made from `catalogue/unbound.yaml` by",
        "`python -m review.rules.unbound > review/rules/UNBOUND.md`.",
        "",
    ]
    missing = sorted((rule for rule in rules if rule.unbound), key=lambda rule: rule.unbound)
    for reason, group in groupby(missing, key=lambda rule: rule.unbound):
        lines += [f"## {reason}", "", "| rule | forms | violation | message |", "|---|---|---|---|"]
        for rule in sorted(group, key=lambda rule: rule.number):
            cells = (rule.number, rule.forms, rule.violation, rule.message.zh)
            lines.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(page())
