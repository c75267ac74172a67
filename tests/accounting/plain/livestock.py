"""Livestock: scale farms (N101) and the small farms of a county (N202): water pollutants and ammonia.

Generated per head sold or in stock; discharged by whole-farm modes where all their rates are known, else by the solid
and the liquid stream. Ammonia by the guideline of 2014: what volatilises in the house, in storage and on the field.
"""

from __future__ import annotations

from math import nan

from tests.accounting.plain.books import STEPS, Books
from tests.accounting.plain.facts import Account, Around, Row, Subject, declared, known, total

POLLUTANTS = ("COD", "NH3_N", "TN", "TP")
POULTRY = ("laying_hen", "broiler")
ONLY_BEDDING = {"3"}
NH3_PER_N = 1.214
"""17 ÷ 14 as the guideline prints it."""


def account(subject: Subject, around: Around, books: Books, out: Account) -> None:
    """All lines and gaps of the herds of an object."""
    handling = next(iter(subject.sheets("N101-1")), Row("N101-1", 0, {}))
    ways = set(handling.codes("dung_cleaning"))
    for row in subject.sheets("N101-2"):
        for animal, entry in declared("manure")["animals"].items():
            heads = row.number(entry["item"])
            if known(heads) and heads:
                herd = _Herd(subject, animal, heads, handling, bool(ways) and ways <= ONLY_BEDDING)
                _herd(herd, around, books, out, row)
    animals = {entry["form_code"]: animal for animal, entry in declared("manure")["animals"].items()}
    for row in subject.rows("N202", "animals"):
        heads, animal = row.number("herd"), animals.get(row.text("animal"))
        if not known(heads) or (heads and animal is None):
            out.miss(row, "missing_input", size=heads)
        elif heads:
            _herd(_Herd(subject, animal, heads, row, row.number("bedding_pct") > 50), around, books, out, row)


class _Herd:
    """Animals of one kind and what is done with their manure (shares 0..1 by the items of ``handling``)."""

    def __init__(self, subject: Subject, animal: str, heads: float, handling: Row, bedding: bool) -> None:
        self.region, self.animal, self.heads, self.bedding = subject.region[:4], animal, heads, bedding
        self.entry = declared("manure")["animals"][animal]
        names = declared("manure")["forms"][handling.form]
        share = lambda items: sum(n for n in map(handling.number, items) if known(n)) / 100  # noqa: E731
        self.modes = {mode: share(items) for mode, items in names["solid"].items()}
        self.direct, self.treated = share([names["liquid_direct"]]), share([names["liquid_treated"]])
        self.solid_used, self.liquid_used = share(names["solid_used"]), share(names["liquid_used"])
        asked = {
            *names["solid_used"], *names["liquid_used"], names["liquid_treated"], names["liquid_direct"],
            *(item for items in names["solid"].values() for item in items),
        }  # fmt: skip
        self.filled = known(total(map(handling.number, asked)))


def _herd(herd: _Herd, around: Around, books: Books, out: Account, row: Row) -> None:
    for pollutant in POLLUTANTS:
        _water(herd, around, books, out, row, pollutant)
    ammonia = _ammonia(books, herd.animal, herd.region)
    if ammonia is None:
        out.miss(row, "no_factor", "NH3", herd.heads)
        return
    per_head, step = ammonia
    amount = herd.heads * per_head
    out.add(
        row, "air", "NH3", "coefficient", unit=herd.animal, activity=herd.heads, factor=per_head, generated=amount,
        discharged=amount, step=step,
    )  # fmt: skip


def _water(herd: _Herd, around: Around, books: Books, out: Account, row: Row, pollutant: str) -> None:
    found, per_head = _per_head(books, herd, pollutant)
    if found.factor is None:
        out.miss(row, found.reason or "no_factor", pollutant, herd.heads)
        return
    generated = herd.heads * per_head
    formulas = {"mode_share": _by_modes, "streams": _by_streams}
    left = next(
        (
            share
            for name in around.parameter("livestock", "formulas")
            if (share := formulas[name](books, herd, pollutant)) is not None
        ),
        nan,
    )
    discharged = generated * left if herd.filled else nan
    if not known(discharged):
        out.miss(row, "no_efficiency" if herd.filled else "missing_input", pollutant, generated)
    elif discharged < 0:
        out.miss(row, "negative", pollutant, generated)
        discharged = nan
    out.add(
        row, "water", pollutant, "coefficient", unit=herd.animal, activity=herd.heads, factor=found.factor.value,
        factor_id=found.factor.id, generated=generated, discharged=discharged, step=found.step,
    )  # fmt: skip


def _per_head(books: Books, herd: _Herd, pollutant: str):
    """(factor found, kg a head): the factor a head, or that a head and day × feeding days; the stronger step."""
    entry, ways = herd.entry, []
    if "per_head" in entry:
        process = "generation (2011-2015 reduction accounting)"
        found = books.local("livestock", entry["per_head"], process, pollutant, herd.region)
        if found.factor:
            ways.append((found, found.factor.value))
    daily = books.local("livestock", entry["per_day"], "generation", pollutant, herd.region, "all stages")
    days = books.local(
        "livestock", entry["per_day"], "corrected feeding days", "feeding_days", herd.region, "all stages"
    ).factor
    if daily.factor and days and daily.factor.value_unit == "kg/(head·d)":
        ways.append((daily, daily.factor.value * days.value))
    if not ways:
        reason = daily.reason or "no_factor"
        return type(daily)(reason=reason), nan
    return min(ways, key=lambda way: STEPS.index(way[0].step))


# -- discharge ----------------------------------------------------------------------------------------


def _by_modes(books: Books, herd: _Herd, pollutant: str) -> float | None:
    """1 − Σ share × removal rate, for what is not discharged directly; None unless all rates are known."""
    housing, rates = "poultry" if herd.animal in POULTRY else "mammals", {}
    for kind in ("bedding", housing):
        for mode, stage in declared("manure")["modes"][kind].items():
            rate = books.local("livestock", herd.animal, "removal rate", pollutant, herd.region, stage).factor
            if rate is None:
                return None
            rates[kind, mode] = rate.value / 100
    kind = "bedding" if herd.bedding else housing
    removal = sum(share * rates.get((kind, mode), 0.0) for mode, share in herd.modes.items())
    return 1 - removal * (1 - herd.direct)


def _by_streams(books: Books, herd: _Herd, pollutant: str) -> float | None:
    """Dung and liquid less what is used of each; treated liquid has no efficiency, so its discharge is unknown."""
    dung = _dung_share(books, herd, pollutant)
    if dung is None:
        return None
    liquid = 1 - dung
    if liquid == 0:
        return dung * (1 - herd.solid_used)
    treated = nan if herd.treated else 0.0
    return dung * (1 - herd.solid_used) + liquid * (1 - herd.liquid_used - treated)


def _dung_share(books: Books, herd: _Herd, pollutant: str) -> float | None:
    """Share of a pollutant that leaves with the dung; None without the figures. Poultry have no urine in the tables."""
    mass = {}
    for part in ("faeces", "urine"):
        excreted = books.local(
            "livestock", herd.entry["excretion"], "excretion", part, herd.region, "all stages"
        ).factor
        content = books.local(
            "livestock", herd.entry["content"], "pollutant content of manure", pollutant, herd.region, part
        ).factor
        if excreted and content:
            mass[part] = excreted.value * content.value
        elif part == "urine" and excreted is None:
            mass[part] = 0.0
        else:
            return None
    return mass["faeces"] / sum(mass.values())


# -- ammonia ------------------------------------------------------------------------------------------


def _ammonia(books: Books, animal: str, region: str) -> tuple[float, str] | None:
    """(kg NH3 a head and year, weakest step of its parameters); None when one is missing."""
    return books.remember(("ammonia", animal, region), lambda: _ammonia_of(books, animal, region))


def _ammonia_of(books: Books, animal: str, region: str) -> tuple[float, str] | None:
    steps = []

    def get(process: str, pollutant: str, stage: str = "") -> float:
        found = books.local("livestock", animal, process, pollutant, region, stage)
        if found.factor is None:
            raise LookupError(process)
        steps.append(found.step)
        return found.factor.value

    kg = 0.0
    try:
        days, ammoniacal = (
            get("feeding days for ammonia", "feeding_days"),
            get("ammoniacal share of total N", "TAN_share") / 100,
        )
        for part, phase in (("faeces", "solid"), ("urine", "liquid")):
            if part == "urine" and animal in POULTRY:
                continue
            nitrogen = (
                get("excretion for ammonia", part) * get(f"nitrogen content of {part}", "N_content") / 100
            )
            entering = days * nitrogen * ammoniacal
            lost = [get("NH3-N volatilisation", "NH3", f"{where}, {phase}") / 100 for where in _PLACES]
            other = sum(
                get("other N loss in storage", "TAN_loss", f"storage, {phase}, {gas}")
                for gas in ("N2O", "NO", "N2")
            )
            housing, storage, field = lost
            stored = entering * (1 - housing)
            spread = stored * (1 - storage - other / 100)
            kg += (entering * housing + stored * storage + spread * field) * NH3_PER_N
    except LookupError:
        return None
    return kg, max(steps, key=STEPS.index)


_PLACES = ("housing", "storage", "land application")
