"""The shape of every stored frame. `TABLES` holds all of them by name, `KINDS` the record kinds."""

from transforms.tables.kinds import KINDS, LISTS
from transforms.tables.law.kept import LAW_KEPT
from transforms.tables.outputs import OUTPUTS
from transforms.tables.shape import RECORD_COLUMNS, Column, Kind, Table

TABLES: dict[str, Table] = {**{name: kind.table for name, kind in KINDS.items()}, **OUTPUTS, **LAW_KEPT}

__all__ = ["KINDS", "LAW_KEPT", "LISTS", "OUTPUTS", "RECORD_COLUMNS", "TABLES", "Column", "Kind", "Table"]
