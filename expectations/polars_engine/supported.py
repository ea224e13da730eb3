"""Which expectations the engine can answer, and the refusal of the others before anything runs."""

from __future__ import annotations

from collections.abc import Iterable

import great_expectations.expectations as gxe
from great_expectations import ExpectationSuite
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Condition, PassThroughCondition

from .registry import PLANNERS

# Metrics are there, meaning is not: one counts the rows of another table, one names types of another library.
_UNANSWERED = frozenset({"ExpectTableRowCountToEqualOtherTable", "ExpectColumnTypeToBe"})


class UnsupportedExpectation(NotImplementedError):
    """A suite holds what the engine cannot answer."""


def is_supported(kind: type[Expectation]) -> bool:
    """Whether the engine can answer expectations of this class."""
    of_rows = getattr(kind, "map_metric", None)
    needs = (f"{of_rows}.unexpected_count",) if of_rows else tuple(getattr(kind, "metric_dependencies", ()))
    return bool(needs) and kind.__name__ not in _UNANSWERED and all(name in PLANNERS for name in needs)


def supported() -> tuple[str, ...]:
    """The names of the library's expectations that the engine can answer."""
    return tuple(name for name, kind in sorted(vars(gxe).items()) if isinstance(kind, type) and is_supported(kind))


def check_suite(expectations: Iterable[Expectation]) -> None:
    """Raise UnsupportedExpectation, naming all at once, where the engine cannot answer every one."""
    problems = [problem for place, one in enumerate(expectations) if (problem := _problem(place, one))]
    if problems:
        raise UnsupportedExpectation("; ".join(problems))


def suite(name: str, expectations: Iterable[Expectation]) -> ExpectationSuite:
    """A suite that the engine can answer; raises UnsupportedExpectation."""
    kept = list(expectations)
    check_suite(kept)
    return ExpectationSuite(name, expectations=kept)


def _problem(place: int, one: Expectation) -> str:
    where = f"expectation {place + 1}, {type(one).__name__}"
    if not is_supported(type(one)):
        return f"{where}: not supported on Polars; supported are: {', '.join(supported())}"
    said = getattr(one, "row_condition", None)
    if isinstance(said, PassThroughCondition) or not isinstance(said, Condition | None):
        return f"{where}: its row condition is text for another engine; write it with Column(...)"
    return ""
