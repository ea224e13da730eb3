"""An invented office to measure with: the same bytes for the same seed and sizes. Nothing here is of a real one.

One enterprise in eight is often at fault; the others nearly never are. Of a thousand records 400 are inspections, 248
samples, 120 signals, 80 orders to rectify, 80 commitments, 35 penalties (six in seven of the enterprises often at
fault), 30 honours, 6 steps of the office, 1 a ban; over five years. One penalty and one listing in seven is released by
repair or early removal. Some enterprises have many records, most few. As in a store, each kind lies in buckets: files
with the records of some enterprises only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

from bench.dice import AS_OF, Dice, identities
from bench.kinds import CONTENTS, FAULTY_KINDS
from transforms.records import normalise_name
from transforms.tables import KINDS, Kind

RECEIVED_AT = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 1, tzinfo=UTC)
_RECORDS_PER_BUCKET = 500_000
_TROUBLED = 8  # one enterprise of so many
_OF_TROUBLED = 0.85
_RELEASED = 0.15
_SHARES = {
    "inspection": 400,
    "sampling": 248,
    "signal": 120,
    "rectification": 80,
    "commitment": 80,
    "penalty": 35,
    "honour": 30,
    "decision": 6,
    "person_ban": 1,
}  # of a thousand records
Frames = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class Size:
    """How much is made. Enterprise number n lies in bucket n modulo `buckets`."""

    enterprises: int
    records: int
    seed: int

    @property
    def buckets(self) -> int:
        """So many that the records of one fit easily into memory."""
        return max(2, -(-self.records // _RECORDS_PER_BUCKET))

    def __str__(self) -> str:
        return f"{self.enterprises:,} enterprises, {self.records:,} records"


def bucket(size: Size, number: int) -> Frames:
    """Records by kind, and the register `enterprise`, of one bucket, in all columns of their tables."""
    random = np.random.default_rng([size.seed, number])
    numbers = np.arange(number, size.enterprises, size.buckets)
    made = {"enterprise": _register(random, numbers)}
    for name, count in _counts(size, number).items():
        of = numbers[_drawn(random, count, len(numbers), name)] if len(numbers) else numbers
        dice = Dice(random, len(of), of // size.buckets % _TROUBLED == 0)
        made[name] = _records(KINDS[name], dice, of, dice.days())
    made["releases"] = pl.concat([_released(random, made, kind) for kind in ("penalty", "decision")])
    return made


def _released(random: np.random.Generator, made: Frames, kind: str) -> pl.DataFrame:
    """Some penalties and listings that repair or early removal releases, a few of them after AS_OF."""
    is_open = pl.col("decision_type") == "list" if kind == "decision" else pl.lit(True)
    records = made[kind].filter(is_open).sample(fraction=_RELEASED, seed=int(random.integers(2**31)))
    days = pl.Series(random.integers(-700, 30, len(records)).astype(np.int32))
    on = (pl.lit(AS_OF) + pl.duration(days=pl.lit(days))).cast(pl.Date)
    nothing = pl.lit(None, dtype=pl.Date())
    return records.select(record_kind=pl.lit(kind), record_id="record_id", released_on=on, stands_until_on=nothing)


def _counts(size: Size, number: int) -> dict[str, int]:
    """Records of each kind in one bucket; over all buckets exactly as many as asked for."""
    own = size.records // size.buckets + (number < size.records % size.buckets)
    counts = {name: own * share // 1000 for name, share in _SHARES.items()}
    counts["inspection"] += own - sum(counts.values())
    return counts


def _drawn(random: np.random.Generator, count: int, among: int, kind: str) -> np.ndarray:
    """Places of enterprises: some with many records; records of fault mostly with those often at fault."""
    places = (random.power(0.7, count) * among).astype(np.int64)
    if kind not in FAULTY_KINDS:
        return places
    is_moved = random.random(count) < _OF_TROUBLED
    return np.where(is_moved, places // _TROUBLED * _TROUBLED, places)


def inspections(dice: Dice, numbers: np.ndarray, days: pl.Series) -> pl.DataFrame:
    """Inspections of these enterprises on these days."""
    return _records(KINDS["inspection"], dice, numbers, days)


def _records(kind: Kind, dice: Dice, numbers: np.ndarray, event_on: pl.Series) -> pl.DataFrame:
    ids = identities(numbers)
    number = pl.Series(numbers).cast(pl.String)
    made: dict[str, pl.Series] = {
        "uscc": ids,
        "party_name": _names(numbers),
        kind.number: "文〔2025〕" + dice.digits().str.head(10) + "号",
        kind.event_on: event_on,
        "authority": "武汉市第" + (number.str.tail(1)) + "市场监督管理局",
        **CONTENTS[kind.name](dice, event_on),
    }
    return _shaped(kind, dice, ids, made)


def _names(numbers: np.ndarray) -> pl.Series:
    return ("武汉第" + pl.Series(numbers).cast(pl.String) + "药品有限公司").rename("name")


def _register(random: np.random.Generator, numbers: np.ndarray) -> pl.DataFrame:
    dice, ids, names = Dice.calm(random, len(numbers)), identities(numbers), _names(numbers)
    key = names.to_frame().select(normalise_name(pl.col("name"))).to_series()
    made = {"uscc": ids, "name": names, "name_key": key, "state": dice.words({"active": 1})}
    return _shaped(KINDS["enterprise"], dice, ids, made)


def _shaped(kind: Kind, dice: Dice, ids: pl.Series, made: Mapping[str, pl.Series]) -> pl.DataFrame:
    """All columns of the table; what is not made is empty."""
    place = pl.Series(np.arange(dice.count) + 2)
    meta = {
        "record_id": kind.name + ":" + dice.digits(),
        "row_hash": dice.digits(),
        "enterprise_id": ids,
        "row_no": place,
    }
    said = {"version_no": 1, "source": kind.name, "file_id": "0" * 64, "received_at": RECEIVED_AT}
    whole = pl.DataFrame(
        {name: made.get(name, meta.get(name)) for name in kind.table.schema if name in made or name in meta}
    )
    fixed = [pl.lit(said.get(name)).alias(name) for name in kind.table.schema if name not in whole.columns]
    return whole.with_columns(fixed).select(kind.table.schema.names()).cast(kind.table.schema).sort("record_id")


def buckets(size: Size) -> Iterator[Frames]:
    """All of them, one after the other."""
    return (bucket(size, number) for number in range(size.buckets))


def write(size: Size, folder: Path) -> None:
    """A folder per kind, in it a Parquet file per bucket, compressed and cut as the store does."""
    for number, frames in enumerate(buckets(size)):
        for kind, frame in frames.items():
            path = folder / kind / f"{number:04}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            frame.write_parquet(path, compression="zstd", row_group_size=65_536)
