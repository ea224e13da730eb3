"""Invented penalties to put before the gate: a frame in which all is well, and one in which much is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from bench.dice import Dice, identities

Frames = dict[str, pl.DataFrame]


def penalties(count: int, seed: int) -> Frames:
    """The frames `clean`, in which every row is as it must be, and `corrupt`, in which each column has 1% faults."""
    dice = Dice.calm(np.random.default_rng(seed), count)
    drawn = pl.DataFrame(
        {
            "decision_no": "文〔2025〕" + pl.Series(np.arange(count)).cast(pl.String) + "号",
            "enterprise_id": identities((dice.random.power(0.7, count) * count).astype(np.int64)),
            "state": dice.words({"in_force": 95, "changed": 3, "revoked": 2}),
            "field": dice.words({"drug": 50, "device": 30, "cosmetic": 20}),
            "fine_fen": dice.money(1_000_000),
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
