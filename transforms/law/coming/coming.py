"""The coming days: what happens by itself, and what someone must do by when."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.law.coming.publicity import of_publicity, of_terms, with_sources_of_repairs
from transforms.law.coming.register import of_bans, of_listings, of_matters, of_orders, of_outlook
from transforms.law.coming.repairs import of_repairs
from transforms.law.coming.samplings import of_samplings
from transforms.law.legal import Legal
from transforms.tables.law.coming import COMING, REPAIRS

_ORDER = ("on", "is_automatic", "what", "enterprise_id", "decision_no", "record_id", "system")


def coming(
    legal: Legal,
    until: date | None = None,
    outlook: pl.LazyFrame | None = None,
    with_repair: bool = True,
) -> pl.LazyFrame:
    """COMING from `legal.as_of` to `until` (included; None: all): overdue duties first, then by day.

    What happens by itself is told after `as_of`, for what happens on it has happened; duties from `as_of` on. It is
    what later days will show if no record comes in between. outlook: the changes of tier that are foretold.
    with_repair: also when early ends may be asked for.
    """
    as_of = legal.as_of
    records = legal.records
    parts = [
        with_sources_of_repairs(
            of_publicity(legal.publicity, legal.law.calendar, as_of),
            legal.register.followed,
            legal.law.publicity.repairs,
        ),
        of_publicity(legal.spot_checks, legal.law.calendar, as_of, "spot_check"),
        of_listings(legal.register.listings, as_of),
        of_matters(legal.register, legal.publicity, legal.law.calendar, as_of),
        of_terms(records["penalty"].filter(pl.col("decided_on") <= as_of), legal.bans),
        of_bans(legal.bans),
        of_orders(records["rectification"], as_of),
    ]
    if legal.law.spot_checks is not None:
        parts.append(of_samplings(records["sampling"], legal.law.spot_checks, legal.law.calendar, as_of))
    if with_repair:
        parts.append(of_repairs(legal, until))
    if outlook is not None:
        parts.append(of_outlook(outlook))
    return _named(_in_time(pl.concat(parts), as_of, until), records["enterprise"])


def untold(legal: Legal, until: date | None) -> pl.LazyFrame:
    """Rows of PUBLICITY of which COMING cannot tell all up to `until`: the policy or the calendar lacks something."""
    is_open = ~pl.col("state").is_in(["unpublished", "uncovered"]) & pl.col("gap").is_not_null()
    is_beyond = until is None or until > legal.law.calendar.last_on
    return legal.publicity.filter(is_open & ((pl.col("gap") == "low_fine") | pl.lit(is_beyond)))


def _in_time(rows: pl.LazyFrame, as_of: date, until: date | None) -> pl.LazyFrame:
    is_ahead = pl.when("is_automatic").then(pl.col("on") > as_of).otherwise(pl.lit(True))
    is_near = pl.lit(True) if until is None else (pl.col("on") <= until).fill_null(True)
    return in_order(rows.filter(is_ahead & is_near))


def in_order(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of COMING: overdue duties first, then by day."""
    ordered = rows.with_columns(_later=~pl.col("is_overdue")).sort("_later", *_ORDER, nulls_last=False)
    return ordered.select(list(COMING.schema))


def of_repair() -> pl.Expr:
    """Whether a row of COMING tells from when an early end may be asked for."""
    return pl.col("what").is_in(REPAIRS)


def _named(rows: pl.LazyFrame, enterprises: pl.LazyFrame) -> pl.LazyFrame:
    """Enterprises by their name in the register; a barred person by the person's own."""
    names = enterprises.select("enterprise_id", _name="name")
    is_person = pl.col("matter") == "ban"
    name = pl.when(is_person).then("party_name").otherwise(pl.coalesce("_name", "party_name"))
    joined = rows.join(names, on="enterprise_id", how="left", maintain_order="left")
    return joined.with_columns(party_name=name).drop("_name")
