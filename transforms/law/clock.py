"""When a penalty's publicity is due, and from when its periods count."""

from __future__ import annotations

import polars as pl

from transforms.law.by_day import value_on
from transforms.law.calendar import Calendar, working_days_later
from transforms.law.classes import FOR_EVER
from transforms.policy.dated import Dated
from transforms.policy.law_publicity import Publicity
from transforms.tables.shape import COUNT, DAY, TEXT

_NO_DAY = pl.lit(None, dtype=DAY)


def with_terms(facts: pl.LazyFrame, system: Publicity, calendar: Calendar) -> pl.LazyFrame:
    """Terms in working days: push and publish from the decision, withdraw from the annulment."""
    decided = pl.col("decided_on")
    direct = working_days_later(decided, _on(system.publish_working_days), calendar)
    pushed = working_days_later(decided, _on(system.push_working_days), calendar)
    received = working_days_later(pl.col("push_by_on"), _on(system.receive_working_days), calendar)
    is_pushed = pl.lit(system.push_working_days is not None) & pl.col("is_other_province")
    return (
        facts.with_columns(push_by_on=pl.when(is_pushed).then(pushed))
        .with_columns(
            publish_by_on=pl.when(is_pushed).then(received).otherwise(direct),
            withdraw_by_on=working_days_later(pl.col("annulled_on"), _on(system.withdraw_working_days), calendar),
        )
        .with_columns(_source(system.publish_working_days, "publish"))
        .with_columns(_source(system.withdraw_working_days, "withdraw"))
    )


def _on(dated: Dated[int] | None) -> pl.Expr:
    return value_on(dated, pl.col("decided_on"), COUNT)


def _source(dated: Dated[int] | None, name: str) -> list[pl.Expr]:
    basis = pl.lit(dated.basis if dated else None, dtype=TEXT).alias(f"{name}_basis")
    return [basis, pl.lit(dated.confidence if dated else None, dtype=TEXT).alias(f"{name}_confidence")]


def with_clock(frame: pl.LazyFrame, system: Publicity) -> pl.LazyFrame:
    """counts_from_on, is_publication_unstated, term_on: where periods begin, and where a restriction ends.

    What was not published, as far as the record says, has no period yet where the law counts from the publication.

    A revoked repair begins the period anew (`restarted_on`); that it was off display before says nothing then.
    """
    is_lifelong = pl.sql_expr(system.lifelong_when).fill_null(False)
    published = pl.col(system.published_column) if system.published_column else _NO_DAY
    withdrawn = pl.col(system.withdrawn_column) if system.withdrawn_column else _NO_DAY
    back = pl.max_horizontal("restored_on", "resumed_on")
    start = system.regimes[0].from_
    days = {"publish_by": pl.col("publish_by_on"), "decision": pl.col("decided_on")}
    assumed = days.get(system.unstated_publication.on(start) or "none", _NO_DAY)
    is_by_publication = system.counts_from.on(start) == "publication"
    begun = pl.coalesce("published_on", assumed) if is_by_publication else pl.col("decided_on")
    unstated = pl.lit(is_by_publication) & pl.coalesce("restarted_on", published).is_null()
    return frame.with_columns(
        published_on=published, unpublished_on=pl.when((withdrawn >= back).fill_null(True)).then(withdrawn)
    ).with_columns(
        counts_from_on=pl.coalesce("restarted_on", begun),
        is_publication_unstated=unstated,
        term_on=pl.when(is_lifelong).then(pl.lit(FOR_EVER)).otherwise(pl.col("valid_until_on")),
    )
