"""Tables of the engine, with pandas as the oracle; and what is written of them, read back from PostgreSQL."""

import numpy as np
import pandas as pd
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from accounting.runs.engine import LINE_COLUMNS
from accounting.runs.engine.result import LINE_DEFAULTS
from accounting.runs.engine.table import Table, concat, repeated
from accounting.runs.models import Line
from accounting.runs.writing import rows_aside

NUMBER = st.one_of(st.just(np.nan), st.floats(-1e6, 1e6), st.integers(-3, 3).map(float))
ROWS = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["", "a", "b"]), NUMBER, NUMBER), max_size=12)
NAMES = ["object", "text", "one", "two"]


def both(rows):
    """The same rows as a table and as a frame of pandas."""
    frame = pd.DataFrame(rows, columns=NAMES).astype(
        {"object": "int64", "text": object, "one": float, "two": float}
    )
    return Table({name: frame[name].to_numpy() for name in NAMES}, len(rows)), frame


def same(table, frame):
    pd.testing.assert_frame_equal(table.to_pandas(), frame.reset_index(drop=True), check_dtype=False)


@given(ROWS, ROWS)
def test_steps_give_what_pandas_gives(rows, others):
    table, frame = both(rows)
    other, second = both(others)
    same(table[table["one"] > 0], frame[frame["one"] > 0])
    same(table.firsts("object"), frame.drop_duplicates("object"))
    for (key, part), (name, group) in zip(
        table.groups(["text", "object"]), frame.groupby(["text", "object"], sort=False), strict=True
    ):
        assert key == name
        same(part, group)
    narrow = other.assign(three=other["two"])[["object", "three"]].firsts("object")
    merged = frame.merge(
        narrow.to_pandas().astype({"object": "int64", "three": float}), on="object", how="left"
    )
    same(table.join(narrow, "object"), merged)
    under = concat([table, other.assign(more=other["one"])])
    same(under, pd.concat([frame, second.assign(more=second["one"])], ignore_index=True))
    assert repeated(table.keys(["object", "text"])).tolist() == (
        frame.duplicated(["object", "text"], keep=False).tolist()
    )


@given(ROWS)
def test_columns_give_what_pandas_gives(rows):
    table, frame = both(rows)
    one, text = frame["one"], frame["text"]
    np.testing.assert_array_equal(table["one"].fillna(table["two"]), one.fillna(frame["two"]))
    np.testing.assert_array_equal(table["one"].where(table["two"] > 0, 7.0), one.where(frame["two"] > 0, 7.0))
    assert table["text"].isin(["a", ""]).tolist() == text.isin(["a", ""]).tolist()
    names = {"a": "first", "": "none"}
    assert table["text"].map(names).fillna("?").tolist() == text.map(names).fillna("?").tolist()
    assert table["text"].map(names).isna().tolist() == text.map(names).isna().tolist()
    assert type(table["one"].sum()) is np.float64
    np.testing.assert_allclose(table.total(["one", "two"]), frame[["one", "two"]].sum(axis=1, min_count=1))


def test_a_column_of_another_length_is_refused():
    with pytest.raises(ValueError, match="a column of 2 in a table of 3 rows"):
        Table({"one": [1.0, 2.0]}, 3)


TEXTS = ["plain", "", "tab\there", "line\nend\r", "back\\slash \\N", "null", "\\", "“汉字” 💧", "nan", "t"]
AMOUNTS = [
    0.1 + 0.2,
    5e-324,
    1.7976931348623157e308,
    -0.0,
    1e16,
    123456789.123456789,
    np.nan,
    np.inf,
    -np.inf,
    3.0,
]


@pytest.mark.django_db
def test_free_text_that_is_too_long_is_cut_and_does_not_fail_the_county():
    defaults = {name: LINE_DEFAULTS.get(name, "") for name in LINE_COLUMNS}
    row = {
        "object_id": ["00000000-0000-0000-0000-000000000001"], "sheet": 1, "version_no": 1, "row_key": [1],
        "factor_id": [0], "unit": ["长" * 300], "inputs": [{}],
    }  # fmt: skip
    rows_aside(model=Line, frame=Table(defaults | row, 1), table="written")
    with connection.cursor() as cursor:
        cursor.execute("SELECT unit FROM written")
        assert cursor.fetchall() == [("长" * 200,)]


@pytest.mark.django_db
def test_what_is_written_reads_back_to_the_bit():
    count = len(TEXTS)
    defaults = {name: LINE_DEFAULTS.get(name, "") for name in LINE_COLUMNS}
    rows = Table(
        defaults | {
            "object_id": ["00000000-0000-0000-0000-000000000001"] * count, "sheet": 1, "version_no": 1,
            "row_key": list(range(-1, count - 1)), "factor_id": list(range(count)), "unit": TEXTS,
            "generated": AMOUNTS, "discharged": [np.nan] * count, "inputs": [{"said": text} for text in TEXTS],
        },
        count,
    )  # fmt: skip
    rows_aside(model=Line, frame=rows, table="written")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unit, float8send(generated_kg), discharged_kg, inputs->>'said', row_key, factor_id FROM written"
        )
        found = cursor.fetchall()
    bits = [None if value != value else np.array([value], dtype=">f8").tobytes() for value in AMOUNTS]
    assert [unit for unit, *_ in found] == TEXTS == [said for *_, said, _key, _factor in found]
    assert [sent and bytes(sent) for _, sent, *_ in found] == bits
    assert {amount for _, _, amount, *_ in found} == {None}
    assert [key for *_, key, _ in found] == [None, *range(count - 1)]
    assert [factor for *_, factor in found] == [None, *range(1, count)]
