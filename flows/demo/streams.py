"""One random stream per purpose and subject, so that a larger region leaves the first enterprises as they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Streams:
    """Gives the stream of a purpose: the same seed and names, the same numbers, on every machine."""

    seed: int

    def of(self, *names: object) -> Random:
        """A fresh generator for `names`, such as ("penalty", 17)."""
        return Random("/".join(str(name) for name in (self.seed, *names)))


def weighted(rng: Random, table: Sequence[tuple[T, int]]) -> T:
    """One of the values of `table`, drawn by its whole-number weight."""
    left = rng.randrange(sum(weight for _, weight in table))
    for value, weight in table:
        left -= weight
        if left < 0:
            return value
    raise AssertionError("the weights of a table are positive")


def chance(rng: Random, per_mille: int) -> bool:
    """True in `per_mille` of a thousand draws; no floating point, so the same everywhere."""
    return rng.randrange(1000) < per_mille


def days_of_events(rng: Random, days: int, per_mille: int) -> list[int]:
    """Days before the end (0 is the last) of events, latest first; each 30 days bring one with that chance.

    Every month draws the same number of times, so that a longer history leaves the latest months as they were.
    """
    draws = [(chance(rng, per_mille), start + rng.randrange(30)) for start in range(0, days, 30)]
    return [ago for happens, ago in draws if happens and ago < days]
