"""What no run would notice at once: another layout, old log entries, files since a run, copies laid out again."""

import os
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from deltalake import DeltaTable

from flows.store.ledger import LEDGER
from flows.store.store import Store, current_records
from flows.store.tables import ONLY_COPIES, BucketFilter, StoredTable, bucket_of, with_bucket
from tests.flows.store.store_runs import KNOWN_AT, passed_run, rows
from transforms.schemas import TABLES

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def ratings(*keys, day=FIRST):
    return rows("ratings", *({"enterprise_id": key, "valid_from_on": day} for key in keys))


class TestATableOfAnotherLayout:
    def test_rows_in_other_buckets_are_refused_and_those_there_stay(self, store):
        file = StoredTable(store.location, TABLES["ratings"])
        file.append(with_bucket(ratings("a", "b"), 1), "r1")
        version = file.version()
        for other in (with_bucket(ratings("c"), 7), ratings("c")):
            with pytest.raises(ValueError, match=r"table ratings is not laid out by .*; lay it out again first"):
                StoredTable(store.location, TABLES["ratings"]).append(other, "r2")
        assert StoredTable(store.location, TABLES["ratings"]).version() == version
        assert sorted(file.scan(None).collect()["enterprise_id"]) == ["a", "b"]

    def test_an_empty_one_takes_the_layout_of_its_first_rows(self, store):
        file = StoredTable(store.location, TABLES["ratings"])
        file.append(with_bucket(ratings(), 1), "r1")
        file.append(with_bucket(ratings("a", "b"), 7), "r2")
        assert file.buckets() == 7
        assert sorted(file.scan(None).collect()["enterprise_id"]) == ["a", "b"]


class TestTheLogIsKept:
    """Delta's own default drops log entries after a month, and with them the versions of past runs."""

    @pytest.mark.parametrize(
        ("table", "folder"), [(LEDGER, ""), (TABLES["changes"], "tables")], ids=["ledger", "table"]
    )
    def test_entries_of_years_ago_outlive_a_checkpoint(self, store, table, folder):
        file = StoredTable(store.location, table, folder)
        file.append(table.empty(), "r0")
        long_ago = time.time() - timedelta(days=3000).total_seconds()
        for number in range(1, 24):
            file.append(table.empty(), f"r{number}")
            for path in (store.location.local / folder / table.name / "_delta_log").glob("*.json"):
                os.utime(path, (long_ago, long_ago))
        log = store.location.local / folder / table.name / "_delta_log"
        assert list(log.glob("*.checkpoint.parquet")), "there was a checkpoint, at which entries are dropped"
        assert len(list(log.glob("*.json"))) == file.version() + 1
        assert DeltaTable(file.uri, version=1).version() == 1

    def test_the_settings_say_so(self, store):
        passed_run(store, FIRST)
        for file in (StoredTable(store.location, LEDGER, ""), StoredTable(store.location, TABLES["changes"])):
            set_to = DeltaTable(file.uri).metadata().configuration
            assert set_to["delta.enableExpiredLogCleanup"] == "false"
            for name in ("delta.logRetentionDuration", "delta.deletedFileRetentionDuration"):
                assert set_to[name] == "interval 36500 days"


class TestFilesSinceARun:
    def test_only_what_was_written_after_it_is_read(self, store):
        runs = []
        for day, key in ((FIRST, "a"), (SECOND, "b"), (SECOND + timedelta(days=1), "c")):
            with store.begin("nightly", day, KNOWN_AT) as writing:
                writing.append("ratings", ratings(key, day=day))
                runs.append(writing.commit("passed", {}))
        found = [sorted(store.scan("ratings", since=run).collect()["enterprise_id"]) for run in runs]
        assert found == [["b", "c"], ["c"], []]
        assert store.scan("ratings", run=runs[1], since=runs[0]).collect()["enterprise_id"].to_list() == ["b"]

    def test_of_a_table_that_the_run_did_not_know_everything_is_new(self, store):
        with store.begin("nightly", FIRST, KNOWN_AT) as writing:
            run = writing.commit("passed", {})
        with store.begin("nightly", SECOND, KNOWN_AT) as writing:
            writing.append("ratings", ratings("a"))
            writing.commit("passed", {})
        assert store.scan("ratings", since=run).collect().height == 1


class TestCopiesLaidOutAnew:
    """A correction gave the inspection `moved` to another enterprise, in another bucket."""

    EARLY, LATE = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 2, 2, tzinfo=UTC)

    @pytest.fixture
    def moved(self, store):
        one, other = "a", next(key for key in "bcdefgh" if bucket_of(key, 7) != bucket_of("a", 7))
        versions = [
            {"record_id": "moved", "version_no": 1, "enterprise_id": one, "received_at": self.EARLY},
            {"record_id": "moved", "version_no": 2, "enterprise_id": other, "received_at": self.LATE},
        ]
        stays = [  # corrected too, and always the same enterprise's: it needs no copy
            {"record_id": "stays", "version_no": number, "enterprise_id": one, "received_at": at}
            for number, at in ((1, self.EARLY), (2, self.LATE))
        ]
        with store.begin("nightly", FIRST, KNOWN_AT) as writing:
            writing.append("inspection", rows("inspection", *versions, *stays))
            writing.append("inspection", rows("inspection", *versions), are_copies=True)
            writing.commit("passed", {})
        return one, other

    def test_a_run_does_not_see_copies_that_a_later_run_wrote(self, store):
        """Even where they had been received by then: a file may be read again."""
        first, second = (
            {"record_id": "moved", "version_no": number, "enterprise_id": owner, "received_at": at}
            for number, owner, at in ((1, "a", self.EARLY), (2, "b", self.LATE))
        )
        with store.begin("nightly", FIRST, KNOWN_AT) as writing:
            writing.append("inspection", rows("inspection", first))
            run = writing.commit("passed", {})
        with store.begin("nightly", SECOND, KNOWN_AT) as writing:
            writing.append("inspection", rows("inspection", second))
            writing.append("inspection", rows("inspection", first, second), are_copies=True)
            later = writing.commit("passed", {})
        assert current_records(store, "inspection", run, "a").collect()["version_no"].to_list() == [1]
        assert current_records(store, "inspection", later, "a").collect().is_empty()
        assert current_records(store, "inspection", later, "b").collect()["version_no"].to_list() == [2]

    @pytest.mark.parametrize("count", [1, 7, 16])
    def test_the_record_belongs_only_to_the_right_one_and_occurs_once(self, store, moved, count):
        one, other = moved
        for buckets in (count, 3):
            store.lay_out_anew(buckets)
            run = store.last()
            copies = store.scan("inspection", buckets=ONLY_COPIES).collect()
            assert sorted(zip(copies["record_id"], copies["version_no"], strict=True)) == [("moved", 1), ("moved", 2)]
            rows = store.scan("inspection").collect()
            assert sorted(zip(rows["record_id"], rows["version_no"], strict=True)) == [
                ("moved", 1),
                ("moved", 2),
                ("stays", 1),
                ("stays", 2),
            ]
            held = {
                key: current_records(store, "inspection", run, key).collect()["record_id"].to_list() for key in moved
            }
            assert held == {one: ["stays"], other: ["moved"]}
            in_its_bucket = BucketFilter(frozenset([bucket_of(other, buckets)]))
            assert "moved" in set(store.scan("inspection", buckets=in_its_bucket).collect()["record_id"])
