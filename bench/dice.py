"""Columns drawn at random: the same for the same generator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

AS_OF = date(2026, 3, 1)
_DAYS_BACK = 5 * 365  # the longest usual window
_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_REGION, _BODY = "91420100MA", 6  # characters before the number, and those the number takes
Weights = Mapping[str, int]


@dataclass(frozen=True)
class Dice:
    """Columns of `count` values; `is_troubled` says which rows are of enterprises that are often at fault."""

    random: np.random.Generator
    count: int
    is_troubled: np.ndarray

    @classmethod
    def calm(cls, random: np.random.Generator, count: int) -> Dice:
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
        """32 digits, never twice the same in practice: as long as the identities the project makes."""
        halves = [pl.Series(self.random.integers(0, 10**16, self.count)).cast(pl.String).str.zfill(16) for _ in "ab"]
        return halves[0] + halves[1]


def identities(numbers: np.ndarray) -> pl.Series:
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
