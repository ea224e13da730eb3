"""What the law computes of a paper's subject on the paper's day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from flows.papers.subjects import GSXT, Row, Subject
from flows.policies import read_calendar, read_procedure, read_publicity_law
from flows.settings import Settings
from flows.store import Run, Store
from transforms.tables import KINDS

_KINDS = ("penalty", "enterprise", "commitment", "rectification", "decision")


@dataclass(frozen=True)
class Law:
    """Rows of the subject: in PUBLICITY of the enterprise publicity system, in REPAIR of the system it is about."""

    publicity: Row | None = None
    repair: Row | None = None


def law_of(settings: Settings, store: Store, night: Run, subject: Subject, day: date) -> Law:
    """The subject as it stands on `day` by what the night knew."""
    from transforms.law import calendar_of, publicity
    from transforms.law.effects import Register
    from transforms.law.procedure import follow
    from transforms.law.repair import Records, repair

    policy = settings.policy_dir
    calendar, law = calendar_of(read_calendar(policy), day), read_publicity_law(policy)
    records = {kind: _theirs(store, night, kind, subject) for kind in _KINDS}
    register = Register(follow(records["decision"], read_procedure(policy), calendar, day))
    penalties, enterprises = records["penalty"], records["enterprise"]
    shown = publicity(penalties, enterprises, law, calendar, day, register)
    evidence = Records(penalties, enterprises, records["commitment"], records["rectification"])
    repairable = repair(evidence, law, calendar, day, register)
    return Law(_row(shown, subject, GSXT), _row(repairable, subject, subject.system))


def _row(frame: pl.LazyFrame, subject: Subject, system: str) -> Row | None:
    """Its row: that of the penalty, or of the listing where the table has listings."""
    listing = (subject.matter_row or {}).get("listing_id")
    penalty = (subject.penalty or {}).get("record_id")
    record = listing if subject.matter == "listing" else penalty
    rows = frame.filter(pl.col("record_id") == record, pl.col("system") == system).collect()
    return next(iter(rows.iter_rows(named=True)), None)


def _theirs(store: Store, night: Run, kind: str, subject: Subject) -> pl.LazyFrame:
    """Current versions of the party's records; of a natural person's, the penalty's and what bears the name."""
    from transforms.history import current

    frame = current(store.scan(kind, night, subject.enterprise_id), night.known_at)
    if subject.enterprise_id is not None:
        return frame
    return frame.filter(pl.col("enterprise_id").is_null(), _bears(subject, kind))


def _bears(subject: Subject, kind: str) -> pl.Expr:
    is_named = "party_name" in KINDS[kind].table.schema
    return pl.col("party_name") == subject.party if is_named else pl.lit(False)
