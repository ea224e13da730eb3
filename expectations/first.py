"""What to look at first when the gate refuses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from expectations.verdict import GRAVITY, Finding, Verdict

_SENDER = "a source has changed its format or its words: its quarantine workbook says what was turned away and why"
_MEANINGS_OF_COLUMNS = {
    "quarantined_count, read_count": _SENDER,
    "quarantined_count, read_count, group_quarantined_count, group_read_count": _SENDER,
}
_MEANINGS = {
    "expect_table_row_count_to_be_between": "a source sent only part of its data, or the inbox was read before all "
    "files had arrived; if the change is real, say so in the policy of the gate",
    "expect_column_values_to_not_be_null": "the source's mapping lost a column, or a computation left a hole",
    "expect_column_values_to_be_in_set": "a word the mapping does not know came through, or code and vocabulary differ",
    "expect_column_values_to_match_regex": "a value passed the mapping in a form it should have turned away",
    "expect_column_values_to_be_unique": "the same thing was written twice: look for a run that was repeated",
    "expect_compound_columns_to_be_unique": "the same thing was written twice: look for a run that was repeated",
    "expect_column_values_to_satisfy": "a number or date outside what is possible passed the mapping",
    "expect_rows_to_satisfy": "columns that belong together contradict each other; look up the record of the row",
}


def what_first(verdicts: Iterable[Verdict], docs: Path | None = None) -> str:
    """The gravest finding in words: table, column, count, an example row, what it likely means, where to read on.

    Gravest: critical before warning, then most rows. Empty when nothing was found.
    """
    findings = [finding for verdict in verdicts for finding in verdict.findings]
    if not findings:
        return ""
    first = min(findings, key=lambda f: (GRAVITY.index(f.severity), -f.unexpected_count, f.table, f.column))
    lines = [f"Look first at {_where(first)}: {first.message}."]
    if first.sample_rows:
        lines.append(f"For example: {_row(first.sample_rows[0])}")
    if meaning := _MEANINGS_OF_COLUMNS.get(first.column) or _MEANINGS.get(first.expectation):
        lines.append(f"It likely means: {meaning}.")
    lines.append(_others(findings, first))
    if docs is not None:
        lines.append(f"All results: {docs / 'index.html'}")
    return "\n".join(filter(None, lines))


def _where(finding: Finding) -> str:
    return f"{finding.table}.{finding.column} ({finding.label})" if finding.column else f"table {finding.table}"


def _row(row: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value or '(empty)'}" for name, value in row.items())


def _others(findings: list[Finding], first: Finding) -> str:
    others = [finding for finding in findings if finding is not first]
    counts = [(word, sum(f.severity == word for f in others)) for word in GRAVITY]
    said = ", ".join(f"{count} {word}" for word, count in counts if count)
    return f"Besides: {said}." if said else ""
