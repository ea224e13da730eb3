"""Steps of matters: which are taken, which refused and why, and what is awaited until when."""

from datetime import date

import pytest

from tests.transforms.law.matters.decision_examples import (
    LISTING_NO,
    PENALTY_NO,
    PROCEDURE,
    listed,
    log_rows,
    only,
    repair_step,
    replayed,
    step,
)
from tests.transforms.law.publicity.penalty_examples import CALENDAR, text
from transforms.law.matters.procedure import decided_steps, replay_decisions
from transforms.policy_model import PolicyProblems
from transforms.policy_model.procedure import load_procedure_law
from transforms.schemas.law import MATTER_TABLE, STEP_TABLE, TERM_TABLE

LISTED = date(2022, 9, 20)
PUBLISHED = date(2022, 10, 9)


def _refused(steps, **more):
    return [(row["step"], row["refusal"]) for row in replayed(steps, **more)[1].rows(named=True) if row["is_refused"]]


def _awaited(steps, **more):
    rows = replayed(steps, **more)[2].rows(named=True)
    return [(row["awaited"], row["by_on"]) for row in rows]


def _application(on, accepted_on=None):
    made = [step("apply", on, "申1号", LISTING_NO)]
    return [*made, step("accept", accepted_on, "受1号", LISTING_NO)] if accepted_on else made


def test_a_listing_goes_from_its_notice_to_its_publication_in_one_matter():
    matter = only(listed(LISTED, PUBLISHED))
    assert (matter["state"], matter["listing_no"], matter["target"]) == ("published", LISTING_NO, PENALTY_NO)
    assert (matter["listed_on"], matter["published_on"], matter["situation"]) == (LISTED, PUBLISHED, "fake_drugs")
    assert (matter["opened_on"], matter["since_on"], matter["notes"]) == (date(2022, 9, 1), PUBLISHED, [])


@pytest.mark.parametrize(
    ("as_of", "state"),
    [
        (date(2022, 8, 31), None),
        (date(2022, 9, 1), "notified"),
        (date(2022, 9, 19), "notified"),
        (date(2022, 9, 20), "listed"),
        (date(2022, 10, 8), "listed"),
        (date(2022, 10, 9), "published"),
    ],
)
def test_a_step_counts_from_its_day(as_of, state):
    matters, _, _ = replayed(listed(LISTED, PUBLISHED), as_of)
    assert matters["state"].to_list() == ([state] if state else [])


def test_numbers_join_whatever_their_brackets():
    steps = listed(LISTED)
    steps.append(step("publish_listing", PUBLISHED, "公1号", LISTING_NO.replace("〔", "[").replace("〕", "]")))
    assert only(steps)["state"] == "published"


def test_others_steps_join_no_matter_of_another_enterprise():
    stranger = step("publish_listing", PUBLISHED, "公1号", LISTING_NO, enterprise_id="e2")
    assert only([*listed(LISTED), stranger])["state"] == "listed"
    ((kind, why),) = _refused([*listed(LISTED), stranger])
    assert kind == "publish_listing"
    assert LISTING_NO in why
    assert "列入" in why


def test_a_listing_without_a_recorded_notice_holds_and_is_flagged():
    matter = only([step("list", LISTED, LISTING_NO, PENALTY_NO)])
    assert (matter["state"], matter["notes"]) == ("listed", ["unnotified"])


@pytest.mark.parametrize(
    ("on", "notes"),
    [
        (date(2026, 11, 6), ["hearing_open"]),
        (date(2026, 11, 9), ["hearing_open"]),
        (date(2026, 11, 10), []),
    ],
)
def test_a_listing_within_the_five_working_days_for_a_hearing_is_flagged(on, notes):
    """Notice on Monday, 2026-11-02."""
    notice = step("notify_listing", date(2026, 11, 2), "告1号", PENALTY_NO)
    steps = [notice, step("list", on, LISTING_NO, PENALTY_NO)]
    matters, taken, _ = replayed(steps)
    assert matters["notes"].to_list() == [notes]
    assert taken.sort("on")["notes"].to_list() == [[], notes]
    heard = step("hear", date(2026, 11, 5), "听1号", "告1号")
    assert only([notice, heard, steps[-1]])["notes"] == []


def test_a_decision_not_to_list_closes_the_matter():
    steps = [step("notify_listing", LISTED, "告1号", PENALTY_NO), step("not_list", PUBLISHED, "不1号", PENALTY_NO)]
    assert only(steps)["state"] == "not_listed"
    ((kind, why),) = _refused([*steps, step("list", date(2022, 10, 10), LISTING_NO, "告1号")])
    assert kind == "list"
    assert "不予列入" in why


@pytest.mark.parametrize(
    ("steps", "refused"),
    [
        ([step("list", date(2022, 11, 1), "列9号", PENALTY_NO)], "list"),
        ([step("notify_listing", date(2022, 11, 1), "告9号", PENALTY_NO)], "notify_listing"),
        ([step("not_list", date(2022, 11, 1), "不9号", LISTING_NO)], "not_list"),
        ([step("accept", date(2023, 10, 9), "受1号", LISTING_NO)], "accept"),
        ([step("refuse_removal", date(2023, 10, 9), "不1号", LISTING_NO)], "refuse_removal"),
        ([step("restore_listing", date(2023, 10, 9), "恢1号", LISTING_NO)], "restore_listing"),
        ([step("carry_out", date(2023, 10, 9), "停1号", LISTING_NO)], "carry_out"),
        ([step("extend", date(2023, 10, 9), "延1号", LISTING_NO)], "extend"),
    ],
)
def test_an_impossible_step_is_refused_with_the_reason_and_changes_nothing(steps, refused):
    before = only(listed(LISTED, PUBLISHED))
    every = [*listed(LISTED, PUBLISHED), *steps]
    assert only(every) == before
    ((kind, why),) = _refused(every)
    assert kind == refused
    assert "在列公示" in why
    assert "申请提前移出" in why  # what could be done instead


def test_an_application_is_accepted_decided_and_carried_out():
    steps = [*listed(LISTED, PUBLISHED), *_application(date(2023, 10, 10), date(2023, 10, 12))]
    under_way = only(steps)
    assert (under_way["state"], under_way["rest_state"]) == ("accepted", "published")
    steps.append(step("remove", date(2023, 10, 30), "移1号", LISTING_NO))
    assert (only(steps)["state"], only(steps)["released_on"]) == ("removed", date(2023, 10, 30))
    steps.append(step("carry_out", date(2023, 11, 1), "停1号", LISTING_NO))
    done = only(steps)
    assert (done["state"], done["released_on"], done["notes"]) == ("removal_done", date(2023, 10, 30), [])
    assert _refused(steps) == []


def test_what_is_refused_rests_where_it_was():
    steps = [*listed(LISTED, PUBLISHED), *_application(date(2023, 10, 10), date(2023, 10, 12))]
    steps.append(step("refuse_removal", date(2023, 10, 30), "不1号", LISTING_NO))
    matter = only(steps)
    assert (matter["state"], matter["since_on"], matter["applied_on"]) == ("published", PUBLISHED, None)


def test_missing_papers_are_asked_for_once_and_a_new_application_follows():
    steps = [*listed(LISTED, PUBLISHED), *_application(date(2023, 10, 10))]
    steps.append(step("request_papers", date(2023, 10, 11), "补1号", LISTING_NO))
    assert _awaited(steps) == []
    steps.append(step("apply", date(2023, 10, 20), "申2号", LISTING_NO))
    assert only(steps)["state"] == "applied"
    assert _refused(steps) == []


def test_a_removal_without_target_takes_off_what_could_be_taken_off_by_then():
    steps = [*listed(LISTED, PUBLISHED), step("list", date(2023, 1, 4), "列2号", "罚2号")]
    steps += [step("remove", date(2023, 10, 10), "移1号"), step("list", date(2023, 10, 11), "列3号", "罚3号")]
    matters, rows, _ = replayed(steps)
    assert dict(matters.select("listing_no", "state").rows()) == {
        LISTING_NO: "removed",
        "列2号": "removed",
        "列3号": "listed",
    }
    assert rows.filter(step="remove").height == 2
    assert set(matters.filter(state="removed")["notes"].list.last()) == {"unapplied"}


@pytest.mark.parametrize(
    ("situation", "after", "is_barred"),
    [
        (None, date(2026, 3, 2), False),
        ("public_interest", date(2026, 3, 2), False),
        ("falsehood", date(2026, 3, 2), True),
        ("falsehood", date(2029, 3, 1), True),
        ("falsehood", date(2029, 3, 2), False),
    ],
)
def test_after_a_refusal_for_falsehood_there_is_no_application_for_three_years(situation, after, is_barred):
    steps = [
        repair_step("apply", date(2026, 2, 25), "申1号"),
        repair_step("accept", date(2026, 2, 26), "受1号"),
        repair_step("refuse_repair", date(2026, 3, 1), "不1号", situation=situation),
    ]
    matter = only(steps)
    assert matter["state"] == "refused"
    assert matter["barred_until_on"] == (date(2029, 3, 1) if situation == "falsehood" else None)
    again = [*steps, repair_step("apply", after, "申2号")]
    assert bool(_refused(again)) == is_barred
    if is_barred:
        assert "三年内不得申请信用修复（至2029-03-01）" in _refused(again)[0][1]


@pytest.mark.parametrize(
    ("revoked_on", "is_barred"), [(date(2025, 12, 24), False), (date(2025, 12, 25), True), (date(2025, 12, 26), True)]
)
def test_a_removal_revoked_under_the_new_rules_is_never_followed_by_another(revoked_on, is_barred):
    steps = [*listed(date(2024, 5, 20), date(2024, 6, 3)), step("remove", date(2025, 8, 1), "移1号", LISTING_NO)]
    steps.append(step("restore_listing", revoked_on, "恢1号", LISTING_NO))
    matter = only(steps)
    assert (matter["state"], matter["restored_on"], matter["released_on"]) == ("restored", revoked_on, None)
    again = [
        *steps,
        step("apply", date(2026, 6, 1), "申2号", LISTING_NO),
        step("remove", date(2026, 6, 2), "移2号", LISTING_NO),
    ]
    assert [kind for kind, _ in _refused(again)] == (["apply", "remove"] if is_barred else [])


@pytest.mark.parametrize(
    ("accepted_on", "by_on"),
    [
        (date(2025, 12, 24), date(2026, 1, 15)),  # 15 working days
        (date(2025, 12, 25), date(2026, 1, 6)),  # 7; the Sunday 4 January is worked
        (date(2025, 12, 26), date(2026, 1, 7)),
    ],
)
def test_the_term_to_decide_is_that_of_the_day_of_acceptance(accepted_on, by_on):
    steps = [*listed(date(2024, 5, 20), date(2024, 6, 3)), *_application(date(2025, 12, 23), accepted_on)]
    assert _awaited(steps) == [("remove", by_on)]


def test_a_running_term_may_be_read_by_the_rules_of_the_day_asked():
    law = load_procedure_law(text("procedure").replace("2016-04-01: start", "2016-04-01: running"), "procedure.yaml")
    steps = [*listed(date(2024, 5, 20), date(2024, 6, 3)), *_application(date(2025, 12, 23), date(2025, 12, 24))]
    assert _awaited(steps, law=law, as_of=date(2025, 12, 24)) == [("remove", date(2026, 1, 15))]
    assert _awaited(steps, law=law, as_of=date(2025, 12, 25)) == [("remove", date(2026, 1, 5))]


def test_an_extension_adds_ten_days_once_and_only_under_the_new_rules():
    new = [repair_step("apply", date(2026, 3, 2), "申1号"), repair_step("accept", date(2026, 3, 2), "受1号")]
    assert _awaited(new) == [("repair", date(2026, 3, 11))]
    new.append(repair_step("extend", date(2026, 3, 10), "延1号"))
    assert _awaited(new) == [("repair", date(2026, 3, 25))]
    assert replayed(new)[2]["is_extended"].to_list() == [True]
    new.append(repair_step("extend", date(2026, 3, 11), "延2号"))
    ((_, why),) = _refused(new)
    assert "已经延长过一次" in why
    old = [repair_step("apply", date(2025, 12, 1), "申1号"), repair_step("accept", date(2025, 12, 2), "受1号")]
    ((_, why),) = _refused([*old, repair_step("extend", date(2025, 12, 20), "延1号")])
    assert "2025-12-02" in why


def test_the_two_systems_are_two_matters_with_their_own_terms():
    steps = [
        repair_step("apply", date(2026, 4, 1), "申1号"),
        repair_step("apply", date(2026, 4, 1), "申2号", system="credit_china"),
    ]
    matters, _, terms = replayed(steps)
    assert matters.select("system", "state").rows() == [("gsxt", "applied"), ("credit_china", "applied")]
    found = {(row["system"], row["awaited"]): row["by_on"] for row in terms.rows(named=True)}
    assert found == {
        ("gsxt", "accept"): date(2026, 4, 3),
        ("credit_china", "accept"): date(2026, 4, 7),
        ("credit_china", "repair"): date(2026, 4, 16),
    }


def test_a_listing_is_one_matter_wherever_its_removal_was_applied_for():
    steps = [*listed(LISTED, PUBLISHED), step("apply", date(2023, 10, 10), "申1号", LISTING_NO, system="credit_china")]
    assert only(steps)["state"] == "applied"
    assert _refused(steps) == []


def test_a_temporary_repair_is_no_release_and_ends():
    steps = [repair_step("apply", date(2026, 3, 2), "申1号", situation="reorganisation")]
    assert _awaited(steps) == [("temporary_repair", date(2026, 3, 11))]
    steps.append(repair_step("temporary_repair", date(2026, 3, 9), "临1号"))
    assert (only(steps)["state"], only(steps)["released_on"]) == ("temporary", None)
    steps.append(repair_step("apply", date(2026, 9, 1), "申2号"))
    assert (only(steps)["state"], only(steps)["rest_state"]) == ("applied", "temporary")
    ended = [*steps[:2], repair_step("end_temporary_repair", date(2026, 9, 1), "恢1号")]
    assert only(ended)["state"] == "resumed"


def test_an_old_repair_without_application_or_target_holds_and_is_flagged():
    matter = only([step("repair", date(2024, 3, 1), "修1号", matter=None)])
    assert (matter["matter"], matter["state"], matter["notes"]) == ("penalty", "granted", ["unapplied"])


def test_a_matter_that_has_ended_by_itself_takes_no_application():
    def end_day(matter):
        return date(2025, 9, 20) if matter.rest_state in ("listed", "published") else None

    steps = [*listed(LISTED, PUBLISHED), *_application(date(2025, 9, 21))]
    assert only(steps[:3], date(2025, 9, 20), end_day=end_day)["state"] == "published"
    ended = only(steps, date(2025, 9, 21), end_day=end_day)
    assert (ended["state"], ended["since_on"]) == ("ended", date(2025, 9, 21))
    ((kind, why),) = _refused(steps, end_day=end_day)
    assert kind == "apply"
    assert "期满移出" in why


def test_decisions_of_no_procedure_are_left_alone():
    matters, steps, terms = replayed([step("hold_tier", LISTED, "缓1号"), step("correction", LISTED, "更1号")])
    assert matters.is_empty()
    assert steps.is_empty()
    assert terms.is_empty()


def test_tables_have_their_columns_and_do_not_depend_on_the_order_of_rows():
    steps = [
        *listed(LISTED, PUBLISHED),
        *_application(date(2023, 10, 10)),
        repair_step("apply", date(2026, 4, 1), "申9号"),
    ]
    frame = log_rows(steps)
    day = date(2026, 4, 2)
    one, other = (
        replay_decisions(decided_steps(rows, PROCEDURE, day), PROCEDURE, CALENDAR, day)
        for rows in (frame, frame.reverse())
    )
    for table, name in ((MATTER_TABLE, "matters"), (STEP_TABLE, "steps"), (TERM_TABLE, "terms")):
        made = getattr(one, name)
        assert made.schema == table.schema
        assert made.equals(getattr(other, name))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("to: notified,", "to: notifed,", "did you mean 'notified'"),
        ("step: hear,", "step: heer,", "did you mean 'hear'"),
        ("awaits: [publish_listing]", "awaits: [publish]", "there is no step 'publish'"),
        ("to: not_listed", "to: notified", "no step leads to the state 'not_listed'"),
        ("situation: reorganisation", "situation: reorganization", "did you mean 'reorganisation'"),
        ("matter: penalty", "matter: listing", "the matter 'listing' is given twice"),
        ("ends_in: ended", "ends_in: endet", "did you mean 'ended'"),
        ("note: unnotified", "noted: unnotified", "unknown word 'noted'"),
        ("noted_from: [start]\n        note: unnotified", "noted_from: [start]", "stand together"),
        ("noted_from: [start]", "noted_from: [removed]", "states of from alone"),
    ],
)
def test_mistakes_in_the_file_are_reported_with_their_place(old, new, told):
    assert old in text("procedure")
    with pytest.raises(PolicyProblems, match=told) as found:
        load_procedure_law(text("procedure").replace(old, new), "procedure.yaml")
    assert all(problem.line > 1 for problem in found.value.problems)
