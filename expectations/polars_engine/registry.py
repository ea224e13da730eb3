"""Metrics are registered for the engine here, and which expectations it supports follows from them.

`map_metric` and `metric` register a planner with Great Expectations. A rule over a column, a pair or several columns
becomes the family of metrics that the library requests: `<metric>.unexpected_count`, `.unexpected_values`,
`.unexpected_index_list` and so on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import great_expectations.expectations as gxe
from great_expectations import ExpectationSuite
from great_expectations.core.metric_function_types import MetricFunctionTypes
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metrics.metric_provider import MetricProvider
from great_expectations.expectations.registry import _registered_metrics, register_metric
from great_expectations.expectations.row_conditions import Condition, PassThroughCondition

from .engine import PolarsExecutionEngine
from .plans import ROW_INDEX, AggregatePlan, CountPlan, KnownPlan, MapRule, MetricRequest, Plan, Planner, SamplePlan

_MOST_VALUES = 200  # the library's own bound on unexpected values under COMPLETE
_COMMON = ("batch_id", "table", "row_condition", "condition_parser")
_DOMAINS: dict[str, tuple[str, ...]] = {
    "column": (*_COMMON, "column"),
    "column_pair": (*_COMMON, "column_A", "column_B", "ignore_row_if"),
    "multicolumn": (*_COMMON, "column_list", "ignore_row_if"),
}
# Their metrics are registered, but mean something else: one counts the rows of another table, one names pandas types.
_UNSUPPORTED = frozenset({"ExpectTableRowCountToEqualOtherTable", "ExpectColumnTypeToBe"})
RuleFunction = Callable[[MetricRequest], MapRule]
_planners: dict[str, Planner] = {}


class UnsupportedExpectation(NotImplementedError):
    """A suite contains expectations that the engine cannot answer."""


class PlannedMetric(MetricProvider):
    """A metric without dependencies, so that the library requests all metrics of a suite at once."""

    @classmethod
    def _get_evaluation_dependencies(cls, *_: object, **__: object) -> dict[str, Any]:
        return {}


def metric(name: str) -> Callable[[Planner], Planner]:
    """Register a planner for a metric that Great Expectations already knows."""

    def register(planner: Planner) -> Planner:
        known = _registered_metrics[name]
        _register(name, known["metric_domain_keys"], known["metric_value_keys"], planner)
        return planner

    return register


def map_metric(
    name: str, domain: str = "column", arguments: tuple[str, ...] = ()
) -> Callable[[RuleFunction], RuleFunction]:
    """Register a rule for map metric `name`, one of the library's or a new one.

    For a new one, `domain` is column, column_pair or multicolumn, and `arguments` are the names of its arguments.
    """

    def register(rule: RuleFunction) -> RuleFunction:
        planners: dict[str, Planner] = {
            "unexpected_count": lambda request: CountPlan(rule(request)),
            "filtered_row_count": lambda request: AggregatePlan((rule(request).checked_count(),), int),
            "unexpected_values": lambda request: _unexpected_values(request, rule(request)),
            "unexpected_index_list": lambda request: _unexpected_rows_named(request, rule(request)),
            "unexpected_rows": lambda request: _unexpected_rows(request, rule(request), tuple(request.schema)),
            # The query would list the offending rows in the language of another library.
            "unexpected_index_query": lambda _: KnownPlan(None),
        }
        for suffix, planner in planners.items():
            full_name = f"{name}.{suffix}"
            known: Mapping[str, Any] = _registered_metrics.get(full_name, {})
            own = arguments if suffix.endswith("count") else (*arguments, "result_format")
            domain_keys = known.get("metric_domain_keys", _DOMAINS[domain])
            _register(full_name, domain_keys, known.get("metric_value_keys", own), planner)
        return rule

    return register


def is_supported(kind: type[Expectation]) -> bool:
    """Whether the engine can answer expectations of this class."""
    map_metric_name = getattr(kind, "map_metric", None)
    if map_metric_name:
        needed: tuple[str, ...] = (f"{map_metric_name}.unexpected_count",)
    else:
        needed = tuple(getattr(kind, "metric_dependencies", ()))
    return bool(needed) and kind.__name__ not in _UNSUPPORTED and all(name in _planners for name in needed)


def supported_expectations() -> tuple[str, ...]:
    """The names of the library's expectations that the engine can answer."""
    return tuple(name for name, kind in sorted(vars(gxe).items()) if isinstance(kind, type) and is_supported(kind))


def check_supported(expectations: Iterable[Expectation]) -> None:
    """Raise UnsupportedExpectation, naming all of them at once, for expectations the engine cannot answer."""
    problems = []
    for number, expectation in enumerate(expectations, 1):
        where = f"expectation {number}, {type(expectation).__name__}"
        row_condition = getattr(expectation, "row_condition", None)
        if not is_supported(type(expectation)):
            supported = ", ".join(supported_expectations())
            problems.append(f"{where}: not supported on Polars; supported are: {supported}")
        elif isinstance(row_condition, PassThroughCondition) or not isinstance(row_condition, Condition | None):
            problems.append(f"{where}: its row condition is text for another engine; write it with Column(...)")
    if problems:
        raise UnsupportedExpectation("; ".join(problems))


def build_suite(name: str, expectations: Iterable[Expectation]) -> ExpectationSuite:
    """A suite that the engine can answer. Raises UnsupportedExpectation."""
    expectations = list(expectations)
    check_supported(expectations)
    return ExpectationSuite(name, expectations=expectations)


def _register(name: str, domain_keys: tuple[str, ...], value_keys: tuple[str, ...], planner: Planner) -> None:
    _planners[name] = planner
    register_metric(
        metric_name=name,
        metric_domain_keys=domain_keys,
        metric_value_keys=value_keys,
        execution_engine=PolarsExecutionEngine,
        metric_class=PlannedMetric,
        metric_provider=planner,
        metric_fn_type=MetricFunctionTypes.VALUE,
    )


def _unexpected_values(request: MetricRequest, rule: MapRule) -> Plan:
    """Offending values: of one column as they are, of a pair as tuples, of several columns by name."""
    columns = tuple(request.columns())

    def shape(rows: list[dict[str, Any]]) -> list[Any]:
        if "column_list" in request.domain:
            return [{name: row[name] for name in columns} for row in rows]
        values = [tuple(row[name] for name in columns) for row in rows]
        return values if len(columns) > 1 else [value for (value,) in values]

    return SamplePlan(rule, columns, _limit(request, _MOST_VALUES), shape)


def _unexpected_rows_named(request: MetricRequest, rule: MapRule) -> Plan:
    """Row numbers from 0; or, where columns name the rows, the offending values together with those columns."""
    naming = request.arguments["result_format"].get("unexpected_index_column_names")
    if not naming:
        return SamplePlan(rule, (), _limit(request, None), lambda rows: [row[ROW_INDEX] for row in rows])
    columns = dict.fromkeys([*request.columns(), *(request.existing(name) for name in naming)])
    return _unexpected_rows(request, rule, tuple(columns), most=None)


def _unexpected_rows(
    request: MetricRequest, rule: MapRule, columns: tuple[str, ...], most: int | None = _MOST_VALUES
) -> Plan:
    limit = _limit(request, most)
    return SamplePlan(rule, columns, limit, lambda rows: [{name: row[name] for name in columns} for row in rows])


def _limit(request: MetricRequest, most: int | None) -> int | None:
    """How many offending rows the result format asks for; None for all."""
    result_format = request.arguments["result_format"]
    if result_format["result_format"] == "COMPLETE":
        return most
    count = int(result_format["partial_unexpected_count"])
    return count if most is None else min(count, most)
