"""How the engine is taught metrics, and which expectations it supports."""

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
)

_MOST_VALUES = 200  # the library's own bound on unexpected values under COMPLETE

_COMMON = ("batch_id", "table", "row_condition", "condition_parser")

_DOMAINS: dict[str, tuple[str, ...]] = {
    "column": (*_COMMON, "column"),
    "column_pair": (*_COMMON, "column_A", "column_B", "ignore_row_if"),
    "multicolumn": (*_COMMON, "column_list", "ignore_row_if"),
}

RuleFunction = Callable[[MetricRequest], MapRule]

PLANNERS: dict[str, Planner] = {}


class PlannedMetric(MetricProvider):
    """A metric that needs no other: so a whole suite arrives in one round."""

    @classmethod
    def _get_evaluation_dependencies(cls, *_: object, **__: object) -> dict[str, Any]:
        return {}


def metric(name: str) -> Callable[[Planner], Planner]:
    """Register a planner for a metric that Great Expectations already knows."""

    def keep(planner: Planner) -> Planner:
        known = _registered_metrics[name]
        _register(name, known["metric_domain_keys"], known["metric_value_keys"], planner)
        return planner

    return keep


def map_metric(
    name: str, domain: str = "column", values: tuple[str, ...] = ()
) -> Callable[[RuleFunction], RuleFunction]:
    """Register a rule for map metric `name`: one of the library's, or a new one.

    For a new one `domain` says what it looks at (column, column_pair, multicolumn), and `values` which
    arguments it takes.
    """

    def keep(rule_of: RuleFunction) -> RuleFunction:
        for suffix, planner in _family(rule_of).items():
            full = f"{name}.{suffix}"
            known: Mapping[str, Any] = _registered_metrics.get(full, {})
            asked = values if suffix.endswith("count") else (*values, "result_format")
            _register(
                full,
                known.get("metric_domain_keys", _DOMAINS[domain]),
                known.get("metric_value_keys", asked),
                planner,
            )
        return rule_of

    return keep


def _register(name: str, domain_keys: tuple[str, ...], value_keys: tuple[str, ...], planner: Planner) -> None:
    PLANNERS[name] = planner
    register_metric(
        metric_name=name,
        metric_domain_keys=domain_keys,
        metric_value_keys=value_keys,
        execution_engine=PolarsExecutionEngine,
        metric_class=PlannedMetric,
        metric_provider=planner,
        metric_fn_type=MetricFunctionTypes.VALUE,
    )


def _family(rule_of: RuleFunction) -> dict[str, Planner]:
    return {
        "unexpected_count": lambda asked: CountPlan(rule_of(asked)),
        "filtered_row_count": lambda asked: AggregatePlan((rule_of(asked).size(),), int),
        "unexpected_values": lambda asked: _values(asked, rule_of(asked)),
        "unexpected_index_list": lambda asked: _places(asked, rule_of(asked)),
        "unexpected_rows": lambda asked: _rows(asked, rule_of(asked)),
        # A query would list the places of all bad rows in another library's language.
        "unexpected_index_query": lambda asked: KnownPlan(None),
    }


def _limit(asked: MetricRequest, most: int | None) -> int | None:
    said = asked.values["result_format"]
    if said["result_format"] == "COMPLETE":
        return most
    count = int(said["partial_unexpected_count"])
    return count if most is None else min(count, most)


def _values(asked: MetricRequest, broken: MapRule) -> Plan:
    """Values at fault: one column's as they are, a pair's as tuples, several columns' by name."""
    columns = tuple(asked.columns())

    def shape(rows: list[dict[str, Any]]) -> list[Any]:
        if "column_list" in asked.domain:
            return [{name: row[name] for name in columns} for row in rows]
        found = [tuple(row[name] for name in columns) for row in rows]
        return found if len(columns) > 1 else [one for (one,) in found]

    return SamplePlan(broken, columns, _limit(asked, _MOST_VALUES), shape)


def _places(asked: MetricRequest, broken: MapRule) -> Plan:
    """Places of rows from 0; where columns are to name them, the values at fault and those columns instead."""
    naming = asked.values["result_format"].get("unexpected_index_column_names")
    if not naming:
        return SamplePlan(broken, (), _limit(asked, None), _places_of)
    columns = tuple(dict.fromkeys([*asked.columns(), *(asked.known(name) for name in naming)]))
    return SamplePlan(broken, columns, _limit(asked, None), lambda rows: [_named(row, columns) for row in rows])


def _rows(asked: MetricRequest, broken: MapRule) -> Plan:
    columns = tuple(asked.schema)
    return SamplePlan(broken, columns, _limit(asked, _MOST_VALUES), lambda rows: [_named(row, columns) for row in rows])


def _places_of(rows: list[dict[str, Any]]) -> list[int]:
    return [row[ROW_INDEX] for row in rows]


def _named(row: dict[str, Any], columns: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in columns}


# Metrics are there, meaning is not: one counts the rows of another table, one names types of another library.
_UNANSWERED = frozenset({"ExpectTableRowCountToEqualOtherTable", "ExpectColumnTypeToBe"})


class UnsupportedExpectation(NotImplementedError):
    """A suite holds what the engine cannot answer."""


def is_supported(kind: type[Expectation]) -> bool:
    """Whether the engine can answer expectations of this class."""
    of_rows = getattr(kind, "map_metric", None)
    needs = (f"{of_rows}.unexpected_count",) if of_rows else tuple(getattr(kind, "metric_dependencies", ()))
    return bool(needs) and kind.__name__ not in _UNANSWERED and all(name in PLANNERS for name in needs)


def supported_expectations() -> tuple[str, ...]:
    """The names of the library's expectations that the engine can answer."""
    return tuple(name for name, kind in sorted(vars(gxe).items()) if isinstance(kind, type) and is_supported(kind))


def check_supported(expectations: Iterable[Expectation]) -> None:
    """Raise UnsupportedExpectation, naming all at once, where the engine cannot answer every one."""
    problems = [problem for place, one in enumerate(expectations) if (problem := _problem(place, one))]
    if problems:
        raise UnsupportedExpectation("; ".join(problems))


def build_suite(name: str, expectations: Iterable[Expectation]) -> ExpectationSuite:
    """A suite that the engine can answer; raises UnsupportedExpectation."""
    kept = list(expectations)
    check_supported(kept)
    return ExpectationSuite(name, expectations=kept)


def _problem(place: int, one: Expectation) -> str:
    where = f"expectation {place + 1}, {type(one).__name__}"
    if not is_supported(type(one)):
        return f"{where}: not supported on Polars; supported are: {', '.join(supported_expectations())}"
    said = getattr(one, "row_condition", None)
    if isinstance(said, PassThroughCondition) or not isinstance(said, Condition | None):
        return f"{where}: its row condition is text for another engine; write it with Column(...)"
    return ""
