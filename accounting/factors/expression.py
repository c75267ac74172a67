"""Expressions of factors such as ``16*S`` or ``1.25*A``: parsed once, evaluated on columns. Pure."""

import ast
from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np

_OPERATORS = {ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide}


class ExpressionError(ValueError):
    """The text is not an arithmetic expression of numbers and parameter names."""


@lru_cache(maxsize=1024)
def parse(text: str) -> tuple[Callable[[Mapping[str, np.ndarray]], np.ndarray], frozenset[str]]:
    """Return (evaluate, names): ``evaluate`` takes parameter name -> array. Unknown (NaN) parameters propagate.

    >>> evaluate, names = parse("16*S")
    >>> float(evaluate({"S": 1.5})), sorted(names)
    (24.0, ['S'])
    """
    if len(text) > 200:
        raise ExpressionError("an expression has at most 200 characters")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(f"{text!r} is not an expression") from error
    names: set[str] = set()
    return _compile(tree, text, names), frozenset(names)


def _compile(node: ast.expr, text: str, names: set[str]) -> Callable:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return lambda values: number
        case ast.Name(id=name):
            names.add(name)
            return lambda values: values[name]
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
            apply, a, b = (
                _OPERATORS[type(operator)],
                _compile(left, text, names),
                _compile(right, text, names),
            )
            return lambda values: apply(a(values), b(values))
    raise ExpressionError(f"{text!r}: only numbers, parameter names and + - * / are understood")
