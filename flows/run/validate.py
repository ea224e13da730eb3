"""The third step of a run: the gate over everything that is staged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from expectations import Verdict, explain_gravest, write_data_docs
from flows.gate import GATE_AMOUNTS, GATE_RATINGS, Gate, gate_accounts, gate_amounts, gate_ratings, read_gate
from flows.policy_folder import PolicyInForce, read_sources
from flows.run import snapshot
from flows.run.commit import RESULT_TABLES
from flows.run.due_days import INGESTED_TABLES, RunContext
from flows.run.snapshot import Snapshot, new_rows
from flows.store.layout import BucketFilter
from flows.store.ledger import Run
from flows.store.store import Store
from flows.wording import to_chinese

GATE_RATINGS_TABLE = GATE_RATINGS.name

_COUNTED = (GATE_RATINGS_TABLE,)

# Approvals that releases before the office database wrote themselves: of no file, and of no effect.
_IS_OLD_APPROVAL = (pl.col("decision_type") == "approve_publication") & (pl.col("source") == "yaoxin_approve")

_MOST_IN_MEMORY = 100_000  # rows; more are read once for the count and once more for the gate, a piece at a time


@dataclass(frozen=True)
class Validation:
    """What the gate said of every table of a night, where its pages are, and what to look at first."""

    verdicts: tuple[Verdict, ...]
    docs: Path
    causes: tuple[str, ...] = ()  # what other findings follow from, in words

    @property
    def is_passed(self) -> bool:
        """Whether every table passed."""
        return all(verdict.is_passed for verdict in self.verdicts)

    def what_first(self, *, chinese: bool = False) -> str:
        """What the others follow from, then the gravest finding in words; empty where there is none."""
        gravest = explain_gravest(self.verdicts, self.docs.parent, chinese=chinese)
        causes = map(to_chinese, self.causes) if chinese else self.causes
        return "\n".join(filter(None, (*causes, gravest)))

    @property
    def facts(self) -> dict[str, Any]:
        """Row counts per table and the findings, for the ledger."""
        return {
            "counts": {verdict.table: verdict.row_count for verdict in self.verdicts},
            "findings": [str(finding) for verdict in self.verdicts for finding in verdict.findings],
        }


def validate(
    store: Store, policy_dir: Path, night: RunContext, policy: PolicyInForce, former: Run | None
) -> Validation:
    """Validate every table of the night; the pages go into the run's folder.

    former: the last committed run of an earlier day, against whose counts volumes are checked.
    """
    gate = read_gate(policy_dir)
    counts = former.facts.get("counts", {}) if former else {}
    verdicts = tuple(
        gate.validate(table, frame, previous_count=counts.get(table) if table in _COUNTED else None)
        for table, frame in _frames(gate, store, night, policy, former)
    )
    causes = tuple(_causes(Snapshot.by(night, store), policy_dir, former))
    return Validation(verdicts, write_data_docs(verdicts, night.folder / "gate", title=night.folder.name), causes)


def _causes(seen: Snapshot, policy_dir: Path, former: Run | None) -> Iterator[str]:
    """Why the register is not what it should be: rows of every other kind are turned away for want of it."""
    registers = [
        source.source for source in read_sources(policy_dir) if any(one.kind == "enterprise" for one in source.records)
    ]
    away = new_rows(seen, "files", former).filter(pl.col("finding").is_not_null(), pl.col("source").is_in(registers))
    for name, finding in away.select("file_name", "finding").sort("file_name").collect().iter_rows():
        yield f"The enterprise register was not read: {name}: {finding}"
    if seen.rows("enterprise").head(1).collect().is_empty():
        yield "No enterprise is known yet: rows of other kinds are turned away until a register is read."


def _frames(
    gate: Gate, store: Store, night: RunContext, policy: PolicyInForce, former: Run | None
) -> Iterator[tuple[str, pl.LazyFrame]]:
    """What is new is checked row by row; what stands was checked so when it was new, and is checked as a whole."""
    seen = Snapshot.by(night, store)
    for table in INGESTED_TABLES:
        came = new_rows(seen, table, former)
        if table == "decision":
            came = came.filter(~_IS_OLD_APPROVAL)
        if count := came.select(pl.len()).collect().item():
            yield table, came if count > _MOST_IN_MEMORY else came.collect().lazy()
    amounts = gate_amounts(new_rows(seen, "penalty", former), gate.caution.amounts.times).collect()
    if not amounts.is_empty():
        yield GATE_AMOUNTS.name, amounts.lazy()
    yield "night_accounts", gate_accounts(new_rows(seen, "accounts", former), new_rows(seen, "files", former))
    yield from ((table, night.staged(table)) for table in RESULT_TABLES)
    stage_gate_ratings(seen, [tier.tier for tier in policy.scheme.tiers.on(night.as_of) or ()])
    yield GATE_RATINGS_TABLE, night.staged(GATE_RATINGS_TABLE, table=GATE_RATINGS)


def stage_gate_ratings(seen: Snapshot, tiers: Sequence[str]) -> None:
    """Stage PRESENT_RATINGS, a bucket at a time. tiers: of the scheme, best first."""
    night = seen.night
    for bucket in range(night.buckets):
        part = BucketFilter(frozenset([bucket]))
        ratings = snapshot.current_ratings(night, part.buckets).collect().lazy()
        frame = gate_ratings(ratings, _trace(seen, part, ratings), _register(seen, part), tiers, night.as_of)
        night.stage(GATE_RATINGS_TABLE, frame, bucket)


def _trace(seen: Snapshot, part: BucketFilter, ratings: pl.LazyFrame) -> pl.LazyFrame:
    """The points of tonight's trace, and of what stands in the store but of ratings that were replaced."""
    columns = ["enterprise_id", "points_centipoints"]
    stored = seen.stored("trace", part).filter(pl.col("valid_from_on") < seen.night.as_of)
    # Summed first: there are several rows to an enterprise, and the next step goes by its name.
    sums = stored.group_by("enterprise_id", "valid_from_on").agg(pl.col("points_centipoints").sum())
    since = ratings.select("enterprise_id", since="valid_from_on")
    is_over = (pl.col("valid_from_on") < pl.col("since")).fill_null(False)  # a trace without a rating is a fault
    kept = sums.join(since, on="enterprise_id", how="left").filter(~is_over)
    return pl.concat([kept.select(columns), seen.night.staged("trace", part.buckets).select(columns)])


def _register(seen: Snapshot, part: BucketFilter) -> pl.LazyFrame:
    """enterprise_id and is_known: whether the night knew of it, and not only a later instant."""
    is_known = (pl.col("received_at") <= seen.night.known_at).any()
    return seen.rows("enterprise", part).group_by("enterprise_id").agg(is_known=is_known)
