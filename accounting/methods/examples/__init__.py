"""Worked examples: read, compute and compare. The file format is described in README.md beside this file."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import yaml

from census import declarations

from .. import units
from ..registry import MethodError, get

_EXAMPLE_KEYS = {
    "id",
    "title",
    "source",
    "confidence",
    "note",
    "cases",
    "method",
    "inputs",
    "expected",
    "tolerance",
}
_CASE_KEYS = {"name", "method", "inputs", "expected", "tolerance", "note"}
_EXPECTED_KEYS = {"value", "tolerance", "rounded"}
_QUANTITY = re.compile(r"^\s*(?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(?P<unit>.*?)\s*$")
_REFERENCE = re.compile(r"^=(?P<case>[\w.\- ]+)\.(?P<output>\w+)$")


class ExampleError(ValueError):
    """An example file that can not be understood: says which file, example and field, and what is wrong."""


@dataclass(frozen=True)
class Comparison:
    """One expected figure against the computed one, both in ``unit``. ``method``: id of the method that computed it."""

    id: str
    method: str
    output: str
    unit: str
    expected: Decimal
    computed: float
    tolerance: float

    @property
    def difference(self) -> float:
        """Computed less expected."""
        return self.computed - float(self.expected)

    @property
    def passes(self) -> bool:
        """True when the difference is inside the tolerance; an unknown result never passes."""
        # Relative slack: a difference of exactly half a unit is inside, as printed figures mean it.
        return abs(self.difference) <= self.tolerance + 1e-9 * abs(float(self.expected))


def check_file(path: Path) -> Iterator[Comparison]:
    """All comparisons of a file. Raises ExampleError for a file that is not as the format says."""
    for example in _examples(path):
        where = f"{path.name}: {example['id']}"
        results: dict[str, tuple[np.ndarray, str]] = {}
        for number, case in enumerate(_cases(example, where), start=1):
            yield from _check_case(
                case, example, f"{where}, case {case.get('name', number)}", results, number
            )


def _examples(path: Path) -> list[dict]:
    try:
        document = declarations.read(path)
    except OSError as error:
        raise ExampleError(f"{path}: can not be read: {error.strerror}") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ExampleError(f"{path}: is not YAML in UTF-8: {error}") from error
    examples = document.get("examples") if isinstance(document, dict) else None
    if not isinstance(examples, list) or not examples:
        raise ExampleError(f"{path}: must hold a list under the key 'examples'")
    seen = set()
    for position, example in enumerate(examples, start=1):
        where = f"{path.name}: example {position}"
        if not isinstance(example, dict) or not example.get("id"):
            raise ExampleError(f"{where}: needs an id")
        _keys(example, _EXAMPLE_KEYS, f"{path.name}: {example['id']}")
        if example["id"] in seen:
            raise ExampleError(f"{path.name}: two examples have the id {example['id']}")
        seen.add(example["id"])
        if not example.get("source"):
            raise ExampleError(f"{path.name}: {example['id']}: needs a source")
    return examples


def _cases(example: Mapping, where: str) -> list[dict]:
    if "cases" in example:
        if "method" in example or not isinstance(example["cases"], list) or not example["cases"]:
            raise ExampleError(f"{where}: give either a list of cases or one method, inputs and expected")
        cases = example["cases"]
    else:
        cases = [{key: example[key] for key in ("method", "inputs", "expected") if key in example}]
    for number, case in enumerate(cases, start=1):
        if not isinstance(case, dict):
            raise ExampleError(f"{where}, case {number}: must be a mapping")
        _keys(case, _CASE_KEYS, f"{where}, case {number}")
        for key in ("method", "inputs"):
            if not case.get(key):
                raise ExampleError(f"{where}, case {number}: {key} is missing")
    return cases


def _check_case(case, example, where, results, number) -> Iterator[Comparison]:
    try:
        method = get(case["method"])
        inputs = {name: _input(value, results, where, name) for name, value in case["inputs"].items()}
        outputs = method.with_units(inputs)
    except (MethodError, units.UnitError) as error:
        raise ExampleError(f"{where}: {error}") from error
    label = case.get("name", str(number))
    for name, result in outputs.items():
        results[f"{label}.{name}"] = result
    for name, expected in (case.get("expected") or {}).items():
        if name not in outputs:
            raise ExampleError(f"{where}: unknown output {name!r}; {method.id} gives {', '.join(outputs)}")
        tolerance = case.get("tolerance", example.get("tolerance", "printed"))
        identifier = f"{example['id']}/{label}" if "cases" in example else example["id"]
        where_expected = f"{where}, expected {name}"
        yield _compare(expected, outputs[name], tolerance, where_expected, (identifier, method.id, name))


def _compare(expected, result, tolerance, where, key) -> Comparison:
    rounded = None
    if isinstance(expected, dict):
        _keys(expected, _EXPECTED_KEYS, where)
        tolerance = expected.get("tolerance", tolerance)
        rounded = expected.get("rounded")
        expected = expected.get("value")
    number, unit = _quantity(expected, where)
    value, given_unit = result
    try:
        computed = float(value) * units.factor(given_unit, unit)
        allowed = _tolerance(tolerance, number, unit, where)
    except (units.UnitError, TypeError) as error:
        raise ExampleError(f"{where}: {error}") from error
    if rounded is not None and np.isfinite(computed):
        step = Decimal(1).scaleb(-int(rounded))
        computed = float(Decimal(repr(computed)).quantize(step, rounding=ROUND_HALF_UP))
    return Comparison(*key, unit, number, computed, allowed)


def _tolerance(tolerance, number: Decimal, unit: str, where: str) -> float:
    last = Decimal(1).scaleb(number.as_tuple().exponent)
    if tolerance == "printed":
        return float(last / 2)
    if tolerance == "truncated":
        return float(last)
    size, given = _quantity(tolerance, f"{where}, tolerance")
    if given == "%":
        return float(abs(number) * size / 100)
    return float(size) * (units.factor(given, unit) if given != "1" else 1.0)


def _input(value, results, where: str, name: str) -> tuple[object, str]:
    if isinstance(value, str) and (reference := _REFERENCE.match(value)):
        key = f"{reference['case']}.{reference['output']}"
        if key not in results:
            raise ExampleError(f"{where}: input {name!r} refers to {key!r}, which no earlier case has")
        return results[key]
    if isinstance(value, list):
        pairs = [_quantity(item, f"{where}, input {name}") for item in value]
        found = {unit for _, unit in pairs} - {"1"} or {"1"}
        if len(found) > 1:
            raise ExampleError(f"{where}: input {name!r} mixes the units {', '.join(sorted(found))}")
        unit = found.pop()
        if any(own == "1" and number for number, own in pairs) and unit != "1":
            raise ExampleError(
                f"{where}: input {name!r}: every number but 0 of a list needs its unit {unit!r}"
            )
        return [float(number) for number, _ in pairs], unit
    number, unit = _quantity(value, f"{where}, input {name}")
    return float(number), unit


def _quantity(value, where: str) -> tuple[Decimal, str]:
    """A number with its unit, "30000 t"; a number alone has no unit."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ExampleError(f"{where}: must be a number with its unit, such as 30000 t, not {value!r}")
    match = _QUANTITY.match(str(value))
    if not match:
        raise ExampleError(f"{where}: {value!r} is not a number with its unit, such as 30000 t")
    return Decimal(match["number"]), match["unit"] or "1"


def _keys(mapping: Mapping, allowed: set[str], where: str) -> None:
    unknown = sorted(set(map(str, mapping)) - allowed)
    if unknown:
        raise ExampleError(
            f"{where}: unknown key {', '.join(unknown)}; known are {', '.join(sorted(allowed))}"
        )
