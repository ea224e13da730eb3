"""One Delta table: its buckets, writing, versions, reading, and what survives a power cut.

The bucket of an enterprise is the same on every machine and in every release.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import polars as pl
from deltalake import CommitProperties, DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError

from flows.store.lease import Overtaken
from flows.store.location import StoreLocation
from reports.atomic_files import fsync_file, fsync_folder
from transforms.schemas import KINDS, LAW_TABLES, Table

# Tables of rows of enterprises; the others are small, or read by run.
BUCKETED = (*KINDS, "ratings", "trace", "outlook", "trade_ratings", "trade_trace", *LAW_TABLES)
COPIES_PARTITION = -1
_COLUMN = "bucket_of_"
_PARTITION = re.compile(rf"/{_COLUMN}(\d+)(?:=|%3D)(-?\d+)/")
_RECORDS_PER_BUCKET = 500_000  # to rate them takes some hundred megabytes
_ID = "enterprise_id"


def partition_column(count: int) -> str:
    """The partition column of a table in `count` buckets."""
    return f"{_COLUMN}{count}"


def bucket_count(columns: Collection[str]) -> int | None:
    """How many buckets a table with these partition columns has; None for a table without buckets."""
    return next((int(name.removeprefix(_COLUMN)) for name in columns if name.startswith(_COLUMN)), None)


def buckets_for(record_count: int) -> int:
    """How many buckets a store of so many records gets where the settings name no number."""
    return max(1, -(-record_count // _RECORDS_PER_BUCKET))


def bucket_of(enterprise_id: str | None, count: int) -> int:
    """The bucket of an enterprise among `count`."""
    return zlib.crc32(enterprise_id.encode()) % count if enterprise_id is not None and count > 1 else 0


@dataclass(frozen=True)
class BucketFilter:
    """Which files of a table are read. Files of a table without buckets always are.

    numbers: the buckets, None for all. enterprise_id: only the bucket of this enterprise. copies: COPIES_PARTITION too.
    """

    numbers: frozenset[int] | None = None
    enterprise_id: str | None = None
    copies: bool = False

    def includes(self, uri: str) -> bool:
        """Whether the file at `uri` is read."""
        found = _PARTITION.search(uri)
        if found is None:
            return True
        count, bucket = int(found.group(1)), int(found.group(2))
        if bucket == COPIES_PARTITION:
            return self.copies
        is_own = self.enterprise_id is None or bucket == bucket_of(self.enterprise_id, count)
        return is_own and (self.numbers is None or bucket in self.numbers)


ALL_BUCKETS = BucketFilter()
ONLY_COPIES = BucketFilter(frozenset(), copies=True)


def with_bucket(frame: pl.DataFrame, count: int) -> pl.DataFrame:
    """`frame` with the bucket of each row's enterprise_id in the partition column."""
    column = partition_column(count)
    if count == 1:
        return frame.with_columns(pl.lit(0, dtype=pl.Int32).alias(column))
    numbers = _bucket_numbers(frame[_ID].unique(), count).rename({"bucket": column})
    return frame.join(numbers, on=_ID, how="left", nulls_equal=True, maintain_order="left", validate="m:1")


def as_copies(frame: pl.DataFrame, count: int) -> pl.DataFrame:
    """`frame` with COPIES_PARTITION in the partition column."""
    return frame.with_columns(pl.lit(COPIES_PARTITION, dtype=pl.Int32).alias(partition_column(count)))


def split_by_bucket(frame: pl.DataFrame, count: int) -> dict[int, pl.DataFrame]:
    """The rows of each bucket that has any, without the partition column."""
    if count == 1:
        return {} if frame.is_empty() else {0: frame}
    parts = with_bucket(frame, count).partition_by(partition_column(count), as_dict=True, include_key=False)
    return {int(key): part for (key,), part in sorted(parts.items())}


def rows_by_bucket(rows: pl.LazyFrame, table: Table, count: int) -> Iterator[pl.DataFrame]:
    """All rows of a table one bucket after another, with the partition column; for a kind of record, copies last."""
    numbers = _bucket_numbers(rows.select(pl.col(_ID).unique()).collect()[_ID], count)
    for number in range(count):
        ids = numbers.lazy().filter(bucket=number).select(_ID)
        part = rows.join(ids, on=_ID, how="semi", nulls_equal=True).collect()
        yield part.with_columns(pl.lit(number, dtype=pl.Int32).alias(partition_column(count)))
    if table.name in KINDS:
        yield as_copies(versions_of_moved(rows, rows).collect(), count)


def versions_of_moved(rows: pl.LazyFrame, corrected: pl.LazyFrame) -> pl.LazyFrame:
    """Every version in `rows` of the records that a correction in `corrected` moved to another enterprise."""
    is_one_of = pl.col("record_id").is_in
    later = corrected.filter(pl.col("version_no") > 1).select(pl.col("record_id").unique()).collect()["record_id"]
    if later.is_empty():
        return rows.clear()
    owners = rows.filter(is_one_of(later.implode())).select("record_id", _ID).group_by("record_id")
    moved = owners.agg(pl.col(_ID).n_unique()).filter(pl.col(_ID) > 1).collect()["record_id"]
    return rows.clear() if moved.is_empty() else rows.filter(is_one_of(moved.implode()))


def _bucket_numbers(ids: pl.Series, count: int) -> pl.DataFrame:
    """enterprise_id and bucket of each of `ids`."""
    return pl.DataFrame([ids, pl.Series("bucket", [bucket_of(key, count) for key in ids], dtype=pl.Int32)])


_FOREVER = "interval 36500 days"
_CONFIGURATION = {
    # Without these the Delta library deletes old log entries after a month, and old versions with them.
    "delta.enableExpiredLogCleanup": "false",
    "delta.logRetentionDuration": _FOREVER,
    "delta.deletedFileRetentionDuration": _FOREVER,
    # To open a version is to read the log since the last checkpoint: a few milliseconds instead of thirty.
    "delta.checkpointInterval": "20",
}
# A scan for one enterprise skips nearly all row groups of a sorted file and decodes the rest: they are small in tables
# that commands read by enterprise, and large in those that runs read in full.
_SMALL_ROW_GROUP, _LARGE_ROW_GROUP = 4_096, 65_536
_SYNC_THREADS = 16  # a disk takes waiting requests together: several times faster than one after the other
_CAUSE = "A power cut or a change by another program causes this; nothing was changed. "
DAMAGE_ADVICE = (
    f"{_CAUSE}Restore a backup of the store, or go back to the last complete run: yaoxin rewind RUN_ID "
    "--reason TEXT (see yaoxin runs); the next run repeats the lost ones."
)
LEDGER_DAMAGE_ADVICE = (
    f"{_CAUSE}Restore a backup of the store. If that file is the last of the log, it may be moved away instead: "
    "its run then counts as not committed, and the next run repeats it."
)


class StoreDamaged(RuntimeError):
    """The store lacks what a committed run rests on. what: which file of which table; the message adds what to do."""

    def __init__(self, what: str, advice: str = DAMAGE_ADVICE) -> None:
        self.what = what
        super().__init__(f"The store is damaged: {what}. {advice}")


class StoredTable:
    """The Delta table at `<root>/<folder>/<name>`, with the schema of `table`.

    A writer holds a version and builds only on it: each write makes the version right after the one held, or fails as
    Overtaken because another machine has written meanwhile. Nothing is rebased on what others wrote.
    """

    def __init__(self, location: StoreLocation, table: Table, folder: str = "tables") -> None:
        self.table, self._location = table, location
        self.uri = location.uri(folder, table.name) if folder else location.uri(table.name)
        self._is_below_tables = bool(folder)
        self._options = dict(location.options)
        self._is_bound = False
        self._held: DeltaTable | None = None

    def exists(self) -> bool:
        """Whether the table was ever written; for a writer, whether it was when the writer began."""
        if self._is_bound:
            return self._held is not None
        return DeltaTable.is_deltatable(self.uri, storage_options=self._options)

    def version(self) -> int:
        """The version held; where none is held, the newest, committed by a run or not."""
        return (self._held or self._open()).version()

    def buckets(self, version: int | None = None) -> int | None:
        """How many buckets the table has; None for a table without buckets."""
        return bucket_count(self._open(version).metadata().partition_columns)

    def hold(self) -> None:
        """Hold the newest version, or that there is none, unless one is held already."""
        if not self._is_bound:
            self._held = self._open() if self.exists() else None
            self._is_bound = True

    def take_back(self, pinned: int | None, run_id: str) -> bool:
        """Hold a version with the content of `pinned` (None: empty), writing it where a killed run left another.

        Returns whether anything was taken back. Raises StoreDamaged where `pinned` is incomplete.
        """
        was_torn = False
        try:
            self.hold()
        except StoreDamaged:
            set_aside(Path(self.uri), log_entries_after(Path(self.uri), -1 if pinned is None else pinned))
            self._location.files.clear()  # numbers of versions are free again
            was_torn = True
        self._require_whole(pinned)
        self.hold()
        return (self._held is not None and self.restore(pinned or 0, run_id)) or was_torn

    def append(self, frame: pl.DataFrame, run_id: str) -> None:
        """Add `frame`: the columns of the table, and the partition column where it has one."""
        partition = _partition(frame)
        self.hold()
        if self._held is None:
            self._create(partition, run_id)
        table = self._writable()
        is_same = table.metadata().partition_columns == partition
        if not is_same and table.file_uris():
            raise ValueError(f"table {self.table.name} is not laid out by {partition}; lay it out again first")
        # A killed run may have left the table empty in another layout.
        append: dict[str, Any] = {"mode": "append", "schema_mode": "merge"}
        self._write(frame, run_id, append if is_same else _overwrite(partition))

    def missing_columns(self, version: int) -> tuple[str, ...]:
        """The columns of the table that the stored schema of `version` lacks."""
        stored = {field.name for field in self._open(version).schema().fields}
        return tuple(name for name in self.table.schema if name not in stored)

    def add_columns(self, run_id: str) -> None:
        """Add the missing columns to the stored schema; they are null in the rows that are there."""
        self.hold()
        held = self._writable()
        columns = dict.fromkeys(held.metadata().partition_columns, pl.Int32())
        self._write(
            pl.DataFrame(schema={**self.table.schema, **columns}), run_id, {"mode": "append", "schema_mode": "merge"}
        )

    def lay_out(self, parts: Iterable[pl.DataFrame], run_id: str) -> None:
        """Put `parts`, at least one, in the place of all rows, laid out by the partition column that they have."""
        first, *rest = parts
        self.hold()
        self._write(first, run_id, _overwrite(_partition(first)))
        for part in rest:
            self.append(part, run_id)

    def delete(self, column: str, value: str | int | date, run_id: str) -> None:
        """Delete the rows where `column` is `value`."""
        self.hold()
        if self._held is not None:
            literal = str(value)
            if isinstance(value, date):
                literal = f"DATE '{value.isoformat()}'"
            elif isinstance(value, str):
                literal = "'" + value.replace("'", "''") + "'"
            predicate = f"{column} = {literal}"
            with self._fenced() as table:
                table.delete(predicate, writer_properties=self._writer, commit_properties=_properties(run_id))

    def restore(self, version: int, run_id: str) -> bool:
        """Write the content of `version` again; False where the table has it already."""
        self.hold()
        held = self._writable()
        if held.version() == version or sorted(held.file_uris()) == sorted(self._open(version).file_uris()):
            return False
        with self._fenced() as table:
            table.restore(version, commit_properties=_properties(run_id))
        return True

    def compact(self, run_id: str) -> None:
        """Join small files; the content and older versions stay the same."""
        self.hold()
        if self._held is None:
            return
        before = self._held.version()
        # The library rebases this one whatever the options are: only the version shows that nobody else has written.
        with self._fenced() as table:
            done = table.optimize.compact(writer_properties=self._writer, commit_properties=_properties(run_id))
        if not done["numFilesAdded"]:
            self._held = self._open(before)

    def sync(self, since: int | None) -> None:
        """Sync what was written after version `since` (None: all) to disk, data before the log."""
        if self._location.is_remote:
            return  # object storage answers when it has stored
        folder, root = Path(self.uri), self._location.local
        sync_files(
            map(_local, set(self._files(self.version())) - set(self._files(since) if since is not None else ())), root
        )
        sync_files(log_entries_after(folder, -1 if since is None else since), root)

    def scan(self, version: int | None, buckets: BucketFilter = ALL_BUCKETS, since: int | None = None) -> pl.LazyFrame:
        """The rows of `version` (None: the newest) in the table's columns and types, in no set order.

        buckets: only files of these. since: only files that are not in that version.
        """
        files = [uri for uri in self._files(version) if buckets.includes(uri)]
        if since is not None:
            files = sorted(set(files) - set(self._files(since)))
        if not files:
            return self.table.empty().lazy()
        # Not pl.scan_delta: it does not find files below a folder with a Chinese name.
        paths: list[Any] = files if self._location.is_remote else [_local(uri) for uri in files]
        return pl.scan_parquet(
            paths,
            schema=self.table.schema,
            missing_columns="insert",
            hive_partitioning=False,
            glob=False,
            storage_options=self._options or None,
        )

    def _files(self, version: int | None) -> tuple[str, ...]:
        if version is None:
            return tuple((self._held or self._open()).file_uris())
        if self._held is not None and version == self._held.version():
            return tuple(self._held.file_uris())
        known = self._location.files
        key = (self.uri, version)
        if key not in known:
            known[key] = tuple(self._open(version).file_uris())
        return known[key]

    @property
    def _writer(self) -> WriterProperties:
        is_read_by_enterprise = self.table.name not in KINDS or self.table.name == "enterprise"
        return WriterProperties(
            compression="ZSTD", max_row_group_size=_SMALL_ROW_GROUP if is_read_by_enterprise else _LARGE_ROW_GROUP
        )

    def _create(self, partition: list[str], run_id: str) -> None:
        """Write version 0, which is empty: what a killed run leaves in a new table is undone to it."""
        columns = dict.fromkeys(partition, pl.Int32())
        try:
            write_deltalake(
                self.uri,
                pl.DataFrame(schema={**self.table.schema, **columns}),
                mode="error",
                partition_by=partition or None,
                configuration=_CONFIGURATION,
                storage_options=self._options,
                commit_properties=_properties(run_id),
            )
        except DeltaError as error:
            if DeltaTable.is_deltatable(self.uri, storage_options=self._options):
                raise self._overtaken() from error
            raise
        self._held = self._open(0)

    def _write(self, frame: pl.DataFrame, run_id: str, mode: Mapping[str, Any]) -> None:
        # Rows of an enterprise are adjacent, so that a scan for one enterprise skips nearly all of a file.
        by = [*_partition(frame), "enterprise_id"] if self.table.name in BUCKETED else []
        with self._fenced() as table:
            write_deltalake(
                table,
                frame.sort(*dict.fromkeys([*by, *self.table.key]), maintain_order=True),
                writer_properties=self._writer,
                commit_properties=_properties(run_id),
                **mode,
            )

    @contextmanager
    def _fenced(self) -> Iterator[DeltaTable]:
        """The version held, for one write; afterwards the version written is held."""
        table = self._writable()
        before = table.version()
        try:
            yield table
        except CommitFailedError as error:
            if self._open().version() > before:
                raise self._overtaken() from error
            raise
        if table.version() > before + 1:
            raise self._overtaken()

    def _writable(self) -> DeltaTable:
        if self._held is None:
            raise RuntimeError(f"table {self.table.name} has no version to write on")
        return self._held

    def _overtaken(self) -> Overtaken:
        return Overtaken(
            f"Another run has written to this store meanwhile (table {self.table.name} of {self._location.root}): only "
            "one machine may write at a time. This run was not committed. See `yaoxin runs`, then run again."
        )

    def _open(self, version: int | None = None) -> DeltaTable:
        try:
            table = DeltaTable(self.uri, version=version, storage_options=self._options)
        except DeltaError as error:
            if self._location.is_remote:
                raise
            raise self._damaged(version) from error
        if not self._location.is_remote and is_empty(log_entry(Path(self.uri), table.version())):
            raise self._damaged(table.version())
        return table

    def _require_whole(self, pinned: int | None) -> None:
        """Raises StoreDamaged where a version that a committed run pins is not there with all its files."""
        if self._location.is_remote or pinned is None:
            return
        entries = (log_entry(Path(self.uri), version) for version in range(pinned + 1))
        if empty := next(filter(is_empty, entries), None):
            raise StoreDamaged(f"{self.table.name}: {empty} is empty")
        lost = [path for path in map(_local, self._files(pinned)) if not path.is_file() or not path.stat().st_size]
        if lost:
            raise StoreDamaged(f"{self.table.name}: {lost[0]} is missing or empty")

    def _damaged(self, version: int | None) -> StoreDamaged:
        entries = [path for path in log_entries_after(Path(self.uri), -1) if path.suffix == ".json"]
        if not entries:
            what = f"its log below {self.uri} is gone"
        elif version is not None and version > int(entries[0].stem):
            what = f"its log ends with {entries[0]}, version {version} is missing"
        elif torn := next(filter(is_torn, entries), None):
            what = f"{torn} is empty or torn"
        else:
            what = f"its log {entries[0].parent} has a gap or cannot be read"
        return StoreDamaged(
            f"{self.table.name}: {what}", DAMAGE_ADVICE if self._is_below_tables else LEDGER_DAMAGE_ADVICE
        )


def _partition(frame: pl.DataFrame) -> list[str]:
    count = bucket_count(frame.columns)
    return [] if count is None else [partition_column(count)]


def _overwrite(partition: list[str]) -> dict[str, Any]:
    return {"mode": "overwrite", "schema_mode": "overwrite", "partition_by": partition or None}


def _properties(run_id: str) -> CommitProperties:
    return CommitProperties(custom_metadata={"run_id": run_id}, max_commit_retries=0)


def _local(uri: str) -> Path:
    """The path of a file that the Delta library names by URI."""
    return Path(unquote(uri))


def conform(table: Table, frame: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    """`frame` collected. Raises TypeError, naming every difference, where its columns are not those of `table`."""
    data = frame.lazy().collect()
    if data.schema == table.schema:
        return data
    differences = []
    for name, expected in table.schema.items():
        found = data.schema.get(name)
        if found is None:
            differences.append(f"{name}: missing, expected {expected}")
        elif found != expected:
            differences.append(f"{name}: {found}, expected {expected}")
    differences += [f"{name}: not a column of it" for name in data.schema if name not in table.schema]
    text = "; ".join(differences) or "the columns are in another order"
    raise TypeError(f"frame for table {table.name}: {text}")


def sync_files(files: Iterable[Path], root: Path) -> None:
    """Sync these files below `root` to disk, and then every folder between it and them."""
    names = sorted(set(files))
    folders = {folder for path in names for folder in path.parents if folder == root or root in folder.parents}
    with ThreadPoolExecutor(_SYNC_THREADS) as pool:
        list(pool.map(fsync_file, names))
        list(pool.map(fsync_folder, sorted(folders)))


def log_entries_after(table: Path, version: int) -> list[Path]:
    """The files in the log of the Delta table `table` for versions after `version`, checkpoints too, newest first."""
    log = table / "_delta_log"
    numbered = [path for path in log.iterdir() if path.name[:20].isdigit()] if log.is_dir() else []
    return sorted((path for path in numbered if int(path.name[:20]) > version), reverse=True)


def log_entry(table: Path, version: int) -> Path:
    """The file in the log of the Delta table at `table` that makes `version`."""
    return table / "_delta_log" / f"{version:020}.json"


def is_empty(path: Path) -> bool:
    """Whether the file exists and is empty. The Delta library reads such a log entry as a version without changes."""
    return path.is_file() and path.stat().st_size == 0


def is_torn(entry: Path) -> bool:
    """Whether a log entry is empty or incomplete."""
    try:
        lines = entry.read_text(encoding="utf-8").splitlines()
        return not [json.loads(line) for line in lines]
    except ValueError:
        return True


def set_aside(table: Path, entries: Iterable[Path]) -> None:
    """Move these files of a table's log into a folder beside it, and the hint that may name one of them."""
    folder = table / "_set_aside"
    folder.mkdir(exist_ok=True)
    for path in (*entries, table / "_delta_log" / "_last_checkpoint"):
        if path.exists():
            path.replace(folder / path.name)
