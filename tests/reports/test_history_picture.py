"""The picture of a history of tiers: text stays text, the same bytes, nothing that a page could not carry."""

import re
import xml.etree.ElementTree as ET
from datetime import date

import pytest

from reports.enterprise_page import TierPeriod, history_svg

TITLES = ("A 守信", "B 基本守信", "C 失信 & <其他>")
PERIODS = (TierPeriod(date(2024, 1, 3), 0, 100_000), TierPeriod(date(2025, 5, 9), 2, 88_000))
UNTIL = date(2026, 3, 1)


def _texts(svg: str) -> list[str]:
    return [text.text or "" for text in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_the_history_names_tiers_scores_and_days():
    texts = _texts(history_svg(PERIODS, TITLES, UNTIL))
    assert {*TITLES, "1000.00", "880.00", "2025-01-01"} <= set(texts)


@pytest.mark.parametrize(
    ("until", "days"),
    [
        (date(2024, 1, 4), ["2024-01-03", "2024-01-04"]),
        (date(2024, 3, 1), ["2024-02-01", "2024-03-01"]),
        (date(2031, 1, 1), ["2026-01-01", "2028-01-01", "2030-01-01"]),
    ],
)
def test_days_below_a_history_are_few_and_even(until: date, days: list[str]):
    texts = _texts(history_svg(PERIODS[:1], TITLES, until))
    assert [text for text in texts if text.startswith("20")] == days


def test_a_history_of_one_day_is_drawn():
    texts = _texts(history_svg(PERIODS[:1], TITLES, PERIODS[0].from_on))
    assert texts.count("2024-01-03") == 1


def test_a_picture_fits_any_width_and_tells_no_time():
    svg = history_svg(PERIODS, TITLES, UNTIL)
    root = svg[: svg.index(">")]
    assert "viewBox" in root
    assert not re.search(r"\s(?:width|height)=", root)
    assert "date" not in svg.lower()
    assert "script" not in svg


def test_the_same_history_gives_the_same_picture():
    assert history_svg(PERIODS, TITLES, UNTIL) == history_svg(PERIODS, TITLES, UNTIL)
