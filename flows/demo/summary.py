"""What a demo region holds: the numbers a test or a reader compares the intake's accounts with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

COUNTS = ("rows", "records", "corrections", "duplicates", "faults")


@dataclass(frozen=True)
class FileSummary:
    """A file: path below the inbox, the kind of its rows, how many, and how many are planted faults.

    `kind` is empty for a file that no source knows; `same_as` names the file of which it is a copy.
    """

    path: str
    kind: str
    delivered_on: date
    rows: int
    faults: int
    same_as: str = ""


@dataclass(frozen=True)
class DemoSummary:
    """An inbox as written. `kinds`: per kind the counts of COUNTS; records are distinct facts without a fault.

    `faults`: per fault code of the intake the number of planted rows. `expected_duplicates` are rows sent again
    in another file; a whole file sent again (`same_as`) is not among them.
    """

    enterprises: int
    days: int
    seed: int
    end_on: date
    deliveries: tuple[date, ...]
    kinds: Mapping[str, Mapping[str, int]]
    faults: Mapping[str, int]
    files: tuple[FileSummary, ...]

    def as_json(self) -> dict[str, object]:
        """For `--json`: days as ISO text."""
        return {name: _plain(value) for name, value in asdict(self).items()}


class Tally:
    """Counts while files are written."""

    def __init__(self) -> None:
        self.kinds: dict[str, Counter[str]] = {}
        self.faults: Counter[str] = Counter()
        self.rows: Counter[str] = Counter()
        self.faulty_rows: Counter[str] = Counter()

    def add(self, kind: str, path: str, role: str, fault: str | None) -> None:
        """One row of `kind` in the file at `path`."""
        counts = self.kinds.setdefault(kind, Counter(dict.fromkeys(COUNTS, 0)))
        counts["rows"] += 1
        counts["faults" if fault else _COUNT_OF[role]] += 1
        self.rows[path] += 1
        if fault:
            self.faults[fault] += 1
            self.faulty_rows[path] += 1


_COUNT_OF = {"first": "records", "correction": "corrections", "duplicate": "duplicates"}


def _plain(value: object) -> object:
    match value:
        case date():
            return value.isoformat()
        case dict():
            return {str(key): _plain(part) for key, part in value.items()}
        case list() | tuple():
            return [_plain(part) for part in value]
        case _:
            return value
