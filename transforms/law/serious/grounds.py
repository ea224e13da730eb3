"""The penalty a listing rests on: whether it still stands, what it restricts, whose province punished."""

from __future__ import annotations

import polars as pl

from transforms.law.by_day import value_on
from transforms.law.classes import FOR_EVER
from transforms.law.facts import IN_FORCE, with_facts
from transforms.law.serious.records import ListRecords
from transforms.policy.law_serious import SeriousList
from transforms.records.text import document_key
from transforms.tables.shape import DAY, TEXTS

_NAMES = ("is_known", "is_annulled", "annulled_on", "is_changed", "is_other_province", "term_on", "is_term_unstated")


def with_grounds(matters: pl.LazyFrame, records: ListRecords, law: SeriousList) -> pl.LazyFrame:
    """`matters` (with enterprise_id, target_key and stated_until_on) with what is known of the penalty of that number.

    Adds is_known, is_annulled, annulled_on, is_changed, is_other_province, term_on (FOR_EVER for life; the later of
    the penalty's and of what the listing states) and is_term_unstated.
    """
    key = ["enterprise_id", "target_key"]
    joined = matters.join(_grounds(records, law), on=key, how="left", maintain_order="left")
    flags = [pl.col(name).fill_null(False) for name in _NAMES if name.startswith("is_")]
    return joined.with_columns(*flags, term_on=pl.max_horizontal("term_on", "stated_until_on"))


def _grounds(records: ListRecords, law: SeriousList) -> pl.LazyFrame:
    penalties = with_facts(records.penalties.filter(pl.col("enterprise_id").is_not_null()), records.enterprises)
    return (
        penalties.with_columns(target_key=document_key(pl.col("decision_no")))
        .with_columns(is_known=pl.lit(True), is_annulled=is_annulled(law), **_term(law))
        .with_columns(
            is_changed=~pl.col("is_annulled") & (pl.col("state") != IN_FORCE).fill_null(False),
            annulled_on=pl.when("is_annulled").then("revoked_on"),
        )
        .sort("record_id")
        .group_by("enterprise_id", "target_key", maintain_order=True)
        .agg(pl.col(_NAMES).first())
    )


def is_annulled(law: SeriousList) -> pl.Expr:
    """In one of the states that the law of the day names; a day without a state is a revocation."""
    states = value_on(law.annulling, pl.coalesce("revoked_on", pl.lit(FOR_EVER)), TEXTS)
    is_stated = states.list.contains(pl.col("state")).fill_null(False)
    is_silent = pl.col("state").is_null() | (pl.col("state") == IN_FORCE)
    return is_stated | (is_silent & pl.col("revoked_on").is_not_null())


def _term(law: SeriousList) -> dict[str, pl.Expr]:
    restricts = pl.sql_expr(law.restricts_when).fill_null(False)
    is_lifelong = pl.sql_expr(law.lifelong_when).fill_null(False)
    until = pl.when(is_lifelong).then(pl.lit(FOR_EVER, dtype=DAY)).otherwise(pl.col("valid_until_on"))
    return {"term_on": pl.when(restricts).then(until), "is_term_unstated": restricts & until.is_null()}
