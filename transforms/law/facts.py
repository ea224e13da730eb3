"""What the law asks of a penalty that stands in no column of it."""

from __future__ import annotations

import polars as pl

from transforms.tables.words import PENALTY_KINDS

IN_FORCE = "in_force"
_RANKS = {kind: rank for rank, kind in enumerate(PENALTY_KINDS)}  # lightest first
_SUMS = {"fine": "fine_fen", "confiscation_gains": "confiscated_fen"}
_NATIONAL = "10"  # a code given out by the national registry says nothing of the province


def with_facts(penalties: pl.LazyFrame, enterprises: pl.LazyFrame) -> pl.LazyFrame:
    """`penalties` with what they leave to be worked out, from their own columns and the register.

    Adds heaviest_kind, is_person, is_other_province, deregistered_on, is_gone_undated, annulled_on, is_annulled, and
    province: that of the authority, by its code; without one, of the party, whom its own province's bodies punish.
    """
    own = ("enterprise_id", "region_code", "deregistered_on")
    register = enterprises.select(*own, is_gone_undated=gone_undated(), enterprise_uscc="uscc")
    return (
        penalties.join(register, on="enterprise_id", how="left", maintain_order="left")
        .with_columns(
            heaviest_kind=_heaviest_kind(),
            is_gone_undated=pl.col("is_gone_undated").fill_null(False),
            is_person=(pl.col("party_class") == "person").fill_null(pl.col("enterprise_id").is_null()),
            _of_authority=_division(pl.col("authority_code").str.slice(2, 2)),
            _of_party=_division(pl.coalesce("region_code", pl.coalesce("enterprise_uscc", "uscc").str.slice(2, 6))),
            annulled_on=pl.col("revoked_on"),
            is_annulled=pl.col("revoked_on").is_not_null() | (pl.col("state") != IN_FORCE).fill_null(False),
        )
        .with_columns(
            province=pl.coalesce("_of_authority", "_of_party"),
            is_other_province=(pl.col("_of_authority") != pl.col("_of_party")).fill_null(False),
        )
        .drop("region_code", "enterprise_uscc", "_of_authority", "_of_party")
    )


def gone_undated() -> pl.Expr:
    """Whether the register has the enterprise as deregistered (注销) and does not say since when."""
    return ((pl.col("state") == "deregistered") & pl.col("deregistered_on").is_null()).fill_null(False)


def _heaviest_kind() -> pl.Expr:
    """The heaviest of the kinds named, and of a fine or confiscation of which only the sum is stated."""
    named = pl.col("penalty_kinds").list.eval(pl.element().replace_strict(_RANKS, return_dtype=pl.Int64)).list.max()
    sums = [pl.when(pl.col(column) > 0).then(pl.lit(_RANKS[kind])) for kind, column in _SUMS.items()]
    kinds = {rank: kind for kind, rank in _RANKS.items()}
    return pl.max_horizontal(named, *sums).replace_strict(kinds, return_dtype=pl.String)


def _division(code: pl.Expr) -> pl.Expr:
    digits = code.str.slice(0, 2)
    return pl.when(digits.str.contains(r"^\d\d$") & (digits != _NATIONAL)).then(digits)
