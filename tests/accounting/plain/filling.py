"""Forms filled at random by their definitions, so that the two programs meet what no demo city has."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from accounting.factors.shape import FactorRow
from accounting.runs.engine import FORMS
from sources.forms import catalogue
from sources.forms.model import Indicator, Section
from tests.accounting.runs.shards import FACTORS

NUMBERS = (0, 0.5, 1, 2, 3, 4, 10, 17.5, 30, 50, 75, 80, 100, 600, 4000, 5000, 1e5)
CODES = ("DW001", "DW001", "FQ001", "")
SCALES = ("1500头/天", "900头/天", "10万千升/年", "50万千升/年", "4000吨-熟料/日")
TOGETHER = {
    "industrial": ("G102", "G103-1", "G106-1", "G106-2", "G106-3"),
    "agricultural": ("N101-1", "N101-2"),
    "centralized": ("J101-1", "J101-2", "J101-3"),
}
"""Forms that tell of the same things: filled together more often than not."""
UNITS = ("吨", "吨", "头", "头", "立方米", "千克", "万立方米", "件", "")
OUTLETS = ("outlet_code", "equipment_code", "facility_code")
RATINGS = ("verified", "secondary", "recalled")
COMMON = {"fuel": ("4", "15", "21"), "boiler_firing": ("RM02", "RM05", "RQ01", "RY01")}
"""Codes that coefficients and balances know, drawn more often."""
NAMED = {
    "accounting_link": "unit", "furnace_code": "unit", "process_name": "process", "product_name": "product",
    "material_name": "material", "material1_name": "material", "scale_class": "scale",
    "treatment_process": "technology",
}  # fmt: skip
INDUSTRIAL = [row for row in FACTORS if row.sector == "industrial"]
LOADED = (
    ("domestic", "rural resident", "generation", "", "COD NH3_N TN", "g/(cap·d)", 30),
    ("domestic", "rural sewage", "removal rate", "farmland", "COD NH3_N TN", "%", 40),
    ("domestic", "rural sewage", "removal rate", "rural plant", "COD NH3_N", "%", 70),
    ("domestic", "residential coal", "combustion", "honeycomb briquette", "SO2 NOx PM", "kg/t", 3),
    ("domestic", "domestic solvent use", "evaporative loss", "household products", "VOCs", "kg/cap", 0.1),
    ("domestic", "domestic solvent use", "evaporative loss", "building decoration", "VOCs", "g/m2", 80),
    ("domestic", "domestic solvent use", "evaporative loss", "asphalt paving", "VOCs", "kg/km", 350),
    ("agriculture", "草鱼", "aquaculture discharge", "池塘养殖", "COD TN", "kg/t", 20),
    ("agriculture", "straw", "straw to grain ratio", "rice straw", "straw", "-", 0.9),
    ("agriculture", "straw", "collectable ratio", "rice straw", "straw", "-", 0.8),
    ("agriculture", "planting: N fertiliser", "NH3 volatilisation", "nitrogen applied", "NH3", "%", 12),
    ("mobile", "farm machinery", "annual exhaust", "", "NOx PM", "kg/kW", 5),
    ("mobile", "fishing vessel", "annual exhaust", "", "NOx HC", "kg/kW", 2),
    ("mobile", "fishing vessel", "exhaust by power", "", "NOx PM CO", "g/kWh", 9),
    ("mobile", "fishing vessel", "annual hours", "", "hours", "h", 1500),
    ("mobile", "fishing vessel", "load factor", "", "load_factor", "-", 0.65),
    ("mobile", "farm machinery", "exhaust by power", "", "HC", "g/kWh", 2),
    ("mobile", "road tanker", "transport loss", "petrol", "VOCs", "kg/t", 0.2),
    ("mobile", "oil depot", "tank breathing", "petrol / fixed roof", "VOCs", "kg/t", 0.3),
    ("mobile", "oil depot", "evaporative loss", "tank-truck loading / diesel", "VOCs", "kg/m3", 0.05),
    ("mobile", "oil depot", "evaporative loss", "tank-truck loading / crude oil", "VOCs", "kg/m3", 0.1),
)
"""What public sources do not hold, with invented values: sector, product, process, stage, pollutants, unit, value."""
PARAMETERS = (
    ("VOCs", "VOCs含量", "x", "kg/t", 400),
    ("VOCs", "VOCs含量", "涂料", "%", 60),
    ("SO2", "机械未完全燃烧损失", "一般烟煤", "%", 5),
    ("PM", "机械未完全燃烧损失", "一般烟煤", "%", 5),
    ("NOx", "燃料含氮量", "一般烟煤", "%", 1.2),
)
"""The same of the industrial tables: pollutant, accounting unit, material, unit, value."""
POLLUTANTS = ("化学需氧量", "氨氮", "总磷", "颗粒物", "NOx", "挥发性有机物", "工业废水量", "砷", "不知")
FORM_CODES = ("G102", "G102", "G102", "G103-1", "G103-2", "G103-13", "G103-7", "")


def loaded() -> list[FactorRow]:
    """The factors of the data files with invented ones where there are none, some not in force for ever."""
    rows = [
        FactorRow(
            edition="practice", sector=sector, pollutant=pollutant, kind="emission", value_unit=unit, source="invented",
            confidence=RATINGS[len(stage) % 3], product=product, process=process, stage=stage, value=float(value),
            valid_to="2019-12-31" if len(product) % 2 else "",
        )
        for sector, product, process, stage, names, unit, value in LOADED
        for pollutant in names.split()
    ]  # fmt: skip
    rows += [
        FactorRow(
            edition="practice", sector="industrial", pollutant=pollutant, kind="parameter", value_unit=measure,
            source="invented", confidence="recalled", industry="06-46", unit=unit, material=material,
            value=float(value),
        )
        for pollutant, unit, material, measure, value in PARAMETERS
    ]  # fmt: skip
    return [*FACTORS, *(replace(row, id=len(FACTORS) + number) for number, row in enumerate(rows, start=1))]


def industries() -> list[str]:
    """Codes under the industries of the library, as often as it has factors for them, and one it has none for."""
    return ["3825", *(row.industry[:4] for row in INDUSTRIAL if row.industry[:4].isdigit())]


def documents(chance: Random, category: str, industry: str) -> dict[str, list[tuple[int, dict]]]:
    """A few forms of a category, some with two sheets: form -> number and values of each."""
    own = [row for row in INDUSTRIAL if row.industry.startswith(industry)]
    models = own + own + INDUSTRIAL if chance.random() < 0.3 else own or INDUSTRIAL
    together = category in TOGETHER and chance.random() < 0.6
    forms = TOGETHER[category] if together else FORMS[category]
    chosen = chance.sample(forms, len(forms) if together else chance.randint(1, min(6, len(forms))))
    return {
        form: [(n, _sheet(chance, form, models)) for n in range(1, chance.choice((2, 2, 2, 3)))]
        for form in chosen
    }


def _sheet(chance: Random, form: str, models: list[FactorRow]) -> dict:
    values: dict = {}
    for section in catalogue.load().forms[form].sections:
        if section.repeat:
            count = chance.choice((0, 1, 1, 2, 3))
            values[section.id] = [{"_k": k, **_row(chance, section, models)} for k in range(1, count + 1)]
        else:
            values |= _row(chance, section, models)
    return values


def _row(chance: Random, section: Section, models: list[FactorRow]) -> dict:
    """A row; names of the coefficient's key come from one factor mostly, so that matches are found."""
    filled, model = {}, chance.choice(models)
    dense = chance.random() < 0.7
    for item in section.indicators:
        if not item.accounted and chance.random() < (0.9 if dense else 0.4):
            filled[item.id] = _value(chance, item, model)
    return filled


def _value(chance: Random, item: Indicator, model):
    if item.type in {"integer", "decimal"}:
        return chance.choice(NUMBERS)
    if item.type == "multichoice":
        return chance.sample([choice.code for choice in item.choices], 1)
    if item.type == "boolean":
        return chance.random() < 0.5
    if item.codelist in COMMON and chance.random() < 0.8:
        return chance.choice(COMMON[item.codelist])
    if item.choices:
        return chance.choice(item.choices).code
    if item.id == "scale_class" and chance.random() < 0.3:
        return chance.choice(SCALES)
    if item.id in NAMED:
        return getattr(model if chance.random() < 0.9 else chance.choice(INDUSTRIAL), NAMED[item.id])
    if item.id == "pollutant_name":
        return model.pollutant if chance.random() < 0.6 else chance.choice(POLLUTANTS)
    if item.id == "receiving_plant_name":
        return f"plant {chance.randint(0, 6)}"
    if item.id == "census_form_code":
        return chance.choice(FORM_CODES)
    if item.id.endswith("_unit"):
        return chance.choice(UNITS)
    if item.id.endswith(OUTLETS):
        return chance.choice(CODES)
    return chance.choice(("x", ""))
