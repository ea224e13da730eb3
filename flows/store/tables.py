"""One Delta table: writing, versions, reading. Each write is atomic and makes one version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import unquote

import polars as pl
from deltalake import CommitProperties, DeltaTable, WriterProperties, write_deltalake

from flows.store.buckets import BUCKETED, EVERY, Part, column_of, count_of
from flows.store.place import Place
from transforms.tables import KINDS, Table

_FOR_EVER = "interval 36500 days"
# Without these the Delta library deletes old log entries after a month, and old versions with them.
_CONFIGURATION = {
    "delta.enableExpiredLogCleanup": "false",
    "delta.logRetentionDuration": _FOR_EVER,
    "delta.deletedFileRetentionDuration": _FOR_EVER,
    # To open a version is to read the log since the last checkpoint: a few milliseconds instead of thirty.
    "delta.checkpointInterval": "20",
}
# A scan for one enterprise skips nearly all row groups of a sorted file and decodes the rest: they are small where
# commands ask. Records are read whole, by nights.
_ASKED, _READ_WHOLE = 4_096, 65_536


class DeltaFile:
    """The Delta table at `<root>/<folder>/<name>`, of the shape of `table`."""

    def __init__(self, place: Place, table: Table, folder: str = "tables") -> None:
        self.table, self._place = table, place
        self.uri = place.uri(folder, table.name) if folder else place.uri(table.name)
        self._options = dict(place.options)

    def exists(self) -> bool:
        """Whether it was ever written."""
        return DeltaTable.is_deltatable(self.uri, storage_options=self._options)

    def version(self) -> int:
        """Its newest version, committed by a run or not."""
        return self._open().version()

    def buckets(self, version: int | None = None) -> int | None:
        """How many buckets it is laid out in; None for a table without."""
        return count_of(self._open(version).metadata().partition_columns)

    def append(self, frame: pl.DataFrame, run_id: str) -> None:
        """Add `frame`: the table's columns, in the order of its key, and the partition column where it has one."""
        partition = _partition(frame)
        if not self.exists():
            self._create(partition)
        table = self._open()
        is_same = table.metadata().partition_columns == partition
        if not is_same and table.file_uris():
            raise ValueError(f"table {self.table.name} is not laid out by {partition}; lay it out anew first")
        # A run that was lost may have left the table empty in another layout.
        mode: dict[str, Any] = {"mode": "append", "schema_mode": "merge"} if is_same else _laid_out_by(partition)
        self._write(frame, run_id, mode)

    def lay_out(self, parts: Iterable[pl.DataFrame], run_id: str) -> None:
        """Put `parts` in the place of all its rows, by the partition column that they have: at least one part."""
        first, *rest = parts
        self._write(first, run_id, _laid_out_by(_partition(first)))
        for part in rest:
            self.append(part, run_id)

    def delete(self, column: str, value: str | int | date, run_id: str) -> None:
        """Take away the rows where `column` is `value`."""
        if self.exists():
            predicate = f"{column} = {_literal(value)}"
            self._open().delete(predicate, writer_properties=self._writer, commit_properties=_properties(run_id))

    def restore(self, version: int, run_id: str) -> bool:
        """Make the content that of `version`; False where it is that already."""
        table = self._open()
        if table.version() == version or _same_files(table, self._open(version)):
            return False
        table.restore(version, commit_properties=_properties(run_id))
        return True

    def compact(self) -> None:
        """Put its small files together; the content stays the same, and so do older versions."""
        if self.exists():
            self._open().optimize.compact(writer_properties=self._writer)

    def scan(self, version: int | None, part: Part = EVERY, since: int | None = None) -> pl.LazyFrame:
        """The rows of `version` (None: the newest) in the table's columns and types, in no set order.

        part: of which files. since: only rows of files that version does not have.
        """
        files = [uri for uri in self._files(version) if part.holds(uri)]
        if since is not None:
            files = sorted(set(files) - set(self._files(since)))
        if not files:
            return self.table.empty().lazy()
        # Not pl.scan_delta: it does not find files below a folder with a Chinese name.
        paths = files if "://" in self.uri else [unquote(path) for path in files]
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
            return tuple(self._open().file_uris())
        known = self._place.files
        key = (self.uri, version)
        if key not in known:
            known[key] = tuple(self._open(version).file_uris())
        return known[key]

    @property
    def _writer(self) -> WriterProperties:
        is_asked = self.table.name not in KINDS or self.table.name == "enterprise"
        return WriterProperties(compression="ZSTD", max_row_group_size=_ASKED if is_asked else _READ_WHOLE)

    def _create(self, partition: list[str]) -> None:
        """Version 0 is empty: what a run leaves behind that never came to its end is undone to it."""
        columns = dict.fromkeys(partition, pl.Int32())
        write_deltalake(
            self.uri,
            pl.DataFrame(schema={**self.table.schema, **columns}),
            mode="ignore",
            partition_by=partition or None,
            configuration=_CONFIGURATION,
            storage_options=self._options,
        )

    def _write(self, frame: pl.DataFrame, run_id: str, mode: Mapping[str, Any]) -> None:
        # Rows of an enterprise stand together, so that a question about one skips nearly all of a file.
        by = [*_partition(frame), "enterprise_id"] if self.table.name in BUCKETED else []
        write_deltalake(
            self.uri,
            frame.sort(*dict.fromkeys([*by, *self.table.key]), maintain_order=True),
            writer_properties=self._writer,
            storage_options=self._options,
            commit_properties=_properties(run_id),
            **mode,
        )

    def _open(self, version: int | None = None) -> DeltaTable:
        return DeltaTable(self.uri, version=version, storage_options=self._options)


def _partition(frame: pl.DataFrame) -> list[str]:
    count = count_of(frame.columns)
    return [] if count is None else [column_of(count)]


def _laid_out_by(partition: list[str]) -> dict[str, Any]:
    return {"mode": "overwrite", "schema_mode": "overwrite", "partition_by": partition or None}


def _same_files(one: DeltaTable, other: DeltaTable) -> bool:
    return sorted(one.file_uris()) == sorted(other.file_uris())


def _properties(run_id: str) -> CommitProperties:
    return CommitProperties(custom_metadata={"run_id": run_id})


def _literal(value: str | int | date) -> str:
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def shaped(table: Table, frame: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    """`frame` collected, its columns and types exactly those of `table`, in order.

    Raises TypeError naming every column that differs: a programmer's mistake, never a user's.
    """
    data = frame.lazy().collect()
    if data.schema == table.schema:
        return data
    faults = [_difference(name, data.schema.get(name), dtype) for name, dtype in table.schema.items()]
    faults += [f"{name}: not a column of it" for name in data.schema if name not in table.schema]
    told = "; ".join(fault for fault in faults if fault) or "the columns stand in another order"
    raise TypeError(f"frame for table {table.name}: {told}")


def _difference(name: str, found: pl.DataType | None, expected: pl.DataType) -> str:
    if found is None:
        return f"{name}: missing, expected {expected}"
    return "" if found == expected else f"{name}: {found}, expected {expected}"
