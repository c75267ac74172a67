"""Names are kept in one way of writing and are found by pinyin initials."""

import time

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from sources.objects.names import NameFault, initials, normalise_name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" 衢州 某某化工(集团)有限公司\u3000", "衢州某某化工（集团）有限公司"),
        ("ＡＢＣ化工１厂", "ABC化工1厂"),
        ("ABC  Chemical (Quzhou) Co.", "ABC Chemical (Quzhou) Co."),
        ("衢州\u200b某厂\ufeff", "衢州某厂"),
        ("衢州（某）厂", "衢州（某）厂"),
        ("3M 中国", "3M 中国"),
        ("𠮷野家养殖场", "𠮷野家养殖场"),
    ],
)
def test_one_way_of_writing(typed, kept):
    assert normalise_name(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "   ", "（）", "某厂😀", "某\x00厂", "某\n厂", "甲" * 201, "某\ue000厂"]
)
def test_refused(typed):
    with pytest.raises(NameFault):
        normalise_name(typed)


def test_the_message_names_character_and_place():
    with translation.override("en"), pytest.raises(NameFault, match=r"“😀” \(character 3\)"):
        normalise_name("某厂😀")


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(text):
    try:
        once = normalise_name(text)
    except NameFault:
        return
    assert normalise_name(once) == once
    assert initials(once).isascii()


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("衢州3号化工厂", "qz3hhgc"),
        ("重庆长安银行", "cqcayh"),
        ("绿源（集团）Co.", "lyjtco"),
        ("乐清市厦门路", "yqsxml"),
    ],
)
def test_initials(name, letters):
    assert initials(name) == letters


def test_three_hundred_thousand_names_take_seconds():
    names = [f"衢州市{chr(0x4E00 + i % 8000)}{chr(0x4E00 + i * 7 % 8000)}机械有限公司" for i in range(30_000)]
    start = time.process_time()
    for name in names:
        initials(name)
    assert time.process_time() - start < 1.0
