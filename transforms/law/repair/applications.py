"""What came of repairs: applications under way, findings of falsehood, releases for a rating."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.dates import end_of_duration
from transforms.law.calendar.periods import dated_value
from transforms.law.calendar.working_days import EARLIEST, LATEST, Calendar, Convention, effect_day, last_day
from transforms.law.matters.decision_log import DecisionLog
from transforms.law.matters.procedure import owner_key
from transforms.law.publicity.penalties import step_order
from transforms.policy_model.law_publicity import PublicityLaw
from transforms.policy_model.law_repair import RepairLaw
from transforms.records.text import document_key
from transforms.schemas.base import BOOLEAN, DATE, TEXT
from transforms.schemas.law import APPLICATION, APPLICATION_TERM_COLUMNS, FALSEHOOD

_OF_LISTING = ("apply", "remove", "refuse_removal", "reject", "restore_listing")

_REFUSES = ("reject", "refuse_repair", "refuse_removal", "revoke_repair", "restore_listing")


def applications(register: DecisionLog, decisions: pl.LazyFrame, is_asked: pl.Expr | None = None) -> pl.LazyFrame:
    """Every repair of a penalty, and every listing of which an early removal was asked for or decided: APPLICATION.

    decisions: current versions of those records, for the reasons. is_asked: which of the matters; None for all. Sorted
    by key; where nothing is awaited there is one row, empty there.
    """
    followed = register.followed
    taken = followed.steps.filter(~pl.col("is_refused"))
    asked = taken.filter((pl.col("matter") == "penalty") | pl.col("step").is_in(_OF_LISTING))
    matters = followed.matters.filter(True if is_asked is None else is_asked).join(asked, on="matter_id", how="semi")
    last = taken.sort(*step_order()).group_by("matter_id", maintain_order=True).last()
    reasons = decisions.select("record_id", "reason")
    steps = last.join(reasons, on="record_id", how="left").select(
        "matter_id",
        last_title="step_title",
        last_on="on",
        last_no="decision_no",
        reason=pl.when(pl.col("step").is_in(_REFUSES)).then("reason"),
    )
    terms = followed.terms.select("matter_id", *APPLICATION_TERM_COLUMNS)
    joined = matters.join(steps, on="matter_id").join(terms, on="matter_id", how="left")
    return joined.select(list(APPLICATION.schema)).sort(APPLICATION.key)


_STOPS = ("stop_on", "stop_earliest_on", "stop_latest_on")


def falsehoods(
    register: DecisionLog, decisions: pl.LazyFrame, laws: tuple[RepairLaw, ...], calendar: Calendar, as_of: date
) -> pl.LazyFrame:
    """A row per decision of the register, taken and not refused, that the law of its system makes public for falsehood.

    decisions: current versions of those records. Columns of FALSEHOOD, sorted by its key.
    """
    steps = register.followed.steps.filter(~pl.col("is_refused")).select("record_id", "system", "matter")
    said = decisions.drop("system", "matter")
    found = [_of_system(steps.join(said, on="record_id"), law, calendar, as_of) for law in laws]
    return pl.concat([FALSEHOOD.empty().lazy(), *found]).sort(FALSEHOOD.key)


def _of_system(rows: pl.LazyFrame, law: RepairLaw, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    ways = dict(zip(_STOPS, (calendar.convention, EARLIEST, LATEST), strict=True))
    stops = {name: effect_day(_last_day(law, calendar, way), way) for name, way in ways.items()}
    is_over = pl.col("stop_on") <= as_of
    return (
        rows.filter(pl.col("system") == law.system, pl.sql_expr(law.falsehood_when).fill_null(False))
        .with_columns(last_day_on=_last_day(law, calendar, calendar.convention), **stops)
        .filter(pl.col("last_day_on").is_not_null())
        .with_columns(
            state=pl.when(is_over).then(pl.lit("ended")).otherwise(pl.lit("public")),
            basis=pl.lit(law.falsehood_shown.basis),
            confidence=pl.lit(law.falsehood_shown.confidence),
        )
        .select(list(FALSEHOOD.schema))
    )


def _last_day(law: RepairLaw, calendar: Calendar, convention: Convention) -> pl.Expr:
    decided = pl.col("decided_on")
    end = pl.lit(None, dtype=DATE)
    for start, span in sorted(law.falsehood_shown.values.items(), key=lambda one: one[0]):
        own = pl.lit(None, dtype=DATE) if span is None else end_of_duration(decided, span)
        end = pl.when(decided >= start).then(own).otherwise(end)
    return last_day(end, convention, calendar)


RELEASES = pl.Schema({"record_kind": TEXT, "record_id": TEXT, "released_on": DATE, "stands_until_on": DATE})

_NO_END = date.max

_OFF = ("removed", "revoked", "annulled")


def releases(register: DecisionLog, penalties: pl.LazyFrame, law: PublicityLaw) -> pl.LazyFrame:
    """record_kind, record_id, released_on (the first day), stands_until_on (the last); one row a record, sorted.

    Penalties with a granted repair in force in a system whose law says that it releases; decisions to list that were
    removed early or revoked, or whose penalty was annulled. What only ran out is no release: every other listing has
    the last day on which it stands or stood, date.max where none is known.
    """
    granted = pl.concat([_granted(register, one) for one in law.repairs])
    known = penalties.select("record_id", owner_key(), target_key=document_key(pl.col("decision_no")))
    nothing = pl.lit(None, dtype=DATE)
    repaired = known.join(granted, on=["owner", "target_key"]).with_columns(
        record_kind=pl.lit("penalty"), stands_until_on=nothing
    )
    is_off = pl.col("state").is_in(_OFF) & pl.col("left_on").is_not_null()
    last = pl.coalesce("left_on", "stop_on").dt.offset_by("-1d")
    listed = register.listings.with_columns(
        record_kind=pl.lit("decision"),
        released_on=pl.when(is_off).then("left_on"),
        stands_until_on=pl.when(~is_off).then(pl.coalesce(last, pl.lit(_NO_END))),
    )
    keys = ["record_kind", "record_id"]
    found = pl.concat([part.select(list(RELEASES)) for part in (repaired, listed)])
    return found.group_by(keys).agg(pl.col("released_on").min(), pl.col("stands_until_on").max()).sort(keys)


def _granted(register: DecisionLog, law: RepairLaw) -> pl.LazyFrame:
    matters = register.followed.matters.filter(pl.col("matter") == "penalty", pl.col("system") == law.system)
    is_releasing = dated_value(law.releases, pl.col("released_on"), BOOLEAN)
    return matters.filter(is_releasing.fill_null(False)).select(owner_key(), "target_key", "released_on")
