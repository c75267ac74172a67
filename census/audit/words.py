"""From action codes to words. An action is ``<subject>.<verb>``; both parts are permanent."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SUBJECTS = {
    "account": gettext_lazy("Account sheet"),
    "analysis": gettext_lazy("Analysis"),
    "attachment": gettext_lazy("Attachment"),
    "audit_log": gettext_lazy("Audit log"),
    "batch": gettext_lazy("Problem batch"),
    "change": gettext_lazy("Factor change"),
    "comparison": gettext_lazy("Comparison of runs"),
    "cut": gettext_lazy("Data cut"),
    "delegation": gettext_lazy("Delegation"),
    "demo": gettext_lazy("Demonstration data"),
    "district": gettext_lazy("Census district"),
    "document": gettext_lazy("Circular or letter"),
    "edition": gettext_lazy("Factor edition"),
    "factor": gettext_lazy("Factor"),
    "finding": gettext_lazy("Finding"),
    "gaps": gettext_lazy("Missing coefficients"),
    "history": gettext_lazy("History"),
    "job": gettext_lazy("Background job"),
    "method_gap": gettext_lazy("Gap between methods"),
    "object": gettext_lazy("Census object"),
    "objects": gettext_lazy("Census objects"),
    "office": gettext_lazy("Census office"),
    "person": gettext_lazy("Account"),
    "post": gettext_lazy("Post"),
    "problem": gettext_lazy("Problem"),
    "problems": gettext_lazy("Problems"),
    "progress": gettext_lazy("Progress count"),
    "publication": gettext_lazy("Publication"),
    "rates": gettext_lazy("Completion rates"),
    "report": gettext_lazy("Report"),
    "reference": gettext_lazy("Reference figures"),
    "region": gettext_lazy("Region"),
    "return": gettext_lazy("Filled form"),
    "returns": gettext_lazy("Filled forms"),
    "rule": gettext_lazy("Audit rule"),
    "rhythm": gettext_lazy("Rhythm of documents"),
    "run": gettext_lazy("Accounting run"),
    "session": gettext_lazy("Joint review session"),
    "table": gettext_lazy("Summary table"),
    "target": gettext_lazy("Progress target"),
    "thread": gettext_lazy("Comments on a form"),
    "unlock": gettext_lazy("Unlock order"),
    "verification": gettext_lazy("Quality verification"),
    "view": gettext_lazy("Saved view"),
    "visit": gettext_lazy("Visit"),
    "waters": gettext_lazy("Waters and basins"),
}

VERBS = {
    "activated": gettext_lazy("activated"),
    "added": gettext_lazy("added"),
    "answered": gettext_lazy("answered"),
    "approved": gettext_lazy("approved"),
    "answers_imported": gettext_lazy("answers imported"),
    "assigned": gettext_lazy("assigned"),
    "asked": gettext_lazy("asked for"),
    "begun": gettext_lazy("begun"),
    "book_fetched": gettext_lazy("book of tables fetched"),
    "cancelled": gettext_lazy("cancelled"),
    "changed": gettext_lazy("changed"),
    "checked": gettext_lazy("checked"),
    "closed": gettext_lazy("closed"),
    "corrected": gettext_lazy("corrected"),
    "created": gettext_lazy("created"),
    "deactivated": gettext_lazy("deactivated"),
    "deleted": gettext_lazy("deleted"),
    "decided": gettext_lazy("decided"),
    "drawn": gettext_lazy("sample drawn"),
    "discarded": gettext_lazy("discarded"),
    "dry_run": gettext_lazy("dry run started"),
    "ended": gettext_lazy("ended"),
    "explained": gettext_lazy("explained"),
    "export_fetched": gettext_lazy("export fetched"),
    "exported": gettext_lazy("exported"),
    "finished": gettext_lazy("finished"),
    "granted": gettext_lazy("granted"),
    "imported": gettext_lazy("imported"),
    "issued": gettext_lazy("issued"),
    "loaded": gettext_lazy("loaded"),
    "prepared": gettext_lazy("prepared"),
    "printed": gettext_lazy("printed"),
    "published": gettext_lazy("published"),
    "read": gettext_lazy("read"),
    "received": gettext_lazy("received"),
    "recorded": gettext_lazy("recorded"),
    "refused": gettext_lazy("refused"),
    "resolved": gettext_lazy("resolved"),
    "opined": gettext_lazy("opinion given"),
    "rejected": gettext_lazy("rejected"),
    "released": gettext_lazy("released"),
    "removed": gettext_lazy("removed"),
    "redrawn": gettext_lazy("drawn again"),
    "remarked": gettext_lazy("own words changed"),
    "reopened": gettext_lazy("reopened"),
    "replaced": gettext_lazy("sample unit replaced"),
    "restored": gettext_lazy("restored"),
    "retired": gettext_lazy("retired"),
    "returned": gettext_lazy("returned"),
    "rows_added": gettext_lazy("rows added"),
    "rows_removed": gettext_lazy("rows removed"),
    "saved": gettext_lazy("saved"),
    "sealed": gettext_lazy("sealed"),
    "sent_back": gettext_lazy("returned"),
    "signed": gettext_lazy("record signed"),
    "started": gettext_lazy("started"),
    "submitted": gettext_lazy("submitted"),
    "tried": gettext_lazy("tried on the forms"),
    "unlocked": gettext_lazy("unlocked"),
    "viewed": gettext_lazy("viewed"),
    "walk_added": gettext_lazy("street check added"),
    "walk_removed": gettext_lazy("street check removed"),
    "withdrawn": gettext_lazy("withdrawn"),
}

# moves of problems are recorded by the name of the move
VERBS |= {
    "assign": VERBS["assigned"],
    "check": VERBS["checked"],
    "close": VERBS["closed"],
    "correct": VERBS["corrected"],
    "explain": VERBS["explained"],
    "receive": VERBS["received"],
    "remove": VERBS["removed"],
    "reopen": VERBS["reopened"],
    "send_back": VERBS["returned"],
    "withdraw": gettext_lazy("answer withdrawn"),
}

# acts that do not read well as subject and verb
WHOLE = {
    "problem.reject": gettext_lazy("Problem called a false alarm"),
    "problem.undone": gettext_lazy("Last step on a problem taken back"),
    "problem.noted": gettext_lazy("Note written on a problem"),
    "problem.called": gettext_lazy("Call about a problem logged"),
    "batch.reminded": gettext_lazy("Reminders of problem lists written"),
    "problem.reminded": gettext_lazy("Reminder of a problem list read"),
    "selective.batch": gettext_lazy("Problem batch drafted from scores"),
    "person.signed_in": gettext_lazy("Signed in"),
    "person.sign_in_failed": gettext_lazy("Failed to sign in"),
    "person.locked": gettext_lazy("Locked after failed attempts"),
    "person.signed_out": gettext_lazy("Signed out"),
    "person.password_changed": gettext_lazy("Changed the own password"),
    "person.password_reset": gettext_lazy("Reset a password"),
    "person.post_chosen": gettext_lazy("Changed to another own post"),
}

DETAILS = {
    "categories": gettext_lazy("Source categories"),
    "code": gettext_lazy("Code"),
    "count": gettext_lazy("Number"),
    "format": gettext_lazy("Format"),
    "form": gettext_lazy("Form"),
    "kind": gettext_lazy("Kind"),
    "number": gettext_lazy("Number"),
    "objects": gettext_lazy("Census objects"),
    "post": gettext_lazy("Post"),
    "reason": gettext_lazy("Reason"),
    "rows": gettext_lazy("Rows"),
    "state": gettext_lazy("State"),
}


def sentence(action: str) -> str:
    """What happened, in the reader's language; an unknown code is shown as it is."""
    if action in WHOLE:
        return str(WHOLE[action])
    subject, _dot, verb = action.partition(".")
    if subject not in SUBJECTS or verb not in VERBS:
        return action
    return _("%(subject)s %(verb)s") % {"subject": SUBJECTS[subject], "verb": VERBS[verb]}


_states: dict[str, object] = {}


def name_states(names: Mapping[str, object]) -> None:
    """Code -> label (lazy text) of the states that entries of a room tell of. Called once, from its app's ``ready``."""
    _states.update(names)


def details(detail: dict[str, object]) -> list[tuple[str, str]]:
    """(name, value) of what the entry says further."""
    return [(str(DETAILS.get(key, key)), _text(key, value)) for key, value in detail.items() if value != ""]


def _text(key: str, value: object) -> str:
    if key == "state":
        return str(_states.get(str(value), value))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
