"""The account of a file: what became of each row, and the quarantined rows with their text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

import polars as pl

from flows.ingest.file_records import Arrival
from flows.ingest.reading.raw_file import RawFile
from reports.correction_workbook import REMARK_HEADINGS
from transforms.person_numbers import mask_middle, mask_number, mask_person_numbers, redact_text
from transforms.policy_model.source import Source
from transforms.records.problems import PROBLEMS
from transforms.schemas import TABLES

ROW_STATUSES = ("accepted", "duplicate", "superseded", "quarantined", "ignored")
# A row that is read as several kinds counts once in its file: with the first of these statuses that it has.
_PRECEDENCE = ("quarantined", "accepted", "superseded", "duplicate", "ignored")
_BROKEN_ROWS = {**PROBLEMS, "row_text": pl.String(), "sender": pl.String()}


class UnbalancedAccount(AssertionError):
    """Rows of a file have no status, or two: a fault of this program, never of the file."""


def file_row(
    arrival: Arrival, statuses: Sequence[pl.DataFrame], received_at: datetime, *, is_partial: bool = False
) -> pl.DataFrame:
    """The row of a file in the table `files`. statuses: row_no and status of its rows, a frame per kind.

    is_partial: only some rows of the file were read again. Raises UnbalancedAccount where a row that was read has no
    status.
    """
    raw, counts = arrival.raw, _status_counts(arrival, statuses)
    if not is_partial and sum(counts.values()) != raw.read_count:
        raise UnbalancedAccount(f"{raw.file_name}: {raw.read_count} rows were read, the statuses are {counts}")
    row = {
        "file_id": raw.file_id,
        "file_name": raw.file_name,
        "source": arrival.source.source if arrival.source else None,
        "encoding": raw.encoding,
        "size_bytes": raw.size_bytes,
        "read_count": sum(counts.values()),
        "finding": arrival.redacted_finding,
        "notes": [] if is_partial else [redact_text(note, is_torn=False) for note in arrival.notes],
        "received_at": received_at,
        "attempt_no": arrival.attempt_no,
        **{f"{status}_count": count for status, count in counts.items()},
    }
    return pl.DataFrame([row], schema=TABLES["files"].schema)


@dataclass(frozen=True)
class FileAccount:
    """The rows of one reading of a file, for the tables `accounts` and `quarantine`."""

    raw: RawFile
    source: Source
    received_at: datetime
    attempt_no: int = 1

    def of_kind(self, kind: str, statuses: pl.DataFrame) -> pl.DataFrame:
        """A row of the table `accounts`. statuses: row_no, record_row_no, status of the rows read as `kind`.

        Raises UnbalancedAccount where a row has no status, or two.
        """
        if statuses["row_no"].n_unique() != statuses.height or not statuses["status"].is_in(ROW_STATUSES).all():
            raise UnbalancedAccount(f"{self.raw.file_name} as {kind}: a row has no status, or two")
        is_version = pl.col("status").is_in(["accepted", "superseded"])
        row = {
            "file_id": self.raw.file_id,
            "file_name": self.raw.file_name,
            "source": self.source.source,
            "kind": kind,
            "read_count": statuses.height,
            **{f"{one}_count": statuses.filter(pl.col("status") == one).height for one in ROW_STATUSES},
            "record_count": statuses.filter(is_version)["record_row_no"].n_unique(),
            "attempt_no": self.attempt_no,
        }
        return pl.DataFrame([row], schema=TABLES["accounts"].schema)

    def quarantined_rows(self, kind: str, problems: pl.DataFrame) -> pl.DataFrame:
        """Rows of the table `quarantine`: `problems` (PROBLEMS), each with the text of its row as it was received."""
        row_nos = problems["row_no"].unique()
        rows = self.raw.frame.filter(pl.col("row_no").is_in(row_nos.implode()))
        headings, secrets = self.raw.headings, self.source.secrets
        cells = [
            mask_number(pl.col(heading).fill_null("")) if heading in secrets else pl.col(heading).fill_null("")
            for heading in headings
            if heading not in REMARK_HEADINGS
        ]
        senders = [pl.col(heading).str.strip_chars() for heading in self.source.sender.headings if heading in headings]
        stated = [pl.when(sender.str.len_chars() > 0).then(sender) for sender in senders]
        texts = rows.select(
            "row_no",
            row_text=mask_person_numbers(pl.struct(cells).struct.json_encode()),
            sender=mask_person_numbers(pl.coalesce(*stated, pl.lit(sender_of_path(self.raw.file_name, self.source)))),
        )
        return self._in_quarantine(kind, problems.join(texts, on="row_no", how="left", maintain_order="left"))

    def broken_rows(self) -> pl.DataFrame:
        """Rows of the table `quarantine`: those that could not be split into cells."""
        path_sender = sender_of_path(self.raw.file_name, self.source)
        rows = [_broken_row(row, self.source, path_sender) for row in self.raw.broken.iter_rows(named=True)]
        return self._in_quarantine("", pl.DataFrame(rows, schema=_BROKEN_ROWS))

    def _in_quarantine(self, kind: str, rows: pl.DataFrame) -> pl.DataFrame:
        shape = TABLES["quarantine"]
        complete = rows.with_columns(
            file_id=pl.lit(self.raw.file_id),
            file_name=pl.lit(self.raw.file_name),
            source=pl.lit(self.source.source),
            kind=pl.lit(kind),
            received_at=pl.lit(self.received_at),
            attempt_no=pl.lit(self.attempt_no),
        )
        return complete.select(shape.schema.names()).cast(shape.schema).sort(shape.key)


def sender_of_path(name: str, source: Source) -> str:
    """The office that sent a file, by the file's path below the inbox."""
    for pattern, office in source.sender.files.items():
        if fnmatchcase(name, pattern):
            return office
    folder = PurePosixPath(name).parent.name
    return folder if source.sender.folder and folder else source.office


def _status_counts(arrival: Arrival, statuses: Sequence[pl.DataFrame]) -> dict[str, int]:
    """How many rows of the file have each status, each row counted once."""
    if arrival.finding is not None:
        return {status: arrival.raw.read_count if status == "quarantined" else 0 for status in ROW_STATUSES}
    frames = [frame.select("row_no", "status") for frame in statuses if not frame.is_empty()]
    if len(frames) > 1:
        ranks = {status: rank for rank, status in enumerate(_PRECEDENCE)}
        rank = pl.col("status").replace_strict(ranks, return_dtype=pl.Int8)
        best = pl.concat(frames).group_by("row_no").agg(rank.min().alias("rank"))["rank"]
        return {status: int((best == place).sum()) for status, place in ranks.items()}
    return {status: sum(int((frame["status"] == status).sum()) for frame in frames) for status in ROW_STATUSES}


def _broken_row(row: Mapping[str, Any], source: Source, path_sender: str) -> dict[str, object]:
    """A broken row without natural persons' numbers.

    Where no column is named, cells are under the wrong headings, and any of them may hold a secret.
    """
    secrets = source.secrets
    is_torn, is_secret = bool(secrets) and not row["column"], row["column"] in secrets
    texts = {heading: text or "" for heading, text in json.loads(row["row_text"]).items()}
    sender = next((text for heading in source.sender.headings if (text := texts.get(heading, "").strip())), "")
    cells = {
        heading: "*" * len(text) if heading in secrets else redact_text(text, is_torn)
        for heading, text in texts.items()
    }
    return {
        **row,
        "value": mask_middle(row["text"]) if is_secret else redact_text(row["text"], is_torn),
        # The sentence quotes the cell, and the number of a passport has no form by which it could be recognised.
        "reason": "单元格内容无法读取" if is_secret else redact_text(row["detail"], is_torn),
        "suggestions": [],
        "row_text": json.dumps(cells, ensure_ascii=False, separators=(",", ":")),
        "sender": redact_text(sender, is_torn=True) or path_sender,
    }
