"""`make docs`: writes the pages that a program must write, so that they cannot drift from the code."""

from __future__ import annotations

from pathlib import Path

from transforms.tables import KINDS, OUTPUTS, RECORD_COLUMNS, Column, Table

DOCS = Path(__file__).parent
_HEAD = """# Data dictionary

Written by `make docs` from `transforms/tables`; do not edit. Suffixes: `_id` identifiers, `_no` document numbers,
`_on` days, `_at` instants (UTC), `_fen` money in fen, `_centipoints` hundredths of a point, `is_` truths.
`*` marks a column that is never empty. Record tables keep every version of every record; nothing is deleted.
"""


def data_dictionary() -> str:
    """The page: what every record has, then a section per kind and per output table."""
    parts = [_HEAD, "## Columns of every record\n", _columns(RECORD_COLUMNS)]
    for kind in KINDS.values():
        parts += [_title(kind.table), _kind_facts(kind.name), _columns(kind.columns)]
    for table in OUTPUTS.values():
        parts += [_title(table), f"Key: {', '.join(f'`{name}`' for name in table.key)}.\n", _columns(table.columns)]
    return "\n".join(parts)


def _title(table: Table) -> str:
    return f"## `{table.name}` {table.label}\n\n{table.doc}\n"


def _kind_facts(name: str) -> str:
    kind = KINDS[name]
    facts = [
        f"Identified by {', '.join(f'`{column}`' for column in kind.natural_key)}",
        f"dated by `{kind.event_on}`",
        f"document number `{kind.number}`",
    ]
    if kind.revoked_on:
        facts.append(f"no longer counts from `{kind.revoked_on}` on")
    if kind.expires_on:
        facts.append(f"has a term of its own to `{kind.expires_on}`")
    if kind.act:
        facts.append(f"punishes the act `{kind.act}`")
    return "; ".join(facts) + ".\n"


def _columns(columns: tuple[Column, ...]) -> str:
    rows = ["| column | 中文 | type | meaning |", "|---|---|---|---|", *map(_row, columns)]
    return "\n".join(rows) + "\n"


def _row(column: Column) -> str:
    words = "；".join(f"`{code}` {word}" for code, word in column.words.items())
    meaning = column.doc + (f". {words}" if words else "")
    return f"| `{column.name}`{'*' if column.required else ''} | {column.label} | {column.dtype} | {meaning} |"


PAGES = {"data-dictionary.md": data_dictionary}


def main() -> None:
    """Write every generated page."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
        print(f"docs/{name}")  # noqa: T201


if __name__ == "__main__":
    main()
