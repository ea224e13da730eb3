"""One thing that must hold: a Great Expectations type with its arguments, how grave a breach is, and in words why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from expectations.verdict import Severity


@dataclass(frozen=True)
class Expected:
    """`expectation` is the class name in Great Expectations (or of the engine's own); `says` is for the operator.

    zh: the same in Chinese, for officers, its columns named by their labels.
    """

    expectation: str
    says: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = "critical"
    zh: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns concerned; none for the table as a whole."""
        one = self.arguments.get("column")
        return (one,) if one else tuple(self.arguments.get("column_list", ()))
