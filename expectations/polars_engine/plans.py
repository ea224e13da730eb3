"""What answers a metric: a plan made of expressions, without a look at the data.

A planner turns what is asked (metric, domain, values, schema) into a plan; `solve` carries plans out, all of a
round together. Planners are kept by the metric's name in Great Expectations, and told to it as its providers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

PLACE = "__place_of_row__"


class UnknownColumn(LookupError):
    """A column is asked for that the frame does not have."""


class UnfitColumn(TypeError):
    """A column's type, or an argument, does not fit what is asked of it."""


@dataclass(frozen=True)
class Asked:
    """One metric as it is asked for: its domain (columns, row condition), its values (arguments), the schema."""

    metric: str
    domain: Mapping[str, Any]
    values: Mapping[str, Any]
    schema: pl.Schema

    def column(self, key: str = "column") -> str:
        """The name of the domain's column; raises UnknownColumn where the frame lacks it."""
        return self.known(self.domain[key])

    def columns(self) -> list[str]:
        """The columns of the domain, whichever keys name them."""
        if "column_list" in self.domain:
            return [self.known(name) for name in self.domain["column_list"]]
        keys = ("column_A", "column_B") if "column_A" in self.domain else ("column",)
        return [self.column(key) for key in keys]

    def known(self, name: str) -> str:
        """`name`, if the frame has such a column; raises UnknownColumn otherwise."""
        if name not in self.schema:
            raise UnknownColumn(f'there is no column "{name}"; the frame has: {", ".join(self.schema)}')
        return name


@dataclass(frozen=True)
class Rule:
    """Which rows are looked at (None: all), and which of them meet what is expected. No nulls in either.

    Either `meets` answers row by row, or `unique` names the columns whose values together stand once.
    """

    looked_at: pl.Expr | None
    meets: pl.Expr | None = None
    unique: tuple[str, ...] = ()

    def within(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """The rows looked at."""
        return rows if self.looked_at is None else rows.filter(self.looked_at)

    def size(self) -> pl.Expr:
        """How many rows are looked at."""
        return pl.len().cast(pl.Int64) if self.looked_at is None else self.looked_at.sum().cast(pl.Int64)

    def broken(self) -> pl.Expr:
        """Whether a row breaks a rule that answers row by row."""
        if self.meets is None:
            raise ValueError("whether a value stands twice no row says alone")
        return ~self.meets if self.looked_at is None else self.looked_at & ~self.meets


def constant(column: str, answer: bool) -> pl.Expr:
    """One answer for every row; a literal would be one answer in all."""
    is_null = pl.col(column).is_null()
    return is_null.is_not_null() if answer else is_null.is_null()


@dataclass(frozen=True)
class Known:
    """An answer that the schema alone gives."""

    value: Any


@dataclass(frozen=True)
class Aggregate:
    """An answer computed from one row of aggregates."""

    parts: tuple[pl.Expr, ...]
    finish: Callable[..., Any]


@dataclass(frozen=True)
class Count:
    """How many rows break a rule."""

    rule: Rule


@dataclass(frozen=True)
class Sample:
    """Rows that break a rule, in the order of the frame: at most `limit` of them, each with its place from 0."""

    rule: Rule
    columns: tuple[str, ...]
    limit: int | None
    shape: Callable[[list[dict[str, Any]]], Any]


Plan = Known | Aggregate | Count | Sample
Planner = Callable[[Asked], Plan]
