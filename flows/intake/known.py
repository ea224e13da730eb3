"""What the store knows already, as far as the intake asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from transforms.records import KEYS
from transforms.records.register import NEEDED
from transforms.tables import KINDS, TABLES


@dataclass(frozen=True)
class Known:
    """register: every version of every enterprise (the columns of `register.NEEDED` and KEYS).

    versions: per kind the KEYS of every version kept. file_ids: hashes of the files taken in before.
    """

    register: pl.LazyFrame
    versions: Mapping[str, pl.LazyFrame]
    file_ids: frozenset[str]

    @classmethod
    def of(cls, scan: Callable[[str], pl.LazyFrame]) -> Known:
        """From the tables that `scan` gives by name."""
        register = scan("enterprise").select(dict.fromkeys((*NEEDED, *KEYS)).keys())
        files = scan("files").select("file_id").collect()["file_id"]
        return cls(register, {kind: scan(kind).select(KEYS) for kind in KINDS}, frozenset(files))

    @classmethod
    def nothing(cls) -> Known:
        """Before the first night."""
        return cls.of(lambda table: TABLES[table].empty().lazy())
