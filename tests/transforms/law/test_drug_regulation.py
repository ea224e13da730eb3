"""药品管理法实施条例 (国务院令第828号), in force from 2026-05-15: the day before, the day, the day after."""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from tests.transforms.law.matters.law_state_examples import WHOLE, ahead, day, legal
from tests.transforms.law.publicity.penalty_examples import calendar, penalty, text
from transforms.law.listing.candidates import EvidenceRecords, checklist
from transforms.schemas import TABLES

EVE, DAY, AFTER = date(2026, 5, 14), date(2026, 5, 15), date(2026, 5, 16)
AROUND = pytest.mark.parametrize(("on", "is_law"), [(EVE, False), (DAY, True), (AFTER, True)])


def _bans(as_of=date(2026, 6, 30), **values):
    return legal(as_of, penalty=[penalty(**values)]).bans.rows(named=True)


@AROUND
def test_82_false_material_no_application_of_the_firm_is_accepted_for_ten_years(on, is_law):
    """第八十二条第一款：提供虚假材料的，10年内不受理其相应申请."""
    rows = _bans(decided_on=on, basis="《中华人民共和国药品管理法实施条例》第八十二条第一款")
    told = [(row["barred"], row["ends_on"], row["is_in_force"], row["article_confidence"]) for row in rows]
    ends_on = on.replace(year=2036)
    assert told == ([("applications", ends_on, True, "C")] if is_law else [])


@pytest.mark.parametrize(
    ("as_of", "is_barred"), [(date(2036, 5, 14), True), (DAY.replace(year=2036), True), (date(2036, 5, 16), False)]
)
def test_82_the_last_day_of_the_ten_years_is_barred(as_of, is_barred):
    (row,) = _bans(as_of, decided_on=DAY, basis="药品管理法实施条例第八十二条")
    assert row["is_in_force"] == is_barred


@AROUND
def test_82_grave_persons_are_barred_from_the_trade_for_ten_years(on, is_law):
    ban = {"ban_no": "禁1号", "person_name": "张三", "decided_on": on, "basis": "药品管理法实施条例第八十二条"}
    (row,) = legal(date(2026, 6, 30), person_ban=[ban]).bans.rows(named=True)
    assert row["ends_on"] == (on.replace(year=2036) if is_law else None)
    assert ("article_unknown" in row["notes"]) != is_law


@AROUND
def test_83_a_trial_site_is_barred_for_one_or_three_years(on, is_law):
    """第八十三条: one year by the first paragraph, three by the second: shown at the longest, and said to be."""
    rows = _bans(decided_on=on, basis="药品管理法实施条例第八十三条第二款")
    told = [(row["barred"], row["ends_on"], "period_filled" in row["notes"]) for row in rows]
    assert told == ([("trials", on.replace(year=2029), True)] if is_law else [])


def test_an_article_of_another_law_bars_nobody():
    for basis in ("药品管理法第八十二条", "疫苗管理法第八十二条", "药品管理法实施条例第八十一条、疫苗管理法第八十二条"):
        assert _bans(decided_on=AFTER, basis=basis) == []


def test_a_bar_that_asks_for_grave_circumstances_says_so():
    (row,) = _bans(decided_on=AFTER, basis="药品管理法第一百一十六条")
    assert (row["barred"], "if_grave" in row["notes"]) == ("applications", True)


def test_the_end_of_a_bar_falls_due_once():
    one = penalty(decided_on=DAY, basis="药品管理法实施条例第八十二条", valid_until_on=date(2027, 1, 4))
    rows = ahead(day("2026-06-30"), penalty=[one])
    assert rows.filter(what="bar_ends")["on"].to_list() == [date(2036, 5, 16)]
    assert rows.filter(what="term_ends")["on"].to_list() == [date(2027, 1, 5)]


def _candidate(**values):
    known = legal(date(2026, 6, 30), penalty=[penalty(penalty_kinds=["stop_order"], violation_type=None, **values)])
    return known, known.candidates


@AROUND
@pytest.mark.parametrize(
    ("basis", "situation"),
    [("药品管理法实施条例第八十二条", "false_material"), ("药品管理法实施条例第八十五条第二款", "obstruction")],
)
def test_82_and_85_lead_to_the_situation_of_the_list(on, is_law, basis, situation):
    """第44号第十条第二项、第三项."""
    _, found = _candidate(decided_on=on, basis=basis)
    (row,) = found.rows(named=True)
    assert (row["situation"] == situation) == is_law


@AROUND
def test_86_whether_the_trader_is_exempt_is_asked_of_every_candidate(on, is_law):
    """第八十六条：有充分证据证明不知道是假药、劣药的，免予处罚."""
    known, found = _candidate(decided_on=on, facts="销售劣药")
    empty = (known.records["sampling"], legal(DAY).records["inspection"])
    records = EvidenceRecords(
        known.records["penalty"], empty[0], TABLES["signal"].empty().lazy(), empty[1], known.records["case"]
    )
    rows = checklist(found, records, known.law.listing.serious, known.as_of)
    assert ("exemption" in rows["factor"].to_list()) == is_law
    assert rows.filter(factor="exemption")["is_blank"].all()


def _sample(**values):
    base = {"sample_no": "抽1号", "reported_on": date(2026, 5, 11), "result": "unqualified", "field": "drug"}
    return base | {"party_name": "甲厂"} | values


@pytest.mark.parametrize(
    ("received", "as_of", "expected"),
    [
        (EVE, EVE, []),
        (DAY, DAY, [date(2026, 5, 22)]),
        (DAY, date(2026, 5, 22), [date(2026, 5, 22)]),
        (DAY, date(2026, 5, 23), []),
    ],
)
def test_67_a_retest_is_asked_for_within_seven_days_of_the_result(received, as_of, expected):
    rows = ahead(as_of, sampling=[_sample(notified_on=received)]).filter(what="ask_retest")
    assert rows["on"].to_list() == expected
    assert rows["who"].to_list() == ["party"] * len(expected)


@pytest.mark.parametrize("more", [{"result": "qualified"}, {"field": "device"}, {"retest_asked_on": date(2026, 5, 18)}])
def test_67_nothing_to_object_to_or_done_already(more):
    rows = ahead(date(2026, 5, 18), sampling=[_sample(notified_on=DAY, **more)])
    assert rows.filter(what="ask_retest").is_empty()


@pytest.mark.parametrize(
    ("as_of", "is_overdue"), [(date(2026, 5, 21), False), (date(2026, 5, 22), False), (date(2026, 5, 23), True)]
)
def test_68_a_result_wrongly_announced_is_corrected_within_five_working_days(as_of, is_overdue):
    """第六十八条: found wrong on Friday 2026-05-15, to be corrected by Friday 2026-05-22."""
    (row,) = ahead(as_of, sampling=[_sample(found_wrong_on=DAY)]).filter(what="correct_result").rows(named=True)
    assert (row["on"], row["is_overdue"], row["confidence"]) == (date(2026, 5, 22), is_overdue, "C")


def test_68_corrected_or_found_before_the_rule():
    done = _sample(found_wrong_on=DAY, corrected_on=date(2026, 5, 20))
    for one, as_of in ((done, date(2026, 5, 20)), (_sample(found_wrong_on=EVE), AFTER)):
        assert ahead(as_of, sampling=[one]).filter(what="correct_result").is_empty()


def test_a_deadline_in_a_year_without_a_notice_says_so_and_is_no_day_late():
    """The notice for 2027 is not out: what it concerns waits for it, and is computed once the year is in the file."""
    late = date(2026, 12, 29)
    known = {"penalty": [penalty(decided_on=late)], "sampling": [_sample(found_wrong_on=late)]}
    rows = ahead(date(2026, 12, 31), **known).filter(~pl.col("is_automatic"))
    waiting = rows.filter(what="correct_result").rows(named=True)
    waiting += rows.filter(what="publish", system="gsxt").rows(named=True)
    assert len(waiting) == 2
    for row in waiting:
        assert (row["on"], row["is_overdue"]) == (None, False)
        assert "国务院办公厅关于2027年部分节假日安排的通知尚未录入" in row["note"]
    year = "{year: 2027, rest: [2027-01-01], basis: 通知, confidence: C}"
    longer = calendar(text("calendar").replace("\nyears: []", f"\nyears: [{year}]"))
    known_days = ahead(date(2026, 12, 31), by=replace(WHOLE, calendar=longer), **known)
    assert known_days.filter(what="correct_result")["on"].to_list() == [date(2027, 1, 6)]
    assert known_days.filter(what="publish", system="gsxt")["on"].to_list() == [late + timedelta(days=29)]
