"""Rows that name one record: parts of it, versions of it, or a contradiction that a person has to settle."""

from datetime import timedelta

import polars as pl
import pytest

from flows.ingest import IngestRules
from tests.flows.ingest.inboxes import (
    COMMON,
    FIRM,
    RECEIVED_AT,
    SOURCES,
    firm,
    history_after,
    ingest_penalties,
    ingested,
    penalty,
    put,
    quarantined_cells,
)
from transforms.current_versions import current_versions

FINE = "罚款金额（万元）"
REVOKED = {"处罚类别": "吊销许可证件", "处罚内容": "吊销许可证", FINE: ""}
FINED = {"处罚类别": "罚款", "处罚内容": "罚款五千元", FINE: "0.5"}
WARNED = {"处罚类别": "警告", "处罚内容": "警告", FINE: ""}


def _content(result, kind="penalty"):
    """What is kept, apart from where it came from."""
    return result.records[kind].drop("file_id", "row_no", "received_at", "version_no").to_dicts()


@pytest.mark.parametrize(
    "rows", [[REVOKED, FINED], [FINED, REVOKED], [REVOKED, FINED, FINED], [FINED, REVOKED | {FINE: "0"}]]
)
def test_two_kinds_of_penalty_in_two_rows_are_one_decision_in_any_order(tmp_path, rows):
    result = ingest_penalties(tmp_path, *(penalty(**row) for row in rows))
    (row,) = result.records["penalty"].to_dicts()
    assert (row["penalty_kinds"], row["fine_fen"]) == (["fine", "revoke_licence"], 500_000)
    assert row["content"] == "吊销许可证；罚款五千元"
    account = result.accounts.filter(pl.col("kind") == "penalty")
    assert account.select("accepted_count", "record_count").row(0) == (len(rows), 1)


def test_the_order_of_the_rows_changes_no_byte_of_the_record(tmp_path):
    rows = [penalty(**one, 备注=f"{n}") for n, one in enumerate((REVOKED, FINED, WARNED))]
    forth, back = ingest_penalties(tmp_path / "1", *rows), ingest_penalties(tmp_path / "2", *reversed(rows))
    assert _content(forth) == _content(back)


def test_an_amount_repeated_in_every_row_is_the_amount_of_the_decision(tmp_path):
    result = ingest_penalties(tmp_path, penalty(**FINED), penalty(**WARNED | {FINE: "0.50"}))
    assert result.records["penalty"].select("fine_fen").rows() == [(500_000,)]


@pytest.mark.parametrize(
    "rows",
    [
        (FINED, FINED | {FINE: "50", "处罚内容": "罚款五十万元"}),
        (FINED | {"违法行为类型": "甲"}, FINED | {"违法行为类型": "乙"}),
        (FINED, FINED | {"处罚内容": "又罚款"}, WARNED),
    ],
)
def test_amounts_that_may_be_parts_or_the_total_are_one_unknown_amount_and_noted(tmp_path, rows):
    """Quarantined, the decision would be lost and its enterprise clean."""
    result = ingest_penalties(tmp_path, *(penalty(**row) for row in rows), penalty(行政处罚决定书文号="别号"))
    assert result.quarantine.is_empty()
    found = result.records["penalty"].sort("row_no").select("row_no", "fine_fen").rows()
    assert found == [(2, None), (len(rows) + 2, 630_069)]
    (note,) = result.files.filter(pl.col("source") == "penalty")["notes"].explode()
    assert note == (
        f"“{FINE}”有{len(rows)}行与同一记录的另一行各有金额（如第2行“{rows[0][FINE]}”），这些行照收，"
        "无法判定是各行分别的金额还是重复填写的总额，金额按不明处理。请合并为一行填写总额"
    )


def test_rows_of_one_file_that_contradict_each_other_are_never_silently_superseded(tmp_path):
    day = {"处罚决定日期": "2025-06-28"}
    result = ingest_penalties(tmp_path, penalty(**WARNED), penalty(**FINED | day))
    assert quarantined_cells(result) == [(2, "处罚决定日期", "rows_differ"), (3, "处罚决定日期", "rows_differ")]
    assert result.records["penalty"].is_empty()


@pytest.mark.parametrize(
    ("rows", "heading"),
    [
        ((REVOKED | {"当前状态": "有效"}, WARNED | {"当前状态": "撤销"}), "处罚类别"),
        ((WARNED | {"当前状态": "变更"}, REVOKED | {"当前状态": "有效"}), "处罚类别"),
        ((REVOKED | {"当前状态": "有效"}, FINED | {"当前状态": "有效"}, FINED | {"当前状态": "确认无效"}), "处罚类别"),
        ((FINED | {FINE: "50", "当前状态": "有效"}, FINED | {FINE: "1", "当前状态": "撤销"}), FINE),
        ((FINED | {"违法行为类型": "甲"}, FINED | {"违法行为类型": "乙", "当前状态": "撤销"}), "违法行为类型"),
    ],
)
def test_a_decision_revoked_in_part_is_for_a_person_to_settle(tmp_path, rows, heading):
    """The later stage once stood alone, and the weighty part was gone."""
    result = ingest_penalties(tmp_path, *(penalty(**row) for row in rows), penalty(行政处罚决定书文号="别号"))
    assert result.records["penalty"]["row_no"].to_list() == [len(rows) + 2]
    found = quarantined_cells(result)
    assert {row_no for row_no, _, _ in found} == set(range(2, len(rows) + 2))
    assert {(2, heading, "rows_differ"), (len(rows) + 1, heading, "rows_differ")} <= set(found)


@pytest.mark.parametrize(
    "rows",
    [
        (FINED, FINED | {"当前状态": "撤销"}),
        (FINED, FINED | {FINE: "", "当前状态": "撤销"}),
        (FINED, FINED | {FINE: "0.3", "当前状态": "变更"}),
        (FINED, WARNED, {"处罚类别": "罚款；警告", FINE: "0.5", "当前状态": "撤销"}),
    ],
)
def test_a_decision_that_goes_on_in_full_is_at_its_last_stage(tmp_path, rows):
    result = ingest_penalties(tmp_path, *(penalty(**{"当前状态": "有效", **row}) for row in rows))
    assert result.quarantine.is_empty()
    (row,) = current_versions(result.records["penalty"].lazy(), RECEIVED_AT).collect().to_dicts()
    assert row["state"] in ("revoked", "changed")


def test_stamps_make_rows_of_one_file_versions(tmp_path):
    result = ingest_penalties(
        tmp_path,
        penalty(**FINED | {FINE: "50"}, 最后修改时间="2025-07-02"),
        penalty(**FINED, 最后修改时间="2025-07-01"),
    )
    assert current_versions(result.records["penalty"].lazy(), RECEIVED_AT).collect()["fine_fen"].to_list() == [
        50_000_000
    ]
    assert result.records["penalty"].height == 2


def test_a_document_for_two_parties_is_two_records(tmp_path):
    put(tmp_path, "企业登记.csv", [firm(), firm("914403001922038216", "深城药业有限公司")])
    other = {"统一社会信用代码": "914403001922038216", "行政相对人名称": "深城药业有限公司"}
    put(tmp_path, "双公示.csv", [penalty(**FINED), penalty(**FINED | {FINE: "3"} | other)])
    assert sorted(ingested(tmp_path).records["penalty"]["fine_fen"]) == [500_000, 3_000_000]


def _sample(**more):
    row = {"统一社会信用代码": FIRM, "被抽样单位": "京城药业有限公司", "抽样编号": "S1", "报告日期": "2025-06-01"}
    return {**row, **more}


@pytest.mark.parametrize("is_swapped", [False, True])
def test_a_sample_with_one_item_that_fails_is_unqualified(tmp_path, is_swapped):
    rows = [_sample(检验结论="不合格", 不合格项目="含量测定"), _sample(检验结论="合格")]
    put(tmp_path, "企业登记.csv", [firm()])
    put(tmp_path, "监督抽检.csv", rows[::-1] if is_swapped else rows)
    found = ingested(tmp_path).records["sampling"]
    assert found.select("result", "failing_items").rows() == [("unqualified", ["含量测定"])]


def _inspection(critical="", major="", minor="", conclusion="不符合要求"):
    counts = {"严重缺陷数": critical, "主要缺陷数": major, "一般缺陷数": minor}
    row = {"统一社会信用代码": FIRM, "被检查单位": "京城药业有限公司", "检查编号": "I7", "检查日期": "2025-06-01"}
    return {**row, **counts, "结论": conclusion}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([_inspection("1"), _inspection(minor="2")], (1, None, 2, "non_compliant")),
        ([_inspection("1", "0", "0"), _inspection("0", "0", "2", "待整改后评定")], (1, 0, 2, "non_compliant")),
        ([_inspection(minor="2", conclusion=""), _inspection("1")], (1, None, 2, "non_compliant")),
    ],
)
def test_an_inspection_with_a_row_per_grade_has_all_its_defects(tmp_path, rows, expected):
    put(tmp_path, "企业登记.csv", [firm()])
    put(tmp_path, "监督检查.csv", rows)
    found = ingested(tmp_path).records["inspection"]
    assert found.select("critical_count", "major_count", "minor_count", "conclusion").rows() == [expected]


def test_counts_of_one_grade_in_two_rows_may_be_a_correction_and_are_noted(tmp_path):
    put(tmp_path, "企业登记.csv", [firm()])
    put(tmp_path, "监督检查.csv", [_inspection("1", "0", "2"), _inspection("0", "1", "3")])
    result = ingested(tmp_path)
    assert quarantined_cells(result, "inspection") == [
        (2, "一般缺陷数", "rows_differ"),
        (3, "一般缺陷数", "rows_differ"),
    ]


@pytest.mark.parametrize("is_swapped", [False, True])
def test_an_enterprise_in_a_row_per_licence_has_them_all(tmp_path, is_swapped):
    rows = [
        firm(许可证号="闽DA9999", 监管领域="药品", 环节="零售", 住所="甲路1号", 成立日期="2015-01-05"),
        firm(许可证号="闽械9999", 监管领域="医疗器械", 环节="批发", 住所="乙路2号", 成立日期="", 曾用名="旧名药房"),
    ]
    put(tmp_path, "企业登记.csv", rows[::-1] if is_swapped else rows)
    put(tmp_path, "双公示.csv", [penalty(行政相对人名称="旧名药房")])
    result = ingested(tmp_path)
    (row,) = result.records["enterprise"].to_dicts()
    assert (row["licence_nos"], row["fields"], row["roles"]) == (
        ["闽DA9999", "闽械9999"], ["device", "drug"], ["retailer", "wholesaler"])  # fmt: skip
    assert row["address"] == "乙路2号；甲路1号"
    assert result.records["penalty"].height == 1


def test_an_enterprise_that_is_there_and_gone_is_for_a_person_to_settle(tmp_path):
    put(tmp_path, "企业登记.csv", [firm(登记状态="存续"), firm(登记状态="注销")])
    assert quarantined_cells(ingested(tmp_path), "enterprise") == [
        (2, "登记状态", "rows_differ"),
        (3, "登记状态", "rows_differ"),
    ]


def _two_files(inbox, one, other, names=("a更正.csv", "z原件.csv")):
    put(inbox, "企业登记.csv", [firm()])
    for name, row in zip(names, (one, other), strict=True):
        put(inbox, f"penalty/{name}", [row])
    return ingested(inbox)


@pytest.mark.parametrize("names", [("a更正.csv", "z原件.csv"), ("z更正.csv", "a原件.csv")])
def test_of_two_files_of_a_run_the_later_stage_is_current_whatever_they_are_called(tmp_path, names):
    result = _two_files(tmp_path, penalty(状态="撤销", 撤销日期="2025-10-01"), penalty(状态="有效"), names)
    (row,) = current_versions(result.records["penalty"].lazy(), RECEIVED_AT).collect().to_dicts()
    assert (row["state"], row["version_no"]) == ("revoked", 2)


@pytest.mark.parametrize("names", [("a.csv", "z.csv"), ("z.csv", "a.csv")])
def test_of_two_files_of_a_run_the_one_that_says_more_is_current(tmp_path, names):
    result = _two_files(tmp_path, penalty(公示日期="2025-07-01"), penalty(), names)
    (row,) = current_versions(result.records["penalty"].lazy(), RECEIVED_AT).collect().to_dicts()
    assert row["published_on"] is not None


def test_two_files_of_a_run_that_contradict_each_other_are_quarantined_naming_each_other(tmp_path):
    result = _two_files(tmp_path, penalty(**{FINE: "50"}), penalty(**{FINE: "5"}))
    assert result.records["penalty"].is_empty()
    quarantined = result.quarantine.sort("file_name").select("file_name", "column", "code", "value", "reason").rows()
    assert [row[:4] for row in quarantined] == [
        ("penalty/a更正.csv", FINE, "reports_differ", "50"),
        ("penalty/z原件.csv", FINE, "reports_differ", "5"),
    ]
    assert "z原件.csv”第2行" in quarantined[0][4]
    assert "a更正.csv”第2行" in quarantined[1][4]


def test_what_is_current_stays_while_later_reports_contradict_each_other(tmp_path):
    put(tmp_path / "1", "企业登记.csv", [firm()])
    put(tmp_path / "1", "双公示.csv", [penalty()])
    first = ingested(tmp_path / "1")
    for n, fine in enumerate(("50", "5")):
        put(tmp_path / "2", f"penalty/{n}.csv", [penalty(**{FINE: fine})])
    second = ingested(tmp_path / "2", history_after(first), RECEIVED_AT + timedelta(days=1))
    assert second.records["penalty"].is_empty()
    assert second.accounts["quarantined_count"].to_list() == [1, 1]


@pytest.mark.parametrize("names", [("a", "z"), ("z", "a")])
def test_an_old_report_sent_again_beside_a_correction_changes_nothing(tmp_path, names):
    put(tmp_path / "1", "企业登记.csv", [firm()])
    put(tmp_path / "1", "双公示.csv", [penalty()])
    first = ingested(tmp_path / "1")
    for day, name in ((2, "2"), (3, "3")):
        put(tmp_path / name, f"penalty/{names[0]}.csv", [penalty(), penalty(行政处罚决定书文号=f"{day}号")])
        put(
            tmp_path / name,
            f"penalty/{names[1]}.csv",
            [penalty(**{FINE: "5"}), penalty(行政处罚决定书文号=f"{day}0号")],
        )
    second = ingested(tmp_path / "2", history_after(first), RECEIVED_AT + timedelta(days=1))
    third = ingested(tmp_path / "3", history_after(first, second), RECEIVED_AT + timedelta(days=2))
    rows = pl.concat([one.records["penalty"] for one in (first, second, third)]).filter(
        pl.col("decision_no").str.contains("京")
    )
    assert rows.sort("version_no").select("version_no", "fine_fen").rows() == [(1, 630_069), (2, 5_000_000)]
    assert third.accounts["duplicate_count"].to_list() == [1, 1]


@pytest.mark.parametrize("names", [("监督检查.csv", "监督检查.csv"), ("监督检查-a.csv", "监督检查-b.csv")])
def test_one_number_of_two_enterprises_is_for_a_person_to_settle(tmp_path, names):
    other = {"统一社会信用代码": "914403001922038216", "被检查单位": "深城药业有限公司"}
    rows = [_inspection("1"), _inspection("1") | other]
    put(tmp_path, "企业登记.csv", [firm(), firm("914403001922038216", "深城药业有限公司")])
    for name in dict.fromkeys(names):
        put(tmp_path, name, [row for row, of in zip(rows, names, strict=True) if of == name])
    result = ingested(tmp_path)
    assert result.records["inspection"].is_empty()
    quarantined = result.quarantine.filter(pl.col("column") == "统一社会信用代码")
    assert quarantined["code"].is_in(["rows_differ", "reports_differ"]).to_list() == [True, True]


LOG = """
source: log
title: 办理日志
office: 本局
files: ["*日志*"]
basis: 本局约定
confidence: I
records:
  - kind: rectification
    rows: versions
    columns:
      uscc: {from: [统一社会信用代码]}
      order_no: {from: [文书编号]}
      ordered_on: {from: [下达日期]}
      state: {from: [状态]}
      authority: {from: [机关]}
"""


def test_a_source_whose_rows_are_versions_means_the_last(tmp_path):
    from transforms.policy_model.source import load_source

    row = {"统一社会信用代码": FIRM, "文书编号": "Z1", "下达日期": "2025-05-01", "状态": "整改中"}
    put(tmp_path, "企业登记.csv", [firm()])
    put(tmp_path, "日志.csv", [row | {"机关": one} for one in ("丙", "甲", "乙")])
    rules = IngestRules((*SOURCES, load_source(LOG, "log.yaml")), COMMON, b"key")
    kept = ingested(tmp_path, rules=rules).records["rectification"].sort("version_no")
    assert kept["authority"].to_list() == ["丙", "甲", "乙"]
