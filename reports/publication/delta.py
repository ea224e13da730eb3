"""The difference between two versions of a list. The law: apply(previous, delta_of(previous, current)) == current."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from reports.grid import Grid, GridField, grid_from_rows
from reports.public_lists import EntryKey, ListEntry, ListSpec, Operation

OPERATIONS: dict[str, str] = {"ADD": "新增", "MOD": "变更", "DEL": "移除"}
Causes = Mapping[tuple[Operation, EntryKey], str]


class DeltaProblem(ValueError):
    """A delta that does not fit the version it is applied to."""


@dataclass(frozen=True)
class DeltaRow:
    """One difference. entry: as it is now; for DEL as it was last. changed: columns that differ."""

    operation: Operation
    cause: str
    entry: ListEntry
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Delta:
    """All differences of a list from version `previous` (None for the first) to `current`, sorted by key."""

    spec: ListSpec
    previous: str | None
    current: str
    rows: tuple[DeltaRow, ...]

    def count(self, operation: Operation) -> int:
        """How many rows are of that kind."""
        return sum(row.operation == operation for row in self.rows)

    @property
    def grid(self) -> Grid:
        """The delta as a table."""
        head = (
            GridField("operation", "变动", "words", OPERATIONS),
            GridField("cause", "变动原因"),
            GridField("changed", "变更栏目", "texts"),
        )
        rows = [self._shown(row) for row in self.rows]
        return grid_from_rows("delta", "与上一版的差异", (*head, *self.spec.fields[1:]), rows, "与上一版相同")

    def _shown(self, row: DeltaRow) -> tuple[object, ...]:
        shown = [field.name for field in self.spec.fields[1:]]
        changed = [self.spec.labels.get(name, name) for name in row.changed]
        return (row.operation, row.cause, changed, *(getattr(row.entry, name) for name in shown))

    def content(self) -> dict[str, Any]:
        """The delta as plain values for JSON; `read_delta` reads it back."""
        return {"previous": self.previous, "current": self.current, "rows": [asdict(row) for row in self.rows]}


def read_delta(spec: ListSpec, content: Mapping[str, Any]) -> Delta:
    """The delta of that list from the JSON of `Delta.content`."""
    rows = [
        DeltaRow(row["operation"], row["cause"], entry_from_json(spec, row["entry"]), tuple(row["changed"]))
        for row in content["rows"]
    ]
    return Delta(spec, content["previous"], content["current"], tuple(rows))


def entry_from_json(spec: ListSpec, content: Mapping[str, Any]) -> ListEntry:
    """An entry of that list from JSON: days come as text."""
    days = {name for name in content if name.endswith("_on")}
    values: dict[str, Any] = {n: date.fromisoformat(v) if n in days and v else v for n, v in content.items()}
    return spec.entry(**values)


def delta_of(
    spec: ListSpec,
    previous: Sequence[ListEntry],
    current: Sequence[ListEntry],
    versions: tuple[str | None, str],
    causes: Causes,
) -> Delta:
    """What differs. causes: codes of spec.causes by operation and key; spec.usual where it has none."""
    before, after = by_key(spec, previous), by_key(spec, current)
    rows = [
        _row(spec, before.get(key), after.get(key), causes)
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]
    return Delta(spec, *versions, tuple(rows))


def _row(spec: ListSpec, before: ListEntry | None, after: ListEntry | None, causes: Causes) -> DeltaRow:
    match before, after:
        case None, ListEntry():
            return DeltaRow("ADD", _cause(spec, "ADD", after, causes), after)
        case ListEntry(), None:
            return DeltaRow("DEL", _cause(spec, "DEL", before, causes), before)
        case ListEntry(), ListEntry():
            names = [field.name for field in fields(spec.entry)]
            differing = tuple(name for name in names if getattr(before, name) != getattr(after, name))
            return DeltaRow("MOD", _cause(spec, "MOD", after, causes), after, differing)
        case _:
            raise AssertionError("a key of neither version cannot differ")


def _cause(spec: ListSpec, operation: Operation, entry: ListEntry, causes: Causes) -> str:
    return spec.causes[causes.get((operation, spec.key_of(entry)), spec.usual[operation])]


def by_key(spec: ListSpec, entries: Iterable[ListEntry]) -> dict[EntryKey, ListEntry]:
    """Entries by key."""
    return {spec.key_of(entry): entry for entry in entries}


def apply_delta(previous: Iterable[ListEntry], delta: Delta) -> tuple[ListEntry, ...]:
    """The current entries, in the order of the list.

    Raises DeltaProblem where the delta was made for another version: an added entry exists already, or a changed or
    removed one does not.
    """
    entries = by_key(delta.spec, previous)
    for row in delta.rows:
        key = delta.spec.key_of(row.entry)
        if (key in entries) == (row.operation == "ADD"):
            state = "exists already" if key in entries else "does not exist"
            raise DeltaProblem(f"{row.operation} of {key}: it {state} in version {delta.previous}")
        entries.pop(key, None)
        if row.operation != "DEL":
            entries[key] = row.entry
    return delta.spec.sorted(entries.values())
