"""What listings are worked out from."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from transforms.policy.law_procedure import ProcedureLaw
from transforms.policy.law_serious import SeriousList


@dataclass(frozen=True)
class ListRecords:
    """Current versions of the records that a listing is about."""

    decisions: pl.LazyFrame
    enterprises: pl.LazyFrame
    penalties: pl.LazyFrame


@dataclass(frozen=True)
class ListLaw:
    """The law of the list, and of the steps that lead to it and from it."""

    serious: SeriousList
    procedure: ProcedureLaw
