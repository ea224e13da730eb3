"""Lists that others keep (外部名单): who is on them, when a missing entry proves something, and what falls due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import polars as pl

from transforms.law.calendar.periods import FOR_EVER
from transforms.policy_model.law import ExternalListLaw
from transforms.schemas.base import TEXT

ASK_REGISTRAR = "须向登记机关核对"
NO_WHOLE_LIST = f"本库没有完整的经营异常名录，没有记录不等于不在名录，{ASK_REGISTRAR}"


class ListCoverage(NamedTuple):
    """The last list of a type that was handed over whole by the day, as the policy asks.

    counts_until_on: the last day on which it proves that a party without an entry is not on the list.
    """

    list_type: str
    stands_on: date
    entry_count: int
    counts_until_on: date


def list_coverage(deliveries: pl.LazyFrame, law: ExternalListLaw | None, as_of: date) -> tuple[ListCoverage, ...]:
    """What the policy in force on `as_of` makes of the lists handed over by then. deliveries: LIST_DELIVERY."""
    found = []
    for one in law.whole if law else ():
        values = one.counts_for_days
        days = values.on(as_of) if min(values.values) <= as_of else None
        own = deliveries.filter(
            pl.col("list_type") == one.list_type,
            pl.col("authority").str.strip_chars() == one.authority,
            pl.col("stands_on") <= as_of,
        )
        last = own.sort("stands_on", "record_id").tail(1).select("stands_on", "entry_count").collect()
        if days is not None and last.height:
            stands_on, entry_count = last.row(0)
            found.append(ListCoverage(one.list_type, stands_on, entry_count, stands_on + timedelta(days=days)))
    return tuple(found)


def coverage_days_ahead(
    deliveries: pl.LazyFrame, coverage: Iterable[ListCoverage], law: ExternalListLaw | None, as_of: date
) -> list[date]:
    """Days after `as_of` on which the coverage may be another, if no record arrives."""
    if law is None or not law.whole:
        return []
    ahead = deliveries.filter(pl.col("stands_on") > as_of).select("stands_on").collect()["stands_on"]
    lapses = [one.counts_until_on + timedelta(days=1) for one in coverage]
    return sorted(day for day in (*ahead, *lapses) if day > as_of)


def is_on_list(as_of: date) -> pl.Expr:
    """Whether a row of EXTERNAL_LISTING is on its list on `as_of`; without a day of removal it is."""
    return (pl.col("listed_on") <= as_of) & (pl.col("left_on") > as_of).fill_null(True)


def with_external_lists(
    frame: pl.LazyFrame, listings: pl.LazyFrame, coverage: Sequence[ListCoverage], as_of: date
) -> pl.LazyFrame:
    """`frame` (owner, enterprise_id) with what lists of others say of its party.

    Adds abnormal_until_on, the party's first day off the abnormal list again (FOR_EVER: none is known);
    is_off_abnormal_list, whether the whole list proves that it is not on it; abnormal_left_on, its last removal;
    abnormal_note in Chinese; and elsewhere_until_on, elsewhere_nos of the serious list by decisions of others.
    """
    entry = pl.format("{}（{}，{}列入）", "entry_no", "authority", "listed_on")
    until = pl.coalesce("left_on", pl.lit(FOR_EVER))
    is_on, is_abnormal, is_serious = (
        is_on_list(as_of),
        pl.col("list_type") == "abnormal",
        pl.col("list_type") == "serious",
    )
    known = listings.filter(pl.col("listed_on") <= as_of, is_abnormal | is_serious)
    found = known.group_by(owner="enterprise_id").agg(
        abnormal_until_on=until.filter(is_on & is_abnormal).max(),
        _abnormal_nos=entry.filter(is_on & is_abnormal).unique().sort().str.join("、"),
        abnormal_left_on=pl.col("left_on").filter(~is_on & is_abnormal).max(),
        elsewhere_until_on=until.filter(is_on & is_serious).max(),
        elsewhere_nos=entry.filter(is_on & is_serious).unique().sort().str.join("、"),
    )
    whole = next((one for one in coverage if one.list_type == "abnormal"), None)
    is_fresh = whole is not None and as_of <= whole.counts_until_on
    is_off = pl.lit(is_fresh) & pl.col("enterprise_id").is_not_null() & pl.col("abnormal_until_on").is_null()
    if whole is None:
        unproven = pl.lit(NO_WHOLE_LIST, dtype=TEXT)
    elif is_fresh:
        unproven = pl.lit(f"名录截至{whole.stands_on}共{whole.entry_count}条，没有该企业", dtype=TEXT)
    else:
        unproven = pl.lit(f"名录截至{whole.stands_on}，已超过可以采信的期限，{ASK_REGISTRAR}", dtype=TEXT)
    left = pl.when(pl.col("abnormal_left_on").is_not_null()).then(pl.format("已于{}移出；", "abnormal_left_on"))
    note = pl.coalesce("_abnormal_nos", pl.concat_str(left, unproven, ignore_nulls=True))
    empty_as_null = pl.col("_abnormal_nos", "elsewhere_nos").replace("", None)
    joined = frame.join(found, on="owner", how="left").with_columns(empty_as_null)
    return joined.with_columns(is_off_abnormal_list=is_off, abnormal_note=note).drop("_abnormal_nos")


def is_in_progress() -> pl.Expr:
    """Whether something may fall due about a row of EXTERNAL_LISTING; decided without reading any law."""
    return pl.any_horizontal(pl.col("applied_on", "repaired_on").is_not_null())
