"""Laws of the ingest: accounts close, order does not matter, nothing is taken twice, nothing raises."""

import tempfile
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.flows.ingest.inboxes import FIRM, OTHER_FIRM, RECEIVED_AT, SHOP, firm, history_after, ingested, penalty, put
from transforms.current_versions import current_versions

REGISTER = [firm(), firm(OTHER_FIRM, "深城药业有限公司"), firm(SHOP, "回春堂药店")]

# Texts that have broken readers: formulas, controls, other digits, half pairs, very long, numbers as text.
NASTY = st.one_of(
    st.sampled_from(
        ["", " ", "=1+1", "@x", "\u0000", "\ufffd", "\u202e倒", "1e3", "1E-6", "-0", "９９", "٣", "NaN", "inf"]
    ),
    st.sampled_from(
        ["2025-13-01", "0000-00-00", "9999-12-31", "2024-02-30", "45000", "110101199003070011", "；；", "/"]
    ),
    st.sampled_from(['"', ",", "\n", "\r\n", "'", "\\", "{}", "[]", "长" * 2000, "0" * 400, "1" * 40, "1,23,4"]),
    st.text(max_size=12),
)
HEADINGS = [*penalty(), "证件号码", "备注", "最后修改时间", "行政相对人类别", "监管领域", "工商注册号"]
HOSTILE_ROWS = st.lists(st.dictionaries(st.sampled_from(HEADINGS), NASTY, max_size=4), min_size=1, max_size=6)


@given(HOSTILE_ROWS)
def test_hostile_rows_never_raise_and_never_get_lost(changes):
    with tempfile.TemporaryDirectory() as folder:
        inbox = Path(folder)
        put(inbox, "企业登记.csv", REGISTER)
        put(inbox, "双公示.csv", [penalty()] + [penalty(**change) for change in changes], encoding="utf-8")
        result = ingested(inbox)  # checks the accounts
        account = result.accounts.filter(pl.col("file_name") == "双公示.csv")
        assert account["read_count"].sum() == result.files.filter(pl.col("source") == "penalty")["read_count"].sum()
        assert "110101199003070011" not in str(result.quarantine.to_dicts()) + str(result.records["penalty"].to_dicts())


_VERSION = st.tuples(st.sampled_from(["1号", "2号"]), st.integers(1, 9), st.sampled_from(["甲", "乙", "丙"]))


@settings(max_examples=20)
@given(st.lists(_VERSION, min_size=1, max_size=6, unique_by=lambda v: v[:2]), st.randoms(use_true_random=False))
def test_the_order_of_arrival_never_matters_where_the_source_orders_versions(versions, random):
    shuffled = random.sample(versions, len(versions))
    assert _after(versions, 1) == _after(shuffled, len(shuffled))


def _after(versions, runs):
    """What is current after the versions came in, one file each, over so many runs."""
    with tempfile.TemporaryDirectory() as folder:
        kept = []
        for number, (decision, second, remark) in enumerate(versions):
            inbox = Path(folder) / str(number % runs)
            put(inbox, "企业登记.csv", REGISTER)
            put(
                inbox,
                f"双公示-{number}.csv",
                [penalty(行政处罚决定书文号=decision, 备注=remark, 最后修改时间=f"2025-07-01 00:00:0{second}")],
            )
        for one in range(runs):
            kept.append(ingested(Path(folder) / str(one), history_after(*kept) if kept else None))
        records = pl.concat([result.records["penalty"] for result in kept])
        columns = ["record_id", "decision_no", "remark", "version_by"]
        return current_versions(records.lazy(), RECEIVED_AT).select(columns).collect().rows()


@settings(max_examples=15)
@given(HOSTILE_ROWS)
def test_taking_an_inbox_twice_accepts_nothing_even_under_other_bytes(changes):
    with tempfile.TemporaryDirectory() as folder:
        inbox = Path(folder)
        rows = [penalty(行政处罚决定书文号=f"{n}号", **change) for n, change in enumerate(_told_apart(changes))]
        put(inbox, "企业登记.csv", REGISTER)
        path = put(inbox, "双公示.csv", rows)
        first = ingested(inbox)
        path.write_bytes(path.read_bytes() + b"\r\n")
        again = ingested(inbox, history_after(first))
        assert again.files["file_name"].to_list() == ["双公示.csv"]
        assert again.accounts["accepted_count"].sum() == 0
        assert again.accounts["superseded_count"].sum() == 0


def _told_apart(changes):
    """Without the number of the decision: several versions of one fact in one file may alternate."""
    return [{h: t for h, t in change.items() if h != "行政处罚决定书文号"} for change in changes]


def test_the_person_number_in_the_hostile_rows_is_one(tmp_path):
    put(tmp_path, "企业登记.csv", REGISTER)
    put(tmp_path, "双公示.csv", [penalty(统一社会信用代码="", 证件号码="110101199003070011"), penalty(备注=FIRM)])
    found = ingested(tmp_path).records["penalty"]
    assert found["person_hash"].drop_nulls().len() == 1
    assert found["remark"].drop_nulls().to_list() == [FIRM]
