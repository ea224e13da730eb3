"""Plans of one round carried out together: one collect, and a second one only where something is wrong.

First every expression is tried on a frame without rows, so that one that cannot work spoils nobody else's
answer. Then one row of numbers is taken per scope (rows under one condition), all scopes in one collect. Where
a count is above zero, exact counts of what stands twice and the rows at fault follow, again in one collect.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import polars as pl

from .plans import PLACE, Aggregate, Count, Known, Plan, Rule, Sample

_TIMES = "__times_it_stands__"
Found = TypeVar("Found")


@dataclass(frozen=True)
class Scope:
    """Rows of a batch that fulfil one row condition; `key` tells scopes apart."""

    key: Hashable
    frame: pl.LazyFrame
    condition: pl.Expr | None = None

    def rows(self, *, are_placed: bool = False) -> pl.LazyFrame:
        """The rows; if asked for, with their places in the whole frame, from 0."""
        frame = self.frame.with_row_index(PLACE) if are_placed else self.frame
        return frame if self.condition is None else frame.filter(self.condition)


@dataclass(frozen=True)
class Task:
    """One metric to answer. `breach` is the same for tasks that ask about breaches of the same rule."""

    id: Hashable
    scope: Scope
    breach: Hashable
    plan: Plan

    def parts(self) -> dict[Hashable, pl.Expr]:
        """The expressions of the first collect, by a key under which equal ones meet."""
        if isinstance(self.plan, Aggregate):
            return {(self.id, place): part for place, part in enumerate(self.plan.parts)}
        return {self.breach: _breaches(self.plan.rule)} if isinstance(self.plan, Count | Sample) else {}


@dataclass
class Answers:
    """Values and failures by the id of the task: each task has one or the other."""

    values: dict[Hashable, Any] = field(default_factory=dict)
    failures: dict[Hashable, str] = field(default_factory=dict)


def solve(tasks: Iterable[Task]) -> Answers:
    """Answer every task, or say why it cannot be answered; a failure of one leaves the others alone."""
    answers, asking = Answers(), []
    for task in tasks:
        if isinstance(task.plan, Known):
            answers.values[task.id] = task.plan.value
        else:
            asking.append(task)
    probed = _attempt(asking, _numbers_of_nothing, answers)
    sound = [task for task in asking if task.id in probed]
    numbers = _attempt(sound, _numbers, answers)
    more = [task for task in sound if task.id in numbers and not _is_settled(task, numbers[task.id], answers)]
    rows = _attempt(more, _rows, answers)
    for task in more:
        if task.id in rows:
            answers.values[task.id] = _shaped(task.plan, rows[task.id])
    return answers


def _attempt(
    tasks: Sequence[Task], work: Callable[[Sequence[Task]], dict[Hashable, Found]], answers: Answers
) -> dict[Hashable, Found]:
    """What `work` finds for the tasks together; if that fails, for each alone, noting the failures."""
    if not tasks:
        return {}
    try:
        return work(tasks)
    except (Exception, pl.exceptions.PanicException) as error:
        if len(tasks) == 1:
            answers.failures[tasks[0].id] = str(error)
            return {}
    found: dict[Hashable, Found] = {}
    for task in tasks:
        found |= _attempt([task], work, answers)
    return found


def _breaches(rule: Rule) -> pl.Expr:
    """How many rows break the rule; of what should stand once, above zero as soon as something may stand twice."""
    if not rule.unique:
        return rule.broken().sum().cast(pl.Int64)
    key = pl.struct(rule.unique) if len(rule.unique) > 1 else pl.col(rule.unique[0])
    hashes = key.hash() if rule.looked_at is None else key.hash().filter(rule.looked_at)
    return rule.size() - hashes.n_unique().cast(pl.Int64)


def _numbers(tasks: Sequence[Task]) -> dict[Hashable, list[Any]]:
    """The numbers of every task, from one row per scope."""
    scopes = {task.scope.key: task.scope for task in tasks}
    parts: dict[Hashable, dict[Hashable, pl.Expr]] = {key: {} for key in scopes}
    for task in tasks:
        parts[task.scope.key] |= task.parts()
    selected = [
        scope.rows().select(part.alias(str(place)) for place, part in enumerate(parts[key].values()))
        for key, scope in scopes.items()
    ]
    rows = [frame.row(0) for frame in pl.collect_all(selected)]
    found = {key: dict(zip(parts[key], row, strict=True)) for key, row in zip(scopes, rows, strict=True)}
    return {task.id: [found[task.scope.key][part] for part in task.parts()] for task in tasks}


def _numbers_of_nothing(tasks: Sequence[Task]) -> dict[Hashable, list[Any]]:
    """The same over no rows: collecting the schema alone would not find every unfit type."""
    scopes: dict[Hashable, Scope] = {}
    for task in tasks:
        if task.scope.key not in scopes:
            nothing = pl.LazyFrame(schema=task.scope.frame.collect_schema())
            scopes[task.scope.key] = Scope(task.scope.key, nothing, task.scope.condition)
    return _numbers([Task(task.id, scopes[task.scope.key], task.breach, task.plan) for task in tasks])


def _is_settled(task: Task, numbers: list[Any], answers: Answers) -> bool:
    """Whether the numbers are the answer; not so where rows, or an exact count, are still to be fetched."""
    if isinstance(task.plan, Aggregate):
        answers.values[task.id] = task.plan.finish(*numbers)
    elif isinstance(task.plan, Count) and (numbers[0] == 0 or not task.plan.rule.unique):
        answers.values[task.id] = numbers[0]
    elif isinstance(task.plan, Sample) and numbers[0] == 0:
        answers.values[task.id] = task.plan.shape([])
    return task.id in answers.values


def _rows(tasks: Sequence[Task]) -> dict[Hashable, pl.DataFrame]:
    """What is still asked; values and places of the same rows are fetched once."""
    together: dict[Hashable, list[Task]] = {}
    for task in tasks:
        limit = task.plan.limit if isinstance(task.plan, Sample) else "all counted"
        together.setdefault((task.breach, limit), []).append(task)
    frames = pl.collect_all([_still_asked(same) for same in together.values()])
    return {task.id: frame for same, frame in zip(together.values(), frames, strict=True) for task in same}


def _still_asked(same: Sequence[Task]) -> pl.LazyFrame:
    scope, plan = same[0].scope, same[0].plan
    if isinstance(plan, Count):
        return _repeated(scope, plan.rule).select(pl.col(_TIMES).sum())
    if not isinstance(plan, Sample):
        raise TypeError(f"no rows answer {plan}")
    columns = dict.fromkeys(name for task in same if isinstance(task.plan, Sample) for name in task.plan.columns)
    rule, placed = plan.rule, scope.rows(are_placed=True)
    if rule.unique:
        repeated = _repeated(scope, rule).drop(_TIMES)
        within = rule.within(placed).join(repeated, on=list(rule.unique), how="semi", nulls_equal=True)
        rows = within.select(PLACE, *columns).sort(PLACE)
    else:
        rows = placed.filter(rule.broken()).select(PLACE, *columns)
    return rows if plan.limit is None else rows.head(plan.limit)


def _repeated(scope: Scope, rule: Rule) -> pl.LazyFrame:
    """What stands more than once, and how often."""
    counted = rule.within(scope.rows()).group_by(rule.unique).agg(pl.len().cast(pl.Int64).alias(_TIMES))
    return counted.filter(pl.col(_TIMES) > 1)


def _shaped(plan: Plan, rows: pl.DataFrame) -> object:
    return plan.shape(rows.to_dicts()) if isinstance(plan, Sample) else rows.item()
