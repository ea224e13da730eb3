"""Numbers, days, names, codes: exact or not at all."""

import unicodedata
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as library

from transforms.person_numbers import mask_number, mask_person_numbers
from transforms.records.text import (
    document_key,
    document_number,
    halfwidth,
    is_huge,
    is_inexact,
    is_negative,
    is_number,
    normalise_name,
    number_text,
    scaled,
    without_blanks,
    word_key,
)
from transforms.records.uscc import fault_of, find_faults, has_valid_check_characters, organisation_check_character


def one(expression, text):
    return pl.DataFrame({"t": [text]}, schema={"t": pl.String()}).select(expression(pl.col("t"))).item()


@given(st.decimals(0, 10**11, places=6))
def test_money_is_scaled_as_decimal_arithmetic_does(amount):
    assert one(lambda t: scaled(number_text(t), 6), f"{amount:f}") == int(amount * Decimal(1_000_000))


@given(st.integers(0, 10**11), st.integers(0, 5))
def test_thousands_separators_change_nothing(number, places):
    plain, grouped = f"{number}.{'7' * places}", f"{number:,}.{'7' * places}"
    assert one(lambda t: scaled(number_text(t), 6), grouped) == one(lambda t: scaled(number_text(t), 6), plain)


@pytest.mark.parametrize(("text", "inexact"), [("1.12", False), ("1.123", True), ("1.120", False), ("1", False)])
def test_digits_beyond_the_fen_are_noticed(text, inexact):
    assert one(lambda t: is_inexact(t, 2), text) is inexact


@pytest.mark.parametrize(("text", "huge"), [("9" * 12, False), ("9" * 13, True), ("0" * 20 + "1", False)])
def test_sums_that_cannot_be_are_noticed(text, huge):
    assert one(is_huge, text) is huge


@pytest.mark.parametrize("text", ["", "1e3", "1,2", "0x1", "١", "1 2", "+1", "--1", ".5", "∞"])
def test_what_is_no_number_is_none(text):
    assert one(lambda t: is_number(number_text(t)), text) is False


def test_a_number_below_zero_is_distinguished_from_no_number():
    assert one(is_negative, "-0.5") is True
    assert one(is_negative, "-x") is False


_BODY = st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8)


@given(st.text("0123456789", min_size=8, max_size=8), _BODY, st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_of_a_code_is_always_found(head, body, place, step):
    stem = head + body + organisation_check_character(body)
    code = stem + library.calc_check_digit(stem)
    assert fault_of(code) == ""
    if code[place].isdigit():
        wrong = code[:place] + str((int(code[place]) + step) % 10) + code[place + 1 :]
        assert fault_of(wrong) in ("uscc_check", "uscc_organisation")


@st.composite
def nearly_codes(draw):
    """A code with right check characters, or one with a character put, left out or changed."""
    body = draw(_BODY)
    stem = draw(st.text("0123456789", min_size=8, max_size=8)) + body + organisation_check_character(body)
    code = stem + library.calc_check_digit(stem)
    place, char = (
        draw(st.integers(0, 17)),
        draw(st.sampled_from(["", "9", "1", "A", "I", "S", "a", "-", " ", "\n", "药"])),
    )
    return draw(st.sampled_from([code, f"9{code[1:]}", code[:place] + char + code[place + 1 :], code + char, char]))


@given(st.lists(nearly_codes(), min_size=1, max_size=20))
def test_the_shortcut_says_of_every_code_what_the_library_says(codes):
    assert find_faults(pl.Series(codes)) == {code: why for code in codes if (why := fault_of(code))}


@given(st.text("0123456789", min_size=7, max_size=7), _BODY)
def test_an_enterprises_code_takes_the_shortcut(region, body):
    stem = f"9{region}{body}{organisation_check_character(body)}"
    code = stem + library.calc_check_digit(stem)
    assert has_valid_check_characters(pl.Series([code, f"{code}\n", None, ""])).to_list() == [True, False, False, False]


@pytest.mark.parametrize(
    "name", ["甲（北京）药业", "甲(北京) 药业", "甲【北京】药业", "甲〔北京〕药业\u3000", "甲［北京］药业"]
)
def test_names_are_compared_without_width_blank_and_kind_of_bracket(name):
    assert one(normalise_name, name) == "甲(北京)药业"


@given(st.text(max_size=20))
def test_normalising_twice_is_normalising_once(text):
    for normalise in (normalise_name, document_key):
        once = one(normalise, text)
        assert one(normalise, once) == once


@given(st.lists(st.none() | st.text(st.sampled_from("京药监罚〔〕[]（2025）-_./aAＡ　 \n号·。㈱")), min_size=1))
@pytest.mark.parametrize(
    ("change", "each"),
    [
        (halfwidth, lambda text: unicodedata.normalize("NFKC", text).strip()),
        (without_blanks, word_key),
        (normalise_name, lambda text: one(normalise_name, f"\N{IDEOGRAPHIC SPACE}{text}")),
        (document_key, lambda text: one(document_key, f"\N{IDEOGRAPHIC SPACE}{text}")),
    ],
)
def test_texts_in_form_among_others_are_left_as_they_are(change, each, texts):
    column = pl.DataFrame({"t": texts}, schema={"t": pl.String()})
    expected = [None if text is None else each(text) for text in texts]
    assert column.select(change(pl.col("t"))).to_series().to_list() == expected
    assert column["t"].to_list() == texts


_PARTS = ("药监", "罚", "藥", "A", "Z.", "/", "第", "号", "-", "-人", "0", "1", "12", "2026", "〔2026〕", "〔医械〕")
_YEARS = ("年", "2026年", "二零二六年", "〔二零二六〕", "一", "六二零二", "〔", "〕")


@given(st.lists(st.sampled_from(_PARTS + _YEARS), max_size=7).map("".join))
@pytest.mark.parametrize("change", [document_key, document_number])
def test_a_number_that_looks_spelt_is_spelt(change, number):
    """A blank before it makes the program spell it, whatever it looks like."""
    assert one(change, number) == one(change, f"\N{IDEOGRAPHIC SPACE}{number}")


@pytest.mark.parametrize(
    "number",
    ["京药监械罚〔2025〕1号", "京药监〔械〕罚〔2025〕1-2号", "验〔2025〕3-迟号", "JC-2025_00.1/7", "验列15", "", "龥"],
)
def test_a_number_in_form_is_its_own_key(number):
    assert one(document_key, number) == number


@pytest.mark.parametrize(
    ("number", "shown"),
    [("11010119900307001X", "110*************1X"), ("1234567890", "123*****90"), ("123456789", "*" * 9), ("1", "*")],
)
def test_a_mask_shows_three_and_two(number, shown):
    assert one(mask_number, number) == shown


@pytest.mark.parametrize(
    "code", ["91110000600037341L", "914403001922038216", "20250101123456789012", "京药监罚〔2025〕1号"]
)
def test_credit_codes_and_document_numbers_are_no_person_numbers(code):
    assert one(mask_person_numbers, code) == code


@pytest.mark.parametrize(
    "text", ["11010119900307001X", "（11010119900307001x）", "11010119900307001X,440301198512310011"]
)
def test_person_numbers_in_running_text_are_masked(text):
    assert "19900307" not in one(mask_person_numbers, text)
    assert "19851231" not in one(mask_person_numbers, text)
