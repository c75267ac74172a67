"""Posts and what each may do: the one table of rights. Pure.

What a person may do = capabilities of the post; where = the post's region (with everything below it);
on what = the post's source categories. Nothing else grants a right.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

CATEGORIES = {
    "industrial": _("Industrial sources"),
    "agricultural": _("Agricultural sources"),
    "domestic": _("Domestic sources"),
    "centralized": _("Centralized facilities"),
    "mobile": _("Mobile sources"),
}

# capability -> what it lets a person do (shown on the rights page and in the audit log)
CAPABILITIES = {
    "home": _("See the home page"),
    "register.view": _("See the register"),
    "register.edit": _("Add and edit census objects"),
    "register.close": _("Close and remove census objects"),
    "register.import": _("Import census objects from a spreadsheet"),
    "reference.view": _("See reference figures of others"),
    "reference.load": _("Load reference figures of others"),
    "return.view": _("See filled forms"),
    "return.fill": _("Fill forms"),
    "return.submit": _("Submit forms"),
    "return.approve": _("Approve forms at the own step, or return them"),
    "return.comment": _("Comment on items of forms"),
    "return.reopen": _("Ask for frozen forms to be unlocked"),
    "return.unlock": _("Unlock frozen forms"),
    "finding.view": _("See findings"),
    "finding.run": _("Run the audit rules over the region"),
    "rule.write": _("Write audit rules and try them on the forms"),
    "rule.issue": _("Put audit rules in force and retire them"),
    "selective.view": _("See which objects and groups the statistics doubt"),
    "problem.view": _("See problems"),
    "problem.issue": _("Issue problem batches"),
    "problem.assign": _("Receive and assign problems"),
    "problem.answer": _("Answer problems"),
    "problem.check": _("Check answers at the own level"),
    "session.view": _("See joint review sessions of the own office"),
    "session.run": _("Hold joint review sessions and record what they decide"),
    "session.opine": _("Give a department's opinion in joint review sessions"),
    "verification.view": _("See quality verifications of the own office"),
    "verification.run": _("Plan quality verifications, draw samples and decide the outcome"),
    "verification.record": _("Fill and sign field record sheets of quality verifications"),
    "dispatch.view": _("See progress, circulars and letters"),
    "dispatch.issue": _("Set progress targets; issue circulars and supervision letters"),
    "dispatch.reply": _("Receive circulars and letters for the office and reply"),
    "accounting.view": _("See accounting results"),
    "accounting.run": _("Start accounting runs"),
    "factor.view": _("See the factor library"),
    "factor.change": _("Propose, approve and publish changes of the factor library"),
    "table.view": _("See summary tables and the map"),
    "export": _("Export data"),
    "people.view": _("See people and posts"),
    "people.manage": _("Manage accounts and posts"),
    "audit.view": _("See the audit log"),
    "district.manage": _("Manage census districts"),
}

_READ = {
    "home",
    "register.view",
    "return.view",
    "finding.view",
    "problem.view",
    "accounting.view",
    "table.view",
}
_OFFICE = _READ | {
    "reference.view",
    "factor.view",
    "finding.run",
    "selective.view",
    "problem.issue",
    "problem.check",
    "return.approve",
    "return.comment",
    "return.reopen",
    "session.view",
    "session.run",
    "export",
    "people.view",
    "dispatch.view",
}
_DISPATCHING = {"dispatch.issue", "dispatch.reply"}
_VERIFYING = {"verification.view", "verification.run"}


@dataclass(frozen=True, slots=True)
class PostKind:
    """One kind of post. *levels* are the region levels it may be held at (0 nation … 5 village)."""

    code: str
    label: str
    levels: tuple[int, ...]
    capabilities: frozenset[str]
    by_district: bool = False
    by_object: bool = False


POST_KINDS: dict[str, PostKind] = {
    kind.code: kind
    for kind in (
        PostKind(
            "enumerator",
            _("Enumerator"),
            (3, 4, 5),
            frozenset(
                {"home", "register.view", "register.edit", "return.view", "return.fill", "return.submit"}
                | {"return.approve", "return.comment", "finding.view", "problem.view", "problem.answer"}
            ),
            by_district=True,
        ),
        PostKind(
            "instructor",
            _("Instructor"),
            (3, 4),
            frozenset(
                {"home", "register.view", "register.edit", "return.view", "return.approve", "finding.view"}
                | {"problem.view", "problem.answer", "people.view", "selective.view", "return.comment"}
            ),
        ),
        PostKind(
            "filler",
            _("Enterprise filler"),
            (3, 4, 5),
            frozenset(
                {"home", "register.view", "return.view", "return.fill", "return.submit", "problem.view"}
                | {"problem.answer", "finding.view", "return.comment"}
            ),
            by_object=True,
        ),
        PostKind(
            "third_party",
            _("Third-party institution"),
            (2, 3, 4),
            frozenset(
                {"home", "register.view", "return.view", "return.fill", "finding.view", "problem.view"}
                | {"problem.answer", "return.comment"}
            ),
        ),
        PostKind(
            "county_officer",
            _("County officer"),
            (3,),
            frozenset(
                _OFFICE
                | {"register.edit", "register.close", "register.import", "return.fill", "return.submit"}
                | {"problem.assign", "problem.answer", "district.manage", "accounting.run", "dispatch.reply"}
            ),
        ),
        PostKind(
            "city_officer",
            _("City officer"),
            (2,),
            # registers the city itself (vehicles, urban households), fills and submits its forms, answers the
            # problems about them, and no others
            frozenset(
                _OFFICE
                | _VERIFYING
                | _DISPATCHING
                | {"register.edit", "register.close", "accounting.run", "return.fill", "return.submit"}
                | {"problem.assign", "problem.answer"}
            ),
        ),
        PostKind(
            "province_officer",
            _("Provincial officer"),
            (1,),
            frozenset(
                _OFFICE | _VERIFYING | _DISPATCHING | {"accounting.run", "rule.issue", "reference.load"}
            ),
        ),
        PostKind(
            "nation_officer",
            _("National officer"),
            (0,),
            frozenset(
                _OFFICE
                | _VERIFYING
                | {"accounting.run", "factor.change", "return.unlock", "dispatch.issue", "rule.issue"}
                | {"reference.load"}
            ),
        ),
        PostKind(
            "data_administrator",
            _("Data administrator"),
            (0, 1, 2, 3),
            frozenset(
                {"home", "people.view", "people.manage", "audit.view", "district.manage", "register.view"}
            ),
        ),
        PostKind(
            "department_reviewer",
            _("Department reviewer"),
            (0, 1, 2, 3),
            frozenset(
                {"home", "register.view", "return.view", "finding.view", "accounting.view", "table.view"}
                | {"factor.view", "selective.view", "return.comment", "session.view", "session.opine"}
            ),
        ),
        PostKind(
            "verifier",
            _("Verifier"),
            (0, 1, 2),
            # sees no filled forms: a blind check would not be one; nor does who reviews verify
            frozenset({"home", "verification.view", "verification.record"}),
        ),
        PostKind(
            "rule_writer",
            _("Rule writer"),
            (0, 1),
            # who writes rules neither issues nor answers nor closes what they find; an officer puts them in force
            frozenset(_READ | {"factor.view", "selective.view", "rule.write", "reference.view"}),
        ),
        PostKind(
            "auditor",
            _("Auditor"),
            (0, 1, 2, 3),
            frozenset(
                _READ
                | {"verification.view", "session.view", "dispatch.view", "selective.view"}
                | {"audit.view", "people.view", "factor.view", "reference.view"}
            ),
        ),
    )
}

# two capabilities that no one person may hold together, whichever posts bring them
SEPARATED = ((frozenset({"rule.write"}), frozenset({"problem.issue", "problem.check", "problem.answer"})),)

OFFICE_KIND_BY_LEVEL = {0: "nation_officer", 1: "province_officer", 2: "city_officer", 3: "county_officer"}


def apart(kind: str, other: str) -> bool:
    """True when one person may not hold posts of both kinds: who writes rules does not close problems."""
    one, two = POST_KINDS[kind].capabilities, POST_KINDS[other].capabilities
    return any((left & one and right & two) or (left & two and right & one) for left, right in SEPARATED)
