"""The execution engine: resolves all metrics of a suite with one collect of a lazy frame.

Every expression is first tried on a frame without rows, so that one that fails does not spoil the other answers.
Then one row of numbers is collected per row condition, all of them in one `collect_all`. Only where a count is above
zero a second `collect_all` fetches exact counts of repeated values and the offending rows.
"""

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

_OCCURRENCES = "__occurrences__"
Found = TypeVar("Found")


class PolarsBatchData(BatchData):
    """A lazy frame with its schema. NaN becomes null, as the library's pandas engine treats it."""

    def __init__(self, engine: ExecutionEngine[pl.Expr], frame: pl.LazyFrame) -> None:
        super().__init__(engine)
        self.schema = frame.collect_schema()
        floats = [name for name, dtype in self.schema.items() if dtype.is_float()]
        self.frame = frame.with_columns(pl.col(floats).fill_nan(None)) if floats else frame


class PolarsExecutionEngine(ExecutionEngine[pl.Expr]):
    """Great Expectations' view of the engine.

    Not a subclass of the pandas engine: the library looks metric providers up along the class hierarchy and would hand
    lazy frames to pandas code. A metric without a provider fails with an error.
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
        batch_spec.batch_data = "polars.LazyFrame"  # the specification is stored as text
        markers = BatchMarkers({"ge_load_time": datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")})
        return PolarsBatchData(self, frame.lazy()), markers

    def load_batch_data(self, batch_id: str, batch_data: Any) -> None:
        """Load a batch and forget earlier answers: a batch id names the asset, not its content."""
        self._values.clear()
        self._failures.clear()
        super().load_batch_data(batch_id, batch_data)

    def resolve_metrics(
        self, metrics_to_resolve: Iterable[Any], metrics: Any = None, runtime_configuration: Any = None
    ) -> dict[Any, Any]:
        """Values of the metrics by id, all found together.

        Raises MetricResolutionError for those that failed. The caller then retries: a known failure is raised again
        without further work, and the values of the others are returned once the failed metrics are set aside.
        """
        wanted = {one.id: one for one in metrics_to_resolve}
        tasks = []
        for one in wanted.values():
            if one.id in self._values or one.id in self._failures:
                continue
            try:
                tasks.append(self._task(one))
            except Exception as error:
                self._failures[one.id] = str(error.args[0]) if error.args else repr(error)
        answers = resolve(tasks)
        self._values |= answers.values
        self._failures |= answers.failures
        failed = sorted((key for key in wanted if key in self._failures), key=str)
        if failed:
            # The caller stores one message for all metrics of an error: raising one message at a time keeps each.
            message = self._failures[failed[0]]
            same = [wanted[key] for key in failed if self._failures[key] == message]
            raise MetricResolutionError(message=message, failed_metrics=same)
        return {key: self._values[key] for key in wanted}

    def _task(self, metric: Any) -> MetricTask:
        domain, batch = metric.metric_domain_kwargs, self._batch(metric.metric_domain_kwargs.get("batch_id"))
        _, provider = get_metric_provider(metric.metric_name, self)
        request = MetricRequest(metric.metric_name, domain, metric.metric_value_kwargs, batch.schema)
        row_condition = domain.get("row_condition")
        rows = RowDomain(
            (domain.get("batch_id"), IDDict({"condition": row_condition}).to_id()),
            batch.frame,
            row_filter(row_condition, batch.schema),
        )
        arguments = {key: value for key, value in metric.metric_value_kwargs.items() if key != "result_format"}
        rule_key = (metric.metric_name.rsplit(".", 1)[0], metric.metric_domain_kwargs_id, IDDict(arguments).to_id())
        return MetricTask(metric.id, rows, rule_key, cast(Planner, provider)(request))

    def _batch(self, batch_id: str | None) -> PolarsBatchData:
        manager = self.batch_manager
        found: Any = manager.batch_data_cache.get(batch_id) if batch_id else manager.active_batch_data
        if not isinstance(found, PolarsBatchData):
            raise ExecutionEngineError(f"no Polars frame is loaded as batch {batch_id!r}")
        return found

    def condition_to_filter_clause(self, condition: Condition) -> pl.Expr:
        """A row condition as an expression over the batch that was loaded last."""
        return condition_expression(condition, self._batch(None).schema)

    # The library would put conditions together part by part; every part is translated at once here.
    _comparison_condition_to_filter_clause = condition_to_filter_clause
    _nullity_condition_to_filter_clause = condition_to_filter_clause
    _and_condition_to_filter_clause = condition_to_filter_clause
    _or_condition_to_filter_clause = condition_to_filter_clause


@dataclass(frozen=True)
class RowDomain:
    """The rows of a batch that fulfil one row condition; `key` tells domains apart."""

    key: Hashable
    frame: pl.LazyFrame
    condition: pl.Expr | None = None

    def rows(self, *, with_index: bool = False) -> pl.LazyFrame:
        """The rows, with ROW_INDEX, the place in the frame before filtering, if asked for."""
        frame = self.frame.with_row_index(ROW_INDEX) if with_index else self.frame
        return frame if self.condition is None else frame.filter(self.condition)


@dataclass(frozen=True)
class MetricTask:
    """One metric to resolve. `rule_key` is the same for all metrics about breaches of one rule."""

    id: Hashable
    domain: RowDomain
    rule_key: Hashable
    plan: Plan

    def parts(self) -> dict[Hashable, pl.Expr]:
        """The expressions of the first collect; equal ones share a key and are computed once."""
        match self.plan:
            case AggregatePlan(parts):
                return {(self.id, number): part for number, part in enumerate(parts)}
            case CountPlan(rule) | SamplePlan(rule):
                return {self.rule_key: _breach_count(rule)}
        return {}


@dataclass
class ResolvedMetrics:
    """Values and failures by the id of the task: every task has one or the other."""

    values: dict[Hashable, Any] = field(default_factory=dict)
    failures: dict[Hashable, str] = field(default_factory=dict)


def resolve(tasks: Iterable[MetricTask]) -> ResolvedMetrics:
    """Resolve every task; the failure of one leaves the others alone."""
    answers, pending = ResolvedMetrics(), []
    for task in tasks:
        if isinstance(task.plan, KnownPlan):
            answers.values[task.id] = task.plan.value
        else:
            pending.append(task)
    tried = _attempt(pending, _numbers_of_no_rows, answers)
    sound = [task for task in pending if task.id in tried]
    numbers = _attempt(sound, _numbers, answers)
    unfinished = []
    for task in sound:
        if task.id not in numbers:
            continue
        first, plan = numbers[task.id], task.plan
        if isinstance(plan, AggregatePlan):
            answers.values[task.id] = plan.finish(*first)
        elif isinstance(plan, CountPlan) and (first[0] == 0 or not plan.rule.unique):
            answers.values[task.id] = first[0]
        elif isinstance(plan, SamplePlan) and first[0] == 0:
            answers.values[task.id] = plan.shape([])
        else:
            unfinished.append(task)
    rows = _attempt(unfinished, _breaches, answers)
    for task in unfinished:
        if task.id in rows:
            found, plan = rows[task.id], task.plan
            answers.values[task.id] = plan.shape(found.to_dicts()) if isinstance(plan, SamplePlan) else found.item()
    return answers


def _attempt(
    tasks: Sequence[MetricTask],
    work: Callable[[Sequence[MetricTask]], dict[Hashable, Found]],
    answers: ResolvedMetrics,
) -> dict[Hashable, Found]:
    """The result of `work` for the tasks together; if that fails, for each alone, recording the failures."""
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


def _breach_count(rule: MapRule) -> pl.Expr:
    """The number of rows that break the rule; for uniqueness a number above zero as soon as a value may repeat."""
    if not rule.unique:
        return rule.is_broken().sum().cast(pl.Int64)
    key = pl.struct(rule.unique) if len(rule.unique) > 1 else pl.col(rule.unique[0])
    hashes = key.hash() if rule.applies_to is None else key.hash().filter(rule.applies_to)
    return rule.checked_count() - hashes.n_unique().cast(pl.Int64)


def _numbers(tasks: Sequence[MetricTask]) -> dict[Hashable, list[Any]]:
    """The numbers of every task, from one row per domain."""
    domains = {task.domain.key: task.domain for task in tasks}
    parts: dict[Hashable, dict[Hashable, pl.Expr]] = {key: {} for key in domains}
    for task in tasks:
        parts[task.domain.key] |= task.parts()
    selected = [
        domain.rows().select(part.alias(str(number)) for number, part in enumerate(parts[key].values()))
        for key, domain in domains.items()
    ]
    rows = [frame.row(0) for frame in pl.collect_all(selected)]
    found = {key: dict(zip(parts[key], row, strict=True)) for key, row in zip(domains, rows, strict=True)}
    return {task.id: [found[task.domain.key][part] for part in task.parts()] for task in tasks}


def _numbers_of_no_rows(tasks: Sequence[MetricTask]) -> dict[Hashable, list[Any]]:
    """The same over no rows: resolving the schema alone would not find every unfit type."""
    domains: dict[Hashable, RowDomain] = {}
    for task in tasks:
        if task.domain.key not in domains:
            no_rows = pl.LazyFrame(schema=task.domain.frame.collect_schema())
            domains[task.domain.key] = RowDomain(task.domain.key, no_rows, task.domain.condition)
    return _numbers([MetricTask(task.id, domains[task.domain.key], task.rule_key, task.plan) for task in tasks])


def _breaches(tasks: Sequence[MetricTask]) -> dict[Hashable, pl.DataFrame]:
    """Exact counts and offending rows, by task; values and places of the same rows are fetched once."""
    groups: dict[Hashable, list[MetricTask]] = {}
    for task in tasks:
        limit = task.plan.limit if isinstance(task.plan, SamplePlan) else "count"
        groups.setdefault((task.rule_key, limit), []).append(task)
    frames = pl.collect_all([_breaches_of_rule(group) for group in groups.values()])
    return {task.id: frame for group, frame in zip(groups.values(), frames, strict=True) for task in group}


def _breaches_of_rule(group: Sequence[MetricTask]) -> pl.LazyFrame:
    domain, plan = group[0].domain, group[0].plan
    if isinstance(plan, CountPlan):
        return _repeated(domain, plan.rule).select(pl.col(_OCCURRENCES).sum())
    if not isinstance(plan, SamplePlan):
        raise TypeError(f"no rows answer {plan}")
    columns = dict.fromkeys(name for task in group if isinstance(task.plan, SamplePlan) for name in task.plan.columns)
    rule, indexed = plan.rule, domain.rows(with_index=True)
    if rule.unique:
        repeated = _repeated(domain, rule).drop(_OCCURRENCES)
        checked = rule.checked(indexed).join(repeated, on=list(rule.unique), how="semi", nulls_equal=True)
        rows = checked.select(ROW_INDEX, *columns).sort(ROW_INDEX)
    else:
        rows = indexed.filter(rule.is_broken()).select(ROW_INDEX, *columns)
    return rows if plan.limit is None else rows.head(plan.limit)


def _repeated(domain: RowDomain, rule: MapRule) -> pl.LazyFrame:
    """Values that occur more than once, with _OCCURRENCES."""
    counted = rule.checked(domain.rows()).group_by(rule.unique).agg(pl.len().cast(pl.Int64).alias(_OCCURRENCES))
    return counted.filter(pl.col(_OCCURRENCES) > 1)
