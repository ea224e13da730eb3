"""What the gate answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["critical", "warning", "info"]
GRAVITY: tuple[Severity, ...] = ("critical", "warning", "info")


@dataclass(frozen=True)
class Finding:
    """One expectation that does not hold.

    `place` is its place in the suite, from 0. `column` names the columns concerned, comma-separated, empty
    for the table as a whole; `label` is its Chinese term. `zh` is the message in Chinese. `sample_rows`: up to twenty
    offending rows, each by its naming columns and offending values.
    """

    table: str
    place: int
    expectation: str
    column: str
    label: str
    severity: Severity
    unexpected_count: int
    message: str
    zh: str = ""
    sample_rows: tuple[Mapping[str, str], ...] = ()

    def __str__(self) -> str:
        where = f"{self.table}.{self.column} ({self.label})" if self.column else self.table
        return f"{self.severity}: {where}: {self.message}"


@dataclass(frozen=True)
class Verdict:
    """The answer for one table. A critical finding refuses, a warning does not; findings stand gravest first.

    `results` is the validation result as plain data: no ids, no times, the same for the same frame.
    """

    table: str
    label: str
    is_passed: bool
    row_count: int
    findings: tuple[Finding, ...]
    results: Mapping[str, Any] = field(repr=False)
