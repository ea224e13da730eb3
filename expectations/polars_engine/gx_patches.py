"""Spares the library work that it does again and again while it validates a suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

Result = TypeVar("Result")


@contextmanager
def cached_configurations() -> Iterator[None]:
    """While it lasts, the library makes an expectation of its configuration, and the configuration of an expectation,
    once instead of about a hundred times.

    Over few rows more than half of the time that a suite takes goes into that. Neither may be changed meanwhile, and
    one `remembered` must have ended before the next begins.
    """
    of_expectation, of_configuration = vars(Expectation)["configuration"], ExpectationConfiguration.to_domain_obj
    _say(property(_once(of_expectation.fget)), _once(of_configuration))
    try:
        yield
    finally:
        _say(of_expectation, of_configuration)


def _once(make: Callable[[Any], Result]) -> Callable[[Any], Result]:
    # Each with what it is made of: were that gone, another could come to its place in memory and so to its number.
    known: dict[int, tuple[object, Result]] = {}

    def made(of: object) -> Result:
        if id(of) not in known:
            known[id(of)] = of, make(of)
        return known[id(of)][1]

    return made


def _say(configuration: property, to_domain_obj: Callable[[Any], Expectation]) -> None:
    setattr(Expectation, "configuration", configuration)  # noqa: B010 - to a type checker both are methods
    setattr(ExpectationConfiguration, "to_domain_obj", to_domain_obj)  # noqa: B010
