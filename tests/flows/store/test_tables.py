"""An enterprise lies in the same bucket on every machine and in every release; a table's files say whose they are."""

import polars as pl
import pytest

from flows.store.tables import (
    ALL_BUCKETS,
    COPIES_PARTITION,
    ONLY_COPIES,
    BucketFilter,
    as_copies,
    bucket_count,
    bucket_of,
    partition_column,
    split_by_bucket,
    with_bucket,
)


@pytest.mark.parametrize(
    ("key", "of_one", "of_seven", "of_sixteen"),
    [("91420100MA4KL00X1A", 0, 5, 2), ("toronto:10324", 0, 3, 7), ("示例:甲", 0, 5, 13), (None, 0, 0, 0)],
)
def test_buckets_are_these_for_ever(key, of_one, of_seven, of_sixteen):
    assert [bucket_of(key, count) for count in (1, 7, 16)] == [of_one, of_seven, of_sixteen]


def test_codes_that_differ_in_their_last_digits_spread_evenly():
    ids = pl.DataFrame({"enterprise_id": [f"91420100MA{n:08}" for n in range(20_000)]})
    for count in (2, 7, 16):
        sizes = [len(part) for part in split_by_bucket(ids, count).values()]
        assert len(sizes) == count
        assert max(sizes) * count < 1.1 * 20_000


def test_rows_keep_their_order_and_those_of_nobody_have_a_bucket_too():
    rows = pl.DataFrame({"enterprise_id": ["b", None, "a", "b"], "n": [1, 2, 3, 4]})
    placed = with_bucket(rows, 5)
    assert placed["n"].to_list() == [1, 2, 3, 4]
    assert placed["bucket_of_5"].dtype == pl.Int32()
    assert placed["bucket_of_5"].to_list() == [bucket_of(key, 5) for key in rows["enterprise_id"]]
    assert as_copies(rows, 5)["bucket_of_5"].unique().to_list() == [COPIES_PARTITION]
    joined = pl.concat(split_by_bucket(rows, 5).values()).sort("n")
    assert joined.equals(rows)


def test_nothing_is_split_into_nothing():
    empty = pl.DataFrame(schema={"enterprise_id": pl.String})
    assert split_by_bucket(empty, 1) == split_by_bucket(empty, 3) == {}


def test_the_column_says_how_many_buckets_there_are():
    assert bucket_count(["a", partition_column(16)]) == 16
    assert bucket_count(["a"]) is None


OWN = f"/s/bucket_of_7={bucket_of('toronto:10324', 7)}/x.parquet"
OTHER = f"/s/bucket_of_7={(bucket_of('toronto:10324', 7) + 1) % 7}/x.parquet"
COPY, QUOTED, PLAIN = "/s/bucket_of_7=-1/x.parquet", "s3://s/bucket_of_7%3D-1/x.parquet", "/s/x.parquet"


@pytest.mark.parametrize(
    ("part", "held"),
    [
        (ALL_BUCKETS, {OWN, OTHER, PLAIN}),
        (ONLY_COPIES, {COPY, QUOTED, PLAIN}),
        (BucketFilter(enterprise_id="toronto:10324"), {OWN, PLAIN}),
        (BucketFilter(enterprise_id="toronto:10324", copies=True), {OWN, COPY, QUOTED, PLAIN}),
        (BucketFilter(frozenset([bucket_of("toronto:10324", 7)])), {OWN, PLAIN}),
        (BucketFilter(frozenset()), {PLAIN}),
    ],
    ids=["every", "copies", "of one", "of one with copies", "a bucket", "none"],
)
def test_which_files_a_part_is_read_from(part, held):
    assert {uri for uri in (OWN, OTHER, COPY, QUOTED, PLAIN) if part.includes(uri)} == held
