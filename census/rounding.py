"""The one rule by which figures are rounded, once, where they are shown: half up on the decimal digits.

GB/T 8170-2008 allows it where it is agreed; the figures of the published bulletin fit it, and spreadsheets do the same.
Sums are of unrounded figures. Tables that are published are rounded together instead, so that parts add up
(``accounting.tables.rounding``).
"""

from decimal import ROUND_HALF_UP, Decimal


def half_up(value: float, decimals: int) -> Decimal:
    """2.675 → 2.68, -0.5 → -1, whatever the binary digits behind the number; nothing is minus zero.

    >>> half_up(2.675, 2), half_up(0.5, 0), half_up(-0.001, 2)
    (Decimal('2.68'), Decimal('1'), Decimal('0.00'))
    """
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) + Decimal(0)
