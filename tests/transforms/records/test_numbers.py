"""Amounts of money as decisions write them, in figures and in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.records.text import disagreeing_amount, parse_chinese_number, stated_amounts

_PLAIN = "零一二三四五六七八九"
_FORMAL = "零壹贰叁肆伍陆柒捌玖"


def in_words(number: int, digits: str = _PLAIN, units: str = "千百十") -> str:
    """The number (under 10 to the 12th) in Chinese numerals, written from the rule and not from the code."""
    groups = [(number // 10**8, "亿"), (number // 10**4 % 10**4, "万"), (number % 10**4, "")]
    text = ""
    for value, group in groups:
        if value == 0:
            continue
        if text and value < 1000:
            text += digits[0]
        places = [(value // size % 10, unit) for size, unit in zip((1000, 100, 10, 1), (*units, ""), strict=True)]
        written = ""
        for digit, unit in places:
            if digit:
                written += digits[digit] + unit
            elif written and not written.endswith(digits[0]):
                written += digits[0]
        text += written.rstrip(digits[0]) + group
    return text


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("罚款五千元", [500_000]),
        ("处罚款人民币伍仟元整", [500_000]),
        ("罚款1.5万元", [1_500_000]),
        ("罚款 50,000 元", [5_000_000]),
        ("罚款12万5千元", [12_500_000]),
        ("罚款十万元", [10_000_000]),
        ("罚款两千圆", [200_000]),
        ("没收违法所得5,727.90元，罚款６３００.６９元", [572_790, 630_069]),
        ("罚款壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分", [123_456_789]),
        ("罚款一亿零五百万元", [10_500_000_000]),
        ("罚款20余万元", [20_000_000]),
        ("警告", []),
        ("罚款若干万元", []),
        ("", []),
    ],
)
def test_amounts_are_read_into_fen(text: str, fen: list[int]):
    assert list(stated_amounts(text)) == fen


@given(st.integers(1, 10**12 - 1))
def test_numerals_of_both_writings_say_the_number(number: int):
    assert parse_chinese_number(in_words(number)) == number
    assert parse_chinese_number(in_words(number, _FORMAL, "仟佰拾")) == number


@pytest.mark.parametrize(
    ("fen", "stated", "found"),
    [
        (5_000_000_000, (500_000,), 500_000),  # ten thousand times
        (50, (500_000,), 500_000),  # a ten-thousandth
        (500_000_000, (500_000,), 500_000),  # a thousand times: the bound itself
        (499_999_999, (500_000,), None),
        (500, (500_000,), 500_000),
        (501, (500_000,), None),
        (0, (500_000,), 500_000),
        (500_000, (500_000,), None),
        (5_000_000_000, (500_000, 5_000_000_000), None),  # one of several agrees
        (5_000_000_000, (), None),
    ],
)
def test_an_amount_far_from_every_stated_one_disagrees(fen: int, stated: tuple[int, ...], found: int | None):
    assert disagreeing_amount(fen, stated, 1000) == found
