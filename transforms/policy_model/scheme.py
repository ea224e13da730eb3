"""A grading scheme as its YAML says it: every value dated, with basis and confidence.

Points in the file are points (-0.5); in these models they are centipoints (-50).
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, PositiveInt, model_validator

from transforms.policy_model.dated_values import Dated, Duration, Points, PolicyModel, iter_dated_values


class Window(PolicyModel):
    """How long a record counts.

    rolling: to the corresponding day, that day included. calendar_years: 1 is the year of the event.
    unlimited: for ever. until_expiry: not beyond the term written in the record, beside any of the others.
    """

    rolling: Duration | None = None
    calendar_years: PositiveInt | None = None
    unlimited: Literal[True] | None = None
    until_expiry: bool = False

    @model_validator(mode="after")
    def _one(self) -> Window:
        if sum(x is not None for x in (self.rolling, self.calendar_years, self.unlimited)) != 1:
            raise ValueError("give exactly one of rolling, calendar_years, unlimited")
        return self


class Bracket(PolicyModel):
    """One bracket: from this value of the column on (included), these points."""

    from_: int = Field(alias="from")
    points: Points


class Award(PolicyModel):
    """How many points a hit gives: fixed, per unit of a column, or by bracket of a column; or that the scheme does not
    say (unprovided): such a hit stands in the trace as not counted, reason `not_provided`.

    when_unknown: points where the record does not tell the value of the column. Without it such a hit stands in the
    trace as not counted, reason `unknown_amount`: unknown is never zero.
    """

    fixed: Points | None = None
    per_unit: Points | None = None
    of: str | None = None
    brackets: list[Bracket] | None = None
    unprovided: Literal[True] | None = None
    when_unknown: Points | None = None

    def possible_points(self) -> list[int]:
        """Every number of centipoints it can give (for one unit, where it is per unit)."""
        single = [points for points in (self.fixed, self.per_unit, self.when_unknown) if points is not None]
        return single + [bracket.points for bracket in self.brackets or []]

    @model_validator(mode="after")
    def _one(self) -> Award:
        if sum(x is not None for x in (self.fixed, self.per_unit, self.brackets, self.unprovided)) != 1:
            raise ValueError("give exactly one of fixed, per_unit, brackets, unprovided")
        if (self.fixed is None and self.unprovided is None) != (self.of is not None):
            raise ValueError("per_unit and brackets need `of`, a column; fixed and unprovided take none")
        if self.when_unknown is not None and self.of is None:
            raise ValueError("when_unknown belongs to per_unit and brackets; fixed points need no value")
        return self


class DecayStep(PolicyModel):
    """From the day after `after` has passed since the event, only `percent` of the points count."""

    after: Duration
    percent: int = Field(ge=0, le=100)


class Item(PolicyModel):
    """A rule: records of `kind` for which `when` (SQL over the record's columns) holds give points.

    until_released: from the day of a credit repair, or of an early removal from a list, they no longer do.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    kind: str
    when: str
    award: Dated[Award]
    section: str | None = None
    window: Dated[Window] | None = None
    cap: Dated[Points] | None = None
    decay: Dated[list[DecayStep]] | None = None
    until_released: Dated[bool] | None = None


class Accumulation(PolicyModel):
    """Every `every` counted hits of the items `of` together give `points` more."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    of: list[str] = Field(min_length=1)
    every: Dated[PositiveInt]
    points: Dated[Points]
    section: str | None = None


class PlacementLock(PolicyModel):
    """How long a direct placement holds from its event: a span, the term written in the record, or a listing's own.

    while_listed: as long as the law keeps the listing on the list, whatever ends it; `span` where no law says so.
    """

    span: Duration | None = None
    until_expiry: bool = False
    while_listed: bool = False

    @model_validator(mode="after")
    def _one(self) -> PlacementLock:
        if self.while_listed and self.until_expiry:
            raise ValueError("give one of until_expiry, while_listed")
        if not self.while_listed and (self.span is None) == (not self.until_expiry):
            raise ValueError("give exactly one of span, until_expiry, while_listed")
        return self


class DirectPlacement(PolicyModel):
    """Placement in `tier` without counting: `at_least` matching records within `within` of the last one.

    until_released: from the day of a credit repair, or of an early removal from a list, a record does not place.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    kind: str
    when: str
    tier: str
    lock: Dated[PlacementLock]
    at_least: PositiveInt = 1
    within: Duration | None = None
    until_released: Dated[bool] | None = None

    @model_validator(mode="after")
    def _within(self) -> DirectPlacement:
        if (self.at_least > 1) != (self.within is not None):
            raise ValueError("at_least above 1 needs `within`; 1 takes none")
        return self


class BestTierNeed(PolicyModel):
    """What the best tier needs: at least, or at most, so many matching records in the window."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    kind: str
    when: str
    window: Window
    at_least: int | None = None
    at_most: int | None = None

    @model_validator(mode="after")
    def _one(self) -> BestTierNeed:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("give exactly one of at_least, at_most")
        return self


class Section(PolicyModel):
    """A part of the score: what it starts from, and its bounds (included)."""

    id: str
    title: str
    base: Points
    lowest: Points | None = None
    highest: Points | None = None


class Limits(PolicyModel):
    """Bounds of the whole score (included)."""

    lowest: Points | None = None
    highest: Points | None = None


class Tier(PolicyModel):
    """A tier: from this score on (included) until the next tier's; the open end has no `from`."""

    tier: str
    title: str
    from_: Points | None = Field(default=None, alias="from")


class Movement(PolicyModel):
    """After an adverse event: up by `tiers_per_clean_year` for each full year without another one."""

    tiers_per_clean_year: PositiveInt


class Supervision(PolicyModel):
    """How a tier is supervised: inspections in a period, and what it means in words."""

    inspections: int = Field(ge=0)
    per_years: PositiveInt = 1
    note: str = ""


class Scheme(PolicyModel):
    """A grading scheme. `tiers` stand best first. In `deduct` a higher score is better, in `accumulate` worse."""

    scheme: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str
    illustrative: bool
    mode: Literal["deduct", "accumulate"]
    base: Dated[Points]
    window: Dated[Window]
    rounding: Dated[Literal["half_up", "half_even", "towards_zero"]]
    tiers: Dated[list[Tier]]
    items: list[Item] = Field(min_length=1)
    limits: Dated[Limits] | None = None
    sections: Dated[list[Section]] | None = None
    heaviest_per_act: Dated[list[str]] | None = None
    accumulations: tuple[Accumulation, ...] = ()
    direct: tuple[DirectPlacement, ...] = ()
    best_tier_needs: Dated[list[BestTierNeed]] | None = None
    movement: Dated[Movement] | None = None
    supervision: Dated[dict[str, Supervision]] | None = None

    def change_days(self) -> frozenset[date]:
        """Every day on which a value of the scheme begins or ends."""
        return frozenset(day for _, dated in iter_dated_values(self) for day in dated.values)
