"""What runs keep of the law's word holds until the day it names, whoever it is about."""

import os
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.run.affected import law_version_on
from tests.transforms.law.matters.crowd import crowd
from tests.transforms.law.matters.law_state_examples import day, legal
from tests.transforms.law.publicity.penalty_examples import FOLDER
from transforms.current_versions import differing_enterprises
from transforms.law.matters.deadlines import deadlines
from transforms.law.stored_state import relevant_enterprises, stored_state, without_state
from transforms.schemas.law import LAW_DETAILS, LAW_TABLES, detail_rows

IS_CAMPAIGN = os.environ.get("HYPOTHESIS_PROFILE") == "campaign"
SPAN = 400 if IS_CAMPAIGN else 3
ONE = timedelta(days=1)


BAN = {"ban_no": "禁1号", "person_name": "张三", "person_hash": "h1", "decided_on": date(2021, 4, 1)}
POST = {"position": "manager", "person_name": "张三", "person_hash": "h1"}


def differing(before, after):
    """The enterprises of which another word is kept."""
    sides = ([side[name].lazy() for name in LAW_TABLES] for side in (before, after))
    return set(differing_enterprises(*sides).collect()["enterprise_id"])


def due_by(word, since, upto):
    """Those whose word may be another on `upto`: all, where other rules have begun meanwhile, as a run knows it."""
    is_same = law_version_on(FOLDER, since) == law_version_on(FOLDER, upto)
    is_due = pl.lit(True) if not is_same else pl.col("next_on") <= upto
    return set(word["law"].filter(is_due)["enterprise_id"])


def said(records, on):
    return stored_state(legal(on, **records))


# Before the rules change, at a month's end, on the last of February, before the long holiday.
@pytest.mark.parametrize("start", ["2021-08-30", "2025-12-23", "2026-02-26", "2026-03-30", "2026-09-28"])
def test_a_crowd_keeps_its_word_until_the_day_named(start):
    first = day(start)
    records = crowd(5, 400 if IS_CAMPAIGN else 60, first)
    before, turned = said(records, first), 0
    for number in range(1, SPAN + 1):
        today = first + number * ONE
        after = said(records, today)
        changed = differing(before, after)
        assert changed - due_by(before, today - ONE, today) == set(), today
        turned += len(changed)
        before = after
    assert turned > 0


def test_a_listing_without_a_ground_is_called_otherwise_once_its_stay_would_have_ended():
    """The penalty was annulled, the listing not revoked: on the last day of its stay the matter ends by itself."""
    everyone = crowd(11, 82, day("2026-07-20"))
    records = {kind: [row for row in rows if row["enterprise_id"] == "e81"] for kind, rows in everyone.items()}
    eve, then = day("2026-07-26"), day("2026-07-27")
    before, after = said(records, eve), said(records, then)
    assert differing(before, after) == {"e81"} == due_by(before, eve, then)


@settings(max_examples=80 if IS_CAMPAIGN else 3, deadline=None)
@given(seed=st.integers(0, 10**6), start=st.dates(date(2021, 8, 1), date(2026, 8, 1)), days=st.integers(1, 60))
def test_what_names_no_day_till_then_is_the_same_then(seed, start, days):
    records = crowd(seed, 30, start)
    then = start + days * ONE
    before, after = said(records, start), said(records, then)
    assert differing(before, after) - due_by(before, start, then) == set()


def test_what_is_kept_is_what_is_answered():
    """In its order, to the last column; natural persons are left out."""
    today = day("2026-02-26")
    records = crowd(6, 40, today)
    records["penalty"].append(records["penalty"][0] | {"record_id": "p", "enterprise_id": None})
    asked = legal(today, **records)
    word = stored_state(asked)
    assert set(word) == set(LAW_TABLES)
    for name, rows in word.items():
        table = LAW_TABLES[name]
        assert [column for column in table.schema if column != "valid_from_on"] == rows.columns
        assert rows.select(table.key[0]).null_count().item() == 0
    whole = {
        "law_coming": deadlines(asked).collect(),
        "law_repair": asked.repair,
        "law_listings": asked.decision_log.listings,
    }
    for name, answer in whole.items():
        for firm in ("e3", "e7", "e11"):
            own = pl.col("enterprise_id") == firm
            assert detail_rows(name, word[name].lazy().filter(own)).collect().equals(answer.filter(own)), (
                name,
                firm,
            )


@pytest.mark.parametrize("start", ["2021-08-30", "2025-12-23", "2026-09-28"])
def test_what_must_be_filled_is_filled(start):
    """Also where no rules have begun yet, of which conditions would come."""
    first = day(start)
    for name, rows in stored_state(legal(first, **crowd(7, 60, first))).items():
        needed = [
            column.name for column in LAW_TABLES[name].columns if column.required and column.name != "valid_from_on"
        ]
        assert rows.select(pl.col(needed).null_count()).row(0) == (0,) * len(needed), name


def test_whom_the_law_has_a_word_on():
    state = legal(
        day("2026-02-26"),
        enterprise=[{"enterprise_id": f"e{n}", "name": "某店", "fields": ["drug"]} for n in range(1, 18)],
        penalty=[{}, {"enterprise_id": "e2"}, {"enterprise_id": None}],
        rectification=[{"enterprise_id": "e3"}, {"enterprise_id": "e4", "completed_on": day("2026-01-01")}],
        inspection=[{"enterprise_id": "e5"}, {"enterprise_id": "e6", "published_on": day("2026-01-01")}],
        commitment=[{"enterprise_id": "e7"}],
        licence=[
            {"enterprise_id": "e8", "valid_until_on": day("2026-01-01")},
            {"enterprise_id": "e9"},
            {"enterprise_id": "e10", "valid_until_on": day("2026-01-01"), "cancelled_on": day("2026-01-01")},
        ],
        case=[{"enterprise_id": "f1"}, {"enterprise_id": "f2", "closed_on": day("2026-01-01")}],
        case_transfer=[{"enterprise_id": "f3"}, {"enterprise_id": "f4", "declined_on": day("2026-01-01")}],
        complaint=[
            {"enterprise_id": "f5", "complaint_type": "complaint", "told_on": day("2026-01-01")},
            {"enterprise_id": "f6", "complaint_type": "complaint", "ended_on": day("2026-01-01")},
            {"enterprise_id": "f7", "complaint_type": "report", "decided_on": day("2026-01-01")},
            {"enterprise_id": "f8", "complaint_type": "report", "told_on": day("2026-01-01")},
            {"enterprise_id": "f9", "complaint_type": "report", "decided_on": day("2026-01-01"), "is_named": False},
        ],
        person_ban=[BAN | {"enterprise_id": "e11", "field": "drug", "ends_on": day("2026-01-01")}],
        post=[
            POST | {"enterprise_id": "e12"},
            POST | {"enterprise_id": "e13", "person_hash": "h2"},
            POST | {"enterprise_id": "e14", "starts_on": day("2026-01-02")},
        ],
        external_listing=[{"enterprise_id": "e15", "applied_on": day("2026-01-01")}, {"enterprise_id": "e16"}],
        push=[{"enterprise_id": "e17"}],
    )
    rows = relevant_enterprises(state.records, state.person_bars, state.law.findings)
    found = ["f1", "f3", "f5", "f7"]
    assert sorted(rows.collect()["enterprise_id"]) == ["e1", "e11", "e12", "e15", "e17", "e2", "e3", "e6", "e8", *found]


def test_no_word_is_a_row_without_anything():
    (row,) = without_state(pl.LazyFrame({"enterprise_id": ["e1"]})).collect().rows(named=True)
    assert row == {"enterprise_id": "e1", "record_count": 0, "gaps": [], "next_on": None}
    assert set(LAW_DETAILS) == set(LAW_TABLES) - {"law"}


@pytest.mark.parametrize(
    ("ends_on", "as_of", "next_on"),
    [
        ("2026-03-31", "2026-03-30", "2026-03-31"),
        ("2026-03-31", "2026-03-31", "2026-04-01"),
        ("2026-03-31", "2026-04-01", "2027-01-01"),
    ],
)
def test_the_end_of_a_ban_and_of_the_calendar_are_days_on_which_the_word_may_be_another(ends_on, as_of, next_on):
    """The last day a ban runs, the day after it, and then the first day that the calendar does not know."""
    ban = {"ban_no": "禁1号", "person_name": "张三", "basis": "药品管理法第一百四十二条"}
    ban |= {"decided_on": day("2021-04-01"), "starts_on": day("2021-04-01"), "ends_on": day(ends_on)}
    heads = said({"person_ban": [ban]}, day(as_of))["law"]
    assert heads["next_on"].to_list() == [day(next_on)]
