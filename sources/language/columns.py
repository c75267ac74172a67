"""The column evaluator: a bound tree over all sheets of a form, or all rows of a table, at once.

It follows record.py operator by operator; tests/sources/forms/test_equivalence.py holds the two together.
Sums run in the order of the rows, as there, so that even the last bit agrees."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sources.language import scalars
from sources.language.nodes import BOOL, DATE, NUMBER, TEXT, Node, key_match
from sources.language.tables import SEPARATOR, UNKNOWN, Axis, Dataset, Table, date_number, take

FALSE, TRUE = np.int8(0), np.int8(2)


def evaluate(data: Dataset, node: Node, axis: Axis, area_digits: int = 6) -> np.ndarray:
    """Truth along `axis`: int8 array of 0 false, 1 unknown, 2 true; of a number, float64 with NaN for a blank.

    area_digits: how much of the region code makes the area of the form's objects (6 county, 4 city)."""
    result = _Columns(data, area_digits).of(node, axis)
    return result if np.shape(result) == (axis.size,) else np.broadcast_to(result, (axis.size,))


def _kleene(result, known) -> np.ndarray:
    """2 where true, 0 where false, 1 where not known: all of them bits added up, without a branch."""
    return (result & known).view(np.int8) + (result | ~known).view(np.int8)


class _Columns:
    def __init__(self, data: Dataset, area_digits: int):
        self.data = data
        self.area_digits = area_digits

    def of(self, node: Node, axis: Axis) -> np.ndarray:
        return getattr(self, f"op_{node.op}")(node, axis)

    # -- leaves ----------------------------------------------------------------------------------------------

    def op_lit(self, node: Node, axis: Axis):
        value = node.args[0]
        if node.type == NUMBER:
            return np.float64(value)
        if node.type == BOOL:
            return TRUE if value else FALSE
        return (
            np.int64(date_number(value))
            if node.type == DATE
            else np.int32(self.data.vocabulary.number(value))
        )

    def load(self, node: Node, axis: Axis, find: Callable[[], tuple[Table, np.ndarray | None]]) -> np.ndarray:
        key = (node.op, *node.args)
        found = axis.loaded.get(key)
        if found is None:
            table, index = find()
            name = node.args[1] if node.op == "other" else node.args[0]
            found = axis.loaded[key] = take(table.column(name, node.type), index, node.type)
        return found

    def op_own(self, node: Node, axis: Axis):
        return self.load(node, axis, lambda: (self.data.sheet(axis.form), axis.own))

    def op_row(self, node: Node, axis: Axis):
        return self.load(node, axis, lambda: (self.data.rows(axis.form, axis.section), axis.row))

    def op_each(self, node: Node, axis: Axis):
        return self.load(node, axis, lambda: (axis.each_table, axis.each))

    def op_object(self, node: Node, axis: Axis):
        return self.load(node, axis, lambda: (self.data.objects, axis.objects))

    def op_other(self, node: Node, axis: Axis):
        form = node.args[0]
        return self.load(
            node, axis, lambda: (self.data.sheet(form), self.data.single_sheet(form)[axis.objects])
        )

    def known(self, values, kind: str):
        if kind == NUMBER:
            return ~np.isnan(values)
        return np.not_equal(values, UNKNOWN) if kind == BOOL else np.greater_equal(values, 0)

    # -- logic -----------------------------------------------------------------------------------------------

    def op_and(self, node: Node, axis: Axis):
        result = self.of(node.args[0], axis)
        for arg in node.args[1:]:
            result = np.minimum(result, self.of(arg, axis))
        return result

    def op_or(self, node: Node, axis: Axis):
        result = self.of(node.args[0], axis)
        for arg in node.args[1:]:
            result = np.maximum(result, self.of(arg, axis))
        return result

    def op_not(self, node: Node, axis: Axis):
        return TRUE - self.of(node.args[0], axis)

    def op_filled(self, node: Node, axis: Axis):
        item = node.args[0]
        if item.op == "own":
            present = self.data.sheet(axis.form).filled(item.args[0])
            known = present if axis.own is None else present[axis.own]
        elif item.op == "row":
            present = self.data.rows(axis.form, axis.section).filled(item.args[0])
            known = present if axis.row is None else present[axis.row]
        else:
            known = self.known(self.of(item, axis), item.type)
        return known.view(np.int8) << 1

    def op_empty(self, node: Node, axis: Axis):
        return TRUE - self.op_filled(node, axis)

    def op_cmp(self, node: Node, axis: Axis):
        op, kind, slack, left, right = node.args
        a, b = self.of(left, axis), self.of(right, axis)
        known = self.known(a, kind) & self.known(b, kind)
        if kind == NUMBER and op not in ("<", ">"):
            reach = slack + scalars.NOISE * np.maximum(np.abs(a), np.abs(b))
            result = {
                "==": lambda: np.abs(a - b) <= reach,
                "!=": lambda: np.abs(a - b) > reach,
                "<=": lambda: a - b <= reach,
                ">=": lambda: b - a <= reach,
            }[op]()
            return _kleene(result, known)
        if kind == DATE:
            by_month = (a % 100 == 0) | (b % 100 == 0)
            a, b = np.where(by_month, a // 100, a), np.where(by_month, b // 100, b)
        return _kleene(_ORDER[op](a, b), known)

    # -- arithmetic ------------------------------------------------------------------------------------------

    def op_add(self, node: Node, axis: Axis):
        total, found, whole = np.float64(0), np.bool_(False), np.bool_(True)
        for part, skippable in zip(*node.args, strict=True):
            value = self.of(part, axis)
            known = ~np.isnan(value)
            total = total + np.where(known, value, 0.0)
            found = found | known
            if not skippable:
                whole = whole & known
        return np.where(found & whole, total, np.nan)

    def op_sub(self, node: Node, axis: Axis):
        return self.of(node.args[0], axis) - self.of(node.args[1], axis)

    def op_mul(self, node: Node, axis: Axis):
        return self.of(node.args[0], axis) * self.of(node.args[1], axis)

    def op_div(self, node: Node, axis: Axis):
        divisor = self.of(node.args[1], axis)
        return self.of(node.args[0], axis) / np.where(divisor == 0, np.nan, divisor)

    def op_neg(self, node: Node, axis: Axis):
        return -self.of(node.args[0], axis)

    def op_abs(self, node: Node, axis: Axis):
        return np.abs(self.of(node.args[0], axis))

    def op_min(self, node: Node, axis: Axis):
        return self.extreme(np.fmin, node, axis)

    def op_max(self, node: Node, axis: Axis):
        return self.extreme(np.fmax, node, axis)

    def extreme(self, choose, node: Node, axis: Axis):
        result = self.of(node.args[0], axis)
        for arg in node.args[1:]:
            result = choose(result, self.of(arg, axis))
        return result

    def op_max_decimals(self, node: Node, axis: Axis):
        value = self.of(node.args[0], axis)
        places = np.where(np.isnan(value), np.nan, 15.0)
        for decimals in reversed(range(15)):
            places = np.where(_fits(value, decimals), float(decimals), places)
        return places

    # -- lists -----------------------------------------------------------------------------------------------

    def op_in(self, node: Node, axis: Axis):
        item, options = node.args
        values = self.of(item, axis)
        return _kleene(np.isin(values, self.codes(options, item.type)), self.known(values, item.type))

    def codes(self, options: tuple, kind: str) -> list:
        return list(options) if kind == NUMBER else [self.data.vocabulary.number(text) for text in options]

    def mapped(self, node: Node, axis: Axis, apply: Callable[[str], bool], name: str = ""):
        """A test of single texts. `name`: of a test that many columns have in common."""
        codes = self.of(node, axis)
        return self.data.vocabulary.map(codes, lambda text: 2 * apply(text), UNKNOWN, np.int8, name)

    def op_has(self, node: Node, axis: Axis):
        code = node.args[1]
        return self.mapped(node.args[0], axis, lambda text: code in text.split(SEPARATOR))

    def op_all_in(self, node: Node, axis: Axis):
        options = frozenset(node.args[1])
        return self.mapped(node.args[0], axis, lambda text: options.issuperset(text.split(SEPARATOR)))

    def op_well_formed(self, node: Node, axis: Axis):
        form = node.args[1]
        return self.mapped(node.args[0], axis, lambda text: scalars.well_formed(text, form), form)

    def op_any_in(self, node: Node, axis: Axis):
        options = frozenset(node.args[1])
        return self.any_of(node, axis, options.__contains__)

    def op_any_prefix(self, node: Node, axis: Axis):
        return self.any_of(node, axis, lambda text: text.startswith(node.args[1]))

    def any_of(self, node: Node, axis: Axis, apply: Callable[[str], bool]):
        """True where any is true, false where any is known, unknown where all are blank."""
        results = [self.mapped(item, axis, apply) for item in node.args[0]]
        known = np.logical_or.reduce([np.broadcast_to(result != UNKNOWN, (axis.size,)) for result in results])
        hit = np.logical_or.reduce([np.broadcast_to(result == TRUE, (axis.size,)) for result in results])
        return _kleene(hit, known)

    def op_startswith(self, node: Node, axis: Axis):
        a = np.broadcast_to(self.of(node.args[0], axis), (axis.size,)).astype(np.int64)
        b = np.broadcast_to(self.of(node.args[1], axis), (axis.size,))
        texts = self.data.vocabulary.texts
        pairs, inverse = np.unique(np.stack([a, b]), axis=1, return_inverse=True)
        results = [
            UNKNOWN if left < 0 or right < 0 else TRUE * texts[left].startswith(texts[right])
            for left, right in pairs.T.tolist()
        ]
        return np.array(results, np.int8)[inverse.reshape(-1)]

    def number_of(self, node: Node, axis: Axis, apply: Callable[[str], float | None]):
        codes = self.of(node.args[0], axis)
        return self.data.vocabulary.map(codes, apply, np.nan, np.float64, apply.__name__)

    def op_year(self, node: Node, axis: Axis):
        dates = self.of(node.args[0], axis)
        return np.where(dates < 0, np.nan, dates // 10000)

    def op_seconds(self, node: Node, axis: Axis):
        return self.number_of(node, axis, scalars.seconds)

    def op_degrees(self, node: Node, axis: Axis):
        return self.number_of(node, axis, scalars.degrees)

    def op_between(self, node: Node, axis: Axis):
        item, low, high = node.args
        value = self.of(item, axis)
        inside = (low is None or value >= low) & (high is None or value <= high)
        return _kleene(inside, ~np.isnan(value))

    def op_fits(self, node: Node, axis: Axis):
        value = self.of(node.args[0], axis)
        return _kleene(_fits(value, node.args[1]), ~np.isnan(value))

    # -- tables ----------------------------------------------------------------------------------------------

    def op_exists(self, node: Node, axis: Axis):
        owners = self.data.sheet(node.args[0]).parent
        return np.where(np.bincount(owners, minlength=len(self.data.objects)) > 0, TRUE, FALSE)[axis.objects]

    def op_count(self, node: Node, axis: Axis):
        form, section = node.args
        rows = self.data.rows(form or axis.form, section)
        if form is None:
            sheets = len(self.data.sheet(axis.form))
            return np.bincount(rows.parent, minlength=sheets).astype(np.float64)[axis.own_index()]
        owners = self.data.sheet(form).parent[rows.parent]
        return np.bincount(owners, minlength=len(self.data.objects)).astype(np.float64)[axis.objects]

    def op_sum(self, node: Node, axis: Axis):
        form, section, x, test, moving = node.args
        if moving and (match := key_match(test)):
            return self.keyed_sum(form, section, x, match, axis)
        if moving:
            inner, group, size, index = *self.pairs(form, section, axis), axis.size, None
        elif form is None:
            inner = Axis.of_rows(self.data, axis.form, section)
            inner.each_table = self.data.rows(axis.form, section)
            group, size, index = inner.own, len(self.data.sheet(axis.form)), axis.own_index()
        else:
            table, owners = self.inner(form, section)
            inner = Axis(form, len(table), owners, None, each_table=table)
            group, size, index = owners, len(self.data.objects), axis.objects
        values = np.broadcast_to(self.of(x, inner), (inner.size,))
        counted = ~np.isnan(values) & (self.of(test, inner) == TRUE)
        totals = np.bincount(group[counted], weights=values[counted], minlength=size).astype(np.float64)
        totals[np.bincount(group[counted], minlength=size) == 0] = np.nan
        return totals if index is None else totals[index]

    def keyed_sum(self, form: str, section: str | None, x: Node, match: tuple[Node, Node], axis: Axis):
        """Sums by object and key, looked up by each place's own key."""
        table, owners = self.inner(form, section)
        inner = Axis(form, len(table), owners, None, each_table=table)
        values, keys = np.broadcast_to(self.of(x, inner), (inner.size,)), self.of(match[0], inner)
        sought = self.of(match[1], axis)
        span = len(self.data.vocabulary.texts) + 1
        counted = ~np.isnan(values) & (keys >= 0)
        groups, group = np.unique((owners * span + keys)[counted], return_inverse=True)
        if not len(groups):
            return np.full(axis.size, np.nan)
        totals = np.bincount(group.reshape(-1), weights=values[counted])
        wanted = axis.objects * span + sought
        place = np.minimum(np.searchsorted(groups, wanted), len(groups) - 1)
        return np.where((groups[place] == wanted) & (sought >= 0), totals[place], np.nan)

    def inner(self, form: str, section: str | None) -> tuple[Table, np.ndarray]:
        """The table added up, and the object each of its records belongs to."""
        sheets = self.data.sheet(form)
        if section is None:
            return sheets, sheets.parent
        rows = self.data.rows(form, section)
        return rows, sheets.parent[rows.parent]

    def pairs(self, form: str, section: str | None, axis: Axis) -> tuple[Axis, np.ndarray]:
        """Every place of `axis` beside every record of the other table of the same object, in order."""
        table, owners = self.inner(form, section)
        order = np.argsort(owners, kind="stable")
        counts = np.bincount(owners, minlength=len(self.data.objects))
        starts = np.cumsum(counts) - counts
        repeats = counts[axis.objects]
        outer = np.repeat(np.arange(axis.size), repeats)
        offsets = np.arange(len(outer)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        each = order[np.repeat(starts[axis.objects], repeats) + offsets]
        own = axis.own_index()[outer]
        row = outer if axis.row is None else axis.row[outer]
        pairs = Axis(axis.form, len(outer), axis.objects[outer], own, axis.section, row, table, each)
        return pairs, outer

    def op_unique(self, node: Node, axis: Axis):
        _, items = node.args
        key = axis.own_index()
        known = np.ones(axis.size, bool)
        for item in items:
            values = self.of(item, axis)
            known &= self.known(values, item.type)
            codes = np.unique(values, return_inverse=True)[1].reshape(-1)
            key = np.unique(key * (len(codes) + 1) + codes, return_inverse=True)[1].reshape(-1)
        return _kleene(np.bincount(key)[key] == 1, known) if axis.size else key.astype(np.int8)

    # -- the area --------------------------------------------------------------------------------------------

    def op_exists_area(self, node: Node, axis: Axis):
        areas = self.data.areas(self.area_digits)
        present = areas[self.data.sheet(node.args[0]).parent]
        here = areas[axis.objects]
        return _kleene(np.isin(here, present), here >= 0)

    def op_in_values(self, node: Node, axis: Axis):
        item, form, key = node.args
        codes, here = self.of(item, axis), self.data.areas(self.area_digits)[axis.objects]
        sheets = self.data.sheet(form)
        there = self.data.areas(self.area_digits)[sheets.parent]
        known_values = sheets.column(key, TEXT)
        span = len(self.data.vocabulary.texts) + 1
        present = (there * span + known_values)[(there >= 0) & (known_values >= 0)]
        return _kleene(np.isin(here * span + codes, present), (codes >= 0) & (here >= 0))

    def op_unique_in_region(self, node: Node, axis: Axis):
        form, item = node.args
        sheets = self.data.sheet(form)
        values = sheets.column(item.args[0], TEXT).astype(np.int64)
        here = self.data.areas(self.area_digits)[sheets.parent]
        span = len(self.data.vocabulary.texts) + 1
        in_area = np.unique(here * span + values, return_inverse=True, return_counts=True)
        own = np.unique(sheets.parent * span + values, return_inverse=True, return_counts=True)
        others = in_area[2][in_area[1].reshape(-1)] - own[2][own[1].reshape(-1)]
        return _kleene(others == 0, (values >= 0) & (here >= 0))[axis.own_index()]

    def op_county_of(self, node: Node, axis: Axis):
        longitude, latitude = (
            self.number_of(Node("degrees", (arg,)), axis, scalars.degrees) for arg in node.args
        )
        here = self.data.areas(self.area_digits)[axis.objects]
        result = np.full(axis.size, -1, np.int32)
        if self.data.locate is None:
            return result
        for place in np.flatnonzero(~np.isnan(longitude) & ~np.isnan(latitude) & (here >= 0)).tolist():
            county = self.data.locate(float(longitude[place]), float(latitude[place]))
            if county is not None:
                result[place] = self.data.vocabulary.number(county)
        return result


_ORDER = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


def _fits(value, decimals: int):
    scale = 10.0**decimals
    return np.rint(value * scale) / scale == value
