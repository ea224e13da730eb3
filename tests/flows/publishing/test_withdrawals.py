"""What the machine may take off a list and what waits for people: the border, cause by cause."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from flows.publishing import DraftRef, NotApprovable, approve_draft, publish_list, update_published_lists, verify_lists
from reports.public_lists import LIST_SPECS
from reports.publication import ListFolder, read_index
from reports.publication.draft import released_entries
from tests.flows.office.staff import signed_in
from tests.flows.publishing.town import (
    AS_OF,
    after,
    commit_run,
    decision,
    listing,
    penalty,
    removal,
    rows,
    settings_at,
    staffed_at,
    store_at,
)

FIRST = penalty("鄂罚1号", "MX-1", decided_on=date(2024, 12, 2), published_on=date(2024, 12, 9))  # may be repaired
LIGHT = {"fine_fen": 1_000_000, "discretion": "light"}  # three months


def released(root, name="penalties"):
    """What the last run found, signed by two people and released; the settings."""
    settings = staffed_at(root)
    version = publish_list(settings, signed_in(settings, "zhang"), name)["version"]
    assert approve_draft(settings, DraftRef(version, name), signed_in(settings, "li"))["state"] == "published"
    return settings


def public(settings, name="penalties"):
    return {vars(e)["decision_no"] for e in released_entries(LIST_SPECS[name], settings.publications / name / "latest")}


def corrected(record, on, **more):
    at = datetime(on.year, on.month, on.day, tzinfo=UTC)
    return record | {"version_no": 2, "row_hash": "other", "received_at": at} | more


def tomorrow(root, *decisions, **more):
    """Another run, and what the machine then does."""
    commit_run(root, after(1), *decisions, **more)
    return {answer["list"]: answer for answer in update_published_lists(settings_of(root))}


def settings_of(root):
    return staffed_at(root)


def step(kind, number, **more):
    known = {"matter": "penalty", "target": "鄂罚1号", "decided_on": after(1)}
    return decision(kind, number, "MX-1", **known | more)


def asked(kind, number="鄂罚1号", **more):
    """The application for a repair, and that it was accepted."""
    match kind:
        case "repair":
            return [step("apply", "申1号", target=number, **more), step("accept", "受1号", target=number, **more)]
        case "temporary_repair":
            return [step("apply", "申1号", situation="reorganisation")]
        case _:
            return []


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A town whose list of penalties is public: two of them. Not to be changed."""
    root = tmp_path_factory.mktemp("town")
    commit_run(root, AS_OF, penalties=[FIRST, penalty("鄂罚2号", "MX-2")])
    released(root)
    return root


@pytest.fixture
def town(made, tmp_path):
    """The settings of a copy of that town, to be changed."""
    shutil.copytree(made, tmp_path, symlinks=True, dirs_exist_ok=True)
    return settings_of(tmp_path)


@pytest.mark.parametrize(
    ("more", "title"),
    [
        ({"state": "revoked", "revoked_on": after(1)}, "处罚被变更或者撤销"),
        ({"state": "void", "revoked_on": None}, "处罚被变更或者撤销"),
        ({"state": "changed", "revoked_on": after(-20)}, "处罚被变更或者撤销"),
    ],
    ids=["annulled today", "annulled, day unknown", "changed three weeks ago"],
)
def test_an_annulled_penalty_is_withdrawn_whenever_it_becomes_known(town, tmp_path, more, title):
    answer = tomorrow(tmp_path, penalties=[corrected(FIRST, after(1), **more)])["penalties"]
    assert (answer["state"], public(town)) == ("withdrawn", {"鄂罚2号"})
    assert [(one["decision_no"], title in one["why"]) for one in answer["withdrawn"]] == [("鄂罚1号", True)]
    assert "beyond" not in answer


def test_who_approves_what_the_machine_released_learns_that_it_did(town, tmp_path):
    answer = tomorrow(tmp_path, penalties=[corrected(FIRST, after(1), state="revoked", revoked_on=after(1))])
    version = DraftRef(answer["penalties"]["version"], "penalties")
    with pytest.raises(NotApprovable, match=r"^行政处罚公示的版本 .* 已于 .* 由系统依法撤下条目后发布，无须再批准。$"):
        approve_draft(town, version, signed_in(town, "li"))


@pytest.mark.parametrize(
    ("kind", "title", "matter"),
    [
        ("repair", "准予信用修复", "penalty"),
        ("temporary_repair", "破产临时屏蔽", "penalty"),
        ("stay", "停止执行，暂停公示", "stay"),
    ],
    ids=["repair", "a court's plan", "a court's stay"],
)
def test_a_granted_repair_and_a_court_s_order_take_it_down(town, tmp_path, kind, title, matter):
    answer = tomorrow(tmp_path, *asked(kind), step(kind, "修1号", matter=matter))["penalties"]
    assert (answer["state"], public(town)) == ("withdrawn", {"鄂罚2号"})
    index = read_index(town.publications / "penalties" / "latest")
    assert index.reason == f"依法撤下：{title} 1 条"


@pytest.mark.parametrize(
    ("steps", "note"),
    [
        ([step("repair", "修1号")], "没有登记申请和受理"),
        ([step("temporary_repair", "修1号")], "没有登记申请和受理"),
        (
            [
                *asked("repair", "鄂罚2号", enterprise_id="MX-2"),
                step("repair", "修1号", target="鄂罚2号", enterprise_id="MX-2"),
            ],
            "最短公示期尚未届满",
        ),
    ],
    ids=["not asked for", "a court's plan, not asked for", "before its time"],
)
def test_one_row_that_the_program_itself_finds_wrong_takes_nobody_off(town, tmp_path, steps, note):
    answer = tomorrow(tmp_path, *steps)["penalties"]
    assert (answer["state"], public(town)) == ("waiting", {"鄂罚1号", "鄂罚2号"})
    assert [note in one["why"] and "须两人签发" in one["why"] for one in answer["beyond"]] == [True]
    assert "withdrawn" not in answer


def test_nor_does_a_removal_with_something_to_be_looked_at_off_either_list(tmp_path):
    known = {"decided_on": date(2024, 12, 2), "target": "鄂罚1号"}
    commit_run(tmp_path, AS_OF, decision("list", "示药监列〔2026〕1号", "MX-1", **known), penalties=[FIRST])
    settings = released(tmp_path)
    released(tmp_path, "serious-violations")
    found = tomorrow(tmp_path, removal("示药监移〔2026〕1号", "MX-1", "示药监列〔2026〕1号", after(1)))
    assert public(settings, "serious-violations") == {"示药监列〔2026〕1号"}
    assert public(settings) == {"鄂罚1号"}
    for answer in found.values():
        assert ["没有登记申请和受理" in one["why"] for one in answer.get("beyond", ())] == [True], answer


def test_a_deregistered_party_is_taken_off_both_lists(tmp_path):
    record = penalty("鄂罚1号", "MX-1")
    commit_run(tmp_path, AS_OF, listing("示药监列〔2026〕1号", "MX-1"), penalties=[record, penalty("鄂罚2号", "MX-2")])
    settings = released(tmp_path)
    released(tmp_path, "serious-violations")
    known = store_at(tmp_path).scan("enterprise", enterprise_id="MX-1").collect().row(0, named=True)
    gone = corrected(known, after(1), state="deregistered", deregistered_on=after(1))
    with store_at(tmp_path).begin("nightly", after(1), datetime(2026, 3, 2, 18, tzinfo=UTC)) as writing:
        writing.append("enterprise", rows("enterprise", gone))
        writing.commit("passed", {})
    answers = {answer["list"]: answer for answer in update_published_lists(settings)}
    assert {name: answer["state"] for name, answer in answers.items()} == {
        "serious-violations": "withdrawn",
        "penalties": "withdrawn",
    }
    assert (public(settings), public(settings, "serious-violations")) == ({"鄂罚2号"}, set())


def test_a_removed_listing_is_taken_down_and_a_new_one_waits(tmp_path):
    early = decision("list", "示药监列〔2026〕1号", "MX-1", decided_on=date(2024, 12, 2))
    commit_run(tmp_path, AS_OF, early, listing("示药监列〔2026〕2号", "MX-2"))
    settings = released(tmp_path, "serious-violations")
    answer = tomorrow(
        tmp_path,
        *asked("repair", "示药监列〔2026〕1号", matter="listing"),
        removal("示药监移〔2026〕1号", "MX-1", "示药监列〔2026〕1号", after(1)),
        listing("示药监列〔2026〕3号", "MX-3"),
    )["serious-violations"]
    assert public(settings, "serious-violations") == {"示药监列〔2026〕2号"}
    assert (answer["state"], answer["latest"], answer["version"]) == ("waiting", "2026-03-02", "2026-03-02-2")
    draft = read_index(settings.publications / "serious-violations" / "drafts" / "2026-03-02-2")
    assert (draft.previous, draft.delta.added, draft.delta.removed) == ("2026-03-02", 1, 0)


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"penalty_kinds": ["warning"], "fine_fen": None}, "记载内容变更"),
        ({"unpublished_on": after(1)}, "已提前停止公示"),
        ({"party_class": "person", "remark": "未成年"}, "暂缓公示，待核"),
        ({"authority_code": "114500000000000000", "decided_on": date(2025, 6, 1)}, "暂缓公示，待核"),
        ({"decided_on": date(2021, 8, 1)}, "停止公示"),
    ],
    ids=["corrected", "taken off by the record alone", "held: a minor", "held: no policy", "before the law"],
)
def test_what_is_no_cause_in_law_waits_for_two_people_and_is_counted(town, tmp_path, more, word):
    answer = tomorrow(tmp_path, penalties=[corrected(FIRST, after(1), **more)])["penalties"]
    assert (answer["state"], public(town)) == ("waiting", {"鄂罚1号", "鄂罚2号"})
    (one,) = answer["beyond"]
    assert (one["decision_no"], one["why"]) == ("鄂罚1号", f"事由“{word}”须两人签发")
    assert "withdrawn" not in answer


def test_a_row_that_vanished_without_a_cause_waits_for_people(town, tmp_path):
    other = corrected(FIRST, after(1), decision_no="另号", decision_key="另号", record_id="penalty:另号")
    commit_run(tmp_path / "other", after(1), penalties=[other, penalty("鄂罚2号", "MX-2")])
    (answer,) = update_published_lists(replace(town, store=str(tmp_path / "other" / "store")))
    assert public(town) == {"鄂罚1号", "鄂罚2号"}
    assert [one["why"] for one in answer["beyond"]] == ["事由“停止公示”须两人签发"]


def test_time_takes_down_what_it_was_known_to_end(tmp_path):
    published_on = after(1) - timedelta(days=91)  # three months are full with AS_OF
    record = penalty("鄂罚1号", "MX-1", decided_on=published_on, published_on=published_on, **LIGHT)
    commit_run(tmp_path, AS_OF, penalties=[record, FIRST | penalty("鄂罚2号", "MX-2")])
    settings = released(tmp_path)
    assert public(settings) == {"鄂罚1号", "鄂罚2号"}
    answer = tomorrow(tmp_path)["penalties"]
    assert (answer["state"], public(settings)) == ("withdrawn", {"鄂罚2号"})
    (recorded,) = read_index(settings.publications / "penalties" / "latest").withdrawals
    assert (recorded.cause, recorded.on) == ("period", after(1))


def test_a_correction_that_moves_the_end_into_the_past_is_not_taken_for_time(tmp_path):
    record = penalty("鄂罚1号", "MX-1", **LIGHT)
    commit_run(tmp_path, AS_OF, penalties=[record, penalty("鄂罚2号", "MX-2")])
    settings = released(tmp_path)
    early = {"decided_on": date(2025, 11, 1), "published_on": date(2025, 11, 20)}
    answer = tomorrow(tmp_path, penalties=[corrected(record, after(1), **early)])["penalties"]
    assert public(settings) == {"鄂罚1号", "鄂罚2号"}
    assert ["更正" in one["why"] for one in answer["beyond"]] == [True]
    commit_run(tmp_path, after(2))
    (answer,) = update_published_lists(settings)
    assert public(settings) == {"鄂罚1号", "鄂罚2号"}, "nor after any later run"


def test_days_on_which_no_run_could_withdraw_are_made_up_for(tmp_path):
    record = penalty("鄂罚1号", "MX-1", decided_on=date(2025, 12, 2), published_on=date(2025, 12, 2), **LIGHT)
    commit_run(tmp_path, AS_OF, penalties=[record, penalty("鄂罚2号", "MX-2")])
    settings = released(tmp_path)
    for day in (1, 2, 3, 4):
        commit_run(tmp_path, after(day))
    assert (update_published_lists(settings)[0]["state"], public(settings)) == ("withdrawn", {"鄂罚2号"})


def changed_policy(settings, folder, name, before, then):
    shutil.copytree(settings.policy_dir, folder)
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, then), encoding="utf-8")
    return replace(settings, policy_dir=folder)


def test_under_another_policy_nothing_is_withdrawn_before_two_people_signed_under_it(town, tmp_path):
    commit_run(tmp_path, after(1), *asked("repair"), step("repair", "修1号"))
    other = changed_policy(town, tmp_path / "policy", "law/publicity_gsxt.yaml", "law: ", "# 注\nlaw: ")
    (answer,) = update_published_lists(other)
    assert (answer["state"], public(town)) == ("waiting", {"鄂罚1号", "鄂罚2号"})
    assert "规则文件在该版本签发后有变动" in answer["beyond"][0]["why"]
    for login in ("zhang", "li"):
        answer = approve_draft(other, DraftRef(answer["version"], "penalties"), signed_in(other, login))
    assert (answer["state"], public(town)) == ("published", {"鄂罚2号"})


def test_a_policy_that_changed_asks_for_two_signatures_even_where_the_list_is_the_same(town, tmp_path):
    other = changed_policy(town, tmp_path / "policy", "law/publicity_gsxt.yaml", "law: ", "# 注\nlaw: ")
    assert publish_list(town, None, "penalties")["state"] == "unchanged"
    answer = publish_list(other, None, "penalties")
    assert (answer["state"], answer["count"]) == ("waiting", 2)


def test_the_office_may_leave_a_cause_to_people_and_without_the_file_all(town, tmp_path):
    commit_run(tmp_path, after(1), *asked("repair"), step("repair", "修1号"))
    cause = "repaired: {ends_by: act, values: {2021-09-01: true"
    own = changed_policy(town, tmp_path / "own", "withdrawals.yaml", cause, f"{cause}, 2026-03-01: false")
    assert update_published_lists(own)[0]["beyond"][0]["why"] == "事由“准予信用修复”须两人签发"
    (tmp_path / "own" / "withdrawals.yaml").unlink()
    assert "withdrawals.yaml 缺失" in update_published_lists(own)[0]["beyond"][0]["why"]
    assert public(town) == {"鄂罚1号", "鄂罚2号"}
    assert update_published_lists(town)[0]["state"] == "withdrawn"


def test_text_that_may_not_be_shown_is_masked_by_the_machine_and_a_correction_of_it_waits(tmp_path, monkeypatch):
    content = "罚款200,000.00元，联系电话13800138000"
    commit_run(tmp_path, AS_OF, penalties=[penalty("鄂罚1号", "MX-1", content=content)])
    with monkeypatch.context() as before_the_rule:
        before_the_rule.setattr("reports.redaction._figures", lambda text: (text, set()))
        settings = released(tmp_path)
    shelf = ListFolder(settings.publications / "penalties")
    assert "13800138000" in (shelf.folder / "latest" / "list.json").read_text(encoding="utf-8")
    (answer,) = update_published_lists(settings)
    assert (answer["state"], shelf.latest()) == ("withdrawn", "2026-03-01-2")
    assert read_index(shelf.folder / "latest").reason == "依法隐去个人信息 1 条"
    assert "13800138000" not in (shelf.folder / "latest" / "list.json").read_text(encoding="utf-8")
    assert verify_lists(settings, ["penalties"])[0]["state"] == "sound"
    assert update_published_lists(settings)[0]["state"] == "unchanged"


def test_a_list_that_was_never_published_is_left_alone(tmp_path):
    commit_run(tmp_path, AS_OF, listing("示药监列〔2026〕1号", "MX-1"))
    settings = settings_at(tmp_path)
    assert update_published_lists(settings) == []
    assert not settings.publications.exists()
