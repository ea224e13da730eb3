"""Invented data to measure with: the same bytes for the same seed and sizes. Nothing here is like a real office."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from transforms.tables import KINDS, Kind

AS_OF = date(2026, 3, 1)
_DAYS_BACK = 3 * 365
_SHARES = {"inspection": 35, "penalty": 25, "sampling": 20, "signal": 15, "honour": 5}  # of a hundred records
Frames = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class Dice:
    """Columns drawn at random, `count` values each."""

    random: np.random.Generator
    count: int

    def words(self, weights: Mapping[str, int]) -> pl.Series:
        """Words, as often as their weights say."""
        share = np.array(list(weights.values())) / sum(weights.values())
        return pl.Series(list(weights))[self.random.choice(len(weights), self.count, p=share)]

    def numbers(self, mean: float) -> pl.Series:
        """Whole numbers from 0, small ones oftener."""
        return pl.Series(self.random.exponential(mean, self.count).astype(np.int64))

    def days(self) -> pl.Series:
        """Days up to AS_OF, as far back as the longest usual window."""
        back = self.random.integers(0, _DAYS_BACK, self.count).astype(np.int32)
        return pl.select(pl.lit(AS_OF) - pl.duration(days=pl.lit(pl.Series(back)))).to_series().cast(pl.Date)

    def enterprises(self, among: int) -> pl.Series:
        """Identities of enterprises, some with many records and many with few."""
        return identities(pl.Series((self.random.power(1.5, self.count) * among).astype(np.int64)))


def identities(numbers: pl.Series) -> pl.Series:
    """18 characters in the form of a uniform social credit code; the check character is not computed."""
    return ("91420100MA" + numbers.cast(pl.String).str.zfill(8)).rename("enterprise_id")


def _field(dice: Dice) -> pl.Series:
    return dice.words({"drug": 50, "device": 30, "cosmetic": 20})


def _penalty(dice: Dice) -> Mapping[str, pl.Series]:
    kinds = dice.words({"fine": 60, "warning": 25, "fine|confiscation_goods": 12, "stop_order": 2, "revoke_licence": 1})
    return {
        "penalty_kinds": kinds.str.split("|"),
        "fine_fen": dice.numbers(1_500_000),
        "confiscated_fen": dice.numbers(400_000),
        "discretion": dice.words({"ordinary": 80, "light": 15, "heavy": 5}),
        "field": _field(dice),
    }


def _inspection(dice: Dice) -> Mapping[str, pl.Series]:
    return {
        "critical_count": dice.numbers(0.3),
        "major_count": dice.numbers(0.8),
        "minor_count": dice.numbers(3),
        "conclusion": dice.words({"compliant": 85, "rectify_first": 12, "non_compliant": 3}),
        "field": _field(dice),
    }


def _sampling(dice: Dice) -> Mapping[str, pl.Series]:
    return {"result": dice.words({"qualified": 95, "unqualified": 5}), "field": _field(dice)}


def _signal(dice: Dice) -> Mapping[str, pl.Series]:
    return {
        "signal_type": dice.words({"complaint": 60, "adverse_event": 25, "public_opinion": 10, "recall": 5}),
        "level": dice.words({"low": 70, "general": 25, "serious": 5}),
        "is_verified": dice.words({"1": 40, "0": 60}) == "1",
    }


def _honour(dice: Dice) -> Mapping[str, pl.Series]:
    return {"level": dice.words({"county": 60, "municipal": 30, "provincial": 9, "national": 1})}


_CONTENTS = {
    "inspection": _inspection,
    "penalty": _penalty,
    "sampling": _sampling,
    "signal": _signal,
    "honour": _honour,
}


def _of_kind(kind: Kind, dice: Dice, enterprises: int) -> pl.DataFrame:
    """Records in all columns of their table; those that a rating does not read are empty."""
    number = pl.Series(np.arange(dice.count)).cast(pl.String)
    made: dict[str, pl.Series] = {
        "record_id": kind.name + "-" + number.str.zfill(9),
        "enterprise_id": dice.enterprises(enterprises),
        kind.number: "文〔2025〕" + number + "号",
        kind.event_on: dice.days(),
        **_CONTENTS[kind.name](dice),
    }
    if kind.act:
        made[kind.act] = made[kind.number]
    schema = kind.table.schema
    empty = pl.lit(None)
    return pl.select(made.get(name, empty).alias(name) for name in schema).cast(schema)


def records(enterprises: int, count: int, seed: int) -> Frames:
    """`count` records of five kinds over `enterprises`, and the frame `enterprise` with their identities."""
    random = np.random.default_rng(seed)
    sizes = {name: count * share // 100 for name, share in _SHARES.items()}
    sizes["inspection"] += count - sum(sizes.values())
    made = {name: _of_kind(KINDS[name], Dice(random, size), enterprises) for name, size in sizes.items()}
    return {"enterprise": identities(pl.Series(np.arange(enterprises))).to_frame()} | made


def penalties(count: int, seed: int) -> Frames:
    """The frames `clean`, in which every row is as it must be, and `corrupt`, in which each column has 1% faults."""
    dice = Dice(np.random.default_rng(seed), count)
    drawn = pl.DataFrame(
        {
            "decision_no": "文〔2025〕" + pl.Series(np.arange(count)).cast(pl.String) + "号",
            "enterprise_id": dice.enterprises(count),
            "state": dice.words({"in_force": 95, "changed": 3, "revoked": 2}),
            "field": _field(dice),
            "fine_fen": dice.numbers(1_500_000),
            "decided_on": dice.days().cast(pl.Datetime("us")),
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


def write(frames: Frames, folder: Path) -> None:
    """One Parquet file per frame."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet")
