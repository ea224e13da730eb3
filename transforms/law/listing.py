"""The serious-violation list (严重违法失信名单): entries that were decided, not removed, and have not ended."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.policy.law import SeriousList
from transforms.policy.scheme import Span
from transforms.spans import end_of_span
from transforms.tables.shape import DAY, TEXT

ENTRY_SCHEMA = pl.Schema(
    {
        "listed_on": DAY,
        "decision_no": TEXT,
        "enterprise_id": TEXT,
        "name": TEXT,
        "uscc": TEXT,
        "reason": TEXT,
        "listed_by": TEXT,
        "removal_reason": TEXT,
        "removed_on": DAY,
        "removed_by": TEXT,
        "ends_on": DAY,
    }
)


def serious_list(decisions: pl.LazyFrame, enterprises: pl.LazyFrame, law: SeriousList, as_of: date) -> pl.LazyFrame:
    """Entries on the list on `as_of`, in the columns of ENTRY_SCHEMA, sorted by listing day, number, enterprise."""
    return listings(decisions, enterprises, law, as_of).filter(pl.col("state") == "standing").select(list(ENTRY_SCHEMA))


def listings(decisions: pl.LazyFrame, enterprises: pl.LazyFrame, law: SeriousList, as_of: date) -> pl.LazyFrame:
    """Every listing decided by `as_of`: ENTRY_SCHEMA and `state`, a word of LISTING_STATES; sorted as the list.

    decisions, enterprises: current versions of those records. An entry stands from its decision to `ends_on`, the
    last day of the stay that the law gives listings of its day, or of a longer restriction the decision states.
    A removal names the listing's number in `target`; one without a target removes what the enterprise had by then.
    A deregistered enterprise is on no list. Listings before the law's first date are none of this list.
    """
    decided = decisions.filter(pl.col("decided_on") <= as_of)
    listed = _with_end(decided.filter(pl.col("decision_type") == "list"), law).filter(pl.col("last_on").is_not_null())
    removed = _removed(listed, decided.filter(pl.col("decision_type") == "remove"))
    names = enterprises.select("enterprise_id", "name", "deregistered_on", code="uscc")
    return (
        listed.join(removed, on="record_id", how="left")
        .join(names, on="enterprise_id")
        .select(*_entry(), state=_state(as_of))
        .sort("listed_on", "decision_no", "enterprise_id")
    )


def _state(as_of: date) -> pl.Expr:
    return (
        pl.when(pl.col("is_removed").fill_null(False))
        .then(pl.lit("removed"))
        .when((pl.col("deregistered_on") <= as_of).fill_null(False))
        .then(pl.lit("deregistered"))
        .when(pl.col("last_on") < as_of)
        .then(pl.lit("ended"))
        .otherwise(pl.lit("standing"))
    )


def _with_end(listed: pl.LazyFrame, law: SeriousList) -> pl.LazyFrame:
    decided = pl.col("decided_on")
    end = pl.lit(None, dtype=DAY)
    for start, years in sorted(law.stay_years.values.items()):
        stay = pl.lit(None, dtype=DAY) if years is None else end_of_span(decided, Span(years=years))
        end = pl.when(decided >= start).then(stay).otherwise(end)
    # max_horizontal takes the one that is there: a listing the law knows no stay for must not stand by its own term.
    longer = pl.when(end.is_not_null()).then(pl.max_horizontal(end, "ends_on"))
    return listed.with_columns(last_on=longer)


def _removed(listed: pl.LazyFrame, removals: pl.LazyFrame) -> pl.LazyFrame:
    removed = removals.select("enterprise_id", "target", off_on="decided_on")
    by_number = listed.join(removed, left_on=["enterprise_id", "decision_no"], right_on=["enterprise_id", "target"])
    by_enterprise = listed.join(removed.filter(pl.col("target").is_null()), on="enterprise_id")
    matched = pl.concat([found.select("record_id", "decided_on", "off_on") for found in (by_number, by_enterprise)])
    gone = matched.filter(pl.col("off_on") >= pl.col("decided_on")).select("record_id").unique()
    return gone.with_columns(is_removed=pl.lit(True))


def _entry() -> list[pl.Expr]:
    nothing = pl.lit(None, dtype=TEXT)
    made = {
        "listed_on": pl.col("decided_on"),
        "uscc": pl.coalesce("code", "uscc"),
        "listed_by": pl.col("authority"),
        "removal_reason": nothing,
        "removed_on": pl.lit(None, dtype=DAY),
        "removed_by": nothing,
        "ends_on": pl.col("last_on"),
    }
    return [made.get(name, pl.col(name)).alias(name) for name in ENTRY_SCHEMA]
