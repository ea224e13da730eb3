"""What the order of rows and the form of a stamp once decided, through the real gate, store and rating."""

from datetime import date, timedelta

import polars as pl

from flows.run.run import RunSteps
from tests.flows.ingest.inboxes import FIRM, OTHER_FIRM, SHOP, firm, penalty, put
from tests.flows.run.run_helpers import run_day, run_instant, setup_at
from transforms.current_versions import current_versions

DAY = date(2026, 2, 10)
FINE = "罚款金额（万元）"
REVOKED = {"处罚类别": "吊销许可证件", "处罚内容": "吊销许可证", FINE: ""}
FINED = {"处罚类别": "罚款", "处罚内容": "罚款五千元", FINE: "0.5"}


def _of(uscc, name, **more):
    return penalty(统一社会信用代码=uscc, 行政相对人名称=name, **more)


def test_both_orders_of_the_rows_give_one_result_and_the_later_stamp_holds(tmp_path):
    inbox = tmp_path / "inbox"
    put(inbox, "企业登记.csv", [firm(), firm(OTHER_FIRM, "深城药业有限公司"), firm(SHOP, "回春堂药店")])
    forth = [_of(FIRM, "京城药业有限公司", **row) for row in (REVOKED, FINED)]
    back = [_of(OTHER_FIRM, "深城药业有限公司", **row, 行政处罚决定书文号="示〔2025〕2号") for row in (FINED, REVOKED)]
    put(inbox, "penalty/a.csv", [*forth, *back])
    stamped = {"行政处罚决定书文号": "示〔2025〕3号", **FINED}
    put(inbox, "penalty/b.csv", [_of(SHOP, "回春堂药店", **stamped, 最后修改时间="2025/9/30 10:00")])
    office = setup_at(tmp_path)
    assert run_day(office, DAY, RunSteps()).state == "passed"
    put(inbox, "penalty/c.csv", [_of(SHOP, "回春堂药店", **stamped | {FINE: "50"}, 最后修改时间="2025/10/8 9:00")])
    assert run_day(office, DAY + timedelta(days=1), RunSteps(), run_instant(DAY + timedelta(days=1))).state == "passed"
    ratings = office.store.scan("ratings").collect()
    one, other = (ratings.filter(pl.col("enterprise_id") == key) for key in (FIRM, OTHER_FIRM))
    told = ["tier", "score_centipoints", "decided_by", "locked_until_on", "next_change_on"]
    assert one.select(told).rows() == other.select(told).rows()
    trace = office.store.scan("trace").collect().filter(pl.col("enterprise_id").is_in([FIRM, OTHER_FIRM]))
    assert trace.group_by("enterprise_id").len()["len"].n_unique() == 1
    kept = office.store.scan("penalty").collect().filter(pl.col("enterprise_id") == SHOP).sort("version_no")
    assert kept.select("fine_fen", "version_by").rows() == [
        (500_000, "2025-09-30T02:00:00.000000Z"),
        (50_000_000, "2025-10-08T01:00:00.000000Z"),
    ]
    standing = current_versions(office.store.scan("penalty"), run_instant(DAY + timedelta(days=1))).filter(
        pl.col("enterprise_id") == SHOP
    )
    assert standing.collect()["fine_fen"].to_list() == [50_000_000]
