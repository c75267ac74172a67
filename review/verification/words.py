"""Names of rates, groups and verdicts as people read them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

GROUPS = {
    "key": _("key objects"),
    "general": _("general objects"),
    "added": _("added objects"),
    "deleted": _("deleted objects"),
}
RATES = {
    "omission": _("Omission rate"),
    "duplication": _("Duplication rate"),
    "wrong_object": _("Wrong-object rate"),
    "indicator": _("Indicator error rate"),
    "key_indicator": _("Key indicator error rate"),
    "form": _("Form error rate"),
    "entry": _("Entry error rate"),
    "deviation": _("Emission deviation"),
}
FORMULAS = {
    "omission": _("omitted objects / objects that should be there"),
    "duplication": _("surplus records / records checked"),
    "wrong_object": _("records outside the census / records checked"),
    "indicator": _("wrong items / items checked"),
    "key_indicator": _("wrong key items / key items checked"),
    "form": _("forms with a wrong item / forms checked"),
    "entry": _("items where the electronic form differs from paper / items compared"),
    "deviation": _("|reported − verified| / verified, the largest of the pollutants"),
}
VERDICTS = {
    "right": _("Agrees"),
    "within": _("Within tolerance"),
    "wrong": _("Wrong"),
    "missing": _("Not reported"),
    "surplus": _("Reported without cause"),
    "unable": _("Cannot be verified"),
}
VERDICT_LOOK = {
    "right": ("good", "check"),
    "within": ("good", "check"),
    "wrong": ("bad", "x"),
    "missing": ("bad", "square-off"),
    "surplus": ("bad", "square-plus"),
    "unable": ("", "help"),
}
OUTCOME_LOOK = {
    "pass": ("good", "circle-check"),
    "fix": ("warn", "refresh-alert"),
    "fail": ("bad", "circle-x"),
}
STATE_LOOK = {
    "draft": ("", "pencil"),
    "drawn": ("busy", "dice-3"),
    "closed": ("good", "circle-check"),
    "open": ("warn", "map-pin"),
    "signed": ("good", "signature"),
    "replaced": ("", "replace"),
}
