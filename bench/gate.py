"""One suite of the library's own expectations, on the engine for Polars and on the library's engine for pandas.

Each side has the data in memory in its own kind of frame before time is taken.
"""

from __future__ import annotations

import warnings
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl

from bench.measure import Outcome, Side

with warnings.catch_warnings():
    # Great Expectations 1.24 imports the deprecated sre_constants and uses marshmallow's old interface.
    warnings.simplefilter("ignore", DeprecationWarning)
    import great_expectations as gx
    import great_expectations.expectations as gxe
    from great_expectations.core.expectation_validation_result import (
        ExpectationSuiteValidationResult,
        ExpectationValidationResult,
    )
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.expectations.row_conditions import Column

    from expectations.polars_engine import build_suite

# As in the nightly gate.
_RESULTS = {
    "result_format": "SUMMARY",
    "partial_unexpected_count": 20,
    "unexpected_index_column_names": ["decision_no"],
}
_COUNTS = ("element_count", "unexpected_count", "missing_count")
_FIRST, _LAST = datetime(2000, 1, 1), datetime(2030, 1, 1)  # noqa: DTZ001 - dates have no zone


def penalty_suite() -> gx.ExpectationSuite:
    """What must hold of the invented penalties; `place` in `meta` is the place of each expectation."""
    expectations: list[tuple[str, dict[str, Any]]] = [
        *(("ExpectColumnValuesToNotBeNull", {"column": name}) for name in ("decision_no", "state", "field")),
        ("ExpectColumnValuesToBeUnique", {"column": "decision_no"}),
        ("ExpectCompoundColumnsToBeUnique", {"column_list": ["decision_no", "enterprise_id"]}),
        ("ExpectColumnValuesToMatchRegex", {"column": "enterprise_id", "regex": "^[0-9A-HJ-NP-RTUW-Y]{18}$"}),
        ("ExpectColumnValuesToBeInSet", {"column": "state", "value_set": ["in_force", "changed", "revoked"]}),
        ("ExpectColumnValuesToBeInSet", {"column": "field", "value_set": ["drug", "device", "cosmetic"]}),
        ("ExpectColumnValuesToBeBetween", {"column": "fine_fen", "min_value": 0}),
        (
            "ExpectColumnValuesToBeBetween",
            {"column": "fine_fen", "min_value": 0, "row_condition": Column("state") == "in_force"},
        ),
        ("ExpectColumnValuesToBeBetween", {"column": "decided_on", "min_value": _FIRST, "max_value": _LAST}),
        (
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {"column_A": "valid_until_on", "column_B": "decided_on", "or_equal": True},
        ),
    ]
    return build_suite(
        "penalties",
        [vars(gxe)[name](**arguments, meta={"place": place}) for place, (name, arguments) in enumerate(expectations)],
    )


def _outcome(found: ExpectationSuiteValidationResult) -> Outcome:
    """Success and counts of every expectation, in the order of the suite; None for a count it does not give."""
    results = sorted(found.results, key=_place)
    each = [[bool(one.success), *(one.result.get(name) for name in _COUNTS)] for one in results]
    return {"success": bool(found.success), "each": each}


def _place(result: ExpectationValidationResult) -> int:
    config: Any = result.expectation_config
    return int(config.meta["place"])


def on_polars(state: str, folder: Path) -> Side:
    """The engine for Polars on the frame `state`, clean or corrupt."""
    source = _context().data_sources.add_polars("data")
    definition = source.add_polars_frame_asset("frame").add_batch_definition("all")
    return _side(definition, pl.read_parquet(folder / f"{state}.parquet"))


def on_pandas(state: str, folder: Path) -> Side:
    """The library's own engine for pandas on the same frame."""
    source = _context().data_sources.add_pandas("data")
    definition = source.add_dataframe_asset("frame").add_batch_definition_whole_dataframe("all")
    return _side(definition, pd.read_parquet(folder / f"{state}.parquet"))


def _context() -> Any:  # noqa: ANN401 - the library's types are partial
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def _side(definition: Any, frame: pl.DataFrame | pd.DataFrame) -> Side:  # noqa: ANN401
    suite = penalty_suite()
    return Side([lambda: definition.get_batch({"dataframe": frame}).validate(suite, result_format=_RESULTS)], _outcome)


SIDES = {
    f"{engine.__name__}_{state}": partial(engine, state)
    for engine in (on_polars, on_pandas)
    for state in ("clean", "corrupt")
}
