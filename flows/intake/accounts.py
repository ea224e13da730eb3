"""Every row accounted for: what became of it, per file and kind; and the rows turned away, with their text."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

import polars as pl

from flows.intake.arrivals import Arrival
from flows.intake.reading import QUARANTINE_HEADINGS, RawFile
from transforms.policy.source import Source
from transforms.records import mask, mask_person_numbers
from transforms.tables import TABLES

FATES = ("accepted", "duplicate", "superseded", "quarantined")


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
        "finding": arrival.finding,
        "notes": list(arrival.notes),
        "received_at": received_at,
    }
    return pl.DataFrame([row], schema=TABLES["files"].schema)


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
    text, is_secret = pl.col("text"), pl.col("column").is_in(sorted(source.secrets))
    rows = raw.broken.select(
        "row_no",
        "column",
        "code",
        "expected",
        value=pl.when(is_secret).then(mask(text)).otherwise(mask_person_numbers(text)),
        # The sentence quotes the cell, and a number that is no resident's identity number has no form to be known by.
        reason=pl.when(is_secret).then(pl.lit("单元格内容无法读取")).otherwise(mask_person_numbers(pl.col("detail"))),
        suggestions=pl.lit([], dtype=pl.List(pl.String())),
        row_text=_masked_texts(raw.broken["row_text"], source.secrets),
    )
    return _shaped(rows, raw, source, "", received_at)


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


def _masked_texts(texts: pl.Series, secrets: frozenset[str]) -> pl.Series:
    masked = pl.Series("row_text", [_masked(text, secrets) for text in texts], dtype=pl.String())
    return masked.to_frame().select(mask_person_numbers(pl.col("row_text"))).to_series()


def _masked(text: str, secrets: frozenset[str]) -> str:
    cells = json.loads(text)
    hidden = {heading: "*" * len(cells[heading] or "") for heading in secrets & cells.keys()}
    return json.dumps({**cells, **hidden}, ensure_ascii=False, separators=(",", ":"))
