"""Addresses of the rule editor."""

from census.places import regions
from review.editor.models import RuleVersion

URLS = {
    "rule_list": "finding.view",
    "rule_retiring": "finding.view",
    "rule_version": "finding.view",
    "rule_new": "rule.write",
    "rule_check": "rule.write",
    "rule_names": "rule.write",
    "rule_edit": "rule.write",
    "rule_revise": "rule.write",
    "rule_adapt": "rule.write",
    "rule_discard": "rule.write",
    "rule_try": "rule.write",
    "rule_issue": "rule.issue",
    "rule_retire": "rule.issue",
}
# the office of the rule decides; everybody below may read what is in force
ANYWHERE = {"rule_version", "rule_edit", "rule_revise", "rule_adapt", "rule_discard", "rule_try"} | {
    "rule_issue",
    "rule_retire",
}
ROW_DECIDES = {name for name, needed in URLS.items() if needed != "finding.view"}


def arguments() -> dict[str, dict[str, object]]:
    """A national rule in force."""
    rule = RuleVersion.objects.create(
        region=regions.NATION,
        number="L500",
        family="logic",
        form="G102",
        rule="outlet_count > 0",
        zh="应大于零",
        en="must be above zero",
        levels=["county"],
        valid_from="2018-01-01",
        state="issued",
    )
    names = ("version", "edit", "revise", "adapt", "discard", "try", "issue", "retire")
    return {f"rule_{name}": {"rule_id": rule.pk} for name in names}
