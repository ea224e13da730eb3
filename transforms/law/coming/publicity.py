"""What falls due about penalties: their publicity, its repair, the terms of their restrictions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from transforms.law.calendar import Calendar
from transforms.law.coming.rows import automatic, joined, other_day, to_be_done
from transforms.law.duties import open_tasks
from transforms.law.procedure import Followed
from transforms.policy.law_repair import Repair
from transforms.records.text import document_key
from transforms.spans import day_after
from transforms.tables.law.coming import COMING
from transforms.tables.law.publicity import CAUSES_OF_END, NOTES
from transforms.tables.shape import DAY, TEXT

_ON_DISPLAY = pl.col("state").is_in(["awaiting", "overdue", "public", "hidden", "stayed"])
_BY_THE_DECISION = "处罚决定书载明的期限"
_BASES = {"publish": "publish", "withdraw": "withdraw"}


def of_publicity(found: pl.LazyFrame, calendar: Calendar, as_of: date, matter: str = "penalty") -> pl.LazyFrame:
    """Of PUBLICITY, penalties or spot checks: what must be published or taken down by when, and when it ends."""
    of = {"matter": pl.lit(matter)}
    is_moot = pl.col("task").is_in(["push", "publish"]) & (pl.col("stop_on") <= pl.col("by_on")).fill_null(False)
    tasks = open_tasks(found, as_of).filter(~is_moot)
    done_by = to_be_done(tasks, pl.col("task"), pl.col("by_on"), as_of, **of, **_source())
    # To be published by a day that the calendar does not reach.
    is_beyond = (pl.col("state") == "awaiting") & pl.col("publish_by_on").is_null() & (pl.col("gap") == "calendar")
    beyond = to_be_done(
        found.filter(is_beyond),
        pl.lit("publish"),
        pl.col("publish_by_on"),
        as_of,
        calendar,
        basis=pl.col("publish_basis"),
        confidence=pl.col("publish_confidence"),
        **of,
    )
    ends = automatic(
        found.filter(_ON_DISPLAY),
        "publicity_ends",
        pl.col("stop_on"),
        note=joined(
            _worded("stop_cause", CAUSES_OF_END),
            other_day("stop_on", "stop_earliest_on", "stop_latest_on", "stop_other_transition_on"),
            *(pl.when(pl.col("notes").list.contains(code)).then(pl.lit(NOTES[code])) for code in _ASSUMED),
        ),
        **of,
    )
    return pl.concat([done_by, beyond, ends])


_ASSUMED = (
    *("publication_assumed", "receipt_assumed", "term_unstated", "low_fine_unclear", "link_unstated"),
    "deregistration_unsettled",
)


def _source() -> dict[str, pl.Expr]:
    """Article and confidence of a duty's own term; a repair's stand with the step that grants it."""
    made = {}
    for name in ("basis", "confidence"):
        value = pl.lit(None, dtype=TEXT)
        for task, prefix in _BASES.items():
            told = (pl.col("task") == task) | (pl.lit(task == "publish") & (pl.col("task") == "push"))
            value = pl.when(told).then(f"{prefix}_{name}").otherwise(value)
        made[name] = value
    return made


def with_sources_of_repairs(rows: pl.LazyFrame, followed: Followed, repairs: Sequence[Repair]) -> pl.LazyFrame:
    """Of COMING rows of penalties: article and confidence of what a granted repair asks for, by its procedure."""
    key = ["enterprise_id", "system", "target_key"]
    carried = followed.terms.filter(pl.col("awaited") == "carry_out", pl.col("matter") == "penalty")
    matters = followed.matters.select("matter_id", "target_key")
    sources = carried.join(matters, on="matter_id").select(*key, _basis="basis", _confidence="confidence")
    keyed = rows.with_columns(target_key=document_key(pl.col("decision_no")))
    joined = keyed.join(sources.unique(key), on=key, how="left", nulls_equal=True, maintain_order="left")
    is_taking, is_pushing = pl.col("what") == "take_down", pl.col("what") == "push_repair"
    pushed = {law.system: law.push_working_days for law in repairs}

    def of(part: str) -> pl.Expr:
        told = {system: getattr(dated, part) for system, dated in pushed.items()}
        by_system = pl.col("system").replace_strict(told, default=None, return_dtype=TEXT)
        own = pl.when(is_taking).then(f"_{part}").when(is_pushing).then(by_system)
        return pl.coalesce(part, own).alias(part)

    return joined.with_columns(of("basis"), of("confidence")).select(list(COMING.schema))


def of_terms(penalties: pl.LazyFrame, bans: pl.LazyFrame) -> pl.LazyFrame:
    """Of penalties in force: the first day after the term of what they restrict, unless that is told as a ban."""
    in_force = penalties.filter(pl.col("revoked_on").is_null(), (pl.col("state") == "in_force").fill_null(True))
    over = day_after(pl.col("valid_until_on"))
    nothing = {name: pl.lit(None, dtype=TEXT) for name in ("system", "note")}
    nothing |= {"basis": pl.lit(_BY_THE_DECISION), "confidence": pl.lit("C")}
    told = bans.filter(pl.col("record_kind") == "penalty")
    others = in_force.join(told, on="record_id", how="anti")
    return automatic(others, "term_ends", over.cast(DAY), matter=pl.lit("penalty"), **nothing)


def _worded(column: str, words: dict[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict(words, default=None, return_dtype=TEXT)
