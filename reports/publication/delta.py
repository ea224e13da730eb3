"""The difference between two versions of a list. The law: apply(previous, delta_of(previous, current)) == current."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Literal

from reports.grid import Field, Grid, grid_from
from reports.views.listing import LIST_FIELDS, Entry

Operation = Literal["ADD", "MOD", "DEL"]
Key = tuple[str, str]
OPERATIONS: dict[str, str] = {"ADD": "新增", "MOD": "变更", "DEL": "移除"}
USUAL_CAUSES: dict[Operation, str] = {"ADD": "作出列入决定", "MOD": "记载内容变更", "DEL": "公示终止"}


class DeltaProblem(ValueError):
    """A delta that does not fit the version it is applied to."""


@dataclass(frozen=True)
class Row:
    """One difference. `entry`: as it stands now; for DEL as it stood last. `changed`: columns that differ."""

    operation: Operation
    cause: str
    entry: Entry
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Delta:
    """All differences from `previous` (a version, None for the first) to `current`, by decision number."""

    previous: str | None
    current: str
    rows: tuple[Row, ...]

    def count(self, operation: Operation) -> int:
        """How many rows are of that kind."""
        return sum(row.operation == operation for row in self.rows)

    @property
    def grid(self) -> Grid:
        """The delta as a table."""
        head = (
            Field("operation", "变动", "words", OPERATIONS),
            Field("cause", "变动原因"),
            Field("changed", "变更栏目", "texts"),
        )
        rows = [_shown(row) for row in self.rows]
        return grid_from("delta", "与上一版的差异", (*head, *LIST_FIELDS[1:]), rows, "与上一版相同")

    def content(self) -> dict[str, Any]:
        """The delta as plain values, from which `read` makes it again."""
        return {"previous": self.previous, "current": self.current, "rows": [asdict(row) for row in self.rows]}


def _shown(row: Row) -> tuple[object, ...]:
    labels = {shown.name: shown.label for shown in LIST_FIELDS[1:]}
    changed = [labels.get(name, name) for name in row.changed]
    return (row.operation, row.cause, changed, *(getattr(row.entry, name) for name in labels))


def read(content: Mapping[str, Any]) -> Delta:
    """A delta from what `content` gave, after its way through JSON."""
    rows = [
        Row(row["operation"], row["cause"], entry_from(row["entry"]), tuple(row["changed"])) for row in content["rows"]
    ]
    return Delta(content["previous"], content["current"], tuple(rows))


def entry_from(content: Mapping[str, Any]) -> Entry:
    """An entry from JSON: days come as text."""
    days = {name for name in content if name.endswith("_on")}
    values: dict[str, Any] = {n: date.fromisoformat(v) if n in days and v else v for n, v in content.items()}
    return Entry(**values)


def delta_of(
    previous: Sequence[Entry], current: Sequence[Entry], versions: tuple[str | None, str], causes: Mapping[Key, str]
) -> Delta:
    """What differs. `causes` by key (decision_no, enterprise_id); the usual word where it has none."""
    before, after = by_key(previous), by_key(current)
    rows = [
        _row(before.get(key), after.get(key), causes.get(key, ""))
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]
    return Delta(*versions, tuple(rows))


def _row(before: Entry | None, after: Entry | None, cause: str) -> Row:
    match before, after:
        case None, Entry():
            return Row("ADD", cause or USUAL_CAUSES["ADD"], after)
        case Entry(), None:
            return Row("DEL", cause or USUAL_CAUSES["DEL"], before)
        case Entry(), Entry():
            changed = [field.name for field in fields(Entry)]
            differing = tuple(name for name in changed if getattr(before, name) != getattr(after, name))
            return Row("MOD", cause or USUAL_CAUSES["MOD"], after, differing)
        case _:
            raise AssertionError("a key of neither version cannot differ")


def by_key(entries: Iterable[Entry]) -> dict[Key, Entry]:
    """Entries by what identifies them."""
    return {entry.key: entry for entry in entries}


def apply(previous: Iterable[Entry], delta: Delta) -> tuple[Entry, ...]:
    """The current entries, in the order of the list.

    Raises DeltaProblem where the delta was made for another version: adding what stands, or changing or
    removing what does not.
    """
    standing = by_key(previous)
    for row in delta.rows:
        key = row.entry.key
        if (key in standing) == (row.operation == "ADD"):
            stands = "stands already" if key in standing else "does not stand"
            raise DeltaProblem(f"{row.operation} of {key}: it {stands} in version {delta.previous}")
        standing.pop(key, None)
        if row.operation != "DEL":
            standing[key] = row.entry
    return tuple(sorted(standing.values(), key=lambda entry: entry.place))
