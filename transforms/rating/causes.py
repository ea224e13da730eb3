"""Why a tier changed: from the causes of its differing rows, and from what stands in no row."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from transforms.rating.row_causes import CAUSE_NUMBERS, Night, cause_number, versions_of
from transforms.tables.outputs import CAUSES

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
    versions = versions_of(records, changed, "enterprise_id")
    is_last = pl.col("received_at") == pl.col("received_at").max()
    return versions.group_by("enterprise_id").agg(is_last_corrected=pl.col("version_no").filter(is_last).min() > 1)


def _unshown(night: Night) -> pl.Expr:
    """The cause where no row shows one, as what the best tier needs stands in no trace."""
    if night.is_policy_changed:
        return cause_number("policy")
    foretold = pl.col("next_change_why_before").replace_strict(CAUSE_NUMBERS, default=None, return_dtype=pl.Int8)
    is_due = (pl.col("next_change_on_before") <= night.as_of).fill_null(False)
    arrived = (
        pl.when(pl.col("is_last_corrected")).then(cause_number("correction")).otherwise(cause_number("new_record"))
    )
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
    undone = [CAUSE_NUMBERS[cause] for cause in ("revocation", "repair", "correction", "policy")]
    taken_back = [pl.col(f"{kind}_{number}") for kind in ("own", "hint") for number in undone]
    return is_up & _is_moved() & ~pl.any_horizontal(taken_back)


def _is_moved() -> pl.Expr:
    return _decided("movement", "before") | _decided("movement", "after")


def _is_by_policy(night: Night) -> pl.Expr:
    is_base = pl.col("base_centipoints_before") != pl.col("base_centipoints_after")
    is_same_score = pl.col("score_centipoints_before") == pl.col("score_centipoints_after")
    is_cut = is_same_score & (pl.col("score_tier_before") != pl.col("score_tier_after"))
    return pl.lit(night.is_policy_changed) & (is_base | is_cut)


def _is_by_need() -> pl.Expr:
    is_one = _decided("minimum_data", "before") != _decided("minimum_data", "after")
    return is_one & (pl.col("score_tier_before") == pl.col("score_tier_after"))


def _with_flags(
    changed: pl.LazyFrame, rows: pl.LazyFrame, records: Mapping[str, pl.LazyFrame], night: Night
) -> pl.LazyFrame:
    """Changed tiers with the causes of their rows as flags, and what is known where rows tell nothing."""
    joined = changed.join(_flags(rows), on="enterprise_id", how="left")
    joined = joined.join(_latest_arrival(changed, records), on="enterprise_id", how="left")
    told = joined.with_columns(pl.col("^(own|hint|placed)_.*$").fill_null(False), pl.col("^points_.*$").fill_null(0))
    return told.with_columns(unshown=_unshown(night))


def _listed(flag: Callable[[int], pl.Expr]) -> list[pl.Expr]:
    """Per cause its number where the flag holds, else null."""
    return [pl.when(flag(number)).then(pl.lit(number, dtype=pl.Int8)) for number in CAUSE_NUMBERS.values()]


def _heaviest() -> pl.Expr:
    """The cause whose rows moved the score most the way it went, a placement before any points; null for none."""
    way = (pl.col("score_centipoints_after") - pl.col("score_centipoints_before")).sign()
    weights = {
        number: pl.when(pl.col(f"placed_{number}")).then(_PLACED).otherwise(pl.col(f"points_{number}") * way)
        for number in CAUSE_NUMBERS.values()
    }
    most = pl.max_horizontal(weights.values())
    found = [
        pl.when((weight == most) & (weight > 0)).then(pl.lit(number, dtype=pl.Int8))
        for number, weight in weights.items()
    ]
    return pl.coalesce(found)


def causes_of_enterprises(
    changed: pl.LazyFrame, rows: pl.LazyFrame, records: Mapping[str, pl.LazyFrame], night: Night
) -> pl.LazyFrame:
    """Changed tiers with `causes` (numbers, at least one), `main` and `row_cause` (of rows that have none).

    main: what stands above points (a decision, clean years, the policy), else what moved the score most.
    """
    beside = {"decision": _is_by_decision(), "movement": _is_by_movement(), "policy": _is_by_policy(night)}
    by_number = {CAUSE_NUMBERS[cause]: flag for cause, flag in beside.items()}

    def is_found(number: int) -> pl.Expr:
        hint = _is_moved() & pl.col(f"hint_{number}")
        return pl.col(f"own_{number}") | hint | by_number.get(number, pl.lit(False))

    is_open = _is_by_need() | ~pl.any_horizontal(is_found(number) for number in CAUSE_NUMBERS.values())
    causes = _listed(lambda number: is_found(number) | (is_open & (pl.col("unshown") == number)))
    own = _listed(lambda number: pl.col(f"own_{number}"))
    told = (_heaviest(), pl.col("causes").list.min())
    return (
        _with_flags(changed, rows, records, night)
        .with_columns(causes=pl.concat_list(causes).list.drop_nulls(), row_cause=pl.coalesce(own))
        .with_columns(main=pl.coalesce(*_listed(lambda number: by_number.get(number, pl.lit(False))), *told))
    )
