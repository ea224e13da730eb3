"""An invented office to measure with: the same bytes for the same seed and sizes. None of it is real.

One enterprise in eight is often at fault, the others hardly ever. Of a thousand records 400 are inspections, 248
samples, 120 signals, 80 orders to rectify, 80 commitments, 35 penalties (six in seven of the enterprises often at
fault), 30 honours, 6 steps of the office, 1 a ban; over five years. One penalty and one listing in seven is released by
repair or early removal. Some enterprises have many records, most few. As in a store, each kind is split into buckets:
files with the records of some of the enterprises. Licences are not drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import polars as pl

from transforms.records.text import normalise_name
from transforms.schemas import KINDS, Kind

AS_OF = date(2026, 3, 1)
RECEIVED_AT = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 1, tzinfo=UTC)
ADVERSE_KINDS = ("penalty", "decision", "person_ban")
_DAYS_BACK = 5 * 365  # the longest usual window
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
Weights = Mapping[str, int]
Columns = Mapping[str, pl.Series]
Frames = dict[str, pl.DataFrame]
_PENALTIES = {
    "fine": 55,
    "warning": 25,
    "confiscation_gains|fine": 12,
    "confiscation_goods": 3,
    "stop_order": 2,
    "suspend_licence": 1,
    "revoke_licence": 1,
    "detention": 1,
}
_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_REGION, _BODY = "91420100MA", 6  # characters before the number, and those the number takes


@dataclass(frozen=True)
class DataSize:
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


def bucket_frames(size: DataSize, number: int) -> Frames:
    """Records by kind, and the register `enterprise`, of one bucket, in all columns of their tables."""
    random = np.random.default_rng([size.seed, number])
    numbers = np.arange(number, size.enterprises, size.buckets)
    made = {"enterprise": _register(random, numbers)}
    for name, count in _counts(size, number).items():
        of = numbers[_drawn(random, count, len(numbers), name)] if len(numbers) else numbers
        draw = RandomColumns(random, len(of), of // size.buckets % _TROUBLED == 0)
        made[name] = _records(KINDS[name], draw, of, draw.days())
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


def _counts(size: DataSize, number: int) -> dict[str, int]:
    """Records of each kind in one bucket; over all buckets exactly as many as asked for."""
    own = size.records // size.buckets + (number < size.records % size.buckets)
    counts = {name: own * share // 1000 for name, share in _SHARES.items()}
    counts["inspection"] += own - sum(counts.values())
    return counts


def _drawn(random: np.random.Generator, count: int, among: int, kind: str) -> np.ndarray:
    """Places of enterprises: some with many records; records of fault mostly with those often at fault."""
    places = (random.power(0.7, count) * among).astype(np.int64)
    if kind not in ADVERSE_KINDS:
        return places
    is_moved = random.random(count) < _OF_TROUBLED
    return np.where(is_moved, places // _TROUBLED * _TROUBLED, places)


def inspections_on(draw: RandomColumns, numbers: np.ndarray, days: pl.Series) -> pl.DataFrame:
    """Inspections of these enterprises on these days."""
    return _records(KINDS["inspection"], draw, numbers, days)


def _records(kind: Kind, draw: RandomColumns, numbers: np.ndarray, event_on: pl.Series) -> pl.DataFrame:
    ids = credit_codes(numbers)
    number = pl.Series(numbers).cast(pl.String)
    made: dict[str, pl.Series] = {
        "uscc": ids,
        "party_name": _names(numbers),
        kind.number: "文〔2025〕" + draw.digits().str.head(10) + "号",
        kind.event_on: event_on,
        "authority": "武汉市第" + (number.str.tail(1)) + "市场监督管理局",
        **_CONTENT_OF_KIND[kind.name](draw, event_on),
    }
    return _shaped(kind, draw, ids, made)


def _names(numbers: np.ndarray) -> pl.Series:
    return ("武汉第" + pl.Series(numbers).cast(pl.String) + "药品有限公司").rename("name")


def _register(random: np.random.Generator, numbers: np.ndarray) -> pl.DataFrame:
    draw, ids, names = RandomColumns.calm(random, len(numbers)), credit_codes(numbers), _names(numbers)
    key = names.to_frame().select(normalise_name(pl.col("name"))).to_series()
    made = {"uscc": ids, "name": names, "name_key": key, "state": draw.words({"active": 1})}
    return _shaped(KINDS["enterprise"], draw, ids, made)


def _shaped(kind: Kind, draw: RandomColumns, ids: pl.Series, made: Mapping[str, pl.Series]) -> pl.DataFrame:
    """All columns of the table; what is not made is empty."""
    place = pl.Series(np.arange(draw.count) + 2)
    meta = {
        "record_id": kind.name + ":" + draw.digits(),
        "row_hash": draw.digits(),
        "enterprise_id": ids,
        "row_no": place,
    }
    said = {"version_no": 1, "source": kind.name, "file_id": "0" * 64, "received_at": RECEIVED_AT}
    whole = pl.DataFrame(
        {name: made.get(name, meta.get(name)) for name in kind.table.schema if name in made or name in meta}
    )
    fixed = [pl.lit(said.get(name)).alias(name) for name in kind.table.schema if name not in whole.columns]
    return whole.with_columns(fixed).select(kind.table.schema.names()).cast(kind.table.schema).sort("record_id")


def all_buckets(size: DataSize) -> Iterator[Frames]:
    """All of them, one after the other."""
    return (bucket_frames(size, number) for number in range(size.buckets))


def write_records(size: DataSize, folder: Path) -> None:
    """A folder per kind, in it a Parquet file per bucket, compressed and cut as the store does."""
    for number, frames in enumerate(all_buckets(size)):
        for kind, frame in frames.items():
            path = folder / kind / f"{number:04}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            frame.write_parquet(path, compression="zstd", row_group_size=65_536)


@dataclass(frozen=True)
class RandomColumns:
    """Columns of `count` values; `is_troubled` says which rows are of enterprises that are often at fault."""

    random: np.random.Generator
    count: int
    is_troubled: np.ndarray

    @classmethod
    def calm(cls, random: np.random.Generator, count: int) -> RandomColumns:
        """Of rows that are all alike."""
        return cls(random, count, np.zeros(count, bool))

    def words(self, calm: Weights, troubled: Weights | None = None) -> pl.Series:
        """Words, as often as their weights say."""
        drawn = self._word(calm)
        return drawn if troubled is None else self._word(troubled).zip_with(pl.Series(self.is_troubled), drawn)

    def _word(self, weights: Weights) -> pl.Series:
        share = np.array(list(weights.values())) / sum(weights.values())
        return pl.Series(list(weights))[self.random.choice(len(weights), self.count, p=share)]

    def flags(self, calm: float, troubled: float) -> pl.Series:
        """True with these probabilities."""
        return pl.Series(self.random.random(self.count) < np.where(self.is_troubled, troubled, calm))

    def numbers(self, calm: float, troubled: float) -> pl.Series:
        """Whole numbers from 0 about these means, small ones oftener."""
        mean = np.where(self.is_troubled, troubled, calm)
        return pl.Series((self.random.exponential(1, self.count) * mean).astype(np.int64))

    def money(self, middle: float) -> pl.Series:
        """Fen about a median, with a long tail."""
        return pl.Series(np.round(middle * np.exp(1.5 * self.random.standard_normal(self.count)), -2).astype(np.int64))

    def days(self) -> pl.Series:
        """Days up to AS_OF, as far back as the longest usual window."""
        back = self.random.integers(0, _DAYS_BACK, self.count).astype(np.int32)
        return pl.select(pl.lit(AS_OF) - pl.duration(days=pl.lit(pl.Series(back)))).to_series().cast(pl.Date)

    def later(self, days: pl.Series, least: int, most: int) -> pl.Series:
        """So many days after `days`."""
        more = pl.Series(self.random.integers(least, most, self.count).astype(np.int32))
        return pl.select(days + pl.duration(days=pl.lit(more))).to_series().cast(pl.Date)

    def digits(self) -> pl.Series:
        """32 digits, never twice the same in practice: as long as the credit_codes the project makes."""
        halves = [pl.Series(self.random.integers(0, 10**16, self.count)).cast(pl.String).str.zfill(16) for _ in "ab"]
        return halves[0] + halves[1]


def credit_codes(numbers: np.ndarray) -> pl.Series:
    """Unified social credit codes of enterprises by their numbers from 0, with their check characters."""
    places: list[np.ndarray] = [np.full(len(numbers), _CODE.index(char)) for char in _REGION]
    places += [numbers // len(_CODE) ** power % len(_CODE) for power in reversed(range(_BODY))]
    letters = np.array(list(_CODE))
    body = [np.array([_ORGANISATION.index(char) for char in _CODE])[place] for place in places[8:]]
    total = sum(weight * value for weight, value in zip(_ORGANISATION_WEIGHTS, body, strict=True))
    check = np.array([_CODE.index(char) for char in "0123456789X0"])[11 - total % 11]
    places.append(check)
    whole = sum(weight * value for weight, value in zip(_CODE_WEIGHTS, places, strict=True))
    places.append(np.asarray((31 - whole % 31) % 31))
    columns = [pl.Series(str(number), letters[place]) for number, place in enumerate(places)]
    return pl.DataFrame(columns).select(enterprise_id=pl.concat_str(pl.all())).to_series()


def _only(values: pl.Series, where: pl.Series) -> pl.Series:
    """`values` where it is said, nothing elsewhere."""
    return pl.select(pl.when(where).then(values)).to_series()


def _field(draw: RandomColumns) -> pl.Series:
    words = draw.words({"drug": 50, "device": 30, "cosmetic": 18, "": 2})
    return _only(words, words != "")


def _inspection(draw: RandomColumns, _on: pl.Series) -> Columns:
    calm = {"compliant": 960, "rectify_first": 37, "non_compliant": 3}
    return {
        "critical_count": draw.numbers(0.15, 0.5),
        "major_count": draw.numbers(0.3, 1),
        "minor_count": draw.numbers(0.8, 3),
        "conclusion": draw.words(calm, {"compliant": 80, "rectify_first": 16, "non_compliant": 4}),
        "field": _field(draw),
    }


def _sampling(draw: RandomColumns, _on: pl.Series) -> Columns:
    calm = {"qualified": 996, "unqualified": 4}
    return {"result": draw.words(calm, {"qualified": 93, "unqualified": 7}), "field": _field(draw)}


def _signal(draw: RandomColumns, _on: pl.Series) -> Columns:
    return {
        "signal_type": draw.words({"complaint": 60, "adverse_event": 25, "public_opinion": 10, "recall": 5}),
        "level": draw.words({"low": 70, "general": 26, "serious": 4}),
        "is_verified": draw.flags(0.05, 0.4),
        "field": _field(draw),
    }


def _rectification(draw: RandomColumns, on: pl.Series) -> Columns:
    state = draw.words({"completed": 98, "open": 1, "overdue": 1}, {"completed": 85, "open": 5, "overdue": 10})
    return {
        "state": state,
        "due_on": draw.later(on, 25, 35),
        "completed_on": _only(draw.later(on, 1, 38), state == "completed"),
        "field": _field(draw),
    }


def _commitment(draw: RandomColumns, _on: pl.Series) -> Columns:
    state = draw.words(
        {"fulfilled": 90, "open": 9, "partly": 1}, {"fulfilled": 75, "open": 5, "partly": 12, "unfulfilled": 8}
    )
    words = draw.words({"未按期提交材料": 1})
    return {"state": state, "unperformed": _only(words, state.is_in(["partly", "unfulfilled"]))}


def _honour(draw: RandomColumns, on: pl.Series) -> Columns:
    until = draw.later(on, 365, 1500)
    return {
        "level": draw.words({"county": 60, "municipal": 30, "provincial": 9, "national": 1}),
        "title": draw.words({"诚信经营示范单位": 1}),
        "valid_until_on": _only(until, draw.flags(0.5, 0.5)),
    }


def _penalty(draw: RandomColumns, on: pl.Series) -> Columns:
    kinds = draw.words(_PENALTIES)
    is_revoked = draw.flags(0.02, 0.02)
    shared = "案" + draw.numbers(2000, 2000).cast(pl.String)  # some records punish one act
    number = draw.digits()
    return {
        "decision_key": number,
        "act_no": shared.zip_with(draw.flags(0.3, 0.3), number),
        "penalty_kinds": kinds.str.split("|"),
        "fine_fen": _only(draw.money(1_000_000), kinds.str.contains("fine")),
        "confiscated_fen": _only(draw.money(300_000), kinds.str.contains("confiscation")),
        "discretion": draw.words({"ordinary": 75, "light": 18, "reduced": 3, "heavy": 4}),
        "party_class": draw.words({"organisation": 1}),
        "field": _field(draw),
        "state": draw.words({"revoked": 1}).zip_with(is_revoked, draw.words({"in_force": 1})),
        "revoked_on": _only(draw.later(on, 30, 400), is_revoked),
    }


def _decision(draw: RandomColumns, on: pl.Series) -> Columns:
    step = draw.words({"repair": 60, "list": 25, "hold_tier": 15})
    tier = draw.words({"B": 30, "C": 50, "D": 20})
    return {
        "decision_type": step,
        "matter": _only(draw.words({"penalty": 1}), step == "repair"),
        "tier": _only(tier, step == "hold_tier"),
        "ends_on": _only(draw.later(on, 90, 1200), step == "hold_tier"),
        "reason": draw.words({"《市场监督管理严重违法失信名单管理办法》": 1}),
        "proposed_by": draw.words({"王敏": 1, "李强": 1}),
        "decided_by": draw.words({"赵刚": 1}),
    }


def _person_ban(draw: RandomColumns, on: pl.Series) -> Columns:
    is_lifelong = draw.flags(0.2, 0.2)
    return {
        "person_name": draw.words({"张某": 1, "刘某": 1}),
        "is_lifelong": is_lifelong,
        "ends_on": _only(draw.later(on, 365, 3650), ~is_lifelong),
        "field": _field(draw),
    }


_CONTENT_OF_KIND: dict[str, Callable[[RandomColumns, pl.Series], Columns]] = {
    "inspection": _inspection,
    "sampling": _sampling,
    "signal": _signal,
    "rectification": _rectification,
    "commitment": _commitment,
    "honour": _honour,
    "penalty": _penalty,
    "decision": _decision,
    "person_ban": _person_ban,
}


def gate_frames(count: int, seed: int) -> Frames:
    """The frames `clean`, in which every row is as it must be, and `corrupt`, in which each column has 1% faults."""
    draw = RandomColumns.calm(np.random.default_rng(seed), count)
    drawn = pl.DataFrame(
        {
            "decision_no": "文〔2025〕" + pl.Series(np.arange(count)).cast(pl.String) + "号",
            "enterprise_id": credit_codes((draw.random.power(0.7, count) * count).astype(np.int64)),
            "state": draw.words({"in_force": 95, "changed": 3, "revoked": 2}),
            "field": draw.words({"drug": 50, "device": 30, "cosmetic": 20}),
            "fine_fen": draw.money(1_000_000),
            "decided_on": draw.days().cast(pl.Datetime("us")),
        }
    )
    clean = drawn.with_columns(valid_until_on=pl.col("decided_on").dt.offset_by("1y"))
    return {"clean": clean, "corrupt": _corrupted(clean)}


def _corrupted(clean: pl.DataFrame) -> pl.DataFrame:
    """Another hundredth of the rows for every column, evenly spread."""
    faults = {
        "decision_no": pl.col("decision_no").first(),
        "enterprise_id": pl.lit("unknown"),
        "state": pl.lit("somehow"),
        "field": pl.lit(None, dtype=pl.String),
        "fine_fen": -pl.col("fine_fen") - 1,
        "decided_on": pl.datetime(1900, 1, 1),
        "valid_until_on": pl.col("decided_on").dt.offset_by("-1d"),
    }
    place = pl.int_range(pl.len()) % 100
    return clean.with_columns(
        pl.when(place == 10 * number + 1).then(fault).otherwise(pl.col(name)).alias(name)
        for number, (name, fault) in enumerate(faults.items())
    )


def write_gate_frames(frames: Frames, folder: Path) -> None:
    """One Parquet file per frame."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet")
