"""The way of lists, pushes and inspectors: from files through the gate to the store, and to what commands say."""

from datetime import date

import polars as pl

from flows.cli.due import find_due
from flows.cli.inspectors import find_inspectors
from flows.cli.lookup import current_external_entries
from flows.store.store import current_records
from tests.flows.ingest.inboxes import put
from tests.flows.run.run_helpers import SECOND, run_day

NUMBER = "35000018900101001X"


def test_lists_pushes_and_inspectors_arrive_and_answer(office):
    run = office.store.last("nightly")
    firms = current_records(office.store, "enterprise", run).filter(state="active").sort("enterprise_id").collect()
    firm, other = (firms.row(n, named=True) for n in range(2))
    who = {"统一社会信用代码": firm["uscc"], "企业名称": firm["name"]}
    entry = who | {"列入机关": "云岭市场监督管理局", "名单类别": "异常名录", "列入日期": "2026-01-05"}
    stories = [("异1号", "2026-03-05", ""), ("异2号", "", "2026-02-02"), ("异3号", "", "2026-01-04")]
    days = [{"列入决定文号": number, "申请移出日期": asked, "移出日期": left} for number, asked, left in stories]
    put(office.settings.inbox, "经营异常名录_1.csv", [entry | one for one in days])
    whole = {
        "交接编号": "交1号",
        "名单类别": "经营异常名录",
        "提供机关": "某局",
        "名单截止日期": "2026-03-06",
        "名单条数": "2",
    }
    put(office.settings.inbox, "名单交接_1.csv", [whole, whole | {"交接编号": "交2号", "名单条数": "-1"}])
    pushed = {"统一社会信用代码": firm["uscc"], "当事人": firm["name"], "推送编号": "推1号", "推送事项": "双公示"}
    pushed |= {"对象文号": "无此罚〔2026〕1号", "接收单位": "某中心", "推送日期": "2026-03-05"}
    put(office.settings.inbox, "推送记录_1.csv", [pushed])
    inspector = {"检查员编号": "检1", "姓名": "赵甲乙", "身份证号": NUMBER, "所属单位": "某局", "领域": "药品"}
    inspector |= {"级别": "高级", "资格起始日期": "2025-01-01", "资格有效期至": "2027-12-31"}
    put(office.settings.inbox, "检查员名册_1.csv", [inspector, inspector | {"检查员编号": "检2"}])
    conflict = who | {"申报编号": "申1号", "检查员编号": "检1", "关系": "近亲属任职", "申报日期": "2026-03-01"}
    put(office.settings.inbox, "利益冲突申报_1.csv", [conflict])
    result = run_day(office, SECOND)
    assert result.state == "passed"
    run = office.store.last("nightly")

    kinds = ("external_listing", "list_delivery", "push", "inspector", "inspector_conflict")
    names = ("经营异常名录_1.csv", "名单交接_1.csv", "推送记录_1.csv", "检查员名册_1.csv", "利益冲突申报_1.csv")
    accounts = office.store.scan("accounts", run).filter(pl.col("file_name").is_in(names)).collect()
    counts = {row["kind"]: (row["accepted_count"], row["quarantined_count"]) for row in accounts.to_dicts()}
    assert counts == dict(zip(kinds, [(2, 1), (1, 1), (1, 0), (2, 0), (1, 0)], strict=True))
    for kind in ("list_delivery", "inspector"):  # of no enterprise, known whole to each
        alone = current_records(office.store, kind, run, other["enterprise_id"]).collect()
        assert alone["enterprise_id"].null_count() == alone.height > 0
    people = current_records(office.store, "inspector", run).filter(inspector_no="检1").collect()
    assert NUMBER not in people.write_ndjson()

    assert [row["entry_no"] for row in current_external_entries(office.store, run, firm["enterprise_id"])] == ["异1号"]
    assert current_external_entries(office.store, run, other["enterprise_id"]) == []
    rows = find_due(office.settings, office.store, run, run.as_of, None, firm["enterprise_id"]).rows
    ours = rows.filter(pl.col("matter").is_in(["external_listing", "push"])).select("what", "on", "is_overdue")
    assert set(ours.rows()) == {("accept_delisting", date(2026, 3, 9), False), ("check_push", None, True)}
    stored = office.store.scan("law_coming", run, firm["enterprise_id"]).collect()["what"]
    assert {"accept_delisting", "check_push"} <= set(stored)

    def eligible(key):
        found = find_inspectors(office.store, run, "drug", run.as_of, key)
        return found.filter("is_eligible", pl.col("inspector_no").str.starts_with("检"))["inspector_no"].to_list()

    assert (eligible(firm["enterprise_id"]), eligible(other["enterprise_id"])) == (["检2"], ["检1", "检2"])
