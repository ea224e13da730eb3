"""Columns, tables and record kinds: the types that describe every stored frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

DATE = pl.Date()
TIMESTAMP = pl.Datetime("us", "UTC")
TEXT = pl.String()
TEXT_LIST = pl.List(pl.String())
INTEGER = pl.Int64()
BOOLEAN = pl.Boolean()


@dataclass(frozen=True)
class Column:
    """A column: its name, type, the Chinese term an officer knows it by, and what it means.

    `codes` is the closed vocabulary of a coded column: stored code to Chinese term.
    """

    name: str
    dtype: pl.DataType
    label: str
    doc: str
    required: bool = False
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A stored table: columns, the key that is unique in it, and its total sort."""

    name: str
    label: str
    doc: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @cached_property
    def schema(self) -> pl.Schema:
        """Column names and Polars types, in order."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    def column(self, name: str) -> Column:
        """The column called `name`; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}; it has {', '.join(self.schema)}")

    def empty(self) -> pl.DataFrame:
        """A frame of this shape without rows."""
        return self._empty.clone()

    @cached_property
    def _empty(self) -> pl.DataFrame:
        return pl.DataFrame(schema=self.schema)


@dataclass(frozen=True)
class Kind:
    """A kind of record that comes in, and what its columns mean to a rating.

    `natural_key` identifies the fact across corrections; `event_on` dates it; `number` is the
    document number a person would ask for. From `revoked_on` a record no longer counts, nor does one
    whose `state` is one of `annulled_states` and which does not say since when; `expires_on`
    is a term written in the record itself; records with the same `act` punish one act; a credit repair or
    an early removal may release what `is_releasable`. `party_key`
    in a natural key stands for whom the record names: the enterprise, else the identity hash, else the name key.
    Records of a kind with `names_party` false concern no enterprise: their enterprise_id is empty, and whoever reads
    some enterprises reads all of them. `is_internal`: of the office's own people, not shown on an enterprise's page.
    """

    name: str
    label: str
    doc: str
    columns: tuple[Column, ...]
    natural_key: tuple[str, ...]
    event_on: str
    number: str
    revoked_on: str | None = None
    annulled_states: tuple[str, ...] = ()
    expires_on: str | None = None
    act: str | None = None
    is_releasable: bool = False
    names_party: bool = True
    is_internal: bool = False

    def column(self, name: str) -> Column:
        """The column called `name`; KeyError where there is none."""
        return self.table.column(name)

    @cached_property
    def table(self) -> Table:
        """The table that keeps every version of every record of this kind."""
        columns = (*RECORD_COLUMNS, *self.columns)
        return Table(self.name, self.label, self.doc, columns, ("record_id", "version_no"))


RECORD_COLUMNS = (
    Column("record_id", TEXT, "记录标识", "kind and a hash of the natural key: the same fact, the same id", True),
    Column("version_no", INTEGER, "版本", "1 for the first report of a fact, one more for each correction", True),
    Column("row_hash", TEXT, "内容指纹", "hash of the canonical content; equal hashes are the same report", True),
    Column(
        "enterprise_id",
        TEXT,
        "企业标识",
        "the enterprise it is tied to; empty for natural persons and kinds without",
    ),
    Column("source", TEXT, "来源", "the source file in policy/sources that mapped it", True),
    Column("file_id", TEXT, "文件指纹", "hash of the file it came in", True),
    Column("row_no", INTEGER, "行号", "row in that file as a spreadsheet numbers it; the header is row 1", True),
    Column("received_at", TIMESTAMP, "收到时间", "when it arrived: the second time axis", True),
    Column(
        "version_by",
        TEXT,
        "版本次序",
        "the source's own stamp that orders versions, an instant in UTC; empty: by arrival",
    ),
    Column(
        "is_filling",
        BOOLEAN,
        "仅作补充",
        "the report only fills what other sources leave unknown of the fact; empty: in stores written before",
    ),
)
