"""The columns of every stored table. `TABLES` holds the tables by name, `KINDS` the kinds of record.

- `base`           Column, Table, Kind and the types of columns
- `vocabularies`   codes and their Chinese terms
- `record_kinds`   inspections, penalties, decisions and the other records that come in
- `run_tables`     what a run writes: files, quarantine, ratings, trace, changes
- `law`            the legal state of records
"""

from transforms.schemas.base import RECORD_COLUMNS, Column, Kind, Table
from transforms.schemas.law import LAW_TABLES
from transforms.schemas.record_kinds import KINDS, LISTING_KIND
from transforms.schemas.run_tables import RUN_TABLES

TABLES: dict[str, Table] = {**{name: kind.table for name, kind in KINDS.items()}, **RUN_TABLES, **LAW_TABLES}

__all__ = ["KINDS", "LAW_TABLES", "LISTING_KIND", "RECORD_COLUMNS", "RUN_TABLES", "TABLES", "Column", "Kind", "Table"]
