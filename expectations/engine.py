"""Great Expectations on pandas: the one module that knows which engine checks a frame.

Importing it loads Great Expectations, some seconds; `gate.validate` does so on its first call.
"""

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

from expectations.shape import TableSpec
from expectations.suites.expected import Expected
from expectations.suites.generic import LIST_SEPARATOR
from expectations.verdict import GRAVITY, Finding, Verdict

# Read at import: an office's gate reports to nobody.
os.environ["GX_ANALYTICS_ENABLED"] = "false"
with warnings.catch_warnings():
    # 1.24 imports the standard library's deprecated sre_constants and sets up marshmallow the old way.
    warnings.simplefilter("ignore", DeprecationWarning)
    import great_expectations as gx
    import great_expectations.expectations as gxe
    import pandas as pd
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.expectations.expectation import Expectation

    from expectations.rows import OWN

logging.getLogger("great_expectations").setLevel(logging.WARNING)  # it announces every folder it makes

SAMPLE_SIZE = 20
_ONE_AT_A_TIME = Lock()  # the engine's caches belong to the process; tasks may run as threads
_RESULT_KEYS = (
    "element_count",
    "unexpected_count",
    "unexpected_percent",
    "missing_count",
    "observed_value",
    "partial_unexpected_list",
    "partial_unexpected_index_list",
)


def run(table: TableSpec, suite: tuple[Expected, ...], frame: pl.DataFrame) -> Verdict:
    """Check a collected frame of the right shape against `suite`."""
    expectations = [_expectation(place, expected) for place, expected in enumerate(suite)]
    with _ONE_AT_A_TIME:
        batch = _definition().get_batch({"dataframe": _to_pandas(table, suite, frame)})
        answer = batch.validate(
            gx.ExpectationSuite(table.name, expectations=expectations),
            # Told to name the rows itself, the library visits every bad cell in Python: it gives places instead.
            result_format={"result_format": "SUMMARY", "partial_unexpected_count": SAMPLE_SIZE},
        )
    # Results do not come in the order of the suite when one of them errs.
    results = sorted((_plain(result) for result in answer.results), key=lambda r: int(r["meta"]["place"]))
    for expected, result in zip(suite, results, strict=True):
        result["sample_rows"] = _sample(table, expected, frame, result["result"])
    return _verdict(table, suite, results, frame.height)


@cache
def _definition() -> BatchDefinition[Any]:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("gate")
    return source.add_dataframe_asset("frame").add_batch_definition_whole_dataframe("whole")


def _to_pandas(table: TableSpec, suite: tuple[Expected, ...], frame: pl.DataFrame) -> pd.DataFrame:
    """Only the columns somebody asks for (it hashes all of them), nullable types kept, lists joined to text."""
    asked = {column for expected in suite for column in expected.columns}
    lists = [column.name for column in table.columns if column.kind == "texts" and column.name in asked]
    kept = frame.select(name for name in frame.columns if name in asked)
    joined = kept.with_columns(pl.col(lists).list.join(LIST_SEPARATOR, ignore_nulls=True))
    converted: pd.DataFrame = joined.to_arrow().to_pandas(types_mapper=pd.ArrowDtype)
    return converted


def _expectation(place: int, expected: Expected) -> Expectation:
    kind: type[Expectation] = (vars(gxe) | OWN)[expected.expectation]
    arguments: dict[str, Any] = {"severity": expected.severity, **expected.arguments}
    return kind(
        **arguments,
        description=expected.says,
        meta={"place": place},
    )


def _plain(result: ExpectationValidationResult) -> dict[str, Any]:
    """A result as JSON would have it, without what differs from run to run."""
    said: dict[str, Any] = result.to_json_dict()
    config = said["expectation_config"]
    kept = {key: said["result"][key] for key in _RESULT_KEYS if key in said["result"]}
    kwargs = {key: value for key, value in config["kwargs"].items() if key != "batch_id"}
    raw = {
        "success": said["success"],
        "expectation_config": {
            "type": config["type"],
            "kwargs": kwargs,
            "meta": config["meta"],
            "description": config["description"],
            "severity": config["severity"],
        },
        "meta": config["meta"],
        "result": kept,
        "error": _error(said["exception_info"]),
    }
    plain: dict[str, Any] = json.loads(json.dumps(raw, default=_as_text, ensure_ascii=False, sort_keys=True))
    return plain


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _error(said: Mapping[str, Any]) -> str:
    """What stopped the evaluation; empty where nothing did. One metric or several may have failed."""
    if "raised_exception" in said:
        return str(said["exception_message"]) if said["raised_exception"] else ""
    return "; ".join(sorted({str(one["exception_message"]) for one in said.values()}))


def _verdict(table: TableSpec, suite: tuple[Expected, ...], results: list[dict[str, Any]], rows: int) -> Verdict:
    broken = [
        _finding(table, expected, result)
        for expected, result in zip(suite, results, strict=True)
        if not result["success"]
    ]
    findings = sorted(broken, key=lambda f: (GRAVITY.index(f.severity), -f.unexpected_count))
    is_passed = not any(finding.severity == "critical" for finding in findings)
    facts = {"table": table.name, "label": table.label, "is_passed": is_passed, "row_count": rows, "results": results}
    return Verdict(table.name, table.label, is_passed, rows, tuple(findings), facts)


def _finding(table: TableSpec, expected: Expected, result: dict[str, Any]) -> Finding:
    said = result["result"]
    count = int(said.get("unexpected_count", 0))
    if result["error"]:
        message, severity = f"could not be checked: {result['error']}", GRAVITY[0]
    else:
        seen = (
            f"otherwise in {count} of {said['element_count']} rows" if count else f"{said.get('observed_value')} rows"
        )
        message, severity = f"expected: {expected.says}; found {seen}", expected.severity
    return Finding(
        table=table.name,
        place=int(result["meta"]["place"]),
        expectation=result["expectation_config"]["type"],
        column=", ".join(expected.columns),
        label="、".join(filter(None, map(table.label_of, expected.columns))),
        severity=severity,
        unexpected_count=count,
        message=message,
        sample_rows=tuple(result["sample_rows"]),
    )


def _sample(table: TableSpec, expected: Expected, frame: pl.DataFrame, said: dict[str, Any]) -> list[dict[str, str]]:
    """Offending rows: first the columns that name them, then the values at fault; in the order of the frame."""
    places = said.get("partial_unexpected_index_list") or []
    order = list(dict.fromkeys((*table.named_by, *expected.columns)))
    return [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in frame.select(order)[places].iter_rows(named=True)
    ]
