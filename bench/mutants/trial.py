"""`python trial.py FILE`: pytest in a copy of the checkout, with the order in a file of JSON.

The first run measures which lines each test runs, and how long it takes. The run of a mutant takes the tests it is
given, in their order, and ends with the first failure.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest
from coverage import Coverage

_PYTEST = [
    "-q",
    "-x",
    "--rootdir=.",
    "--no-header",
    "--tb=short",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:randomly",
    "-p",
    "no:xdist",
]


class _Chosen:
    """Keeps the chosen tests, in the order they were chosen in."""

    def __init__(self, tests: Sequence[str]) -> None:
        self._places = {test: place for place, test in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        chosen = [item for item in items if item.nodeid in self._places]
        items[:] = sorted(chosen, key=lambda item: self._places[item.nodeid])


class _Measured:
    """The lines of each test, and its seconds; what a fixture runs belongs to all tests of its file."""

    def __init__(self, coverage: Coverage) -> None:
        self._coverage = coverage
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        self._coverage.switch_context(item.nodeid.partition("::")[0])
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        self._coverage.switch_context(item.nodeid)
        return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration


def _measure(files: list[str], sources: list[str], answer: Path) -> int:
    coverage = Coverage(data_file=None, include=sources, config_file=False)
    measured = _Measured(coverage)
    coverage.start()
    code = pytest.main([*_PYTEST, *files], plugins=[measured])
    coverage.stop()
    data = coverage.get_data()
    here = Path.cwd()
    lines = {Path(file).relative_to(here).as_posix(): data.contexts_by_lineno(file) for file in data.measured_files()}
    answer.write_text(json.dumps({"seconds": measured.seconds, "lines": lines}), encoding="utf-8")
    return int(code)


if __name__ == "__main__":
    order = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    if "sources" in order:
        sys.exit(_measure(order["files"], order["sources"], Path(order["answer"])))
    sys.exit(int(pytest.main([*_PYTEST, *order["files"]], plugins=[_Chosen(order["tests"])])))
