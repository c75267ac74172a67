"""Whole numbers as addresses, forms and sheets name them. Pure."""

from __future__ import annotations

MOST = 2**63 - 1  # of a bigint; PostgreSQL refuses a larger one as a fault of the program


def whole(text: str | None, most: int = MOST) -> int | None:
    """The number that *text* names in ASCII digits, None for what names none from 0 to *most*.

    Not ``str.isdigit`` and ``int``: the first takes ² and full-width digits, the second refuses ² and very long texts.

    >>> whole("12"), whole("²"), whole(""), whole("-1"), whole("9" * 5000)
    (12, None, None, None, None)
    """
    if not text or len(text) > len(str(most)) or not (text.isascii() and text.isdigit()):
        return None
    number = int(text)
    return number if number <= most else None
