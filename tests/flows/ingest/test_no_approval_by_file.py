"""People sign a publication; a row of a file cannot, whatever it is called there and whatever else is wrong with it."""

import pytest

from flows.ingest import IngestRules
from tests.flows.ingest.inboxes import COMMON, RULES, SOURCES, firm, ingested, put
from transforms.policy_model.source import Source

REASON = "批准发布须由两名签发人本人签名，不能由收件箱中的文件作出"
ROW = {
    "企业名称": "京城药业有限公司",
    "决定文号": "发布〔2026〕1号",
    "决定类型": "批准发布",
    "对象文号": "serious-violations/2026-03-01#" + "a" * 64,
    "决定日期": "2026-02-27",
    "提出人": "张三",
    "决定人": "李四",
}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"决定类型": "批 准 发\u3000布"},
        {"决定类型": "approve_publication"},
        {"决定类型": "ａｐｐｒｏｖｅ＿ｐｕｂｌｉｃａｔｉｏｎ"},
        {"企业名称": ""},
        {"企业名称": "查无此家"},
        {"决定人": ""},
        {"决定人": "张三"},
        {"决定日期": "昨天"},
    ],
    ids=str,
)
def test_an_approval_in_a_file_is_quarantined_with_that_reason_and_the_others_stay(tmp_path, more):
    put(tmp_path, "企业登记.csv", [firm()])
    objection = {**ROW, "决定类型": "异议", "决定文号": "异〔2026〕1号", "对象文号": "（京）药监罚〔2025〕1号"}
    put(tmp_path, "信用办决定.csv", [objection, {**ROW, **more}])
    result = ingested(tmp_path)
    assert result.records["decision"]["decision_type"].to_list() == ["objection"]
    away = result.quarantine.filter(kind="decision")
    assert set(away["row_no"]) == {3}
    (row,) = away.filter(reason=REASON).to_dicts()
    assert (row["column"], row["expected"]) == ("决定类型", "不写此行；批准发布由签发人运行 yaoxin approve 签名")


@pytest.mark.parametrize(
    "cell", [{"constant": "approve_publication"}, {"from": ["类"], "words": {"签发": "approve_publication"}}]
)
def test_nor_can_a_source_of_its_own_make_one(tmp_path, cell):
    columns = {
        "party_name": {"from": ["名"]},
        "decision_no": {"from": ["号"]},
        "decision_type": cell,
        "decided_on": {"from": ["日"]},
        "proposed_by": {"from": ["甲"]},
        "decided_by": {"from": ["乙"]},
    }
    own = Source.model_validate(
        {
            "source": "yaoxin_approve",
            "title": "自拟",
            "office": "某科",
            "files": ["*自拟*.csv"],
            "basis": "无",
            "confidence": "I",
            "records": [{"kind": "decision", "columns": columns}],
            "ignored_headings": ["类"] if "constant" in cell else [],
        }
    )
    put(tmp_path, "企业登记.csv", [firm()])
    put(
        tmp_path,
        "自拟.csv",
        [{"名": "京城药业有限公司", "号": "1号", "类": "签发", "日": "2026-02-27", "甲": "张三", "乙": "李四"}],
    )
    result = ingested(tmp_path, rules=IngestRules((*SOURCES, own), COMMON, RULES.identity_key))
    assert result.records.get("decision") is None or result.records["decision"].is_empty()
    assert REASON in result.quarantine["reason"].to_list()
