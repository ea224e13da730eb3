"""Spares the library work that it does again and again while it validates a suite."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration


@contextmanager
def remembered() -> Iterator[None]:
    """While it lasts, the library makes the configuration of an expectation once instead of about a hundred times.

    Over few rows half of the time that a suite takes goes into that. No expectation may be changed meanwhile, and one
    `remembered` must have ended before the next begins.
    """
    made = vars(Expectation)["configuration"]
    # Each with its expectation: were that gone, another could come to its place in memory and so to its number.
    known: dict[int, tuple[Expectation, ExpectationConfiguration]] = {}

    def configuration(own: Expectation) -> ExpectationConfiguration:
        if id(own) not in known:
            known[id(own)] = own, made.fget(own)
        return known[id(own)][1]

    _say(property(configuration))
    try:
        yield
    finally:
        _say(made)


def _say(configuration: property) -> None:
    setattr(Expectation, "configuration", configuration)  # noqa: B010 - to a type checker it is a method
