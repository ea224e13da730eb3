"""A list as it is published: what any list has. Which lists there are: `reports.views.lists`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Literal

import polars as pl

from reports import redaction, show
from reports.grid import Field, Frame, Grid, collected, grid_from

Operation = Literal["ADD", "MOD", "DEL"]
Key = tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """A row of a published list. Each list has its own, of texts and days."""


@dataclass(frozen=True)
class Notes:
    """What a list's page says around the table."""

    empty: str
    search: str
    source: str


@dataclass(frozen=True)
class ListSpec:
    """A list: its name (also its folder), the columns of an entry, and how entries are shown, told apart and sorted.

    fields: what is shown, the running number first. key: columns that identify an entry from one version to the next;
    order: columns it is sorted by, before the key; needed: columns no entry may lack. prose: columns read for what
    they say of persons; the other shown texts are names. party: the column that names whom the entry is about;
    person_when: column and value that mark a natural person. causes: code to word of why an entry came, changed or
    went; usual: the one that is taken where nothing says another.
    """

    name: str
    title: str
    entry: type[Entry]
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    order: tuple[str, ...]
    needed: tuple[str, ...]
    prose: frozenset[str]
    party: str
    causes: Mapping[str, str]
    usual: Mapping[Operation, str]
    notes: Notes
    person_when: tuple[str, str] | None = None

    @property
    def schema(self) -> pl.Schema:
        """The columns of an entry."""
        return pl.Schema({f.name: pl.Date() if f.name.endswith("_on") else pl.String() for f in fields(self.entry)})

    @property
    def labels(self) -> dict[str, str]:
        """The heading of each shown column."""
        return {shown.name: shown.label for shown in self.fields}

    def key_of(self, entry: Entry) -> Key:
        """What identifies the entry from one version to the next."""
        return tuple(getattr(entry, name) for name in self.key)

    def place_of(self, entry: Entry) -> tuple[object, ...]:
        """Where it stands in the list."""
        return tuple(getattr(entry, name) for name in (*self.order, *self.key))

    def sorted(self, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        """The entries in the order of the list."""
        return tuple(sorted(entries, key=self.place_of))


class ListProblem(ValueError):
    """Entries that cannot stand in one list; the message names them."""


@dataclass(frozen=True)
class ListHead:
    """What a version of a list says of itself. `notices` stand visibly on every output."""

    title: str
    office: str
    as_of: date
    version: str
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class ListView:
    """The list of one version. `issues`: what a person should look at, in Chinese."""

    spec: ListSpec
    head: ListHead
    entries: tuple[Entry, ...]
    issues: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Number of entries."""
        return len(self.entries)

    @property
    def grid(self) -> Grid:
        """The published columns, numbered in order."""
        names = [shown.name for shown in self.spec.fields[1:]]
        rows = [(number, *(getattr(entry, name) for name in names)) for number, entry in enumerate(self.entries, 1)]
        return grid_from("list", self.head.title, self.spec.fields, rows, self.spec.notes.empty)


def list_view(spec: ListSpec, entries: Frame, head: ListHead) -> ListView:
    """The view of `entries` (spec.schema; see `entries_of`)."""
    made, issues = entries_of(spec, entries)
    return ListView(spec, head, made, issues)


def entries_of(spec: ListSpec, frame: Frame) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Entries in their order, and the issues found. Missing columns are empty.

    What a text may not say of a person is masked (see `reports.redaction`), and every masking is an issue.
    Raises ListProblem for an entry without what it needs, or two with one key.
    """
    given, schema = collected(frame), spec.schema
    lacking = [pl.lit(None, schema[name]).alias(name) for name in schema if name not in given.columns]
    rows = [_entry(spec, row) for row in given.with_columns(lacking).select(list(schema)).iter_rows(named=True)]
    made = spec.sorted(entry for entry, _ in rows)
    _distinct(spec, made)
    return made, tuple(sorted(issue for _, issues in rows for issue in issues))


def _entry(spec: ListSpec, row: dict[str, Any]) -> tuple[Entry, list[str]]:
    missing = [name for name in spec.needed if not row[name]]
    if missing:
        raise ListProblem(f"entry {row['decision_no']!r} of {row[spec.party]!r} lacks {', '.join(missing)}")
    texts = {name: show.clean(row[name] or "") for name, dtype in spec.schema.items() if dtype == pl.String()}
    masked = {name: _redacted(spec, name, texts) for name in texts}
    written = {name: one.text for name, one in masked.items()}
    issues = [
        f"决定书文号 {written['decision_no']}：“{spec.labels.get(name, name)}”中含{redaction.KINDS[kind]}，已隐去"
        for name, one in masked.items()
        for kind in one.found
    ]
    return spec.entry(**{**row, **written}), issues


def _redacted(spec: ListSpec, name: str, texts: Mapping[str, str]) -> redaction.Redacted:
    text = texts[name]
    if name in spec.prose:
        is_person = spec.person_when is not None and texts[spec.person_when[0]] == spec.person_when[1]
        return redaction.prose(text, texts[spec.party], is_person=is_person)
    if any(shown.name == name and shown.form == "text" for shown in spec.fields):
        return redaction.numbers(text)
    whole = show.redact(text)  # a number of a paper of ours: nothing but an identity number is out of place in it
    return redaction.Redacted(whole, ("identity",) if whole != text else ())


def _distinct(spec: ListSpec, entries: Iterable[Entry]) -> None:
    seen: set[Key] = set()
    for entry in entries:
        key = spec.key_of(entry)
        if key in seen:
            raise ListProblem(f"two entries have the key {key}: {' and '.join(spec.key)} must be unique")
        seen.add(key)
