"""Which entries stand on the serious-violation list."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from transforms.law import ENTRY_SCHEMA, listings, serious_list
from transforms.policy import load_law
from transforms.tables import TABLES

LAW_FILE = Path(__file__).parents[3] / "policy" / "law" / "serious_list.yaml"
LAW = load_law(LAW_FILE.read_text(encoding="utf-8"), LAW_FILE.name)
LISTED = date(2022, 9, 20)


def _decision(number: str, kind: str = "list", on: date = LISTED, **fields: object) -> dict[str, object]:
    return {"decision_no": number, "decision_type": kind, "decided_on": on, "enterprise_id": "e1", **fields}


def _frames(
    decisions: list[dict[str, object]], deregistered_on: date | None = None
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    rows = [{"record_id": f"r{n}", "reason": "生产假药", "authority": "某局", **d} for n, d in enumerate(decisions)]
    frame = pl.DataFrame(rows, schema=TABLES["decision"].schema).lazy()
    firm = {"enterprise_id": "e1", "name": "甲厂", "deregistered_on": deregistered_on}
    register = pl.DataFrame([firm], schema=TABLES["enterprise"].schema).lazy()
    return frame, register


def _on_list(decisions: list[dict[str, object]], as_of: date, deregistered_on: date | None = None) -> list[str]:
    entries = serious_list(*_frames(decisions, deregistered_on), LAW, as_of).collect()
    assert entries.schema == ENTRY_SCHEMA
    return entries["decision_no"].to_list()


@pytest.mark.parametrize(
    ("as_of", "is_on"),
    [
        (date(2022, 9, 19), False),
        (date(2022, 9, 20), True),
        (date(2022, 9, 21), True),
        (date(2025, 9, 19), True),
        (date(2025, 9, 20), True),  # three years are full at the end of this day (44号令 Art. 21)
        (date(2025, 9, 21), False),
    ],
)
def test_an_entry_stands_from_its_decision_to_the_end_of_three_years(as_of: date, is_on: bool):
    assert _on_list([_decision("甲1号")], as_of) == (["甲1号"] if is_on else [])


@pytest.mark.parametrize(
    ("listed_on", "last_on"),
    [
        (date(2021, 8, 31), date(2026, 8, 31)),  # five years under the measures of 2016
        (date(2021, 9, 1), date(2024, 9, 1)),
        (date(2024, 2, 29), date(2027, 2, 28)),
    ],
)
def test_the_stay_is_that_of_the_listing_day(listed_on: date, last_on: date):
    decided = [_decision("甲1号", on=listed_on)]
    assert _on_list(decided, last_on) == ["甲1号"]
    assert _on_list(decided, last_on + (date(2000, 1, 2) - date(2000, 1, 1))) == []


def test_a_longer_restriction_prevails_and_a_shorter_one_does_not():
    assert _on_list([_decision("甲1号", ends_on=date(2026, 1, 1))], date(2026, 1, 1)) == ["甲1号"]
    assert _on_list([_decision("甲1号", ends_on=date(2026, 1, 1))], date(2026, 1, 2)) == []
    assert _on_list([_decision("甲1号", ends_on=date(2023, 1, 1))], date(2025, 9, 20)) == ["甲1号"]


def test_before_the_first_law_there_is_no_entry_even_with_a_term_of_its_own():
    assert _on_list([_decision("甲1号", on=date(2016, 3, 31), ends_on=date(2030, 1, 1))], date(2017, 1, 1)) == []


def test_a_removal_takes_off_the_entry_it_names_from_its_day():
    both = [_decision("甲1号"), _decision("甲2号", on=date(2023, 5, 5))]
    removal = _decision("甲9号", "remove", date(2023, 10, 1), target="甲1号")
    assert _on_list([*both, removal], date(2023, 9, 30)) == ["甲1号", "甲2号"]
    assert _on_list([*both, removal], date(2023, 10, 1)) == ["甲2号"]


def test_a_removal_without_a_target_takes_off_what_was_listed_by_then():
    removal = _decision("甲9号", "remove", date(2023, 10, 1))
    later = _decision("甲3号", on=date(2023, 10, 2))
    assert _on_list([_decision("甲1号"), removal, later], date(2023, 10, 3)) == ["甲3号"]


def test_other_decisions_list_nobody():
    assert _on_list([_decision("甲1号", "hold_tier"), _decision("甲2号", "repair")], date(2023, 1, 1)) == []


def test_the_deregistered_are_on_no_list_from_that_day():
    gone = date(2023, 6, 1)
    assert _on_list([_decision("甲1号")], date(2023, 5, 31), gone) == ["甲1号"]
    assert _on_list([_decision("甲1号")], gone, gone) == []


def test_every_listing_says_why_it_no_longer_stands():
    decided = [
        _decision("甲1号", on=date(2020, 1, 1)),
        _decision("甲2号", on=date(2022, 1, 1)),
        _decision("甲3号", on=date(2023, 12, 1)),
        _decision("甲9号", "remove", date(2024, 1, 2), target="甲2号"),
    ]
    found = listings(*_frames(decided), LAW, date(2025, 1, 2)).collect()
    assert dict(found.select("decision_no", "state").iter_rows()) == {
        "甲1号": "ended",
        "甲2号": "removed",
        "甲3号": "standing",
    }
    gone = listings(*_frames(decided, date(2024, 6, 1)), LAW, date(2025, 1, 2)).collect()
    assert gone["state"].to_list() == ["deregistered", "removed", "deregistered"]
