"""The second step of a run: records become ratings, traces, changes, outlook and legal state."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from flows.law import law_policy_on
from flows.policy_folder import PolicyInForce
from flows.run import snapshot
from flows.run.affected import affected_enterprises
from flows.run.due_days import RunContext
from flows.run.fingerprint import fingerprint_of, scheme_version_of
from flows.run.snapshot import (
    Selection,
    Snapshot,
    current_records_by_kind,
    last_outlook_day,
    law_state_of_batch,
    releases_by_day,
    stage_changed,
    stage_legal_state,
    stage_outlook,
)
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.store import Store
from transforms.law.law_state import LawPolicy, LawState
from transforms.rating import ComparedRuns, RatingResult, rate_enterprises, tier_changes, tier_outlook


@dataclass(frozen=True)
class _Work:
    """What every batch of a night needs. law: None where the office applies none. former: the last night of an
    earlier day."""

    seen: Snapshot
    policy: PolicyInForce
    law: LawPolicy | None
    former: Run | None


def rate_affected(
    store: Store, settings: Settings, night: RunContext, policy: PolicyInForce, former: Run | None
) -> dict[str, object]:
    """Rate the enterprises for whom anything may be another than the night before; stage what differs.

    former: the last committed run of an earlier day. The answer is for the ledger: which were rated, and why.
    """
    seen = Snapshot.by(night, store)
    snapshot.stage_previous_ratings(seen)
    basis = fingerprint_of(policy, settings.policy_dir, night.as_of) | (
        {"law": "none"} if settings.law == "none" else {}
    )
    scope = affected_enterprises(seen, former, basis, settings.full)
    work = _Work(seen, policy, law_policy_on(settings, night.as_of), former)
    return scope.facts(sum(_rate(work, number, whose) for number, whose in enumerate(scope.batches(night.buckets))))


def _rate(work: _Work, number: int, whose: Selection) -> int:
    """Rate these enterprises, say what the law makes of them, and stage what differs; how many they are."""
    seen = work.seen
    known = current_records_by_kind(seen, whose)
    records = dict(zip(known, map(pl.DataFrame.lazy, pl.collect_all(known.values())), strict=True))
    ids = records["enterprise"].select("enterprise_id")
    legal = law_state_of_batch(records, work.law, seen.night) if work.law else None
    after = rate_enterprises(records, ids, work.policy.scheme, seen.night.as_of, _releases(legal))
    before = RatingResult(_before("ratings", seen, whose), _before("trace", seen, whose))
    sides = ({"ratings": one.ratings.lazy(), "trace": one.trace.lazy()} for one in (before, after))
    stage_changed(seen.night, *sides)
    _stage_changes(work, number, records, before, after)
    day = seen.night.as_of
    ahead = tier_outlook(records, after, work.policy.scheme, day, last_outlook_day(seen.night), releases_by_day(legal))
    stage_outlook(seen, whose, ahead.lazy())
    stage_legal_state(seen, whose, legal, number)
    return len(after.ratings)


def _releases(legal: LawState | None) -> pl.LazyFrame | None:
    """What the register of decisions releases; None where it says nothing of these enterprises."""
    if legal is None or legal.records["decision"].select(pl.len()).collect().item() == 0:
        return None
    return legal.releases.lazy()


def _before(table: str, seen: Snapshot, whose: Selection) -> pl.DataFrame:
    return snapshot.previous_rows(table, seen, whose).drop("valid_from_on").collect()


def _stage_changes(
    work: _Work, number: int, records: dict[str, pl.LazyFrame], before: RatingResult, after: RatingResult
) -> None:
    """Whether the scheme changed is told by what the night before rested on."""
    night, former = work.seen.night, work.former
    runs = ComparedRuns(
        night.as_of,
        is_policy_changed=former is not None and scheme_version_of(former) != work.policy.version_on(night.as_of),
        received_after=former.known_at if former else None,
    )
    changes = tier_changes(before, after, records, records["enterprise"], runs)
    night.stage("changes", changes.changes, number)
    night.stage("change_trace", changes.change_trace, number)
