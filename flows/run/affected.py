"""Which enterprises a run rates: all, or only those whose result may differ from the previous run's.

The fingerprint is of what ratings rest on besides records: where it differs from the previous run's, all are rated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path

import polars as pl

import transforms
from flows.policy_folder import PolicyInForce, hash_files, list_files
from flows.run.snapshot import Selection, Snapshot
from flows.store import stored_names
from flows.store.ledger import Run
from flows.store.tables import BucketFilter, split_by_bucket
from transforms.schemas import KINDS

# Days from which a text of the law holds: a key of a mapping by date, or what follows `from:`.
_START_DAYS = re.compile(r"\b(\d{4}-\d{2}-\d{2})\s*:|\bfrom:\s*(\d{4}-\d{2}-\d{2})\b")
# The modules by which rows of results are computed: a change of any of them rates all enterprises anew.
PROGRAM = (
    "transforms/**/*.py",
    "flows/ingest/**/*.py",
    "flows/run/**/*.py",
    "flows/legal_state.py",
    "flows/policy_folder.py",
    "expectations/**/*.py",
)
# Libraries that results rest on: check characters, working days, and the arithmetic itself.
_LIBRARIES = ("chinesecalendar", "polars", "python-stdnum")
_FULL_RUN_PERCENT = 50  # above this share of all enterprises it is faster to rate all than to select them
_ID = "enterprise_id"


@dataclass(frozen=True)
class AffectedEnterprises:
    """The enterprises to rate.

    reason_for_all: why all are rated; empty where only some are. fingerprint: see `fingerprint_of`. rated_count: rated
    enterprises before the run. counts_by_reason: how many are affected for which reason. ids: the affected enterprises
    by bucket, buckets without any left out; empty where all are rated.
    """

    reason_for_all: str
    fingerprint: Mapping[str, str]
    rated_count: int
    counts_by_reason: Mapping[str, int] = field(default_factory=dict)
    ids: Mapping[int, pl.Series] = field(default_factory=dict)

    def facts(self, rated: int) -> dict[str, object]:
        """For the ledger: why these enterprises, and how many were rated."""
        return {
            stored_names.AFFECTED: {
                stored_names.MODE: "full" if self.reason_for_all else "incremental",
                stored_names.REASON_FOR_ALL: self.reason_for_all,
                stored_names.COUNTS_BY_REASON: dict(self.counts_by_reason),
                stored_names.RATED: rated,
            },
            stored_names.FINGERPRINT: dict(self.fingerprint),
        }

    def batches(self, bucket_count: int) -> Iterator[Selection]:
        """The selections to rate one after another, none larger than the average bucket (a bucket is never split)."""
        if self.reason_for_all:
            yield from (Selection(BucketFilter(frozenset([bucket]))) for bucket in range(bucket_count))
            return
        largest = -(-self.rated_count // bucket_count)
        batch: dict[int, pl.Series] = {}
        for bucket, ids in self.ids.items():
            if batch and sum(map(len, batch.values())) + len(ids) > largest:
                yield _selection(batch)
                batch = {}
            batch[bucket] = ids
        if batch:
            yield _selection(batch)


def _selection(ids: Mapping[int, pl.Series]) -> Selection:
    return Selection(BucketFilter(frozenset(ids)), pl.concat(ids.values()))


def affected_enterprises(  # noqa: PLR0913, PLR0917
    snapshot: Snapshot,
    previous_run: Run | None,
    fingerprint: dict[str, str],
    bars: pl.DataFrame,
    is_full: bool,
    shared_kinds: Sequence[str] = (),
) -> AffectedEnterprises:
    """The enterprises to rate.

    previous_run: the last committed run of an earlier day. bars: PERSON_BAR of all enterprises. is_full: rate all, as
    a person asked for. shared_kinds: kinds that name no party, and from which every legal state may follow.
    """
    rated_count = snapshot.previous_ratings().select(pl.len()).collect().item()
    reason = _reason_for_all(snapshot, previous_run, fingerprint, is_full)
    if reason or previous_run is None:
        return AffectedEnterprises(reason, fingerprint, rated_count)
    affected = _affected(snapshot, previous_run, bars, shared_kinds)
    counts = dict(affected.group_by("reason").agg(pl.col(_ID).n_unique()).sort("reason").iter_rows())
    ids = affected.select(_ID).unique()
    if ids.height * 100 > rated_count * _FULL_RUN_PERCENT:
        return AffectedEnterprises("most are affected", fingerprint, rated_count, counts)
    by_bucket = {bucket: rows[_ID].sort() for bucket, rows in split_by_bucket(ids, snapshot.context.buckets).items()}
    return AffectedEnterprises("", fingerprint, rated_count, counts, by_bucket)


def _reason_for_all(snapshot: Snapshot, previous_run: Run | None, fingerprint: dict[str, str], is_full: bool) -> str:
    """Stored in the ledger as it is; empty where the affected enterprises suffice."""
    if is_full:
        return "asked for"
    if previous_run is None:
        return "first night"
    if previous_run.known_at > snapshot.context.known_at:
        return "the night before knew of more"
    parts = differing_parts(dict(previous_run.facts.get(stored_names.FINGERPRINT, {})), fingerprint)
    return f"another {', another '.join(parts)}" if parts else ""


def _affected(snapshot: Snapshot, previous_run: Run, bars: pl.DataFrame, shared_kinds: Sequence[str]) -> pl.DataFrame:
    """Distinct enterprise_id and reason: register, records, due, law, outlook, bans."""
    as_of = snapshot.context.as_of
    state = snapshot.previous_legal_state()
    ratings, law = snapshot.previous_ratings(), state["law"]
    affected = [
        ratings.filter(pl.col("next_change_on") <= as_of).select(_ID, reason=pl.lit("due")),
        law.filter(pl.col("next_on") <= as_of).select(_ID, reason=pl.lit("law")),
        _due_for_outlook(snapshot).with_columns(reason=pl.lit("outlook")),
        _with_barred_persons(snapshot, state["law_findings"], bars).with_columns(reason=pl.lit("bans")),
    ]
    for kind in KINDS:
        reason = "register" if kind == "enterprise" else "records"
        affected.append(_with_new_records(kind, snapshot, previous_run).with_columns(reason=pl.lit(reason)))
    if any(_with_new_records(kind, snapshot, previous_run).collect().height for kind in shared_kinds):
        affected.append(law.filter(pl.col("record_count") > 0).select(_ID, reason=pl.lit("law")))
    return pl.concat(affected).drop_nulls(_ID).unique().collect()


def _due_for_outlook(snapshot: Snapshot) -> pl.LazyFrame:
    """enterprise_id where a change comes within the outlook that no run has looked at."""
    near = snapshot.previous_outlook().lazy().filter("is_near")
    near = near.select(_ID, "changes_on", "next_look_on", is_near=pl.lit(True))
    joined = snapshot.previous_ratings().join(near, on=_ID, how="left")
    next_look_on = pl.when(pl.col("changes_on").is_null()).then("next_look_on")
    day = pl.when(pl.col("is_near")).then(next_look_on).otherwise("next_change_on")
    return joined.filter(day <= snapshot.last_outlook_day()).select(_ID)


def _with_barred_persons(snapshot: Snapshot, found: pl.LazyFrame, bars: pl.DataFrame) -> pl.LazyFrame:
    """enterprise_id of posts of persons whom a bar concerns now, or concerned in the previous legal state (`found`).

    A ban is recorded at another enterprise, which alone would be affected. Whoever a bar meets is in one of the two.
    """
    hashes = bars["person_hash"].drop_nulls().unique()
    posts = snapshot.rows("post").filter(pl.col("person_hash").is_in(hashes.implode()))
    return pl.concat([posts.select(_ID), found.filter(pl.col("post").is_not_null()).select(_ID)])


def _with_new_records(kind: str, snapshot: Snapshot, previous_run: Run) -> pl.LazyFrame:
    """enterprise_id of records that arrived, were corrected, or became known since the previous run."""
    became_known = snapshot.stored(kind).filter(pl.col("received_at") > previous_run.known_at)
    # By files too: what another run wrote may bear an instant up to the previous run's known_at.
    written = snapshot.stored(kind, since=previous_run)
    rows = pl.concat([became_known, written, snapshot.context.staged(kind)])
    new = rows.filter(pl.col("received_at") <= snapshot.context.known_at).select("record_id", _ID).unique().collect()
    # The enterprise that a record moved away from is affected too.
    moved = snapshot.versions_of_moved_records(kind).lazy().join(new.lazy(), on="record_id", how="semi")
    return pl.concat([new.lazy().select(_ID), moved.select(_ID)])


def fingerprint_of(policy: PolicyInForce, policy_dir: Path, day: date) -> dict[str, str]:
    """A text for each thing besides records that ratings of `day` rest on; it differs as soon as they may.

    policy: the scheme in force. law: all of law/. sources: every other file of the policy except schemes. program: the
    modules of PROGRAM. libraries: their versions.
    """
    others = [path for path in list_files(policy_dir) if path.parts[0] not in ("law", "schemes")]
    return {
        "policy": policy.version_on(day),
        "law": law_version_on(policy_dir / "law", day),
        "sources": hash_files(policy_dir, others),
        "program": hash_modules(PROGRAM),
        "libraries": " ".join(f"{name} {version(name)}" for name in _LIBRARIES),
    }


def hash_modules(patterns: Iterable[str]) -> str:
    """The hash of the program's modules that match one of `patterns`, relative to the folder of its packages."""
    root = Path(transforms.__file__).parents[1]
    return hash_files(root, (path.relative_to(root) for pattern in patterns for path in root.glob(pattern)))


def law_version_on(folder: Path, day: date) -> str:
    """The hash of all files of the law, and the last day up to `day` from which a text in one of them holds."""
    files = [path for path in list_files(folder) if path.suffix == ".yaml"]
    texts = ((folder / path).read_text(encoding="utf-8") for path in files)
    days = (one or other for text in texts for one, other in _START_DAYS.findall(text))
    return f"{hash_files(folder, files)}@{max((start for start in days if start <= day.isoformat()), default='')}"


def scheme_version_of(run: Run) -> str:
    """The version of the scheme by which a run rated, see `PolicyInForce.version_on`."""
    return str(run.facts.get(stored_names.FINGERPRINT, {}).get("policy", run.policy_hash))


def differing_parts(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """The names under which two fingerprints differ, or which only one of them has."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
