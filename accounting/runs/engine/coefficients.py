"""The coefficient method on columns: match distinct keys once, then compute all rows together. Pure."""

from dataclasses import dataclass

import numpy as np

from accounting.factors import expression
from accounting.factors.matching import Library, Match, Wanted
from accounting.factors.shape import CONFIDENCES, NO_TREATMENT
from accounting.methods.coefficient import k_power, k_time, treat

from .result import Ledger, multiplier
from .table import Table

KEY = [
    "industry", "unit", "product", "material", "process", "scale", "medium", "pollutant", "technology",
    "product_unit", "material_unit",
]  # fmt: skip
NUMBERS = ["product_amount", "material_amount", "S", "A", "p1", "p2", "p3", "declared_efficiency"]
PARAMETERS = ("S", "A")


@dataclass(frozen=True, slots=True)
class Resolved:
    """All that one distinct key decides: coefficient, basis, treatment, rating; or the reason for a gap."""

    match: Match
    scale: float = np.nan
    by_product: bool = False
    efficiency: float = np.nan
    k_family: str = ""
    emission_scale: float = np.nan
    emission_value: float = np.nan
    confidence: str = ""
    treatment_reason: str = ""
    main: str = ""


def industrial(ledger: Ledger, rows: Table, library: Library) -> None:
    """Lines and gaps for rows with four-same keys.

    ``rows`` has the address, the columns KEY and NUMBERS (missing ones count as blank), and ``source``,
    ``origin``, ``outlet``, ``rank``. ``p1``…``p3`` are the parameters of the operating rate in the order of its
    family: hours of the device, hours of the unit; kWh, kW, hours; reagent used, needed.
    """
    if rows.empty:
        return
    rows = _complete(rows)
    codes, keys = distinct(rows, KEY)
    resolved = [_resolve(dict(zip(KEY, key, strict=True)), library) for key in keys]
    pick = lambda values, dtype: np.array(values, dtype=dtype)[codes]  # noqa: E731
    factors = [item.match.factor for item in resolved]
    found = pick([factor is not None for factor in factors], bool)
    words = np.array([" / ".join(filter(None, key[:6]))[:400] for key in keys], dtype=object)[codes]
    _gaps_without_factor(ledger, rows, found, resolved, codes, words)

    by_product = pick([item.by_product for item in resolved], bool)
    activity = np.where(by_product, rows["product_amount"], rows["material_amount"])
    value = _coefficient_values(rows, factors, codes)
    scale = pick([item.scale for item in resolved], float)
    generated = value * activity * scale
    ok = found & _note_faults(ledger, rows, found, activity, value, scale, factors, codes, words)

    efficiency, reason, confidence = _efficiencies(rows, resolved, codes, library)
    family = pick([item.k_family for item in resolved], object)
    k = _operating_rate(rows, family)
    result = treat(generated=generated, efficiency=efficiency, k=k)
    emission = pick([item.emission_value * item.emission_scale for item in resolved], float)
    by_emission = ~np.isnan(emission)
    discharged = np.where(by_emission, emission * activity, result["discharged"])
    removed = np.where(by_emission, generated - discharged, result["removed"])
    unknown = ok & np.isnan(discharged) & ~np.isnan(generated)
    _gaps_of_treatment(ledger, rows, unknown, reason, generated)

    ledger.add(
        rows,
        where=ok,
        method="coefficient",
        formula=np.where(by_emission, "coefficient.emission", "coefficient.treated"),
        activity=activity,
        activity_unit=np.where(by_product, rows["product_unit"], rows["material_unit"]),
        factor_id=pick([factor.id if factor else 0 for factor in factors], np.int64),
        factor_value=value,
        factor_unit=pick([factor.value_unit if factor else "" for factor in factors], object),
        eta=np.where(by_emission, np.nan, efficiency),
        k=np.where(by_emission | (efficiency == 0), np.nan, k),
        generated=generated,
        removed=removed,
        discharged=discharged,
        match_step=pick([item.match.step for item in resolved], object),
        confidence=confidence,
        inputs=_inputs(rows.assign(main_technology=pick([item.main for item in resolved], object)), ok),
    )


def _complete(rows: Table) -> Table:
    blanks = {name: "" for name in KEY if name not in rows} | {
        name: np.nan for name in NUMBERS if name not in rows
    }
    return rows.assign(**blanks)


def distinct(rows: Table, names: list[str]) -> tuple[np.ndarray, list[tuple]]:
    """Codes into the list of distinct tuples of the named columns, in order of first appearance."""
    keys = list(zip(*(rows[name].tolist() for name in names), strict=True))
    index = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return np.fromiter(map(index.__getitem__, keys), np.int64, len(keys)), list(index)


def _resolve(key: dict[str, str], library: Library) -> Resolved:
    names = ("pollutant", "industry", "unit", "product", "material", "process", "scale", "medium")
    match = library.industrial(Wanted(**{name: key[name] for name in names}), key["technology"])
    factor = match.factor
    if factor is None:
        return Resolved(match)
    by_product, scale = _basis(factor, key)
    treatment = library.treatment(factor, key["technology"])
    emission_value = emission_scale = np.nan
    if treatment.emission is not None:
        emission_value = treatment.emission.value
        unit = key["product_unit"] if by_product else key["material_unit"]
        emission_scale = multiplier(treatment.emission.value_unit, unit, factor.pollutant)
    weakest = max(CONFIDENCES.index(factor.confidence), CONFIDENCES.index(treatment.confidence))
    return Resolved(
        match=match,
        scale=scale,
        by_product=by_product,
        efficiency=np.nan if treatment.efficiency is None else treatment.efficiency,
        k_family=treatment.k_family,
        emission_scale=emission_scale,
        emission_value=emission_value,
        confidence=CONFIDENCES[weakest],
        treatment_reason=treatment.reason,
        main=treatment.main,
    )


def _basis(factor, key: dict[str, str]) -> tuple[bool, float]:
    """Whether the factor is per product, and the number that makes its product with the activity base units."""
    by_product = factor.basis == "product"
    scale = multiplier(
        factor.value_unit, key["product_unit" if by_product else "material_unit"], factor.pollutant
    )
    return by_product, scale


def _coefficient_values(rows: Table, factors: list, codes: np.ndarray) -> np.ndarray:
    """The coefficient of each row: the printed value, or the expression with the row's parameters."""
    value = np.array([np.nan if f is None or f.value is None else f.value for f in factors])[codes]
    for number, factor in enumerate(factors):
        if factor is None or not factor.expression:
            continue
        mask = codes == number
        evaluate, names = expression.parse(factor.expression)
        value[mask] = evaluate({name: _parameter(rows, mask, name, factor) for name in names})
    return value


def _parameter(rows: Table, mask: np.ndarray, name: str, factor) -> np.ndarray:
    """A parameter of the rows; outside its declared range it is unknown (a probable unit slip)."""
    if name not in PARAMETERS:
        return np.full(int(mask.sum()), np.nan)
    given, limits = rows[name][mask], factor.parameters[name]
    return np.where((given >= limits["min"]) & (given <= limits["max"]), given, np.nan)


def _operating_rate(rows: Table, family: np.ndarray) -> np.ndarray:
    p1, p2, p3 = (rows[name] for name in ("p1", "p2", "p3"))
    by_hours = k_time(control_hours=p1, production_hours=p2)["k"]
    return np.where(family == "POWER", k_power(energy=p1, rated_power=p2, hours=p3)["k"], by_hours)


def _efficiencies(rows, resolved, codes, library) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Efficiency (handbook, else as declared where the policy allows), reason of a gap, rating."""
    efficiency = np.array([item.efficiency for item in resolved])[codes]
    reason = np.array([item.treatment_reason for item in resolved], dtype=object)[codes]
    confidence = np.array([item.confidence for item in resolved], dtype=object)[codes]
    declared = rows["declared_efficiency"]
    if library.policy.declared:
        use = np.isnan(efficiency) & (reason != "") & (declared >= 0) & (declared <= 1)
        efficiency = np.where(use, declared, efficiency)
        reason = np.where(use, "", reason)
        confidence = np.where(use, "declared", confidence)
    return efficiency, reason, confidence


def _gaps_without_factor(ledger, rows, found, resolved, codes, words) -> None:
    missing = ~found
    reason = np.array([item.match.reason for item in resolved], dtype=object)[codes]
    amounts = rows["product_amount"]
    by_product = ~np.isnan(amounts)
    ledger.miss(
        rows,
        where=missing,
        reason=reason,
        key=words,
        size=np.where(by_product, amounts, rows["material_amount"]),
        size_unit=np.where(by_product, rows["product_unit"], rows["material_unit"]),
    )


def _note_faults(ledger, rows, found, activity, value, scale, factors, codes, words) -> np.ndarray:
    """Gaps for rows with a factor that can not be applied; returns which rows can."""
    ok = np.ones(len(rows), dtype=bool)
    ranged = np.array([bool(factor and factor.expression) for factor in factors])[codes]
    given = ~np.isnan(rows["S"]) | ~np.isnan(rows["A"])
    faults = [
        ("unit_mismatch", np.isnan(scale)),
        ("missing_input", np.isnan(activity)),
        ("out_of_range", np.isnan(value) & ranged & given),
        ("missing_input", np.isnan(value)),
    ]
    for reason, mask in faults:
        mask = mask & found & ok
        ledger.miss(rows, where=mask, reason=reason, key=words, size=activity)
        ok &= ~mask
    return ok


def _gaps_of_treatment(ledger, rows, unknown, reason, generated) -> None:
    reason = np.where(reason == "", "missing_k", reason)
    ledger.miss(
        rows,
        where=unknown,
        reason=reason,
        key=rows["technology"],
        size=generated,
        size_unit="kg",
    )


def _inputs(rows: Table, where: np.ndarray) -> np.ndarray:
    """The small JSON of what else went in: sulfur, ash, technique, parameters of k."""
    columns = [(name, rows[name].tolist()) for name in ("S", "A", "p1", "p2", "p3", "declared_efficiency")]
    technology, main = rows["technology"].tolist(), rows["main_technology"].tolist()
    inputs = np.empty(len(rows), dtype=object)
    for position in np.flatnonzero(where):
        entry = {name: values[position] for name, values in columns if values[position] == values[position]}
        if technology[position] not in NO_TREATMENT:
            entry["technology"] = technology[position]
        if main[position]:
            entry["main_technology"] = main[position]
        inputs[position] = entry
    return inputs


def regional(ledger: Ledger, rows: Table, library: Library, **fixed: object) -> None:
    """Lines for rows whose factor depends on the place: generation = discharge, no treatment.

    ``rows`` has the address and sector, product, process, stage ('' = none), pollutant, medium, region, activity,
    activity_unit, source. A row without factor becomes a gap, one with activity 0 a line of 0.
    """
    if rows.empty:
        return
    names = ["sector", "product", "process", "stage", "pollutant", "region", "activity_unit"]
    rows = rows.assign(region=rows["region"].map(lambda code: code[:4]))
    codes, keys = distinct(rows, names)
    matches = [
        library.regional(s, p, process, pollutant, r, stage or None)
        for s, p, process, stage, pollutant, r, _ in keys
    ]
    scales = np.array(
        [
            np.nan if match.factor is None else multiplier(match.factor.value_unit, key[-1], key[4])
            for match, key in zip(matches, keys, strict=True)
        ],
        dtype=float,
    )[codes]
    pick = lambda values, dtype: np.array(values, dtype=dtype)[codes]  # noqa: E731
    found = pick([match.factor is not None for match in matches], bool)
    value = pick([match.factor.value if match.factor else np.nan for match in matches], float)
    activity = rows["activity"]
    amount = activity * value * scales
    reason = np.where(
        ~found,
        pick([match.reason for match in matches], object),
        np.where(np.isnan(scales), "unit_mismatch", "missing_input"),
    )
    bad = np.isnan(amount)
    text = pick([" / ".join(key[1:4]).rstrip(" /") for key in keys], object)
    ledger.miss(rows, where=bad, reason=reason, key=text, size=activity, size_unit=rows["activity_unit"])
    good = ~bad
    ledger.add(
        rows,
        where=good,
        method="coefficient",
        formula="coefficient.emission",
        unit=text,
        factor_id=pick([match.factor.id if match.factor else 0 for match in matches], np.int64),
        factor_value=value,
        factor_unit=pick([match.factor.value_unit if match.factor else "" for match in matches], object),
        generated=amount,
        removed=0.0,
        discharged=amount,
        match_step=pick([match.step for match in matches], object),
        confidence=pick([match.factor.confidence if match.factor else "" for match in matches], object),
        **fixed,
    )


def listed(ledger, context, library, rows, item, unit, product, process, stage, pollutants) -> None:
    """Rows whose factor is looked up by name: a line where the library has it, a gap where it has not."""
    used = rows[item] > 0
    if not used.any():
        return
    positions = np.tile(np.flatnonzero(used), len(pollutants))
    rows = rows.take(positions).assign(
        sector="mobile", product=product, process=process, stage=stage, medium="air",
        pollutant=np.repeat(np.array(pollutants, dtype=object), used.sum()), activity_unit=unit,
    )  # fmt: skip
    rows = rows.assign(region=context.regions(rows["object"]), activity=rows[item])
    regional(ledger, rows, library)
