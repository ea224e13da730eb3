"""`validate`: severities, volumes, shapes, unknown tables."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from expectations import ColumnSpec, EmptySuite, UnknownTable, WrongShape, validate
from expectations.suites import suite_of
from tests.expectations.clean_rows import GATE, rows

PENALTY = GATE.specs["penalty"]


def test_an_unknown_table_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(UnknownTable, match="did you mean penalty"):
        validate(replace(PENALTY, name="penalties"), rows("penalty"))


def test_a_table_of_which_nothing_is_expected_is_an_error() -> None:
    nothing = replace(GATE.specs["quarantine"], columns=(ColumnSpec("remark", "text", "备注"),), key=())
    with pytest.raises(EmptySuite, match="nothing is expected of quarantine"):
        validate(nothing, pl.DataFrame({"remark": ["x"]}))


def test_a_volume_alone_does_not_make_a_suite() -> None:
    limits = replace(PENALTY.limits, minimum_percent=50)
    nothing = replace(GATE.specs["quarantine"], columns=(), key=(), limits=limits)
    with pytest.raises(EmptySuite):
        suite_of(nothing, previous_count=10)


def test_all_differences_of_shape_are_named_at_once() -> None:
    frame = rows("penalty").drop("fine_fen").with_columns(pl.col("row_no").cast(pl.Int32), surprise=1)
    with pytest.raises(WrongShape) as caught:
        validate(PENALTY, frame)
    said = str(caught.value)
    assert "fine_fen is missing (Int64)" in said
    assert "surprise is not a column" in said
    assert "row_no is Int32, expected Int64" in said


def test_the_order_of_columns_does_not_matter() -> None:
    frame = rows("penalty")
    assert validate(PENALTY, frame.select(reversed(frame.columns))).is_passed


@pytest.mark.parametrize(
    ("count", "is_passed", "severities"),
    [(4, False, ["critical"]), (5, True, []), (6, True, [])],
)
def test_fewer_than_half_of_nine_refuses(count: int, is_passed: bool, severities: list[str]) -> None:
    verdict = GATE.validate("present_ratings", rows("present_ratings", count), previous_count=9)
    assert verdict.is_passed is is_passed
    assert [finding.severity for finding in verdict.findings] == severities


@pytest.mark.parametrize(("count", "severities"), [(5, []), (6, []), (7, ["warning"])])
def test_more_than_double_of_three_warns_and_passes(count: int, severities: list[str]) -> None:
    verdict = GATE.validate("present_ratings", rows("present_ratings", count), previous_count=3)
    assert verdict.is_passed
    assert [finding.severity for finding in verdict.findings] == severities


@pytest.mark.parametrize("previous", [None, 0])
def test_without_a_previous_run_the_volume_is_not_checked(previous: int | None) -> None:
    assert GATE.validate("present_ratings", rows("present_ratings", 1), previous_count=previous).findings == ()


def test_half_the_rows_gone_says_how_many_there_were() -> None:
    (finding,) = GATE.validate("present_ratings", rows("present_ratings", 1), previous_count=9).findings
    assert finding.message == "expected: at least 5 rows, 50% of the 9 at the last run that passed; found 1 rows"
    assert (finding.column, finding.label, finding.sample_rows) == ("", "", ())


def test_files_are_counted_as_files() -> None:
    rejected = rows("files").with_columns(finding=pl.lit("没有表头"))
    findings = GATE.validate("files", rejected).findings
    (finding,) = [one for one in findings if one.column.startswith("finding")]
    assert "found otherwise in 3 of 3 files" in finding.message
    assert finding.zh == "不应有整件退回的文件；实有 3 件不符（共 3 件）"


def test_an_empty_frame_where_rows_were_refuses() -> None:
    assert not GATE.validate("present_ratings", rows("present_ratings").clear(), previous_count=1).is_passed


def test_findings_are_sorted_most_severe_first() -> None:
    frame = rows("penalty", revoked_on=date(2025, 6, 9)).with_columns(
        fine_fen=pl.Series([1, -1, 1]), confiscated_fen=pl.Series([-1, -1, 1])
    )
    findings = validate(PENALTY, frame).findings
    assert [(f.column, f.unexpected_count) for f in findings] == [
        ("confiscated_fen", 2),
        ("fine_fen", 1),
        ("decided_on, revoked_on", 1),
    ]


def test_a_row_is_named_by_key_number_and_place_in_its_file() -> None:
    (finding,) = validate(PENALTY, rows("penalty", fine_fen=-500)).findings
    assert finding.sample_rows[0] == {
        "record_id": "record_id-1",
        "version_no": "1",
        "decision_no": "text",
        "enterprise_id": "text",
        "source": "text",
        "row_no": "1",
        "fine_fen": "-500",
    }
    assert finding.label == "罚款金额（分）"


def test_integers_with_gaps_stay_integers() -> None:
    big = 2**53 + 1  # a float cannot hold it
    frame = rows("penalty", fine_fen=-big).with_columns(confiscated_fen=pl.lit(None, pl.Int64))
    (finding,) = validate(PENALTY, frame).findings
    assert finding.sample_rows[0]["fine_fen"] == str(-big)


def test_at_most_twenty_rows_are_named_and_all_are_counted() -> None:
    frame = rows("penalty", 30).with_columns(fine_fen=pl.lit(-1, pl.Int64))
    (finding,) = validate(PENALTY, frame).findings
    assert (finding.unexpected_count, len(finding.sample_rows)) == (30, 20)


def test_the_same_frame_gives_the_same_results_lazy_or_not() -> None:
    frame = rows("penalty", fine_fen=-1, state="lost")
    first, second = validate(PENALTY, frame), validate(PENALTY, frame.lazy())
    assert json.dumps(first.results) == json.dumps(second.results)
    assert first == second


def test_results_hold_no_ids_and_no_times() -> None:
    said = json.dumps(validate(PENALTY, rows("penalty")).results)
    assert not [word for word in ("batch_id", "run_id", "ge_load_time", 'fingerprint"') if word in said]


def test_the_package_itself_loads_no_engine() -> None:
    code = "import sys, flows.gate_tables; print({'great_expectations', 'pandas', 'expectations'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "{'expectations'}"
