"""Crops and aquaculture of a county: nutrients, ammonia and film of the fields, straw, net gain of aquaculture."""

from __future__ import annotations

from math import nan

from tests.accounting.plain.books import Books
from tests.accounting.plain.coefficient import by_place
from tests.accounting.plain.facts import Account, Row, Subject, declared, first_known, known, words

RUNOFF = "fertiliser loss in surface runoff"
P_IN_P2O5 = 0.4364
CULTURES = {
    "1": "池塘养殖", "2": "工厂化养殖", "3": "网箱养殖", "4": "围栏养殖", "5": "浅海筏式养殖", "6": "滩涂增养殖",
}  # fmt: skip


def account(subject: Subject, books: Books, out: Account) -> None:
    """All lines and gaps of crops and aquaculture."""
    for row in subject.sheets("N201-1"):
        nitrogen = row.number("nitrogen_t") * 1e3
        phosphorus = row.number("phosphate_t") * 1e3 * P_IN_P2O5
        for pollutant, applied in (("TN", nitrogen), ("NH3_N", nitrogen), ("TP", phosphorus)):
            _runoff(subject, books, out, row, pollutant, applied)
        if row.number("compound_t") > 0:
            out.miss(row, "missing_input", "TN", row.number("compound_t"))
        if nitrogen > 0:
            by_place(
                books, out, row, sector="agriculture", product_name="planting: N fertiliser",
                process="NH3 volatilisation", stage="nitrogen applied", medium="air", pollutants=("NH3",),
                region=subject.region, activity=row.number("nitrogen_t"), unit="t",
            )  # fmt: skip
        _film(out, row)
    for row in subject.rows("N201-3", "straw"):
        kind = declared("agriculture")["straw"].get(row.text("straw_crop"), "other straw")
        _straw(subject, books, out, row, kind)
        if row.number("straw_burned_t") > 0:
            by_place(
                books, out, row, sector="agriculture", product_name="straw open burning", process="open burning",
                stage=kind, medium="air", pollutants=("VOCs",), region=subject.region,
                activity=row.number("straw_burned_t"), unit="t",
            )  # fmt: skip
    for row in subject.rows("N203", "rows"):
        species = row.text("species")
        by_place(
            books, out, row, sector="agriculture", product_name=words("species").get(species, species),
            process="aquaculture discharge", stage=CULTURES.get(row.text("culture_mode"), "其他"), medium="water",
            pollutants=("COD", "NH3_N", "TN", "TP"), region=subject.region,
            activity=row.number("output_t") - first_known(row.number("seed_t"), 0.0), unit="t",
        )  # fmt: skip


def _runoff(subject: Subject, books: Books, out: Account, row: Row, pollutant: str, applied: float) -> None:
    """Nutrient applied × loss rate, the mean over the cropping modes by area. The largest mode names the factor."""
    areas = _areas(subject)
    rates = {
        mode: books.local("agriculture", "planting", RUNOFF, pollutant, subject.region, mode)
        for mode in areas
    }
    missing = next((found.reason for found in rates.values() if found.factor is None), "")
    if missing or not areas or not known(applied):
        out.miss(row, missing or "missing_input", pollutant, applied)
        return
    rate = sum(rates[mode].factor.value * area for mode, area in areas.items()) / sum(areas.values())
    main = rates[max(areas, key=areas.get)]
    lost = applied * rate / 100
    out.add(
        row, "water", pollutant, "coefficient", unit=RUNOFF, activity=applied, factor=rate, factor_id=main.factor.id,
        generated=lost, discharged=lost, step=main.step,
    )  # fmt: skip


def _areas(subject: Subject) -> dict[str, float]:
    """Cropping mode -> sown area in mu."""
    reading = declared("agriculture")
    modes = {crop: mode for mode, crops in reading["modes"].items() for crop in crops}
    areas: dict[str, float] = {}
    for row in subject.rows("N201-2", "crops"):
        crop, sown = row.text("crop"), row.number("sown_mu")
        if sown > 0 and crop not in reading["none"]:
            mode = modes.get(crop, reading["other"])
            areas[mode] = areas.get(mode, 0.0) + sown
    return areas


def _straw(subject: Subject, books: Books, out: Account, row: Row, kind: str) -> None:
    """Straw that can be collected, as reported, else grain × ratios; what burns in the field leaves."""
    burned = row.number("straw_burned_t") * 1e3
    collectable, grain = row.number("straw_collectable_t"), row.number("grain_output_t")
    if known(collectable):
        out.add(
            row, "waste", "straw", "reported", unit=kind, activity=collectable, generated=collectable * 1e3,
            discharged=burned, step="reported",
        )  # fmt: skip
        return
    ratio, share = (
        books.local("agriculture", "straw", process, "straw", subject.region, kind)
        for process in ("straw to grain ratio", "collectable ratio")
    )
    if not known(grain):
        out.miss(row, "missing_input", "straw")
    elif ratio.factor is None or share.factor is None:
        out.miss(row, ratio.reason or share.reason, "straw", grain)
    else:
        out.add(
            row, "waste", "straw", "coefficient", unit=kind, activity=grain, factor=ratio.factor.value,
            factor_id=ratio.factor.id, generated=grain * ratio.factor.value * share.factor.value * 1e3,
            discharged=burned, step=ratio.step,
        )  # fmt: skip


def _film(out: Account, row: Row) -> None:
    """Mulch film used less what recyclers took back; more than was used says nothing of what stays in the soil."""
    used, back = row.number("film_use_t"), row.number("film_recycled_t")
    if not used > 0:
        return
    if not known(back):
        out.miss(row, "missing_input", "mulch_film", used)
    elif back > used:
        out.miss(row, "negative", "mulch_film", back - used)
        back = nan
    out.add(
        row, "waste", "mulch_film", "reported", activity=used, generated=used * 1e3, discharged=(used - back) * 1e3,
        step="reported",
    )  # fmt: skip
