"""Rule text to unbound tree.

The grammar is a subset of Python expressions, so Python's own parser does the reading; everything outside the
subset is a fault. Nothing is ever executed.
"""

from __future__ import annotations

import ast
import math
from functools import lru_cache

from sources.language.nodes import BOOL, LIST, NUMBER, TEXT, Node, RuleError, RuleFault

MAX_LENGTH = 6000
MAX_DEPTH = 60

_COMPARE = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_BINARY = {ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div"}


@lru_cache(maxsize=4096)
def parse(text: str) -> Node:
    """The unbound tree of `text`. Raises RuleError when the text is outside the grammar."""
    if not isinstance(text, str) or not text.strip():
        raise RuleError([RuleFault("empty", "the rule is empty")])
    if len(text) > MAX_LENGTH:
        raise RuleError([RuleFault("too-long", f"the rule is longer than {MAX_LENGTH} characters")])
    source = text.strip()
    try:
        tree = ast.parse(source, mode="eval")
    except SyntaxError as error:
        raise RuleError(
            [RuleFault("syntax", f"not an expression: {error.msg}", (error.offset or 1) - 1)]
        ) from None
    except (ValueError, RecursionError, MemoryError):
        raise RuleError([RuleFault("syntax", "not an expression, or nested too deeply")]) from None
    return _node(tree.body, 0)


def _node(tree: ast.expr, depth: int) -> Node:
    at = tree.col_offset
    if depth > MAX_DEPTH:
        raise RuleError([RuleFault("too-deep", f"nested more than {MAX_DEPTH} levels deep", at)])

    def sub(child: ast.expr) -> Node:
        return _node(child, depth + 1)

    match tree:
        case ast.Constant(value=bool() as value):
            return Node("lit", (value,), BOOL, at)
        case ast.Constant(value=int() | float() as value) if math.isfinite(value):
            return Node("lit", (value,), NUMBER, at)
        case ast.Constant(value=str() as value):
            return Node("lit", (value,), TEXT, at)
        case ast.Name(id="true"):
            return Node("lit", (True,), BOOL, at)
        case ast.Name(id="false"):
            return Node("lit", (False,), BOOL, at)
        case ast.Name(id=name):
            return Node("name", (name,), "", at)
        case ast.Attribute(value=ast.Name(id=form), attr=name):
            return Node("attr", (form, name), "", at)
        case ast.List(elts=items):
            return Node("list", tuple(sub(item) for item in items), LIST, at)
        case ast.BoolOp(op=op, values=values):
            return Node(
                "and" if isinstance(op, ast.And) else "or", tuple(sub(value) for value in values), BOOL, at
            )
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Node("not", (sub(operand),), BOOL, at)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = sub(operand)
            if inner.op == "lit" and inner.type == NUMBER:
                return Node("lit", (-inner.args[0],), NUMBER, at)
            return Node("neg", (inner,), NUMBER, at)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return Node("add", _parts(sub(left)) + _parts(sub(right)), NUMBER, at)
        case ast.BinOp(op=op, left=left, right=right) if type(op) in _BINARY:
            return Node(_BINARY[type(op)], (sub(left), sub(right)), NUMBER, at)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            pair = (sub(left), sub(right))
            if isinstance(op, ast.In):
                return Node("in", pair, BOOL, at)
            if isinstance(op, ast.NotIn):
                return Node("not", (Node("in", pair, BOOL, at),), BOOL, at)
            if type(op) in _COMPARE:
                return Node("cmp", (_COMPARE[type(op)], *pair), BOOL, at)
        case ast.Compare():
            raise RuleError([RuleFault("chained", "chained comparison: join the parts with 'and'", at)])
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            return Node("call", (name, tuple(sub(arg) for arg in args)), "", at)
    raise RuleError([RuleFault("grammar", f"not part of the rule language: {ast.unparse(tree)[:60]}", at)])


def _parts(node: Node) -> tuple[Node, ...]:
    """The parts of an addition, nested additions opened up."""
    return node.args if node.op == "add" else (node,)
