"""The printed tables of ``data/`` as factors of the one shape. Pure; no database."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from accounting.methods import units
from census import declarations

from . import expression
from .shape import CONFIDENCES, FORMULA, GENERATION, KINDS, NO_TREATMENT, REMOVAL, FactorRow, TechnologyRow

DATA = Path(__file__).parent / "data"


class FactorDataError(ValueError):
    """Faults of the data files: ``faults`` lists them all, each with file and line."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@cache
def reading(folder: Path = DATA) -> dict:
    """How the printed tables are read (reading.yaml)."""
    return declarations.read(folder / "reading.yaml")


@cache
def editions(folder: Path = DATA) -> list[dict]:
    """The editions in order of strength (editions.yaml)."""
    return declarations.read(folder / "editions.yaml")["editions"]


def factors(folder: Path = DATA) -> list[FactorRow]:
    """Every factor of the data files. Raises FactorDataError with all faults of all files at once."""
    return list(_factors(folder))


@cache
def _factors(folder: Path) -> tuple[FactorRow, ...]:
    rows: dict[tuple, FactorRow] = {}
    faults: list[str] = []
    for name, read in (("industrial", _industrial), ("centralized", _centralized)):
        _collect(folder, name, read, rows, faults)
    for name in ("livestock", "agriculture", "domestic", "mobile"):
        _collect(folder, name, lambda row, sector=name: _regional(row, sector), rows, faults)
    if faults:
        raise FactorDataError(faults)
    return tuple(rows.values())


def technologies(folder: Path = DATA) -> list[TechnologyRow]:
    """The control techniques with their census codes."""
    families = reading(folder)["k_families"]
    return [
        TechnologyRow(
            name_zh=row["technology_zh"], name_en=row["technology_en"], medium=row["medium"],
            pollutant=row["pollutant"], kind=row["kind"], source=row["source"], confidence=row["confidence"],
            census_code=row["census_code"], applies_to=row["applies_to"],
            efficiency=_percent(row["removal_efficiency_pct"]),
            efficiency_low=_percent(row["efficiency_low_pct"]),
            efficiency_high=_percent(row["efficiency_high_pct"]),
            k_family=families.get(row["k_formula"], ""), note=row["note"],
        )
        for _, row in _lines(folder / "control-technologies.csv")
    ]  # fmt: skip


def _collect(folder, name, read, rows: dict, faults: list[str]) -> None:
    for line, row in _lines(folder / f"{name}.csv"):
        try:
            for factor in read(row):
                _check(factor)
                known = rows.setdefault(factor.key, factor)
                if (known.value, known.expression, known.value_unit) != (
                    factor.value, factor.expression, factor.value_unit,
                ):  # fmt: skip
                    raise ValueError("another row has the same key and another value")
        except (KeyError, ValueError) as error:
            faults.append(f"{name}.csv line {line}: {error}")


def _lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        reader = csv.DictReader(handle)
        for row in reader:
            yield reader.line_num, {name: (value or "").strip() for name, value in row.items()}


def _check(factor: FactorRow) -> None:
    if factor.kind not in KINDS:
        raise ValueError(f"unknown kind {factor.kind!r}")
    if factor.confidence not in CONFIDENCES:
        raise ValueError(f"unknown confidence {factor.confidence!r}")
    if not factor.source:
        raise ValueError("a factor needs a source")
    if not units.known(factor.value_unit):
        raise ValueError(f"unknown unit {factor.value_unit!r}")
    if factor.edition not in {edition["code"] for edition in editions()}:
        raise ValueError(f"unknown edition {factor.edition!r}")


def _industrial(row: dict[str, str]) -> Iterator[FactorRow]:
    """A row is a coefficient and, where its technique removes something, also a removal rate."""
    material = row["raw_material_zh"]
    value, text = _value(row["value"])
    technology = "" if row["control_technology_zh"] in NO_TREATMENT else row["control_technology_zh"]
    efficiency = _percent(row["removal_efficiency_pct"])
    base = FactorRow(
        edition=row["edition"], sector="industrial", industry=row["industry_code"],
        industry_name=row["industry_name_zh"], unit=row["process_unit"], product=row["product_zh"],
        material=material, process=row["process_zh"], scale=row["scale_zh"], medium=row["medium"],
        pollutant=row["pollutant"], kind=row["coef_kind"], value=value, expression=text,
        parameters=parameters(text, row["unit"]), value_unit=row["unit"], basis=row["basis"],
        source=row["source"], confidence=row["confidence"], note=row["note"],
    )  # fmt: skip
    if base.kind == GENERATION and (not technology or efficiency):
        yield base
    else:  # the technique is inside the coefficient: part of the key, and no efficiency is applied again
        yield replace(base, technology=technology)
    if technology and efficiency and base.kind == GENERATION:
        yield replace(
            base, kind=REMOVAL, technology=technology, value=efficiency * 100, expression="", parameters={},
            value_unit="%", k_family=reading()["k_families"].get(row["k_formula"], ""),
        )  # fmt: skip


def _centralized(row: dict[str, str]) -> Iterator[FactorRow]:
    is_formula = row["kind"] == "formula"
    value, text = (None, row["value"]) if is_formula else _value(row["value"])
    yield FactorRow(
        edition=row["edition"] or "unit_relation", sector="centralized", unit=row["process_unit"],
        product=row["facility_type"], material=row["activity_zh"], process=row["process_zh"],
        scale=row["scale_zh"], stage=row["basis"], medium=row["medium"], pollutant=row["pollutant"],
        kind=FORMULA if is_formula else GENERATION, value=value, expression=text, value_unit=row["unit"],
        basis=row["basis"], source=row["source"], confidence=row["confidence"], note=row["note"],
    )  # fmt: skip


def _regional(row: dict[str, str], sector: str) -> Iterator[FactorRow]:
    rules = reading()
    if row["region"] not in rules["regions"]:
        raise ValueError(f"unknown region {row['region']!r}; add it to reading.yaml")
    kind = next(
        (kind for kind, starts in rules["kinds"].items() if row["process"].startswith(tuple(starts))),
        "parameter",
    )
    factor = FactorRow(
        edition=_edition_of(row["source"]), sector=sector, product=row["subject"], process=row["process"],
        stage=row["stage_or_class"], region=row["region"],
        region_codes=tuple(rules["regions"][row["region"]]), medium=_medium(sector, row),
        pollutant=row["pollutant"], kind=kind, value=float(row["value"]), value_unit=row["unit"],
        source=row["source"], confidence=row["confidence"], note=row["note"],
        reference_only=_reference(row),
    )  # fmt: skip
    yield factor
    for also in rules["also"]:
        if (row["process"], row["pollutant"]) == (also["process"], also["pollutant"]):
            yield replace(factor, pollutant=also["as"], note=also["note"])


def _medium(sector: str, row: dict[str, str]) -> str:
    if sector == "mobile" or row["pollutant"] in {"NH3", "VOCs", "SO2", "NOx", "CO", "HC"}:
        return "air"
    return "water"


def _reference(row: dict[str, str]) -> str:
    for rule in reading()["reference"]:
        if all(row[name].startswith(rule[name]) for name in ("region", "subject", "process") if name in rule):
            return rule["why"]
    return ""


def _edition_of(source: str) -> str:
    for edition in editions():
        if source.startswith(tuple(edition["sources"])):
            return edition["code"]
    raise ValueError(f"no edition for the source {source[:60]!r}; add it to editions.yaml")


def parameters(text: str, unit: str) -> dict:
    """Parameters of an expression with unit and range; ValueError for one that is not declared in reading.yaml."""
    if not text:
        return {}
    _, names = expression.parse(text)
    fuel = "gas" if unit.endswith("gas") else "other"
    known = reading()["parameters"]
    unknown = sorted(name for name in names if fuel not in known.get(name, {}))
    if unknown:
        raise ValueError(f"parameter {', '.join(unknown)} of {text!r} has no unit and range in reading.yaml")
    return {name: known[name][fuel] for name in sorted(names)}


def _value(text: str) -> tuple[float | None, str]:
    try:
        return float(text), ""
    except ValueError:
        return None, text


def _percent(text: str) -> float | None:
    return float(text) / 100 if text else None
