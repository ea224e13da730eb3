"""Bad files beside a good one: each gets a clear answer, and takes nothing with it."""

import polars as pl
import pytest

from tests.flows.ingest.inboxes import RECEIVED_AT, firm, history_after, ingested, penalty, put
from transforms.schemas import TABLES

HOSTILE = {
    "empty": b"",
    "half a row": "统一社会信用代码,企业名称\n91110".encode(),
    "no header": "91110000600037341L,京城药业有限公司\n".encode(),
    "repeated header": "企业名称,企业名称\n甲,乙\n".encode(),
    "ten thousand columns": ",".join(f"列{n}" for n in range(10_000)).encode(),
    "binary": bytes(range(256)) * 4,
    "half a workbook": b"PK\x03\x04" + b"\x00" * 40,
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_bad_file_is_answered_and_stops_nothing(tmp_path, what):
    put(tmp_path, "企业登记.csv", [firm()])
    put(tmp_path, "双公示.csv", [penalty()])
    (tmp_path / "双公示-坏.csv").write_bytes(HOSTILE[what])
    result = ingested(tmp_path)
    assert result.records["penalty"].height == 1
    bad = result.files.filter(pl.col("file_name") == "双公示-坏.csv")
    away = result.quarantine.filter(pl.col("file_name") == "双公示-坏.csv")
    assert bad["finding"].drop_nulls().len() + away.height > 0


@pytest.mark.parametrize(
    ("name", "word"), [("说明.csv", "不符合任何来源"), ("双公示和监督检查.csv", "多个来源（监督检查、双公示行政处罚）")]
)
def test_a_file_of_no_source_or_of_two_is_rejected_by_name(tmp_path, name, word):
    put(tmp_path, name, [penalty()])
    (finding,) = ingested(tmp_path).files["finding"].to_list()
    assert word in finding


def test_a_corrected_quarantine_workbook_is_known_by_the_source_in_its_name(tmp_path):
    put(tmp_path, "企业登记.csv", [firm()])
    row = {**penalty(), "原文件": "双公示.csv", "行号": "2", "原因": "金额为负数"}
    put(tmp_path, "更正-penalty(2).csv", [row])
    result = ingested(tmp_path)
    assert result.records["penalty"].height == 1
    assert result.files["notes"].list.len().sum() == 0


def test_a_quarantined_row_is_accepted_once_its_enterprise_is_registered(tmp_path):
    put(tmp_path / "1", "双公示.csv", [penalty()])
    first = ingested(tmp_path / "1")
    assert first.quarantine["code"].to_list() == ["unknown_code"]
    put(tmp_path / "2", "企业登记.csv", [firm()])
    put(tmp_path / "2", "penalty.csv", [{**penalty(), "行号": "2"}])
    second = ingested(tmp_path / "2", history_after(first))
    assert second.records["penalty"].height == 1


def test_every_table_has_its_shape_and_its_order(tmp_path):
    put(tmp_path, "企业登记.csv", [firm()])
    put(tmp_path, "双公示.csv", [penalty(), penalty(处罚决定日期="?", 处罚类别="?")])
    result = ingested(tmp_path)
    frames = {**result.records, "files": result.files, "accounts": result.accounts, "quarantine": result.quarantine}
    for name, frame in frames.items():
        assert frame.schema == TABLES[name].schema, name
        key = list(TABLES[name].key)
        assert frame.equals(frame.sort(key)), name
        assert frame.select(key).is_unique().all(), name
        required = [column.name for column in TABLES[name].columns if column.required]
        assert frame.select(required).null_count().sum_horizontal().sum() == 0, name
    assert set(result.files["received_at"]) == {RECEIVED_AT}


def test_an_empty_inbox_brings_nothing(tmp_path):
    result = ingested(tmp_path)
    assert result.files.is_empty()
    assert all(frame.is_empty() for frame in result.records.values())


def test_a_broken_cell_under_a_secret_heading_is_masked_whatever_its_form(tmp_path):
    put(tmp_path, "双公示.csv", [penalty(证件号码="PASS\x07PORT12345", 法定代表人证件号码="G12345678")])
    result = ingested(tmp_path)
    assert result.quarantine["code"].to_list() == ["control_character"]
    everything = str(result.quarantine.to_dicts())
    assert "PORT12345" not in everything
    assert "G12345678" not in everything
