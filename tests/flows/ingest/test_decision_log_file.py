"""The office's register of steps comes in as a file like any other, under its new headings and its old ones."""

import polars as pl
import pytest

from flows.gate_tables import read_gate
from tests.flows.ingest.inboxes import POLICY, firm, ingested, put
from transforms.schemas.vocabularies import DECISION_TYPES

FIRM = firm()["统一社会信用代码"]
NEW = {"统一社会信用代码": FIRM, "办理事项": "", "办理环节": "", "文号": "", "对象文号": "列1号", "日期": "2026-03-02"}
NEW |= {"公示系统": "", "列入情形": "", "经办人": "甲", "批准人": "", "理由": ""}
OLD = {
    "统一社会信用代码": FIRM,
    "决定文号": "列1号",
    "决定类型": "列入",
    "关联文书": "罚1号",
    "决定日期": "2026年3月2日",
}
OLD |= {"提出人": "甲", "决定人": "乙"}


def _taken(tmp_path, *rows, name="办理登记簿.csv"):
    put(tmp_path, "企业登记.csv", [firm()])
    put(tmp_path, name, rows)
    return ingested(tmp_path)


def _row(**cells):
    return NEW | {"文号": "登1号"} | cells


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (
            {"办理环节": "列入", "批准人": "乙", "列入情形": "第六条第一项", "对象文号": "罚1号"},
            {"decision_type": "list", "situation": "fake_drugs", "target": "罚1号"},
        ),
        ({"办理环节": "公布列入"}, {"decision_type": "publish_listing", "decided_by": None}),
        (
            {"办理环节": "申请修复", "办理事项": "行政处罚", "公示系统": "信用中国"},
            {"decision_type": "apply", "matter": "penalty", "system": "credit_china"},
        ),
        ({"办理环节": "受理", "办理事项": "严重违法失信名单"}, {"decision_type": "accept", "matter": "listing"}),
        ({"办理环节": "准予提前移出", "批准人": "乙"}, {"decision_type": "remove"}),
        (
            {"办理环节": "不予修复", "批准人": "乙", "列入情形": "弄虚作假"},
            {"decision_type": "refuse_repair", "situation": "falsehood"},
        ),
    ],
)
def test_steps_under_the_new_headings(tmp_path, cells, expected):
    taken = _taken(tmp_path, _row(**cells))
    assert taken.quarantine.is_empty()
    (row,) = taken.records["decision"].rows(named=True)
    assert {name: row[name] for name in expected} == expected
    assert row["proposed_by"] == "甲"


def test_the_old_headings_go_on_working(tmp_path):
    taken = _taken(tmp_path, OLD, OLD | {"决定文号": "修1号", "决定类型": "信用修复"}, name="信用办决定.csv")
    assert taken.quarantine.is_empty()
    assert taken.records["decision"]["decision_type"].sort().to_list() == ["list", "repair"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"办理环节": "列入", "批准人": "甲"}, "决定人与提出人是同一人"),
        ({"办理环节": "列入", "批准人": ""}, "没有写明决定人"),
        ({"办理环节": "不予受理", "批准人": "", "办理事项": "行政处罚"}, "没有写明决定人"),
        ({"办理环节": "申请修复", "办理事项": ""}, "没有写明事项"),
        ({"办理环节": "撤销列入", "批准人": "乙", "对象文号": ""}, "没有写明办理的对象"),
        ({"办理环节": "公示列入"}, "办理环节"),
    ],
)
def test_what_is_quarantined_and_why(tmp_path, cells, reason):
    taken = _taken(tmp_path, _row(**cells), _row(办理环节="公布列入", 文号="登2号"))
    (row,) = taken.quarantine.rows(named=True)
    assert reason in f"{row['reason']}{row['column']}"
    assert taken.records["decision"].height == 1


def test_one_decision_may_concern_both_systems(tmp_path):
    grant = _row(办理环节="准予修复", 批准人="乙", 对象文号="罚1号")
    taken = _taken(tmp_path, grant | {"公示系统": "国家企业信用信息公示系统"}, grant | {"公示系统": "信用中国"})
    assert taken.records["decision"].filter(decision_type="repair")["system"].sort().to_list() == [
        "credit_china",
        "gsxt",
    ]


# What a party says or asks, what is passed on, received or carried out, what another body orders: nobody decides.
UNDECIDED = {"hear", "publish_listing", "object", "push_objection", "apply", "request_papers", "accept", "carry_out"}
UNDECIDED |= {"stay", "end_stay"}


def test_a_step_without_a_decider_passes_the_gate_or_is_quarantined_before_it(tmp_path):
    steps = [step for step in DECISION_TYPES if step != "approve_publication"]
    rows = [
        _row(办理环节=DECISION_TYPES[step], 办理事项="行政处罚公示", 文号=f"登{n}号") | {"等级": "B"}
        for n, step in enumerate(steps)
    ]
    taken = _taken(tmp_path, *rows)
    found = taken.records["decision"]
    assert set(found["decision_type"]) == UNDECIDED
    assert taken.quarantine.height == len(steps) - len(UNDECIDED)
    assert all("没有写明决定人" in reason for reason in taken.quarantine["reason"])
    assert read_gate(POLICY).validate("decision", found).is_passed


def test_an_objection_passed_on_by_the_website_does_not_refuse_the_run(tmp_path):
    """信用中国 passes on what a firm objects: neither row has anyone who decided (第36号第十八条)."""
    objection = _row(办理环节="提出异议", 办理事项="异议申诉", 公示系统="信用中国", 对象文号="罚1号")
    taken = _taken(tmp_path, objection, objection | {"办理环节": "推送异议", "文号": "登2号"})
    found = taken.records["decision"]
    assert taken.quarantine.is_empty()
    assert found["decided_by"].is_null().all()
    verdict = read_gate(POLICY).validate("decision", found)
    assert verdict.is_passed, verdict.findings
    without = found.with_columns(decision_type=pl.lit("list"))
    assert not read_gate(POLICY).validate("decision", without).is_passed


def test_a_natural_persons_own_listing_and_repair_touch_no_firm(tmp_path):
    """第107号第七条、第44号第十一条第二款: 相关责任人员 have matters of their own, whatever code is beside them."""
    person = {"当事人类别": "自然人", "当事人": "赵甲乙", "证件号码": "11010119900307001X", "批准人": "乙"}
    rows = [
        _row(办理环节="列入", 列入情形="第六条第一项", 对象文号="罚2号") | person,
        _row(办理环节="准予修复", 文号="登2号", 对象文号="罚2号") | person,
        _row(办理环节="申请修复", 文号="登3号", 办理事项="行政处罚", 对象文号="罚2号") | person | {"当事人": ""},
    ]
    taken = _taken(tmp_path, *rows)
    found = taken.records["decision"]
    assert found["enterprise_id"].to_list() == [None, None]
    assert found["party_name"].to_list() == ["赵甲乙", "赵甲乙"]
    assert found["person_hash"].n_unique() == 1
    assert "11010119900307001X" not in str(found.rows())
    assert read_gate(POLICY).validate("decision", found).is_passed
    (row,) = taken.quarantine.rows(named=True)
    assert "没有写明姓名" in row["reason"]


def test_when_a_decision_takes_effect_and_a_stay_are_recorded(tmp_path):
    grant = _row(办理环节="准予修复", 批准人="乙", 对象文号="罚1号", 生效日期="2026-03-16")
    stay = _row(办理环节="停止执行", 文号="行停1号", 对象文号="罚1号")
    found = _taken(tmp_path, grant, stay).records["decision"]
    effective = {kind: str(on) for kind, on in found.select("decision_type", "effective_on").iter_rows()}
    assert effective == {"repair": "2026-03-16", "stay": "None"}
