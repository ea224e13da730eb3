"""Patches of Great Expectations. There is one; it was written for, and is applied to, version 1.24 only.

`cached_configurations` caches `Expectation.configuration` and `ExpectationConfiguration.to_domain_obj`. The library
computes each of them about a hundred times per expectation while it validates a suite; over few rows that takes more
than half of the time. There is no setting for it, and the library builds its objects itself, so that a subclass would
not be used. The patch changes speed only: under another version it does nothing, and results stay the same. Remove it
when `ExpectationSuite.run` of a new version no longer computes them again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import great_expectations as gx
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

PATCHED_VERSION = "1.24."
Result = TypeVar("Result")


@contextmanager
def cached_configurations() -> Iterator[None]:
    """Cache the conversions between expectations and their configurations while the context lasts.

    Neither may be changed meanwhile. The patch holds for the process: contexts must not overlap, so suites must
    not be validated in two threads at once.
    """
    if not gx.__version__.startswith(PATCHED_VERSION):
        yield
        return
    configuration, to_domain_obj = vars(Expectation)["configuration"], ExpectationConfiguration.to_domain_obj
    _replace(property(_cached(configuration.fget)), _cached(to_domain_obj))
    try:
        yield
    finally:
        _replace(configuration, to_domain_obj)


def _cached(function: Callable[[Any], Result]) -> Callable[[Any], Result]:
    # The argument is kept with its result: once it were freed, another object could get the same id.
    results: dict[int, tuple[object, Result]] = {}

    def cached(argument: object) -> Result:
        if id(argument) not in results:
            results[id(argument)] = argument, function(argument)
        return results[id(argument)][1]

    return cached


def _replace(configuration: property, to_domain_obj: Callable[[Any], Expectation]) -> None:
    setattr(Expectation, "configuration", configuration)  # noqa: B010 - to a type checker both are methods
    setattr(ExpectationConfiguration, "to_domain_obj", to_domain_obj)  # noqa: B010
