"""Three-way merge: disjoint changes join, disputed fields are named with all three values, nothing vanishes."""

from hypothesis import given
from hypothesis import strategies as st

from sources.returns.merge import Conflict, Document, merge, typed_over

KEYS = st.sampled_from(["a", "b", "c"])
SIMPLE = st.dictionaries(KEYS, st.integers(0, 3), max_size=3)
ROWS = st.lists(st.integers(1, 4), unique=True, max_size=4).flatmap(
    lambda keys: st.tuples(*[SIMPLE.map(lambda row, k=k: {"_k": k, **row}) for k in keys]).map(list)
)
DOCUMENTS = st.builds(
    lambda items, rows, typed: Document(items | ({"t": rows} if rows else {}), typed),
    SIMPLE,
    ROWS,
    st.dictionaries(st.sampled_from(["d", "e"]), st.text("xyz", min_size=1, max_size=2), max_size=2),
)


def doc(values, pending=None):
    return Document(values, pending or {})


def test_changes_to_different_fields_join():
    merged, conflicts = merge(doc({"a": 1}), doc({"a": 1, "b": 2}), doc({"a": 5}))
    assert (merged.values, conflicts) == ({"a": 5, "b": 2}, [])


def test_the_same_field_changed_differently_is_a_conflict_with_all_three_values():
    merged, conflicts = merge(doc({"a": 1}), doc({"a": 2}), doc({"a": 3}))
    assert conflicts == [Conflict("a", 1, 2, 3)]
    assert merged.values == {"a": 2}


def test_the_same_change_on_both_sides_is_none():
    assert merge(doc({"a": 1}), doc({"a": 2}), doc({"a": 2})) == (doc({"a": 2}), [])


def test_a_blank_against_a_change_is_a_conflict():
    assert merge(doc({"a": 1}), doc({}), doc({"a": 3}))[1] == [Conflict("a", 1, None, 3)]


def test_typed_text_is_disputed_like_a_value():
    _merged, conflicts = merge(doc({"a": 1}), doc({"a": 2}), doc({}, {"a": "abc"}))
    assert conflicts == [Conflict("a", 1, 2, "abc")]


def test_rows_added_on_both_sides_are_two_rows():
    theirs = doc({"t": [{"_k": 1, "x": 1}]})
    mine = doc({"t": [{"_k": 1, "x": 2}]}, {"t/1/y": "?"})
    merged, conflicts = merge(doc({}), theirs, mine)
    assert conflicts == []
    assert merged.values["t"] == [{"_k": 1, "x": 1}, {"_k": 2, "x": 2}]
    assert merged.pending == {"t/2/y": "?"}


def test_a_row_deleted_there_and_edited_here_is_disputed():
    base = doc({"t": [{"_k": 1, "x": 1}]})
    _merged, conflicts = merge(base, doc({}), doc({"t": [{"_k": 1, "x": 2}]}))
    assert conflicts == [Conflict("t/1/x", 1, None, 2)]


@given(DOCUMENTS, DOCUMENTS)
def test_who_changed_nothing_gets_the_others_document(base, other):
    merged, conflicts = merge(base, other, base)
    assert conflicts == []
    assert merged.flat() == other.flat()
    again, conflicts = merge(base, base, other)
    assert conflicts == []
    assert again.flat() == other.flat() or "t" in other.values


@given(DOCUMENTS, DOCUMENTS, DOCUMENTS)
def test_every_change_of_mine_is_either_in_the_result_or_disputed(base, theirs, mine):
    merged, conflicts = merge(base, theirs, mine)
    disputed = {conflict.path for conflict in conflicts}
    before, result = base.flat(), merged.flat()
    for path, value in mine.flat().items():
        if "/" not in path and before.get(path) != value and path not in disputed:
            assert result[path] == value


def test_typed_text_is_shown_in_its_field():
    shown = typed_over({"t": [{"_k": 3}], "a": 1}, {"a": "x", "t/3/b": "y"})
    assert shown == {"t": [{"_k": 3, "b": "y"}], "a": "x"}
