"""Which tiers differ between two runs, and why: the causes, shown by the rows of the trace that differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from transforms.rating.rate import RatingResult
from transforms.rating.totals import ROLES
from transforms.schemas.run_tables import CAUSES, CHANGE_TRACE, CHANGES

_KEY = ("enterprise_id", "role", "item_id", "record_id")

_SHOWN = ("position", "title", "record_kind", "record_no", "event_on", "basis")

_COMPARED = ("value_used", "raw_centipoints", "points_centipoints", "is_counted", "reason", "stops_counting_on")

_OF_RATING = ("tier", "tier_index", "score_centipoints", "score_tier", "decided_by", "next_change_on")


@dataclass(frozen=True)
class TierChanges:
    """Tier changes and the rows behind them, in the columns of their tables, sorted by key."""

    changes: pl.LazyFrame
    change_trace: pl.LazyFrame


def changed_tiers(before: pl.LazyFrame, after: pl.LazyFrame) -> pl.LazyFrame:
    """Enterprises rated both times whose tier differs: columns of ratings with _before and _after."""
    columns = ("enterprise_id", *_OF_RATING, "base_centipoints", "next_change_why", "decided_by_id")
    first = before.select(pl.col(columns[0]), pl.col(columns[1:]).name.suffix("_before"))
    second = after.select(pl.col(columns[0]), pl.col(columns[1:]).name.suffix("_after"))
    both = first.join(second, on="enterprise_id")
    return both.filter(pl.col("tier_index_before") != pl.col("tier_index_after"))


def _side(trace: pl.LazyFrame, changed: pl.LazyFrame, suffix: str) -> pl.LazyFrame:
    of_changed = trace.join(changed.select("enterprise_id"), on="enterprise_id", how="semi")
    kept = of_changed.select(*_KEY, pl.col(*_SHOWN, *_COMPARED).name.suffix(suffix))
    return kept.with_columns(pl.lit(True).alias(f"is_there{suffix}"))


def trace_differences(before: pl.LazyFrame, after: pl.LazyFrame, changed: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of the changed enterprises that are not the same both times, side by side.

    Adds is_there_, is_counted_ and points of each side, is_seen (the record stood in the trace before)
    and is_shown (the row contributes otherwise: the evidence of the change).
    """
    first, second = _side(before, changed, "_before"), _side(after, changed, "_after")
    both = first.join(second, on=list(_KEY), how="full", coalesce=True, nulls_equal=True)
    seen = first.select("enterprise_id", "record_id").unique().with_columns(is_seen=pl.lit(True))
    filled = both.join(seen, on=["enterprise_id", "record_id"], how="left").with_columns(
        pl.col("is_there_before", "is_there_after", "is_counted_before", "is_counted_after", "is_seen").fill_null(
            False
        ),
        pl.col("points_centipoints_before", "points_centipoints_after").fill_null(0),
    )
    is_shown = _differs("points_centipoints") | _differs("is_counted")
    is_other = is_shown | _differs("is_there") | _differs("reason")
    return filled.with_columns(is_shown=is_shown).filter(is_other)


def _differs(column: str) -> pl.Expr:
    return pl.col(f"{column}_before").ne_missing(pl.col(f"{column}_after"))


def _either(column: str) -> pl.Expr:
    return pl.coalesce(f"{column}_after", f"{column}_before").alias(column)


def _change_trace(rows: pl.LazyFrame, caused: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """The rows as stored; adjustments bear the weightiest cause of the enterprise."""
    roles = {role: number for number, role in enumerate(ROLES)}
    role = pl.col("role").replace_strict(roles, return_dtype=pl.Int8)
    shown = rows.filter("is_shown").join(caused.select("enterprise_id", "row_cause", "main"), on="enterprise_id")
    number = pl.coalesce("cause", "row_cause", "main")
    named = shown.with_columns(
        *(_either(name) for name in (*_SHOWN, "value_used")),
        role_number=role,
        cause=number.replace_strict(dict(enumerate(CAUSES)), return_dtype=pl.String),
        as_of=pl.lit(as_of, dtype=pl.Date()),
        points_before_centipoints="points_centipoints_before",
        points_after_centipoints="points_centipoints_after",
    ).sort("enterprise_id", "role_number", "position", "item_id", "record_id", nulls_last=True)
    position = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("enterprise_id")
    return named.with_columns(position=position).select(CHANGE_TRACE.schema.names())


def _changes(caused: pl.LazyFrame, enterprises: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    words = dict(enumerate(CAUSES))
    code = pl.element().replace_strict(words, return_dtype=pl.String)
    named = caused.join(enterprises.select("enterprise_id", "name"), on="enterprise_id", how="left")
    return (
        named.select(
            pl.lit(as_of, dtype=pl.Date()).alias("as_of"),
            "enterprise_id",
            pl.col("name").fill_null(pl.col("enterprise_id")),
            "tier_before",
            "tier_after",
            pl.col("tier_index_before").alias("index_before"),
            pl.col("tier_index_after").alias("index_after"),
            pl.col("score_centipoints_before").alias("score_before_centipoints"),
            pl.col("score_centipoints_after").alias("score_after_centipoints"),
            pl.col("main").replace_strict(words, return_dtype=pl.String).alias("cause"),
            pl.col("causes").list.eval(code).list.sort().alias("causes"),
            pl.col("decided_by_after").alias("decided_by"),
        )
        .select(CHANGES.schema.names())
        .sort("enterprise_id")
    )


def tier_changes(  # noqa: PLR0913, PLR0917 - two nights, what was known, and whose: all are needed
    before: RatingResult,
    after: RatingResult,
    records: Mapping[str, pl.LazyFrame],
    enterprises: pl.LazyFrame,
    as_of: date,
    is_policy_changed: bool,
    received_after: datetime | None = None,
) -> TierChanges:
    """Enterprises in both ratings whose tier differs, each with at least one cause and the rows behind it.

    records: current versions by kind, as the rating after had them; enterprises: enterprise_id, name.
    received_after: the instant the rating before knew of; without it a record is told to be new by not
    standing in the trace before. Both ratings are gone through several times: give them stored or collected.
    """
    night = ComparedRuns(as_of, is_policy_changed, received_after)
    # Few enterprises change: what they are is found first, and once, so that all else looks at them alone.
    changed = changed_tiers(before.ratings, after.ratings).collect().lazy()
    difference = trace_differences(before.trace, after.trace, changed).collect().lazy()
    rows = with_row_causes(difference, records, night).collect().lazy()
    caused = with_causes(changed, rows, records, night).collect().lazy()
    return TierChanges(_changes(caused, enterprises, as_of), _change_trace(rows, caused, as_of))


_PLACED = 2**53  # weighs more than any points


def _flags(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Per enterprise and cause: whether a row that contributes has it (own_), or any other row (hint_).

    points_: what the contributing rows with it add, centipoints; placed_: whether one of them is a placement.
    """
    is_shown, is_placement = pl.col("is_shown"), pl.col("role") == "direct"
    added = pl.col("points_centipoints_after") - pl.col("points_centipoints_before")
    causes = enumerate(CAUSES)
    own_and_hints = [
        flag
        for number, _ in causes
        for flag in (
            ((pl.col("cause") == number) & is_shown).any().alias(f"own_{number}"),
            ((pl.col("cause") == number) & ~is_shown).any().alias(f"hint_{number}"),
            added.filter((pl.col("cause") == number) & is_shown).sum().alias(f"points_{number}"),
            ((pl.col("cause") == number) & is_shown & is_placement).any().alias(f"placed_{number}"),
        )
    ]
    return rows.group_by("enterprise_id").agg(own_and_hints)


def _latest_arrival(changed: pl.LazyFrame, records: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    """Per enterprise whether the last of its records to arrive was a correction."""
    versions = version_facts(records, changed, "enterprise_id")
    is_last = pl.col("received_at") == pl.col("received_at").max()
    return versions.group_by("enterprise_id").agg(is_last_corrected=pl.col("version_no").filter(is_last).min() > 1)


def _unshown(night: ComparedRuns) -> pl.Expr:
    """The cause where no row shows one, as what the best tier needs stands in no trace."""
    if night.is_policy_changed:
        return cause_code("policy")
    foretold = pl.col("next_change_why_before").replace_strict(CAUSE_CODES, default=None, return_dtype=pl.Int8)
    is_due = (pl.col("next_change_on_before") <= night.as_of).fill_null(False)
    arrived = pl.when(pl.col("is_last_corrected")).then(cause_code("correction")).otherwise(cause_code("new_record"))
    return pl.when(is_due).then(foretold).otherwise(arrived)


def _decided(by: str, side: str) -> pl.Expr:
    return pl.col(f"decided_by_{side}") == by


def _is_by_decision() -> pl.Expr:
    is_other = pl.col("decided_by_id_before").ne_missing(pl.col("decided_by_id_after"))
    is_one = _decided("decision", "before") != _decided("decision", "after")
    return is_one | (_decided("decision", "before") & is_other)


def _is_by_movement() -> pl.Expr:
    """A clean year that is full: up, and nothing was taken back."""
    is_up = pl.col("tier_index_after") < pl.col("tier_index_before")
    undone = [CAUSE_CODES[cause] for cause in ("revocation", "repair", "correction", "policy")]
    taken_back = [pl.col(f"{kind}_{number}") for kind in ("own", "hint") for number in undone]
    return is_up & _is_moved() & ~pl.any_horizontal(taken_back)


def _is_moved() -> pl.Expr:
    return _decided("movement", "before") | _decided("movement", "after")


def _is_by_policy(night: ComparedRuns) -> pl.Expr:
    is_base = pl.col("base_centipoints_before") != pl.col("base_centipoints_after")
    is_same_score = pl.col("score_centipoints_before") == pl.col("score_centipoints_after")
    is_cut = is_same_score & (pl.col("score_tier_before") != pl.col("score_tier_after"))
    return pl.lit(night.is_policy_changed) & (is_base | is_cut)


def _is_by_need() -> pl.Expr:
    is_one = _decided("minimum_data", "before") != _decided("minimum_data", "after")
    return is_one & (pl.col("score_tier_before") == pl.col("score_tier_after"))


def _with_flags(
    changed: pl.LazyFrame, rows: pl.LazyFrame, records: Mapping[str, pl.LazyFrame], night: ComparedRuns
) -> pl.LazyFrame:
    """Changed tiers with the causes of their rows as flags, and what is known where rows tell nothing."""
    joined = changed.join(_flags(rows), on="enterprise_id", how="left")
    joined = joined.join(_latest_arrival(changed, records), on="enterprise_id", how="left")
    told = joined.with_columns(pl.col("^(own|hint|placed)_.*$").fill_null(False), pl.col("^points_.*$").fill_null(0))
    return told.with_columns(unshown=_unshown(night))


def _listed(flag: Callable[[int], pl.Expr]) -> list[pl.Expr]:
    """Per cause its number where the flag holds, else null."""
    return [pl.when(flag(number)).then(pl.lit(number, dtype=pl.Int8)) for number in CAUSE_CODES.values()]


def _heaviest() -> pl.Expr:
    """The cause whose rows moved the score most the way it went, a placement before any points; null for none."""
    way = (pl.col("score_centipoints_after") - pl.col("score_centipoints_before")).sign()
    weights = {
        number: pl.when(pl.col(f"placed_{number}")).then(_PLACED).otherwise(pl.col(f"points_{number}") * way)
        for number in CAUSE_CODES.values()
    }
    most = pl.max_horizontal(weights.values())
    found = [
        pl.when((weight == most) & (weight > 0)).then(pl.lit(number, dtype=pl.Int8))
        for number, weight in weights.items()
    ]
    return pl.coalesce(found)


def with_causes(
    changed: pl.LazyFrame, rows: pl.LazyFrame, records: Mapping[str, pl.LazyFrame], night: ComparedRuns
) -> pl.LazyFrame:
    """Changed tiers with `causes` (numbers, at least one), `main` and `row_cause` (of rows that have none).

    main: what stands above points (a decision, clean years, the policy), else what moved the score most.
    """
    beside = {"decision": _is_by_decision(), "movement": _is_by_movement(), "policy": _is_by_policy(night)}
    by_number = {CAUSE_CODES[cause]: flag for cause, flag in beside.items()}

    def is_found(number: int) -> pl.Expr:
        hint = _is_moved() & pl.col(f"hint_{number}")
        return pl.col(f"own_{number}") | hint | by_number.get(number, pl.lit(False))

    is_open = _is_by_need() | ~pl.any_horizontal(is_found(number) for number in CAUSE_CODES.values())
    causes = _listed(lambda number: is_found(number) | (is_open & (pl.col("unshown") == number)))
    own = _listed(lambda number: pl.col(f"own_{number}"))
    told = (_heaviest(), pl.col("causes").list.min())
    return (
        _with_flags(changed, rows, records, night)
        .with_columns(causes=pl.concat_list(causes).list.drop_nulls(), row_cause=pl.coalesce(own))
        .with_columns(main=pl.coalesce(*_listed(lambda number: by_number.get(number, pl.lit(False))), *told))
    )


_REVOKED = ("revoked", "revoked_undated")

CAUSE_CODES = {cause: number for number, cause in enumerate(CAUSES)}  # weightiest first

_FACTS = pl.Schema({"record_id": pl.String(), "version_no": pl.Int64(), "received_at": pl.Datetime("us", "UTC")})


@dataclass(frozen=True)
class ComparedRuns:
    """What is known of the night the two ratings are compared for."""

    as_of: date
    is_policy_changed: bool
    received_after: datetime | None


def cause_code(cause: str) -> pl.Expr:
    """A cause as a number: the smaller, the more it weighs."""
    return pl.lit(CAUSE_CODES[cause], dtype=pl.Int8)


def version_facts(records: Mapping[str, pl.LazyFrame], wanted: pl.LazyFrame, by: str) -> pl.LazyFrame:
    """version_no and received_at of the records that `wanted` names by its column `by`."""
    columns = list(dict.fromkeys([by, *_FACTS.names()]))
    empty = pl.LazyFrame(schema={name: _FACTS.get(name, pl.String()) for name in columns})
    kinds = (records[name].select(columns) for name in sorted(records))
    return pl.concat([empty, *kinds]).join(wanted.select(by).unique(), on=by, how="semi")


def _came_with(night: ComparedRuns) -> tuple[pl.Expr, pl.Expr]:
    """Whether a row's record is a correction, and whether a fact first heard of, since the rating before."""
    is_later = pl.col("version_no") > 1
    if night.received_after is None:
        return is_later, ~is_later & ~pl.col("is_seen")
    is_received = pl.col("received_at") > night.received_after
    return is_later & is_received, ~is_later & is_received


def _ended_by_itself(night: ComparedRuns) -> pl.Expr:
    is_over = pl.col("reason_after").is_in(["aged_out", "expired"])
    return pl.col("is_counted_before") & is_over & (pl.col("stops_counting_on_before") <= night.as_of)


def _has_become(reason: str) -> pl.Expr:
    """Whether a row that stood before does not count for this reason now, and did not for it before."""
    is_now = (pl.col("reason_after") == reason).fill_null(False)
    return is_now & pl.col("reason_before").ne_missing(reason) & pl.col("is_there_before")


def _is_other_content() -> pl.Expr:
    is_there = pl.col("is_there_before") & pl.col("is_there_after")
    same_day = pl.col("event_on_before") == pl.col("event_on_after")
    return is_there & ~(same_day & (pl.col("value_used_before") == pl.col("value_used_after")))


def _of_new_row(night: ComparedRuns) -> pl.Expr:
    """A row that was not there. A record seen before under another rule follows from other rows."""
    is_corrected, is_new = _came_with(night)
    otherwise = cause_code("policy") if night.is_policy_changed else _none()
    ahead = pl.when(~pl.col("is_seen")).then(cause_code("new_record")).otherwise(_none())
    return (
        pl.when(is_corrected)
        .then(cause_code("correction"))
        .when(is_new)
        .then(cause_code("new_record"))
        .otherwise(otherwise if night.is_policy_changed else ahead)
    )


def _none() -> pl.Expr:
    return pl.lit(None, dtype=pl.Int8)


def _policy_or(cause: str, night: ComparedRuns) -> pl.Expr:
    return cause_code("policy" if night.is_policy_changed else cause)


def _of_lost_row(night: ComparedRuns) -> pl.Expr:
    """A row that is there no more. A placement by several records goes when another of them goes.

    A record that is not among those given stands elsewhere now: it had been entered for the wrong enterprise.
    """
    is_corrected, _ = _came_with(night)
    is_placement = pl.col("role") == "direct"
    return (
        pl.when(is_corrected.fill_null(True))
        .then(cause_code("correction"))
        .when(is_placement & pl.lit(not night.is_policy_changed))
        .then(_none())
        .otherwise(_policy_or("correction", night))
    )


def _of_kept_row(night: ComparedRuns) -> pl.Expr:
    """A row that is there both times and counts otherwise, neither corrected nor ended by itself."""
    reasons = (pl.col("reason_before"), pl.col("reason_after"))
    is_of_act = (reasons[0] == "lighter_in_act").fill_null(False) | (reasons[1] == "lighter_in_act").fill_null(False)
    is_decay = reasons[0].is_null() & reasons[1].is_null()
    is_decay = is_decay & (pl.col("raw_centipoints_before") == pl.col("raw_centipoints_after"))
    return (
        pl.when(reasons[0].is_in(_REVOKED).fill_null(False))
        .then(cause_code("correction"))
        .when((reasons[0] == "released").fill_null(False))  # a repair or removal is undone by decision alone
        .then(_policy_or("decision", night))
        .when(is_of_act)
        .then(_none())
        .when(is_decay)
        .then(_policy_or("decayed", night))
        .otherwise(_policy_or("correction", night))
    )


def _row_cause(night: ComparedRuns) -> pl.Expr:
    """The cause of one differing row; null where it follows from others: adjustments, lighter in the act."""
    is_placement = pl.col("role") == "direct"
    ended = pl.when(is_placement).then(cause_code("lock_ended")).otherwise(cause_code("aged_out"))
    return (
        pl.when(pl.col("record_id").is_null())
        .then(_none())
        .when(pl.any_horizontal(_has_become(reason) for reason in _REVOKED))
        .then(cause_code("revocation"))
        .when(_has_become("released"))
        .then(cause_code("repair"))
        .when(_ended_by_itself(night).fill_null(False))
        .then(ended)
        .when(_is_other_content().fill_null(False))
        .then(
            pl.when(_came_with(night)[0].fill_null(True))
            .then(cause_code("correction"))
            .otherwise(_policy_or("correction", night))
        )
        .when(~pl.col("is_there_before"))
        .then(_of_new_row(night))
        .when(~pl.col("is_there_after"))
        .then(_of_lost_row(night))
        .otherwise(_of_kept_row(night))
    )


def with_row_causes(rows: pl.LazyFrame, records: Mapping[str, pl.LazyFrame], night: ComparedRuns) -> pl.LazyFrame:
    """Adds `cause` (number, null to follow the enterprise's other rows) to differing trace rows.

    rows: both sides of the trace with is_seen, whether the record stood in the trace before.
    """
    versions = version_facts(records, rows, "record_id")
    return rows.join(versions, on="record_id", how="left").with_columns(cause=_row_cause(night))
