"""The second step of a run: records become ratings, traces, tier changes, outlook and legal state, all of them staged.

Enterprises are rated in batches, so that memory is bounded by the size of a bucket. Of the results only those are
staged that differ from the previous run's: history is kept as changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from flows.legal_state import law_policy_on, person_bars_of
from flows.policy_folder import PolicyInForce
from flows.run.affected import affected_enterprises, fingerprint_of, scheme_version_of
from flows.run.context import RunContext
from flows.run.snapshot import FramesByTable, Selection, Snapshot
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.store import Store
from flows.store.tables import split_by_bucket
from transforms.current_versions import differing_enterprises
from transforms.law.law_state import LawPolicy, LawState
from transforms.law.matters.decision_log import needs_attention
from transforms.law.stored_state import relevant_enterprises, stored_state, without_state
from transforms.rating import ComparedRuns, RatingResult, rate_enterprises, tier_changes, tier_outlook
from transforms.rating.outlook import RateOn, ReleasesOn
from transforms.rating.rate import TradeRatings
from transforms.rating.trades import rate_trades, trade_changes
from transforms.schemas import LAW_TABLES, TABLES
from transforms.schemas.law import STEP_TABLE
from transforms.schemas.run_tables import OUTLOOK, TRADE_CHANGES

STAGED_REFUSED_STEPS = "refused_steps"
_RATED = ("ratings", "trace", "trade_ratings", "trade_trace")  # stored together: one change of one is a new row of all
_ID = "enterprise_id"


@dataclass(frozen=True)
class _Batch:
    """What every batch of a run needs. law: None where the office applies none. bars: PERSON_BAR of all enterprises."""

    snapshot: Snapshot
    policy: PolicyInForce
    law: LawPolicy | None
    bars: pl.DataFrame
    previous_run: Run | None


def rate_affected(
    store: Store, settings: Settings, context: RunContext, policy: PolicyInForce, previous_run: Run | None
) -> dict[str, object]:
    """Rate the affected enterprises and stage the results that differ.

    previous_run: the last committed run of an earlier day. Returns facts for the ledger: which enterprises were rated,
    why, and the fingerprint.
    """
    snapshot = Snapshot.of(context, store)
    snapshot.stage_previous_ratings()
    fingerprint = fingerprint_of(policy, settings.policy_dir, context.as_of)
    if settings.law == "none":
        fingerprint["law"] = "none"
    law = law_policy_on(settings, context.as_of)
    bars = person_bars_of(snapshot, law, context.as_of)
    shared_kinds = law.shared_kinds if law else ()
    affected = affected_enterprises(snapshot, previous_run, fingerprint, bars, settings.full, shared_kinds)
    batch = _Batch(snapshot, policy, law, bars, previous_run)
    selections = enumerate(affected.batches(context.buckets))
    return affected.facts(sum(_rate_batch(batch, number, selection) for number, selection in selections))


def _rate_batch(batch: _Batch, number: int, selection: Selection) -> int:
    """Rate the selected enterprises, stage what differs, and return how many they are."""
    snapshot, as_of = batch.snapshot, batch.snapshot.context.as_of
    current = snapshot.current_records_by_kind(selection)
    records = dict(zip(current, map(pl.DataFrame.lazy, pl.collect_all(current.values())), strict=True))
    state = _law_state(records, batch.law, batch.bars, as_of) if batch.law else None
    releases = state.releases if state is not None and _has_decisions(state) else None
    rate = rate_on(batch.policy)
    result = rate(records, records["enterprise"].select(_ID), as_of, releases)
    rows = (snapshot.previous_rows(table, selection).drop("valid_from_on") for table in _RATED)
    ratings, trace, *of_trades = pl.collect_all(list(rows))
    previous = RatingResult(ratings, trace, trades=TradeRatings(*of_trades))
    stage_changed(snapshot.context, *(_rows_by_table(side) for side in (previous, result)))
    _stage_tier_changes(batch, number, records, previous, result)
    policy_changes_on = batch.policy.next_change(as_of)
    until = snapshot.last_outlook_day()
    outlook = tier_outlook(records, result, rate, policy_changes_on, until, releases_by_day(state))
    _stage_outlook(snapshot, selection, outlook)
    _stage_legal_state(snapshot, selection, state, number)
    return result.ratings.height


def rate_on(policy: PolicyInForce) -> RateOn:
    """Rates enterprises on a day by the policy: by one scheme, or by one for each trade."""

    def rate(
        records: Mapping[str, pl.LazyFrame], enterprises: pl.LazyFrame, day: date, releases: pl.DataFrame | None
    ) -> RatingResult:
        if policy.trades is None:
            return rate_enterprises(records, enterprises, policy.scheme, day, releases)
        register = records["enterprise"].join(enterprises, on=_ID, how="semi")
        return rate_trades(records, register, policy.trades, day, releases)

    return rate


def _rows_by_table(side: RatingResult) -> dict[str, pl.LazyFrame]:
    frames = (side.ratings, side.trace, side.trades.ratings, side.trades.trace)
    return dict(zip(_RATED, map(pl.DataFrame.lazy, frames), strict=True))


def stage_changed(context: RunContext, previous: FramesByTable, current: FramesByTable) -> None:
    """Stage all rows of `current` of every enterprise of which any row differs from `previous`.

    Frames are without valid_from_on. Rows are staged by the bucket of their enterprise.
    """
    sides = [[side[name] for name in current] for side in (previous, current)]
    differing = differing_enterprises(*sides).collect()
    for name, rows in current.items():
        table = TABLES[name]
        changed = rows.join(differing.lazy(), on=_ID, how="semi").with_columns(valid_from_on=pl.lit(context.as_of))
        ordered = changed.select(list(table.schema)).sort(table.key).collect()
        for bucket, part in split_by_bucket(ordered, context.buckets).items():
            context.stage(name, part, bucket)


def _stage_tier_changes(
    batch: _Batch, number: int, records: dict[str, pl.LazyFrame], previous: RatingResult, result: RatingResult
) -> None:
    context, previous_run = batch.snapshot.context, batch.previous_run
    scheme_version = batch.policy.version_on(context.as_of)
    runs = ComparedRuns(
        context.as_of,
        is_policy_changed=previous_run is not None and scheme_version_of(previous_run) != scheme_version,
        received_after=previous_run.known_at if previous_run else None,
    )
    changes = tier_changes(previous, result, records, records["enterprise"], runs)
    context.stage("changes", changes.changes, number)
    context.stage("change_trace", changes.change_trace, number)
    of_trades = trade_changes(previous.trades, result.trades, records, records["enterprise"], runs)
    if not of_trades.is_empty():
        context.stage(TRADE_CHANGES.name, of_trades, number)


def _stage_outlook(snapshot: Snapshot, selection: Selection, outlook: pl.DataFrame) -> None:
    """Stage `outlook` (columns of OUTLOOK but valid_from_on) where it differs from the previous one."""
    previous = snapshot.previous_outlook(selection).lazy()
    current = outlook.lazy().with_columns(valid_from_on=pl.lit(snapshot.context.as_of)).select(list(OUTLOOK.schema))
    ended = previous.join(current, on=_ID, how="anti").select(_ID)
    nulls = {name: pl.lit(None, dtype) for name, dtype in OUTLOOK.schema.items() if name not in (_ID, "is_near")}
    ended = ended.with_columns(is_near=pl.lit(False), **nulls).select(list(OUTLOOK.schema))
    stage_changed(snapshot.context, {OUTLOOK.name: previous}, {OUTLOOK.name: pl.concat([current, ended])})


def _law_state(records: Mapping[str, pl.LazyFrame], law: LawPolicy, bars: pl.DataFrame, as_of: date) -> LawState:
    """The legal state of those of the enterprises that have records to which the law applies."""
    ids = relevant_enterprises(records, bars, law.findings).unique().collect()
    enterprises = records["enterprise"].join(ids.lazy(), on=_ID, how="semi").collect()
    return LawState({**records, "enterprise": enterprises.lazy()}, law, as_of, lambda: bars)


def _has_decisions(state: LawState) -> bool:
    return bool(state.records["decision"].select(pl.len()).collect().item())


def releases_by_day(state: LawState | None) -> ReleasesOn:
    """What repairs release on days to come: the same as on the run's day, unless a decision names a day until then.

    state: None where no law is applied.
    """
    if state is None or not _has_decisions(state):
        return lambda _records, _day: None
    dates = [name for name, dtype in state.records["decision"].collect_schema().items() if dtype == pl.Date()]

    def releases_on(records: Mapping[str, pl.LazyFrame], day: date) -> pl.DataFrame | None:
        decided = pl.any_horizontal(pl.col(dates).is_between(state.as_of, day))
        is_other = records["decision"].filter(decided).select(pl.len()).collect().item()
        revoked = pl.col("revoked_on").is_between(state.as_of, day)
        is_other = is_other or records["penalty"].filter(revoked).select(pl.len()).collect().item()
        on_day = LawState(records, state.law, day) if is_other else state
        return on_day.releases

    return releases_on


def _stage_legal_state(snapshot: Snapshot, selection: Selection, state: LawState | None, number: int) -> None:
    """Stage the legal state of the selected enterprises where it differs, and the steps that were refused."""
    previous = snapshot.previous_legal_state(selection)
    if state is not None and state.records["enterprise"].select(pl.len()).collect().item() == 0:
        state = None
    if state is None:
        current = {name: table.empty().lazy().drop("valid_from_on") for name, table in LAW_TABLES.items()}
    else:
        current = {name: rows.lazy() for name, rows in stored_state(state).items()}
        snapshot.context.stage(STAGED_REFUSED_STEPS, refused_steps(state), number)
    ended = previous["law"].select(_ID).join(current["law"], on=_ID, how="anti")
    current["law"] = pl.concat([current["law"], without_state(ended)])
    stage_changed(snapshot.context, previous, current)


def refused_steps(state: LawState) -> pl.DataFrame:
    """STEP_TABLE of the steps that the decision log refuses, or that a person must look at."""
    return state.steps.filter(needs_attention()).select(list(STEP_TABLE.schema))
