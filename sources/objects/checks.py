"""What a register entry may hold. One check for the page, the spreadsheet and the API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from census.places import regions
from sources.forms.catalogue import load
from sources.objects import codes
from sources.objects.kinds import KINDS, OPERATING, SIZES, STATUSES, Kind
from sources.objects.lookups import Lookups
from sources.objects.models import CensusObject
from sources.objects.names import NameFault, clean_text, normalise_name
from sources.objects.rights import may_keep

# the fields a person may set; `kind` only when the object is made
FIELDS = (
    "name",
    "former_name",
    "uscc",
    "org_code",
    "region",
    "district_id",
    "industry",
    "address",
    "lon",
    "lat",
    "status",
    "operating",
    "size",
    "legal_person",
    "contact",
    "phone",
    "attributes",
)
_PHONE = re.compile(r"[0-9+()（）\-— /;,，、转]*")
_CHINA = {"lon": (73.4, 135.1), "lat": (3.4, 53.6)}
_NOT_ATTRIBUTES = frozenset({"id", "kind", "industry", "operating_status"})
INDUSTRIAL_SECTIONS = frozenset("BCD")


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong (``error``) or odd (``warning``) in one field. The texts are for the user."""

    field: str
    severity: str
    message: str
    hint: str = ""


class Checker:
    """Cleans and checks one entry; ``values`` are what may be stored, ``flaws`` what was found."""

    def __init__(self, kind: Kind, raw: Mapping[str, Any], lookups: Lookups) -> None:
        self.kind, self.lookups = kind, lookups
        self.values: dict[str, Any] = {name: raw.get(name) for name in FIELDS}
        self.flaws: list[Flaw] = []
        self._names()
        self._codes()
        self._place()
        self._industry()
        self._choices()
        self._position()
        self._attributes()

    @property
    def errors(self) -> list[Flaw]:
        return [flaw for flaw in self.flaws if flaw.severity == "error"]

    def _error(self, field: str, message: object, hint: object = "") -> None:
        self.flaws.append(Flaw(field, "error", str(message), str(hint)))

    def _warn(self, field: str, message: object, hint: object = "") -> None:
        self.flaws.append(Flaw(field, "warning", str(message), str(hint)))

    def _text(self, name: str) -> str:
        return str(self.values[name] or "").strip()

    def _names(self) -> None:
        for name in ("name", "former_name", "address", "legal_person", "contact", "phone"):
            text = self._text(name)
            try:
                if name == "name" or (name == "former_name" and text):
                    text = normalise_name(text)
                else:
                    text = clean_text(text, CensusObject._meta.get_field(name).max_length)
            except NameFault as fault:
                self._error(name, fault)
            self.values[name] = text
        if not _PHONE.fullmatch(self.values["phone"]):
            self._warn("phone", _("A telephone number has digits, + and hyphens only."))

    def _codes(self) -> None:
        for name, faults_of in (("uscc", codes.uscc_faults), ("org_code", codes.org_faults)):
            self.values[name] = code = codes.tidy(self._text(name))
            for fault in faults_of(code) if code else ():
                self.flaws.append(
                    Flaw(name, fault.severity, str(fault.message), _("Compare with the licence."))
                )
        uscc, org_code = self.values["uscc"], self.values["org_code"]
        if len(uscc) != 18:
            return
        if not org_code:
            self.values["org_code"] = uscc[8:17]
        elif org_code != uscc[8:17]:
            self._warn("org_code", _("Differs from the organisation code inside the credit code."))
        if uscc[2:8].isdigit() and not self.lookups.authority_known(uscc[2:8]):
            self._warn(
                "uscc",
                _("No division of 2017 has the code %(code)s (positions 3 to 8).") % {"code": uscc[2:8]},
            )

    def _place(self) -> None:
        self.values["region"] = code = self._text("region")
        scope = self.lookups.scope
        if not code:
            self._error("region", _("The region is blank."), _("Choose the village or township."))
            return
        name = self.lookups.region_name(code)
        if name is None:
            self._error(
                "region",
                _("There is no region %(code)s.") % {"code": code[:20]},
                _("Give a 12-digit code of 2017."),
            )
            return
        if not scope.covers(code, self.kind.category):
            self._error("region", _("%(name)s lies outside your region.") % {"name": name})
            return
        if not may_keep(scope, code):
            self._error(
                "region",
                _("%(name)s belongs to a county, whose own office keeps its objects.") % {"name": name},
                _("Ask the county, or issue a problem."),
            )
            return
        level = regions.level(code)
        if self.kind.level is not None and level != self.kind.level:
            wanted = _("a city") if self.kind.level == 2 else _("a county")
            self._error(
                "region", _("This kind of object stands for %(level)s as a whole.") % {"level": wanted}
            )
        elif self.kind.code == "village" and level != 5:
            self._error("region", _("Choose the village or community itself."))
        elif self.kind.level is None and level < 3:
            self._error("region", _("Choose the village or township, at least the county."))
        elif self.kind.level is None and level == 3:
            self._warn(
                "region", _("Only the county is given; choose the village or township if there is one.")
            )
        self._district(code)

    def _district(self, region: str) -> None:
        given, scope = self.values["district_id"], self.lookups.scope
        if not given:
            self.values["district_id"] = None
            if scope.districts is not None:
                self._error("district_id", _("Choose one of your census districts."))
            return
        district = self.lookups.district(given)
        if district is None:
            self._error("district_id", _("There is no such census district in your region."))
        elif not district.active:
            self._error("district_id", _("The census district %(name)s is closed.") % {"name": district.name})
        elif regions.at_level(district.region, 3) != regions.at_level(region, 3):
            self._error("district_id", _("The census district lies in another county than the object."))
        self.values["district_id"] = district.id if district else None

    def _industry(self) -> None:
        self.values["industry"] = code = self._text("industry")
        row = self.lookups.industry(code) if code else None
        if not code:
            if self.kind.code == "enterprise":
                self._error(
                    "industry", _("The industry is blank."), _("Give the 4-digit class of GB/T 4754-2017.")
                )
        elif row is None:
            self._error("industry", _("There is no industry %(code)s.") % {"code": code[:10]})
        elif row.level != 4:
            self._error("industry", _("Choose a class (4 digits), not a group."))
        elif self.kind.code == "enterprise" and row.section not in INDUSTRIAL_SECTIONS:
            self._error("industry", _("An industrial enterprise belongs to sections B, C or D (06 to 46)."))

    def _choices(self) -> None:
        for name, allowed, default in (
            ("status", STATUSES, "in_scope"),
            ("operating", OPERATING, ""),
            ("size", SIZES, ""),
        ):
            self.values[name] = value = self._text(name) or default
            if value and value not in allowed:
                self._error(
                    name,
                    _("“%(value)s” is none of the choices.") % {"value": value[:20]},
                    "、".join(f"{code} {label}" for code, label in allowed.items()),
                )

    def _position(self) -> None:
        for name, (low, high) in _CHINA.items():
            given = self.values[name]
            if given in (None, ""):
                self.values[name] = None
                continue
            try:
                self.values[name] = number = float(given)
            except (TypeError, ValueError):
                self._error(
                    name, _("“%(value)s” is no number.") % {"value": str(given)[:20]}, _("Decimal degrees.")
                )
                self.values[name] = None
                continue
            if not low <= number <= high:
                self._error(
                    name,
                    _("%(value)s degrees lie outside China (%(low)s to %(high)s).")
                    % {"value": given, "low": low, "high": high},
                    _("Give decimal degrees; longitude and latitude may be swapped."),
                )
        if (self.values["lon"] is None) != (self.values["lat"] is None) and not self.errors:
            self._error("lon", _("Give both longitude and latitude, or neither."))

    def _attributes(self) -> None:
        given = self.values["attributes"] or {}
        if not isinstance(given, Mapping):
            self._error("attributes", _("Attributes must be a mapping."))
            given = {}
        asked = attributes_of(self.kind.code)
        kept = {}
        for name, value in given.items():
            if value is None or value == "":
                continue
            if name not in asked:
                self._error("attributes", _("This kind has no attribute “%(name)s”.") % {"name": name})
            elif not isinstance(value, bool):
                self._error("attributes", _("“%(name)s” must be true or false.") % {"name": asked[name].zh})
            else:
                kept[name] = value
        self.values["attributes"] = kept


@lru_cache(maxsize=64)
def attributes_of(kind: str) -> dict[str, Any]:
    """Yes/no attributes of the register that the form set of *kind* asks for: name → Text (zh, en)."""
    catalogue = load()
    named = {
        arg
        for entry in catalogue.kinds[kind].forms
        if entry.when is not None
        for node in entry.when.walk()
        for arg in node.args
        if isinstance(arg, str) and node.op == "object"
    }
    return {name: text for name, text in catalogue.attributes.items() if name in named - _NOT_ATTRIBUTES}


@lru_cache(maxsize=1)
def attribute_names() -> tuple[str, ...]:
    """The yes/no attributes that any kind asks for, in the order of the form sets."""
    asked = {name for kind in KINDS for name in attributes_of(kind)}
    return tuple(name for name in load().attributes if name in asked)


def check_object(kind: str, raw: Mapping[str, Any], lookups: Lookups) -> Checker:
    """Check what is to become, or is, an object of *kind*. Raises KeyError for an unknown kind."""
    return Checker(KINDS[kind], raw, lookups)
