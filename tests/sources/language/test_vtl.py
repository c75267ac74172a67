"""The translation to VTL 2.1; the engine itself runs in ``make bench ARGS=oracle``, and here where it is installed."""

import pytest

from sources.language import bind
from tests.benchmarks.oracle_bench import by_vtl, one_sheet_each, translated
from tests.sources.language.scope import World
from tests.support import vtl
from tests.support.agreement import by_record, forms


class Rule:
    """What `translate` needs of a check."""

    def __init__(self, text):
        bound = bind(text, World())
        self.node, self.section = bound.node, bound.facts.section


def test_blanks_tolerance_sums_and_joins_are_written_out():
    script = vtl.translate("A", Rule('a + B.p <= sum_where(x, key == "k")'), 7)
    assert script.statements == [
        't7_0 := R_A_t[calc v := A_x][filter (A_key) = ("k")][aggr t7_0_v := sum(v) group by obj];',
        "D7 <- left_join(S_A[keep A_a], S_B[keep B_p], t7_0)"
        "[calc h1 := if (isnull(A_a) and isnull(B_p)) then null else nvl(A_a, 0) + nvl(B_p, 0)]"
        "[calc h2 := if nvl(abs(h1), 0) > nvl(abs(t7_0_v), 0) then abs(h1) else abs(t7_0_v)]"
        "[calc truth := (h1) - (t7_0_v) <= 0.0050 + 0.0000000010 * h2][keep truth];",
    ]
    assert script.reads == {"S_A": {"A_a": None}, "S_B": {"B_p": None}, "R_A_t": {"A_x": None, "A_key": None}}
    rows = vtl.translate("A", Rule("x / a > 1"), 0)
    assert rows.statements[0].startswith("D0 <- left_join(R_A_t[keep A_x], S_A[keep A_a] using obj)")
    with pytest.raises(vtl.NotInVtlError):
        vtl.translate("A", Rule("unique(key)"), 0)


def test_nearly_all_rules_of_forms_and_catalogue_are_translated():
    scripts, left = translated(forms())
    assert len(scripts) > 500
    assert left.total() < len(scripts) / 8


def test_the_engine_says_the_same():
    pytest.importorskip("vtlengine", reason="make oracle")
    county = one_sheet_each(5, 40)
    scripts, _left = translated(county.sheets)
    expected = by_record(county)
    chosen = dict([*scripts.items()][::12])
    found, _seconds = by_vtl(county, chosen)
    assert found == {(code, place): expected[code][place] for code, place in chosen}
