"""Special processes of industry (G103-3 to G103-12): coking, iron and steel, clinker, petrochemicals, tanks, yards.

How each form is read is data (processes.yaml). Each row gives one line or one gap for every accounting unit, activity
and pollutant the form leaves to the accounting. Materials with VOCs (G103-11) go by solvent balance.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from accounting.factors.matching import Library, Wanted
from accounting.factors.shape import NO_TREATMENT
from accounting.methods import balance
from census import declarations
from sources.forms import catalogue
from sources.forms.model import Section

from . import coefficients, treatments
from .choice import DERIVED
from .context import Context
from .result import Ledger, multiplier
from .table import Column, Table, column, concat

SOURCE = "industrial"
AIR = {
    "so2": "SO2", "nox": "NOx", "pm": "PM", "voc": "VOCs", "nh3": "NH3", "as": "As", "pb": "Pb", "cd": "Cd",
    "cr": "Cr", "hg": "Hg",
}  # fmt: skip
_RESULT = re.compile(rf"^(?:(\w+)_)?({'|'.join(AIR)})_(?:generation|emission)_(?:t|kg)$")
VOC_SHARE, NO_COLLECTION = "VOCs含量", "5"


@cache
def reading() -> dict[str, list[dict]]:
    """How the forms are read (processes.yaml)."""
    return declarations.read(Path(__file__).with_name("processes.yaml"))


@cache
def expected(form: str, section: str) -> dict[str, tuple[str, ...]]:
    """Point -> pollutants the section of the form leaves to the accounting; point '' where it names none."""
    found: dict[str, dict[str, None]] = {}
    for indicator in catalogue.load().forms[form].section(section).indicators:
        result = _RESULT.match(indicator.id)
        if indicator.accounted and result:
            found.setdefault(result[1] or "", {})[AIR[result[2]]] = None
    return {point: tuple(names) for point, names in found.items()}


def account(ledger: Ledger, context: Context, library: Library) -> None:
    """All lines and gaps of these forms in a shard."""
    for form, entries in reading().items():
        if len(context.form(form)):
            for entry in entries:
                _section(ledger, context, library, form, entry)
    _solvents(ledger, context, library)


# -- one section --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Rows:
    """The rows of a section with all its items, and what its definition says of them."""

    frame: Table
    section: Section
    context: Context

    @classmethod
    def read(cls, context: Context, form: str, section_id: str) -> "_Rows":
        section = catalogue.load().forms[form].section(section_id)
        wanted = [item for item in section.indicators if not item.accounted]
        items = {
            "numbers": [item.id for item in wanted if item.type in {"integer", "decimal"}],
            "texts": [item.id for item in wanted if item.type in {"text", "choice", "boolean"}],
            "lists": [item.id for item in wanted if item.type == "multichoice"],
        }
        documents = context.form(form)
        frame = documents.rows(section_id, **items) if section.repeat else documents.items(**items)
        return cls(frame, section, context)

    def blank(self) -> Column:
        return column(np.nan, len(self.frame))

    def number(self, item: str | None) -> Column:
        return self.frame[item] if item in self.frame else self.blank()

    def text(self, item: str) -> Column:
        """The item as words: the text of its code list where it is coded."""
        choices = {choice.code: choice.zh for choice in self._indicator(item).choices}
        return self.frame[item].map(lambda code: choices.get(code, code))

    def _indicator(self, item: str):
        return next(one for one in self.section.indicators if one.id == item)

    def holds(self, when: dict[str, list[str]]) -> np.ndarray:
        """Rows in which an item has one of the codes."""
        mask = np.ones(len(self.frame), dtype=bool)
        for item, codes in when.items():
            wanted = set(codes)
            mask &= np.array(
                [
                    bool(wanted & set(value if isinstance(value, tuple) else (value,)))
                    for value in self.frame[item]
                ],
                dtype=bool,
            )
        return mask


def _section(ledger: Ledger, context: Context, library: Library, form: str, entry: dict) -> None:
    rows = _Rows.read(context, form, entry["section"])
    if rows.frame.empty:
        return
    points = entry.get("points") or {"": {"text": entry.get("any"), "item": entry.get("item")}}
    parts = []
    for point, pollutants in expected(form, entry["section"]).items():
        place = points[point]
        here = rows.holds(place.get("when", {}))
        amounts = [
            one for one in entry["activities"] if place.get("activity", one["amount"]) == one["amount"]
        ]
        given = np.array([~rows.number(one["amount"]).isna() for one in amounts])
        for number, activity in enumerate(amounts):
            # A row without any amount is told of once, at the first.
            taken = here & (given[number] | (~given.any(axis=0) if number == 0 else False))
            if not taken.any():
                continue
            base = _activity(rows, form, entry, place, activity)[taken]
            outlet = f"{point}_outlet_code" if point else "outlet_code"
            if outlet in rows.frame:
                base = base.assign(outlet=rows.frame[outlet][taken])
            for pollutant in pollutants:
                treated = treatments.stated(
                    rows.frame, pollutant, rows.number(entry.get("hours")), context,
                    prefix=f"{point}_" if point else "", item=activity.get("treatment", ""),
                )  # fmt: skip
                parts.append(base.assign(pollutant=pollutant, **{k: v[taken] for k, v in treated.items()}))
    if parts:
        coefficients.industrial(ledger, concat(parts), library)


def _activity(rows: _Rows, form: str, entry: dict, place: dict, activity: dict) -> Table:
    """The key of the coefficient but for pollutant and technique."""
    frame, context = rows.frame, rows.context
    name = rows.text(activity["name_item"]) if "name_item" in activity else activity["name"]
    if "measure_item" in activity:
        measure = frame[activity["measure_item"]]
    elif activity["measure"] == "fuel":
        measure = frame[activity["name_item"]].map(context.fuel_unit)
    else:
        measure = activity["measure"]
    product = activity["as"] == "product"
    amount = frame[activity["amount"]]
    process, scale = entry.get("process"), entry.get("scale")
    unit = activity.get("unit") or (frame[place["item"]] if place.get("item") else place["text"])
    columns = {
        "industry": entry.get("industry") or context.industries(frame["object"]),
        "unit": unit, "medium": "air", "origin": form, "outlet": "", "rank": DERIVED, "source": SOURCE,
        "product": name if product else "", "material": activity.get("from", "") if product else name,
        "product_amount": amount if product else rows.blank(), "product_unit": measure if product else "",
        "material_amount": rows.blank() if product else amount, "material_unit": "" if product else measure,
        "process": frame[process["item"]].map(process["texts"]).fillna("") if process else "",
        "scale": frame[scale["item"]].map(lambda value: _scale(value, scale["unit"])) if scale else "",
    }  # fmt: skip
    address = frame[["object", "form", "sheet", "version_no", "section", "row_key"]]
    return address.assign(**columns)


def _scale(value: float, unit: str) -> str:
    return f"{value:g}{unit}" if value == value else ""


# -- VOC materials ------------------------------------------------------------------------------------


def _solvents(ledger: Ledger, context: Context, library: Library) -> None:
    """G103-11: input = use × VOC content; less what is captured and destroyed, which the form gives no figure for.

    The content is a parameter of the library (accounting unit VOCs含量, material by name or by category). The form
    asks neither recovered solvent (0) nor running hours: behind a device the discharge stays unknown, a gap.
    """
    read = _Rows.read(context, "G103-11", "materials")
    rows = read.frame.assign(source=SOURCE)
    if rows.empty:
        return
    category, used = read.text("voc_material_category"), rows["voc_material_use_t"]
    technique = rows["voc_process"].map(lambda code: context.label("voc_control", code))
    keys = list(zip(context.industries(rows["object"]), rows["voc_material_name"], category, strict=True))
    matches = {key: _content(library, *key) for key in dict.fromkeys(keys)}
    found = [matches[key] for key in keys]
    known = np.array([match.factor is not None for match in found], dtype=bool)
    # A content may be printed in % or in kg/t: the input is kg of VOCs from t of material either way.
    share = np.array(
        [m.factor.value * _share_scale(m.factor.value_unit) if m.factor else np.nan for m in found],
        dtype=float,
    )
    blank = np.isnan(used)
    ledger.miss(rows, blank, pollutant="VOCs", reason="missing_input", key="voc_material_use_t")
    ledger.miss(
        rows, ~blank & ~known, pollutant="VOCs", reason=np.array([m.reason for m in found], dtype=object),
        key=(VOC_SHARE + " / " + category + " / " + rows["voc_material_name"]), size=used, size_unit="t",
    )  # fmt: skip
    bare = technique.isin(NO_TREATMENT) | (rows["voc_collection"] == NO_COLLECTION)
    captured = np.where(bare, 0.0, np.nan)
    result = balance.solvent(
        materials=(used * 1e3)[:, None], voc_shares=share[:, None], recovered=0.0, captured=captured,
        efficiency=captured, k=1.0,
    )  # fmt: skip
    good = ~blank & known
    misfit = good & np.isnan(result["generated"])
    ledger.miss(
        rows,
        misfit,
        pollutant="VOCs",
        reason="unit_mismatch",
        key=VOC_SHARE + " / " + category,
        size=used,
        size_unit="t",
    )
    good &= ~misfit
    ledger.miss(
        rows, good & ~bare, pollutant="VOCs", reason="missing_k", key=technique, size=result["generated"],
        size_unit="kg",
    )  # fmt: skip
    ledger.add(
        rows, good, medium="air", pollutant="VOCs", method="balance", formula="balance.solvent",
        unit=rows["voc_material_name"], activity=used, activity_unit="t",
        factor_id=np.array([m.factor.id if m.factor else 0 for m in found], dtype=np.int64),
        factor_value=np.array([m.factor.value if m.factor else np.nan for m in found], dtype=float),
        factor_unit=np.array([m.factor.value_unit if m.factor else "" for m in found], dtype=object),
        match_step=np.array([m.step for m in found], dtype=object),
        confidence=np.array([m.factor.confidence if m.factor else "" for m in found], dtype=object),
        origin="G103-11", rank=DERIVED, **result,
    )  # fmt: skip


def _content(library: Library, industry: str, name: str, category: str):
    """The VOC content of a material by its name, else by its category."""
    match = library.parameter(Wanted("VOCs", industry, VOC_SHARE, material=name))
    if match.factor is None and category:
        match = library.parameter(Wanted("VOCs", industry, VOC_SHARE, material=category))
    return match


def _share_scale(unit: str) -> float:
    """What makes a printed content a share of the mass: kg of VOCs per kg."""
    return multiplier(unit, "t", "VOCs") / 1e3
