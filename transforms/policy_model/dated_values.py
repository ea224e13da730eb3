"""Values that hold from a date until the next, with legal basis and confidence; points as whole hundredths."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Value = TypeVar("Value")

Place = tuple[str | int, ...]

Confidence = Literal["C", "M", "I", "GAP"]

_MOST = 10**15  # sums of points stay far inside 64 bits


def to_centipoints(value: object) -> int:
    """Points as written in a policy file (-0.5, 40) as centipoints (-50, 4000).

    Raises ValueError for what is no number or has more than two decimals.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValueError("points are a number such as -0.5 or 40")
    try:
        scaled = Decimal(str(value)) * 100
    except InvalidOperation:
        raise ValueError("points are a number such as -0.5 or 40") from None
    if not scaled.is_finite() or abs(scaled) > _MOST:
        raise ValueError("points are a number such as -0.5 or 40")
    if scaled != scaled.to_integral_value():
        raise ValueError("points have at most two decimals")
    return int(scaled)


Points = Annotated[int, BeforeValidator(to_centipoints)]


class PolicyModel(BaseModel):
    """Base of every policy model: unknown words are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class PolicyGap(LookupError):
    """A value was asked for on a day before its first date."""


class Dated(PolicyModel, Generic[Value]):
    """`values` by first day in force; `None` ends the value from that day.

    basis: article or document. confidence: C read in the source, M from memory, I inferred, GAP unknown.
    """

    values: dict[date, Value | None] = Field(min_length=1)
    basis: str = Field(min_length=1)
    confidence: Confidence

    def on(self, day: date, name: str = "value") -> Value | None:
        """The value in force on `day`; None once ended.

        Raises PolicyGap for a day before the first date: a gap is an error, not a default.
        """
        starts = [start for start in self.values if start <= day]
        if not starts:
            raise PolicyGap(f"{name} has no value on {day}; its first date is {min(self.values)}")
        return self.values[max(starts)]

    def starts(self) -> frozenset[date]:
        """The days on which the value changes."""
        return frozenset(self.values)


def iter_dated_values(value: object, path: Place = ()) -> Iterator[tuple[Place, Dated[object]]]:
    """Every dated value in a policy model, however deep, with its place in the file."""
    if isinstance(value, Dated):
        yield path, value
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from iter_dated_values(inner, (*path, index))
    elif isinstance(value, PolicyModel):
        for name in type(value).model_fields:
            yield from iter_dated_values(getattr(value, name), (*path, name))
