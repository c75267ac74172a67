"""The catalogue of methods: every formula with its inputs, units, outputs and source.

A method is a pure, vectorised function on float64 arrays in the declared units. NaN means *unknown* and
propagates; nothing is replaced by zero. The same declarations drive the worked examples, the account sheet
(formula with the numbers in it) and the documentation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module

import numpy as np

from . import units

MODULES = (
    "coefficient", "monitoring", "balance", "solid_waste", "livestock", "planting", "aquaculture",
    "domestic", "vehicles", "nonroad", "oil_vapour", "centralized",
)  # fmt: skip

_METHODS: dict[str, "Method"] = {}


class MethodError(ValueError):
    """An unknown method or input, a missing input, or an input with the wrong unit."""


@dataclass(frozen=True)
class Input:
    """One input.

    ``many``: a list along the last axis. ``default``: None when the input is required.
    ``water``: a volume of water that may also be given as a mass, 1 t for 1 m3.
    """

    unit: str
    many: bool = False
    default: float | None = None
    note: str = ""
    water: bool = False

    def scale(self, unit: str) -> float:
        """What a number in ``unit`` is multiplied with to be in the declared unit."""
        if self.unit == "any":
            return units.factor(unit, unit)
        try:
            return units.factor(unit, self.unit)
        except units.UnitError:
            if not self.water:
                raise
            return units.factor(unit, "t") * units.factor("m3", self.unit)


@dataclass(frozen=True)
class Per:
    """A coefficient whose unit must fit the input ``activity``: their product is one of ``amounts``."""

    activity: str
    amounts: tuple[str, ...] = ("kg", "m3")
    many: bool = False
    default: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Method:
    """A formula of the catalogue.

    ``outputs`` maps names to units; "=" is the amount of the coefficient,
    "=name" an amount in the unit given for that input.
    """

    id: str
    function: Callable[..., Mapping[str, np.ndarray]]
    inputs: Mapping[str, Input | Per]
    outputs: Mapping[str, str]
    formula: str
    source: str

    def __call__(self, **values) -> dict[str, np.ndarray]:
        """Compute with plain numbers in the declared units (coefficients already per unit of activity)."""
        self._check_names(values)
        given = {name: _array(value) for name, value in values.items()}
        for name, spec in self.inputs.items():
            if name not in given:
                given[name] = np.float64(spec.default)
        return dict(self.function(**given))

    def with_units(self, values: Mapping[str, tuple[object, str]]) -> dict[str, tuple[np.ndarray, str]]:
        """Compute from ``name -> (number or list, unit)``; returns ``name -> (value, unit)``.

        Raises MethodError for unknown or missing names and UnitError for units that do not fit.
        """
        self._check_names(values)
        plain: dict[str, object] = {}
        amount = "kg"
        for name, (value, unit) in values.items():
            spec = self.inputs[name]
            try:
                if isinstance(spec, Per):
                    amount, scale = self._amount(spec, unit, values[spec.activity][1])
                else:
                    scale = spec.scale(unit)
            except units.UnitError as error:
                raise units.UnitError(f"{self.id}: input {name!r}: {error}") from error
            plain[name] = _array(value) if scale == 1.0 else _array(value) * scale
        result = self(**plain)
        return {
            name: (result[name], self._output_unit(unit, amount, values))
            for name, unit in self.outputs.items()
        }

    @staticmethod
    def _output_unit(unit: str, amount: str, values: Mapping[str, tuple[object, str]]) -> str:
        if unit == "=":
            return amount
        return values[unit[1:]][1] if unit.startswith("=") else unit

    def _amount(self, spec: Per, unit: str, activity: str) -> tuple[str, float]:
        problem: units.UnitError | None = None
        for amount in spec.amounts:
            try:
                return amount, units.product_factor(unit, activity, amount)
            except units.UnitError as error:
                problem = problem or error
        raise problem

    def _check_names(self, values: Mapping[str, object]) -> None:
        unknown = sorted(set(values) - set(self.inputs))
        if unknown:
            raise MethodError(
                f"{self.id}: unknown input {', '.join(unknown)}; it takes {', '.join(self.inputs)}"
            )
        missing = [name for name, spec in self.inputs.items() if spec.default is None and name not in values]
        if missing:
            raise MethodError(f"{self.id}: missing input {', '.join(missing)}")


def method(
    name: str, *, inputs: Mapping[str, Input | Per], outputs: Mapping[str, str], formula: str, source: str
) -> Callable[[Callable], Callable]:
    """Register a function as a method of the catalogue."""

    def register(function: Callable) -> Callable:
        if name in _METHODS:
            raise MethodError(f"two methods are called {name}")
        _METHODS[name] = Method(name, function, dict(inputs), dict(outputs), formula, source)
        return function

    return register


@cache
def catalogue() -> Mapping[str, Method]:
    """All methods by id."""
    for module in MODULES:
        import_module(f"{__package__}.{module}")
    return _METHODS


def get(name: str) -> Method:
    """The method called ``name``; MethodError names the nearest ones when there is none."""
    methods = catalogue()
    if name not in methods:
        from difflib import get_close_matches

        near = get_close_matches(name, methods, n=3, cutoff=0.4)
        raise MethodError(f"unknown method {name!r}" + (f"; did you mean {', '.join(near)}?" if near else ""))
    return methods[name]


def _array(value: object) -> np.ndarray | np.float64:
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise MethodError(f"not a number: {value!r}") from error
    return array[()] if array.ndim == 0 else array
