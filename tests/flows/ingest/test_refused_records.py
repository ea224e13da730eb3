"""A row for which the gate would refuse a run is quarantined before, with its reason, and takes no other with it."""

import pytest

from expectations.suites import suite_of
from flows.gate_tables import read_gate
from flows.ingest import IngestRules
from tests.flows.ingest.inboxes import COMMON, FIRM, OTHER_FIRM, POLICY, RULES, SOURCES, firm, ingested, put
from transforms.policy_model.source import Source, load_source
from transforms.schemas import KINDS
from transforms.schemas.base import BOOLEAN, DATE, INTEGER

GATE = read_gate(POLICY)
NAME = "京城药业有限公司"
BY_KIND = {source.source: source for source in SOURCES if source.source in KINDS}
TEXTS = {
    "uscc": FIRM,
    "name": NAME,
    "party_name": NAME,
    "person_hash": "11010119900307001X",
    "region_code": "110101",
    "decided_by": "李四",
}
# Columns that do not go with others of a row.
ALONE = {
    "licence": ("cancelled_on",),
    "case": ("not_filed_on",),
    "case_transfer": ("declined_on", "police_refused_on"),
    "complaint": ("declined_on", "signal_no"),
}
SOUND_CODE_OF_NOBODY = "914403001922038216"


def sound(kind, serial=0):
    """A row in which every field is filled and right."""
    row = {}
    for name, cell in BY_KIND[kind].records[0].columns.items():
        column = KINDS[kind].column(name)
        if cell.from_ and cell.from_[0] not in row:
            row[cell.from_[0]] = TEXTS.get(name) or _text_of(column)
    row[heading(kind, KINDS[kind].number)] = FIRM if kind == "enterprise" else f"第{serial}号"
    if kind == "penalty":  # an organisation has no number of a person
        row[heading(kind, "person_hash")] = ""
    for name in ALONE.get(kind, ()):
        row[heading(kind, name)] = ""
    if kind == "person_ban":
        row[heading(kind, "is_lifelong")], row[heading(kind, "ends_on")] = "否", "2030-06-27"
    return row


def _text_of(column):
    if column.codes:
        return next(iter(column.codes.values()))
    by_type = {DATE: "2025-06-27", INTEGER: "1", BOOLEAN: "是"}
    return by_type.get(column.dtype, f"甲{column.name}")


def heading(kind, name):
    return BY_KIND[kind].records[0].columns[name].from_[0]


def spoilt(kind):
    """(field, text) of every cell that breaks a rule of the gate that speaks of one column."""
    for name, cell in BY_KIND[kind].records[0].columns.items():
        column = KINDS[kind].column(name)
        if cell.required or column.required:
            yield from ((name, text) for text in ("", "　", "无"))
        if column.codes:
            yield name, "查无此词"
        if column.dtype == INTEGER:
            yield from ((name, text) for text in ("-1", "－1", "-0.5"))
        if name == "uscc":
            yield from ((name, FIRM[:9] + dash + FIRM[9:]) for dash in ("–", "−", "~"))
            yield from ((name, text) for text in (FIRM[:-1], FIRM + "–", FIRM[:-1] + "O", SOUND_CODE_OF_NOBODY))


@pytest.mark.parametrize("kind", BY_KIND)
def test_no_single_cell_reaches_the_gate(tmp_path, kind):
    places = list(spoilt(kind))
    if kind == "enterprise":  # there a code that nobody bears is a new enterprise
        places = [place for place in places if place[1] != SOUND_CODE_OF_NOBODY]
    bad = [{**sound(kind, n), heading(kind, name): text} for n, (name, text) in enumerate(places, 1)]
    if kind != "enterprise":
        put(tmp_path, "企业登记.csv", [firm()])
    put(tmp_path, f"{kind}.csv", [sound(kind), *bad])
    result = ingested(tmp_path)
    away = set(result.quarantine.filter(kind=kind)["row_no"])
    assert away == set(range(3, 3 + len(bad))), [places[row - 3] for row in range(3, 3 + len(bad)) if row not in away]
    assert result.records[kind].height == 1
    assert GATE.validate(kind, result.records[kind]).is_passed


TOGETHER = [
    ("decision", {"decided_by": "张三"}, "decided_by", "决定人与提出人是同一人"),
    ("decision", {"decision_type": "暂缓等级变动", "tier": ""}, "tier", "没有写明等级"),
    ("decision", {"decision_type": "不予列入", "decided_by": ""}, "decided_by", "没有写明决定人"),
    ("decision", {"decision_type": "受理", "matter": ""}, "matter", "没有写明事项"),
    ("commitment", {"state": "部分履行", "unperformed": ""}, "unperformed", "没有写明未履行内容"),
    ("commitment", {"state": "全部未履行", "unperformed": "/"}, "unperformed", "没有写明未履行内容"),
    ("commitment", {"state": "全部未履行", "liability_enforced": ""}, "liability_enforced", "没有写明违诺责任追究"),
    ("commitment", {"uscc": "", "party_name": ""}, "uscc", "没有代码也没有名称"),
    ("inspection", {"uscc": "", "party_name": "查无此名"}, "party_name", "名称不在企业登记中"),
    ("licence", {"valid_until_on": "2025-06-26"}, "valid_until_on", "早于发证日期"),
    ("licence", {"cancelled_on": "2025-06-26"}, "cancelled_on", "不能确定许可证因何终止"),
    ("licence", {"suspended_on": ""}, "suspended_on", "没有暂停日期"),
    ("licence", {"valid_until_on": "长期", "revoked_on": ""}, "valid_until_on", "没有写明有效期"),
    ("licence", {"uscc": "", "party_name": "查无此名"}, "party_name", "名称不在企业登记中"),
    ("post", {"ends_on": "2025-06-26"}, "ends_on", "离任日期早于任职日期"),
    ("post", {"person_name": "张三、李四"}, "person_name", "一行写了不止一人"),
    ("post", {"uscc": "", "party_name": "查无此名"}, "party_name", "名称不在企业登记中"),
    ("external_listing", {"left_on": "2025-06-26"}, "left_on", "早于列入日期"),
    ("external_listing", {"list_type": "失信被执行人"}, "ground", "只适用于经营异常名录"),
    ("external_listing", {"repaired_on": "", "left_on": ""}, "taken_down_on", "没有准予修复或者移出的日期"),
    ("push", {"receipt_on": "2025-06-26"}, "receipt_on", "回执日期早于推送日期"),
    ("push", {"receipt_on": ""}, "receipt_on", "没有回执日期"),
    ("push", {"uscc": "", "party_name": "查无此名"}, "party_name", "名称不在企业登记中"),
    ("inspector", {"valid_until_on": "2025-06-26"}, "valid_until_on", "早于资格起始日期"),
    ("inspector", {"ended_on": "2025-06-26"}, "ended_on", "早于资格起始日期"),
    ("inspector_conflict", {"ends_on": "2025-06-26", "starts_on": ""}, "ends_on", "早于申报日期"),
    ("inspector_conflict", {"uscc": "", "party_name": "查无此名"}, "party_name", "名称不在企业登记中"),
    ("case", {"uscc": "", "party_name": ""}, "uscc", "没有代码也没有名称"),
    ("case", {"uscc": "", "party_name": "不明"}, "uscc", "没有代码也没有名称"),
    ("case", {"party_class": "不明", "outcome": "撤案"}, "party_class", "又填写了当事人"),
    ("case", {"not_filed_on": "2025-06-27"}, "not_filed_on", "不能确定是否立案"),
    ("case", {"decision_nos": ""}, "decision_nos", "不能与处罚对应"),
    ("case", {"uscc": "", "party_name": "", "party_class": "不明"}, "party_class", "当事人不可能不明"),
    ("case", {"closed_on": "2025-06-26"}, "closed_on", "结案日期早于立案日期"),
    ("case_transfer", {"declined_on": "2025-06-27"}, "declined_on", "既有批准移送日期又有不批准移送日期"),
    ("case_transfer", {"police_refused_on": "2025-06-27", "review_asked_on": ""}, "police_refused_on", "没有提请复议"),
    ("complaint", {"declined_on": "2025-06-27"}, "declined_on", "不能确定是否受理"),
    ("complaint", {"party_class": "不明"}, "party_class", "又填写了被投诉举报人"),
]
WARNED_OF = [  # of days in the wrong order the gate only warns
    (
        "decision",
        {"decision_type": "暂缓等级变动", "tier": "B", "decided_on": "2026-01-02", "ends_on": "2026-01-01"},
        "ends_on",
        "早于决定日期",
    ),
]
NO_STOP = [
    ("decision", {"decision_type": "公布列入", "decided_by": ""}),
    ("decision", {"decision_type": "受理", "matter": "行政处罚公示", "decided_by": ""}),
    ("decision", {"decided_by": "张三丰"}),
    ("decision", {"decision_type": "确认等级变动", "tier": ""}),
    ("decision", {"decision_type": "暂缓等级变动", "tier": "B"}),
    ("licence", {"licence_type": "第二类医疗器械经营备案凭证", "valid_until_on": "", "revoked_on": ""}),
    ("licence", {"valid_until_on": "", "revoked_on": "", "cancelled_on": "2025-06-27"}),
    ("licence", {"cancelled_on": "2025-06-27"}),
    ("post", {"person_hash": "", "starts_on": "", "ends_on": "至今"}),
    ("licence", {"suspended_on": "", "resumed_on": ""}),
    ("external_listing", {"left_on": "2025-06-27"}),
    ("external_listing", {"list_type": "失信被执行人", "ground": ""}),
    ("push", {"uscc": "", "party_class": "自然人"}),
    ("push", {"receipt_no": "", "receipt_on": ""}),
    ("inspector", {"valid_until_on": "", "ended_on": ""}),
    ("inspector_conflict", {"ends_on": "", "starts_on": ""}),
    ("case", {"uscc": "", "party_name": "待查", "party_class": "不明", "outcome": "", "concluded_on": ""}),
    ("case", {"filed_on": "", "not_filed_on": "2025-06-27", "outcome": ""}),
    ("case_transfer", {"police_refused_on": "2025-06-27"}),
    ("complaint", {"uscc": "", "party_name": "", "party_class": "不明"}),
    ("commitment", {"state": "全部履行", "unperformed": "", "liability_enforced": ""}),
    ("commitment", {"state": "履行中", "unperformed": "", "liability_enforced": ""}),
]


def changed(kind, cells):
    proposer = {heading(kind, "proposed_by"): "张三"} if kind == "decision" else {}
    return {**sound(kind, 1), **proposer, **{heading(kind, name): text for name, text in cells.items()}}


@pytest.mark.parametrize(("kind", "cells", "column", "reason"), [*TOGETHER, *WARNED_OF])
def test_cells_that_do_not_go_together_are_quarantined(tmp_path, kind, cells, column, reason):
    put(tmp_path, "企业登记.csv", [firm()])
    put(tmp_path, f"{kind}.csv", [sound(kind), changed(kind, cells)])
    result = ingested(tmp_path)
    (row,) = result.quarantine.rows(named=True)
    assert (row["row_no"], row["column"]) == (3, heading(kind, column))
    assert reason in row["reason"]
    assert row["expected"]
    assert result.records[kind].height == 1
    assert GATE.validate(kind, result.records[kind]).is_passed


@pytest.mark.parametrize(("kind", "cells"), NO_STOP)
def test_cells_just_within_the_bounds_are_accepted(tmp_path, kind, cells):
    put(tmp_path, "企业登记.csv", [firm()])
    put(tmp_path, f"{kind}.csv", [changed(kind, cells)])
    assert ingested(tmp_path).quarantine.is_empty()


SAID_BY_NO_RULE_OF_THE_GATE = (
    *("没有写明有效期", "名称不在企业登记中", "一行写了不止一人", "没有准予修复或者移出的日期"),
    *("没有代码也没有名称", "又填写了当事人", "又填写了被投诉举报人", "没有提请复议"),
)
GUARDED = [
    case
    for case in TOGETHER
    if case[0] not in {"commitment", "inspection"}
    and case[3] not in SAID_BY_NO_RULE_OF_THE_GATE
    and (case[0], case[2]) != ("inspector", "ended_on")
]


@pytest.mark.parametrize(("kind", "cells", "column", "reason"), GUARDED)
def test_without_the_rules_of_the_source_the_gate_would_refuse(tmp_path, kind, cells, column, reason):
    put(tmp_path, "企业登记.csv", [firm()])
    put(tmp_path, f"{kind}.csv", [sound(kind), changed(kind, cells)])
    result = ingested(tmp_path, rules=IngestRules([_lenient(source) for source in SOURCES], COMMON, RULES.identity_key))
    assert not GATE.validate(kind, result.records[kind]).is_passed


def _lenient(source):
    text = source.model_dump(by_alias=True)
    for record in text["records"]:
        record["refuse_where"] = []
    return Source.model_validate(text)


def test_every_rule_of_the_gate_that_a_row_can_break_is_tested_here():
    """A new critical rule over several columns needs its refusal at the ingest, and a case above."""
    spoken = {
        (kind, expected.description)
        for kind in KINDS
        for expected in suite_of(GATE.specs[kind])
        if expected.expectation == "ExpectRowsToSatisfy" and expected.severity == "critical"
    }
    tied = {says for _, says in spoken if "is tied to an enterprise" in says}
    assert {says for _, says in spoken} - tied == {
        "four eyes: nobody decides their own proposal",
        "holding a tier names the tier",
        "the matter is named",
        "who decided is named",
        "a licence ends on or after the day it was issued",
        "a licence that was revoked is not struck off before",
        "a licence that was resumed was suspended",
        "a post ends on or after its first day",
        "an entry is left on or after the day of listing",
        "only an abnormal-list entry has such a ground",
        "a receipt follows the push",
        "a receipt has its day",
        "a qualification ends on or after its first day",
        "a declared conflict ends on or after its declaration",
        "a case is filed or not filed",
        "a case that led to a penalty has its number",
        "who is punished is known",
        "a case is closed on or after the day it was filed",
        "a transfer is approved or declined",
        "a complaint is accepted or declined",
    }
    named = {name for name, kind in KINDS.items() if kind.names_party}
    assert {kind for kind, says in spoken if says in tied} == named - {"decision", "person_ban"}


FOLDING = """
source: counted
title: 抽检明细
office: 抽检机构
files: ["counted*"]
basis: 测试
confidence: I
inputs: {line: {from: [行]}}
records:
  - kind: sampling
    fold: {by: [sample_no], columns: {reported_on: {max: reported_on}}}
    refuse_where:
      - {when: reported_on < sampled_on, column: reported_on, reason: 报告早于抽样, expected: 抽样之后的日期}
    columns:
      uscc: {from: [代码]}
      sample_no: {from: [编号]}
      sampled_on: {from: [抽样]}
      reported_on: {from: [报告]}
      result: {constant: qualified}
"""


@pytest.mark.parametrize(
    ("days", "faults"),
    [
        (("2025-06-01", "2025-06-02"), []),
        (("2025-05-01", "2025-05-02"), [(2, "报告", "refused", "2025-05-01"), (3, "", "incomplete_record", None)]),
    ],
)
def test_a_record_of_several_rows_is_checked_as_one(tmp_path, days, faults):
    rules = IngestRules([BY_KIND["enterprise"], load_source(FOLDING, "counted.yaml")], COMMON, b"secret")
    put(tmp_path, "企业登记.csv", [firm(), firm(OTHER_FIRM, "深城药业有限公司")])
    row = {"代码": FIRM, "编号": "1", "抽样": "2025-05-31"}
    put(tmp_path, "counted.csv", [{**row, "报告": day} for day in days])
    result = ingested(tmp_path, rules=rules)
    rows = result.quarantine.select("row_no", "column", "code", "value").rows()
    assert rows == faults
    assert result.records["sampling"].height == (not faults)


def test_a_number_put_together_from_nothing_is_missing(tmp_path):
    text = FOLDING.replace("sample_no: {from: [编号]}", 'sample_no: {template: "S{line}"}')
    rules = IngestRules([BY_KIND["enterprise"], load_source(text, "counted.yaml")], COMMON, b"secret")
    put(tmp_path, "企业登记.csv", [firm(), firm(OTHER_FIRM, "深城药业有限公司")])
    row = {"代码": FIRM, "抽样": "2025-05-31", "报告": "2025-06-01"}
    put(tmp_path, "counted.csv", [{**row, "行": "1"}, {**row, "行": ""}])
    result = ingested(tmp_path, rules=rules)
    assert result.quarantine.select("row_no", "reason").rows() == [(3, "缺少抽样编号")]
    assert result.records["sampling"]["sample_no"].to_list() == ["S1"]


@pytest.mark.parametrize("shown", ["抽样编号", "样品编号"])
def test_a_reason_calls_a_column_as_the_heading_of_the_file_does(tmp_path, shown):
    row = sound("sampling")
    del row[heading("sampling", "sample_no")]
    put(tmp_path, "企业登记.csv", [firm(), firm(OTHER_FIRM, "深城药业有限公司")])
    put(tmp_path, "监督抽检.csv", [row | {shown: "第1号"}, row | {shown: ""}])
    found = ingested(tmp_path).quarantine.select("column", "reason", "expected").rows()
    assert found == [(shown, f"缺少{shown}", f"填写{shown}")]
