"""Results of inspections and samples: what is on the lists day by day, what goes by itself, what waits for people."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from flows.policy_folder import read_check_result_law
from flows.publishing import DraftRef, approve_draft, publish_list, update_published_lists, verify_lists
from flows.publishing.contents import result_list_from_rows, results_of
from reports.public_lists import INSPECTIONS, LIST_SPECS, SAMPLINGS
from reports.publication import read_index
from reports.publication.draft import released_entries
from tests.flows.office.staff import signed_in
from tests.flows.publishing.rows_oracle import NEW_RULES, SHORT, Case, is_gone, months_after, months_shown, reached
from tests.flows.publishing.test_published_rows import POLICY, follow_deltas, law
from tests.flows.publishing.town import (
    AS_OF,
    after,
    commit_run,
    decision,
    inspection,
    penalty,
    rows,
    sampling,
    settings_at,
    staffed_at,
    store_at,
)
from transforms.law.law_state import LAW_RECORD_KINDS, LawState

pytestmark = pytest.mark.long
RULES = read_check_result_law(POLICY)
FIRST, LAST = date(2025, 11, 1), date(2026, 9, 30)
WRONG_RULE = date(2026, 5, 15)  # 药品管理法实施条例
HEAVY = {"penalty_kinds": ["fine", "stop_order"], "fine_fen": 20_000_000, "discretion": "ordinary"}
MINOR = {"penalty_kinds": ["fine"], "fine_fen": 400_000, "discretion": "light"}
BLANK = {
    "field": "drug",
    "procedure": "ordinary",
    "valid_until_on": None,
    "state": "in_force",
    "revoked_on": None,
    "unpublished_on": None,
    "party_class": "organisation",
}


def between(first: date, last: date):
    return st.integers(0, (last - first).days).map(lambda n: first + timedelta(days=n))


IN_TIME = between(date(2025, 12, 1), LAST)


@st.composite
def followers(draw: st.DrawFn, checked_on: date) -> Case:
    """A penalty for what the check found, and what became of it."""
    decided_on = checked_on + timedelta(days=draw(st.integers(0, 120)))
    annulled_on = draw(st.none() | between(decided_on, LAST))
    shown = {"state": "revoked", "revoked_on": annulled_on} if annulled_on else {}
    days = {"decided_on": decided_on, "published_on": decided_on + timedelta(days=5)}
    is_minor = draw(st.booleans())
    repair = {"repair": draw(between(decided_on + timedelta(days=6), LAST + timedelta(days=99)))}
    stay = {"list": decided_on, "publish_listing": decided_on}
    removal = {"remove": draw(between(decided_on + timedelta(days=1), LAST + timedelta(days=99)))}
    return Case(
        BLANK | (MINOR if is_minor else HEAVY) | days | shown,
        {"deregistered_on": None},
        repair if draw(st.booleans()) else {},
        {} if is_minor else draw(st.sampled_from([{}, stay, stay | removal])),
    )


@st.composite
def checks(draw: st.DrawFn) -> dict:
    published_on = draw(st.none() | IN_TIME | between(date(2024, 11, 1), date(2025, 12, 31)))
    checked_on = (published_on or draw(IN_TIME)) - timedelta(days=draw(st.integers(0, 30)))
    wrong_on = draw(st.none() | IN_TIME)
    corrected_on = wrong_on and draw(st.none() | between(wrong_on, wrong_on + timedelta(days=20)))
    return {
        "kind": draw(st.sampled_from(["inspection", "sampling"])),
        "published_on": published_on,
        "checked_on": checked_on,
        "is_bad": draw(st.booleans()),
        "is_random": draw(st.booleans()),
        "wrong": (wrong_on, corrected_on),
        "gone": draw(st.sampled_from([None] * 4 + [FIRST])) and draw(IN_TIME),
        "follower": draw(st.none() | followers(checked_on)),
    }


def is_public(check: dict, day: date) -> bool:
    """107号令 Art. 10, 20; 828号 Art. 68; a year for good results (policy)."""
    if day < NEW_RULES or not reached(check["published_on"], day) or is_gone({"deregistered_on": check["gone"]}, day):
        return False
    found, corrected = check["wrong"]
    if check["kind"] == "sampling" and found and max(found, WRONG_RULE) <= day and not reached(corrected, day):
        return False
    follower = check["follower"]
    if not check["is_bad"]:
        return day <= months_after(check["published_on"], 12)
    if day <= months_after(check["published_on"], 3):
        return True
    is_heavier = follower and months_shown(follower.penalty, day) > SHORT
    return bool(is_heavier and (follower.is_public(day) or follower.is_listed(day)))


def records_of(given: list[dict]) -> dict[str, pl.LazyFrame]:
    made: dict[str, list[dict]] = {kind: [] for kind in LAW_RECORD_KINDS}
    for at, check in enumerate(given):
        owner, number = f"MX-{at}", f"检{at}号"
        made["enterprise"].append({"enterprise_id": owner, "name": f"示例{at}号药房", "region_code": "420100"})
        made["enterprise"][-1]["deregistered_on"] = check["gone"]
        if check["kind"] == "inspection":
            more = {
                "inspected_on": check["checked_on"],
                "conclusion": "non_compliant" if check["is_bad"] else "compliant",
                "inspection_type": "random" if check["is_random"] else "gsp",
            }
            made["inspection"].append(inspection(number, owner, published_on=check["published_on"], **more))
        else:
            found, corrected = check["wrong"]
            more = {
                "sampled_on": check["checked_on"],
                "reported_on": check["checked_on"],
                "result": "unqualified" if check["is_bad"] else "qualified",
                "found_wrong_on": found,
                "corrected_on": corrected,
            }
            made["sampling"].append(sampling(number, owner, published_on=check["published_on"], **more))
        if follower := check["follower"]:
            target = f"鄂罚{at}号"
            made["penalty"].append(penalty(target, owner, act_no=number, **follower.penalty))
            for matter, steps in (("penalty", follower.repair), ("listing", follower.listing)):
                made["decision"] += [
                    decision(step, f"{step}{at}号", owner, matter=matter, target=target, decided_on=on)
                    for step, on in steps.items()
                ]
    return {kind: rows(kind, *values).lazy() for kind, values in made.items()}


def critical_days(check: dict) -> list[date]:
    follower = check["follower"]
    steps = [*follower.repair.values(), *follower.listing.values()] if follower else []
    days = [check["published_on"], check["gone"], *check["wrong"], NEW_RULES, WRONG_RULE, *steps]
    days += [months_after(check["published_on"], n) for n in (3, 12)] if check["published_on"] else []
    days += [follower.penalty["decided_on"], follower.penalty["revoked_on"]] if follower else []
    return [day for day in days if day]


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[dict], list[date]]:
    """Checks side by side, and days on which something happens, with the day before and the day after."""
    given = draw(st.lists(checks(), min_size=6, max_size=10))
    days = sorted({day for check in given for day in critical_days(check) if FIRST <= day <= LAST})
    some = draw(st.lists(st.sampled_from(days), min_size=2, max_size=3))
    return given, sorted({day + timedelta(days=n) for day in some for n in (-1, 0, 1)})


@settings(
    max_examples=settings().max_examples // 8, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)
@given(histories())
def test_each_day_exactly_the_results_in_force_are_listed(history):
    given, days = history
    records, versions = records_of(given), {}
    for day in days:
        legal = LawState(records, law(), day)
        for kind, spec in (("inspection", INSPECTIONS), ("sampling", SAMPLINGS)):
            contents = result_list_from_rows(spec, results_of(kind, legal, RULES), "")
            shown = {int(key.removeprefix("MX-")) for key in contents.entries["enterprise_id"]}
            expected = {at for at, check in enumerate(given) if check["kind"] == kind and is_public(check, day)}
            assert shown == expected, (day, [given[at] for at in shown ^ expected])
            assert contents.held == ()
            versions.setdefault(spec.name, []).append((day, contents))
    for name, found in versions.items():
        follow_deltas(LIST_SPECS[name], found)


def released(root: Path, name: str):
    """What the last run found, signed by two people and released; the settings."""
    office = staffed_at(root)
    version = publish_list(office, signed_in(office, "zhang"), name)["version"]
    assert approve_draft(office, DraftRef(version, name), signed_in(office, "li"))["state"] == "published"
    return office


def public(root: Path, name: str) -> list:
    return list(released_entries(LIST_SPECS[name], settings_at(root).publications / name / "latest"))


def numbers(root: Path, name: str) -> set[str]:
    return {getattr(entry, LIST_SPECS[name].number) for entry in public(root, name)}


def night(root: Path, day: date, *decisions, **records) -> dict:
    """A run, and what the machine then does with the lists that are public."""
    commit_run(root, day, *decisions, **records)
    return {answer["list"]: answer for answer in update_published_lists(staffed_at(root))}


def corrected(record: dict, on: date, **more) -> dict:
    at = datetime(on.year, on.month, on.day, tzinfo=UTC)
    return record | {"version_no": 2, "row_hash": "other", "received_at": at} | more


def test_a_sample_is_shown_with_what_its_announcement_must_say(tmp_path):
    other = sampling("抽2号", "MX-2", published_on=None)
    stranger = sampling("抽3号", "", enterprise_id=None, party_name="赵甲乙")
    commit_run(tmp_path, AS_OF, sampling=[sampling("抽1号", "MX-1"), other, stranger])
    answer = publish_list(staffed_at(tmp_path), signed_in(staffed_at(tmp_path), "zhang"), "samplings")
    assert answer["held"] == ["1 项没有结果公示日期，未列出"]
    folder = settings_at(tmp_path).publications / "samplings" / "drafts" / AS_OF.isoformat()
    (row,) = json.loads((folder / "list.json").read_text(encoding="utf-8"))["table"]["rows"]
    assert row == {
        "position": 1,
        "product": "阿莫西林胶囊",
        "specification": "0.25g",
        "batch_no": "20251201",
        "holder_name": "示例制药有限公司",
        "maker_name": "示例制药有限公司",
        "name": "示例甲药业有限公司",
        "laboratory": "示例省药检院",
        "basis": "《中华人民共和国药典》2025年版",
        "result": "不合格",
        "failing_items": "含量测定",
        "sample_no": "抽1号",
        "published_on": "2026-01-30",
        "corrected_on": None,
    }


def test_time_ends_a_bad_result_on_its_day_and_two_people_add_a_new_one(tmp_path):
    bad = inspection("检1号", "MX-1")  # public to 2026-04-30
    good = inspection("检2号", "MX-2", conclusion="compliant", inspection_type="gsp")
    commit_run(tmp_path, date(2026, 4, 29), inspection=[bad, good])
    released(tmp_path, "inspections")
    assert [entry.conclusion for entry in public(tmp_path, "inspections")] == ["不符合要求", "符合要求"]
    last = night(tmp_path, date(2026, 4, 30), inspection=[inspection("检3号", "MX-3", published_on=date(2026, 4, 30))])
    assert last["inspections"]["state"] == "waiting"
    assert numbers(tmp_path, "inspections") == {"检1号", "检2号"}
    answer = night(tmp_path, date(2026, 5, 1))["inspections"]
    assert [(one["decision_no"], one["name"]) for one in answer["withdrawn"]] == [("检1号", "示例甲药业有限公司")]
    assert numbers(tmp_path, "inspections") == {"检2号"}
    index = read_index(settings_at(tmp_path).publications / "inspections" / "latest")
    assert [(one.cause, one.on, one.basis) for one in index.withdrawals] == [
        ("period", date(2026, 5, 1), "总局令第107号第十条第一款")
    ]
    assert verify_lists(staffed_at(tmp_path), ["inspections"])[0]["state"] == "sound"


@pytest.mark.parametrize("is_applied", [True, False])
def test_a_repair_takes_the_check_down_with_the_penalty_unless_a_person_must_look(tmp_path, is_applied):
    fine = penalty("鄂罚1号", "MX-1", act_no="检1号", decided_on=date(2025, 1, 6), published_on=date(2025, 1, 13))
    check = inspection("检1号", "MX-1", inspected_on=date(2024, 12, 2), published_on=date(2024, 12, 20))
    commit_run(tmp_path, AS_OF, penalties=[fine], inspection=[check])
    released(tmp_path, "inspections")
    steps = [decision("repair", "修1号", "MX-1", matter="penalty", target="鄂罚1号", decided_on=after(1))]
    if is_applied:
        for kind, number in (("apply", "申1号"), ("accept", "受1号")):
            steps.append(decision(kind, number, "MX-1", matter="penalty", target="鄂罚1号", decided_on=after(1)))
    answer = night(tmp_path, after(1), *steps)["inspections"]
    assert (answer["state"], numbers(tmp_path, "inspections")) == (
        ("withdrawn", set()) if is_applied else ("waiting", {"检1号"})
    )
    (one,) = answer["withdrawn" if is_applied else "beyond"]
    assert ("所涉处罚修复" if is_applied else "没有登记申请和受理") in one["why"]


def test_a_penalty_that_is_corrected_into_the_past_takes_nothing_down_by_itself(tmp_path):
    fine = penalty("鄂罚1号", "MX-1", act_no="检1号", decided_on=date(2025, 1, 6), published_on=date(2025, 1, 13))
    check = inspection("检1号", "MX-1", inspected_on=date(2024, 12, 2), published_on=date(2024, 12, 20))
    commit_run(tmp_path, AS_OF, penalties=[fine], inspection=[check])
    released(tmp_path, "inspections")
    moved = corrected(fine, after(1), decided_on=date(2022, 1, 6), published_on=date(2022, 1, 13))
    check = corrected(check, after(1), inspected_on=date(2022, 1, 4))
    answer = night(tmp_path, after(1), penalties=[moved], inspection=[check])["inspections"]
    assert numbers(tmp_path, "inspections") == {"检1号"}
    assert ["尚未知悉" in one["why"] for one in answer["beyond"]] == [True]


def test_what_cannot_be_determined_any_more_waits_for_two_people(tmp_path):
    fine = penalty("鄂罚1号", "MX-1", decided_on=date(2026, 2, 9))  # for what, no record says
    commit_run(tmp_path, date(2026, 4, 30), penalties=[fine], inspection=[inspection("检1号", "MX-1")])
    released(tmp_path, "inspections")
    answer = night(tmp_path, date(2026, 5, 1))["inspections"]
    assert numbers(tmp_path, "inspections") == {"检1号"}
    assert [one["why"] for one in answer["beyond"]] == ["事由“暂缓公示，待核”须两人签发"]
    assert answer["held"] == ["检1号：公示期不能确定（检查与处罚的对应关系未载明）"]


def test_a_wrong_announcement_goes_by_itself_and_comes_back_corrected_by_two_people(tmp_path):
    first, found, done = date(2026, 5, 20), date(2026, 5, 21), date(2026, 5, 25)
    sample = sampling("抽1号", "MX-1", published_on=date(2026, 5, 18))
    commit_run(tmp_path, first, sampling=[sample, sampling("抽2号", "MX-2", published_on=date(2026, 5, 18))])
    released(tmp_path, "samplings")
    answer = night(tmp_path, found, sampling=[corrected(sample, found, found_wrong_on=found)])["samplings"]
    assert (answer["state"], numbers(tmp_path, "samplings")) == ("withdrawn", {"抽2号"})
    right = {"found_wrong_on": found, "corrected_on": done, "result": "qualified", "failing_items": []}
    answer = night(tmp_path, done, sampling=[corrected(sample, done, version_no=3, **right)])["samplings"]
    assert (answer["state"], numbers(tmp_path, "samplings")) == ("waiting", {"抽2号"})
    office = released(tmp_path, "samplings")
    row = next(entry for entry in public(tmp_path, "samplings") if entry.sample_no == "抽1号")
    assert (row.result, row.failing_items, row.corrected_on) == ("合格", "", done)
    delta = json.loads((office.publications / "samplings" / "latest" / "delta.json").read_text(encoding="utf-8"))
    assert [(one["operation"], one["cause"]) for one in delta["rows"]] == [("ADD", "公告不当，已更正")]


def test_a_deregistered_firm_leaves_both_lists(tmp_path):
    commit_run(tmp_path, AS_OF, inspection=[inspection("检1号", "MX-1")], sampling=[sampling("抽1号", "MX-1")])
    for name in ("inspections", "samplings"):
        released(tmp_path, name)
    known = store_at(tmp_path).scan("enterprise", enterprise_id="MX-1").collect().row(0, named=True)
    gone = corrected(known, after(1), state="deregistered", deregistered_on=after(1))
    answers = night(tmp_path, after(1), enterprise=[gone])
    assert {name: answers[name]["state"] for name in answers} == dict.fromkeys(answers, "withdrawn")
    assert numbers(tmp_path, "inspections") == numbers(tmp_path, "samplings") == set()
