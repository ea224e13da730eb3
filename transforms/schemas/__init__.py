"""The shape of every stored frame. `TABLES` holds all of them by name, `KINDS` the record kinds."""

from transforms.schemas.base import RECORD_COLUMNS, Column, Kind, Table
from transforms.schemas.law import LAW_TABLES
from transforms.schemas.record_kinds import KINDS, LISTING_KIND
from transforms.schemas.run_tables import RUN_TABLES

TABLES: dict[str, Table] = {**{name: kind.table for name, kind in KINDS.items()}, **RUN_TABLES, **LAW_TABLES}

__all__ = ["KINDS", "LAW_TABLES", "LISTING_KIND", "RECORD_COLUMNS", "RUN_TABLES", "TABLES", "Column", "Kind", "Table"]
