"""The register of decisions, and the clocks that its listings started: each needs the other."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.law.by_day import met_on
from transforms.law.calendar import Calendar
from transforms.law.facts import gone_undated
from transforms.law.procedure import Followed, Lapse, Life, follow
from transforms.law.serious.clock import last_days, with_stay, with_terms
from transforms.law.serious.grounds import with_grounds
from transforms.law.serious.records import ListLaw, ListRecords
from transforms.tables.shape import DAY

RESTORES = "restore_listing"
RUN = ("matter_id", "restart_on")


def followed_with_runs(
    records: ListRecords, law: ListLaw, calendar: Calendar, as_of: date
) -> tuple[Followed, pl.DataFrame]:
    """The register on `as_of`, and a row per clock of every listing: the first, and one for each restart.

    Followed twice: when a listing ends follows from its steps, and which steps are possible from its end.
    """
    alone = follow(records.decisions, law.procedure, calendar, as_of)
    runs = _runs(alone, records, law, calendar, as_of).collect()
    return follow(records.decisions, law.procedure, calendar, as_of, _lapse(runs)), runs


def _lapse(runs: pl.DataFrame) -> Lapse:
    days = last_days(runs)

    def lapse(life: Life) -> date | None:
        is_on = life.listing is not None and life.release is None
        return days.get((life.first.record_id, life.restored_on)) if is_on else None

    return lapse


def _runs(register: Followed, records: ListRecords, law: ListLaw, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    taken = register.steps.filter(~pl.col("is_refused"), pl.col("step") == RESTORES)
    again = taken.select("matter_id", restart_on="on").unique()
    listed = register.matters.filter(pl.col("listed_on") >= law.serious.regimes[0].from_)
    firsts = listed.select("matter_id", restart_on=pl.lit(None, dtype=DAY))
    runs = pl.concat([firsts, again]).join(_listed(listed, records, law), on="matter_id")
    dated = with_terms(with_grounds(runs, records, law.serious), law, calendar)
    return with_stay(_published_in_time(dated, law, calendar, as_of), law.serious, calendar, as_of)


def _published_in_time(frame: pl.LazyFrame, law: ListLaw, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """Without publications of what had ended by then, as it counts until one is recorded: none brings it back."""
    unstated = with_stay(frame.with_columns(published_on=pl.lit(None, dtype=DAY)), law.serious, calendar, as_of)
    ends = unstated.select(*RUN, over_on="stop_on")
    is_late = (pl.col("published_on") >= pl.col("over_on")).fill_null(False)
    joined = frame.join(ends, on=RUN, how="left", nulls_equal=True)
    return joined.with_columns(published_on=pl.when(~is_late).then("published_on")).drop("over_on")


def _listed(matters: pl.LazyFrame, records: ListRecords, law: ListLaw) -> pl.LazyFrame:
    """Listings of enterprises of the register, with what the decision and the register say of them."""
    said = records.decisions.select(
        listing_id="record_id",
        decision_uscc="uscc",
        reason="reason",
        listed_by="authority",
        stated_until_on="ends_on",
        proposed_by="proposed_by",
        decided_by="decided_by",
        needs_consent=met_on(law.serious.consent_when, pl.col("decided_on")),
    )
    own = ("enterprise_id", "name", "deregistered_on")
    names = records.enterprises.select(*own, is_gone_undated=gone_undated(), register_uscc="uscc")
    asked = matters.select(
        "matter_id", "listing_id", "listing_no", "enterprise_id", "target", "target_key", "listed_on", "published_on"
    )
    return asked.join(said, on="listing_id").join(names, on="enterprise_id")
