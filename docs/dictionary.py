"""The data dictionary, from `transforms.tables`."""

from __future__ import annotations

import polars as pl

from docs.markdown import table
from transforms.tables import KINDS, LAW_KEPT, OUTPUTS, RECORD_COLUMNS, Column, Table
from transforms.tables.law.repair import CONDITION, CONDITIONS
from transforms.tables.shape import INSTANT, TEXTS

_HEAD = """# Data dictionary 数据字典

Written by `make docs` from `transforms/tables`; do not edit. Suffixes: `_id` identifiers, `_no` document numbers,
`_on` days, `_at` instants (UTC), `_fen` money in fen, `_centipoints` hundredths of a point, `is_` truths.
`*` marks a column that is never empty. Record tables keep every version of every record; nothing is deleted.
"""
_TYPES = {INSTANT: "Datetime (UTC)", TEXTS: "List of String"}


def data_dictionary() -> str:
    """The page: what every record has, then a section per kind and per output table."""
    parts = [_HEAD, "## Columns of every record\n", _columns(RECORD_COLUMNS)]
    for kind in KINDS.values():
        parts += [_title(kind.table), _kind_facts(kind.name), _columns(kind.columns)]
    for output in (*OUTPUTS.values(), *LAW_KEPT.values()):
        parts += [_title(output), f"Key: {', '.join(f'`{name}`' for name in output.key)}.\n", _columns(output.columns)]
    return "\n".join(parts)


def type_name(dtype: pl.DataType) -> str:
    """A column's type as a person reads it."""
    if dtype == CONDITIONS:
        return "List of " + ", ".join(f"`{name}` {inner}" for name, inner in CONDITION.items())
    return _TYPES.get(dtype, str(dtype))


def _title(shown: Table) -> str:
    return f"## `{shown.name}` {shown.label}\n\n{shown.doc}\n"


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
    return table(["column", "中文", "type", "meaning"], map(_row, columns))


def _row(column: Column) -> tuple[str, str, str, str]:
    words = "；".join(f"`{code}` {word}" for code, word in column.words.items())
    meaning = column.doc + (f". {words}" if words else "")
    return f"`{column.name}`{'*' if column.required else ''}", column.label, type_name(column.dtype), meaning
