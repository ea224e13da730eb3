"""The engine as Great Expectations knows it."""

# ruff: noqa: ANN401 - the signatures are those of the library

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import UTC, datetime
from typing import Any, cast

import polars as pl
from great_expectations.core.batch import BatchData, BatchMarkers
from great_expectations.core.batch_spec import RuntimeDataBatchSpec
from great_expectations.core.id_dict import IDDict
from great_expectations.exceptions.exceptions import ExecutionEngineError, MetricResolutionError
from great_expectations.execution_engine.execution_engine import ExecutionEngine
from great_expectations.expectations.registry import get_metric_provider
from great_expectations.expectations.row_conditions import Condition

from .conditions import condition, expression
from .plans import Asked, Planner
from .solve import Scope, Task, solve


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
        answers = solve(tasks)
        self._values |= answers.values
        self._failures |= answers.failures

    def _task(self, one: Any) -> Task:
        domain, batch = one.metric_domain_kwargs, self._batch(one.metric_domain_kwargs.get("batch_id"))
        _, found = get_metric_provider(one.metric_name, self)
        planner = cast(Planner, found)
        said = domain.get("row_condition")
        scope_key = (domain.get("batch_id"), IDDict({"condition": said}).to_id())
        scope = Scope(scope_key, batch.frame, condition(said, batch.schema))
        arguments = {key: value for key, value in one.metric_value_kwargs.items() if key != "result_format"}
        rule = (one.metric_name.rsplit(".", 1)[0], one.metric_domain_kwargs_id, IDDict(arguments).to_id())
        return Task(one.id, scope, rule, planner(Asked(one.metric_name, domain, one.metric_value_kwargs, batch.schema)))

    def _batch(self, batch_id: str | None) -> PolarsBatchData:
        manager = self.batch_manager
        found: Any = manager.batch_data_cache.get(batch_id) if batch_id else manager.active_batch_data
        if not isinstance(found, PolarsBatchData):
            raise ExecutionEngineError(f"no Polars frame is loaded as batch {batch_id!r}")
        return found

    def condition_to_filter_clause(self, condition: Condition) -> pl.Expr:
        """A row condition as an expression over the batch loaded last."""
        return expression(condition, self._batch(None).schema)

    # The library's own way of putting conditions together, part by part, is not gone here.
    _comparison_condition_to_filter_clause = condition_to_filter_clause
    _nullity_condition_to_filter_clause = condition_to_filter_clause
    _and_condition_to_filter_clause = condition_to_filter_clause
    _or_condition_to_filter_clause = condition_to_filter_clause
