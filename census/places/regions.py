"""Arithmetic of 12-digit division codes (2+2+2+3+3 digits). Pure."""

from __future__ import annotations

NATION = "000000000000"
LEVELS = ("nation", "province", "city", "county", "township", "village")
WIDTHS = (0, 2, 4, 6, 9, 12)


def prefix(code: str) -> str:
    """Return the significant leading digits of a 12-digit code ('' for the nation).

    >>> prefix("330802000000")
    '330802'
    """
    for width in WIDTHS:
        if set(code[width:]) <= {"0"}:
            return code[:width]
    return code


def is_code(text: str | None) -> bool:
    """Whether *text* has the form of a code: twelve ASCII digits. There need not be such a division."""
    return text is not None and len(text) == 12 and text.isascii() and text.isdigit()


def level(code: str) -> int:
    """Return 0 nation, 1 province, 2 city, 3 county, 4 township, 5 village.

    Townships directly under a city (Dongguan, Zhongshan, Danzhou: ``4419 00 003``) are level 4 by width.
    """
    return WIDTHS.index(len(prefix(code)))


def bounds(code: str) -> tuple[str, str]:
    """Return (from, to): every code of the area satisfies from <= code < to in C collation."""
    head = prefix(code)
    return head, head + "~"


def contains(area: str, code: str) -> bool:
    """True when *code* lies in *area* (an area contains itself)."""
    return code.startswith(prefix(area))


def at_level(code: str, wanted: int) -> str:
    """Return the ancestor code of *code* at level *wanted* (padded to 12 digits)."""
    return code[: WIDTHS[wanted]].ljust(12, "0")


def ancestors(code: str) -> list[str]:
    """Return the codes from the nation down to *code* itself, each once."""
    own = len(prefix(code))
    chain = [code[:width].ljust(12, "0") for width in WIDTHS if width < own]
    return list(dict.fromkeys([*chain, code]))
