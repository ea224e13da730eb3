"""What decisions on repair lead to: applications under way, findings of falsehood, releases for a rating."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.dates import end_of_duration
from transforms.law.calendar.periods import dated_value
from transforms.law.calendar.working_days import EARLIEST, LATEST, Calendar, effect_day, last_day
from transforms.law.matters.decision_log import DecisionLog
from transforms.law.matters.procedure import owner_key, step_order
from transforms.policy_model.law import PublicityLaw, RepairLaw
from transforms.records.text import document_key
from transforms.schemas.base import BOOLEAN, DATE, TEXT
from transforms.schemas.law import APPLICATION, APPLICATION_TERM_COLUMNS, FALSEHOOD

RELEASES = pl.Schema({"record_kind": TEXT, "record_id": TEXT, "released_on": DATE, "stands_until_on": DATE})
_OF_LISTING = ("apply", "remove", "refuse_removal", "reject", "restore_listing")
_REFUSES = ("reject", "refuse_repair", "refuse_removal", "revoke_repair", "restore_listing")
_RELEASED = ("removed", "revoked", "annulled")


def applications(log: DecisionLog, decisions: pl.LazyFrame) -> pl.LazyFrame:
    """APPLICATION: every repair of a penalty, and every listing whose early removal was asked for or decided.

    decisions: current versions of those records, for the reasons. Sorted by key; where nothing is awaited there is one
    row, with null in the columns of the term.
    """
    taken = log.steps.filter(~pl.col("is_refused"))
    asked = taken.filter((pl.col("matter") == "penalty") | pl.col("step").is_in(_OF_LISTING))
    matters = log.matters.join(asked, on="matter_id", how="semi")
    last = taken.sort(*step_order()).group_by("matter_id", maintain_order=True).last()
    steps = (
        last.lazy()
        .join(decisions.select("record_id", "reason"), on="record_id", how="left")
        .select(
            "matter_id",
            last_title="step_title",
            last_on="on",
            last_no="decision_no",
            reason=pl.when(pl.col("step").is_in(_REFUSES)).then("reason"),
        )
    )
    terms = log.terms.select("matter_id", *APPLICATION_TERM_COLUMNS)
    joined = matters.join(terms, on="matter_id", how="left").lazy().join(steps, on="matter_id")
    return joined.select(list(APPLICATION.schema)).sort(APPLICATION.key)


def falsehoods(
    log: DecisionLog, decisions: pl.LazyFrame, laws: tuple[RepairLaw, ...], calendar: Calendar, as_of: date
) -> pl.LazyFrame:
    """FALSEHOOD: every decision taken that the law of its system publishes for falsehood in a repair, sorted by key.

    decisions: current versions of those records.
    """
    steps = log.steps.lazy().filter(~pl.col("is_refused")).select("record_id", "system", "matter")
    taken = steps.join(decisions.drop("system", "matter"), on="record_id")
    readings = {"stop_on": calendar.convention, "stop_earliest_on": EARLIEST, "stop_latest_on": LATEST}
    parts = [FALSEHOOD.empty().lazy()]
    for law in laws:
        decided = pl.col("decided_on")
        end: pl.Expr = pl.lit(None, dtype=DATE)
        for start, period in sorted(law.falsehood_shown.values.items(), key=lambda one: one[0]):
            own = pl.lit(None, dtype=DATE) if period is None else end_of_duration(decided, period)
            end = pl.when(decided >= start).then(own).otherwise(end)
        last_days = {name: last_day(end, convention, calendar) for name, convention in readings.items()}
        stops = {name: effect_day(last_days[name], convention) for name, convention in readings.items()}
        found = taken.filter(pl.col("system") == law.system, pl.sql_expr(law.falsehood_when).fill_null(False))
        found = found.with_columns(last_day_on=last_days["stop_on"], **stops)
        is_over = pl.col("stop_on") <= as_of
        found = found.filter(pl.col("last_day_on").is_not_null()).with_columns(
            state=pl.when(is_over).then(pl.lit("ended")).otherwise(pl.lit("public")),
            basis=pl.lit(law.falsehood_shown.basis),
            confidence=pl.lit(law.falsehood_shown.confidence),
        )
        parts.append(found.select(list(FALSEHOOD.schema)))
    return pl.concat(parts).sort(FALSEHOOD.key)


def releases(log: DecisionLog, penalties: pl.LazyFrame, law: PublicityLaw) -> pl.LazyFrame:
    """RELEASES, one row a record, sorted: what no longer counts against an enterprise in a rating.

    released_on, the first day: of penalties with a repair in force in a system whose law makes it a release; of
    decisions to list that were removed early or revoked, or whose penalty was annulled. A listing that merely ran out
    is no release: every other listing has stands_until_on, the last day on which it is on the list, date.max for none.
    """
    of_systems = []
    for repair in law.repairs:
        is_of_system = (pl.col("matter") == "penalty") & (pl.col("system") == repair.system)
        is_releasing = dated_value(repair.releases, pl.col("released_on"), BOOLEAN).fill_null(False)
        matters = log.matters.filter(is_of_system, is_releasing)
        of_systems.append(matters.select(owner_key(), "target_key", "released_on"))
    granted = pl.concat(of_systems).lazy()
    known = penalties.select("record_id", owner_key(), target_key=document_key(pl.col("decision_no")))
    repaired = known.join(granted, on=["owner", "target_key"]).with_columns(
        record_kind=pl.lit("penalty"), stands_until_on=pl.lit(None, dtype=DATE)
    )
    is_released = pl.col("state").is_in(_RELEASED) & pl.col("left_on").is_not_null()
    last = pl.coalesce("left_on", "stop_on").dt.offset_by("-1d")
    listed = log.listings.lazy().with_columns(
        record_kind=pl.lit("decision"),
        released_on=pl.when(is_released).then("left_on"),
        stands_until_on=pl.when(~is_released).then(pl.coalesce(last, pl.lit(date.max))),
    )
    key = ["record_kind", "record_id"]
    found = pl.concat([part.select(list(RELEASES)) for part in (repaired, listed)])
    return found.group_by(key).agg(pl.col("released_on").min(), pl.col("stands_until_on").max()).sort(key)
