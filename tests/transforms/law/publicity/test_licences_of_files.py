"""Licences of a firm's file: on the day before, the day and the day after of whatever ends one."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from flows.policy_folder import read_credit_file_law
from transforms.law.publicity.credit_files import licences_of_files
from transforms.schemas import TABLES

LAW = read_credit_file_law(Path(__file__).parents[4] / "policy")
DAY = date(2026, 5, 1)


def on(day, firm=None, **licence):
    """state, stop_on and is_suspended of a licence that holds for years, on `day`; None where it is not there yet."""
    known = {
        "record_id": "l1",
        "enterprise_id": "e1",
        "issued_on": date(2024, 1, 5),
        "valid_until_on": date(2029, 1, 4),
    }
    given = pl.DataFrame([known | licence], schema=TABLES["licence"].schema).lazy()
    firms = pl.DataFrame([{"enterprise_id": "e1"} | (firm or {})], schema=TABLES["enterprise"].schema).lazy()
    found = licences_of_files(given, firms, LAW, day).select("state", "stop_on", "is_suspended").collect().rows()
    return found[0] if found else None


def around(firm=None, **licence):
    return [on(DAY + timedelta(days=n), firm, **licence) for n in (-1, 0, 1)]


@pytest.mark.parametrize(
    ("licence", "firm", "state"),
    [
        ({"valid_until_on": DAY - timedelta(days=1)}, {}, "expired"),
        ({"revoked_on": DAY}, {}, "revoked"),
        ({"cancelled_on": DAY}, {}, "cancelled"),
        ({"revoked_on": DAY, "cancelled_on": DAY}, {}, "revoked"),
        ({"valid_until_on": DAY - timedelta(days=1), "cancelled_on": DAY}, {}, "cancelled"),
        ({}, {"deregistered_on": DAY}, "deregistered"),
    ],
)
def test_a_licence_holds_to_the_day_before_its_end(licence, firm, state):
    assert around(firm, **licence) == [("held", DAY, False), (state, DAY, False), (state, DAY, False)]


def test_a_licence_is_there_from_its_day_on_and_a_filing_has_no_end():
    assert around(issued_on=DAY, valid_until_on=None) == [None, ("held", None, False), ("held", None, False)]


def test_a_suspended_licence_is_shown_as_such_until_it_is_resumed():
    suspended = {"suspended_on": DAY, "resumed_on": DAY + timedelta(days=1)}
    assert [is_suspended for *_, is_suspended in around(**suspended)] == [False, True, False]
    assert [state for state, *_ in around(**suspended)] == ["held"] * 3


def test_the_file_of_a_firm_that_is_gone_is_empty_from_the_rule_on():
    gone = {"state": "deregistered"}  # when, the register does not say
    assert [on(day, gone)[0] for day in (date(2025, 12, 24), date(2025, 12, 25))] == ["held", "deregistered"]
