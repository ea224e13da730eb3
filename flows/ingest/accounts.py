"""The account of a file: what became of each row, and the quarantined rows with their text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

import polars as pl

from flows.ingest.arrivals import Arrival, ArrivalAttempt
from flows.ingest.reading.raw_file import RawFile
from reports.correction_workbook import REMARK_HEADINGS
from transforms.person_numbers import mask_middle, mask_person_numbers
from transforms.policy_model.source import Source
from transforms.records.personal_data import redact_text
from transforms.records.problems import PROBLEMS
from transforms.records.text import mask_number
from transforms.schemas import TABLES

ROW_STATUSES = ("accepted", "duplicate", "superseded", "quarantined", "ignored")
# What a row that is read as several kinds is in the balance of its file: the first of these that it is as one of them.
_WEIGHT = ("quarantined", "accepted", "superseded", "duplicate", "ignored")
_BROKEN = {**PROBLEMS, "row_text": pl.String(), "sender": pl.String()}
_NO_HEADER = "no_header"  # the finding quotes the row that stands in the place of the headings


class UnbalancedAccount(AssertionError):
    """Rows of a file came to no end, or to two: a fault of this program, never of the file."""


def file_row(reading: ArrivalAttempt, fates: Sequence[pl.DataFrame], received_at: datetime) -> pl.DataFrame:
    """The row in the table `files` of a file that was read whole. fates: what became of its rows, per kind.

    Raises AccountOpen where a row that was read came to no end.
    """
    raw, counts = reading.arrival.raw, _counts(reading.arrival, fates)
    if sum(counts.values()) != raw.read_count:
        raise UnbalancedAccount(
            f"{raw.file_name}: {raw.read_count} rows were read, and {counts} is what became of them"
        )
    return _file_row(reading, counts, reading.arrival.notes, received_at)


def retried_file_row(reading: ArrivalAttempt, fates: Sequence[pl.DataFrame], received_at: datetime) -> pl.DataFrame:
    """The same of a file of which only some rows were tried again."""
    return _file_row(reading, _counts(reading.arrival, fates), (), received_at)


def _file_row(
    reading: ArrivalAttempt, counts: Mapping[str, int], notes: Sequence[str], received_at: datetime
) -> pl.DataFrame:
    raw, source = reading.arrival.raw, reading.arrival.source
    row = {
        "file_id": raw.file_id,
        "file_name": raw.file_name,
        "source": source.source if source else None,
        "encoding": raw.encoding,
        "size_bytes": raw.size_bytes,
        "read_count": sum(counts.values()),
        "finding": redacted_finding(reading.arrival),
        "notes": [redact_text(note, is_torn=False) for note in notes],
        "received_at": received_at,
        "attempt_no": reading.attempt_no,
        **{f"{fate}_count": count for fate, count in counts.items()},
    }
    return pl.DataFrame([row], schema=TABLES["files"].schema)


def _counts(arrival: Arrival, fates: Sequence[pl.DataFrame]) -> dict[str, int]:
    """How many rows of the file had which fate, each row once."""
    if arrival.finding is not None:
        return {fate: arrival.raw.read_count if fate == "quarantined" else 0 for fate in ROW_STATUSES}
    some = [frame.select("row_no", "fate") for frame in fates if not frame.is_empty()]
    if len(some) > 1:
        rank = pl.col("fate").replace_strict({fate: place for place, fate in enumerate(_WEIGHT)}, return_dtype=pl.Int8)
        ranks = pl.concat(some).group_by("row_no").agg(rank.min().alias("rank"))["rank"]
        return {fate: int((ranks == place).sum()) for place, fate in enumerate(_WEIGHT)}
    return {fate: sum(int((frame["fate"] == fate).sum()) for frame in some) for fate in ROW_STATUSES}


def redacted_finding(arrival: Arrival) -> str | None:
    """Why the file as a whole was turned away, as it may be kept; None where it was not."""
    if arrival.finding is None:
        return None
    found, source = arrival.raw.finding, arrival.source
    return redact_text(arrival.finding, is_torn=bool(found and found.code == _NO_HEADER and source and source.secrets))


@dataclass(frozen=True)
class FileAccount:
    """What is written down of the rows of one reading of a file."""

    raw: RawFile
    source: Source
    received_at: datetime
    attempt_no: int = 1

    def of_kind(self, kind: str, fates: pl.DataFrame) -> pl.DataFrame:
        """The account of the rows read as `kind`. fates: row_no, record_row_no, fate. Raises AccountOpen."""
        raw = self.raw
        if fates["row_no"].n_unique() != fates.height or not fates["fate"].is_in(ROW_STATUSES).all():
            raise UnbalancedAccount(f"{raw.file_name} as {kind}: a row has no fate, or two")
        counts = {fate: fates.filter(pl.col("fate") == fate).height for fate in ROW_STATUSES}
        records = fates.filter(pl.col("fate").is_in(["accepted", "superseded"]))["record_row_no"].n_unique()
        row = {
            "file_id": raw.file_id,
            "file_name": raw.file_name,
            "source": self.source.source,
            "kind": kind,
            "read_count": fates.height,
            **{f"{fate}_count": count for fate, count in counts.items()},
            "record_count": records,
            "attempt_no": self.attempt_no,
        }
        return pl.DataFrame([row], schema=TABLES["accounts"].schema)

    def quarantined(self, kind: str, problems: pl.DataFrame) -> pl.DataFrame:
        """Problems of rows as rows of the table `quarantine`, each with the row's text as it was received."""
        texts = _row_texts(self.raw, self.source, problems["row_no"].unique())
        return self._shaped(kind, problems.join(texts, on="row_no", how="left", maintain_order="left"))

    def broken(self) -> pl.DataFrame:
        """Rows that could not be told apart into cells, as rows of the table `quarantine`."""
        source, by_path = self.source, sender_of_path(self.raw.file_name, self.source)
        rows = [
            _kept(row, source) | {"sender": redact_text(_said_in(row, source), is_torn=True) or by_path}
            for row in self.raw.broken.iter_rows(named=True)
        ]
        return self._shaped("", pl.DataFrame(rows, schema=_BROKEN))

    def _shaped(self, kind: str, rows: pl.DataFrame) -> pl.DataFrame:
        shape = TABLES["quarantine"]
        whole = rows.with_columns(
            file_id=pl.lit(self.raw.file_id),
            file_name=pl.lit(self.raw.file_name),
            source=pl.lit(self.source.source),
            kind=pl.lit(kind),
            received_at=pl.lit(self.received_at),
            attempt_no=pl.lit(self.attempt_no),
        )
        return whole.select(shape.schema.names()).cast(shape.schema).sort(shape.key)


def sender_of_path(name: str, source: Source) -> str:
    """The office that sent a file, as far as the file's path below the inbox tells."""
    for pattern, office in source.sender.files.items():
        if fnmatchcase(name, pattern):
            return office
    folder = PurePosixPath(name).parent.name
    return folder if source.sender.folder and folder else source.office


def _said_in(row: Mapping[str, Any], source: Source) -> str:
    cells = json.loads(row["row_text"])
    return next((text for h in source.sender.headings if (text := (cells.get(h) or "").strip())), "")


def _kept(row: Mapping[str, Any], source: Source) -> dict[str, object]:
    """A broken row as it may be kept. Where its cells stand under the wrong headings, a secret may stand in any."""
    secrets = source.secrets
    is_torn, is_secret = bool(secrets) and not row["column"], row["column"] in secrets
    cells = {name: _kept_cell(name, text or "", secrets, is_torn) for name, text in json.loads(row["row_text"]).items()}
    return {
        **row,
        "value": mask_middle(row["text"]) if is_secret else redact_text(row["text"], is_torn),
        # The sentence quotes the cell, and a number that is no resident's identity number has no form to be known by.
        "reason": "单元格内容无法读取" if is_secret else redact_text(row["detail"], is_torn),
        "suggestions": [],
        "row_text": json.dumps(cells, ensure_ascii=False, separators=(",", ":")),
    }


def _kept_cell(heading: str, text: str, secrets: frozenset[str], is_torn: bool) -> str:
    return "*" * len(text) if heading in secrets else redact_text(text, is_torn)


def _row_texts(raw: RawFile, source: Source, row_nos: pl.Series) -> pl.DataFrame:
    """row_no, row_text (a JSON object of heading to text, identity numbers masked) and sender of some rows."""
    rows = raw.frame.filter(pl.col("row_no").is_in(row_nos.implode()))
    cells = [_cell(heading, source.secrets) for heading in raw.headings if heading not in REMARK_HEADINGS]
    named = [pl.col(heading).str.strip_chars() for heading in source.sender.headings if heading in raw.headings]
    said = [pl.when(name.str.len_chars() > 0).then(name) for name in named]
    return rows.select(
        "row_no",
        row_text=mask_person_numbers(pl.struct(cells).struct.json_encode()),
        sender=mask_person_numbers(pl.coalesce(*said, pl.lit(sender_of_path(raw.file_name, source)))),
    )


def _cell(heading: str, secrets: Iterable[str]) -> pl.Expr:
    text = pl.col(heading).fill_null("")
    return mask_number(text) if heading in secrets else text
