"""One row per defect: sums, conflicts, and rows that fall with their record."""

import polars as pl
import pytest

from flows.ingest import IngestRules
from tests.flows.ingest.inboxes import COMMON, FIRM, SOURCES, firm, ingested, put, quarantined_cells
from transforms.policy_model.source import load_source

DEFECTS = """
source: defects
title: 缺陷清单
office: 检查中心
files: ["*缺陷*"]
basis: 本局约定
confidence: I
inputs:
  grade: {from: [缺陷等级], words: {严重: critical, 主要: major, 一般: minor}, ignore: [不分级]}
  money: {from: [货值（元）], unit: 元}
ignore_where: grade = 'none'
records:
  - kind: inspection
    fold:
      by: [inspection_no]
      columns:
        critical_count: {count: "grade = 'critical'"}
        major_count: {count: "grade = 'major'"}
        minor_count: {sum: money}
      take: {authority: last}
    columns:
      uscc: {from: [统一社会信用代码]}
      party_name: {from: [企业名称]}
      inspection_no: {from: [检查编号]}
      inspected_on: {from: [检查日期]}
      authority: {from: [机关]}
"""
RULES = IngestRules((*SOURCES, load_source(DEFECTS, "defects.yaml")), COMMON, b"key")


def defect(grade: str = "严重", no: str = "J1", **more: str) -> dict[str, str]:
    row = {"统一社会信用代码": FIRM, "检查编号": no, "检查日期": "2025-05-01", "缺陷等级": grade}
    return {**row, "货值（元）": "0.01", "机关": "一处", **more}


def _ingested(inbox, *rows):
    put(inbox, "企业登记.csv", [firm()])
    put(inbox, "缺陷.csv", list(rows))
    return ingested(inbox, rules=RULES)


def test_rows_of_one_inspection_are_counted_and_summed(tmp_path):
    result = _ingested(tmp_path, defect(), defect("主要"), defect("严重"), defect("不分级"), defect("", "J2"))
    found = result.records["inspection"].sort("inspection_no")
    assert found.select("critical_count", "major_count", "minor_count", "row_no").rows() == [(2, 1, 4, 2), (0, 0, 1, 6)]
    account = result.accounts.filter(pl.col("kind") == "inspection")
    assert account.select("read_count", "accepted_count", "record_count").row(0) == (5, 5, 2)


def test_a_faulty_row_takes_its_whole_record_and_no_other(tmp_path):
    result = _ingested(tmp_path, defect(), defect("很严重"), defect("主要", "J2"))
    assert quarantined_cells(result, "inspection") == [(2, "", "incomplete_record"), (3, "缺陷等级", "unknown_word")]
    assert result.records["inspection"]["inspection_no"].to_list() == ["J2"]


def test_rows_of_one_record_must_agree_where_nothing_is_declared(tmp_path):
    result = _ingested(tmp_path, defect(), defect(检查日期="2025-05-02"))
    assert quarantined_cells(result, "inspection") == [(2, "检查日期", "rows_differ"), (3, "", "incomplete_record")]


def test_the_declared_row_decides_where_rows_differ(tmp_path):
    result = _ingested(tmp_path, defect(), defect(机关="二处"))
    assert result.records["inspection"]["authority"].to_list() == ["二处"]


def test_an_unknown_enterprise_quarantines_every_row_of_the_record(tmp_path):
    other = {"统一社会信用代码": "", "企业名称": "无此企业"}
    result = _ingested(tmp_path, defect(**other), defect("主要", **other))
    assert quarantined_cells(result, "inspection") == [(2, "企业名称", "unknown_name"), (3, "", "incomplete_record")]


@pytest.mark.parametrize(("where", "away"), [("", ["unclaimed"]), ("ignore_where: grade = 'minor'\n", [])])
def test_a_row_that_no_record_takes_is_reported_unless_ignored_by_name(tmp_path, where, away):
    text = DEFECTS.replace("ignore_where: grade = 'none'\n", where).replace(
        "  - kind: inspection\n", "  - kind: inspection\n    where: grade IN ('critical', 'major')\n"
    )
    put(tmp_path, "企业登记.csv", [firm()])
    put(tmp_path, "缺陷.csv", [defect(), defect("一般", "J2")])
    result = ingested(tmp_path, rules=IngestRules((*SOURCES, load_source(text, "defects.yaml")), COMMON, b"key"))
    assert result.quarantine["code"].to_list() == away
    assert result.records["inspection"].height == 1
