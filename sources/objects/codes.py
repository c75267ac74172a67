"""Check digits and identification codes. Pure.

Organisation code: GB 11714-1997 (9 characters). Unified social credit code (uscc): GB 32100-2015 (18).
A fault at position 18 of a credit code is an error; one at position 17 (the check character of the
organisation code inside) is a warning, because some codes issued early fail it.

Identification codes, by which the census names an object:

- with a credit code: that code and a 2-digit serial of the site (``01`` is the unit itself), 20 characters;
- without: 12-digit region code, letter of the kind, 4-digit serial, one check character, 18 characters.

The check character of the second form is ISO 7064 MOD 37-2 over 0-9A-Z. It finds every single wrong
character and every swap of two neighbours (MOD 37,36 misses some swaps). Its 37th value ``*`` is not used: a
serial that would need it is passed over.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# First two digits of a division code; 10: codes given by national authorities begin 100000.
PROVINCES = frozenset(
    str(n)
    for span in ((10, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 66), (71, 71), (81, 82))
    for n in range(span[0], span[1] + 1)
)
_USCC_VALUE = {c: i for i, c in enumerate(USCC_ALPHABET)}
_VALUE = {c: i for i, c in enumerate(ALPHABET)}
_ORG_SHAPE = re.compile(r"[0-9A-Z]{8}[0-9X]")
_OBJECT_SHAPE = re.compile(r"\d{12}[A-Z]\d{4}[0-9A-Z]")


@dataclass(frozen=True, slots=True)
class CodeFault:
    """What is wrong with a code. severity: ``error`` (cannot be right) or ``warning`` (look again)."""

    severity: str
    message: Any


def tidy(text: str) -> str:
    """A code as typed, in its canonical shape: half-width capitals without blanks and hyphens."""
    return re.sub(r"[\s\-－—]", "", unicodedata.normalize("NFKC", text)).upper()


# -- organisation code -----------------------------------------------------------------------------
def org_check_character(body: str) -> str:
    """Check character of the 8-character *body*. Raises KeyError for a character outside 0-9A-Z.

    >>> org_check_character("YYYY0008")
    'X'
    """
    rest = 11 - sum(_VALUE[c] * w for c, w in zip(body, ORG_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def org_faults(code: str) -> list[CodeFault]:
    """Faults of a tidy organisation code; empty when it is right."""
    if not _ORG_SHAPE.fullmatch(code):
        return [
            CodeFault(
                "error",
                _("An organisation code has 9 characters: 8 digits or letters and a check character."),
            )
        ]
    if org_check_character(code[:8]) != code[8]:
        return [
            CodeFault(
                "error", _("The check character (the last one) does not fit: one character is mistyped.")
            )
        ]
    return []


# -- unified social credit code --------------------------------------------------------------------
def uscc_check_character(body: str) -> str:
    """Check character of the 17-character *body*. Raises KeyError for a character outside the alphabet.

    >>> uscc_check_character("91330802YYYY0008X")
    '6'
    """
    total = sum(_USCC_VALUE[c] * w for c, w in zip(body, USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[-total % 31]


def uscc_faults(code: str) -> list[CodeFault]:
    """Faults of a tidy credit code, errors first; empty when it is right.

    Whether positions 3-8 name a division that exists is for a caller who has the list of divisions.
    """
    if len(code) != 18:
        return [
            CodeFault(
                "error", _("A credit code has 18 characters, this one has %(count)s.") % {"count": len(code)}
            )
        ]
    wrong = sorted({c for c in code if c not in _USCC_VALUE})
    if wrong:
        return [
            CodeFault(
                "error",
                _("“%(wrong)s” does not occur in credit codes (digits, and letters without I, O, S, V, Z).")
                % {"wrong": " ".join(wrong)},
            )
        ]
    if uscc_check_character(code[:17]) != code[17]:
        return [
            CodeFault(
                "error", _("The check character (position 18) does not fit: one character is mistyped.")
            )
        ]
    faults = []
    if not code[2:8].isdigit() or code[2:4] not in PROVINCES:
        faults.append(CodeFault("error", _("Positions 3 to 8 must be a division code of China.")))
    if not _ORG_SHAPE.fullmatch(code[8:17]) or org_check_character(code[8:16]) != code[16]:
        faults.append(
            CodeFault(
                "warning",
                _("Position 17 does not fit the organisation code inside. Compare with the licence."),
            )
        )
    return faults


# -- identification code ---------------------------------------------------------------------------
def check_character_37(body: str) -> str:
    """ISO 7064 MOD 37-2 check character over 0-9A-Z ('*' is its 37th value)."""
    total = 0
    for character in body:
        total = (total + _VALUE[character]) * 2 % 37
    return (ALPHABET + "*")[(1 - total) % 37]


def site_code(uscc: str, serial: int) -> str:
    """Identification code of site *serial* (1-99) of the unit with credit code *uscc*."""
    if not 1 <= serial <= 99:
        raise ValueError(f"site serial {serial} is not in 1-99")
    return f"{uscc}{serial:02d}"


def object_codes(region: str, letter: str, after: int = 0) -> Iterator[str]:
    """Identification codes of objects of a kind in *region*, in order, serials over *after*."""
    for serial in range(after + 1, 10_000):
        body = f"{region}{letter}{serial:04d}"
        if (check := check_character_37(body)) != "*":
            yield body + check


def serial_of(code: str) -> int:
    """Serial inside an identification code of either form."""
    return int(code[18:20]) if len(code) == 20 else int(code[13:17])


def identification_faults(code: str) -> list[CodeFault]:
    """Faults of a tidy identification code of either form; empty when it is right."""
    if len(code) == 20:
        if not code[18:].isdigit() or code[18:] == "00":
            return [
                CodeFault("error", _("The last two characters must be the number of the site, 01 to 99."))
            ]
        return uscc_faults(code[:18])
    if not _OBJECT_SHAPE.fullmatch(code):
        return [
            CodeFault(
                "error",
                _("An identification code is a credit code with 2 more digits, or region code, letter, "
                  "4 digits and a check character."),
            )
        ]  # fmt: skip
    if check_character_37(code[:17]) != code[17]:
        return [
            CodeFault(
                "error", _("The check character (the last one) does not fit: one character is mistyped.")
            )
        ]
    return []
