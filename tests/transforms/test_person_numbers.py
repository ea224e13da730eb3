"""The detector of natural persons' numbers: what it finds and what it leaves, on sixty texts."""

from pathlib import Path

import polars as pl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from transforms.person_numbers import (
    find_person_numbers,
    is_miscounted,
    keyed_hashes,
    mask_person_numbers,
    mask_text,
    may_hold_person_number,
)

TEXTS = yaml.safe_load(Path(__file__).with_name("person_texts.yaml").read_text(encoding="utf-8"))
OF_PERSONS = [one for one in TEXTS if one.get("hidden")]
OF_NOBODY = [one["text"] for one in TEXTS if not one.get("hidden")]
IDENTITY = "11010519491231002X"


def test_the_texts_are_sixty():
    assert (len(OF_PERSONS), len(OF_NOBODY)) == (36, 24)


@pytest.mark.parametrize("one", OF_PERSONS, ids=lambda one: one["text"])
def test_every_number_of_a_person_is_masked(one):
    hidden = mask_text(one["text"])
    assert not [piece for piece in one["hidden"] if str(piece) in hidden], hidden
    assert mask_text(hidden) == hidden, "masking twice is masking once"


@pytest.mark.parametrize("text", OF_NOBODY)
def test_other_numbers_are_not_masked(text):
    assert (mask_text(text), find_person_numbers(text)) == (text, [])


def test_a_column_is_masked_as_its_texts_are_and_nulls_stay():
    texts = pl.Series("text", [one["text"] for one in TEXTS] + [None])
    column = pl.DataFrame([texts]).select(mask_person_numbers(pl.col("text"))).to_series()
    assert column.to_list() == [mask_text(text) for text in texts.drop_nulls()] + [None]


def test_the_pre_test_excludes_no_text_with_a_number():
    texts = pl.DataFrame({"text": [one["text"] for one in OF_PERSONS]})
    assert texts.select(may_hold_person_number(pl.col("text"))).to_series().all()


def test_a_number_shows_its_first_three_and_last_two():
    assert mask_text(f"（{IDENTITY}）") == "（110*************2X）"
    assert mask_text("护照E12345678") == "护照*********"


@pytest.mark.parametrize(
    ("number", "is_found"),
    [
        ("110105194902280021", True),
        ("110105194902290021", False),  # no leap year
        ("110105184912310021", False),  # nobody of 1849
        ("110105185001010021", True),
        ("990105194912310021", False),  # no such province
        ("110105194913310021", False),
        ("1101051949123100211", False),  # a figure more
        ("11010519491231002", False),  # a figure less
    ],
)
def test_region_and_birthday_must_be_possible(number, is_found):
    assert bool(find_person_numbers(number)) is is_found


@pytest.mark.parametrize(
    ("text", "is_found"), [(IDENTITY, True), ("110105194912310021", False), ("110105491231002", False)]
)
def test_an_identifier_is_only_a_person_where_it_can_be_nothing_else(text, is_found):
    assert bool(find_person_numbers(text, is_identifier=True)) is is_found


@pytest.mark.parametrize(
    "text",
    [
        "350102/19880307/1238",
        "350102：198803071238",
        "3501021988，03071238",
        "110105\u3000\u3000\u3000\u300019491231002X",
        "110105 (1949) 1231 [002X]",
        "110105*19491231*002X",
        "110105\n19491231\r\n002X",
        r'{"违法事实":"110105\n19491231002X"}',  # a line end within a cell, as a row is kept
        "11O1O519491231OO2X",  # the letter O
        "l10105l949l23l002x",
        IDENTITY + IDENTITY,
        "1" + IDENTITY,
        IDENTITY + "1",
        "其持H1234567890来",
        "港澳居民M0987654321",
    ],
)
def test_a_number_is_found_however_it_is_split_joined_or_misread(text):
    hidden = mask_text(text)
    assert len(find_person_numbers(text)) == text.count(IDENTITY) or len(find_person_numbers(text)) == 1
    assert not [piece for piece in ("1949", "l949", "1988", "0307", "1231", "23456", "98765") if piece in hidden], (
        hidden
    )
    assert pl.select(may_hold_person_number(pl.lit(text))).item()


@pytest.mark.parametrize(
    "text",
    [
        "批号H1234567890",
        "国药准字H20041234",
        "暂扣许可证件至2026-06-06",
        "暂扣证件至2026-06-06",
        "证件有效期2026/6/6止",
        "追溯码81234567890123456789",
        "账号3501021988030712381",  # of a bank, as its label says
    ],
)
def test_dates_and_numbers_of_goods_are_not_masked(text):
    assert mask_text(text) == text


@given(st.text(max_size=12), st.text(max_size=12))
def test_a_number_is_found_whatever_is_around_it(before, after):
    is_glued = before[-1:].isdigit() or after[:1].isdigit()
    text = f"{before}，{IDENTITY}，{after}" if is_glued else f"{before}，{IDENTITY}{after}"
    assert "19491231" not in mask_text(text)


def test_the_older_number_of_a_person_is_hashed_as_the_newer_one():
    old, new, other = "110105491231002", IDENTITY, "110105194912310038"
    hashes = keyed_hashes(pl.Series([old, new, other, "E12345678"]), b"a key of the tests")
    assert hashes[0] == hashes[1]
    assert hashes.n_unique() == 3


@pytest.mark.parametrize(
    ("number", "is_wrong"),
    [
        (IDENTITY, False),
        ("110105491231002", False),
        ("E12345678", False),
        ("12345678", False),
        ("110105194912310021", True),
        ("11010519491231002", True),
        ("1101054912310021", True),
        ("1101051949123100210", True),
    ],
)
def test_a_number_of_digits_that_can_be_no_residents_is_told(number, is_wrong):
    assert is_miscounted(number) is is_wrong
