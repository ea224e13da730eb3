"""Which entries stand on the serious-violation list, day by day, and what ends them."""

from datetime import date, timedelta

import pytest

from tests.transforms.law.listing.listing_examples import LISTED, found, law, listed, numbers_on, one
from tests.transforms.law.matters.decision_examples import LISTING_NO, step
from tests.transforms.law.publicity.penalty_examples import calendar, text
from transforms.law.listing.listings import LIST_ENTRY_SCHEMA, list_entries
from transforms.policy_model import PolicyProblems, load_serious_list_law
from transforms.schemas.law import LISTING

DAY = timedelta(days=1)


def _last_day(steps, as_of=date(2026, 6, 30), **more):
    """The last day on the list by the record, which must be what the days themselves show."""
    last = one(steps, as_of, **more)["last_day_on"]
    assert numbers_on(steps, last, **more) == [LISTING_NO]
    assert numbers_on(steps, last + DAY, **more) == []
    return last


@pytest.mark.parametrize(
    ("as_of", "is_on"),
    [
        (date(2022, 9, 19), False),
        (date(2022, 9, 20), True),
        (date(2022, 9, 21), True),
        (date(2025, 9, 19), True),
        (date(2025, 9, 20), True),  # three years are full at the end of this day
        (date(2025, 9, 21), False),
    ],
)
def test_an_entry_holds_from_its_decision_to_the_end_of_three_years(as_of, is_on):
    assert numbers_on(listed(), as_of) == ([LISTING_NO] if is_on else [])


@pytest.mark.parametrize(
    ("listed_on", "published_on", "last_on"),
    [
        (date(2016, 4, 1), None, date(2021, 4, 1)),  # five years, over before the three began
        (date(2016, 8, 31), None, date(2021, 8, 31)),
        (date(2016, 9, 1), None, date(2021, 8, 31)),  # three years are long full when the new rules begin
        (date(2018, 8, 30), None, date(2021, 8, 31)),
        (date(2018, 8, 31), None, date(2021, 8, 31)),
        (date(2018, 9, 1), None, date(2021, 9, 1)),
        (date(2021, 8, 31), None, date(2024, 8, 31)),
        (date(2021, 9, 1), None, date(2024, 9, 1)),
        (date(2024, 2, 29), date(2024, 3, 20), date(2027, 3, 20)),  # counted from publication by then
        (date(2022, 2, 28), date(2022, 3, 20), date(2025, 2, 28)),  # and from the listing until then
        (date(2022, 12, 23), date(2023, 1, 4), date(2025, 12, 23)),
        (date(2022, 12, 24), date(2023, 1, 4), date(2025, 12, 24)),
        (date(2022, 12, 25), date(2023, 1, 4), date(2026, 1, 4)),
        (date(2025, 12, 24), date(2026, 1, 30), date(2029, 1, 30)),
        (date(2026, 1, 30), date(2026, 2, 28), date(2029, 2, 28)),
    ],
)
def test_the_stay_follows_the_rules_of_the_day(listed_on, published_on, last_on):
    assert _last_day(listed(listed_on, published_on)) == last_on


@pytest.mark.parametrize(
    ("listed_on", "last_on"), [(date(2016, 9, 1), date(2021, 9, 1)), (date(2021, 8, 31), date(2026, 8, 31))]
)
def test_or_those_of_the_listing_day_as_the_policy_says(listed_on, last_on):
    by_listing = law(replace={"2016-04-01: display": "2016-04-01: decision"})
    assert _last_day(listed(listed_on), by=by_listing) == last_on
    other = one(listed(listed_on), date(2021, 8, 31))
    assert (other["stop_other_transition_on"], other["notes"]) == (last_on + DAY, ["transition"])


def test_both_conventions_are_shown():
    row = one(listed(), LISTED)
    assert (row["last_day_on"], row["stop_on"]) == (date(2025, 9, 20), date(2025, 9, 21))
    assert row["stop_earliest_on"] == date(2025, 9, 20)
    assert row["stop_latest_on"] == date(2025, 9, 23)  # a Saturday rolls to Monday, and ends the day after
    early = calendar(text("calendar").replace("2016-04-01: next", "2016-04-01: corresponding"))
    assert numbers_on(listed(), date(2025, 9, 20), days=early) == []
    assert numbers_on(listed(), date(2025, 9, 19), days=early) == [LISTING_NO]


def test_a_publication_that_is_not_recorded_counts_from_its_last_day_and_is_flagged():
    row = one(listed(date(2026, 2, 13)), date(2026, 2, 13))
    assert (row["publish_by_on"], row["counts_from_on"]) == (date(2026, 3, 19), date(2026, 3, 19))
    assert row["notes"] == ["publication_assumed"]
    published = one(listed(date(2026, 2, 13), date(2026, 3, 2)), date(2026, 6, 1))
    assert (published["counts_from_on"], published["last_day_on"], published["notes"]) == (
        date(2026, 3, 2),
        date(2029, 3, 2),
        [],
    )


def test_a_publication_after_the_end_brings_nothing_back():
    on, in_time, late = date(2024, 2, 27), date(2027, 3, 26), date(2027, 3, 27)
    assert one(listed(on), in_time)["last_day_on"] == in_time  # three years from the last day to publish it
    assert one(listed(on, in_time), in_time)["last_day_on"] == date(2030, 3, 26)
    row = one(listed(on, late), late)
    assert (row["state"], row["published_on"], row["left_on"]) == ("ended", None, late)


def test_another_provinces_party_is_pushed_and_published_there():
    row = one(listed(date(2025, 6, 27)), date(2025, 6, 27), firm={"region_code": "450100"})
    assert (row["push_by_on"], row["publish_by_on"]) == (date(2025, 7, 11), date(2025, 7, 25))


@pytest.mark.parametrize(
    ("kinds", "until", "last_on"),
    [
        (["fine", "restrict_trade"], date(2025, 9, 19), date(2025, 9, 20)),
        (["fine", "restrict_trade"], date(2025, 9, 20), date(2025, 9, 20)),
        (["fine", "restrict_trade"], date(2025, 9, 21), date(2025, 9, 21)),
        (["restrict_occupation"], date(2032, 9, 20), date(2032, 9, 20)),
        (["fine", "suspend_licence"], date(2032, 9, 20), date(2025, 9, 20)),  # not a restriction of trade or occupation
    ],
)
def test_a_longer_restriction_prevails(kinds, until, last_on):
    ground = {"penalty_kinds": kinds, "valid_until_on": until}
    assert _last_day(listed(), ground=ground) == last_on


def test_a_restriction_that_the_listing_states_prevails_too():
    steps = listed(ends_on=date(2027, 1, 1))
    assert _last_day(steps) == date(2027, 1, 1)


def test_a_restriction_for_life_has_no_end_and_one_without_a_term_is_flagged():
    ground = {"penalty_kinds": ["restrict_occupation"], "content": "终身不得从事药品生产经营活动"}
    row = one(listed(), date(2039, 1, 1), ground=ground)
    assert (row["state"], row["stop_on"], row["last_day_on"], row["is_lifelong"]) == ("standing", None, None, True)
    assert "term_unstated" in one(listed(), LISTED, ground={"penalty_kinds": ["restrict_trade"]})["notes"]


def test_before_the_first_law_there_is_no_entry_even_with_a_term_of_its_own():
    assert found(listed(date(2016, 3, 31), ends_on=date(2030, 1, 1)), date(2017, 1, 1)).is_empty()


@pytest.mark.parametrize(
    ("state", "as_of", "expected"),
    [
        ("revoked", date(2024, 9, 25), "standing"),
        ("revoked", date(2024, 9, 26), "annulled"),
        ("unlawful", date(2024, 9, 26), "annulled"),
        ("void", date(2024, 9, 26), "annulled"),
        ("changed", date(2024, 9, 26), "standing"),
        (None, date(2024, 9, 26), "annulled"),
        ("revoked", date(2026, 1, 1), "annulled"),
    ],
)
def test_an_annulled_penalty_leaves_no_ground(state, as_of, expected):
    row = one(listed(), as_of, ground={"state": state, "revoked_on": date(2024, 9, 26)})
    assert row["state"] == expected
    assert ("ground_changed" in row["notes"]) == (state == "changed")


@pytest.mark.parametrize(
    ("annulled_on", "by_on"),
    [
        (date(2025, 9, 26), date(2025, 9, 30)),  # the Sunday 28 September is worked
        (date(2025, 9, 30), date(2025, 10, 11)),
        (date(2026, 2, 13), date(2026, 2, 25)),
    ],
)
def test_the_listing_is_to_be_revoked_within_three_working_days(annulled_on, by_on):
    row = one(listed(date(2025, 1, 6)), annulled_on, ground={"state": "revoked", "revoked_on": annulled_on})
    assert (row["revoke_by_on"], row["revoke_basis"], row["stop_on"]) == (by_on, "总局令第44号第十九条", annulled_on)


def test_an_annulment_of_what_is_off_the_list_asks_for_nothing():
    row = one(listed(), date(2025, 10, 1), ground={"state": "revoked", "revoked_on": date(2025, 9, 26)})
    assert (row["state"], row["revoke_by_on"]) == ("ended", None)


def test_an_annulment_without_a_day_takes_it_off_now_and_says_so():
    row = one(listed(), date(2023, 5, 4), ground={"state": "void"})
    assert (row["state"], row["left_on"]) == ("annulled", date(2023, 5, 4))
    assert "annulled_on_unstated" in row["notes"]


def test_an_annulled_penalty_comes_to_life_again_with_its_record():
    assert one(listed(), date(2023, 5, 4), ground={"state": "in_force"})["state"] == "standing"


def test_a_revocation_answers_the_annulment():
    steps = [*listed(), step("revoke_listing", date(2024, 9, 27), "撤1号", LISTING_NO)]
    ground = {"state": "revoked", "revoked_on": date(2024, 9, 26)}
    assert one(steps, date(2024, 9, 26), ground=ground)["state"] == "annulled"
    row = one(steps, date(2024, 9, 27), ground=ground)
    assert (row["state"], row["left_on"], row["procedure_state"]) == ("revoked", date(2024, 9, 26), "revoked")


def test_a_listing_whose_penalty_is_not_on_record_holds_and_is_flagged():
    row = one(listed(), LISTED, ground=False)
    assert (row["state"], row["notes"]) == ("standing", ["ground_unknown"])
    other = one(listed(), LISTED, ground={"enterprise_id": "e2", "state": "revoked", "revoked_on": date(2022, 9, 1)})
    assert other["state"] == "standing"


@pytest.mark.parametrize(
    ("gone_on", "as_of", "state"),
    [
        (date(2025, 12, 20), date(2025, 12, 24), "standing"),  # nothing said so before
        (date(2025, 12, 20), date(2025, 12, 25), "deregistered"),
        (date(2026, 3, 1), date(2026, 2, 28), "standing"),
        (date(2026, 3, 1), date(2026, 3, 1), "deregistered"),
        (date(2023, 3, 1), date(2027, 1, 1), "ended"),
    ],
)
def test_the_deregistered_leave_the_list_under_the_new_rules(gone_on, as_of, state):
    on = LISTED if state == "ended" else date(2024, 5, 6)
    assert one(listed(on), as_of, firm={"deregistered_on": gone_on})["state"] == state


def test_a_removal_takes_off_the_entry_it_names_from_its_day():
    both = [*listed(), *listed(date(2023, 5, 5), number="列2号", target="罚2号")]
    both.append(step("remove", date(2023, 10, 1), "移1号", LISTING_NO))
    assert numbers_on(both, date(2023, 9, 30)) == [LISTING_NO, "列2号"]
    assert numbers_on(both, date(2023, 10, 1)) == ["列2号"]


def test_a_removal_without_a_target_takes_off_what_was_listed_by_then():
    steps = [*listed(), step("remove", date(2023, 10, 1), "移1号"), *listed(date(2023, 10, 2), None, "列3号", "罚3号")]
    assert numbers_on(steps, date(2023, 10, 3)) == ["列3号"]


def test_a_removal_of_what_has_ended_is_refused_and_changes_nothing():
    row = one([*listed(), step("remove", date(2025, 9, 21), "移1号", LISTING_NO)], date(2025, 10, 1))
    assert (row["state"], row["procedure_state"], row["left_on"]) == ("ended", "ended", date(2025, 9, 21))
    in_time = one([*listed(), step("remove", date(2025, 9, 20), "移1号", LISTING_NO)], date(2025, 10, 1))
    assert (in_time["state"], in_time["left_on"]) == ("removed", date(2025, 9, 20))


@pytest.mark.parametrize(
    ("removed_on", "state"), [(date(2021, 8, 31), "removed"), (date(2021, 9, 1), "ended"), (date(2021, 9, 2), "ended")]
)
def test_nor_of_what_the_new_rules_have_ended_on_their_first_day(removed_on, state):
    steps = [*listed(date(2018, 3, 1)), step("remove", removed_on, "移1号", LISTING_NO)]
    assert one(steps, date(2021, 10, 8))["state"] == state


@pytest.mark.parametrize(
    ("restored_on", "last_on", "is_final", "barred_until_on"),
    [
        (date(2024, 2, 29), date(2027, 2, 28), False, None),
        (date(2025, 12, 24), date(2028, 12, 24), False, None),
        (date(2025, 12, 25), date(2028, 12, 25), True, date(2028, 12, 25)),
        (date(2026, 2, 28), date(2029, 2, 28), True, date(2029, 2, 28)),
    ],
)
def test_a_revoked_removal_puts_it_back_and_the_clock_begins_anew(restored_on, last_on, is_final, barred_until_on):
    steps = [*listed(), step("remove", date(2023, 10, 10), "移1号", LISTING_NO)]
    steps.append(step("restore_listing", restored_on, "恢1号", LISTING_NO))
    assert numbers_on(steps, restored_on - DAY) == []
    assert numbers_on(steps, restored_on) == [LISTING_NO]
    row = one(steps, restored_on)
    assert (row["restored_on"], row["counts_from_on"], row["is_final"]) == (restored_on, restored_on, is_final)
    assert (row["barred_until_on"], "restarted" in row["notes"]) == (barred_until_on, True)
    assert _last_day(steps) == last_on


def test_a_listing_of_a_stranger_is_not_an_entry_and_other_decisions_list_nobody():
    assert found(listed(enterprise_id="e9"), LISTED).is_empty()
    assert found([step("hold_tier", LISTED, "缓1号"), step("repair", LISTED, "修1号", matter=None)], LISTED).is_empty()
    assert found([step("notify_listing", LISTED, "告1号", "罚1号")], LISTED).is_empty()


def test_entries_are_the_published_columns_of_what_holds():
    steps = [*listed(), *listed(date(2021, 9, 1), number="列2号", target="罚2号")]
    entries = list_entries(found(steps, date(2024, 9, 1)))
    assert entries.schema == LIST_ENTRY_SCHEMA
    assert entries["decision_no"].to_list() == ["列2号", LISTING_NO]
    assert entries.row(1, named=True)["ends_on"] == date(2025, 9, 20)
    assert list_entries(found(steps, date(2024, 9, 2)))["decision_no"].to_list() == [LISTING_NO]


def test_listings_have_their_columns_and_nothing_comes_of_nothing():
    assert found(listed(), LISTED).schema == LISTING.schema
    assert found([], LISTED, False).schema == LISTING.schema


def test_an_end_beyond_the_calendar_is_a_gap_and_unknown_only_once_it_could_be_over():
    steps = listed(date(2026, 12, 15))
    row = one(steps, date(2026, 12, 31))
    assert (row["publish_by_on"], row["stop_on"], row["gap"], row["state"]) == (None, None, "calendar", "standing")
    assert one(steps, date(2029, 12, 15))["state"] == "standing"
    assert one(steps, date(2029, 12, 16))["state"] == "unknown"
    assert one(listed(date(2026, 12, 15), date(2026, 12, 20)), date(2029, 12, 16))["state"] == "standing"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("id: fake_drugs", "id: fake_drug", "did you mean 'fake_drugs'"),
        ("id: obstruction", "id: fake_drugs", "is given twice"),
        ("[revoked, unlawful, void]", "[revoked, unlawfull, void]", "did you mean 'unlawful'"),
        ("discretion = 'heavy'", "discretion = 'hevy'", "did you mean 'heavy'"),
        ("from: 2025-12-25", "from: 2020-01-01", "regimes stand in the order"),
        ("values: {2016-04-01: display}", "values: {2017-04-01: display}", "has no value on 2016-04-01"),
        ("id: social_effect", "id: social_efect", "social_effect"),
    ],
)
def test_mistakes_in_the_file_are_reported(old, new, told):
    assert old in text("serious_list")
    with pytest.raises(PolicyProblems, match=told):
        load_serious_list_law(text("serious_list").replace(old, new, 1), "serious_list.yaml")
