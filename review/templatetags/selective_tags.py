"""Figures of selective editing on pages: ratios beside their median, and the small pictures of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from review.selective.models import DigitTest
from review.statistics.digits import EXPECTED

register = template.Library()
WIDTH, HEIGHT, EDGE = 200, 30, 6  # of a picture, in its own units
SMALLEST_P = 0.0001


@register.filter
def times_median(peers: Mapping[str, Any], name: str) -> str:
    """*name* of the peers (low, high, own) as so many times their median: ratios themselves may be millionths."""
    value, median = peers.get(name), peers.get("median")
    return f"{value / median:,.3g}" if value is not None and median else "–"


@register.filter
def p_words(value: float) -> str:
    """A p-value in four decimals; below the last of them only that."""
    return f"< {SMALLEST_P}" if value < SMALLEST_P else f"{value:.4f}"


@register.simple_tag
def peer_strip(peers: Mapping[str, Any]) -> SafeString | str:
    """Where an object's ratio lies among its peers': the middle four fifths as a bar, the median as a line, the object
    as a dot, on a logarithmic axis. Nothing without a figure of its own, or for ratios that are not above zero."""
    names = ("low", "median", "high", "own")
    if not all((peers.get(name) or 0) > 0 for name in names):
        return ""
    low, median, high, own = (math.log10(peers[name]) for name in names)
    first, last = min(low, own) - 0.2, max(high, own) + 0.2

    def at(value: float) -> float:
        return round(EDGE + (value - first) / (last - first) * (WIDTH - 2 * EDGE), 1)

    return format_html(
        '<svg class="peer-strip" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<line class="axis" x1="{}" x2="{}" y1="15" y2="15"/><rect x="{}" y="9" width="{}" height="12" rx="2"/>'
        '<line class="median" x1="{}" x2="{}" y1="6" y2="24"/><circle cx="{}" cy="15" r="5"/></svg>',
        *(WIDTH, HEIGHT),
        _("Here %(own)s times the median; four fifths of the peers lie between %(low)s and %(high)s times")
        % {name: times_median(peers, name) for name in ("own", "low", "high")},
        *(EDGE, WIDTH - EDGE, at(low), max(2.0, round(at(high) - at(low), 1))),
        *(at(median), at(median), at(own)),
    )


@register.simple_tag
def digit_bars(test: DigitTest) -> SafeString | str:
    """How often each digit occurs as bars, with a mark where it should be: Benford's law, or last digits as even as the
    whole area has them."""
    count = sum(test.digits)
    if not count:
        return ""
    if test.kind == DigitTest.Kind.BENFORD:
        usual = [(str(digit), float(share)) for digit, share in enumerate(EXPECTED, start=1)]
    else:
        round_ones, others = test.expected / 2, (1 - test.expected) / 8
        usual = [(str(digit), round_ones if digit in (0, 5) else others) for digit in range(10)]
    shares = [found / count for found in test.digits]
    top = max(*shares, *(share for _digit, share in usual))
    step = WIDTH / len(usual)
    bars = format_html_join(
        "",
        '<g><title>{}: {} %</title><rect x="{}" y="{}" width="{}" height="{}"/>'
        '<line x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="42">{}</text></g>',
        (
            (
                *(digit, round(share * 100, 1), round(n * step + 2, 1), round(HEIGHT * (1 - share / top), 1)),
                *(
                    round(step - 4, 1),
                    round(HEIGHT * share / top, 1),
                    round(n * step, 1),
                    round((n + 1) * step, 1),
                ),
                *(round(HEIGHT * (1 - wanted / top), 1), round(HEIGHT * (1 - wanted / top), 1)),
                *(round((n + 0.5) * step, 1), digit),
            )
            for n, (share, (digit, wanted)) in enumerate(zip(shares, usual, strict=True))
        ),
    )
    label = _("Share of each digit; the line is what is usual")
    return format_html(
        '<svg class="digit-bars" viewBox="0 -2 {} 46" role="img" aria-label="{}">{}</svg>', WIDTH, label, bars
    )
