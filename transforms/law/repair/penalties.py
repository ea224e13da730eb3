"""Whether a penalty's publicity may be ended early on application: per system."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl

from transforms.law.calendar import Calendar, Convention, effect_day, last_day
from transforms.law.classes import FOR_EVER
from transforms.law.ends import Ends, outcome_column
from transforms.law.facts import with_facts
from transforms.law.publicity import Assessed, LegalDay, transition_of
from transforms.law.repair.answers import Answer
from transforms.law.repair.evidence import Records, keyed, with_evidence, with_later
from transforms.law.repair.verdict import Question, Refusal, Segment, rank, with_verdict
from transforms.policy.dated import Dated
from transforms.policy.law_publicity import Publicity
from transforms.policy.law_repair import Repair, RepairRegime
from transforms.tables.law.publicity import NOTES as PUBLICITY_NOTES
from transforms.tables.law.publicity import STATES
from transforms.tables.shape import TEXT

_OVER = (
    "unpublished",
    "withdrawn",
    "to_withdraw",
    "annulled",
    "ended",
    "repaired",
    "delisted",
    "deregistered",
    "taken_off",
)
_UNKNOWN = ("unknown", "uncovered")
_NEVER = pl.lit(FOR_EVER)
_Field = Callable[[str], pl.Expr]


def penalties_repair(records: Records, systems: Assessed, day: LegalDay) -> list[pl.LazyFrame]:
    """By system with a repair law: a row per penalty decided by then, with the columns of REPAIR."""
    found = []
    facts = with_facts(records.penalties, records.enterprises)
    for system, frame in systems:
        law = day.law.repair_of(system.system)
        if law is not None:
            known = _worded(with_later(with_evidence(keyed(frame), records, law, day), facts, day.as_of))
            since = pl.when(pl.col("repaired_on") >= pl.col("granted_on")).then("granted_on")
            known = known.with_columns(in_force_since_on=since)
            found.append(with_verdict(known, _question(system, law, day)))
    return found


def _worded(frame: pl.LazyFrame) -> pl.LazyFrame:
    titles = pl.col("state").replace_strict(STATES, return_dtype=TEXT)
    is_told = ~pl.col("_position").is_null()
    return frame.with_columns(
        matter=pl.lit("penalty"),
        state_title=titles,
        _over=pl.when(pl.col("state") == "unpublished").then(pl.coalesce("reason", titles)).otherwise(titles),
        class_title=pl.when(is_told).then("class_title"),
    )


def _question(system: Publicity, law: Repair, day: LegalDay) -> Question:
    return Question(
        segments=_segments(system, law, day.calendar),
        transition=law.transition.on(law.penalty[0].from_) or "display",
        calendar=day.calendar,
        as_of=day.as_of,
        is_over=pl.col("state").is_in(_OVER),
        **_over(system, law),
        is_unknown=pl.col("state").is_in(_UNKNOWN),
    )


def _over(system: Publicity, law: Repair) -> dict[str, pl.Expr]:
    """By the state: the articles by which it is off display, and how sure they are."""
    withdrawn = ("withdrawn", "to_withdraw", "annulled")
    told: dict[tuple[str, ...], tuple[pl.Expr, pl.Expr]] = {
        ("unpublished", "ended"): (pl.col("basis"), pl.col("confidence")),
        withdrawn: (pl.col("withdraw_basis"), pl.col("withdraw_confidence")),
        ("repaired",): _of(law.repair_ends or law.releases),
        ("delisted",): _of(law.listing_removal_ends),
        ("deregistered",): _of(system.deregistration_ends),
    }
    state = pl.col("state")
    basis, confidence = (
        pl.coalesce(pl.when(state.is_in(states)).then(pair[at]) for states, pair in told.items()) for at in (0, 1)
    )
    return {"over_basis": basis, "over_confidence": confidence}


def _of(dated: Dated[Any]) -> tuple[pl.Expr, pl.Expr]:
    return pl.lit(dated.basis), pl.lit(dated.confidence)


def _segments(system: Publicity, law: Repair, calendar: Calendar) -> list[Segment]:
    """The times in which neither the periods nor the conditions change."""
    first = max(system.regimes[0].from_, law.penalty[0].from_)
    starts = {regime.from_ for regime in system.regimes} | {regime.from_ for regime in law.penalty}
    days = sorted(start for start in starts if start >= first)
    ends = Ends(system.regimes, calendar)
    return [_segment(start, until, system, law, ends) for start, until in zip(days, [*days[1:], None], strict=True)]


def _segment(start: date, until: date | None, system: Publicity, law: Repair, ends: Ends) -> Segment:
    position = sum(regime.from_ <= start for regime in system.regimes) - 1
    regime = [regime for regime in law.penalty if regime.from_ <= start][-1]

    def field(name: str) -> pl.Expr:
        if transition_of(system) == "decision":
            return ends.at_decision(name)
        return pl.col(outcome_column(position)).struct.field(name)

    def wait(convention: Convention) -> Answer:
        return _wait(field, convention, ends.calendar)

    return Segment(start, until, regime.title, regime.conditions, wait, _refusal(regime, law, field))


def _wait(field: _Field, convention: Convention, calendar: Calendar) -> Answer:
    """Met once the shortest period is over; never where there is none, or where a repair was revoked.

    Where the publication or a restriction's term is not stated, it is not known to be over.
    """
    early = field("early_on")
    is_never = early.is_null() | (early >= FOR_EVER) | pl.col("restarted_on").is_not_null()
    over = effect_day(last_day(early, convention, calendar), convention)
    met_on = pl.when(is_never & pl.col("counts_from_on").is_not_null()).then(_NEVER).otherwise(over)
    is_stated = ~field("is_term_unstated") & ~pl.col("is_publication_unstated")
    return Answer(met_on, is_stated, evidence=_assumed(), rank=field("confidence"))


def _assumed() -> pl.Expr:
    words = {code: pl.lit(PUBLICITY_NOTES[code]) for code in ("not_begun", "publication_assumed")}
    told = pl.when(pl.col("counts_from_on").is_null()).then(words["not_begun"]).otherwise(words["publication_assumed"])
    return pl.when("is_publication_unstated").then(told)


def _refusal(regime: RepairRegime, law: Repair, field: _Field) -> Refusal:
    """Why there is no shortest period: of the class, of a restriction for life, of a revoked repair."""
    restarts = law.revocation_restarts
    told: list[tuple[pl.Expr, str, str, str, pl.Expr]] = [
        (
            pl.col("restarted_on").is_not_null(),
            "never",
            "准予修复的决定已被撤销，不得提前停止公示",
            restarts.basis,
            rank(restarts.confidence),
        ),
        (field("early_on") >= FOR_EVER, "never", "限制没有期满之日", "", field("confidence")),
        *(
            (field("class") == name, one.verdict, one.title, one.basis, rank(one.confidence))
            for name, one in regime.no_early_end.items()
        ),
    ]
    other = Refusal(pl.lit("never"), pl.lit("没有最短公示期"), field("basis"), field("confidence"))
    for test, verdict, why, basis, sure in reversed(told):
        fits = test.fill_null(False)
        other = Refusal(
            pl.when(fits).then(pl.lit(verdict)).otherwise(other.verdict),
            pl.when(fits).then(pl.lit(why)).otherwise(other.why),
            pl.when(fits).then(pl.lit(basis) if basis else field("basis")).otherwise(other.basis),
            pl.when(fits).then(sure).otherwise(other.rank),
        )
    return other
