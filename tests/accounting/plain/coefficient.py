"""The coefficient method of the handbooks: coefficient × activity, less efficiency × operating rate."""

from __future__ import annotations

import ast
import operator
from dataclasses import dataclass, field
from functools import cache
from math import nan

from tests.accounting.plain.books import Books, Key
from tests.accounting.plain.facts import Account, Row, known
from tests.accounting.plain.units import product

RUN = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


@dataclass(frozen=True)
class Treated:
    """What the form says of a treatment. ``hours``: of the device and the unit, or what the family of k asks for."""

    technique: str = ""
    efficiency: float = nan
    hours: tuple[float, float, float] = (nan, nan, nan)


@dataclass(frozen=True)
class Use:
    """An amount of product or material (with its unit) of an accounting unit; ``contents``: sulfur S and ash A in %."""

    key: Key
    product: float = nan
    product_unit: str = ""
    material: float = nan
    material_unit: str = ""
    contents: dict[str, float] = field(default_factory=dict)


def share(used: float, needed: float) -> float:
    """used ÷ needed within 0..1; unknown where nothing is needed."""
    if not needed > 0 or not known(used):
        return nan
    return min(max(used / needed, 0.0), 1.0)


def behind(generated: float, efficiency: float, k: float) -> float:
    """What is left behind a treatment; where nothing is treated k does not matter."""
    return generated if efficiency == 0 else generated - generated * (efficiency * k)


def account(books: Books, out: Account, row: Row, use: Use, treated: Treated, **place) -> None:
    """The line or the gaps of one use. ``place``: origin, outlet and rank, by which methods are chosen."""
    key = use.key
    found = books.coefficient(key, treated.technique)
    factor = found.factor
    if factor is None:
        size = use.product if known(use.product) else use.material
        out.miss(row, found.reason, key.pollutant, size)
        return
    by_product = factor.basis == "product"
    activity, unit = (use.product, use.product_unit) if by_product else (use.material, use.material_unit)
    scale, value = product(factor.value_unit, unit, key.pollutant), _value(factor, use.contents)
    if fault := _fault(factor, scale, activity, value, use.contents):
        out.miss(row, fault, key.pollutant, activity)
        return
    generated = value * activity * scale
    effect = books.effect(factor, treated.technique)
    line = {"generated": generated}
    if effect and effect.emission:
        printed = effect.emission
        discharged = printed.value * activity * product(printed.value_unit, unit, key.pollutant)
        line |= {"discharged": discharged, "printed": True}
    else:
        efficiency, family = (effect.efficiency, effect.family) if effect else (nan, "")
        if effect is None and books.declared and 0 <= treated.efficiency <= 1:
            efficiency = treated.efficiency
        used, needed, hours = treated.hours
        k = share(used, needed * hours) if family == "POWER" else share(used, needed)
        line |= {"discharged": behind(generated, efficiency, k), "eta": efficiency}
        line["k"] = nan if efficiency == 0 else k
        if not known(line["discharged"]):
            reason = "missing_k" if known(efficiency) else "no_efficiency"
            out.miss(row, reason, key.pollutant, generated)
    out.add(
        row, key.medium, key.pollutant, "coefficient", unit=key.unit, activity=activity, factor=value,
        factor_id=factor.id, step=found.step, **line, **place,
    )  # fmt: skip


def _fault(factor, scale: float, activity: float, value: float, contents: dict[str, float]) -> str:
    """Why a factor can not be applied; blank when it can."""
    if not known(scale):
        return "unit_mismatch"
    if known(activity) and known(value):
        return ""
    given = factor.expression and any(map(known, contents.values()))
    return "out_of_range" if known(activity) and given else "missing_input"


def _value(factor, contents: dict[str, float]) -> float:
    """The printed value; of an expression such as ``16*S`` the value with the contents, each inside its range."""
    if not factor.expression:
        return nan if factor.value is None else factor.value

    def evaluate(node: ast.expr) -> float:
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            limits, given = factor.parameters.get(node.id, {}), contents.get(node.id, nan)
            return given if limits and limits["min"] <= given <= limits["max"] else nan
        return RUN[type(node.op)](evaluate(node.left), evaluate(node.right))

    return evaluate(_parsed(factor.expression))


@cache
def _parsed(expression: str) -> ast.expr:
    return ast.parse(expression, mode="eval").body


def by_place(
    books: Books, out: Account, row: Row, *, sector: str, product_name: str, process: str, stage: str, medium: str,
    pollutants: tuple[str, ...], region: str, activity: float, unit: str, chosen: bool = True,
) -> None:  # fmt: skip
    """Lines or gaps by factors that depend on the place; nothing is treated. ``stage`` '': any."""
    for pollutant in pollutants:
        found = books.local(sector, product_name, process, pollutant, region, stage or None)
        factor = found.factor
        if factor is None:
            out.miss(row, found.reason, pollutant, activity)
            continue
        scale = product(factor.value_unit, unit, pollutant)
        value = nan if factor.value is None else factor.value
        amount = activity * value * scale
        if not known(amount):
            out.miss(row, "missing_input" if known(scale) else "unit_mismatch", pollutant, activity)
            continue
        text = f"{product_name} / {process} / {stage}".rstrip(" /")
        out.add(
            row, medium, pollutant, "coefficient", unit=text, chosen=chosen, activity=activity, factor=value,
            factor_id=factor.id, generated=amount, discharged=amount, step=found.step,
        )  # fmt: skip
