"""The ledger of runs: a row of state `passed` is what makes the tables of a run visible, all at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Literal

import polars as pl

from flows.store.place import Place
from flows.store.tables import DeltaFile
from transforms.tables import Column, Table
from transforms.tables.shape import COUNT, DAY, INSTANT, TEXT

_COMPACT_EVERY = 50
State = Literal["passed", "refused", "failed"]

LEDGER = Table(
    "ledger",
    "运行账",
    "Every run that came to an end. Readers see the tables at the versions of the last one that passed.",
    (
        Column("run_no", COUNT, "序号", "1 for the first run of the store, and so on", True),
        Column("run_id", TEXT, "运行标识", "flow, as_of and a number", True),
        Column("flow", TEXT, "流程", "nightly, publish, approve", True),
        Column("as_of", DAY, "评价日", "the day it was for", True),
        Column("known_at", INSTANT, "知悉时间", "what had arrived by then was known", True),
        Column("state", TEXT, "结果", "passed, refused by the gate, or failed", True),
        Column("started_at", INSTANT, "开始", "when it began", True),
        Column("finished_at", INSTANT, "结束", "when it ended", True),
        Column("scheme", TEXT, "评价标准", "grading scheme", True),
        Column("policy_hash", TEXT, "政策指纹", "hash of the policy files it used", True),
        Column("versions", TEXT, "表版本", "JSON object: table to the version readers see", True),
        Column("facts", TEXT, "要点", "JSON object: counts and findings of the run", True),
    ),
    ("run_no",),
)


@dataclass(frozen=True)
class Run:
    """A row of the ledger. `versions` are those that readers see from this run on."""

    run_no: int
    run_id: str
    flow: str
    as_of: date
    known_at: datetime
    state: State
    started_at: datetime
    finished_at: datetime
    scheme: str
    policy_hash: str
    versions: Mapping[str, int]
    facts: Mapping[str, Any]


class Ledger:
    """The append-only table of runs."""

    def __init__(self, place: Place) -> None:
        self._file = DeltaFile(place, LEDGER, folder="")

    def frame(self) -> pl.DataFrame:
        """All runs in order, with the columns of `LEDGER`."""
        if not self._file.exists():
            return LEDGER.empty()
        return self._file.scan(None).collect().sort("run_no")

    def runs(self) -> tuple[Run, ...]:
        """All runs in order."""
        return tuple(_run(row) for row in self.frame().iter_rows(named=True))

    def last(self, is_asked: pl.Expr) -> Run | None:
        """The last run for which `is_asked` is true; only its row is read whole, for facts are long."""
        if not self._file.exists():
            return None
        rows = self._file.scan(None)
        number = rows.filter(is_asked).select(pl.col("run_no").max()).collect().item()
        return _run(rows.filter(run_no=number).collect().row(0, named=True)) if number is not None else None

    def append(self, run: Run) -> None:
        """Write one row: one atomic commit, and the last thing that is done."""
        if run.run_no % _COMPACT_EVERY == 0:
            self._file.compact()  # every run adds a small file, and every command reads them all
        row = asdict(run)
        for name in ("versions", "facts"):
            row[name] = json.dumps(row[name], ensure_ascii=False, sort_keys=True, default=str)
        self._file.append(pl.DataFrame([row], schema=LEDGER.schema), run.run_id)


def _run(row: dict[str, Any]) -> Run:
    return Run(**{**row, "versions": json.loads(row["versions"]), "facts": json.loads(row["facts"])})
