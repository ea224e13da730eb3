"""Search for identity numbers of natural persons in the tables of a store, its reports and its publications.

What is ingested is masked before it is stored. This is for stores that an earlier release or other hands wrote to;
nothing is changed.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flows.settings import Settings
from flows.store.ledger import LEDGER
from flows.store.store import Store
from transforms.person_numbers import find_person_numbers, mask_text, may_hold_person_number
from transforms.schemas import TABLES, Table

_IDENTIFIERS = ("_no", "_nos", "_code", "_id", "uscc", "_key")
_HASHES = ("_hash", "file_id", "record_id")
_TEXT_FILES = (".html", ".json", ".csv", ".svg", ".txt", ".jsonl")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class PersonalDataFinding:
    """A table's column, or a file, with identity numbers. example: one of the texts, masked. key: of its row."""

    place: str
    column: str
    count: int
    example: str
    key: str


@dataclass(frozen=True)
class PersonalDataSearch:
    """How much was searched, which files could not be read, and what was found."""

    table_count: int
    file_count: int
    unread: tuple[str, ...]
    findings: tuple[PersonalDataFinding, ...]


def search_personal_data(settings: Settings, store: Store) -> PersonalDataSearch:
    """Search the tables as of the last run, the folders of all runs, and every publication and draft."""
    tables = [*TABLES.values(), LEDGER]
    findings: list[PersonalDataFinding] = []
    for table in tables:
        findings += _in_table(table, store.runs().lazy() if table is LEDGER else store.scan(table.name))
    folders = (store.location.local / "runs", settings.publications)
    files = sorted({path for folder in folders for path in folder.rglob("*") if path.is_file()})
    read, unread = 0, []
    for path in files:
        text = _text_of(path)
        if text is None:
            unread.append(str(path))
            continue
        read += 1
        findings += _in_texts(str(path), "", [(mask_text(path.name), mask_text(path.name) != path.name, text)])
    return PersonalDataSearch(len(tables), read, tuple(unread), tuple(findings))


def _in_table(table: Table, rows: pl.LazyFrame) -> Iterator[PersonalDataFinding]:
    key = pl.concat_str([pl.col(name).cast(pl.String) for name in table.key], separator=" ", ignore_nulls=True)
    for column in table.columns:
        if column.name.endswith(_HASHES) or column.dtype not in (pl.String, pl.List(pl.String)):
            continue
        text = pl.col(column.name)
        text = text.list.join("\x1f") if column.dtype == pl.List(pl.String) else text
        suspects = rows.filter(may_hold_person_number(text)).select(key=key, text=text).collect()
        is_identifier = column.name.endswith(_IDENTIFIERS)
        yield from _in_texts(
            table.name, column.name, ((each, is_identifier, said) for each, said in suspects.sort("key").iter_rows())
        )


def _in_texts(place: str, column: str, texts: Iterable[tuple[str, bool, str]]) -> Iterator[PersonalDataFinding]:
    hits = [(key, text) for key, is_identifier, text in texts if find_person_numbers(text, is_identifier=is_identifier)]
    if hits:
        key, text = hits[0]
        at = find_person_numbers(text)[0].start if find_person_numbers(text) else 0
        example = mask_text(text)[max(0, at - 20) : at + 40]
        yield PersonalDataFinding(mask_text(place), column, len(hits), " ".join(example.split()), mask_text(key))


def _text_of(path: Path) -> str | None:
    """The text of a file; None where it is of another kind, or cannot be read."""
    try:
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                sheets = [name for name in book.namelist() if name.endswith(".xml")]
                return "\n".join(_TAG.sub("\x1f", book.read(name).decode()) for name in sheets)
        return path.read_text(encoding="utf-8") if path.suffix in _TEXT_FILES else None
    except (OSError, ValueError, zipfile.BadZipFile):
        return None
