"""What every policy model is made of: values that hold from a date until the next, points and periods.

Points stand in files as points (-0.5) and in models as whole centipoints (-50), so that sums are exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PositiveInt, model_validator

from transforms.policy_model.document import Place

Value = TypeVar("Value")
# How sure a value is: C read in the source, M from memory, I inferred, GAP not found.
Confidence = Literal["C", "M", "I", "GAP"]
# Which version of a rule governs a record: that of each day it is on display, or for good that of the day it was made.
TransitionalRule = Literal["display", "decision"]

_MAX_CENTIPOINTS = 10**15  # sums of points stay far inside 64 bits


def to_centipoints(value: object) -> int:
    """Points as written in a policy file (-0.5, 40) as centipoints (-50, 4000).

    Raises ValueError if the value is not a number or has more than two decimals.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValueError("points are a number such as -0.5 or 40")
    try:
        scaled = Decimal(str(value)) * 100
    except InvalidOperation:
        raise ValueError("points are a number such as -0.5 or 40") from None
    if not scaled.is_finite() or abs(scaled) > _MAX_CENTIPOINTS:
        raise ValueError("points are a number such as -0.5 or 40")
    if scaled != scaled.to_integral_value():
        raise ValueError("points have at most two decimals")
    return int(scaled)


Points = Annotated[int, BeforeValidator(to_centipoints)]


class PolicyModel(BaseModel):
    """Base of every policy model: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Duration(PolicyModel):
    """A length of time: exactly one of years, months, days. The day of the event does not count."""

    years: PositiveInt | None = None
    months: PositiveInt | None = None
    days: PositiveInt | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Duration:
        if sum(x is not None for x in (self.years, self.months, self.days)) != 1:
            raise ValueError("give exactly one of years, months, days")
        return self


class PolicyGap(LookupError):
    """A value was asked for on a day before its first date."""


class Dated(PolicyModel, Generic[Value]):
    """A value that changes over time: `values` by first day in force; None ends it from that day.

    basis: the article or document it comes from. confidence: see Confidence.
    """

    values: dict[date, Value | None] = Field(min_length=1)
    basis: str = Field(min_length=1)
    confidence: Confidence

    def on(self, day: date, name: str = "value") -> Value | None:
        """The value in force on `day`; None once it has ended.

        Raises PolicyGap, which names the value `name`, for a day before the first: a gap is an error, not a default.
        """
        starts = [start for start in self.values if start <= day]
        if not starts:
            raise PolicyGap(f"{name} has no value on {day}; its first date is {min(self.values)}")
        return self.values[max(starts)]


def iter_dated_values(value: object, place: Place = ()) -> Iterator[tuple[Place, Dated[object]]]:
    """Every dated value in a policy model, however deep, with its place in the file."""
    if isinstance(value, Dated):
        yield place, value
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from iter_dated_values(inner, (*place, index))
    elif isinstance(value, PolicyModel):
        for name in type(value).model_fields:
            yield from iter_dated_values(getattr(value, name), (*place, name))
