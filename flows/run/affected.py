"""Which enterprises a night rates anew: all, or those for whom something is another than the night before.

An enterprise that is left out would get the very rating and trace it has: nothing came in about it, no day has come
on which its result changes by itself or is foretold anew, and what all ratings rest on is the same. Rating one too many
does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from flows.run import snapshot
from flows.run.due_days import RunContext
from flows.run.fingerprint import differing_parts
from flows.run.snapshot import Selection, Snapshot, due_for_outlook, previous_legal_state
from flows.store.layout import BucketFilter, split_by_bucket
from flows.store.ledger import Run
from transforms.schemas import KINDS

_ID = "enterprise_id"
_MOST_PERCENT = 50  # past so many of a hundred enterprises, to pick them out takes longer than to rate all


@dataclass(frozen=True)
class AffectedEnterprises:
    """Which enterprises are rated. why_all: empty where only some are. because: how many for what reason.

    ids: by bucket the enterprises to rate; a bucket without any is left out. Empty where all are rated.
    """

    why_all: str
    basis: Mapping[str, str]
    standing_count: int
    because: Mapping[str, int] = field(default_factory=dict)
    ids: Mapping[int, pl.Series] = field(default_factory=dict)

    def facts(self, rated: int) -> dict[str, object]:
        """For the ledger: what decided, and how many enterprises were looked at."""
        mode = "full" if self.why_all else "incremental"
        return {
            "scope": {"mode": mode, "why": self.why_all, "because": dict(self.because), "rated": rated},
            "basis": dict(self.basis),
        }

    def batches(self, buckets: int) -> Iterator[Selection]:
        """What is worked through at a time: never more than a bucket holds on average."""
        if self.why_all:
            yield from (Selection(BucketFilter(frozenset([bucket]))) for bucket in range(buckets))
            return
        most = -(-self.standing_count // buckets)
        waiting: dict[int, pl.Series] = {}
        for bucket, ids in self.ids.items():
            if waiting and sum(map(len, waiting.values())) + len(ids) > most:
                yield _batch(waiting)
                waiting = {}
            waiting[bucket] = ids
        if waiting:
            yield _batch(waiting)


def _batch(ids: Mapping[int, pl.Series]) -> Selection:
    return Selection(BucketFilter(frozenset(ids)), pl.concat(ids.values()))


def affected_enterprises(
    seen: Snapshot, former: Run | None, basis: dict[str, str], is_full: bool
) -> AffectedEnterprises:
    """The enterprises to rate. former: the last night of an earlier day; is_full: all were asked for."""
    night = seen.night
    standing_count = snapshot.previous_ratings(night).select(pl.len()).collect().item()
    why = _why_all(night, former, basis, is_full)
    if why or former is None:
        return AffectedEnterprises(why, basis, standing_count)
    found = _affected(seen, former)
    count = found.select(pl.col(_ID).n_unique()).item()
    if count * 100 > standing_count * _MOST_PERCENT:
        return AffectedEnterprises("most are affected", basis, standing_count, _because(found))
    ids = {
        bucket: rows[_ID].sort() for bucket, rows in split_by_bucket(found.select(_ID).unique(), night.buckets).items()
    }
    return AffectedEnterprises("", basis, standing_count, _because(found), ids)


def _because(found: pl.DataFrame) -> dict[str, int]:
    return dict(found.group_by("why").agg(pl.col(_ID).n_unique()).sort("why").iter_rows())


def _why_all(night: RunContext, former: Run | None, basis: dict[str, str], is_full: bool) -> str:
    if is_full:
        return "asked for"
    if former is None:
        return "first night"
    if former.known_at > night.known_at:
        return "the night before knew of more"
    others = differing_parts(dict(former.facts.get("basis", {})), basis)
    return f"another {', another '.join(others)}" if others else ""


def _affected(seen: Snapshot, former: Run) -> pl.DataFrame:
    """enterprise_id and why (register, records, due, law, outlook), distinct."""
    near = due_for_outlook(seen, snapshot.previous_ratings(seen.night)).with_columns(why=pl.lit("outlook"))
    found = [_due(seen.night), _due_by_law(seen), near]
    for kind in KINDS:
        why = "register" if kind == "enterprise" else "records"
        found.append(_with_news(kind, seen, former).with_columns(why=pl.lit(why)))
    return pl.concat(found).drop_nulls(_ID).unique().collect()


def _due(night: RunContext) -> pl.LazyFrame:
    is_due = pl.col("next_change_on") <= night.as_of
    return snapshot.previous_ratings(night).filter(is_due).select(_ID, why=pl.lit("due"))


def _due_by_law(seen: Snapshot) -> pl.LazyFrame:
    is_due = pl.col("next_on") <= seen.night.as_of
    return previous_legal_state(seen)["law"].filter(is_due).select(_ID, why=pl.lit("law"))


def _with_news(kind: str, seen: Snapshot, former: Run) -> pl.LazyFrame:
    """The enterprises of records that came, were corrected, or became known since the night before."""
    became_known = seen.stored(kind).filter(pl.col("received_at") > former.known_at)
    # By the files too: what another run wrote may bear an instant that the night before knew of.
    written = seen.stored(kind, since=former)
    rows = pl.concat([became_known, written, seen.night.staged(kind)])
    news = rows.filter(pl.col("received_at") <= seen.night.known_at).select("record_id", _ID).unique().collect().lazy()
    parted = seen.copies(kind).lazy().join(news, on="record_id", how="semi")  # those it was of before lose it
    return pl.concat([news.select(_ID), parted.select(_ID)])
