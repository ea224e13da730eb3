"""How answers look in a terminal. Officers read Chinese; every module makes lines from plain values.

- `columns`      tables in which Chinese characters are two columns wide
- `explanation`  why an enterprise has its tier
- `desk`         the short answer of the approval desk
- `lists`        changes, quarantine, runs
- `penalties`    the publicity of penalties
"""

from flows.cli.text.columns import pad, pairs, table, width

__all__ = ["pad", "pairs", "table", "width"]
