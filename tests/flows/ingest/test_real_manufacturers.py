"""The real register of drug makers: its known dirt in quarantine with reasons, all else a register."""

from datetime import UTC, datetime

import polars as pl
import pytest

from flows.ingest import IngestHistory, ingest_inbox
from tests.flows.ingest.inboxes import RULES
from tests.realdata import real_data

AT = datetime(2026, 3, 1, tzinfo=UTC)
ODD_LICENCES = {"甘 20160037", "黑 20160040", "苏 20180568", "浙Ha20100526", "20190577"}


@pytest.fixture(scope="module")
def result():
    return ingest_inbox(real_data("nmpa_manufacturers"), RULES, IngestHistory.empty(), AT)


def test_the_account_of_the_register_balances(result):
    (account,) = result.accounts.to_dicts()
    counts = ("read", "accepted", "duplicate", "superseded", "quarantined", "record")
    assert tuple(account[f"{part}_count"] for part in counts) == (7843, 7820, 0, 0, 23, 7820)


def test_every_damaged_name_is_quarantined_as_unreadable(result):
    rows = result.quarantine.filter(pl.col("code") == "unreadable")
    assert rows["row_no"].n_unique() == rows.height == 17
    assert rows["value"].str.contains("\ufffd").all()
    assert rows["reason"].str.contains("乱码").all()


def test_odd_licence_numbers_and_the_test_entry_are_quarantined(result):
    rows = result.quarantine.filter(pl.col("code") == "pattern")
    damaged = {"\ufffd20160040"}
    assert set(rows["value"]) == ODD_LICENCES | damaged | {"测试20180305"}
    refused = result.quarantine.filter(pl.col("code") == "refused")
    assert refused.select("value", "reason").rows() == [("测试20180305", "测试数据，不是真实许可证")]
    assert result.quarantine["row_no"].n_unique() == 17 + len(ODD_LICENCES) + 1


def test_every_quarantined_row_keeps_its_text(result):
    texts = result.quarantine.filter(pl.col("row_no") == 2048)["row_text"].unique().to_list()
    assert texts == [
        '{"seq":"2047","nmpa_id":"3542","企业名称":"安徽金正元中药饮片有限公司","药品生产许可证编号":"\ufffd20160040"}'
    ]


def test_one_name_with_several_licences_stays_several_entries(result):
    register = result.records["enterprise"]
    assert register["enterprise_id"].n_unique() == 7820
    assert register["enterprise_id"].str.starts_with("nmpa:").all()
    assert register["name"].n_unique() < register.height
