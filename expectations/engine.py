"""Great Expectations on Polars: the one module that knows which engine checks a frame.

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

from expectations.later import loaded_on_first_use
from expectations.rules import ExpectationSpec
from expectations.suites import LIST_SEPARATOR
from expectations.table_spec import TableSpec
from expectations.verdict import SEVERITIES, Finding, Verdict

# Read at import: an office's gate reports to nobody.
os.environ["GX_ANALYTICS_ENABLED"] = "false"
# It imports both for tests of distributions and for drawings, which nobody here asks for: a quarter of its loading.
with warnings.catch_warnings(), loaded_on_first_use("scipy.stats", "altair"):
    # 1.24 imports the standard library's deprecated sre_constants and sets up marshmallow the old way.
    warnings.simplefilter("ignore", DeprecationWarning)
    import great_expectations as gx
    import great_expectations.expectations as gxe
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.expectations.expectation import Expectation

    from expectations.polars_engine import cached_configurations, check_supported
    from expectations.polars_engine.sql_expectations import SQL_EXPECTATIONS

# It announces every folder it makes, by a logger that sets its own level.
logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)

SAMPLE_SIZE = 20
_ONE_AT_A_TIME = Lock()  # one data source serves the process; tasks may run as threads
_RESULT_KEYS = (
    "element_count",
    "unexpected_count",
    "unexpected_percent",
    "missing_count",
    "observed_value",
    "partial_unexpected_list",
)


def run_suite(table: TableSpec, suite: tuple[ExpectationSpec, ...], frame: pl.LazyFrame) -> Verdict:
    """Check a frame of the right shape against `suite`: one collect if all holds, a second one if not."""
    expectations = [_expectation(place, expected) for place, expected in enumerate(suite)]
    check_supported(expectations)
    with _ONE_AT_A_TIME, cached_configurations():
        batch = _definition().get_batch({"dataframe": _with_lists_as_text(table, frame)})
        answer = batch.validate(
            gx.ExpectationSuite(table.name, expectations=expectations),
            result_format={
                "result_format": "SUMMARY",
                "partial_unexpected_count": SAMPLE_SIZE,
                "unexpected_index_column_names": list(_naming(table)),
            },
        )
    # Results do not come in the order of the suite when one of them errs.
    found = sorted(answer.results, key=_place)
    results = [
        _plain(result) | {"sample_rows": _sample(table, expected, result)}
        for expected, result in zip(suite, found, strict=True)
    ]
    return _verdict(table, suite, results, _row_count(results, frame))


@cache
def _definition() -> BatchDefinition[Any]:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_polars("gate")
    definition: BatchDefinition[Any] = source.add_polars_frame_asset("frame").add_batch_definition("whole")
    return definition


def _with_lists_as_text(table: TableSpec, frame: pl.LazyFrame) -> pl.LazyFrame:
    """Lists joined to text, as the vocabulary of their words is written."""
    lists = [column.name for column in table.columns if column.kind == "texts"]
    return frame.with_columns(pl.col(lists).list.join(LIST_SEPARATOR, ignore_nulls=True))


def _naming(table: TableSpec) -> tuple[str, ...]:
    """The columns that name a row at fault."""
    return table.named_by or tuple(column.name for column in table.columns[:1])


def _place(result: ExpectationValidationResult) -> int:
    config: Any = result.expectation_config
    return int(config.meta["place"])


def _row_count(results: list[dict[str, Any]], frame: pl.LazyFrame) -> int:
    """As counted on the way; counted anew only where nothing could be checked."""
    counted = (result["result"].get("element_count") for result in results)
    known = next((count for count in counted if count is not None), None)
    return int(frame.select(pl.len()).collect().item() if known is None else known)


def _expectation(place: int, expected: ExpectationSpec) -> Expectation:
    kind: type[Expectation] = (vars(gxe) | SQL_EXPECTATIONS)[expected.expectation]
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


def _verdict(table: TableSpec, suite: tuple[ExpectationSpec, ...], results: list[dict[str, Any]], rows: int) -> Verdict:
    broken = [
        _finding(table, expected, result)
        for expected, result in zip(suite, results, strict=True)
        if not result["success"]
    ]
    findings = sorted(broken, key=lambda f: (SEVERITIES.index(f.severity), -f.unexpected_count))
    is_passed = not any(finding.severity == "critical" for finding in findings)
    facts = {"table": table.name, "label": table.label, "is_passed": is_passed, "row_count": rows, "results": results}
    return Verdict(table.name, table.label, is_passed, rows, tuple(findings), facts)


def _finding(table: TableSpec, expected: ExpectationSpec, result: dict[str, Any]) -> Finding:
    said = result["result"]
    count = int(said.get("unexpected_count", 0))
    if result["error"]:
        message, severity = f"could not be checked: {result['error']}", SEVERITIES[0]
        zh = "无法检查，请报告系统维护人员"
    else:
        seen = (
            f"otherwise in {count} of {said['element_count']} rows" if count else f"{said.get('observed_value')} rows"
        )
        message, severity = f"expected: {expected.says}; found {seen}", expected.severity
        zh = f"{_chinese(table, expected)}；实有 {_counted(said, count)}"
    return Finding(
        table=table.name,
        place=int(result["meta"]["place"]),
        expectation=result["expectation_config"]["type"],
        column=", ".join(expected.columns),
        label="、".join(filter(None, map(table.label_of, expected.columns))),
        severity=severity,
        unexpected_count=count,
        message=message,
        zh=zh,
        sample_rows=tuple(result["sample_rows"]),
    )


def _chinese(table: TableSpec, expected: ExpectationSpec) -> str:
    """What was expected; of a rule that only puts days in order, by the labels of its columns."""
    if expected.zh:
        return expected.zh
    labels = [f"“{table.label_of(column)}”" for column in expected.columns]
    return f"{labels[1]}不应早于{labels[0]}" if len(labels) == 2 else "、".join(labels) + "应相符"


def _counted(said: Mapping[str, Any], count: int) -> str:
    return f"{count:,} 行不符（共 {said['element_count']:,} 行）" if count else f"{said.get('observed_value'):,} 行"


def _sample(table: TableSpec, expected: ExpectationSpec, result: ExpectationValidationResult) -> list[dict[str, str]]:
    """Offending rows: first the columns that name them, then the values at fault; in the order of the frame."""
    order = dict.fromkeys((*table.named_by, *expected.columns))
    return [
        {name: "" if row[name] is None else str(row[name]) for name in order}
        for row in result.result.get("partial_unexpected_index_list") or []
    ]
