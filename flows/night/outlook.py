"""The tier on the days to come: worked out for the enterprises a night rates, kept where it is another than before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from flows.night.differences import stage_differing
from flows.night.plan import Night
from flows.night.records import EVERYONE, Seen, Whose
from flows.night.standing import newest
from transforms.law.legal import Legal
from transforms.rating import OUTLOOK_DAYS
from transforms.rating.outlook import ReleasesOn
from transforms.tables.outputs import OUTLOOK

_ID = "enterprise_id"


def last_day(night: Night) -> date:
    """The last day that the night looks ahead to."""
    return night.as_of + timedelta(days=OUTLOOK_DAYS)


def stage_outlook(seen: Seen, whose: Whose, found: pl.LazyFrame) -> None:
    """Stage the outlook of these enterprises where it is another than the night before. found: `rating.outlook`."""
    before = outlook_before(seen, whose)
    told = found.with_columns(valid_from_on=pl.lit(seen.night.as_of)).select(list(OUTLOOK.schema))
    over = before.join(told, on=_ID, how="anti").select(_ID)
    nothing = {name: pl.lit(None, dtype) for name, dtype in OUTLOOK.schema.items() if name not in (_ID, "is_near")}
    ended = over.with_columns(is_near=pl.lit(False), **nothing).select(list(OUTLOOK.schema))
    stage_differing(seen.night, {OUTLOOK.name: before}, {OUTLOOK.name: pl.concat([told, ended])})


def outlook_before(seen: Seen, whose: Whose = EVERYONE) -> pl.LazyFrame:
    """The rows of OUTLOOK that held before the night."""
    rows = seen.stored(OUTLOOK.name, whose.part).filter(pl.col("valid_from_on") < seen.night.as_of)
    return newest(whose.among(rows)).collect().lazy()


def outlook_after(seen: Seen, whose: Whose = EVERYONE) -> pl.LazyFrame:
    """The rows that tell a change of tier, as they will hold once the night is kept."""
    written = whose.among(seen.night.staged(OUTLOOK.name, whose.part.buckets))
    kept = outlook_before(seen, whose).join(written, on=_ID, how="anti")
    return pl.concat([kept, written]).filter(pl.col("changes_on").is_not_null())


def to_look_at(seen: Seen, standing: pl.LazyFrame) -> pl.LazyFrame:
    """enterprise_id of those of whom a day has come near that no night has looked at. standing: ratings that stand."""
    rows = outlook_before(seen).filter("is_near").select(_ID, "changes_on", "next_look_on", is_told=pl.lit(True))
    joined = standing.join(rows, on=_ID, how="left")
    looked = pl.when(pl.col("changes_on").is_null()).then("next_look_on")
    on = pl.when(pl.col("is_told")).then(looked).otherwise("next_change_on")
    return joined.filter(on <= last_day(seen.night)).select(_ID)


def releases_of(legal: Legal | None) -> ReleasesOn:
    """What repairs release on days to come: what they do tonight, unless the register itself names a day ahead.

    legal: None where no law is applied.
    """
    if legal is None or legal.records["decision"].select(pl.len()).collect().item() == 0:
        return lambda _records, _day: None
    dates = [name for name, dtype in legal.records["decision"].collect_schema().items() if dtype == pl.Date()]

    def releases_on(records: Mapping[str, pl.LazyFrame], day: date) -> pl.LazyFrame | None:
        ahead = pl.any_horizontal(pl.col(dates).is_between(legal.as_of, day))
        is_ahead = records["decision"].filter(ahead).select(pl.len()).collect().item()
        revoked = pl.col("revoked_on").is_between(legal.as_of, day)
        is_ahead = is_ahead or records["penalty"].filter(revoked).select(pl.len()).collect().item()
        return Legal(records, legal.law, day).releases if is_ahead else legal.releases

    return releases_on
