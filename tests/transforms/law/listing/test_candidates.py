"""Who may be listed: situation, heavier penalty, nothing decided; and what a person has to weigh."""

from datetime import date

import polars as pl
import pytest

from tests.transforms.law.listing.listing_examples import GROUND, LISTED, listed, records
from tests.transforms.law.matters.decision_examples import LISTING_NO, PENALTY_NO, PROCEDURE, step
from tests.transforms.law.publicity.penalty_examples import CALENDAR, SERIOUS
from transforms.law.listing.candidates import EvidenceRecords, candidates, checklist
from transforms.law.matters.procedure import decided_steps, replay_decisions
from transforms.schemas import TABLES
from transforms.schemas.law import CANDIDATE, CHECKLIST

AFTER = date(2022, 9, 21)


def _candidates(ground=None, steps=(), as_of=AFTER, firm=None):
    known = records(list(steps), ground, firm)
    return candidates(known.penalties, known.enterprises, SERIOUS, _matters(known, as_of), as_of)


def _matters(known, as_of):
    steps = decided_steps(known.decisions, PROCEDURE, as_of)
    return replay_decisions(steps, PROCEDURE, CALENDAR, as_of).matters


def _situation(**ground):
    rows = _candidates(ground).collect().rows(named=True)
    return rows[0]["situation"] if rows else None


@pytest.mark.parametrize(
    ("ground", "situation"),
    [
        ({"violation_type": "生产假药"}, "fake_drugs"),
        ({"violation_type": "销售劣药"}, "fake_drugs"),
        ({"violation_type": None, "basis": "药品管理法第一百一十六条"}, "fake_drugs"),
        ({"violation_type": "销售假药", "field": "device"}, "grave_harm"),
        ({"violation_type": "生产未经注册的第三类医疗器械", "field": "device"}, "unregistered_devices"),
        ({"violation_type": "化妆品非法添加激素", "field": "cosmetic"}, "adulterated_cosmetics"),
        ({"violation_type": "未取得药品经营许可证销售药品"}, "unlicensed_trade"),
        ({"violation_type": "提供虚假材料骗取许可"}, "false_material"),
        ({"violation_type": "拒绝、逃避监督检查"}, "obstruction"),
        ({"violation_type": "违反经营质量管理规范"}, "grave_harm"),
        ({"violation_type": "其他", "field": "other"}, None),
    ],
)
def test_the_situation_is_recognised_from_the_words_of_the_penalty(ground, situation):
    assert _situation(**ground) == situation


@pytest.mark.parametrize(
    ("kinds", "discretion", "fine_fen", "is_heavier"),
    [
        (["fine"], "heavy", 1, True),
        (["fine"], "ordinary", 9_900_000_000, False),  # its grade counts, not its sum
        (["fine"], None, 9_900_000_000, False),
        (["warning"], "heavy", None, False),
        (["downgrade"], None, None, True),
        (["revoke_licence"], None, None, True),
        (["revoke_business"], None, None, True),
        (["restrict_trade"], None, None, True),
        (["stop_order"], None, None, True),
        (["close"], None, None, True),
        (["restrict_occupation"], None, None, True),
        (["suspend_licence"], "heavy", None, False),  # not named
        (["confiscation_goods"], "heavy", None, False),
    ],
)
def test_only_a_heavier_penalty_makes_a_candidate(kinds, discretion, fine_fen, is_heavier):
    ground = {"penalty_kinds": kinds, "discretion": discretion, "fine_fen": fine_fen}
    assert (_situation(**ground) is not None) == is_heavier


@pytest.mark.parametrize(
    ("decided_on", "fine_fen", "is_candidate"),
    [
        (date(2024, 4, 30), 5_000_000, False),
        (date(2024, 5, 1), 5_000_000, True),
        (date(2024, 5, 1), 4_999_999, False),
    ],
)
def test_false_publication_is_listed_by_its_own_article_without_a_heavier_penalty(decided_on, fine_fen, is_candidate):
    ground = {"violation_type": "公示信息弄虚作假", "penalty_kinds": ["fine"], "discretion": "ordinary"}
    ground |= {"fine_fen": fine_fen, "decided_on": decided_on}
    rows = _candidates(ground, as_of=date(2026, 1, 1)).collect().rows(named=True)
    assert [row["situation"] for row in rows] == (["false_publication"] if is_candidate else [])
    assert [row["is_heavier"] for row in rows] == [False] * len(rows)


@pytest.mark.parametrize(
    ("ground", "is_candidate"),
    [
        ({"decided_on": date(2021, 8, 31)}, False),
        ({"decided_on": date(2021, 9, 1)}, True),
        ({"decided_on": date(2022, 9, 22)}, False),
        ({"state": "revoked", "revoked_on": date(2022, 9, 21)}, False),
        ({"state": "revoked", "revoked_on": date(2022, 9, 22)}, True),
        ({"state": "void"}, False),
        ({"state": "changed"}, True),
        ({"enterprise_id": None, "party_class": "person"}, False),
        ({"enterprise_id": "e9"}, False),
    ],
)
def test_whose_penalty_counts(ground, is_candidate):
    assert (_situation(**ground) is not None) == is_candidate


@pytest.mark.parametrize(
    ("steps", "is_open"),
    [
        ([], True),
        ([step("notify_listing", AFTER, "告1号", PENALTY_NO)], False),
        ([step("not_list", AFTER, "不1号", PENALTY_NO.replace("〔", "[").replace("〕", "]"))], False),
        (listed(), False),
        ([*listed(), step("revoke_listing", AFTER, "撤1号", LISTING_NO)], False),
        (listed(target="罚9号"), True),
        (listed(enterprise_id="e2"), True),
        ([step("notify_listing", date(2022, 9, 22), "告1号", PENALTY_NO)], True),
    ],
)
def test_a_candidate_is_consumed_by_a_matter_that_names_its_penalty(steps, is_open):
    assert (_candidates(steps=steps).collect().height == 1) == is_open


def test_a_candidate_says_what_it_rests_on_and_what_to_check():
    (row,) = _candidates({"discretion": None}).collect().rows(named=True)
    assert (row["situation_basis"], row["situation_confidence"]) == ("总局令第44号第六条第一项", "I")
    assert (row["is_heavier"], row["heavier_basis"]) == (True, "总局令第44号第二条第二款")
    assert row["other_situations"] == ["grave_harm"]
    assert row["notes"] == ["late", "discretion_unstated"]
    same_day = _candidates(as_of=LISTED).collect()
    assert same_day["notes"].to_list() == [[]]


def _weighed(ground=None, earlier=(), **supervision):
    known = records([], [GROUND | (ground or {}), *(GROUND | one for one in earlier)])
    asked = known.penalties.filter(pl.col("record_id") == "p0")
    found = candidates(asked, known.enterprises, SERIOUS, _matters(known, AFTER), AFTER)
    parts = [
        pl.DataFrame([{"enterprise_id": "e1"} | one for one in supervision.get(kind, ())], schema=TABLES[kind].schema)
        for kind in ("sampling", "signal", "inspection", "case")
    ]
    evidence = EvidenceRecords(known.penalties, *(part.lazy() for part in parts))
    rows = checklist(found.collect(), evidence, SERIOUS, AFTER)
    assert rows.schema == CHECKLIST.schema
    assert rows["is_blank"].equals(rows["evidence"].is_null())
    return dict(rows.select("factor", "evidence").iter_rows())


def test_what_no_record_says_is_blank_and_never_zero():
    weighed = _weighed()
    in_force = [factor.id for factor in SERIOUS.factors if (factor.from_ or date.min) <= AFTER]
    assert list(weighed) == in_force
    blank = [factor for factor, evidence in weighed.items() if evidence is None]
    assert blank == ["intent", "duration", "goods_value", "harm", "loss", "social_effect"]


def test_the_value_of_goods_comes_from_the_case():
    case = {"case_no": "案1号", "decision_nos": [PENALTY_NO], "goods_value_fen": 100_050}
    assert _weighed(case=[case])["goods_value"] == "案件案1号：货值金额1000.50元"


def test_kinds_sums_and_frequency_come_from_the_penalties():
    weighed = _weighed(
        {"fine_fen": 630_069, "confiscated_fen": 572_790},
        [
            {"decision_no": "罚2号", "decided_on": date(2019, 1, 4)},
            {"decision_no": "罚3号", "decided_on": date(2021, 1, 4), "violation_type": "其他"},
            {
                "decision_no": "罚4号",
                "decided_on": date(2021, 2, 4),
                "revoked_on": date(2022, 1, 1),
                "state": "revoked",
            },
            {"decision_no": "罚5号", "decided_on": LISTED},
            {"decision_no": "罚6号", "decided_on": date(2020, 1, 1), "enterprise_id": "e2"},
        ],
    )
    assert weighed["sums"] == "罚款6300.69元；没收5727.90元"
    assert weighed["kinds"] == "罚款、吊销许可证件；裁量幅度：从重"
    assert weighed["frequency"] == "此前同类违法处罚1次：罚2号；此前处罚共2次"
    assert _weighed()["frequency"] == "此前没有同类违法的处罚记录；此前处罚共0次"
    assert _weighed({"violation_type": None})["frequency"] is None


@pytest.mark.parametrize(
    ("on", "is_counted"),
    [
        (date(2021, 9, 19), False),
        (date(2021, 9, 20), True),  # a year before the penalty, to the day
        (date(2022, 9, 20), True),
        (date(2022, 9, 21), False),
    ],
)
def test_supervision_of_the_year_before_is_evidence_of_harm_and_effect(on, is_counted):
    weighed = _weighed(
        sampling=[{"result": "unqualified", "reported_on": on}, {"result": "qualified", "reported_on": on}],
        signal=[
            {"signal_type": "complaint", "occurred_on": on, "is_verified": True},
            {"signal_type": "complaint", "occurred_on": on, "is_verified": None},
            {"signal_type": "recall", "occurred_on": on},
        ],
        inspection=[{"inspected_on": on, "critical_count": 1}, {"inspected_on": on, "critical_count": 0}],
    )
    assert weighed["harm"] == ("抽检不合格1次；召回1次；检查发现严重缺陷1次" if is_counted else None)
    assert weighed["social_effect"] == ("查实的投诉举报1次" if is_counted else None)


def test_nothing_comes_of_nothing():
    assert _candidates(False).collect().schema == CANDIDATE.schema
