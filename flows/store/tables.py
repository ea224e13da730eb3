"""One Delta table: writing, versions, reading. Each write is atomic and makes one version."""

from __future__ import annotations

from datetime import date
from urllib.parse import unquote

import polars as pl
from deltalake import CommitProperties, DeltaTable, WriterProperties, write_deltalake

from flows.store.place import Place
from transforms.tables import Table

_FOR_EVER = "interval 36500 days"
# Without these the Delta library deletes old log entries after a month, and old versions with them.
_CONFIGURATION = {
    "delta.enableExpiredLogCleanup": "false",
    "delta.logRetentionDuration": _FOR_EVER,
    "delta.deletedFileRetentionDuration": _FOR_EVER,
}
# Small row groups let a scan for one enterprise skip nearly all of a sorted file.
_WRITER = WriterProperties(compression="ZSTD", max_row_group_size=65_536)


class DeltaFile:
    """The Delta table at `<root>/<folder>/<name>`, of the shape of `table`."""

    def __init__(self, place: Place, table: Table, folder: str = "tables") -> None:
        self.table = table
        self.uri = place.uri(folder, table.name) if folder else place.uri(table.name)
        self._options = dict(place.options)

    def exists(self) -> bool:
        """Whether it was ever written."""
        return DeltaTable.is_deltatable(self.uri, storage_options=self._options)

    def version(self) -> int:
        """Its newest version, committed by a run or not."""
        return self._open().version()

    def append(self, frame: pl.DataFrame, run_id: str) -> None:
        """Add `frame`, which has the table's schema, in the order of the table's key."""
        if not self.exists():
            self._create()
        write_deltalake(
            self.uri,
            frame.sort(self.table.key, maintain_order=True),
            mode="append",
            schema_mode="merge",  # a column that a newer release brings
            writer_properties=_WRITER,
            storage_options=self._options,
            commit_properties=_properties(run_id),
        )

    def delete(self, column: str, value: str | int | date, run_id: str) -> None:
        """Take away the rows where `column` is `value`."""
        if self.exists():
            predicate = f"{column} = {_literal(value)}"
            self._open().delete(predicate, writer_properties=_WRITER, commit_properties=_properties(run_id))

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
            self._open().optimize.compact()

    def scan(self, version: int | None) -> pl.LazyFrame:
        """The rows of `version` (None: the newest) in the table's columns and types, in no set order."""
        # Not pl.scan_delta: it does not find files below a folder with a Chinese name.
        files = self._open(version).file_uris()
        if not files:
            return self.table.empty().lazy()
        paths = files if "://" in self.uri else [unquote(path) for path in files]
        return pl.scan_parquet(
            paths,
            schema=self.table.schema,
            missing_columns="insert",
            glob=False,
            storage_options=self._options or None,
        )

    def _create(self) -> None:
        """Version 0 is empty: what a run leaves behind that never came to its end is undone to it."""
        write_deltalake(
            self.uri,
            self.table.empty(),
            mode="ignore",
            configuration=_CONFIGURATION,
            storage_options=self._options,
        )

    def _open(self, version: int | None = None) -> DeltaTable:
        return DeltaTable(self.uri, version=version, storage_options=self._options)


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
