"""The statistical methods at work, for people to read: what each finds, how, and where it is published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from census.access.scope import Scope
from review.counting import counted
from review.findings.models import Finding
from review.selective.models import DigitTest, Score
from review.statistics import duplicates, pairs, places, ratios

HIDIROGLOU = "Hidiroglou & Berthelot 1986, Survey Methodology 12(1)"
HANDBOOK = "De Waal, Pannekoek & Scholtus 2011, Handbook of Statistical Data Editing and Imputation"
LINKAGE = "Christen 2012, Data Matching"


@dataclass(frozen=True, slots=True)
class Method:
    """*rule*: number of its findings (``ST-…``), or a name of its own where it makes none. The texts are lazy."""

    rule: str
    title: Any
    finds: Any
    how: Any
    source: str


METHODS: tuple[Method, ...] = (
    Method(
        ratios.INTENSITY,
        _("Unusual intensity"),
        _("Emission, water, fuel or material per product or output far from that of alike units"),
        _(
            "Logarithms of ratios within industry × process × size, wider groups below 12 peers; median and MAD, at "
            "least the width of the middle four fifths; 4 spreads and a factor of 3 away"
        ),
        f"{HIDIROGLOU}; Hampel 1974, JASA 69",
    ),
    Method(
        ratios.UNIT,
        _("Unit slip"),
        _("Values ten, a hundred, a thousand or ten thousand times too large or too small"),
        _("The fewest items that explain the failing ratios; the one that comes back at a power of ten"),
        "Al-Hamad, Lewis & Silva 2008, UNECE Work Session on Statistical Data Editing",
    ),
    Method(
        pairs.SWAPPED,
        _("Exchanged or shifted items"),
        _("Two figures of a record in each other's place"),
        _("The ratio is unlike its peers and fits them upside down, and each value fits the other's place"),
        f"{HANDBOOK}, ch. 2",
    ),
    Method(
        pairs.CHANGED,
        _("Sudden change"),
        _("A quantity far from what another source or an earlier phase says of the same object"),
        _("Factor to the other source beyond the limit of the item, which is configuration"),
        f"{HANDBOOK}, ch. 3",
    ),
    Method(
        places.SWAPPED,
        _("Coordinates exchanged"),
        _("Longitude and latitude the wrong way round"),
        _("The position lies in China only when the two are exchanged"),
        f"{HANDBOOK}, ch. 2",
    ),
    Method(
        places.OUTSIDE,
        _("Outside the county"),
        _("Positions outside the county the object is registered in"),
        _("Point in polygon with the county outlines, with a margin for their generalisation"),
        "Hormann & Agathos 2001, Computational Geometry 20(3)",
    ),
    Method(
        places.GCJ,
        _("GCJ-02 read as WGS-84"),
        _("Positions read off a web map with the offset grid"),
        _("Two positions of an object differ by the offset that GCJ-02 has at that place, to 60 m"),
        "eviltransform (open source), published approximation of GCJ-02",
    ),
    Method(
        places.SHARED,
        _("One point for many"),
        _("Three or more objects on exactly one point"),
        _("Equal coordinates to the last digit"),
        f"{LINKAGE}, ch. 4",
    ),
    Method(
        duplicates.CODE,
        _("Another object's code"),
        _("The credit code on the form is not the one of the register"),
        _("Equality after normalising"),
        f"{LINKAGE}, ch. 3",
    ),
    Method(
        duplicates.NAME,
        _("Same name in one place"),
        _("Two objects of one kind with the same name after normalising"),
        _("Blocking by place, then equality of the name without brackets, spaces and company words"),
        f"Fellegi & Sunter 1969, JASA 64; {LINKAGE}, ch. 4",
    ),
    Method(
        duplicates.NEAR,
        _("Two of a trade side by side"),
        _("Objects of one industry closer than about 30 m"),
        _("Blocking by cells of the map"),
        f"{LINKAGE}, ch. 4",
    ),
    Method(
        duplicates.COPIED,
        _("Copied forms"),
        _("Two objects whose forms hold the same numbers"),
        _("Equal sets of at least 8 different numbers"),
        f"{LINKAGE}, ch. 4",
    ),
    Method(
        DigitTest.Kind.BENFORD,
        _("First digits (Benford)"),
        _("Enumerators and counties whose first digits are unlike natural ones"),
        _(
            "Mean absolute deviation above 0.015 and chi-square; at least 300 amounts over two orders of magnitude; "
            "p-values adjusted for all tests"
        ),
        "Nigrini 2012, Benford's Law; Benjamini & Hochberg 1995, JRSS B 57",
    ),
    Method(
        DigitTest.Kind.HEAPING,
        _("Last digits (heaping)"),
        _("Enumerators and counties that round to 0 and 5 more than others do"),
        _("One-sided binomial test against the share in the whole area, adjusted for all tests"),
        "Whipple's and Myers' index (UN 1955, Manual II)",
    ),
    Method(
        "localisation",
        _("Error localisation"),
        _("The item that is most probably wrong, offered beside the findings"),
        _(
            "The fewest items whose change makes the failing checks hold; candidates solve the check's own equation or "
            "take the peers' value"
        ),
        "Fellegi & Holt 1976, JASA 71",
    ),
    Method(
        "selective",
        _("Selective editing"),
        _("The order in which doubtful objects are worth looking at"),
        _(
            "Chance of an error × how far the totals of COD, NH₃-N, SO₂ and NOₓ would move, weighed by region × "
            "industry × pollutant; blanks take what their ratios suggest"
        ),
        f"{HANDBOOK}, ch. 6 and 7; Bankier 1988, The American Statistician 42",
    ),
)
_PAGES = {method.rule: "digit_tests" for method in METHODS if method.rule in DigitTest.Kind.values} | {
    "localisation": "selective_queue",
    "selective": "selective_queue",
}


def methods_shown(scope: Scope) -> list[dict[str, Any]]:
    """The methods with what is open of each in *scope*: ``method, count, share`` (of the largest), ``url``."""

    def read() -> dict[str, int]:
        open_ = Finding.objects.visible_to(scope).filter(kind="outlier", state=Finding.State.OPEN)
        found = dict(open_.order_by().values_list("rule").annotate(n=Count("id")))
        tests = DigitTest.objects.visible_to(scope).filter(doubtful=True)
        scores = Score.objects.visible_to(scope).count()
        return (
            found
            | dict(tests.order_by().values_list("kind").annotate(n=Count("id")))
            | {"localisation": scores, "selective": scores}
        )

    held = counted(scope, "methods", "", read)
    most = max(held.values(), default=0)
    return [
        {
            "method": method,
            "count": (count := held.get(method.rule, 0)),
            "share": round(100 * count / most) if most else 0,
            "url": _address(method),
        }
        for method in METHODS
    ]


def _address(method: Method) -> str:
    if page := _PAGES.get(method.rule):
        kind = f"?kind={method.rule}" if page == "digit_tests" else ""
        return reverse(page) + kind
    return f"{reverse('finding_list')}?rule={method.rule}"
