"""Reproducible random draws, and codes and numbers that are well formed and belong to nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from stdnum.cn import ric, uscc

from transforms.records.uscc import organisation_check_character

T = TypeVar("T")
PROVINCE = "350000"
OTHER_PROVINCE = "520000"  # both have a known limit for low fines, so that every penalty can be dated
ORGANISATION_CODES = 1_000_000
_STRIDE = 611_953  # coprime to the number of codes: consecutive enterprises get codes far apart, none twice


@dataclass(frozen=True)
class Streams:
    """Random streams, one per purpose and subject, so that a larger region leaves its first enterprises unchanged."""

    seed: int

    def of(self, *names: object) -> Random:
        """A new generator for `names`, such as ("penalty", 17): the same on every machine."""
        return Random("/".join(str(name) for name in (self.seed, *names)))


def weighted(rng: Random, table: Sequence[tuple[T, int]]) -> T:
    """One of the values of `table`, drawn by its positive whole-number weight."""
    left = rng.randrange(sum(weight for _, weight in table))
    for value, weight in table:
        left -= weight
        if left < 0:
            return value
    raise AssertionError("the weights of a table are positive")


def chance(rng: Random, per_mille: int) -> bool:
    """True in `per_mille` of a thousand draws; without floating point, so the same everywhere."""
    return rng.randrange(1000) < per_mille


def days_of_events(rng: Random, days: int, per_mille: int) -> list[int]:
    """Days before the end (0 is the last) of events, latest first; each 30 days have one with that chance.

    Every month draws the same number of times, so that a longer history leaves the latest months unchanged.
    """
    draws = [(chance(rng, per_mille), start + rng.randrange(30)) for start in range(0, days, 30)]
    return [ago for happens, ago in draws if happens and ago < days]


def credit_code(prefix: str, region: str, serial: int) -> str:
    """A unified social credit code (GB 32100-2015). `prefix` 91 is a company, 92 a sole trader, 11 an authority.

    The organisation part starts with MX, which has not been issued; serials below ORGANISATION_CODES differ.
    """
    body = f"MX{serial * _STRIDE % ORGANISATION_CODES:06d}"
    code = f"{prefix}{region}{body}{organisation_check_character(body)}"
    return code + str(uscc.calc_check_digit(code))


def authority_code(province: str) -> str:
    """The code of the bureau of a province."""
    return credit_code("11", province, 0)


def wrong_check(code: str) -> str:
    """The same code with another last character: well formed, but its check fails."""
    return code[:-1] + ("1" if code[-1] == "0" else "0")


def wrong_organisation(code: str) -> str:
    """The same code with a wrong check of its organisation part, and a correct last character."""
    part = code[8:16] + ("1" if code[16] == "0" else "0")
    return code[:8] + part + str(uscc.calc_check_digit(code[:8] + part))


def identity_number(rng: Random) -> str:
    """A resident identity number with a correct check character, of a birth in the nineteenth century.

    Its division is the province as a whole, which no card carries: it cannot be a real person's.
    """
    head = f"{PROVINCE}{rng.randrange(1850, 1900)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
    number = f"{head}{rng.randrange(1000):03d}"
    return number + str(ric.calc_check_digit(number + "0"))
