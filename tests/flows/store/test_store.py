"""The store keeps all of what passed, and nothing else."""

from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import unquote

import polars as pl
import pyarrow.parquet as pq
import pytest

from flows.store.ledger import LEDGER
from flows.store.store import Store
from flows.store.stored_names import STORE_FORMAT
from flows.store.tables import StoredTable, conform
from transforms.schemas import TABLES

DAY = date(2026, 3, 1)
KNOWN = datetime(2026, 3, 1, 18, tzinfo=UTC)


def accounts(*ids: str, read: int = 1) -> pl.DataFrame:
    counts = dict.fromkeys([c for c in TABLES["accounts"].schema if c.endswith("_count")], read)
    rows = [{"file_id": i, "file_name": i + ".csv", "source": "s", "kind": "penalty", **counts} for i in ids]
    return pl.DataFrame(rows, schema=TABLES["accounts"].schema)


def changes(day: date, *ids: str, after: str = "B") -> pl.DataFrame:
    row = {"tier_before": "A", "tier_after": after, "index_before": 0, "index_after": 1}
    row |= {"score_before_centipoints": 1000, "score_after_centipoints": 800, "cause": "new_record"}
    row |= {"causes": ["new_record"], "decided_by": "cut_point"}
    rows = [{"as_of": day, "enterprise_id": i, "name": f"企业{i}", **row} for i in ids]
    return pl.DataFrame(rows, schema=TABLES["changes"].schema)


def ids(frame: pl.LazyFrame, column: str = "file_id") -> list[str]:
    return sorted(frame.collect()[column].to_list())


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "信用 库")


def test_a_new_store_is_empty_in_every_table_with_its_schema(store):
    for name, table in TABLES.items():
        assert store.scan(name).collect_schema() == table.schema
        assert store.scan(name).collect().is_empty()
    assert store.last() is None
    assert store.runs().is_empty()


def test_nothing_is_seen_before_the_commit_and_all_after(store):
    with store.begin("nightly", DAY, KNOWN) as writing:
        writing.append("accounts", accounts("b", "a"))
        writing.append("changes", changes(DAY, "e1"))
        assert ids(writing.scan("accounts")) == ["a", "b"]
        assert ids(store.scan("accounts")) == []
        run = writing.commit("passed", {"说明": "ok"})
    assert ids(store.scan("accounts")) == ["a", "b"]
    assert ids(store.scan("changes"), "enterprise_id") == ["e1"]
    assert store.last() == run
    assert run.run_id == "nightly-2026-03-01-1"
    assert run.facts == {"format": STORE_FORMAT, "说明": "ok"}
    assert store.last().known_at == KNOWN


def test_what_is_stored_comes_back_the_same_and_sorted_by_key(store):
    frame = accounts("b", "c", "a")
    with store.begin("nightly", DAY, KNOWN) as writing:
        writing.append("accounts", frame)
        writing.commit("passed", {})
    assert store.scan("accounts").collect().equals(frame.sort("file_id"))


def test_every_table_of_the_contract_can_be_stored(store):
    with store.begin("nightly", DAY, KNOWN) as writing:
        for name, table in TABLES.items():
            writing.append(name, pl.DataFrame([dict.fromkeys(table.schema)], schema=table.schema))
        writing.commit("passed", {})
    for name, table in TABLES.items():
        assert store.scan(name).collect().schema == table.schema
        assert store.scan(name).collect().height == 1


def test_every_version_of_a_table_names_the_run_that_wrote_it(store):
    for _ in range(2):
        with store.begin("nightly", DAY, KNOWN) as writing:
            writing.append("accounts", accounts("a"))
            writing.commit("passed", {})
    runs = [entry["run_id"] for entry in StoredTable(store.location, TABLES["accounts"])._open().history()]
    assert runs == ["nightly-2026-03-01-2", "nightly-2026-03-01-1", "nightly-2026-03-01-1"]


def test_a_refused_run_replaces_nothing_and_is_in_the_ledger(store):
    with store.begin("nightly", DAY, KNOWN) as writing:
        writing.append("accounts", accounts("a"))
        writing.commit("passed", {})
    with store.begin("nightly", DAY, KNOWN) as writing:
        writing.append("accounts", accounts("b"))
        refused = writing.commit("refused", {"first": "look here"})
        (writing.folder / "report.html").write_text("kept")
    assert ids(store.scan("accounts")) == ["a"]
    assert store.runs()["state"].to_list() == ["passed", "refused"]
    assert refused.versions == store.last().versions
    assert (store.run_folder(refused.run_id) / "report.html").exists()
    with store.begin("nightly", DAY, KNOWN) as writing:
        assert writing.undone == ("accounts",)
        writing.append("accounts", accounts("c"))
        writing.commit("passed", {})
    assert ids(store.scan("accounts")) == ["a", "c"]


def test_a_table_that_only_a_lost_run_wrote_is_empty_again(store):
    def broken():
        with store.begin("nightly", DAY, KNOWN) as writing:
            writing.append("accounts", accounts("a"))
            writing.append("no such table", accounts("a"))

    with pytest.raises(KeyError):
        broken()
    assert store.runs()["state"].to_list() == ["failed"]
    with store.begin("nightly", DAY, KNOWN) as writing:
        assert ids(writing.scan("accounts")) == []
        writing.append("accounts", accounts("b"))
        writing.commit("passed", {})
    assert ids(store.scan("accounts")) == ["b"]
    assert store.last().run_id == "nightly-2026-03-01-2"


def test_replace_is_idempotent_and_leaves_other_rows(store):
    other = date(2026, 3, 2)
    for after in ("B", "C", "C"):
        with store.begin("nightly", DAY, KNOWN) as writing:
            writing.replace("changes", changes(DAY, "e1", "e2", after=after), "as_of", DAY)
            if after == "B":
                writing.replace("changes", changes(other, "e1"), "as_of", other)
            writing.commit("passed", {})
    found = store.scan("changes").sort("as_of", "enterprise_id").collect()
    assert found.equals(pl.concat([changes(DAY, "e1", "e2", after="C"), changes(other, "e1")]))


def test_replace_by_a_text_with_a_quote_in_it(store):
    with store.begin("nightly", DAY, KNOWN) as writing:
        writing.append("accounts", accounts("o'b", "x"))
        writing.replace("accounts", accounts("o'b", read=2), "file_id", "o'b")
        writing.commit("passed", {})
    assert store.scan("accounts").sort("file_id").collect()["read_count"].to_list() == [2, 1]


def test_replace_with_nothing_takes_the_rows_away(store):
    with store.begin("nightly", DAY, KNOWN) as writing:
        writing.append("changes", changes(DAY, "e1"))
        writing.replace("changes", changes(DAY), "as_of", DAY)
        writing.commit("passed", {})
    assert store.scan("changes").collect().is_empty()


def test_replace_refuses_rows_of_another_value(store):
    with pytest.raises(ValueError, match="as_of = 2026-03-01"), store.begin("nightly", DAY, KNOWN) as writing:
        writing.replace("changes", changes(date(2026, 3, 2), "e1"), "as_of", DAY)


def test_old_runs_stay_readable(store):
    runs = []
    for name in "abc":
        with store.begin("nightly", DAY, KNOWN) as writing:
            writing.append("accounts", accounts(name))
            runs.append(writing.commit("passed", {}))
    assert [ids(store.scan("accounts", run=run)) for run in runs] == [["a"], ["a", "b"], ["a", "b", "c"]]


def test_last_by_flow_and_before_a_day(store):
    for day, flow in ((1, "nightly"), (1, "publish"), (2, "nightly"), (2, "publish")):
        with store.begin(flow, date(2026, 3, day), KNOWN) as writing:
            writing.commit("passed", {})
    assert store.last().flow == "publish"
    assert store.last("nightly").as_of == date(2026, 3, 2)
    found = store.last("nightly", before=date(2026, 3, 2))
    assert (found.as_of, found.flow) == (date(2026, 3, 1), "nightly")
    assert store.last("nightly", before=date(2026, 3, 1)) is None


def test_a_run_left_in_peace_without_a_commit_leaves_no_trace(store):
    with store.begin("nightly", DAY, KNOWN) as writing:
        folder = writing.folder
        assert folder.is_dir()
    assert store.runs().is_empty()
    assert not folder.exists()


@pytest.mark.parametrize("length", [499, 500, 501])
def test_a_run_that_breaks_off_records_its_error_in_at_most_500_characters(store, length):
    with pytest.raises(ValueError, match="x"), store.begin("nightly", DAY, KNOWN):
        raise ValueError("x" * length)
    (run,) = store.every_run()
    assert run.state == "failed"
    assert run.facts == {"format": STORE_FORMAT, "fault": "ValueError", "message": "x" * min(length, 500)}


def test_a_run_is_committed_once(store):
    with store.begin("nightly", DAY, KNOWN) as writing:
        writing.commit("passed", {})
        with pytest.raises(RuntimeError, match="committed already, as passed"):
            writing.commit("refused", {})
    assert store.runs()["state"].to_list() == ["passed"]


def test_a_frame_of_another_shape_is_a_programmers_error(store):
    wrong = accounts("a").drop("kind").with_columns(pl.col("read_count").cast(pl.Int32), extra=pl.lit(1))
    with pytest.raises(TypeError) as caught:
        conform(TABLES["accounts"], wrong)
    text = str(caught.value)
    assert "kind: missing, expected String" in text
    assert "read_count: Int32, expected Int64" in text
    assert "extra: not a column of it" in text
    with pytest.raises(TypeError, match="another order"):
        conform(TABLES["accounts"], accounts("a").select(pl.col("kind"), pl.exclude("kind")))


def test_files_are_packed_with_small_row_groups_where_one_enterprise_is_read(store):
    """An enterprise's rows are found by the statistics of row groups; records are read by the column."""
    names = [f"r{n:05}" for n in range(5_000)]
    with store.begin("nightly", DAY, KNOWN) as writing:
        writing.append("accounts", accounts(*names))
        schema = TABLES["penalty"].schema
        writing.append(
            "penalty",
            pl.DataFrame({"record_id": names}).select(
                pl.col("record_id") if name == "record_id" else pl.lit(None, dtype=dtype).alias(name)
                for name, dtype in schema.items()
            ),
        )
        writing.commit("passed", {})
    groups = {}
    for path in Path(str(store.location.local)).rglob("*.parquet"):
        metadata = pq.read_metadata(path)
        for group in range(metadata.num_row_groups):
            rows = metadata.row_group(group)
            assert {rows.column(n).compression for n in range(rows.num_columns)} == {"ZSTD"}
            if metadata.num_rows == len(names):
                groups.setdefault(metadata.num_columns, []).append(rows.num_rows)
    assert groups == {len(TABLES["accounts"].schema): [4_096, 904], len(schema): [5_000]}


def test_joined_files_have_small_row_groups_too(store):
    names = [f"r{n:05}" for n in range(5_000)]
    for half in (names[:2_500], names[2_500:]):
        with store.begin("nightly", DAY, KNOWN) as writing:
            writing.append("accounts", accounts(*half))
            writing.commit("passed", {})
    table = StoredTable(store.location, TABLES["accounts"])
    table.compact("joined")
    (joined,) = (unquote(uri) for uri in table._open().file_uris())
    metadata = pq.read_metadata(joined)
    assert [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)] == [4_096, 904]


def test_the_ledgers_columns_have_a_term_and_a_meaning_each():
    assert all(column.label and not column.label.isascii() for column in LEDGER.columns)
    assert all(isinstance(column.doc, str) and column.doc for column in LEDGER.columns)
    assert {column.name for column in LEDGER.columns if not column.required} == {"back_to"}


def test_categories_never_reach_the_disk(store):
    wrong = accounts("a").with_columns(pl.col("kind").cast(pl.Categorical))
    with pytest.raises(TypeError, match="kind: Categorical"), store.begin("nightly", DAY, KNOWN) as writing:
        writing.append("accounts", wrong)


def test_a_column_that_a_newer_release_brings_reads_as_null_in_old_versions(store, monkeypatch):
    table = TABLES["accounts"]
    earlier = accounts("a").drop("record_count")
    columns = tuple(column for column in table.columns if column.name != "record_count")
    old = type(table)(table.name, table.label, table.doc, columns, table.key)
    with monkeypatch.context() as before:
        before.setitem(TABLES, "accounts", old)
        with store.begin("nightly", DAY, KNOWN) as writing:
            writing.append("accounts", earlier)
            first = writing.commit("passed", {})
    with store.begin("nightly", DAY, KNOWN) as writing:
        writing.append("accounts", accounts("b"))
        writing.commit("passed", {})
    assert store.scan("accounts", run=first).collect()["record_count"].to_list() == [None]
    assert store.scan("accounts").sort("file_id").collect()["record_count"].to_list() == [None, 1]


@pytest.mark.parametrize("name", ["100%", "a#b", "a?b"])
def test_a_folder_that_cannot_be_addressed_is_refused(tmp_path, name):
    with pytest.raises(ValueError, match="choose another folder"):
        Store(tmp_path / name)


def test_object_storage_keeps_its_lock_on_this_machine(tmp_path):
    place = Store("s3://bucket/yaoxin/", {"AWS_REGION": "x"}, state_dir=tmp_path).location
    assert place.uri("tables", "a") == "s3://bucket/yaoxin/tables/a"
    assert place.local.parent == tmp_path
    assert place.is_remote
    assert Store("s3://bucket/yaoxin", state_dir=tmp_path).location.local == place.local


def test_the_ledger_stays_complete_where_its_files_are_joined(store, monkeypatch):
    monkeypatch.setattr("flows.store.ledger._COMPACT_EVERY", 3)
    for number in range(1, 8):
        with store.begin("nightly", DAY, KNOWN) as writing:
            writing.commit("passed", {"number": number})
        assert [run.facts["number"] for run in store.every_run()] == list(range(1, number + 1))
    files = list((store.location.local / "ledger").glob("*.parquet"))
    assert len(store._ledger._table._open().file_uris()) < len(files)
