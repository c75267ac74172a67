"""Words, units and numbers as handbooks print them. Pure; the words are data, ``printed.yaml``."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from accounting.methods import pollutants
from census import declarations

FOOTNOTE = re.compile(r"[①-⑳†‡*]+$")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_POWER = re.compile(r"^(\d+(?:\.\d+)?)[×x*]10\^?([-+]?\d+)$")
_SPAN = re.compile(r"^\d+(?:\.\d+)?%?[~-]\d+(?:\.\d+)?%?$")
_KEPT = "，；：！？"
_WHOLE_UNITS = frozenset({"%", "mg/L", "g/L", "kg/ha"})


@dataclass(frozen=True, slots=True)
class Head:
    """What a column holds: a column of the layout (``key``), or coefficients.

    These are of ``kind``, of one ``pollutant`` and in a ``unit``, or where these are blank of those their line names.
    """

    text: str
    key: str = ""
    kind: str = ""
    pollutant: str = ""
    unit: str = ""

    @property
    def coefficients(self) -> bool:
        return not self.key and bool(self.kind or self.pollutant)


@cache
def words() -> dict:
    """printed.yaml with its words folded, as they are looked up."""
    told = declarations.read(Path(__file__).with_name("printed.yaml"))
    for name in ("heads", "kinds"):
        told[name] = {fold(word): key for key, spelled in told[name].items() for word in spelled}
    told["media"] = {fold(word): code for word, code in told["media"].items()}
    for name in ("repeat", "nothing"):
        told[name] = frozenset(half(word) for word in told[name])
    return told


def half(text: str) -> str:
    """Full-width letters, digits, signs and brackets as half-width ones; Chinese punctuation stays as it is printed."""
    wide = {ord(one) for one in text if "！" <= one <= "～" and one not in _KEPT}
    narrow = {code: unicodedata.normalize("NFKC", chr(code)) for code in wide}
    return text.translate(narrow).replace("\u3000", " ").strip()


def fold(text: str) -> str:
    """A word for comparison: half width, small letters, no spaces, brackets or marks of footnotes."""
    text = "".join(half(text).lower().split())
    return FOOTNOTE.sub("", _BRACKETS.sub("", text))


def tight(text: str) -> str:
    """Half width and without any space."""
    return "".join(half(text).split())


def head_of(text: str) -> Head:
    """What the head of a column says."""
    if unit := unit_of(text)[0]:
        return Head(text, unit=unit)
    word, told = fold(text), words()
    if word in told["heads"]:
        return Head(text, key=told["heads"][word])
    inside = [unit for part in _BRACKETS.findall(half(text)) if (unit := unit_of(part)[0])]
    unit = inside[-1] if inside else ""
    if word in told["kinds"]:
        return Head(text, kind=told["kinds"][word], unit=unit)
    return Head(text, pollutant=pollutants.code_of(word) or "", unit=unit)


def pollutant_of(text: str) -> str:
    """The code of a printed pollutant, also with a remark in brackets; the text itself where it is not known."""
    return pollutants.code_of(text) or pollutants.code_of(fold(text)) or text


def unit_of(text: str) -> tuple[str, str]:
    """A printed unit as the library writes it, and its basis; ('', '') for none.

    千克/吨-原料 is (kg/t-raw, raw_material), 克/头 is (g/head, '').
    """
    told = words()
    plain = tight(text).replace("³", "3").replace("²", "2")
    amount, _slash, per = plain.partition("/")
    per, _dash, what = per.replace("—", "-").replace("–", "-").partition("-")
    if amount not in told["amounts"] or per not in told["per"]:
        return (plain, "") if plain in _WHOLE_UNITS else ("", "")
    basis = told["basis"].get(what, "")
    tail = {"raw_material": "-raw", "product": "-product"}.get(basis, "")
    return f"{told['amounts'][amount]}/{told['per'][per]}{tail}", basis


def basis_of(unit: str) -> str:
    """What a unit of the library is per: kg/t-raw is raw_material; '' where it does not say."""
    return {"raw": "raw_material", "gas": "raw_material", "product": "product"}.get(
        unit.rpartition("-")[2], ""
    )


def value_of(text: str) -> str:
    """A printed coefficient as the library writes it: 16S is 16*S, 1.2×10-3 is 1.2e-3; marks of footnotes fall away."""
    plain = FOOTNOTE.sub("", tight(text)).replace("−", "-").replace("–", "-")
    if power := _POWER.match(plain):
        return f"{power[1]}e{int(power[2])}"
    plain = plain.replace("×", "*").replace("·", "*")
    return re.sub(r"(?<=[\d)])(?=[A-Za-z(])(?![eE][-+]?\d)", "*", plain)


def is_number(text: str) -> bool:
    """Whether a cell holds a number or an expression that begins with one."""
    return bool(re.match(r"[\d.]", value_of(text)))


def is_span(text: str) -> bool:
    """Whether a cell holds a range such as 60~80 in place of a number."""
    return bool(_SPAN.match(tight(text).replace("—", "-").replace("–", "-")))


def k_family_of(text: str) -> str:
    """The family of the printed formula of the operating rate, '' for none."""
    return next((family for word, family in words()["k_families"].items() if word in text), "")
