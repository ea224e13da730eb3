"""Pictures: text stays text, the same bytes, nothing that a page could not carry."""

import re
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from reports.enterprise_page import TierPeriod, history_svg
from reports.office_report import migration_svg
from reports.office_tables import Migration

WORDS = ("A 守信", "B 基本守信", "C 失信 & <其他>")
MIGRATION = Migration(("A", "B", "C"), WORDS, ((90, 3, 0), (1, 20, 2), (0, 0, 4)), (1, 0, 0), (0, 0, 0))
STANDINGS = (TierPeriod(date(2024, 1, 3), 0, 100_000), TierPeriod(date(2025, 5, 9), 2, 88_000))


def _texts(svg: str) -> list[str]:
    return [text.text or "" for text in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_the_matrix_has_every_number_and_word():
    texts = _texts(migration_svg(MIGRATION))
    assert {"90", "3", "1", "20", "2", "4"} <= set(texts)
    assert {f"{side} {word}" for side in "原现" for word in WORDS} <= set(texts)
    assert texts.count("·") == 3


def test_an_empty_matrix_is_drawn():
    none = ((0, 0, 0),) * 3
    assert _texts(migration_svg(Migration(("A", "B", "C"), WORDS, none, (0, 0, 0), (0, 0, 0)))).count("·") == 9


def test_the_history_names_tiers_scores_and_days():
    texts = _texts(history_svg(STANDINGS, WORDS, date(2026, 3, 1)))
    assert {*WORDS, "1000.00", "880.00", "2025-01-01"} <= set(texts)


@pytest.mark.parametrize(
    ("until", "days"),
    [
        (date(2024, 1, 4), ["2024-01-03", "2024-01-04"]),
        (date(2024, 3, 1), ["2024-02-01", "2024-03-01"]),
        (date(2031, 1, 1), ["2026-01-01", "2028-01-01", "2030-01-01"]),
    ],
)
def test_days_below_a_history_are_few_and_even(until: date, days: list[str]):
    texts = _texts(history_svg(STANDINGS[:1], WORDS, until))
    assert [text for text in texts if text.startswith("20")] == days


def test_a_history_of_one_day_is_drawn():
    texts = _texts(history_svg(STANDINGS[:1], WORDS, STANDINGS[0].from_on))
    assert texts.count("2024-01-03") == 1


@pytest.mark.parametrize(
    "svg", [migration_svg(MIGRATION), history_svg(STANDINGS, WORDS, date(2026, 3, 1))], ids=["m", "h"]
)
def test_a_picture_fits_any_width_and_tells_no_time(svg: str):
    root = svg[: svg.index(">")]
    assert "viewBox" in root
    assert not re.search(r"\s(?:width|height)=", root)
    assert "date" not in svg.lower().replace("date2num", "")
    assert "script" not in svg


def test_pictures_made_at_the_same_time_are_the_same():
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: migration_svg(MIGRATION), range(8)))
    assert len(set(made)) == 1
