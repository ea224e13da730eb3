"""Staged and stored records become ratings, traces and changes, a batch of enterprises at a time."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from flows.law import law_in_force
from flows.night import standing
from flows.night.basis import basis_of, scheme_of
from flows.night.differences import stage_differing
from flows.night.outlook import last_day, releases_of, stage_outlook
from flows.night.plan import Night
from flows.night.records import Seen, Whose, known_records
from flows.night.scope import scope_of
from flows.night.word import legal_of_batch, stage_word
from flows.policies import PolicyInForce
from flows.settings import Settings
from flows.store import Run, Store
from transforms.law.legal import Legal, LegalLaw
from transforms.rating import Rating, outlook, rate, tier_changes

RESULTS = ("ratings", "trace")


@dataclass(frozen=True)
class _Work:
    """What every batch of a night needs. law: None where the office applies none. former: the last night of an
    earlier day."""

    seen: Seen
    policy: PolicyInForce
    law: LegalLaw | None
    former: Run | None


def rate_all(
    store: Store, settings: Settings, night: Night, policy: PolicyInForce, former: Run | None
) -> dict[str, object]:
    """Rate the enterprises for whom anything may be another than the night before; stage what differs.

    former: the last committed run of an earlier day. The answer is for the ledger: which were rated, and why.
    """
    seen = Seen.by(night, store)
    standing.stage_before(seen)
    basis = basis_of(policy, settings.policy_dir, night.as_of) | ({"law": "none"} if settings.law == "none" else {})
    scope = scope_of(seen, former, basis, settings.full)
    work = _Work(seen, policy, law_in_force(settings, night.as_of), former)
    return scope.facts(sum(_rate(work, number, whose) for number, whose in enumerate(scope.batches(night.buckets))))


def _rate(work: _Work, number: int, whose: Whose) -> int:
    """Rate these enterprises, say what the law makes of them, and stage what differs; how many they are."""
    seen = work.seen
    known = known_records(seen, whose)
    records = dict(zip(known, map(pl.DataFrame.lazy, pl.collect_all(known.values())), strict=True))
    ids = records["enterprise"].select("enterprise_id")
    legal = legal_of_batch(records, work.law, seen.night) if work.law else None
    after = _collected(rate(records, ids, work.policy.scheme, seen.night.as_of, _releases(legal)))
    before = Rating(*(_before(table, seen, whose) for table in RESULTS))
    stage_differing(seen.night, *({"ratings": one.ratings, "trace": one.trace} for one in (before, after)))
    _stage_changes(work, number, records, before, after)
    day = seen.night.as_of
    ahead = outlook(records, after, work.policy.scheme, day, last_day(seen.night), releases_of(legal))
    stage_outlook(seen, whose, ahead)
    stage_word(seen, whose, legal, number)
    return int(after.ratings.select(pl.len()).collect().item())


def _releases(legal: Legal | None) -> pl.LazyFrame | None:
    """What the register of decisions releases; None where it says nothing of these enterprises."""
    if legal is None or legal.records["decision"].select(pl.len()).collect().item() == 0:
        return None
    return legal.releases


def _before(table: str, seen: Seen, whose: Whose) -> pl.LazyFrame:
    return standing.rows_before(table, seen, whose).drop("valid_from_on").collect().lazy()


def _collected(rating: Rating) -> Rating:
    """All from one computation: they share nearly all of it."""
    ratings, trace, ahead = pl.collect_all([rating.ratings, rating.trace, rating.ahead])
    return Rating(ratings.lazy(), trace.lazy(), ahead.lazy())


def _stage_changes(work: _Work, number: int, records: dict[str, pl.LazyFrame], before: Rating, after: Rating) -> None:
    """Whether the scheme changed is told by what the night before rested on."""
    night, former = work.seen.night, work.former
    changes = tier_changes(
        before,
        after,
        records,
        records["enterprise"].select("enterprise_id", "name"),
        night.as_of,
        is_policy_changed=former is not None and scheme_of(former) != work.policy.version_on(night.as_of),
        received_after=former.known_at if former else None,
    )
    frames = pl.collect_all([changes.changes, changes.change_trace])
    for name, frame in zip(("changes", "change_trace"), frames, strict=True):
        night.stage(name, frame, number)
