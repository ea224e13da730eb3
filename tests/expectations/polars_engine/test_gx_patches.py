"""The patch of Great Expectations: what it caches, and that the library is its own again afterwards."""

from __future__ import annotations

import great_expectations
import pytest
from great_expectations.expectations import ExpectColumnValuesToNotBeNull
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

from expectations.polars_engine import cached_configurations


def test_a_configuration_is_made_once_only_while_the_patch_lasts() -> None:
    one, other = (ExpectColumnValuesToNotBeNull(column=name) for name in ("a", "b"))
    with cached_configurations():
        assert one.configuration is one.configuration
        assert other.configuration.kwargs == {"column": "b"}
    assert one.configuration is not one.configuration


def test_both_methods_are_the_librarys_own_again_after_an_error() -> None:
    before = vars(Expectation)["configuration"], ExpectationConfiguration.to_domain_obj
    try:
        with cached_configurations():
            assert vars(Expectation)["configuration"] is not before[0]
            raise KeyError
    except KeyError:
        assert (vars(Expectation)["configuration"], ExpectationConfiguration.to_domain_obj) == before


def test_another_version_of_the_library_is_not_patched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(great_expectations, "__version__", "1.25.0")
    one = ExpectColumnValuesToNotBeNull(column="a")
    with cached_configurations():
        assert one.configuration is not one.configuration
