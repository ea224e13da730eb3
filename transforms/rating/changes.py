"""Which tiers differ between two runs, and why: the causes, shown by the rows of the trace that differ.

Causes are handled as codes, their places in CAUSES: the smaller, the more it weighs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from transforms.rating.rate import RatingResult
from transforms.rating.totals import ROLES
from transforms.schemas.run_tables import CAUSES, CHANGE_TRACE, CHANGES

_CAUSE_CODES = {cause: code for code, cause in enumerate(CAUSES)}
_CAUSE_OF_CODE = dict(enumerate(CAUSES))
_ROW_KEY = ("enterprise_id", "role", "item_id", "record_id")
_DESCRIBED = ("position", "title", "record_kind", "record_no", "event_on", "basis")
_COMPARED = ("value_used", "raw_centipoints", "points_centipoints", "is_counted", "reason", "stops_counting_on")
_REVOKED = ("revoked", "revoked_undated")
_PLACED = 2**53  # weighs more than any points


@dataclass(frozen=True)
class TierChanges:
    """Tier changes and the rows behind them, in the columns of their tables, sorted by key."""

    changes: pl.DataFrame
    change_trace: pl.DataFrame


@dataclass(frozen=True)
class ComparedRuns:
    """What the causes of changes depend on besides ratings and records.

    as_of: of the later run. is_policy_changed: the two runs used different versions of the scheme. received_after: the
    known_at of the earlier run; without it a record is new where it is not in the earlier trace.
    """

    as_of: date
    is_policy_changed: bool
    received_after: datetime | None = None


def tier_changes(
    before: RatingResult,
    after: RatingResult,
    records: Mapping[str, pl.LazyFrame],
    enterprises: pl.LazyFrame,
    runs: ComparedRuns,
) -> TierChanges:
    """Enterprises in both ratings whose tier differs, each with at least one cause and the rows behind it.

    Of an enterprise rated by trades the scores and rows are those of one trade, see `_of_causing_trades`. records:
    current versions by kind, as the later rating read them. enterprises: enterprise_id, name.
    """
    before, after = _of_causing_trades(before, after)
    changed = _changed_tiers(before.ratings, after.ratings)
    rows = _with_row_causes(_trace_differences(before.trace, after.trace, changed), records, runs)
    caused = _with_causes(changed, rows, records, runs)
    return TierChanges(_changes(caused, enterprises, runs.as_of), _change_trace(rows, caused, runs.as_of))


def _of_causing_trades(before: RatingResult, after: RatingResult) -> tuple[RatingResult, RatingResult]:
    """Both sides with score and trace of the trade that causes a change of the whole, where it was rated both times.

    Of a downgrade that is the trade that decides now, of an upgrade the one that decided before: the traces of two
    trades do not explain each other.
    """
    if after.trades.ratings.is_empty() or before.trades.ratings.is_empty():
        return before, after
    tiers = before.ratings.select("enterprise_id", was="tier_index")
    both = tiers.join(after.ratings.select("enterprise_id", now="tier_index"), on="enterprise_id")
    unit = ["enterprise_id", "field", "scheme"]
    causing = pl.concat(
        side.trades.ratings.filter("is_decisive").select(unit).unique().join(both.filter(is_by), on="enterprise_id")
        for side, is_by in ((after, pl.col("now") > pl.col("was")), (before, pl.col("now") < pl.col("was")))
    )
    for side in (before, after):
        causing = causing.join(side.trades.ratings, on=unit, how="semi")
    return _of_trades(before, causing.select(unit)), _of_trades(after, causing.select(unit))


def _of_trades(side: RatingResult, units: pl.DataFrame) -> RatingResult:
    """With score and trace of these trades (enterprise_id, field, scheme), one for an enterprise; the tier stays."""
    own = ["base_centipoints", "score_centipoints", "score_tier"]
    scores = side.trades.ratings.join(units, on=units.columns, how="semi").select("enterprise_id", *own).unique()
    others = side.trace.join(units, on="enterprise_id", how="anti")
    of_units = side.trades.trace.join(units, on=units.columns, how="semi").select(side.trace.columns)
    ratings = side.ratings.update(scores, on="enterprise_id")
    return RatingResult(ratings, pl.concat([others, of_units]), trades=side.trades)


def _changed_tiers(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Enterprises rated both times whose tier differs: columns of ratings with _before and _after."""
    columns = [
        "tier",
        "tier_index",
        "score_centipoints",
        "score_tier",
        "base_centipoints",
        "decided_by",
        "decided_by_id",
        "next_change_on",
        "next_change_why",
    ]
    first = before.select("enterprise_id", pl.col(columns).name.suffix("_before"))
    second = after.select("enterprise_id", pl.col(columns).name.suffix("_after"))
    both = first.join(second, on="enterprise_id")
    return both.filter(pl.col("tier_index_before") != pl.col("tier_index_after"))


def _trace_differences(before: pl.DataFrame, after: pl.DataFrame, changed: pl.DataFrame) -> pl.DataFrame:
    """Rows of the changed enterprises that differ between the two traces: columns of both with _before and _after.

    Adds is_there_before, is_there_after, was_in_trace (the record was in the earlier trace) and is_evidence (the row
    contributes differently: shown as evidence of the change).
    """
    first, second = _side(before, changed, "_before"), _side(after, changed, "_after")
    both = first.join(second, on=list(_ROW_KEY), how="full", coalesce=True, nulls_equal=True)
    in_first = first.select("enterprise_id", "record_id").unique().with_columns(was_in_trace=pl.lit(True))
    is_evidence = _differs("points_centipoints") | _differs("is_counted")
    is_different = is_evidence | _differs("is_there") | _differs("reason")
    return (
        both.join(in_first, on=["enterprise_id", "record_id"], how="left")
        .with_columns(
            pl.col(
                "is_there_before", "is_there_after", "is_counted_before", "is_counted_after", "was_in_trace"
            ).fill_null(False),
            pl.col("points_centipoints_before", "points_centipoints_after").fill_null(0),
        )
        .with_columns(is_evidence=is_evidence)
        .filter(is_different)
    )


def _side(trace: pl.DataFrame, changed: pl.DataFrame, suffix: str) -> pl.DataFrame:
    of_changed = trace.join(changed.select("enterprise_id"), on="enterprise_id", how="semi")
    columns = pl.col(*_DESCRIBED, *_COMPARED).name.suffix(suffix)
    return of_changed.select(*_ROW_KEY, columns).with_columns(pl.lit(True).alias(f"is_there{suffix}"))


def _differs(column: str) -> pl.Expr:
    return pl.col(f"{column}_before").ne_missing(pl.col(f"{column}_after"))


def _changes(caused: pl.DataFrame, enterprises: pl.LazyFrame, as_of: date) -> pl.DataFrame:
    """The rows of the table `changes`."""
    names = enterprises.select("enterprise_id", "name").join(caused.lazy(), on="enterprise_id", how="semi").collect()
    named = caused.join(names, on="enterprise_id", how="left")
    cause_name = pl.element().replace_strict(_CAUSE_OF_CODE, return_dtype=pl.String)
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
            pl.col("main_cause").replace_strict(_CAUSE_OF_CODE, return_dtype=pl.String).alias("cause"),
            pl.col("causes").list.eval(cause_name).list.sort().alias("causes"),
            pl.col("decided_by_after").alias("decided_by"),
        )
        .select(CHANGES.schema.names())
        .sort("enterprise_id")
    )


def _change_trace(rows: pl.DataFrame, caused: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The rows of the table `change_trace`. A row without a cause of its own has the enterprise's weightiest."""
    roles = {role: code for code, role in enumerate(ROLES)}
    of_enterprise = caused.select("enterprise_id", "cause_of_rows", "main_cause")
    evidence = rows.filter("is_evidence").join(of_enterprise, on="enterprise_id")
    cause = pl.coalesce("cause", "cause_of_rows", "main_cause")
    either = [pl.coalesce(f"{name}_after", f"{name}_before").alias(name) for name in (*_DESCRIBED, "value_used")]
    named = evidence.with_columns(
        *either,
        role_code=pl.col("role").replace_strict(roles, return_dtype=pl.Int8),
        cause=cause.replace_strict(_CAUSE_OF_CODE, return_dtype=pl.String),
        as_of=pl.lit(as_of, dtype=pl.Date()),
        points_before_centipoints="points_centipoints_before",
        points_after_centipoints="points_centipoints_after",
    ).sort("enterprise_id", "role_code", "position", "item_id", "record_id", nulls_last=True)
    position = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("enterprise_id")
    return named.with_columns(position=position).select(CHANGE_TRACE.schema.names())


# --- causes of enterprises ----------------------------------------------------------------------------------


def _with_causes(
    changed: pl.DataFrame, rows: pl.DataFrame, records: Mapping[str, pl.LazyFrame], runs: ComparedRuns
) -> pl.DataFrame:
    """Adds causes (codes, at least one), main_cause, and cause_of_rows (for rows without a cause of their own).

    main_cause: a decision, clean years or the policy, which override points; else what moved the score most.
    """

    def is_decided(by: str) -> tuple[pl.Expr, pl.Expr]:
        return pl.col("decided_by_before") == by, pl.col("decided_by_after") == by

    is_same_score = pl.col("score_centipoints_before") == pl.col("score_centipoints_after")
    is_other_score_tier = pl.col("score_tier_before") != pl.col("score_tier_after")
    held_before, held_after = is_decided("decision")
    is_other_decision = pl.col("decided_by_id_before").ne_missing(pl.col("decided_by_id_after"))
    moved_before, moved_after = is_decided("movement")
    is_moved = moved_before | moved_after
    # A clean year that is full moves the tier up, where no record was withdrawn or corrected.
    is_up = pl.col("tier_index_after") < pl.col("tier_index_before")
    undone = [_CAUSE_CODES[cause] for cause in ("revocation", "repair", "correction", "policy")]
    taken_back = [pl.col(f"{kind}_{code}") for kind in ("evident", "hint") for code in undone]
    is_base = pl.col("base_centipoints_before") != pl.col("base_centipoints_after")
    overriding = {
        _CAUSE_CODES["decision"]: (held_before != held_after) | (held_before & is_other_decision),
        _CAUSE_CODES["movement"]: is_up & is_moved & ~pl.any_horizontal(taken_back),
        _CAUSE_CODES["policy"]: pl.lit(runs.is_policy_changed) & (is_base | (is_same_score & is_other_score_tier)),
    }

    def is_found(code: int) -> pl.Expr:
        hint = is_moved & pl.col(f"hint_{code}")
        return pl.col(f"evident_{code}") | hint | overriding.get(code, pl.lit(False))

    lacking_before, lacking_after = is_decided("minimum_data")
    is_by_need = (lacking_before != lacking_after) & ~is_other_score_tier
    is_unexplained = is_by_need | ~pl.any_horizontal(is_found(code) for code in _CAUSE_OF_CODE)
    # The cause where no row shows one: what the best tier needs is not in the trace.
    foreseen = pl.col("next_change_why_before").replace_strict(_CAUSE_CODES, default=None, return_dtype=pl.Int8)
    is_due = (pl.col("next_change_on_before") <= runs.as_of).fill_null(False)
    arrived = pl.when(pl.col("is_last_corrected")).then(_code("correction")).otherwise(_code("new_record"))
    without_row = _code("policy") if runs.is_policy_changed else pl.when(is_due).then(foreseen).otherwise(arrived)
    # Whether the record of the enterprise that arrived last is a correction.
    is_last = pl.col("received_at") == pl.col("received_at").max()
    arrivals = _versions(records, changed, "enterprise_id").group_by("enterprise_id")
    last_arrivals = arrivals.agg(is_last_corrected=pl.col("version_no").filter(is_last).min() > 1)
    causes = _codes_where(lambda code: is_found(code) | (is_unexplained & (pl.col("cause_without_row") == code)))
    evident = _codes_where(lambda code: pl.col(f"evident_{code}"))
    overrides = _codes_where(lambda code: overriding.get(code, pl.lit(False)))
    return (
        changed.join(_cause_flags(rows), on="enterprise_id", how="left")
        .join(last_arrivals, on="enterprise_id", how="left")
        .with_columns(pl.col("^(evident|hint|placed)_.*$").fill_null(False), pl.col("^points_.*$").fill_null(0))
        .with_columns(cause_without_row=without_row)
        .with_columns(causes=pl.concat_list(causes).list.drop_nulls(), cause_of_rows=pl.coalesce(evident))
        .with_columns(main_cause=pl.coalesce(*overrides, _heaviest_cause(), pl.col("causes").list.min()))
    )


def _cause_flags(rows: pl.DataFrame) -> pl.DataFrame:
    """Per enterprise and cause N: evident_N, hint_N (whether a row that is evidence, or any other row, has it).

    Also points_N, the centipoints that the evidence with it adds, and placed_N, whether a placement is among it.
    """
    is_evidence, is_placement = pl.col("is_evidence"), pl.col("role") == "direct"
    added = pl.col("points_centipoints_after") - pl.col("points_centipoints_before")
    flags = []
    for code in _CAUSE_OF_CODE:
        has_cause = pl.col("cause") == code
        flags += [
            (has_cause & is_evidence).any().alias(f"evident_{code}"),
            (has_cause & ~is_evidence).any().alias(f"hint_{code}"),
            added.filter(has_cause & is_evidence).sum().alias(f"points_{code}"),
            (has_cause & is_evidence & is_placement).any().alias(f"placed_{code}"),
        ]
    return rows.group_by("enterprise_id").agg(flags)


def _codes_where(is_met: Callable[[int], pl.Expr]) -> list[pl.Expr]:
    """Per cause its code where the condition is met, else null."""
    return [pl.when(is_met(code)).then(pl.lit(code, dtype=pl.Int8)) for code in _CAUSE_OF_CODE]


def _heaviest_cause() -> pl.Expr:
    """The cause whose rows moved the score most in the direction it went, a placement before any points.

    Null where there is none.
    """
    direction = (pl.col("score_centipoints_after") - pl.col("score_centipoints_before")).sign()
    weights = {
        code: pl.when(pl.col(f"placed_{code}")).then(_PLACED).otherwise(pl.col(f"points_{code}") * direction)
        for code in _CAUSE_OF_CODE
    }
    most = pl.max_horizontal(weights.values())
    return pl.coalesce(_codes_where(lambda code: (weights[code] == most) & (weights[code] > 0)))


# --- causes of rows -----------------------------------------------------------------------------------------


def _with_row_causes(rows: pl.DataFrame, records: Mapping[str, pl.LazyFrame], runs: ComparedRuns) -> pl.DataFrame:
    """Adds cause (code) to differing trace rows; null where it follows from the enterprise's other rows.

    The latter: adjustments, and hits that are no longer, or newly, lighter in their act.
    """
    none = pl.lit(None, dtype=pl.Int8)

    def policy_or(cause: str) -> pl.Expr:
        return _code("policy" if runs.is_policy_changed else cause)

    # Whether the record was corrected, and whether it first arrived, since the earlier run.
    is_correction = pl.col("version_no") > 1
    if runs.received_after is None:
        is_corrected, is_new = is_correction, ~is_correction & ~pl.col("was_in_trace")
    else:
        is_received = pl.col("received_at") > runs.received_after
        is_corrected, is_new = is_correction & is_received, ~is_correction & is_received
    is_placement = pl.col("role") == "direct"
    ended = pl.when(is_placement).then(_code("lock_ended")).otherwise(_code("aged_out"))
    is_over = pl.col("reason_after").is_in(["aged_out", "expired"])
    is_ended = pl.col("is_counted_before") & is_over & (pl.col("stops_counting_on_before") <= runs.as_of)
    is_same_day = pl.col("event_on_before") == pl.col("event_on_after")
    is_same_value = pl.col("value_used_before") == pl.col("value_used_after")
    is_lasting = pl.col("is_there_before") & pl.col("is_there_after")
    has_other_content = is_lasting & ~(is_same_day & is_same_value)
    # A row of a record that was in the earlier trace, under another rule, follows from the other rows.
    unless_known = pl.when(~pl.col("was_in_trace")).then(_code("new_record")).otherwise(none)
    of_new_row = (
        pl.when(is_corrected)
        .then(_code("correction"))
        .when(is_new)
        .then(_code("new_record"))
        .otherwise(_code("policy") if runs.is_policy_changed else unless_known)
    )
    # A record that is not among `records` now belongs to another enterprise: it had been entered for the wrong one.
    # A placement by several records ends when another of them goes.
    of_lost_row = (
        pl.when(is_corrected.fill_null(True))
        .then(_code("correction"))
        .when(is_placement & pl.lit(not runs.is_policy_changed))
        .then(none)
        .otherwise(policy_or("correction"))
    )
    before, after = pl.col("reason_before"), pl.col("reason_after")
    is_of_act = (before == "lighter_in_act") | (after == "lighter_in_act")
    is_same_award = pl.col("raw_centipoints_before") == pl.col("raw_centipoints_after")
    of_lasting_row = (
        pl.when(before.is_in(_REVOKED))
        .then(_code("correction"))
        .when(before == "released")  # only a decision undoes a repair or removal
        .then(policy_or("decision"))
        .when(is_of_act)
        .then(none)
        .when(before.is_null() & after.is_null() & is_same_award)
        .then(policy_or("decayed"))
        .otherwise(policy_or("correction"))
    )
    cause = (
        pl.when(pl.col("record_id").is_null())
        .then(none)
        .when(pl.any_horizontal(_has_become(reason) for reason in _REVOKED))
        .then(_code("revocation"))
        .when(_has_become("released"))
        .then(_code("repair"))
        .when(is_ended)
        .then(ended)
        .when(has_other_content)
        .then(pl.when(is_corrected.fill_null(True)).then(_code("correction")).otherwise(policy_or("correction")))
        .when(~pl.col("is_there_before"))
        .then(of_new_row)
        .when(~pl.col("is_there_after"))
        .then(of_lost_row)
        .otherwise(of_lasting_row)
    )
    versions = _versions(records, rows, "record_id")
    return rows.join(versions, on="record_id", how="left").with_columns(cause=cause)


def _has_become(reason: str) -> pl.Expr:
    """Whether a row of the earlier trace does not count for this reason now, and did not before."""
    is_now = pl.col("reason_after") == reason
    return is_now & pl.col("reason_before").ne_missing(reason) & pl.col("is_there_before")


def _versions(records: Mapping[str, pl.LazyFrame], wanted: pl.DataFrame, by: str) -> pl.DataFrame:
    """version_no and received_at of the records whose column `by` is in `wanted`."""
    schema = pl.Schema({by: pl.String(), "version_no": pl.Int64(), "received_at": pl.Datetime("us", "UTC")})
    kinds = [pl.LazyFrame(schema=schema), *(records[kind].select(schema.names()) for kind in sorted(records))]
    return pl.concat(kinds).join(wanted.lazy().select(by).unique(), on=by, how="semi").collect()


def _code(cause: str) -> pl.Expr:
    return pl.lit(_CAUSE_CODES[cause], dtype=pl.Int8)
