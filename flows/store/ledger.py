"""The ledger of runs: a row of state `passed` is what makes the tables of a run visible, all at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any, Literal

import polars as pl

from flows.store import stored_names
from flows.store.location import StoreLocation
from flows.store.tables import StoredTable
from reports.atomic_files import write_atomically
from transforms.schemas import Column, Table
from transforms.schemas.base import DATE, INTEGER, TEXT, TIMESTAMP

_COMPACT_EVERY = 50
_NOTE = "last_commit.json"  # in the store's folder on this machine
RunState = Literal["passed", "refused", "failed"]

LEDGER = Table(
    "ledger",
    "运行账",
    "Every run that came to an end. Readers see the tables at the versions of the last one that passed.",
    (
        Column("run_no", INTEGER, "序号", "1 for the first run of the store, and so on", True),
        Column("run_id", TEXT, "运行标识", "flow, as_of and a number", True),
        Column("flow", TEXT, "流程", "nightly, layout, upgrade, approve, rewind", True),
        Column("as_of", DATE, "评价日", "the day it was for", True),
        Column("known_at", TIMESTAMP, "知悉时间", "what had arrived by then was known", True),
        Column("state", TEXT, "结果", "passed, refused by the gate, or failed", True),
        Column("started_at", TIMESTAMP, "开始", "when it began", True),
        Column("finished_at", TIMESTAMP, "结束", "when it ended", True),
        Column("scheme", TEXT, "评价标准", "grading scheme", True),
        Column("policy_hash", TEXT, "政策指纹", "hash of the policy files it used", True),
        Column("versions", TEXT, "表版本", "JSON object: table to the version readers see", True),
        Column("facts", TEXT, "要点", "JSON object: counts and findings of the run", True),
        Column(
            "back_to",
            INTEGER,
            "退回到",
            "of a run that went back: the run_no whose tables hold again; runs between are annulled",
        ),
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
    state: RunState
    started_at: datetime
    finished_at: datetime
    scheme: str
    policy_hash: str
    versions: Mapping[str, int]
    facts: Mapping[str, Any]
    back_to: int | None = None


class Ledger:
    """The append-only table of runs. is_held: hold the version found now, in order to append to it."""

    def __init__(self, location: StoreLocation, is_held: bool = False) -> None:
        self._location = location
        self._table = StoredTable(location, LEDGER, folder="")
        if is_held:
            self._table.hold()
        self._version = self._table.version() if is_held and self._table.exists() else None

    def frame(self) -> pl.DataFrame:
        """All runs in order, with the columns of `LEDGER`."""
        if not self._table.exists():
            return LEDGER.empty()
        return self._table.scan(None).collect().sort("run_no")

    def runs(self) -> tuple[Run, ...]:
        """All runs in order."""
        return tuple(_run(row) for row in self.frame().iter_rows(named=True))

    def valid_runs(self) -> tuple[Run, ...]:
        """The passed runs that no later run has rewound, in order."""
        rows = self.frame()
        return tuple(_run(row) for row in rows.filter(~is_annulled(rows)).filter(state="passed").iter_rows(named=True))

    def last(self, is_asked: pl.Expr) -> Run | None:
        """The last run, not annulled, for which `is_asked` is true. Facts are long: few rows are read in full.

        Raises StoreTooNew where a later release wrote the newest row, whichever run that is.
        """
        if not self._table.exists():
            return None
        rows = self._table.scan(None)
        asked = rows.select("run_no", "back_to", is_asked=is_asked).collect()
        number, newest = asked.filter("is_asked", ~is_annulled(asked))["run_no"].max(), asked["run_no"].max()
        found = map(_run, rows.filter(pl.col("run_no").is_in([number, newest])).collect().to_dicts())
        return next((run for run in list(found) if run.run_no == number), None)

    def append(self, run: Run) -> None:
        """Write one row and sync it: one atomic commit, and the last thing that is done.

        Raises Overtaken where another run has been committed since this ledger was opened.
        """
        if run.run_no % _COMPACT_EVERY == 0:
            self._table.compact(run.run_id)  # every run adds a small file, and every command reads all of them
        row = asdict(run)
        for name in ("versions", "facts"):
            row[name] = json.dumps(row[name], ensure_ascii=False, sort_keys=True, default=str)
        self._table.append(pl.DataFrame([row], schema=LEDGER.schema), run.run_id)
        self._table.sync(self._version)
        with suppress(OSError):  # the run is committed; the note only serves to notice that its row was lost
            self._location.local.mkdir(parents=True, exist_ok=True)
            write_atomically(self._location.local / _NOTE, json.dumps({"run_no": run.run_no, "run_id": run.run_id}))

    def lost(self) -> str | None:
        """The run that this machine committed last, where the ledger no longer has it."""
        try:
            note = json.loads((self._location.local / _NOTE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        rows = self.frame()
        is_there = not rows.filter(pl.col("run_no") >= note["run_no"]).is_empty()
        return None if is_there else str(note["run_id"])


def is_annulled(rows: pl.DataFrame) -> pl.Series:
    """For each row (run_no, back_to) whether a later run rewound the store to one before it."""
    back = rows.drop_nulls("back_to").select("run_no", "back_to").rows()
    inside = (rows["run_no"].is_between(to, number, closed="none") for number, to in back)
    return reduce(or_, inside, pl.repeat(False, rows.height, dtype=pl.Boolean, eager=True))


class StoreTooNew(RuntimeError):
    """A later release wrote the store: this one might misread it, or spoil it."""

    def __init__(self, run_id: str, found: int) -> None:
        super().__init__(
            f"A later release of Yaoxin wrote this store (run {run_id}, format {found}); this release knows formats up "
            f"to {stored_names.STORE_FORMAT}. Nothing was read or changed. Install that release again."
        )


def format_of(run: Run) -> int:
    """The format of the tables that the run left."""
    return int(run.facts.get(stored_names.FORMAT, 0))


def _run(row: dict[str, Any]) -> Run:
    run = Run(**{**row, "versions": json.loads(row["versions"]), "facts": json.loads(row["facts"])})
    if format_of(run) > stored_names.STORE_FORMAT:
        raise StoreTooNew(run.run_id, format_of(run))
    return run
