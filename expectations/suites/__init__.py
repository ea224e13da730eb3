"""What must hold, table by table. Suites are data, so that reading or listing them loads no engine."""

from __future__ import annotations

from difflib import get_close_matches

from expectations.shape import TableSpec
from expectations.suites.expected import Expected
from expectations.suites.generic import of_columns, of_volume
from expectations.suites.rules import RULES

__all__ = ["EmptySuite", "Expected", "UnknownTable", "suite_of"]


class UnknownTable(LookupError):
    """No suite is written for a table of this name."""


class EmptySuite(LookupError):
    """Nothing is expected of a table."""


def suite_of(table: TableSpec, previous_count: int | None = None) -> tuple[Expected, ...]:
    """All that must hold of `table`: shape and vocabulary from its columns, row rules, volume.

    Raises UnknownTable or EmptySuite.
    """
    if table.name not in RULES:
        near = get_close_matches(table.name, RULES, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise UnknownTable(f"the gate knows no table {table.name}{hint} It knows {', '.join(RULES)}.")
    rules = [rule.expected(table.limits) for rule in RULES[table.name]]
    suite = (*of_columns(table), *rules)
    if not suite:
        raise EmptySuite(f"nothing is expected of {table.name}: a table nobody looks at must not pass")
    return (*suite, *of_volume(table, previous_count))
