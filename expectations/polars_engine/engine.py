"""The execution engine: resolves the metrics of a whole suite with one collect of a lazy frame."""
# ruff: noqa: ANN401 - the signatures are those of the library

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

import polars as pl
from great_expectations.core.batch import BatchData, BatchMarkers
from great_expectations.core.batch_spec import RuntimeDataBatchSpec
from great_expectations.core.id_dict import IDDict
from great_expectations.exceptions.exceptions import ExecutionEngineError, MetricResolutionError
from great_expectations.execution_engine.execution_engine import ExecutionEngine
from great_expectations.expectations.registry import get_metric_provider
from great_expectations.expectations.row_conditions import Condition

from .plans import (
    ROW_INDEX,
    AggregatePlan,
    CountPlan,
    KnownPlan,
    MapRule,
    MetricRequest,
    Plan,
    Planner,
    SamplePlan,
    condition_expression,
    row_filter,
)


class PolarsBatchData(BatchData):
    """A lazy frame with its schema. NaN becomes null, which is how the library's own engine on pandas sees it."""

    def __init__(self, engine: ExecutionEngine[pl.Expr], frame: pl.LazyFrame) -> None:
        super().__init__(engine)
        self.schema = frame.collect_schema()
        floats = [name for name, dtype in self.schema.items() if dtype.is_float()]
        self.frame = frame.with_columns(pl.col(floats).fill_nan(None)) if floats else frame


class PolarsExecutionEngine(ExecutionEngine[pl.Expr]):
    """Resolves the metrics of a whole suite with one collect of a lazy frame.

    Not a child of the engine for pandas: the library looks providers up along the class tree and would hand
    lazy frames to code for pandas. What no provider is registered for fails loudly.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._values: dict[Hashable, Any] = {}
        self._failures: dict[Hashable, str] = {}
        super().__init__(*args, **kwargs)

    def get_batch_data_and_markers(self, batch_spec: Any) -> tuple[PolarsBatchData, BatchMarkers]:
        """The lazy frame of a runtime batch; nothing is read."""
        frame = batch_spec.batch_data if isinstance(batch_spec, RuntimeDataBatchSpec) else None
        if not isinstance(frame, pl.LazyFrame | pl.DataFrame):
            raise ExecutionEngineError(f"expected a Polars frame, got {type(frame).__name__} of {batch_spec!r}")
        batch_spec.batch_data = "polars.LazyFrame"  # the specification is kept as text
        markers = BatchMarkers({"ge_load_time": datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")})
        return PolarsBatchData(self, frame.lazy()), markers

    def load_batch_data(self, batch_id: str, batch_data: Any) -> None:
        """Make a batch known. Answers about former data go: the id names the asset, not what it holds."""
        self._values.clear()
        self._failures.clear()
        super().load_batch_data(batch_id, batch_data)

    def resolve_metrics(
        self, metrics_to_resolve: Iterable[Any], metrics: Any = None, runtime_configuration: Any = None
    ) -> dict[Any, Any]:
        """Values of the metrics, all found together.

        Raises MetricResolutionError, for those alone that failed. The caller then tries again some times;
        it is given the same failure without further work, and what succeeded once those are set aside.
        """
        wanted = {one.id: one for one in metrics_to_resolve}
        self._answer([one for one in wanted.values() if one.id not in self._values | self._failures])
        failed = sorted((key for key in wanted if key in self._failures), key=str)
        if failed:
            # The caller keeps one message for all that failed together: one at a time keeps each its own.
            message = self._failures[failed[0]]
            same = [wanted[key] for key in failed if self._failures[key] == message]
            raise MetricResolutionError(message=message, failed_metrics=same)
        return {key: self._values[key] for key in wanted}

    def _answer(self, wanted: list[Any]) -> None:
        tasks = []
        for one in wanted:
            try:
                tasks.append(self._task(one))
            except Exception as error:
                self._failures[one.id] = str(error.args[0]) if error.args else repr(error)
        answers = resolve(tasks)
        self._values |= answers.values
        self._failures |= answers.failures

    def _task(self, one: Any) -> MetricTask:
        domain, batch = one.metric_domain_kwargs, self._batch(one.metric_domain_kwargs.get("batch_id"))
        _, found = get_metric_provider(one.metric_name, self)
        planner = cast(Planner, found)
        said = domain.get("row_condition")
        scope_key = (domain.get("batch_id"), IDDict({"condition": said}).to_id())
        scope = RowDomain(scope_key, batch.frame, row_filter(said, batch.schema))
        arguments = {key: value for key, value in one.metric_value_kwargs.items() if key != "result_format"}
        rule = (one.metric_name.rsplit(".", 1)[0], one.metric_domain_kwargs_id, IDDict(arguments).to_id())
        return MetricTask(
            one.id, scope, rule, planner(MetricRequest(one.metric_name, domain, one.metric_value_kwargs, batch.schema))
        )

    def _batch(self, batch_id: str | None) -> PolarsBatchData:
        manager = self.batch_manager
        found: Any = manager.batch_data_cache.get(batch_id) if batch_id else manager.active_batch_data
        if not isinstance(found, PolarsBatchData):
            raise ExecutionEngineError(f"no Polars frame is loaded as batch {batch_id!r}")
        return found

    def condition_to_filter_clause(self, condition: Condition) -> pl.Expr:
        """A row condition as an expression over the batch loaded last."""
        return condition_expression(condition, self._batch(None).schema)

    # The library's own way of putting conditions together, part by part, is not gone here.
    _comparison_condition_to_filter_clause = condition_to_filter_clause
    _nullity_condition_to_filter_clause = condition_to_filter_clause
    _and_condition_to_filter_clause = condition_to_filter_clause
    _or_condition_to_filter_clause = condition_to_filter_clause


_TIMES = "__times_it_stands__"

Found = TypeVar("Found")


@dataclass(frozen=True)
class RowDomain:
    """Rows of a batch that fulfil one row condition; `key` tells scopes apart."""

    key: Hashable
    frame: pl.LazyFrame
    condition: pl.Expr | None = None

    def rows(self, *, are_placed: bool = False) -> pl.LazyFrame:
        """The rows; if asked for, with their places in the whole frame, from 0."""
        frame = self.frame.with_row_index(ROW_INDEX) if are_placed else self.frame
        return frame if self.condition is None else frame.filter(self.condition)


@dataclass(frozen=True)
class MetricTask:
    """One metric to answer. `breach` is the same for tasks that ask about breaches of the same rule."""

    id: Hashable
    scope: RowDomain
    breach: Hashable
    plan: Plan

    def parts(self) -> dict[Hashable, pl.Expr]:
        """The expressions of the first collect, by a key under which equal ones meet."""
        if isinstance(self.plan, AggregatePlan):
            return {(self.id, place): part for place, part in enumerate(self.plan.parts)}
        return {self.breach: _breaches(self.plan.rule)} if isinstance(self.plan, CountPlan | SamplePlan) else {}


@dataclass
class ResolvedMetrics:
    """Values and failures by the id of the task: each task has one or the other."""

    values: dict[Hashable, Any] = field(default_factory=dict)
    failures: dict[Hashable, str] = field(default_factory=dict)


def resolve(tasks: Iterable[MetricTask]) -> ResolvedMetrics:
    """Answer every task, or say why it cannot be answered; a failure of one leaves the others alone."""
    answers, asking = ResolvedMetrics(), []
    for task in tasks:
        if isinstance(task.plan, KnownPlan):
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
    tasks: Sequence[MetricTask], work: Callable[[Sequence[MetricTask]], dict[Hashable, Found]], answers: ResolvedMetrics
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


def _breaches(rule: MapRule) -> pl.Expr:
    """How many rows break the rule; of what should stand once, above zero as soon as something may stand twice."""
    if not rule.unique:
        return rule.broken().sum().cast(pl.Int64)
    key = pl.struct(rule.unique) if len(rule.unique) > 1 else pl.col(rule.unique[0])
    hashes = key.hash() if rule.looked_at is None else key.hash().filter(rule.looked_at)
    return rule.size() - hashes.n_unique().cast(pl.Int64)


def _numbers(tasks: Sequence[MetricTask]) -> dict[Hashable, list[Any]]:
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


def _numbers_of_nothing(tasks: Sequence[MetricTask]) -> dict[Hashable, list[Any]]:
    """The same over no rows: collecting the schema alone would not find every unfit type."""
    scopes: dict[Hashable, RowDomain] = {}
    for task in tasks:
        if task.scope.key not in scopes:
            nothing = pl.LazyFrame(schema=task.scope.frame.collect_schema())
            scopes[task.scope.key] = RowDomain(task.scope.key, nothing, task.scope.condition)
    return _numbers([MetricTask(task.id, scopes[task.scope.key], task.breach, task.plan) for task in tasks])


def _is_settled(task: MetricTask, numbers: list[Any], answers: ResolvedMetrics) -> bool:
    """Whether the numbers are the answer; not so where rows, or an exact count, are still to be fetched."""
    if isinstance(task.plan, AggregatePlan):
        answers.values[task.id] = task.plan.finish(*numbers)
    elif isinstance(task.plan, CountPlan) and (numbers[0] == 0 or not task.plan.rule.unique):
        answers.values[task.id] = numbers[0]
    elif isinstance(task.plan, SamplePlan) and numbers[0] == 0:
        answers.values[task.id] = task.plan.shape([])
    return task.id in answers.values


def _rows(tasks: Sequence[MetricTask]) -> dict[Hashable, pl.DataFrame]:
    """What is still asked; values and places of the same rows are fetched once."""
    together: dict[Hashable, list[MetricTask]] = {}
    for task in tasks:
        limit = task.plan.limit if isinstance(task.plan, SamplePlan) else "all counted"
        together.setdefault((task.breach, limit), []).append(task)
    frames = pl.collect_all([_still_asked(same) for same in together.values()])
    return {task.id: frame for same, frame in zip(together.values(), frames, strict=True) for task in same}


def _still_asked(same: Sequence[MetricTask]) -> pl.LazyFrame:
    scope, plan = same[0].scope, same[0].plan
    if isinstance(plan, CountPlan):
        return _repeated(scope, plan.rule).select(pl.col(_TIMES).sum())
    if not isinstance(plan, SamplePlan):
        raise TypeError(f"no rows answer {plan}")
    columns = dict.fromkeys(name for task in same if isinstance(task.plan, SamplePlan) for name in task.plan.columns)
    rule, placed = plan.rule, scope.rows(are_placed=True)
    if rule.unique:
        repeated = _repeated(scope, rule).drop(_TIMES)
        within = rule.within(placed).join(repeated, on=list(rule.unique), how="semi", nulls_equal=True)
        rows = within.select(ROW_INDEX, *columns).sort(ROW_INDEX)
    else:
        rows = placed.filter(rule.broken()).select(ROW_INDEX, *columns)
    return rows if plan.limit is None else rows.head(plan.limit)


def _repeated(scope: RowDomain, rule: MapRule) -> pl.LazyFrame:
    """What stands more than once, and how often."""
    counted = rule.within(scope.rows()).group_by(rule.unique).agg(pl.len().cast(pl.Int64).alias(_TIMES))
    return counted.filter(pl.col(_TIMES) > 1)


def _shaped(plan: Plan, rows: pl.DataFrame) -> object:
    return plan.shape(rows.to_dicts()) if isinstance(plan, SamplePlan) else rows.item()
