"""The entry point of the gate: a frame in, a verdict out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from expectations.suites import ExpectationSpec, TableSpec, suite_of
from expectations.verdict import SEVERITIES, Finding, Verdict


def validate(table: TableSpec, frame: pl.LazyFrame | pl.DataFrame, *, previous_count: int | None = None) -> Verdict:
    """Check `frame` against everything that must hold of `table`; it is collected once, or twice if something fails.

    `previous_count`: rows at the last run that passed; without it the volume is not checked. Raises WrongShape for
    other columns or types; UnknownTable or EmptySuite where nothing is expected of the table, so that a table cannot
    pass unchecked.
    """
    suite = suite_of(table, previous_count)
    table.check(frame.collect_schema())

    from expectations.gx_validation import run_suite  # loads Great Expectations: seconds

    results = run_suite(table, suite, frame.lazy())
    findings = [
        _finding(table, spec, result) for spec, result in zip(suite, results, strict=True) if not result["success"]
    ]
    findings.sort(key=lambda f: (SEVERITIES.index(f.severity), -f.unexpected_count))
    is_passed = not any(finding.severity == "critical" for finding in findings)
    counts = (result["result"].get("element_count") for result in results)
    row_count = next((count for count in counts if count is not None), None)
    if row_count is None:  # nothing could be checked
        row_count = int(frame.lazy().select(pl.len()).collect().item())
    document = {
        "table": table.name,
        "label": table.label,
        "is_passed": is_passed,
        "row_count": row_count,
        "results": results,
    }
    return Verdict(table.name, table.label, is_passed, row_count, tuple(findings), document)


def _finding(table: TableSpec, spec: ExpectationSpec, result: Mapping[str, Any]) -> Finding:
    """The finding of an expectation that failed, or that could not be checked, which is critical."""
    values = result["result"]
    count, (unit, unit_zh) = int(values.get("unexpected_count", 0)), table.counted_as
    if result["error"]:
        severity, message = SEVERITIES[0], f"could not be checked: {result['error']}"
        zh = "无法检查，请报告系统维护人员"
    elif count:
        severity, rows = spec.severity, values["element_count"]
        message = f"expected: {spec.description}; found otherwise in {count} of {rows} {unit}"
        zh = f"{spec.zh}；实有 {count:,} {unit_zh}不符（共 {rows:,} {unit_zh}）"
    else:
        severity, rows = spec.severity, values.get("observed_value")
        message, zh = f"expected: {spec.description}; found {rows} {unit}", f"{spec.zh}；实有 {rows:,} {unit_zh}"
    return Finding(
        table=table.name,
        place=int(result["meta"]["place"]),
        expectation=result["expectation_config"]["type"],
        column=", ".join(spec.columns),
        label="、".join(filter(None, map(table.label_of, spec.columns))),
        severity=severity,
        unexpected_count=count,
        message=message,
        zh=zh,
        sample_rows=tuple(result["sample_rows"]),
    )
