"""Meaning of the language on one record; the blank case of every operator is here."""

import pytest

from sources.language import Context, RuleError, bind, compile_rule
from tests.sources.language.scope import World

SIBLINGS = {
    "B": [
        {
            "p": 5,
            "v": [{"_k": 1, "q": 1, "qkey": "k"}, {"_k": 2, "q": 2, "qkey": "k"}, {"_k": 3, "qkey": "k"}],
        }
    ]
}


class Neighbours:
    def exists(self, form):
        return form == "R-1"

    def values(self, form, indicator):
        return {"Works"}

    def count_other(self, form, indicator, value, object_id):
        return 1 if value == "Taken" and object_id != 7 else 0

    def county_of(self, longitude, latitude):
        return "330802" if 118 < longitude < 119 and 28 < latitude < 29 else None


def evaluate(rule, values=None, row=None, siblings=None, obj=None, area=None):
    bound = bind(rule, World())
    context = Context(values or {}, siblings if siblings is not None else SIBLINGS, obj, area)
    if row is not None:
        context.row = row
    return compile_rule(bound.node)(context)


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [
        # comparisons with a blank are unknown
        ("a <= b", {"a": 1, "b": 2}, True),
        ("a <= b", {"a": 3, "b": 2}, False),
        ("a <= b", {"a": 3}, None),
        ("a == b", {}, None),
        ("kind == \"1\"", {}, None),
        ("kind != \"1\"", {"kind": "2"}, True),
        ("yes == true", {}, None),
        ("yes == false", {"yes": True}, False),
        ("kind in [\"1\"]", {}, None),
        ("\"2\" in modes", {}, None),
        ("\"2\" in modes", {"modes": ["1", "2"]}, True),
        ("kind not in [\"1\"]", {"kind": "1"}, False),
        # Kleene
        ("a > 0 or b > 0", {"a": 1}, True),
        ("a > 0 or b > 0", {"a": 0}, None),
        ("a > 0 and b > 0", {"a": 0}, False),
        ("a > 0 and b > 0", {"a": 1}, None),
        ("not (a > 0)", {}, None),
        ("(a > 0) == (b > 0)", {"a": 1}, None),
        ("(a > 0) == (b > 0)", {"a": 1, "b": 0}, False),
        # zero is not blank
        ("a == 0", {"a": 0}, True),
        ("empty(a)", {"a": 0}, False),
        ("filled(a)", {"a": 0}, True),
        ("empty(a)", {}, True),
        # additions: a blank part counts as zero only beside a filled one
        ("a + b == 3", {"a": 3}, True),
        ("a + b == 0", {}, None),
        ("a + (b + c) == 3", {"c": 3}, True),
        ("a - b == 3", {"a": 3}, None),
        ("(a - b) + c == 3", {"a": 1, "c": 3}, None),
        ("a + b * c == 1", {"a": 1}, None),
        ("a + 1 == 1", {}, True),
        # arithmetic
        ("a / b > 1", {"a": 1, "b": 0}, None),
        ("-a == -2", {"a": 2}, True),
        ("abs(a - b) <= 1", {"a": 1, "b": 2}, True),
        ("a <= max(b, c)", {"a": 3, "b": 4}, True),
        ("a <= max(b, c)", {"a": 3}, None),
        ("a <= min(b, c)", {"a": 3, "b": 4, "c": 1}, False),
        # equality allows half a unit of the least precise item
        ("a == b", {"a": 1.00, "b": 1.005}, True),
        ("a == b", {"a": 1.00, "b": 1.01}, False),
        ("a == c", {"a": 1.04, "c": 1.0}, True),
        ("a == c", {"a": 1.06, "c": 1.0}, False),
        ("a + b == c", {"a": 0.1, "b": 0.2, "c": 0.3}, True),
        ("n == a", {"n": 10, "a": 10.5}, True),
        ("a <= b", {"a": 1.005, "b": 1.0}, True),
        ("a < b", {"a": 1.0, "b": 1.005}, True),
        ("a * 10000 <= n", {"a": 1.0, "n": 9950}, True),
        ("a * 10000 <= n", {"a": 1.0, "n": 9949}, False),
        # dates of different precision are compared by month
        ("later >= day", {"later": "2018-03", "day": "2018-03-15"}, True),
        ("later >= day", {"later": "2018-02", "day": "2018-03-15"}, False),
        ("day <= \"2017-12-31\"", {"day": "2018-01-01"}, False),
        ("year(day) in [2017]", {"day": "2017-05"}, True),
        ("year(day) == 2017", {}, None),
        # coordinates
        ("max_decimals(seconds(lon)) <= 2", {"lon": "118°52′10.257″"}, False),
        ("max_decimals(seconds(lon)) <= 2", {"lon": "118°52′10.25″"}, True),
        ("max_decimals(seconds(lon)) <= 2", {}, None),
        # lists skip blanks
        ("any_in([name, kind], [\"1\"])", {"kind": "1"}, True),
        ("any_in([name, kind], [\"1\"])", {"name": "x"}, False),
        ("any_in([name, kind], [\"1\"])", {}, None),
        ("any_prefix([name, kind], [\"25\", \"3\"])", {"name": "2511"}, True),
        ("startswith(name, \"25\")", {"name": "2611"}, False),
        ("startswith(name, \"25\")", {}, None),
        ("is_coal(name)", {"name": "1"}, True),
        ("is_coal(name)", {}, None),
        ("is_gas(name)", {"name": "1"}, False),
        # tables
        ("count(t) == 0", {}, True),
        ("count(t) == n", {"t": [{"_k": 1}], "n": 1}, True),
        ("sum(x) == a", {"t": [{"_k": 1, "x": 2}, {"_k": 2}], "a": 2}, True),
        ("sum(x) == a", {"t": [{"_k": 1}], "a": 2}, None),
        ("sum(x) + sum(z) == a", {"t": [{"_k": 1, "x": 2}], "a": 2}, True),
        ("sum_where(x, key == \"k\") == a", {"t": [{"_k": 1, "x": 2, "key": "k"}, {"_k": 2}], "a": 2}, True),
        # other forms of the object
        ("exists(B)", {}, True),
        ("exists(M)", {}, False),
        ("yes == exists(M)", {"yes": True}, False),
        ("B.p == 5", {}, True),
        ("count(B.v) == 3", {}, True),
        ("sum(B.q) == 3", {}, True),
        ("sum(M.m) > 0", {}, None),
        ("OBJECT.sampled == true", {}, None),
    ],
)  # fmt: skip
def test_meaning(rule, values, expected):
    assert evaluate(rule, values) is expected


def test_scalar_of_a_form_with_two_sheets_is_blank():
    assert evaluate("B.p == 5", siblings={"B": [{"p": 5}, {"p": 5}]}) is None


def test_sum_where_reads_the_current_row_and_the_rows_of_the_other_form():
    rule = "x == sum_where(B.q, B.qkey == key)"
    assert evaluate(rule, row={"x": 3, "key": "k"}) is True
    assert evaluate(rule, row={"x": 3, "key": "other"}) is None
    assert evaluate(rule, row={"x": 4, "key": "k"}) is False


def test_unique_is_tested_on_each_row_and_passes_over_blanks():
    table = [
        {"_k": 1, "key": "a", "x": 1},
        {"_k": 2, "key": "a", "x": 1},
        {"_k": 3, "key": "a"},
        {"_k": 4, "key": "b", "x": 1},
    ]
    results = [evaluate("unique(key, x)", {"t": table}, row=row) for row in table]
    assert results == [False, False, None, True]


def test_area_rules_are_unknown_without_an_area():
    inside = {"name": "Works", "lon": "118°30′0″", "lat": "28°30′0″"}
    cases = {
        "name in values(R_1.title)": (True, None),
        "unique_in_region(name)": (True, None),
        "exists(R_1)": (True, None),
        'startswith("330802001", county_of(lon, lat))': (True, None),
    }
    for rule, (known, unknown) in cases.items():
        assert evaluate(rule, inside, area=Neighbours()) is known, rule
        assert evaluate(rule, inside) is unknown, rule
    assert evaluate("unique_in_region(name)", {"name": "Taken"}, area=Neighbours()) is False
    assert evaluate("unique_in_region(name)", {"name": "Taken"}, obj={"id": 7}, area=Neighbours()) is True


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("", "empty"),
        ("a <=", "syntax"),
        ("a if b else c", "grammar"),
        ("__import__(\"os\").system(\"x\")", "grammar"),
        ("(lambda: 1)() == 1", "grammar"),
        ("a < b < c", "chained"),
        ("a + b", "type"),
        ("missing > 0", "unknown-item"),
        ("B.missing > 0", "unknown-item"),
        ("OBJECT.missing == true", "unknown-item"),
        ("C.p > 0", "unknown-form"),
        ("exists(C)", "unknown-form"),
        ("a == name", "type"),
        ("a == \"1\"", "type"),
        ("name > \"1\"", "type"),
        ("modes == \"1\"", "type"),
        ("a and yes", "type"),
        ("kind == \"9\"", "unknown-choice"),
        ("kind in [\"9\"]", "unknown-choice"),
        ("\"9\" in modes", "unknown-choice"),
        ("x > z", "two-tables"),
        ("sum_where(x, z > 0) > 0", "two-tables"),
        ("frobnicate(a)", "unknown-function"),
        ("abs(a, b) > 0", "arity"),
        ("max(a) > 0", "arity"),
        ("empty(a + b)", "arity"),
        ("count(a) > 0", "unknown-table"),
        ("sum(a) > 0", "not-a-table"),
        ("unique(a)", "not-a-table"),
        ("sum_where(x, sum(z) > 0) > 0", "nested-sum"),
        ("B.q > 0", "needs-sum"),
        ("M.m > 0", "needs-sum"),
        ("A.a > 0", "own-form"),
        ("R_1.r > 0", "other-object"),
        ("(" * 80 + "a > 0" + ")" * 80 + " or " + "not " * 80 + "(a > 0)", "too-deep"),
        ("a > 0 or " * 1000 + "a > 0", "too-long"),
        ("a > 1e999", "grammar"),
    ],
)  # fmt: skip
def test_faults(rule, code):
    with pytest.raises(RuleError) as raised:
        bind(rule, World())
    assert code in {fault.code for fault in raised.value.faults}


def test_all_faults_of_a_rule_are_named_with_their_positions():
    with pytest.raises(RuleError) as raised:
        bind("missing > 0 and a == name", World())
    assert [(fault.code, fault.at) for fault in raised.value.faults] == [("unknown-item", 0), ("type", 16)]


def test_facts():
    facts = bind("x <= B.p or filled(name) and sum(B.q) > 0", World()).facts
    assert facts.section == "t"
    assert facts.indicators == ("x", "name")
    assert facts.elsewhere == (("B", "p"), ("B", "q"))
    assert facts.forms == ("B",)
    assert not facts.area
    assert bind("unique(key)", World()).facts.section == "t"
    assert bind("sum(x) > 0", World()).facts.section is None
    assert bind("exists(R_1)", World()).facts.area


def test_the_tree_is_plain_json():
    import json

    tree = bind('a + b <= 3 and kind in ["1"]', World()).node.to_json()
    assert json.loads(json.dumps(tree)) == tree
    assert tree[0] == "and"
