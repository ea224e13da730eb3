"""Runs a suite with Great Expectations on the engine for Polars. Importing this module loads both, some seconds."""

from __future__ import annotations

import json
import logging
import os
import warnings
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from threading import Lock
from typing import Any

import polars as pl

from expectations.suites import LIST_SEPARATOR, ExpectationSpec, TableSpec

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when the library is imported: no usage statistics are sent
with warnings.catch_warnings():
    # Great Expectations 1.24 imports the deprecated sre_constants and uses marshmallow's old interface.
    warnings.simplefilter("ignore", DeprecationWarning)
    import great_expectations as gx
    import great_expectations.expectations as gxe
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.expectations.expectation import Expectation

    from expectations.polars_engine import SQL_EXPECTATIONS, cached_configurations, check_supported

# It logs every folder that it makes, with a logger that sets its own level.
logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)

SAMPLE_SIZE = 20
_LOCK = Lock()  # one datasource serves the process, and tasks may run as threads
_RESULT_KEYS = (
    "element_count",
    "unexpected_count",
    "unexpected_percent",
    "missing_count",
    "observed_value",
    "partial_unexpected_list",
)


def run_suite(table: TableSpec, suite: tuple[ExpectationSpec, ...], frame: pl.LazyFrame) -> list[dict[str, Any]]:
    """The results of `suite` on a frame of the right shape, in its order, as JSON has them.

    Without ids and times; `sample_rows` are the offending rows, `error` is why an expectation could not be checked.
    """
    kinds: Mapping[str, type[Expectation]] = vars(gxe) | SQL_EXPECTATIONS
    expectations = []
    for place, spec in enumerate(suite):
        arguments: dict[str, Any] = {"severity": spec.severity, **spec.arguments}
        made = kinds[spec.expectation](**arguments, description=spec.description, meta={"place": place})
        expectations.append(made)
    check_supported(expectations)
    # Lists become text, as the regular expressions for their vocabulary expect.
    lists = [column.name for column in table.columns if column.kind == "texts"]
    frame = frame.with_columns(pl.col(lists).list.join(LIST_SEPARATOR, ignore_nulls=True))
    result_format = {
        "result_format": "SUMMARY",
        "partial_unexpected_count": SAMPLE_SIZE,
        "unexpected_index_column_names": list(table.named_by) or [column.name for column in table.columns[:1]],
    }
    with _LOCK, cached_configurations():
        batch = _batch_definition().get_batch({"dataframe": frame})
        answer = batch.validate(gx.ExpectationSuite(table.name, expectations=expectations), result_format=result_format)
    # Results are not in the order of the suite when one of them fails with an error.
    ordered = sorted(answer.results, key=_place)
    results = []
    for spec, result in zip(suite, ordered, strict=True):
        # In the order of the frame: the columns that name a row, then the offending values, as text.
        names = dict.fromkeys((*table.named_by, *spec.columns))
        rows = result.result.get("partial_unexpected_index_list") or []
        sample = [{name: "" if row[name] is None else str(row[name]) for name in names} for row in rows]
        results.append(_plain(result) | {"sample_rows": sample})
    return results


@cache
def _batch_definition() -> BatchDefinition[Any]:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_polars("gate")
    definition: BatchDefinition[Any] = source.add_polars_frame_asset("frame").add_batch_definition("whole")
    return definition


def _place(result: ExpectationValidationResult) -> int:
    config: Any = result.expectation_config
    return int(config.meta["place"])


def _plain(result: ExpectationValidationResult) -> dict[str, Any]:
    """A result as JSON has it, without what differs from run to run."""
    document: dict[str, Any] = result.to_json_dict()
    config, exception = document["expectation_config"], document["exception_info"]
    # Why the evaluation failed: one exception, or one for every metric that failed.
    failed = [exception] if "raised_exception" in exception else exception.values()
    errors = {str(one["exception_message"]) for one in failed if one["raised_exception"]}
    values = {
        "success": document["success"],
        "expectation_config": {
            "type": config["type"],
            "kwargs": {key: value for key, value in config["kwargs"].items() if key != "batch_id"},
            "meta": config["meta"],
            "description": config["description"],
            "severity": config["severity"],
        },
        "meta": config["meta"],
        "result": {key: document["result"][key] for key in _RESULT_KEYS if key in document["result"]},
        "error": "; ".join(sorted(errors)),
    }
    plain: dict[str, Any] = json.loads(json.dumps(values, default=_as_text, ensure_ascii=False, sort_keys=True))
    return plain


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
