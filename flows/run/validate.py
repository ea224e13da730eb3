"""The third step of a run: the gate over everything that is staged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from expectations import Verdict, explain_gravest, write_data_docs
from flows.gate_tables import (
    GATE_ACCOUNTS,
    GATE_AMOUNTS,
    GATE_RATINGS,
    GATE_TRADES,
    Gate,
    gate_accounts,
    gate_amounts,
    gate_ratings,
    gate_trades,
    read_gate,
)
from flows.policy_folder import PolicyInForce, read_sources
from flows.run.context import INGESTED_TABLES, RESULT_TABLES, RunContext
from flows.run.snapshot import Snapshot
from flows.store import stored_names
from flows.store.ledger import Run
from flows.store.store import Store
from flows.store.tables import BucketFilter
from flows.wording import to_chinese
from transforms.schemas.run_tables import TRADE_RATINGS, TRADE_TRACE

_VOLUME_CHECKED = (GATE_RATINGS.name,)  # tables whose row count is compared with the previous run's
# Approvals that releases before the office database wrote themselves: of no file, and without effect.
_IS_OLD_APPROVAL = (pl.col("decision_type") == "approve_publication") & (pl.col("source") == "yaoxin_approve")
_MAX_ROWS_IN_MEMORY = 100_000  # larger frames are scanned twice, for the count and by the gate


@dataclass(frozen=True)
class Validation:
    """The gate's verdict on every table of a run. docs: the index page of the Data Docs.

    causes: sentences on what other findings follow from.
    """

    verdicts: tuple[Verdict, ...]
    docs: Path
    causes: tuple[str, ...] = ()

    @property
    def is_passed(self) -> bool:
        """Whether every table passed."""
        return all(verdict.is_passed for verdict in self.verdicts)

    def what_first(self, *, chinese: bool = False) -> str:
        """The causes, then the gravest finding in words; empty where there is none."""
        gravest = explain_gravest(self.verdicts, self.docs.parent, chinese=chinese)
        causes = map(to_chinese, self.causes) if chinese else self.causes
        return "\n".join(filter(None, (*causes, gravest)))

    @property
    def facts(self) -> dict[str, Any]:
        """Row counts per table and the findings, for the ledger."""
        return {
            stored_names.ROW_COUNTS: {verdict.table: verdict.row_count for verdict in self.verdicts},
            stored_names.FINDINGS: [str(finding) for verdict in self.verdicts for finding in verdict.findings],
        }


def validate(
    store: Store, policy_dir: Path, context: RunContext, policy: PolicyInForce, previous_run: Run | None
) -> Validation:
    """Validate every table of the run and write the Data Docs into its folder.

    previous_run: the last committed run of an earlier day, with whose row counts volumes are compared.
    """
    gate = read_gate(policy_dir)
    snapshot = Snapshot.of(context, store)
    counts = previous_run.facts.get(stored_names.ROW_COUNTS, {}) if previous_run else {}
    verdicts = tuple(
        gate.validate(table, frame, previous_count=counts.get(table) if table in _VOLUME_CHECKED else None)
        for table, frame in _frames(gate, snapshot, policy, previous_run)
    )
    causes = tuple(_causes(snapshot, policy_dir, previous_run))
    return Validation(verdicts, write_data_docs(verdicts, context.folder / "gate", title=context.folder.name), causes)


def _causes(snapshot: Snapshot, policy_dir: Path, previous_run: Run | None) -> Iterator[str]:
    """Why the enterprise register is incomplete: rows of every other kind are quarantined for want of it."""
    registers = [
        source.source for source in read_sources(policy_dir) if any(one.kind == "enterprise" for one in source.records)
    ]
    rejected = snapshot.new_rows("files", previous_run).filter(
        pl.col("finding").is_not_null(), pl.col("source").is_in(registers)
    )
    for name, finding in rejected.select("file_name", "finding").sort("file_name").collect().iter_rows():
        yield f"The enterprise register was not read: {name}: {finding}"
    if snapshot.rows("enterprise").head(1).collect().is_empty():
        yield "No enterprise is known yet: rows of other kinds are quarantined until a register is read."


def _frames(
    gate: Gate, snapshot: Snapshot, policy: PolicyInForce, previous_run: Run | None
) -> Iterator[tuple[str, pl.LazyFrame | pl.DataFrame]]:
    """Each table with its new rows; stored rows were validated when they were new. Last the ratings as a whole."""
    context = snapshot.context
    for table in INGESTED_TABLES:
        rows = snapshot.new_rows(table, previous_run)
        if table == "decision":
            rows = rows.filter(~_IS_OLD_APPROVAL)
        if count := rows.select(pl.len()).collect().item():
            yield table, rows if count > _MAX_ROWS_IN_MEMORY else rows.collect()
    amounts = gate_amounts(snapshot.new_rows("penalty", previous_run), gate.policy.amounts.times).collect()
    if not amounts.is_empty():
        yield GATE_AMOUNTS.name, amounts
    accounts, files = (snapshot.new_rows(table, previous_run) for table in ("accounts", "files"))
    yield GATE_ACCOUNTS.name, gate_accounts(accounts, files)
    yield from ((table, context.staged(table)) for table in RESULT_TABLES)
    if context.parts(TRADE_RATINGS.name):
        of_trades = (context.staged(name) for name in (TRADE_RATINGS.name, TRADE_TRACE.name))
        yield GATE_TRADES.name, gate_trades(*of_trades).collect()
    _stage_gate_ratings(snapshot, [tier.tier for tier in policy.scheme.tiers.on(context.as_of) or ()])
    yield GATE_RATINGS.name, context.staged(GATE_RATINGS.name, table=GATE_RATINGS)


def _stage_gate_ratings(snapshot: Snapshot, tiers: Sequence[str]) -> None:
    """Stage GATE_RATINGS bucket by bucket. tiers: of the scheme, best first."""
    context = snapshot.context
    for bucket in range(context.buckets):
        buckets = BucketFilter(frozenset([bucket]))
        ratings = snapshot.current_ratings(buckets.numbers).collect()
        is_known = (pl.col("received_at") <= context.known_at).any()
        register = snapshot.rows("enterprise", buckets).group_by("enterprise_id").agg(is_known=is_known)
        frame = gate_ratings(ratings, _trace_points(snapshot, buckets, ratings), register, tiers, context.as_of)
        context.stage(GATE_RATINGS.name, frame, bucket)


def _trace_points(snapshot: Snapshot, buckets: BucketFilter, ratings: pl.DataFrame) -> pl.LazyFrame:
    """enterprise_id and points_centipoints of the trace after the commit."""
    columns = ["enterprise_id", "points_centipoints"]
    stored = snapshot.stored("trace", buckets).filter(pl.col("valid_from_on") < snapshot.context.as_of)
    # Summed before the join, which is on strings and would otherwise have several rows per enterprise.
    sums = stored.group_by("enterprise_id", "valid_from_on").agg(pl.col("points_centipoints").sum())
    since = ratings.lazy().select("enterprise_id", since="valid_from_on")
    # Rows of replaced ratings are left out; a trace without any rating is kept, because it is a fault to be found.
    is_replaced = (pl.col("valid_from_on") < pl.col("since")).fill_null(False)
    kept = sums.join(since, on="enterprise_id", how="left").filter(~is_replaced)
    return pl.concat([kept.select(columns), snapshot.context.staged("trace", buckets.numbers).select(columns)])
