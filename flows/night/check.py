"""The gate over everything a night has staged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from expectations import Verdict, what_first, write_docs
from flows.gate import PENALTY_AMOUNTS, PRESENT_RATINGS, Gate, night_accounts, penalty_amounts, read_gate
from flows.night.arrived import arrived
from flows.night.keep import RESULTS
from flows.night.plan import ARRIVALS, Night
from flows.night.present import PRESENT, stage_present
from flows.night.records import Seen
from flows.policies import PolicyInForce, read_sources
from flows.store import Run, Store
from flows.wording import in_chinese

_COUNTED = (PRESENT,)
# Approvals that releases before the office database wrote themselves: of no file, and of no effect.
_IS_OLD_APPROVAL = (pl.col("decision_type") == "approve_publication") & (pl.col("source") == "yaoxin_approve")
_MOST_IN_MEMORY = 100_000  # rows; more are read once for the count and once more for the gate, a piece at a time


@dataclass(frozen=True)
class Checked:
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
        gravest = what_first(self.verdicts, self.docs.parent, chinese=chinese)
        causes = map(in_chinese, self.causes) if chinese else self.causes
        return "\n".join(filter(None, (*causes, gravest)))

    @property
    def facts(self) -> dict[str, Any]:
        """Row counts per table and the findings, for the ledger."""
        return {
            "counts": {verdict.table: verdict.row_count for verdict in self.verdicts},
            "findings": [str(finding) for verdict in self.verdicts for finding in verdict.findings],
        }


def check(store: Store, policy_dir: Path, night: Night, policy: PolicyInForce, former: Run | None) -> Checked:
    """Validate every table of the night; the pages go into the run's folder.

    former: the last committed run of an earlier day, against whose counts volumes are checked.
    """
    gate = read_gate(policy_dir)
    counts = former.facts.get("counts", {}) if former else {}
    verdicts = tuple(
        gate.validate(table, frame, previous_count=counts.get(table) if table in _COUNTED else None)
        for table, frame in _frames(gate, store, night, policy, former)
    )
    causes = tuple(_causes(Seen.by(night, store), policy_dir, former))
    return Checked(verdicts, write_docs(verdicts, night.folder / "gate", title=night.folder.name), causes)


def _causes(seen: Seen, policy_dir: Path, former: Run | None) -> Iterator[str]:
    """Why the register is not what it should be: rows of every other kind are turned away for want of it."""
    registers = [
        source.source for source in read_sources(policy_dir) if any(one.kind == "enterprise" for one in source.records)
    ]
    away = arrived(seen, "files", former).filter(pl.col("finding").is_not_null(), pl.col("source").is_in(registers))
    for name, finding in away.select("file_name", "finding").sort("file_name").collect().iter_rows():
        yield f"The enterprise register was not read: {name}: {finding}"
    if seen.rows("enterprise").head(1).collect().is_empty():
        yield "No enterprise is known yet: rows of other kinds are turned away until a register is read."


def _frames(
    gate: Gate, store: Store, night: Night, policy: PolicyInForce, former: Run | None
) -> Iterator[tuple[str, pl.LazyFrame]]:
    """What is new is checked row by row; what stands was checked so when it was new, and is checked as a whole."""
    seen = Seen.by(night, store)
    for table in ARRIVALS:
        came = arrived(seen, table, former)
        if table == "decision":
            came = came.filter(~_IS_OLD_APPROVAL)
        if count := came.select(pl.len()).collect().item():
            yield table, came if count > _MOST_IN_MEMORY else came.collect().lazy()
    amounts = penalty_amounts(arrived(seen, "penalty", former), gate.caution.amounts.times).collect()
    if not amounts.is_empty():
        yield PENALTY_AMOUNTS.name, amounts.lazy()
    yield "night_accounts", night_accounts(arrived(seen, "accounts", former), arrived(seen, "files", former))
    yield from ((table, night.staged(table)) for table in RESULTS)
    stage_present(seen, [tier.tier for tier in policy.scheme.tiers.on(night.as_of) or ()])
    yield PRESENT, night.staged(PRESENT, table=PRESENT_RATINGS)
