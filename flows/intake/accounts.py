"""Every row accounted for: what became of it, per file and kind; and the rows turned away, with their text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import polars as pl

from flows.intake.arrivals import Arrival
from flows.intake.reading import QUARANTINE_HEADINGS, RawFile
from transforms.policy.source import Source
from transforms.records import PROBLEMS, kept_text, mask, mask_person_numbers, masked_number
from transforms.tables import TABLES

FATES = ("accepted", "duplicate", "superseded", "quarantined")
_BROKEN = {**PROBLEMS, "row_text": pl.String()}
_NO_HEADER = "no_header"  # the finding quotes the row that stands in the place of the headings


class AccountOpen(AssertionError):
    """Rows of a file came to no end, or to two: a fault of this program, never of the file."""


def file_row(arrival: Arrival, received_at: datetime) -> pl.DataFrame:
    """The file's row in the table `files`."""
    raw = arrival.raw
    row = {
        "file_id": raw.file_id,
        "file_name": raw.file_name,
        "source": arrival.source.source if arrival.source else None,
        "encoding": raw.encoding,
        "size_bytes": raw.size_bytes,
        "read_count": raw.read_count,
        "finding": _finding(arrival),
        "notes": [kept_text(note, is_torn=False) for note in arrival.notes],
        "received_at": received_at,
    }
    return pl.DataFrame([row], schema=TABLES["files"].schema)


def _finding(arrival: Arrival) -> str | None:
    if arrival.finding is None:
        return None
    found, source = arrival.raw.finding, arrival.source
    return kept_text(arrival.finding, is_torn=bool(found and found.code == _NO_HEADER and source and source.secrets))


def account(raw: RawFile, source: Source, kind: str, fates: pl.DataFrame) -> pl.DataFrame:
    """The account of a file's rows as `kind`. fates: row_no, record_row_no, fate. Raises AccountOpen."""
    if fates["row_no"].n_unique() != fates.height or not fates["fate"].is_in(FATES).all():
        raise AccountOpen(f"{raw.file_name} as {kind}: a row has no fate, or two")
    counts = {fate: fates.filter(pl.col("fate") == fate).height for fate in FATES}
    records = fates.filter(pl.col("fate").is_in(["accepted", "superseded"]))["record_row_no"].n_unique()
    row = {
        "file_id": raw.file_id,
        "file_name": raw.file_name,
        "source": source.source,
        "kind": kind,
        "read_count": fates.height,
        **{f"{fate}_count": count for fate, count in counts.items()},
        "record_count": records,
    }
    return pl.DataFrame([row], schema=TABLES["accounts"].schema)


def quarantined(raw: RawFile, source: Source, kind: str, problems: pl.DataFrame, received_at: datetime) -> pl.DataFrame:
    """Problems of rows as rows of the table `quarantine`, each with the row's text as it was received."""
    texts = _row_texts(raw, source, problems["row_no"].unique())
    whole = problems.join(texts, on="row_no", how="left", maintain_order="left")
    return _shaped(whole, raw, source, kind, received_at)


def broken(raw: RawFile, source: Source, received_at: datetime) -> pl.DataFrame:
    """Rows that could not be told apart into cells, as rows of the table `quarantine`."""
    rows = [_kept(row, source.secrets) for row in raw.broken.iter_rows(named=True)]
    return _shaped(pl.DataFrame(rows, schema=_BROKEN), raw, source, "", received_at)


def _kept(row: Mapping[str, Any], secrets: frozenset[str]) -> dict[str, object]:
    """A broken row as it may be kept. Where its cells stand under the wrong headings, a secret may stand in any."""
    is_torn, is_secret = bool(secrets) and not row["column"], row["column"] in secrets
    cells = {name: _kept_cell(name, text or "", secrets, is_torn) for name, text in json.loads(row["row_text"]).items()}
    return {
        **row,
        "value": masked_number(row["text"]) if is_secret else kept_text(row["text"], is_torn),
        # The sentence quotes the cell, and a number that is no resident's identity number has no form to be known by.
        "reason": "单元格内容无法读取" if is_secret else kept_text(row["detail"], is_torn),
        "suggestions": [],
        "row_text": json.dumps(cells, ensure_ascii=False, separators=(",", ":")),
    }


def _kept_cell(heading: str, text: str, secrets: frozenset[str], is_torn: bool) -> str:
    return "*" * len(text) if heading in secrets else kept_text(text, is_torn)


def _shaped(rows: pl.DataFrame, raw: RawFile, source: Source, kind: str, received_at: datetime) -> pl.DataFrame:
    shape = TABLES["quarantine"]
    whole = rows.with_columns(
        file_id=pl.lit(raw.file_id),
        file_name=pl.lit(raw.file_name),
        source=pl.lit(source.source),
        kind=pl.lit(kind),
        received_at=pl.lit(received_at),
    )
    return whole.select(shape.schema.names()).cast(shape.schema).sort(shape.key)


def _row_texts(raw: RawFile, source: Source, row_nos: pl.Series) -> pl.DataFrame:
    """row_no and row_text of some rows: a JSON object of heading to text, identity numbers masked."""
    rows = raw.frame.filter(pl.col("row_no").is_in(row_nos.implode()))
    cells = [_cell(heading, source.secrets) for heading in raw.headings if heading not in QUARANTINE_HEADINGS]
    return rows.select("row_no", row_text=mask_person_numbers(pl.struct(cells).struct.json_encode()))


def _cell(heading: str, secrets: Iterable[str]) -> pl.Expr:
    text = pl.col(heading).fill_null("")
    return mask(text) if heading in secrets else text
