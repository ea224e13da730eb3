"""Rows in quarantine that are tried again, and rows that a sender has corrected.

A row that was turned away because the register did not know the enterprise is tried again in the run in which the
register learns a code, a number or a name that stands in the row. Rows of a source whose text was changed are tried
again then, also those that could not be told apart into cells or were of no kind. Only rows whose outcome is another
than before are accounted for; the others wait as they did.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

import polars as pl

from flows.ingest.arrivals import ArrivalAttempt
from flows.ingest.file_records import FileRecords, read_records, with_enterprises
from flows.ingest.history import IngestHistory
from flows.ingest.inbox import Inbox
from reports.correction_workbook import REMARK_HEADINGS, ROW_ID_HEADING, correction_row_id
from transforms.records.identity import REGISTER_REASONS, EnterpriseRegister
from transforms.records.mapping import MappedRows, MappingContext
from transforms.records.text import normalise_name
from transforms.schemas import TABLES

_FILE, _ROW_NO = REMARK_HEADINGS[:2]
_PLACE = ["file_id", "row_no", "kind", "attempt_no"]


@dataclass
class Retries:
    """The rows that are tried again tonight. waiting: _PLACE and `codes`, why they were turned away.

    read: the files they are of, by hash, as they were read anew; None for one whose bytes are nowhere any more.
    """

    inbox: Inbox
    terms: MappingContext
    waiting: pl.DataFrame
    read: dict[str, ArrivalAttempt | None] = field(default_factory=dict)

    @classmethod
    def of_sources(cls, inbox: Inbox, terms: MappingContext, answered: pl.DataFrame) -> Retries:
        """The rows that wait of sources whose text is another. answered: those that a correction answers tonight."""
        sources = list(inbox.known.changed.sources)
        if not sources:
            return cls(inbox, terms, _by_row(TABLES["quarantine"].empty().lazy()))
        rows = _tryable(inbox.known, answered).filter(pl.col("source").is_in(sources))
        return cls(inbox, terms, _by_row(rows))

    def add_learned(self, keys: Collection[str], answered: pl.DataFrame) -> None:
        """Also the rows turned away for want of the register alone, in whose text one of its new `keys` stands."""
        if not keys:
            return
        rows = _tryable(self.inbox.known, answered)
        others = rows.filter(~pl.col("code").is_in(list(REGISTER_REASONS))).select(_PLACE)
        # The text is JSON, in which quotes are escaped; that a key stands by chance in another cell costs a reading.
        text = normalise_name(pl.col("row_text")).str.replace_all("\\", "", literal=True)
        found = rows.join(others, on=_PLACE, how="anti").with_columns(row_text=text).collect()
        learned = found.filter(found["row_text"].str.contains_any(sorted(keys)))
        self.waiting = pl.concat([self.waiting, _by_row(learned.lazy())]).unique(_PLACE, keep="first").sort(_PLACE)

    def parts(self, kind: str, register: EnterpriseRegister | None) -> list[FileRecords]:
        """The rows that wait, read anew as `kind` from the files as they came; those of another outcome alone."""
        found: list[FileRecords] = []
        own = self.waiting.filter(pl.col("kind").is_in([kind, ""]))
        for (file_id,), rows in own.partition_by("file_id", as_dict=True).items():
            found += self._of_file(str(file_id), rows, kind, register)
        return [part for part in found if not part.rows.is_empty()]

    def _of_file(
        self, file_id: str, before: pl.DataFrame, kind: str, register: EnterpriseRegister | None
    ) -> Iterator[FileRecords]:
        if file_id not in self.read:
            self.read[file_id] = self.inbox.again(file_id)
        reading = self.read[file_id]
        if reading is None or reading.arrival.source is None or reading.arrival.finding is not None:
            return
        raw, source = reading.arrival.raw, reading.arrival.source
        rows = replace(raw, frame=raw.frame.filter(pl.col("row_no").is_in(before["row_no"].implode())))
        for record in source.records:
            if record.kind == kind:
                part = with_enterprises(read_records(rows, source, record, self.terms), register, self.terms)
                part = replace(part, attempt_no=reading.attempt_no, came_at=reading.came_at)
                yield _with_news(part, before)

    def outcomes(self, part: FileRecords, fates: pl.DataFrame, received_at: datetime) -> pl.DataFrame:
        """Rows of the table `quarantine_outcomes`. fates: row_no and fate of the part's rows."""
        own = self.waiting.filter(pl.col("file_id") == part.raw.file_id, pl.col("kind").is_in([part.record.kind, ""]))
        rows = own.join(fates.select("row_no", outcome="fate"), on="row_no")
        # A row of no kind may be read as several now: what it is as the first of them is written down.
        self.waiting = self.waiting.join(rows.filter(pl.col("kind") == ""), on=_PLACE, how="anti")
        return _shaped(rows, part.source.source, part.raw.file_name, part.raw.file_id, received_at)


def _tryable(known: IngestHistory, answered: pl.DataFrame) -> pl.LazyFrame:
    """Rows that wait; kind is empty of those that could not be told apart into cells, or that no record claims."""
    rows = known.waiting()
    settled = answered.lazy().select("file_id", "row_no", "kind", attempt_no="quarantined_at_attempt")
    return rows.join(settled, on=_PLACE, how="anti")


def _by_row(rows: pl.LazyFrame) -> pl.DataFrame:
    return rows.group_by(_PLACE).agg(codes=pl.col("code").unique().sort()).sort(_PLACE).collect()


def _with_news(part: FileRecords, before: pl.DataFrame) -> FileRecords:
    """Without the rows that are turned away for the very reasons for which they were."""
    now = part.mapped.problems.group_by("row_no").agg(codes=pl.col("code").unique().sort())
    same = now.join(before, on=["row_no", "codes"], how="semi")["row_no"]
    rows = part.rows.filter(~pl.col("row_no").is_in(same.implode()))
    records = rows["record_row_no"].unique()
    frame = part.mapped.frame.filter(pl.col("row_no").is_in(records.implode()))
    problems = part.mapped.problems.filter(pl.col("row_no").is_in(rows["row_no"].implode()))
    return replace(part, mapped=MappedRows(frame, problems), rows=rows)


def new_register_keys(known: IngestHistory, new: pl.DataFrame) -> list[str]:
    """Codes, numbers and names by which the register did not know an enterprise before. new: rows of it."""
    if new.is_empty():
        return []
    same = known.register.filter(pl.col("enterprise_id").is_in(new["enterprise_id"].implode()))
    before, keys = _keys(same.collect()), _keys(new)
    return keys.filter(~keys.is_in(before.implode())).to_list()


def _keys(register: pl.DataFrame) -> pl.Series:
    """Codes, numbers and names of rows of the enterprise table, as they are looked for in the text of a row."""
    ids = register.select(key=pl.col("enterprise_id").str.replace(r"^[a-z][a-z0-9_]*:", ""))
    single = [register.select(key=name) for name in ("uscc", "registration_no", "name")]
    several = [register.select(key=name).explode("key") for name in ("licence_nos", "former_names")]
    whole = pl.concat([ids, *single, *several])
    key = normalise_name(pl.col("key")).str.replace_all("\\", "", literal=True)
    return whole.select(key).to_series().drop_nulls().unique()


def corrected_rows(readings: Iterable[ArrivalAttempt], known: IngestHistory, received_at: datetime) -> pl.DataFrame:
    """Rows of the table `quarantine_outcomes`: those that a correction workbook among the new files sends back.

    A row is known by its number in the workbook (ROW_ID), else by the path and row, where only one row waits there.
    Whatever became of the row of the workbook: it stands in the place of the one that waited.
    """
    sent_back = [(reading, named) for reading in readings if (named := _named(reading)) is not None]
    if not sent_back:
        return TABLES["quarantine_outcomes"].empty()
    open_rows = known.waiting().select(*_PLACE, "source", "file_name").unique().collect()
    is_alone = pl.struct("file_id").n_unique().over("source", "file_name", "row_no") == 1
    open_rows = open_rows.with_columns(
        correction_row_id(pl.col("file_id"), pl.col("row_no")).alias("row_id"), is_alone=is_alone
    )
    found = [_answered(reading, named, open_rows, received_at) for reading, named in sent_back]
    return pl.concat(found).unique(list(TABLES["quarantine_outcomes"].key), keep="first", maintain_order=True)


def _named(reading: ArrivalAttempt) -> pl.DataFrame | None:
    """row_id, file_name and row_no (text) of the rows that a correction workbook sends back; None for another file."""
    raw = reading.arrival.raw
    if reading.arrival.source is None or reading.arrival.finding is not None:
        return None
    headings = {"row_id": ROW_ID_HEADING, "named_file": _FILE, "named_row": _ROW_NO}
    if not {_FILE, _ROW_NO} <= set(raw.headings):
        return None
    cells = [
        (pl.col(heading) if heading in raw.headings else pl.lit(None, dtype=pl.String)).str.strip_chars().alias(name)
        for name, heading in headings.items()
    ]
    return raw.frame.select(cells).unique()


def _answered(
    reading: ArrivalAttempt, named: pl.DataFrame, open_rows: pl.DataFrame, received_at: datetime
) -> pl.DataFrame:
    source = reading.arrival.source.source if reading.arrival.source else ""
    own = open_rows.filter(pl.col("source") == source)
    by_id = own.join(named.drop_nulls("row_id"), on="row_id", how="semi")
    places = named.filter(pl.col("row_id").is_null()).select(
        file_name="named_file", row_no=pl.col("named_row").cast(pl.Int64, strict=False)
    )
    by_place = own.filter("is_alone").join(places, on=["file_name", "row_no"], how="semi")
    rows = pl.concat([by_id, by_place]).with_columns(outcome=pl.lit("corrected"))
    return _shaped(rows, source, None, reading.arrival.raw.file_id, received_at)


def _shaped(
    rows: pl.DataFrame, source: str, file_name: str | None, by_file_id: str, received_at: datetime
) -> pl.DataFrame:
    shape = TABLES["quarantine_outcomes"]
    named = rows if file_name is None else rows.with_columns(file_name=pl.lit(file_name))
    whole = named.with_columns(
        source=pl.lit(source),
        quarantined_at_attempt="attempt_no",
        by_file_id=pl.lit(by_file_id),
        received_at=pl.lit(received_at),
    )
    return whole.select(shape.schema.names()).cast(shape.schema).sort(shape.key)
