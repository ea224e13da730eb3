"""Working days beyond the library's, and the two unsettled conventions of counting periods."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from transforms.policy_model.dated_values import Confidence, Dated, PolicyModel
from transforms.policy_model.document import load_document


class CalendarYear(PolicyModel):
    """What a notice says of a year: weekdays that are holidays (`rest`), weekend days that are worked (`work`).

    It makes a year known that the library does not know, and changes single days of one that it does.
    """

    year: int = Field(ge=2000, le=2200)
    rest: tuple[date, ...] = ()
    work: tuple[date, ...] = ()
    basis: str = Field(min_length=1)
    confidence: Confidence

    @model_validator(mode="after")
    def _of_the_year(self) -> CalendarYear:
        days = (*self.rest, *self.work)
        strangers = [day for day in days if day.year != self.year]
        if strangers:
            raise ValueError(f"{strangers[0]} is no day of {self.year}")
        if len(set(days)) < len(days):
            raise ValueError("a day stands twice")
        return self


class CalendarLaw(PolicyModel):
    """Days the library does not know, and how periods of months and years end.

    first_day: the end takes effect the day after the last day (next) or on it (corresponding). rollover: a last
    day that is no working day stays, or rolls to the next working day.
    """

    law: Literal["calendar"]
    title: str
    years: tuple[CalendarYear, ...] = ()
    first_day: Dated[Literal["next", "corresponding"]]
    rollover: Dated[Literal["stay", "roll"]]

    @model_validator(mode="after")
    def _years_once(self) -> CalendarLaw:
        named = [one.year for one in self.years]
        if len(set(named)) < len(named):
            raise ValueError("a year stands twice")
        return self


def load_calendar_law(text: str, file_name: str) -> CalendarLaw:
    """The calendar written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    return load_document(text, file_name, CalendarLaw)
