"""The 双公示 file as it comes: codes or Chinese headings, units, brackets, dirt."""

from datetime import date

import polars as pl
import pytest

from tests.flows.ingest.inboxes import (
    FIRM,
    OTHER_FIRM,
    SHOP,
    firm,
    ingest_penalties,
    ingested,
    penalty,
    put,
    quarantined_cells,
)


def test_a_sound_row_becomes_a_record_of_its_enterprise(tmp_path):
    result = ingest_penalties(tmp_path, penalty())
    (row,) = result.records["penalty"].to_dicts()
    assert row["enterprise_id"] == FIRM
    assert row["penalty_kinds"] == ["fine", "warning"]
    assert row["fine_fen"] == 630_069
    assert row["decided_on"] == date(2025, 6, 27)
    assert row["party_class"] == "organisation"
    assert row["decision_no"] == "（京）药监罚〔2025〕1号"
    assert row["decision_key"] == "〔京〕药监罚〔2025〕1号"
    assert (row["version_no"], row["row_no"], row["source"]) == (1, 2, "penalty")


def test_field_codes_say_the_same_as_chinese_headings(tmp_path):
    codes = {
        "行政相对人名称": "CF_XDR_MC",
        "统一社会信用代码": "CF_XDR_SHXYM",
        "行政处罚决定书文号": "CF_WSH",
        "处罚类别": "CF_CFLB",
        "罚款金额（万元）": "CF_NR_FK",
        "处罚决定日期": "CF_JDRQ",
    }
    by_code = {codes[heading]: text for heading, text in penalty().items()}
    put(tmp_path, "双公示/甲.csv", [by_code], encoding="gb18030")
    put(tmp_path, "双公示/乙.csv", [penalty()])
    put(tmp_path, "企业登记.csv", [firm()])
    result = ingested(tmp_path)
    counts = result.accounts.filter(pl.col("kind") == "penalty").select(pl.col("^(accepted|duplicate)_count$").sum())
    assert counts.row(0) == (1, 1)


def test_a_corrected_workbook_may_join_files_of_two_makes(tmp_path):
    """Each row fills the heading of its own make and leaves the other's cell empty."""
    by_code = {heading: text for heading, text in penalty().items() if heading != "行政处罚决定书文号"}
    rows = [penalty() | {"CF_WSH": ""}, by_code | {"行政处罚决定书文号": "", "CF_WSH": "（京）药监罚〔2025〕2号"}]
    put(tmp_path, "双公示/甲.csv", rows)
    put(tmp_path, "企业登记.csv", [firm()])
    result = ingested(tmp_path)
    assert result.quarantine.is_empty()
    assert sorted(result.records["penalty"]["decision_no"]) == ["（京）药监罚〔2025〕1号", "（京）药监罚〔2025〕2号"]
    assert result.files["notes"].list.len().sum() == 0


def test_two_headings_that_say_two_things_are_asked_about(tmp_path):
    result = ingest_penalties(tmp_path, penalty() | {"CF_WSH": "（京）药监罚〔2025〕9号"})
    assert quarantined_cells(result) == [(2, "CF_WSH", "two_values")]


@pytest.mark.parametrize(
    ("amount", "fen"),
    [
        ("0.572790", 572_790),
        ("0.000001", 1),
        ("１２．５", 12_500_000),
        ("1,234.5", 1_234_500_000),
        ("3", 3_000_000),
        ("0.1000000", 100_000),
        ("0", 0),
    ],
)
def test_ten_thousands_of_yuan_are_read_to_the_last_fen(tmp_path, amount, fen):
    result = ingest_penalties(tmp_path, penalty(**{"罚款金额（万元）": amount}))
    assert result.records["penalty"]["fine_fen"].to_list() == [fen]


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"罚款金额（万元）": "-1"}, "罚款金额（万元）", "negative"),
        ({"罚款金额（万元）": "0.0000001"}, "罚款金额（万元）", "inexact"),
        ({"罚款金额（万元）": "9999999999999"}, "罚款金额（万元）", "too_large"),
        ({"处罚决定日期": "1900-01-01"}, "处罚决定日期", "implausible_date"),
        ({"处罚决定日期": "2099-01-01"}, "处罚决定日期", "implausible_date"),
        ({"处罚决定日期": "2026-03-03"}, "处罚决定日期", "implausible_date"),
        ({"处罚决定日期": "1949-09-30"}, "处罚决定日期", "implausible_date"),
        ({"处罚决定日期": "2025-02-30"}, "处罚决定日期", "bad_date"),
        ({"处罚决定日期": "2025031"}, "处罚决定日期", "bad_date"),
        ({"处罚决定日期": ""}, "处罚决定日期", "missing"),
        ({"处罚类别": "罚款；罚站"}, "处罚类别", "unknown_word"),
        ({"处罚类别": "；"}, "处罚类别", "missing"),
        ({"行政处罚决定书文号": "/"}, "行政处罚决定书文号", "missing"),
        ({"行政相对人名称": "=HYPERLINK(1)"}, "行政相对人名称", "formula"),
        ({"违法事实": "销售\ufffd药"}, "违法事实", "unreadable"),
        ({"统一社会信用代码": FIRM[:-1] + "M"}, "统一社会信用代码", "uscc_check"),
        ({"统一社会信用代码": FIRM[:-1]}, "统一社会信用代码", "uscc_length"),
        ({"统一社会信用代码": FIRM[:-2] + "IL"}, "统一社会信用代码", "uscc_format"),
        ({"统一社会信用代码": "91110000600037342P"}, "统一社会信用代码", "uscc_organisation"),
        ({"统一社会信用代码": OTHER_FIRM, "行政相对人名称": "京城药业"}, "统一社会信用代码", "unknown_code"),
        ({"行政相对人名称": "京城医药有限公司"}, "行政相对人名称", "name_mismatch"),
        ({"统一社会信用代码": "", "行政相对人名称": "京城药业"}, "行政相对人名称", "unknown_name"),
        ({"行政相对人类别": "自然人"}, "行政相对人类别", "class_conflict"),
    ],
)
def test_a_faulty_row_is_quarantined_with_its_reason_and_takes_nothing_with_it(tmp_path, change, column, code):
    sound = penalty(**{"行政处罚决定书文号": "京药监罚〔2025〕2号"})
    result = ingest_penalties(tmp_path, penalty(**change), sound)
    assert quarantined_cells(result) == [(2, column, code)]
    assert result.records["penalty"]["row_no"].to_list() == [3]
    (row,) = result.quarantine.to_dicts()
    assert row["reason"]
    assert row["expected"]


def numbered(changes):
    """A sound row for each change, of decisions of their own."""
    return [penalty(行政处罚决定书文号=f"{place}号", **change) for place, change in enumerate(changes, 1)]


def penalty_notes(result):
    return result.files.filter(pl.col("source") == "penalty")["notes"].explode().drop_nulls().to_list()


def test_a_penalty_whose_amount_cannot_be_read_is_kept_and_the_amount_unknown(tmp_path):
    """Quarantined, it would leave its enterprise clean."""
    texts = ["不详", "待定", "见附件", "***", "约50", "五十万", "￥50", "NaN", "=1+1", "50%", "12,34", "٣", "1.2.3"]
    texts += ["20余万元", "-五十万元", "5万欧元", "5\ufffd", "50元（大写：伍拾元）", "50万", "上限50万元"]
    result = ingest_penalties(
        tmp_path, *numbered({"罚款金额（万元）": text, "没收金额（万元）": "0.5"} for text in texts)
    )
    assert result.quarantine.is_empty()
    amounts = result.records["penalty"].select("fine_fen", "confiscated_fen").unique().rows()
    assert (result.records["penalty"].height, amounts) == (len(texts), [(None, 500_000)])
    (note,) = penalty_notes(result)
    assert note == (
        "“罚款金额（万元）”有20行不能识别为金额（如第2行“不详”），这些行照收，金额按不明处理，不计分也不当作零。"
        "应为数字，或写明单位，如50万元"
    )


def test_an_amount_that_gives_its_own_unit_is_read_in_it(tmp_path):
    texts = {
        "50万元": 50_000_000,
        "50,000元": 5_000_000,
        "人民币伍仟元整": 500_000,
        "0.5 万元": 500_000,
        "３千元": 300_000,
    }
    result = ingest_penalties(tmp_path, *numbered({"罚款金额（万元）": text} for text in texts))
    assert result.records["penalty"].sort("row_no")["fine_fen"].to_list() == list(texts.values())
    assert penalty_notes(result) == []


def test_the_reason_for_an_amount_names_no_other_unit_than_the_column(tmp_path):
    rows = numbered({"罚款金额（万元）": text} for text in ("-1", "0.0000001", "9999999999999"))
    away = ingest_penalties(tmp_path, *rows).quarantine
    assert sorted(away["reason"]) == ["罚款金额为负数", "罚款金额小数位过多", "罚款金额过大"]
    assert away["expected"].str.contains("单位万元").all()


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("处罚有效期", "valid_until_on"),
        ("公示截止期", "publicity_until_on"),
        ("履行完毕日期", "performed_on"),
        ("公示日期", "published_on"),
    ],
)
def test_a_penalty_whose_term_cannot_be_read_is_kept_and_the_term_unknown(tmp_path, heading, field):
    texts = ["长期（至许可证失效）", "至今", "见决定书", "2026-02-30", "1900-01-01", "未履行"]
    result = ingest_penalties(tmp_path, *numbered({heading: text} for text in texts))
    assert result.quarantine.is_empty()
    assert result.records["penalty"][field].to_list() == [None] * len(texts)
    (note,) = penalty_notes(result)
    assert note.startswith(f"“{heading}”有6行不能识别为日期（如第2行“长期（至许可证失效）”），这些行照收")


@pytest.mark.parametrize("day", ["1949-10-01", "2026-03-02", "2026/3/1", "2026.03.01", "2026年3月1日", "20260301"])
def test_days_are_read_in_the_formats_in_use_up_to_the_bounds(tmp_path, day):
    assert ingest_penalties(tmp_path, penalty(处罚决定日期=day)).records["penalty"].height == 1


@pytest.mark.parametrize(
    "term",
    [
        "2099-12-31",
        "2099/12/31",
        "9999-12-31",
        "长期",
        "永久",
        "无固定期限",
        "2100年1月1日",
        "长期公示",
        "至长期",
        "永久性",
        "∞",
    ],
)
def test_a_term_without_an_end_is_kept_as_one_and_not_as_unknown(tmp_path, term):
    (row,) = ingest_penalties(tmp_path, penalty(处罚有效期=term, 公示截止期=term)).records["penalty"].to_dicts()
    assert (row["valid_until_on"], row["publicity_until_on"]) == (date(2099, 12, 31), None)


def test_a_term_may_lie_ahead_but_no_decision_is_made_in_2099(tmp_path):
    ahead = [penalty(处罚有效期=day, 行政处罚决定书文号=f"{day}号") for day in ("2030-01-01", "2098-12-31")]
    result = ingest_penalties(tmp_path, *ahead, penalty(处罚决定日期="2099-12-31"), penalty(处罚决定日期="长期"))
    assert quarantined_cells(result) == [(4, "处罚决定日期", "implausible_date"), (5, "处罚决定日期", "bad_date")]


@pytest.mark.parametrize("number", ["(京)药监罚[2025]1号", "（京）药监罚【2025】1号", "【京】药监罚（２０２５） 1 号"])
def test_brackets_of_every_kind_name_the_same_decision(tmp_path, number):
    result = ingest_penalties(tmp_path, penalty(), penalty(**{"行政处罚决定书文号": number}))
    assert result.records["penalty"]["record_id"].n_unique() == 1


def test_sole_traders_are_in_the_same_file(tmp_path):
    put(tmp_path, "企业登记.csv", [firm(SHOP, "回春堂药店")])
    put(tmp_path, "双公示.csv", [penalty(统一社会信用代码=SHOP, 行政相对人名称="回春堂药店")])
    assert ingested(tmp_path).records["penalty"]["party_class"].to_list() == ["sole_trader"]


def test_a_natural_person_is_kept_without_number_and_without_enterprise(tmp_path):
    person_no = "11010119900307001X"
    person = penalty(
        行政相对人名称="张三",
        统一社会信用代码="",
        证件号码=person_no,
        法定代表人证件号码=person_no,
        违法事实=f"身份证{person_no}",
    )
    away = {
        **person,
        "行政处罚决定书文号": "3号",
        "处罚决定日期": "昨天",
        "备注": "１１０１０１１９９００３０７００１Ｘ",
    }
    result = ingest_penalties(tmp_path, person, away)
    (row,) = result.records["penalty"].to_dicts()
    assert (row["enterprise_id"], row["party_class"]) == (None, "person")
    assert row["person_masked"] == "110*************1X"
    assert len(row["person_hash"]) == 64
    everything = str(row) + str(result.quarantine.to_dicts()) + str(result.files.to_dicts())
    assert person_no not in everything
    assert "１１０１０１１９９００３０７００１Ｘ" not in everything
    assert "19900307" not in everything


def test_headings_nobody_reads_are_noted(tmp_path):
    result = ingest_penalties(tmp_path, penalty(办案人员="李四", 序号="1"))
    notes = dict(result.files.select("file_name", "notes").rows())
    assert notes["双公示.csv"] == ["有1列未读取（来源未列明）：办案人员"]


def test_a_missing_heading_rejects_the_file_and_names_the_nearest(tmp_path):
    row = penalty()
    row["处罚决定日"] = row.pop("处罚决定日期")
    result = ingest_penalties(tmp_path, row)
    (finding,) = result.files["finding"].drop_nulls()
    assert "处罚决定日期" in finding
    assert "最接近的列名是“处罚决定日”" in finding
    assert result.records["penalty"].is_empty()
    assert result.records["enterprise"].height == 1
