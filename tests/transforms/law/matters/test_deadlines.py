"""What falls due, one thing at a time: its day, the day before and the day after; and what is left out."""

from dataclasses import replace

import polars as pl
import pytest

from tests.transforms.law.matters.law_state_examples import WHOLE, ahead, day, legal, told
from tests.transforms.law.publicity.penalty_examples import of_system, penalty
from transforms.law.matters.deadlines import deadlines
from transforms.schemas.law import DEADLINE
from transforms.schemas.run_tables import OUTLOOK, OUTLOOK_CAUSES

GSXT = replace(WHOLE, publicity=of_system("gsxt", WHOLE.publicity))  # half the law, where nothing else is asked
NO = "鄂药监罚〔2025〕1号"
SHOWN = {"published_on": day("2025-10-09"), "performed_on": day("2025-10-20"), "harm_removed_on": day("2025-10-21")}


def step(what, on, **more):
    given = {
        "decision_type": what,
        "decision_no": f"{what}{on}",
        "decided_on": day(on),
        "target": NO,
        "matter": "listing",
    }
    return given | {"party_name": "甲厂", "proposed_by": "甲", "decided_by": "乙"} | more


def of(rows, what, system=None):
    """(on, is_overdue) of the rows of one thing."""
    found = rows.filter(what=what)
    found = found.filter(system=system) if system else found
    return found.select("on", "is_overdue").rows()


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2025-10-28", [(day("2025-10-29"), False)]),
        ("2025-10-29", [(day("2025-10-29"), False)]),
        ("2025-10-30", [(day("2025-10-29"), True)]),
    ],
)
def test_a_duty_is_reported_up_to_its_last_day_and_overdue_from_the_next(as_of, expected):
    rows = ahead(day(as_of), by=GSXT, penalty=[penalty()])
    assert of(rows, "publish", "gsxt") == expected
    assert rows["is_overdue"].to_list() == sorted(rows["is_overdue"], reverse=True)


@pytest.mark.parametrize(("as_of", "count"), [("2028-10-08", 1), ("2028-10-09", 1), ("2028-10-10", 0)])
def test_what_happens_by_itself_is_reported_until_it_has_happened(as_of, count):
    ends = of(ahead(day(as_of), by=GSXT, penalty=[penalty(**SHOWN)]), "publicity_ends")
    assert ends == [(day("2028-10-10"), False)] * count


def test_a_tier_that_will_change_is_given_with_its_direction_and_cause():
    common = {"valid_from_on": day("2025-10-28"), "is_near": True, "tier_before": "B", "index_before": 1}
    worse = {"changes_on": day("2025-11-01"), "cause": "decision", "tier_after": "C", "index_after": 2}
    better = {"changes_on": day("2025-11-02"), "cause": "aged_out", "tier_after": "A", "index_after": 0}
    outlook = pl.LazyFrame(
        [{"enterprise_id": "E1"} | common | worse, {"enterprise_id": "E2"} | common | better],
        schema_overrides=OUTLOOK.schema,
    )
    rows = deadlines(legal(day("2025-10-28"), by=GSXT), outlook=outlook).collect()
    assert told(rows, "on", "what", "enterprise_id", "note") == [
        (day("2025-11-01"), "tier_may_change", "E1", f"由 B 下调为 C（{OUTLOOK_CAUSES['decision']}）"),
        (day("2025-11-02"), "tier_may_change", "E2", f"由 B 上调为 A（{OUTLOOK_CAUSES['aged_out']}）"),
    ]


def test_other_readings_of_a_day_are_named():
    (row,) = (
        ahead(day("2025-10-30"), by=GSXT, penalty=[penalty(**SHOWN)])
        .filter(what="publicity_ends", system="gsxt")
        .rows(named=True)
    )
    assert row["note"] == "公示期满；最早口径2028-10-09"
    assert (row["is_automatic"], row["who"]) == (True, None)


@pytest.mark.parametrize(("until", "count"), [("2028-10-09", 0), ("2028-10-10", 1), ("2028-10-11", 1)])
def test_the_last_day_looked_at_is_included(until, count):
    rows = ahead(day("2028-09-01"), day(until), by=GSXT, penalty=[penalty(**SHOWN)])
    assert len(of(rows, "publicity_ends", "gsxt")) == count


def test_publishing_what_will_be_over_by_then_is_moot():
    gone = {"deregistered_on": day("2026-01-20")}
    known = {"penalty": [penalty(decided_on=day("2026-01-05"))], "by": GSXT}
    assert of(ahead(day("2026-01-10"), firm=gone, **known), "publish", "gsxt") == []
    assert of(ahead(day("2026-01-10"), **known), "publish", "gsxt") == [(day("2026-02-02"), False)]


def test_repair_may_be_asked_for_from_its_earliest_day():
    promised = {
        "commitment_no": "诺1",
        "commitment_type": "repair",
        "made_on": day("2025-11-01"),
        "state": "open",
        "is_open": True,
    }
    known = {"penalty": [penalty(violation_type="无证经营", **SHOWN)], "commitment": [promised], "by": GSXT}
    rows = ahead(day("2026-10-09"), **known)
    assert of(rows, "repair_possible", "gsxt") == [(day("2026-10-10"), False)]
    assert of(ahead(day("2026-10-10"), **known), "repair_possible", "gsxt") == []


def test_repair_may_be_asked_for_of_a_penalty_that_the_earlier_rules_never_saw():
    done = dict.fromkeys(("published_on", "performed_on", "harm_removed_on"), day("2026-01-09"))
    late = penalty(decided_on=day("2026-01-05"), violation_type="无证经营", **done)
    rows = ahead(day("2026-06-01"), by=GSXT, penalty=[late])
    assert of(rows, "repair_possible", "gsxt") == [(day("2027-01-10"), False)]


def test_where_a_person_must_judge_only_time_is_known_to_be_over():
    rows = ahead(day("2026-10-01"), by=GSXT, penalty=[penalty(published_on=day("2025-10-09"))])
    (row,) = rows.filter(what="wait_over", system="gsxt").rows(named=True)
    assert row["on"] == day("2026-10-10")
    assert "未载明，须由人工判断：已经自觉履行行政处罚决定中规定的义务" in row["note"]


LISTED = [step("notify_listing", "2025-12-29"), step("list", "2026-01-06", decision_no="列1")]


def test_a_listing_is_to_be_published_and_ends_three_years_after():
    rows = ahead(day("2026-01-10"), by=GSXT, decision=LISTED, penalty=[penalty()])
    assert of(rows, "publish_listing") == [(day("2026-02-03"), False)]
    assert of(rows, "listing_ends") == [(day("2029-02-04"), False)]
    published = [*LISTED, step("publish_listing", "2026-01-09", target="列1")]
    rows = ahead(day("2026-01-10"), by=GSXT, decision=published, penalty=[penalty()])
    assert of(rows, "publish_listing") == []
    assert of(rows, "listing_ends") == [(day("2029-01-10"), False)]


def test_other_readings_of_the_end_of_a_listing_are_named():
    """Its last day, 2025-10-12, is a Sunday."""
    steps = [
        step("notify_listing", "2022-09-01"),
        step("list", "2022-10-12", decision_no="列1"),
        step("publish_listing", "2022-10-12", target="列1"),
    ]
    rows = ahead(day("2025-06-01"), by=GSXT, decision=steps, penalty=[penalty(decided_on=day("2022-08-20"))])
    (row,) = rows.filter(what="listing_ends").rows(named=True)
    assert row["on"] == day("2025-10-13")
    assert row["note"].startswith("最早口径2025-10-12；最迟口径2025-10-14")


def test_a_listing_whose_penalty_was_annulled_is_to_be_revoked_and_not_published():
    annulled = penalty(state="revoked", revoked_on=day("2026-01-12"))
    rows = ahead(day("2026-01-14"), by=GSXT, decision=LISTED, penalty=[annulled])
    assert of(rows, "revoke_listing") == [(day("2026-01-15"), False)]
    assert of(rows, "publish_listing") == []
    assert of(ahead(day("2026-01-16"), by=GSXT, decision=LISTED, penalty=[annulled]), "revoke_listing") == [
        (day("2026-01-15"), True)
    ]


def test_an_application_is_to_be_accepted_then_decided_then_carried_out():
    applied = [step("apply", "2026-01-09", matter="penalty")]
    known = {"penalty": [penalty(**SHOWN)], "by": GSXT}
    assert of(ahead(day("2026-01-10"), decision=applied, **known), "accept") == [(day("2026-01-13"), False)]
    accepted = [*applied, step("accept", "2026-01-12", matter="penalty")]
    assert of(ahead(day("2026-01-12"), decision=accepted, **known), "repair") == [(day("2026-01-21"), False)]
    granted = [*accepted, step("repair", "2026-01-20", matter="penalty")]
    rows = ahead(day("2026-01-20"), decision=granted, **known)
    (taken,) = rows.filter(what="take_down").rows(named=True)
    assert (taken["basis"], taken["confidence"]) == ("总局令第107号第十七条", "C")
    assert (of(rows, "take_down"), of(rows, "carry_out")) == ([(day("2026-01-23"), False)], [])
    done = [*granted, step("carry_out", "2026-01-21", matter="penalty")]
    assert of(ahead(day("2026-01-21"), decision=done, **known), "take_down") == []


def test_an_objection_is_to_be_pushed_by_the_website_then_settled():
    on = {"matter": "objection", "system": "credit_china", "target": "鄂药监罚〔2025〕1号"}
    made, pushed = step("object", "2026-10-12", **on), step("push_objection", "2026-10-13", **on)
    (row,) = ahead(day("2026-10-12"), decision=[made]).rows(named=True)
    assert (row["what"], row["on"], row["who"], row["matter"]) == (
        "push_objection",
        day("2026-10-13"),
        "site",
        "objection",
    )
    rows = ahead(day("2026-10-23"), decision=[made, pushed])
    assert of(rows, "objection", "credit_china") == [(day("2026-10-22"), True)]


def test_new_rules_that_ask_for_more_close_what_was_open():
    """第58号: one year for a drug penalty; 第36号 asks for a public commitment and waits by its own classes."""
    rows = ahead(day("2026-03-20"), day("2026-04-30"), decision=LISTED, penalty=[penalty()])
    assert of(rows, "repair_closes", "credit_china") == [(day("2026-04-01"), False)]
    assert of(ahead(day("2026-04-01"), decision=LISTED, penalty=[penalty()]), "repair_closes") == []


def test_bans_orders_and_restrictions():
    ban = {"ban_no": "禁1", "person_name": "赵甲", "decided_on": day("2021-01-01"), "ends_on": day("2026-05-05")}
    life = {"ban_no": "禁2", "person_name": "钱乙", "decided_on": day("2021-01-01"), "is_lifelong": True}
    order = {"order_no": "改1", "ordered_on": day("2026-01-01"), "due_on": day("2026-01-09"), "state": "open"}
    done = order | {"order_no": "改2", "completed_on": day("2026-01-08"), "state": "completed"}
    held = penalty(penalty_kinds=["fine", "suspend_licence"], valid_until_on=day("2026-03-01"))
    rows = ahead(day("2026-01-10"), person_ban=[ban, life], rectification=[order, done], penalty=[held])
    assert of(rows, "ban_ends") == [(day("2026-05-06"), False)]
    assert told(rows.filter(what="rectify"), "decision_no", "who", "is_overdue") == [("改1", "party", True)]
    assert of(rows, "term_ends") == [(day("2026-03-02"), False)]


def test_the_shape_is_that_of_the_table_also_where_nothing_comes():
    assert ahead(day("2026-01-10")).schema == DEADLINE.schema
    assert ahead(day("2026-01-10"), penalty=[penalty()]).schema == DEADLINE.schema


def test_the_end_of_a_restriction_names_what_sets_it():
    """A term of the decision itself: nothing else gives its day."""
    term = penalty(penalty_kinds=["suspend_licence"], valid_until_on=day("2026-06-06"))
    (row,) = ahead(day("2026-06-06"), by=GSXT, penalty=[term]).filter(what="term_ends").rows(named=True)
    assert (row["on"], row["basis"], row["confidence"]) == (day("2026-06-07"), "处罚决定书载明的期限", "C")


def test_a_persons_listing_is_reported_with_what_is_open_about_its_publication():
    given = {"enterprise_id": None, "party_name": "张三", "party_class": "person", "situation": "fake_drugs"}
    rows = ahead(day("2026-01-10"), by=GSXT, decision=[step("list", "2026-01-06", **given)])
    (row,) = rows.filter(what="publish_listing").rows(named=True)
    assert "是否公布未定" in row["note"]
