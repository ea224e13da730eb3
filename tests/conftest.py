"""What every test shares: quiet libraries, Hypothesis profiles, the engine, and the order in which files are begun."""

import os
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

# What the shell of a developer or an operator sets is not what these tests are about.
for _name in [name for name in os.environ if name.startswith("YAOXIN_")]:
    del os.environ[_name]

_QUIET = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}
settings.register_profile("ci", derandomize=True, max_examples=20, **_QUIET)
settings.register_profile("quick", derandomize=True, max_examples=8, **_QUIET)  # for each mutant, by `make mutants`
settings.register_profile("campaign", max_examples=2000, **_QUIET)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


_TESTS_OF_LAW = tuple(Path(__file__).parent / name for name in ("cases", "transforms/law"))


@pytest.fixture(scope="module", autouse=True)
def engine_of_law(request):
    """Collects with the in-memory engine in the tests of law, as `LawState` does; others with the default, streaming.

    On the few rows of a case the streaming engine takes a third more.
    """
    with pl.Config():
        if any(request.path.is_relative_to(folder) for folder in _TESTS_OF_LAW):
            pl.Config.set_engine_affinity("in-memory")
        yield


def pytest_collection_modifyitems(items):
    """The files marked long come first, each group in the order (random) that it has."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
