"""Publicity beyond the articles' cases: provinces, parameters, facts of publication, what cannot be told."""

from datetime import date, timedelta

import polars as pl
import pytest

from tests.reports.latin import words_of
from tests.transforms.law.publicity.penalty_examples import (
    GUANGXI,
    calendar,
    found,
    frames,
    law,
    one,
    penalty,
    publicity_on,
    text,
)
from transforms.law.policy_gaps import gap_messages
from transforms.policy_model import PolicyProblems
from transforms.policy_model.law import load_law_file, load_low_fines, load_publicity_system
from transforms.schemas.law import PUBLICITY

DECIDED, PUBLISHED = date(2024, 5, 6), date(2024, 5, 20)
OLD = {"decided_on": DECIDED, "published_on": PUBLISHED}
BEFORE = date(2025, 12, 24)


ONE = "{values: {2023-05-01: 1}, basis: 某, confidence: C}"


def _code(province):
    return f"11{province}00000000000000"


@pytest.mark.parametrize(
    ("province", "party", "fine_fen", "is_low"),
    [
        ("35", "organisation", 4_999_999, True),
        ("35", "organisation", 5_000_000, False),
        ("35", "person", 499_999, True),
        ("35", "person", 500_000, False),
        ("52", "organisation", 4_999_999, True),
        ("52", "organisation", 5_000_000, False),
        ("52", "person", 499_999, True),
        ("52", "person", 500_000, False),
        ("42", "organisation", 9_999_999, True),
        ("42", "organisation", 10_000_000, False),
        ("42", "sole_trader", 9_999_999, True),
        ("42", "person", 999_999, True),
        ("42", "person", 1_000_000, False),
        ("64", "organisation", 300_000, True),
        ("64", "organisation", 300_001, False),
    ],
)
def test_low_fines_by_province(province, party, fine_fen, is_low):
    values = {"authority_code": _code(province), "party_class": party, "fine_fen": fine_fen, "discretion": "light"}
    row = one(BEFORE, **OLD, **values)
    assert row["class"] == ("low" if is_low else "other")
    assert ("较低数额罚款标准" in row["basis"]) == is_low


@pytest.mark.parametrize(
    ("values", "is_low"),
    [
        ({"discretion": "reduced"}, True),
        ({"discretion": "ordinary"}, False),
        ({"confiscated_fen": 999_999, "penalty_kinds": ["fine", "confiscation_gains"]}, True),
        ({"confiscated_fen": 1_000_000, "penalty_kinds": ["fine", "confiscation_gains"]}, False),
    ],
)
def test_ningxia_asks_for_the_grade_and_the_confiscation_too(values, is_low):
    base = {"authority_code": _code("64"), "fine_fen": 300_000, "discretion": "light"}
    assert one(BEFORE, **OLD, **(base | values))["class"] == ("low" if is_low else "other")


def test_a_province_without_a_threshold_is_an_error_that_says_what_to_add():
    row = one(BEFORE, **OLD, authority_code=GUANGXI)
    assert (row["state"], row["gap"], row["is_public"]) == ("unknown", "low_fine", True)
    assert [row[name] for name in ("class", "basis", "stop_on", "last_day_on")] == [None] * 4
    (told,) = gap_messages(found([penalty(**OLD, authority_code=GUANGXI)], BEFORE), calendar())
    assert "广西（区划代码 45）的较低数额罚款标准尚未录入" in told
    assert words_of(told) == ["provinces"]
    assert "policy/law/low_fines.yaml" in told
    assert "鄂药监罚〔2025〕1号" in told


@pytest.mark.parametrize(
    "values",
    [
        {"penalty_kinds": ["fine", "confiscation_goods"]},  # no low fine anywhere
        {"decided_on": date(2025, 12, 25), "published_on": date(2025, 12, 26)},  # the country's threshold
        {"state": "revoked", "revoked_on": date(2024, 6, 3)},  # over, whatever the threshold
    ],
)
def test_the_threshold_is_asked_only_where_it_is_needed(values):
    assert one(date(2026, 1, 5), **(OLD | {"authority_code": GUANGXI} | values))["gap"] is None


def test_a_province_added_to_the_file_answers():
    when = "{values: {2021-09-01: fine_fen < 30000000}, basis: 某办法, confidence: M}"
    added = f'  - {{province: "45", title: 广西, when: {when}}}\n'
    row = one(BEFORE, by=law(low_fines=text("low_fines") + added), **OLD, authority_code=GUANGXI)
    assert (row["class"], row["confidence"], row["gap"]) == ("low", "M", None)


def test_without_the_authoritys_code_the_partys_province_is_taken():
    row = one(BEFORE, **OLD, authority_code=None, fine_fen=9_999_999)
    assert (row["province"], row["class"], row["push_by_on"]) == ("42", "low", None)


def test_a_national_code_says_nothing_of_a_province():
    assert one(BEFORE, **OLD, authority_code="111000000000000000")["province"] == "42"


def test_the_other_reading_of_the_transition_is_a_parameter():
    decided = law(gsxt=text("publicity_gsxt").replace("{2021-09-01: display}", "{2021-09-01: decision}"))
    default, other = one(**OLD, field="other"), one(by=decided, **OLD, field="other")
    assert default["stop_on"] == other["stop_other_transition_on"] == date(2025, 12, 25)
    assert other["stop_on"] == default["stop_other_transition_on"] == date(2027, 5, 21)
    assert other["regime"] == "总局令第45号、国市监信规〔2021〕3号"


@pytest.mark.parametrize(
    ("first_day", "rollover", "stop_on"),
    [
        ("next", "stay", date(2026, 2, 16)),
        ("corresponding", "stay", date(2026, 2, 15)),
        ("next", "roll", date(2026, 2, 25)),
        ("corresponding", "roll", date(2026, 2, 24)),
    ],
)
def test_conventions_move_the_stop_and_both_bounds_stay(first_day, rollover, stop_on):
    wording = text("calendar").replace("2016-04-01: next", f"2016-04-01: {first_day}")
    days = calendar(wording.replace("2016-04-01: stay", f"2016-04-01: {rollover}"))
    row = one(days=days, penalty_kinds=["criticism"], fine_fen=None, published_on=date(2025, 11, 15))
    assert row["stop_on"] == stop_on
    assert row["last_day_on"] == (date(2026, 2, 15) if rollover == "stay" else date(2026, 2, 24))
    assert (row["stop_earliest_on"], row["stop_latest_on"]) == (date(2026, 2, 15), date(2026, 2, 25))


def test_the_latest_day_is_empty_where_the_calendar_does_not_reach():
    assert one(**OLD)["stop_latest_on"] is None  # 2027
    assert one(**OLD)["gap"] is None
    assert one(published_on=date(2022, 1, 10), decided_on=date(2022, 1, 4))["stop_latest_on"] == date(2025, 1, 11)


@pytest.mark.parametrize(
    ("way", "day"), [("none", None), ("publish_by", date(2025, 10, 29)), ("decision", date(2025, 9, 25))]
)
def test_what_was_not_published_has_no_period_unless_the_policy_counts_from_another_day(way, day):
    wording = text("publicity_gsxt").replace("{2021-09-01: none}", f"{{2021-09-01: {way}}}")
    row = one(by=law(gsxt=wording))
    assert row["counts_from_on"] == day
    assert row["notes"] == ["publication_assumed" if day else "not_begun"]
    assert (row["stop_on"] is None) == (row["last_day_on"] is None) == (day is None)


@pytest.mark.parametrize(("way", "confidence"), [("none", "C"), ("publish_by", "GAP")])
def test_a_period_from_an_assumed_publication_is_no_surer_than_the_assumption(way, confidence):
    wording = text("publicity_gsxt").replace("{2021-09-01: none}", f"{{2021-09-01: {way}}}")
    unsure = wording.replace("公示期不起算\n  confidence: C", "公示期不起算\n  confidence: GAP")
    assert unsure != wording
    assert one(by=law(gsxt=unsure))["confidence"] == confidence


def test_what_was_never_published_stays_overdue_and_ends_nowhere():
    """第45号第十三条: the period begins with the publication; without one nothing ends, however long it takes."""
    row = one(as_of=date(2035, 1, 1))
    assert (row["state"], row["stop_on"], row["shortest_until_on"], row["gap"]) == ("overdue", None, None, None)


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, "annulled"),
        ({"published_on": date(2025, 10, 9)}, "to_withdraw"),
        ({"published_on": date(2025, 10, 9), "unpublished_on": date(2025, 11, 3)}, "withdrawn"),
    ],
)
def test_only_what_still_holds_is_withdrawn_after_an_annulment(more, state):
    """第45号第十一条: what was never published, or taken off already, needs no withdrawal."""
    row = one(as_of=date(2025, 12, 1), state="revoked", revoked_on=date(2025, 11, 20), **more)
    assert (row["state"], row["last_day_on"], row["shortest_until_on"]) == (state, None, None)
    assert (row["withdraw_by_on"] is None) == (state == "annulled")


@pytest.mark.parametrize("published_on", [date(2025, 10, 9), date(2022, 1, 10)])
def test_an_annulment_ends_the_earliest_and_the_latest_reading_too(published_on):
    """Also where the calendar does not reach the end of the period, and the latest reading would be unknown."""
    row = one(
        decided_on=date(2022, 1, 4), published_on=published_on, state="revoked", revoked_on=published_on + timedelta(30)
    )
    assert {row[name] for name in ("stop_on", "stop_earliest_on", "stop_latest_on")} == {published_on + timedelta(30)}


@pytest.mark.parametrize(
    ("system", "as_of", "state"),
    [
        ("gsxt", date(2025, 12, 24), "public"),
        ("gsxt", date(2025, 12, 25), "deregistered"),
        ("credit_china", date(2026, 6, 30), "public"),
    ],
)
def test_a_party_that_is_deregistered_without_a_day_is_gone_where_that_ends_publicity(system, as_of, state):
    """第107号第二十条; on 信用中国 nothing is said, and a person is told to look."""
    row = one(as_of=as_of, system=system, firm={"state": "deregistered"}, published_on=date(2025, 10, 9))
    assert row["state"] == state
    assert "deregistered_on_unstated" in row["notes"]
    assert ("deregistration_unsettled" in row["notes"]) == (state == "public")
    assert (row["stop_on"] is None) == (state == "deregistered")


def test_a_deregistered_partys_display_on_the_other_site_is_flagged_as_unsettled():
    gone = {"state": "deregistered", "deregistered_on": date(2026, 5, 6)}
    known = {"published_on": date(2025, 10, 9), "firm": gone, "system": "credit_china"}
    assert "deregistration_unsettled" not in one(as_of=date(2026, 5, 5), **known)["notes"]
    assert "deregistration_unsettled" in one(as_of=date(2026, 5, 6), **known)["notes"]


@pytest.mark.parametrize(
    ("as_of", "published_on", "state"),
    [
        (date(2025, 10, 28), None, "awaiting"),
        (date(2025, 10, 29), None, "awaiting"),
        (date(2025, 10, 30), None, "overdue"),
        (date(2025, 10, 30), date(2025, 10, 30), "public"),
        (date(2025, 10, 30), date(2025, 10, 31), "overdue"),
        (date(2028, 10, 29), date(2025, 10, 29), "public"),
        (date(2028, 10, 30), date(2025, 10, 29), "ended"),
    ],
)
def test_states_on_the_day_before_the_day_and_the_day_after(as_of, published_on, state):
    assert one(as_of, published_on=published_on)["state"] == state


def test_what_was_taken_off_early_and_what_should_not_be_on_display_is_said():
    off = one(published_on=date(2025, 10, 9), unpublished_on=date(2026, 5, 1))
    assert off["state"] == "taken_off"
    warned = one(penalty_kinds=["warning"], fine_fen=None, published_on=date(2025, 10, 9))
    assert (warned["state"], warned["notes"]) == ("unpublished", ["published_unduly"])


def test_an_annulment_without_a_day_is_to_be_withdrawn_and_said():
    row = one(published_on=date(2025, 10, 9), state="revoked")
    assert (row["state"], row["withdraw_by_on"]) == ("to_withdraw", None)
    assert "revoked_on_unstated" in row["notes"]


def test_an_annulment_in_the_future_is_expected_and_not_yet_acted_on():
    row = one(date(2026, 6, 30), published_on=date(2025, 10, 9), state="revoked", revoked_on=date(2026, 7, 1))
    assert (row["state"], row["stop_on"]) == ("public", date(2026, 7, 1))


def test_a_term_beyond_the_calendar_is_a_gap_only_once_the_calendar_is_over():
    late = {"decided_on": date(2026, 12, 15)}
    before, after = one(date(2026, 12, 31), **late), one(date(2027, 1, 1), **late)
    assert (before["state"], before["publish_by_on"]) == ("awaiting", None)
    assert (after["state"], after["gap"]) == ("unknown", "calendar")
    (told,) = gap_messages(found([penalty(**late)], date(2027, 1, 1)).filter(pl.col("system") == "gsxt"), calendar())
    assert "policy/law/calendar.yaml" in told
    assert "国务院办公厅关于2027年部分节假日安排的通知尚未录入" in told
    assert words_of(told) == ["years"]


def test_what_is_missing_for_many_names_three_and_counts_them():
    many = [penalty(**OLD, decision_no=f"{n}号", authority_code=GUANGXI) for n in range(1, 6)]
    (told,) = gap_messages(found(many, BEFORE), calendar())
    assert told.startswith("处罚 1号、2号、3号等 5 件：")


def test_rows_have_the_tables_columns_one_per_penalty_and_system_in_order():
    rows = found([penalty(), penalty(decision_no="2号"), penalty(decided_on=date(2026, 7, 1))], date(2026, 6, 30))
    assert rows.schema == PUBLICITY.schema
    assert rows.select(PUBLICITY.key).rows() == [(r, s) for r in ("r0", "r1") for s in ("credit_china", "gsxt")]


def test_nothing_comes_of_nothing():
    penalties, enterprises = frames([])
    assert publicity_on(penalties, enterprises, law(), calendar(), BEFORE).schema == PUBLICITY.schema


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("publicity_gsxt", "is_low_fine", "is_low_fin", "did you mean 'is_low_fine'"),
        ("publicity_gsxt", "field = 'drug'", "field = 'drugs'", "did you mean 'drug'"),
        ("publicity_gsxt", "from: 2025-12-25", "from: 2021-08-01", "regimes stand in the order"),
        ("publicity_gsxt", "values: {2021-09-01: 20}", "values: {2021-09-02: 20}", "has no value on 2021-09-01"),
        ("publicity_gsxt", "lifelong_when: content", "lifelong_when: contents", "no column 'contents'"),
        ("publicity_credit_china", "receive_working_days: null", f"receive_working_days: {ONE}", "come together"),
    ],
)
def test_mistakes_in_a_publicity_file_are_reported(name, old, new, told):
    assert old in text(name)
    with pytest.raises(PolicyProblems, match=told):
        load_publicity_system(text(name).replace(old, new, 1), f"{name}.yaml")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('province: "52"', 'province: "35"', "a province is given twice"),
        ("heaviest_kind = 'fine' AND fine_fen <", "heaviest_kind = 'fines' AND fine_fen <", "did you mean 'fine'"),
        ("asked_when: heaviest_kind", "asked_when: is_low_fine OR heaviest_kind", "no column 'is_low_fine'"),
    ],
)
def test_mistakes_in_low_fines_are_reported(old, new, told):
    with pytest.raises(PolicyProblems, match=told):
        load_low_fines(text("low_fines").replace(old, new, 1), "low_fines.yaml")


def test_an_unknown_law_is_reported_with_the_nearest_word():
    with pytest.raises(PolicyProblems, match="did you mean 'publicity'"):
        load_law_file("law: publicty\n", "law.yaml")
