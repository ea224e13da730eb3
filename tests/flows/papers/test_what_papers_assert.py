"""What a paper says of conditions and days is what the records bear out on its day; else it is a blank to settle."""

import re
from datetime import date
from pathlib import Path

import pytest

from flows.papers.compose import compose_paper, issuing_step
from flows.papers.subjects import matching_subjects, subjects_of
from flows.settings import load_settings
from tests.flows.cli.office import NEW, records, register
from tests.flows.cli.test_paper import BUREAU, LISTED, PUNISHED, TOLD, penalty, step
from tests.reports.paper_samples import TEXTS
from transforms.policy_model.paper import Paragraph
from transforms.schemas import KINDS

SETTINGS = load_settings({"policy_dir": Path(__file__).parents[3] / "policy"}, environ={})
DONE = {"performed_on": date(2025, 10, 20), "harm_removed_on": date(2025, 10, 20)}
PUBLISHED = date(2026, 1, 9)
NOTIFIED = step(TOLD, "notify_listing", date(2025, 12, 1), PUNISHED, situation="fake_drugs")
LISTING = step(LISTED, "list", date(2025, 12, 26), TOLD, situation="fake_drugs", reason="销售劣药")
SHOWN = step("公〔2026〕1号", "publish_listing", PUBLISHED, LISTED, decided_by=None)
APPLIED = step("申〔2026〕1号", "apply", date(2026, 11, 2), LISTED, decided_by=None)
REVOKED_LICENCE = ["revoke_licence"]


def paper(kind, as_of, *steps, who=PUNISHED, **of_penalty):
    """The paper of `kind` about the firm's only matter that it fits."""
    given = {"enterprise": register(), "penalty": records("penalty", penalty(PUNISHED, **of_penalty))}
    given["decision"] = records("decision", *steps)
    frames = {kind: KINDS[kind].table.empty() for kind in KINDS} | given
    own = {kind: frame.filter(enterprise_id=NEW) if kind in given else frame for kind, frame in frames.items()}
    about = TEXTS[kind].about
    (subject,) = matching_subjects(kind, about, subjects_of(SETTINGS, own, as_of), who)
    return compose_paper(SETTINGS, kind, subject, as_of), issuing_step(kind, subject)


def text_of(view):
    return "\n".join(line.text for line in view.lines)


@pytest.mark.parametrize(
    ("on", "is_met"),
    [(date(2027, 1, 9), False), (date(2027, 1, 10), True), (date(2027, 1, 11), True)],  # 第107号第十三条第一款
)
def test_a_removal_says_the_year_is_over_only_once_it_is(on, is_met):
    is_decided = on.day != 10
    granted = [step("移〔2027〕1号", "remove", on, LISTED)] if is_decided else []
    view, own = paper("removal_decision", on, NOTIFIED, LISTING, SHOWN, APPLIED, *granted, who=LISTED, **DONE)
    assert (own is not None) == is_decided
    assert ("（一）公示期已满一年（可以申请之日：2027年1月10日）；" in text_of(view)) == is_met
    assert any("列入信息公示满一年" in warning for warning in view.warnings) != is_met
    asked = [blank for blank in view.blanks if blank.startswith("公示期已满一年")]
    assert bool(asked) != is_met
    (early,) = [section for section in view.sections if section.id == "early"]
    assert early.note.is_settled == is_met
    if not is_met:
        assert "按记录不符合" in asked[0]
        assert "最早于2027年1月10日符合" in asked[0]


@pytest.mark.parametrize(
    ("missing", "day", "is_met"),
    [
        ("performed_on", date(2026, 11, 24), False),
        ("harm_removed_on", date(2026, 11, 23), True),
        ("harm_removed_on", None, False),
    ],
)
def test_a_grant_says_of_no_duty_that_it_was_done_before_it_was(missing, day, is_met):
    on = date(2026, 11, 23)
    granted = step("准〔2026〕1号", "repair", on, PUNISHED, "penalty")
    view, _ = paper("repair_grant", on, granted, **DONE | {missing: day})
    (findings,) = [section for section in view.sections if section.id == "findings"]
    (line,) = [line for line in findings.lines if line.text.startswith({"p": "（二）", "h": "（三）"}[missing[0]])]
    assert any(piece.is_blank for piece in line.pieces) != is_met


def test_a_grant_too_early_or_of_what_is_never_repaired_is_not_said_to_be_in_time():
    on = date(2026, 9, 1)
    granted = step("准〔2026〕1号", "repair", on, PUNISHED, "penalty")
    early, _ = paper("repair_grant", on, granted, **DONE)
    assert "〔待填：最短公示期已经届满（可以申请之日：2026年10月10日）——按记录不符合" in text_of(early)
    never, _ = paper("repair_grant", on, granted, penalty_kinds=REVOKED_LICENCE, **DONE)
    assert "〔待填：最短公示期已经届满（可以申请之日：……）——按记录不符合" in text_of(never)
    assert any("最短公示期届满" in warning for warning in never.warnings)
    assert [section.note.confidence_label for section in never.sections if section.id == "findings"] == ["待查"]


def test_a_revocation_says_of_the_penalty_that_it_was_annulled_only_where_it_was():
    on = date(2026, 6, 1)
    revoked = step("撤〔2026〕1号", "revoke_listing", on, LISTED)
    unfounded, _ = paper("removal_decision", on, NOTIFIED, LISTING, SHOWN, revoked, who=LISTED)
    assert "——记录中的行政处罚没有被撤销、确认违法或者无效〕" in text_of(unfounded)
    annulled = {"state": "revoked", "revoked_on": date(2026, 5, 29)}
    founded, _ = paper("removal_decision", on, NOTIFIED, LISTING, SHOWN, revoked, who=LISTED, **annulled)
    assert f"列入所依据的行政处罚（{PUNISHED}）已被撤销" in text_of(founded)


@pytest.mark.parametrize("kind", ["removal_decision", "repair_grant"])
def test_every_numbered_line_of_a_grant_that_finds_something_names_its_condition(kind):
    found = [one for one in TEXTS[kind].paragraphs if isinstance(one, Paragraph) and one.id in ("early", "findings")]
    assert found
    for wording in (wording for one in found for wording in one.texts.values() if wording):
        numbered = [line for line in wording.text.splitlines() if re.search("（[一二三四五六七八九十]）", line)]
        assert numbered
        assert all(line.startswith("〔须符合：") for line in numbered), wording.text


@pytest.mark.parametrize(("as_of", "until"), [(PUBLISHED, "2029年1月9日"), (date(2026, 1, 8), "2029年1月26日")])
def test_the_days_of_a_listing_decision_are_those_of_the_list(as_of, until):
    view, _ = paper("listing_decision", as_of, NOTIFIED, LISTING, SHOWN, who=LISTED)
    assert f"列入至{until}期满" in text_of(view)
    assert any("公布日期未登记" in warning for warning in view.warnings) == (as_of < PUBLISHED)
    assert any("未同时决定是否列入" in warning for warning in view.warnings)  # the penalty is of 2025-09-25


GRANTED = step("准〔2026〕1号", "repair", date(2026, 10, 20), PUNISHED, "penalty")
RETRACTED = step("撤〔2026〕1号", "revoke_repair", date(2026, 11, 23), PUNISHED, "penalty")


@pytest.mark.parametrize(
    ("published", "steps", "as_of", "expected"),
    [
        (None, [], date(2025, 10, 20), "将通过国家企业信用信息公示系统向社会公示，最迟于2025年10月29日公示"),
        (
            None,
            [],
            date(2025, 10, 30),
            "应当于2025年10月29日前通过国家企业信用信息公示系统向社会公示，尚未登记",
        ),
        (date(2025, 10, 9), [], date(2025, 10, 9), "已于2025年10月9日通过国家企业信用信息公示系统向社会公示"),
        (date(2025, 10, 9), [GRANTED], date(2026, 11, 22), "当前不在国家企业信用信息公示系统公示（修复停止公示）"),
        (
            date(2025, 10, 9),
            [GRANTED, RETRACTED],
            date(2026, 11, 23),
            "自2026年11月23日起重新计算，至2029年11月23日",
        ),
    ],
)
def test_the_notice_of_repair_says_what_is_on_display_on_its_day(published, steps, as_of, expected):
    view, _ = paper("repair_notice", as_of, *steps, published_on=published, **DONE)
    assert expected in text_of(view)
    assert ("将通过" in text_of(view)) == (as_of == date(2025, 10, 20))
    assert ("起申请信用修复" in text_of(view) or "起申请提前停止公示" in text_of(view)) == (
        len(steps) == 0 and published is not None
    )


def test_the_paper_of_a_person_speaks_to_a_person_and_asks_for_no_consent_a_firm_needs_not():
    party = {"enterprise_id": None, "party_name": "张三", "party_class": "person"}
    rows = [
        step(no, kind, on, target, situation="fake_drugs", **party)
        for no, kind, on, target in (
            (TOLD, "notify_listing", date(2025, 12, 1), PUNISHED),
            (LISTED, "list", date(2025, 12, 26), TOLD),
        )
    ]
    frames = {kind: KINDS[kind].table.empty() for kind in KINDS}
    frames["decision"] = records("decision", *rows)
    (subject,) = subjects_of(SETTINGS, frames, date(2026, 1, 1))
    shown = text_of(compose_paper(SETTINGS, "listing_decision", subject, date(2026, 1, 1)))
    assert "你（单位）" not in shown
    assert "将你列入严重违法失信名单" in shown
    assert "同意文号" not in shown
    assert BUREAU in shown
