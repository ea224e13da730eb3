"""What the gate spares: modules that nobody asks for, and what the library would do anew."""

from __future__ import annotations

import subprocess
import sys

from great_expectations.expectations import ExpectColumnValuesToNotBeNull

from expectations.polars_engine import cached_configurations

_ASKED = """
import sys
import expectations.engine
assert "scipy.stats._stats_py" not in sys.modules and "altair.vegalite" not in sys.modules
from scipy import stats
assert stats.norm.cdf(0) == 0.5
"""


def test_distributions_and_drawings_are_loaded_when_they_are_used() -> None:
    subprocess.run([sys.executable, "-W", "ignore", "-c", _ASKED], check=True)


def test_a_configuration_is_made_once_only_while_it_is_remembered() -> None:
    one, other = (ExpectColumnValuesToNotBeNull(column=name) for name in ("a", "b"))
    with cached_configurations():
        assert one.configuration is one.configuration
        assert other.configuration.kwargs == {"column": "b"}
    assert one.configuration is not one.configuration
