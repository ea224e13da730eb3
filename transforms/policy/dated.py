"""A value that holds from a date until the next; where it stands in the law and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from transforms.policy.points import centipoints_of

Value = TypeVar("Value")
Place = tuple[str | int, ...]
Confidence = Literal["C", "M", "I", "GAP"]
Points = Annotated[int, BeforeValidator(centipoints_of)]


class Strict(BaseModel):
    """Base of every policy model: unknown words are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class PolicyGap(LookupError):
    """A value was asked for on a day before its first date."""


class Dated(Strict, Generic[Value]):
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


def dated_values(value: object, path: Place = ()) -> Iterator[tuple[Place, Dated[object]]]:
    """Every dated value in a policy model, however deep, with its place in the file."""
    if isinstance(value, Dated):
        yield path, value
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from dated_values(inner, (*path, index))
    elif isinstance(value, Strict):
        for name in type(value).model_fields:
            yield from dated_values(getattr(value, name), (*path, name))
