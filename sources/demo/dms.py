"""Decimal degrees as the forms write them: 118°52′10.25″."""

from __future__ import annotations

import numpy as np


def dms(degrees: np.ndarray) -> list[str]:
    """Canonical text with two decimals of a second (about 0.3 m)."""
    hundredths = np.rint(np.asarray(degrees, dtype=float) * 360_000).astype(np.int64)
    whole, rest = np.divmod(hundredths, 360_000)
    minutes, seconds = np.divmod(rest, 6_000)
    return [
        f"{d}°{m}′{s // 100:02d}.{s % 100:02d}″"
        for d, m, s in zip(whole.tolist(), minutes.tolist(), seconds.tolist(), strict=True)
    ]
