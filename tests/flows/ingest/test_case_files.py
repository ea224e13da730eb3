"""Files of cases and complaints: parties unknown at first, complaints that are signals, and what is not kept."""

import polars as pl
import pytest

from tests.flows.ingest.inboxes import FIRM, OTHER_FIRM, RECEIVED_AT, firm, ingested, put
from transforms.current_versions import current_versions

NAME = "京城药业有限公司"


def clue(**more):
    return {
        "案件编号": "京药监案〔2026〕1号",
        "办案机关": "某局",
        "当事人": "",
        "统一社会信用代码": "",
        "当事人类别": "不明",
        "发现线索日期": "2026-01-05",
        **more,
    }


def complaint(**more):
    return {
        "登记编号": "TJ1",
        "类型": "举报",
        "被投诉举报单位": NAME,
        "统一社会信用代码": FIRM,
        "收到日期": "2026-01-05",
        "问题类别": "质量问题",
        **more,
    }


def current(result, kind):
    return current_versions(result.records[kind].lazy(), RECEIVED_AT).collect()


@pytest.fixture(autouse=True)
def register(tmp_path):
    put(tmp_path, "企业登记.csv", [firm(), firm(OTHER_FIRM, "深城药业有限公司")])


@pytest.mark.parametrize("named", ["", "不明", "待查"])
def test_a_clue_against_unknown_persons_belongs_to_nobody_until_a_row_names_a_firm(tmp_path, named):
    put(tmp_path, "案件台账_1.csv", [clue(当事人=named, 最后修改时间="2026-01-06")])
    (row,) = ingested(tmp_path).records["case"].to_dicts()
    assert (row["enterprise_id"], row["party_name"], row["party_class"]) == (None, None, "unknown")
    known = {"当事人": NAME, "当事人类别": "企业", "立案日期": "2026-01-12", "最后修改时间": "2026-01-13"}
    put(tmp_path, "案件台账_2.csv", [clue(**known)])
    (row,) = current(ingested(tmp_path), "case").to_dicts()
    assert (row["enterprise_id"], row["version_no"]) == (FIRM, 2)


def test_a_case_of_several_penalties_is_one_record(tmp_path):
    party = {"当事人": NAME, "当事人类别": "企业", "处理结果": "处罚", "货值金额（元）": "1,234.5"}
    rows = [clue(**party, 处罚决定书文号=f"京药监罚〔2026〕{n}号") for n in (1, 2)]
    put(tmp_path, "案件办理.csv", rows)
    (row,) = ingested(tmp_path).records["case"].to_dicts()
    assert (row["decision_nos"], row["goods_value_fen"]) == (["京药监罚〔2026〕1号", "京药监罚〔2026〕2号"], 123_450)


def test_a_complaint_is_a_signal_once(tmp_path):
    put(tmp_path, "投诉举报台账.csv", [complaint(是否查实="属实"), complaint(登记编号="TJ2", 信号编号="XH2")])
    own = {"涉及单位": NAME, "信号类型": "投诉", "发生日期": "2026-01-04", "程度": "一般"}
    put(tmp_path, "监测信号.csv", [{"信号编号": number, **own} for number in ("TJ1", "XH2")])
    result = ingested(tmp_path)
    assert result.records["complaint"].height == 2
    signals = current(result, "signal").sort("signal_no").select("signal_no", "occurred_on", "is_verified", "level")
    # What the file of signals says goes first; what it leaves out is taken from the complaint.
    assert signals.select("signal_no", "is_verified", "level").rows() == [
        ("TJ1", True, "general"),
        ("XH2", None, "general"),
    ]
    assert signals["occurred_on"].cast(pl.String).unique().to_list() == ["2026-01-04"]


@pytest.mark.parametrize(
    "more", [{"不予受理日期": "2026-01-08"}, {"被投诉举报单位": "", "统一社会信用代码": "", "被投诉举报人类别": "不明"}]
)
def test_what_is_not_accepted_or_concerns_nobody_known_is_no_signal(tmp_path, more):
    put(tmp_path, "投诉举报台账.csv", [complaint(**more)])
    result = ingested(tmp_path)
    assert result.records["complaint"].height == 1
    assert "signal" not in result.records or result.records["signal"].is_empty()


def test_nothing_of_who_complains_is_kept_not_even_of_a_row_that_goes_back(tmp_path):
    said = {"投诉人": "王小明", "联系电话": "13800138000", "联系地址": "示范路1号", "投诉内容": "我王小明买到假药"}
    put(tmp_path, "12315.csv", [complaint(**said), complaint(**said, 登记编号="TJ2", 类型="建议")])
    result = ingested(tmp_path)
    assert set(result.quarantine["row_no"]) == {3}
    frames = [*result.records.values(), result.files, result.quarantine]
    everything = str([frame.to_dicts() for frame in frames])
    assert not [text for text in said.values() if text in everything]
