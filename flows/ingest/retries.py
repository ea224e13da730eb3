"""Quarantined rows that are read again, and quarantined rows that their sender has corrected.

- A row whose enterprise was unknown is read again in the run in which the register learns a code, number or name that
  occurs in the row.
- The rows of a source are read again when its text has changed, also those that could not be split into cells or were
  of no kind.

Only rows with another result than before are accounted for; the others remain in quarantine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

import polars as pl

from flows.ingest.file_records import Arrival, FileRecords, read_records, with_enterprises
from flows.ingest.inbox import Inbox
from flows.ingest.previous_runs import QUARANTINE_KEY, IngestHistory
from reports.correction_workbook import REMARK_HEADINGS, ROW_ID_HEADING, correction_row_id
from transforms.records.identity import REGISTER_REASONS, EnterpriseRegister
from transforms.records.mapping import MappedRows, MappingContext
from transforms.records.text import normalise_name
from transforms.schemas import TABLES

_FILE_HEADING, _ROW_NO_HEADING = REMARK_HEADINGS[:2]
_KEY = list(QUARANTINE_KEY)


@dataclass
class Retries:
    """The quarantined rows that a run reads again.

    rows: QUARANTINE_KEY, and `codes`, why each row is quarantined; kind is empty for rows that could not be split into
    cells or that no record of the source claims. files: their files as read again, by SHA-256; None where the bytes are
    no longer available.
    """

    inbox: Inbox
    context: MappingContext
    rows: pl.DataFrame
    files: dict[str, Arrival | None] = field(default_factory=dict)

    @classmethod
    def of_changed_sources(cls, inbox: Inbox, context: MappingContext, corrected: pl.DataFrame) -> Retries:
        """The open rows of sources whose text has changed, without those that are `corrected` in this run."""
        sources = list(inbox.history.changes.sources)
        if not sources:
            return cls(inbox, context, _with_codes(TABLES["quarantine"].empty().lazy()))
        rows = _open_rows(inbox.history, corrected).filter(pl.col("source").is_in(sources))
        return cls(inbox, context, _with_codes(rows))

    def add_rows_naming(self, keys: Collection[str], corrected: pl.DataFrame) -> None:
        """Adds the rows quarantined only for want of an enterprise, where a new key of the register occurs in them."""
        if not keys:
            return
        rows = _open_rows(self.inbox.history, corrected)
        has_other_reason = rows.filter(~pl.col("code").is_in(list(REGISTER_REASONS))).select(_KEY)
        # The text is JSON with escaped quotes. A key that happens to occur in another cell only costs a reading.
        text = normalise_name(pl.col("row_text")).str.replace_all("\\", "", literal=True)
        found = rows.join(has_other_reason, on=_KEY, how="anti").with_columns(row_text=text).collect()
        found = found.filter(found["row_text"].str.contains_any(sorted(keys)))
        self.rows = pl.concat([self.rows, _with_codes(found.lazy())]).unique(_KEY, keep="first").sort(_KEY)

    def records_of(self, kind: str, register: EnterpriseRegister | None) -> list[FileRecords]:
        """The rows read again as `kind`, file by file; only those whose result is another than before."""
        found: list[FileRecords] = []
        candidates = self.rows.filter(pl.col("kind").is_in([kind, ""]))
        for (file_id,), rows in candidates.partition_by("file_id", as_dict=True).items():
            if file_id not in self.files:
                self.files[file_id] = self.inbox.read_again(file_id)
            arrival = self.files[file_id]
            if arrival is None or (source := arrival.accepted_source) is None:
                continue
            frame = arrival.raw.frame.filter(pl.col("row_no").is_in(rows["row_no"].implode()))
            part = replace(arrival, raw=replace(arrival.raw, frame=frame))
            for record in source.records:
                if record.kind == kind:
                    read = read_records(part, source, record, self.context)
                    found.append(_with_new_result(with_enterprises(read, register, self.context), rows))
        return [one for one in found if not one.rows.is_empty()]

    def outcomes(self, records: FileRecords, statuses: pl.DataFrame, received_at: datetime) -> pl.DataFrame:
        """Rows of the table `quarantine_outcomes`. statuses: row_no and status of the rows of `records`."""
        is_own = (pl.col("file_id") == records.raw.file_id) & pl.col("kind").is_in([records.record.kind, ""])
        rows = self.rows.filter(is_own).join(statuses.select("row_no", outcome="status"), on="row_no")
        # A row without a kind may now be read as several: its outcome is that of the first.
        self.rows = self.rows.join(rows.filter(pl.col("kind") == ""), on=_KEY, how="anti")
        rows = rows.with_columns(file_name=pl.lit(records.raw.file_name))
        return _as_outcomes(rows, records.source.source, records.raw.file_id, received_at)


def new_register_keys(history: IngestHistory, new: pl.DataFrame) -> list[str]:
    """Codes, numbers and names by which the register did not know an enterprise before. new: rows of it."""
    if new.is_empty():
        return []
    same = history.register.filter(pl.col("enterprise_id").is_in(new["enterprise_id"].implode()))
    known, keys = _register_keys(same.collect()), _register_keys(new)
    return keys.filter(~keys.is_in(known.implode())).to_list()


def corrected_rows(arrivals: Iterable[Arrival], history: IngestHistory, received_at: datetime) -> pl.DataFrame:
    """Rows of the table `quarantine_outcomes`: those that a correction workbook among the new files sends back.

    A row is identified by its number in the workbook (ROW_ID_HEADING), else by path and row, where only one open row
    has these. Whatever becomes of the row of the workbook, it replaces the quarantined one.
    """
    sent_back = []
    for arrival in arrivals:
        headings = arrival.raw.headings
        if (source := arrival.accepted_source) is None or not {_FILE_HEADING, _ROW_NO_HEADING} <= set(headings):
            continue
        columns = {"row_id": ROW_ID_HEADING, "named_file": _FILE_HEADING, "named_row": _ROW_NO_HEADING}
        cells = [
            (pl.col(heading) if heading in headings else pl.lit(None, dtype=pl.String)).str.strip_chars().alias(name)
            for name, heading in columns.items()
        ]
        sent_back.append((arrival, source.source, arrival.raw.frame.select(cells).unique()))
    if not sent_back:
        return TABLES["quarantine_outcomes"].empty()
    rows = history.open_quarantine().select(*_KEY, "source", "file_name").unique().collect()
    rows = rows.with_columns(
        correction_row_id(pl.col("file_id"), pl.col("row_no")).alias("row_id"),
        is_alone=pl.struct("file_id").n_unique().over("source", "file_name", "row_no") == 1,
    )
    found = []
    for arrival, source_id, named in sent_back:
        own = rows.filter(pl.col("source") == source_id)
        by_id = own.join(named.drop_nulls("row_id"), on="row_id", how="semi")
        places = named.filter(pl.col("row_id").is_null()).select(
            file_name="named_file", row_no=pl.col("named_row").cast(pl.Int64, strict=False)
        )
        by_place = own.filter("is_alone").join(places, on=["file_name", "row_no"], how="semi")
        corrected = pl.concat([by_id, by_place]).with_columns(outcome=pl.lit("corrected"))
        found.append(_as_outcomes(corrected, source_id, arrival.raw.file_id, received_at))
    return pl.concat(found).unique(list(TABLES["quarantine_outcomes"].key), keep="first", maintain_order=True)


def _register_keys(register: pl.DataFrame) -> pl.Series:
    """Codes, numbers and names of rows of the enterprise table, as they are searched for in the text of a row."""
    ids = register.select(key=pl.col("enterprise_id").str.replace(r"^[a-z][a-z0-9_]*:", ""))
    single = [register.select(key=name) for name in ("uscc", "registration_no", "name")]
    several = [register.select(key=name).explode("key") for name in ("licence_nos", "former_names")]
    key = normalise_name(pl.col("key")).str.replace_all("\\", "", literal=True)
    return pl.concat([ids, *single, *several]).select(key).to_series().drop_nulls().unique()


def _open_rows(history: IngestHistory, corrected: pl.DataFrame) -> pl.LazyFrame:
    """Open rows of the quarantine that no correction of this run replaces."""
    closed = corrected.lazy().select("file_id", "row_no", "kind", attempt_no="quarantined_at_attempt")
    return history.open_quarantine().join(closed, on=_KEY, how="anti")


def _with_codes(rows: pl.LazyFrame) -> pl.DataFrame:
    return rows.group_by(_KEY).agg(codes=pl.col("code").unique().sort()).sort(_KEY).collect()


def _with_new_result(records: FileRecords, earlier: pl.DataFrame) -> FileRecords:
    """Without the rows that are quarantined again for the same reasons."""
    problems = records.mapped.problems
    codes = problems.group_by("row_no").agg(codes=pl.col("code").unique().sort())
    same = codes.join(earlier, on=["row_no", "codes"], how="semi")["row_no"]
    rows = records.rows.filter(~pl.col("row_no").is_in(same.implode()))
    frame = records.mapped.frame.filter(pl.col("row_no").is_in(rows["record_row_no"].unique().implode()))
    problems = problems.filter(pl.col("row_no").is_in(rows["row_no"].implode()))
    return replace(records, mapped=MappedRows(frame, problems), rows=rows)


def _as_outcomes(rows: pl.DataFrame, source: str, by_file_id: str, received_at: datetime) -> pl.DataFrame:
    """`rows` (QUARANTINE_KEY, file_name, outcome) in the shape of the table `quarantine_outcomes`."""
    shape = TABLES["quarantine_outcomes"]
    complete = rows.with_columns(
        source=pl.lit(source),
        quarantined_at_attempt="attempt_no",
        by_file_id=pl.lit(by_file_id),
        received_at=pl.lit(received_at),
    )
    return complete.select(shape.schema.names()).cast(shape.schema).sort(shape.key)
