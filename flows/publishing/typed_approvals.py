"""Approvals by a typed name, as rows of the decision table: to be replaced by the signatures of `approvals`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl

from flows.publishing.approvals import NotApprovable
from flows.store import Store
from reports.publication import Draft
from transforms.records import with_keys
from transforms.records.text import squeezed, squeezed_word
from transforms.tables import KINDS

_APPROVAL = "approve_publication"
_SOURCE = "yaoxin_approve"


@dataclass(frozen=True)
class Prepared:
    """A draft and who prepared it."""

    draft: Draft
    prepared_by: str

    @property
    def target(self) -> str:
        """What an approval names: list, version and the digest of every byte of it."""
        return f"{self.draft.index.list}/{self.draft.version}#{self.draft.digest}"


def remember(prepared_by: str, draft: Draft) -> Prepared:
    """Keep who prepared the draft beside it: the first to prepare these bytes remains the preparer."""
    note = _note(draft.folder)
    if note.is_file():
        known = json.loads(note.read_text(encoding="utf-8"))
        if known["digest"] == draft.digest:
            return Prepared(draft, known["prepared_by"])
    note.write_text(json.dumps({"prepared_by": prepared_by, "digest": draft.digest}, ensure_ascii=False), "utf-8")
    return Prepared(draft, prepared_by)


def preparer(folder: Path, digest: str) -> str:
    """Who prepared the draft in `folder`. Raises NotApprovable where that is not known for these bytes."""
    note = _note(folder)
    known = json.loads(note.read_text(encoding="utf-8")) if note.is_file() else {}
    if known.get("digest") != digest:
        raise NotApprovable(f"草稿 {folder.name} 的拟定人无记录或草稿已变动，请重新运行 yaoxin publish 拟定。")
    return str(known["prepared_by"])


def _note(folder: Path) -> Path:
    return folder.parent / f"{folder.name}.prepared.json"


def is_approved(store: Store, prepared: Prepared) -> bool:
    """Whether an approval of exactly these bytes, by another person than the preparer, is among the decisions."""
    approver = squeezed(pl.col("decided_by")).str.to_lowercase()
    return _any_approval(store, pl.col("target") == prepared.target, approver != _person(prepared.prepared_by))


def has_lapsed(store: Store, prepared: Prepared) -> bool:
    """Whether this version was approved when its bytes were others."""
    of_version = pl.col("target").str.starts_with(prepared.target.removesuffix(prepared.draft.digest))
    return _any_approval(store, of_version, pl.col("target") != prepared.target)


def _any_approval(store: Store, *conditions: pl.Expr) -> bool:
    rows = store.scan("decision").filter(pl.col("decision_type") == _APPROVAL, *conditions)
    return not rows.collect().is_empty()


@dataclass(frozen=True)
class Signature:
    """Who approves, with what remark; the instant, and the office's day of it."""

    by: str
    note: str
    at: datetime
    on: date


def record(store: Store, prepared: Prepared, signature: Signature) -> str:
    """Write the approval as a decision and commit it; the run's id.

    Raises NotApprovable where preparer and approver are one, Busy where another run holds the store.
    """
    version = prepared.draft.version
    if not signature.by:
        raise NotApprovable("批准须写明批准人姓名（--by 姓名）。")
    if _person(signature.by) == _person(prepared.prepared_by):
        raise NotApprovable(
            f"拟定人与批准人不得为同一人：版本 {version} 由 {prepared.prepared_by} 拟定，须由他人批准。"
        )
    with store.begin("approve", signature.on, signature.at) as writing:
        writing.append("decision", _row(prepared, signature, store))
        run = writing.commit("passed", {"target": prepared.target, "decided_by": signature.by})
    return run.run_id


def _person(name: str) -> str:
    """A name for comparison: 张三, 张 三 and a full-width blank are one person."""
    return squeezed_word(name).lower()


def _row(prepared: Prepared, signature: Signature, store: Store) -> pl.DataFrame:
    kind = KINDS["decision"]
    taken = store.scan("decision").filter(pl.col("source") == _SOURCE).select(pl.len()).collect().item()
    fields = {
        "decision_no": f"发布〔{signature.on.year}〕{taken + 1}号",
        "decision_type": _APPROVAL,
        "target": prepared.target,
        "decided_on": signature.on,
        "reason": signature.note or None,
        "proposed_by": prepared.prepared_by,
        "decided_by": signature.by,
        "version_no": 1,
        "source": _SOURCE,
        "file_id": "",
        "row_no": 0,
        "received_at": signature.at,
    }
    frame = pl.DataFrame([fields], schema=kind.table.schema)
    return with_keys(frame, kind).select(list(kind.table.schema))
