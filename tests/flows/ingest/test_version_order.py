"""Corrections, repeats, late reports, revocations: what one run leaves for the next."""

from datetime import date, timedelta

import polars as pl
import pytest

from tests.flows.ingest.inboxes import FIRM, RECEIVED_AT, firm, history_after, ingested, penalty, put
from transforms.current_versions import current_versions


def _status_counts(result, kind="penalty"):
    parts = [f"{part}_count" for part in ("accepted", "duplicate", "superseded", "quarantined")]
    return result.accounts.filter(pl.col("kind") == kind).select(pl.col(parts).sum()).row(0)


def _current(*results, at=RECEIVED_AT, kind="penalty"):
    return current_versions(pl.concat([one.records[kind] for one in results]).lazy(), at).collect()


@pytest.fixture
def first(tmp_path):
    put(tmp_path / "1", "企业登记.csv", [firm()])
    put(tmp_path / "1", "双公示.csv", [penalty()])
    return ingested(tmp_path / "1")


def test_the_same_file_does_nothing_whatever_it_is_called(tmp_path, first):
    put(tmp_path / "2", "双公示-再报.csv", [penalty()])
    again = ingested(tmp_path / "2", history_after(first))
    assert again.repeated == ("双公示-再报.csv",)
    assert again.files.is_empty()
    assert again.accounts.is_empty()


def test_the_same_row_in_another_file_is_a_duplicate(tmp_path, first):
    put(tmp_path / "2", "双公示.csv", [penalty(), penalty(行政处罚决定书文号="2号")])
    again = ingested(tmp_path / "2", history_after(first))
    assert _status_counts(again) == (1, 1, 0, 0)


def test_a_correction_supersedes_and_both_stay(tmp_path, first):
    put(tmp_path / "2", "双公示.csv", [penalty(**{"罚款金额（万元）": "0.5"})])
    later = RECEIVED_AT + timedelta(days=1)
    second = ingested(tmp_path / "2", history_after(first), later)
    assert _status_counts(second) == (1, 0, 0, 0)
    assert second.records["penalty"]["version_no"].to_list() == [2]
    assert _current(first, second, at=later)["fine_fen"].to_list() == [500_000]
    assert _current(first, second, at=RECEIVED_AT)["fine_fen"].to_list() == [630_069]


def test_a_correction_back_to_the_first_text_is_a_third_version(tmp_path, first):
    put(tmp_path / "2", "双公示.csv", [penalty(备注="更正")])
    put(tmp_path / "3", "双公示.csv", [penalty(), penalty(行政处罚决定书文号="2号")])
    second = ingested(tmp_path / "2", history_after(first))
    third = ingested(tmp_path / "3", history_after(first, second))
    assert third.records["penalty"]["version_no"].sort().to_list() == [1, 3]
    assert _status_counts(third) == (2, 0, 0, 0)


def test_an_older_version_that_arrives_late_is_kept_and_changes_nothing(tmp_path):
    put(tmp_path / "1", "企业登记.csv", [firm()])
    put(tmp_path / "1", "双公示.csv", [penalty(备注="新", 最后修改时间="2025-07-02 10:00:00")])
    put(tmp_path / "2", "双公示.csv", [penalty(备注="旧", 最后修改时间="2025-07-01 10:00:00")])
    first = ingested(tmp_path / "1")
    second = ingested(tmp_path / "2", history_after(first))
    assert _status_counts(second) == (0, 0, 1, 0)
    assert _current(first, second)["remark"].to_list() == ["新"]
    assert second.records["penalty"]["version_no"].to_list() == [2]


def test_an_old_report_that_is_sent_again_is_a_duplicate_and_makes_no_version(tmp_path):
    old, new = ({"备注": text, "最后修改时间": f"2025-07-0{n} 10:00:00"} for n, text in ((1, "旧"), (2, "新")))
    put(tmp_path / "1", "企业登记.csv", [firm()])
    put(tmp_path / "1", "双公示.csv", [penalty(**old)])
    put(tmp_path / "2", "双公示.csv", [penalty(**new)])
    put(tmp_path / "3", "双公示.csv", [penalty(**old), penalty(行政处罚决定书文号="2号")])
    first = ingested(tmp_path / "1")
    second = ingested(tmp_path / "2", history_after(first))
    third = ingested(tmp_path / "3", history_after(first, second))
    assert _status_counts(second) == (1, 0, 0, 0)
    assert _status_counts(third) == (1, 1, 0, 0)
    assert _current(first, second, third)["remark"].drop_nulls().to_list() == ["新"]


STAMPS = (  # an older and a newer one, in every form in which senders write them
    ("2026/1/9 10:00:00", "2026/1/10 9:00:00"),
    ("2026-01-09 10:00:00", "2026-01-10 09:00:00"),
    ("2026/1/20 9:00", "2026-02-08 09:00:00"),
    ("20260109100000", "2026-01-10 09:00:00"),
    ("2026年1月9日", "2026年1月10日"),
    ("2026-1-9 10:00:00", "2026-1-10 9:00:00"),
    ("2026-01-10T08:59:59.9+08:00", "2026-01-10T01:00:00Z"),
    ("2026-01-10 08:59:59.998", "2026-01-10 08:59:59.999"),
    ("46031", "46032.5"),
    ("1768000000000", "1768100000000"),
)


@pytest.mark.parametrize("is_late", [False, True])
def test_the_report_with_the_later_stamp_is_current_in_whatever_order_they_arrive(tmp_path, is_late):
    def reports(remark, of):
        return [
            penalty(行政处罚决定书文号=f"{n}号", 备注=remark, 最后修改时间=of(pair)) for n, pair in enumerate(STAMPS)
        ]

    older, newer = reports("旧", lambda pair: pair[0]), reports("新", lambda pair: pair[1])
    put(tmp_path / "1", "企业登记.csv", [firm()])
    put(tmp_path / "1", "双公示.csv", newer if is_late else older)
    put(tmp_path / "2", "双公示.csv", older if is_late else newer)
    one = ingested(tmp_path / "1")
    two = ingested(tmp_path / "2", history_after(one), RECEIVED_AT + timedelta(days=1))
    assert _current(one, two, at=RECEIVED_AT + timedelta(days=1))["remark"].to_list() == ["新"] * len(STAMPS)
    assert _status_counts(two) == ((0, 0, len(STAMPS), 0) if is_late else (len(STAMPS), 0, 0, 0))


def test_a_report_without_a_stamp_is_as_old_as_its_arrival(tmp_path):
    put(tmp_path / "1", "企业登记.csv", [firm()])
    put(
        tmp_path / "1", "双公示.csv", [penalty(备注="旧", 最后修改时间="2026-02-28 23:30:00")]
    )  # Beijing; the run is on UTC's 28th
    put(tmp_path / "2", "双公示.csv", [penalty(备注="新")])
    put(tmp_path / "3", "双公示.csv", [penalty(备注="更早", 最后修改时间="2026-02-28 23:40:00")])
    one = ingested(tmp_path / "1", at=RECEIVED_AT - timedelta(hours=2))
    two = ingested(tmp_path / "2", history_after(one))
    three = ingested(tmp_path / "3", history_after(one, two), RECEIVED_AT + timedelta(days=1))
    assert _current(one, two, three, at=RECEIVED_AT + timedelta(days=1))["remark"].to_list() == ["新"]


@pytest.mark.parametrize(
    "stamps", [("30/01/2026", "08/02/2026"), ("昨天", "今天"), ("2027-01-01", "2026-02-20"), ("26-01-01", "")]
)
def test_an_unreadable_stamp_is_noted_and_the_later_arrival_is_current(tmp_path, stamps):
    put(tmp_path / "1", "企业登记.csv", [firm()])
    put(tmp_path / "1", "双公示.csv", [penalty(备注="旧", 最后修改时间=stamps[0])])
    put(tmp_path / "2", "双公示.csv", [penalty(备注="新", 最后修改时间="")])
    one = ingested(tmp_path / "1")
    two = ingested(tmp_path / "2", history_after(one), RECEIVED_AT + timedelta(days=1))
    assert _current(one, two, at=RECEIVED_AT + timedelta(days=1))["remark"].to_list() == ["新"]
    (notes,) = one.files.filter(pl.col("source") == "penalty")["notes"]
    assert notes.to_list() == [
        f"“最后修改时间”有1行不能识别为时间（如第2行“{stamps[0]}”），这些行按收到的先后判定新旧。"
        "应写为2026-10-08 09:00:00这样的形式"
    ]


def test_versions_kept_before_stamps_were_read_are_in_the_order_of_time():
    raw = ["2026/9/30 10:00:00", "2026/10/8 9:00:00", "2026-10-07 23:59:59", None]
    arrived = [RECEIVED_AT + timedelta(days=day) for day in (3, 1, 2, 0)]
    kept = pl.LazyFrame({"record_id": ["a"] * 4, "version_no": [4, 2, 3, 1], "version_by": raw, "received_at": arrived})
    kept = kept.cast({"received_at": pl.Datetime("us", "UTC")})
    kept = kept.with_columns(
        enterprise_id=pl.lit(FIRM), source=pl.lit("a"), is_filling=pl.lit(None, dtype=pl.Boolean())
    )
    assert current_versions(kept, RECEIVED_AT + timedelta(days=9)).collect()["version_by"].to_list() == [
        "2026/10/8 9:00:00"
    ]


def test_a_revocation_is_a_version_with_its_day(tmp_path, first):
    put(tmp_path / "2", "双公示.csv", [penalty(状态="撤销", 撤销日期="2025-09-26")])
    second = ingested(tmp_path / "2", history_after(first))
    (row,) = _current(first, second).to_dicts()
    assert (row["state"], row["revoked_on"], row["version_no"]) == ("revoked", date(2025, 9, 26), 2)


def test_taking_the_same_inbox_twice_accepts_nothing(tmp_path, first):
    again = ingested(tmp_path / "1", history_after(first))
    assert all(frame.is_empty() for frame in again.records.values())
    assert len(again.repeated) == 2
