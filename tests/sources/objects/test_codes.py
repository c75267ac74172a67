"""Check digits: worked examples and what each scheme guarantees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.objects import codes

usccs = st.builds(
    lambda head, body: (
        (whole := head + body + codes.org_check_character(body)) + codes.uscc_check_character(whole)
    ),
    st.sampled_from(["91330802", "91370100", "12330800", "91100000"]),
    st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8),
)
regions = st.text("0123456789", min_size=12, max_size=12)
object_codes = st.builds(
    lambda region, letter, after: next(codes.object_codes(region, letter, after)),
    regions,
    st.sampled_from("GKNABCWLHVSPDETYRMFXZ"),
    st.integers(0, 9000),
)


def severities(faults):
    return [fault.severity for fault in faults]


@pytest.mark.parametrize("code", ["YYYY0008X", "YYYY00020", "YYYY00012"])
def test_org_examples(code):
    assert codes.org_faults(code) == []


@pytest.mark.parametrize("code", ["91330802YYYY0008X6", "91370100YYYY00012T", "12330800YYYY00020E"])
def test_uscc_examples(code):
    assert codes.uscc_faults(code) == []
    assert codes.identification_faults(code + "01") == []


def test_last_two_swapped_is_an_error():
    assert severities(codes.uscc_faults("12330800YYYY0002E0")) == ["error"]


def test_position_17_is_a_warning_and_position_18_an_error():
    body = "91330802YYYY00081"  # the organisation code inside should end in X
    assert severities(codes.uscc_faults(body + codes.uscc_check_character(body))) == ["warning"]
    assert severities(codes.uscc_faults("91330802YYYY0008X7")) == ["error"]


@pytest.mark.parametrize("code", ["", "91330802YYYY0008X", "91330802YYYY0008O6", "9133０802YYYY0008X6"])
def test_wrong_shapes_of_credit_codes(code):
    assert severities(codes.uscc_faults(code)) == ["error"]


@pytest.mark.parametrize("place", ["990000", "00AB00"])
def test_registering_authority_must_be_in_a_province(place):
    body = "91" + place + "YYYY0008X"
    faults = codes.uscc_faults(body + codes.uscc_check_character(body))
    assert severities(faults) == ["error"]


def test_tidy_takes_what_people_type():
    assert codes.tidy(" ９１330802 yyyy0008-x6 ") == "91330802YYYY0008X6"


@given(usccs, st.integers(0, 17), st.sampled_from(codes.USCC_ALPHABET))
def test_credit_codes_find_every_wrong_character(code, at, character):
    wrong = code[:at] + character + code[at + 1 :]
    assert ("error" in severities(codes.uscc_faults(wrong))) == (wrong != code)


@given(usccs, st.integers(0, 16))
def test_credit_codes_find_every_swap_of_neighbours(code, at):
    wrong = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert ("error" in severities(codes.uscc_faults(wrong))) == (wrong != code)


@given(st.text("0123456789", min_size=8, max_size=8), st.integers(0, 7), st.sampled_from("0123456789"))
def test_org_codes_find_every_wrong_digit(body, at, digit):
    """Guaranteed for digits only: letters eleven apart (0 and B) have the same value modulo 11."""
    code = body + codes.org_check_character(body)
    wrong = code[:at] + digit + code[at + 1 :]
    assert bool(codes.org_faults(wrong)) == (wrong != code)


@given(st.text("0123456789", min_size=8, max_size=8), st.integers(0, 6))
def test_org_codes_find_every_swap_of_digits(body, at):
    code = body + codes.org_check_character(body)
    wrong = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert bool(codes.org_faults(wrong)) == (wrong != code)


@given(object_codes, st.integers(0, 17), st.sampled_from(codes.ALPHABET))
def test_identification_codes_find_every_wrong_character(code, at, character):
    wrong = code[:at] + character + code[at + 1 :]
    assert bool(codes.identification_faults(wrong)) == (wrong != code)


@given(object_codes, st.integers(0, 16))
def test_identification_codes_find_every_swap_of_neighbours(code, at):
    wrong = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert bool(codes.identification_faults(wrong)) == (wrong != code)


def test_serials_pass_over_the_37th_value_and_go_on():
    made = list(codes.object_codes("330802005001", "G"))
    assert len(made) == len(set(made)) > 9_700
    assert all(codes.identification_faults(code) == [] for code in made[:500])
    assert codes.serial_of(made[0]) == 1
    assert codes.serial_of("91330802YYYY0008X607") == 7
    assert next(codes.object_codes("330802005001", "G", after=codes.serial_of(made[9]))) == made[10]


@pytest.mark.parametrize("code", ["91330802YYYY0008X600", "91330802YYYY0008X6AB", "330802005001G001"])
def test_wrong_identification_codes(code):
    assert severities(codes.identification_faults(code)) == ["error"]


def test_site_serial_has_two_digits():
    with pytest.raises(ValueError, match="100"):
        codes.site_code("91330802YYYY0008X6", 100)
