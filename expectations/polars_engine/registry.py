"""How the engine learns a metric: decorators that keep a planner and tell Great Expectations of it.

A rule over a column, a pair or several columns becomes the whole family that the library asks for:
`<metric>.unexpected_count`, `.unexpected_values`, `.unexpected_index_list` and so on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from great_expectations.core.metric_function_types import MetricFunctionTypes
from great_expectations.expectations.metrics.metric_provider import MetricProvider
from great_expectations.expectations.registry import _registered_metrics, register_metric

from .core import PolarsExecutionEngine
from .plans import PLACE, Aggregate, Asked, Count, Known, Plan, Planner, Rule, Sample

_MOST_VALUES = 200  # the library's own bound on unexpected values under COMPLETE
_COMMON = ("batch_id", "table", "row_condition", "condition_parser")
_DOMAINS: dict[str, tuple[str, ...]] = {
    "column": (*_COMMON, "column"),
    "column_pair": (*_COMMON, "column_A", "column_B", "ignore_row_if"),
    "multicolumn": (*_COMMON, "column_list", "ignore_row_if"),
}
RuleOf = Callable[[Asked], Rule]
PLANNERS: dict[str, Planner] = {}


class Planned(MetricProvider):
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


def rule(name: str, domain: str = "column", values: tuple[str, ...] = ()) -> Callable[[RuleOf], RuleOf]:
    """Register a rule for map metric `name`: one of the library's, or a new one.

    For a new one `domain` says what it looks at (column, column_pair, multicolumn), and `values` which
    arguments it takes.
    """

    def keep(rule_of: RuleOf) -> RuleOf:
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
        metric_class=Planned,
        metric_provider=planner,
        metric_fn_type=MetricFunctionTypes.VALUE,
    )


def _family(rule_of: RuleOf) -> dict[str, Planner]:
    return {
        "unexpected_count": lambda asked: Count(rule_of(asked)),
        "filtered_row_count": lambda asked: Aggregate((rule_of(asked).size(),), int),
        "unexpected_values": lambda asked: _values(asked, rule_of(asked)),
        "unexpected_index_list": lambda asked: _places(asked, rule_of(asked)),
        "unexpected_rows": lambda asked: _rows(asked, rule_of(asked)),
        # A query would list the places of all bad rows in another library's language.
        "unexpected_index_query": lambda asked: Known(None),
    }


def _limit(asked: Asked, most: int | None) -> int | None:
    said = asked.values["result_format"]
    if said["result_format"] == "COMPLETE":
        return most
    count = int(said["partial_unexpected_count"])
    return count if most is None else min(count, most)


def _values(asked: Asked, broken: Rule) -> Plan:
    """Values at fault: one column's as they are, a pair's as tuples, several columns' by name."""
    columns = tuple(asked.columns())

    def shape(rows: list[dict[str, Any]]) -> list[Any]:
        if "column_list" in asked.domain:
            return [{name: row[name] for name in columns} for row in rows]
        found = [tuple(row[name] for name in columns) for row in rows]
        return found if len(columns) > 1 else [one for (one,) in found]

    return Sample(broken, columns, _limit(asked, _MOST_VALUES), shape)


def _places(asked: Asked, broken: Rule) -> Plan:
    """Places of rows from 0; where columns are to name them, the values at fault and those columns instead."""
    naming = asked.values["result_format"].get("unexpected_index_column_names")
    if not naming:
        return Sample(broken, (), _limit(asked, None), _places_of)
    columns = tuple(dict.fromkeys([*asked.columns(), *(asked.known(name) for name in naming)]))
    return Sample(broken, columns, _limit(asked, None), lambda rows: [_named(row, columns) for row in rows])


def _rows(asked: Asked, broken: Rule) -> Plan:
    columns = tuple(asked.schema)
    return Sample(broken, columns, _limit(asked, _MOST_VALUES), lambda rows: [_named(row, columns) for row in rows])


def _places_of(rows: list[dict[str, Any]]) -> list[int]:
    return [row[PLACE] for row in rows]


def _named(row: dict[str, Any], columns: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in columns}
