"""What the engine promises beside equal results: one collect, clear failures, early refusals."""

from __future__ import annotations

import ast
from datetime import date, datetime
from pathlib import Path
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import polars as pl
import pytest
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.exceptions.exceptions import BuildBatchRequestError
from great_expectations.expectations.row_conditions import Column

from expectations import polars_engine
from expectations.polars_engine import ExpectRowsToSatisfy, UnsupportedExpectation, build_suite

FRAME = pl.DataFrame({"id": ["a", "b", "c", "d"], "fen": [1, 2, 3, None], "kind": ["x", "y", "x", "x"]})
HOLD = [
    gxe.ExpectColumnValuesToNotBeNull(column="id"),
    gxe.ExpectColumnValuesToBeUnique(column="id"),
    gxe.ExpectCompoundColumnsToBeUnique(column_list=["id", "kind"]),
    gxe.ExpectColumnValuesToBeBetween(column="fen", min_value=1, row_condition=Column("kind") == "x"),
    gxe.ExpectColumnMaxToBeBetween(column="fen", max_value=3),
    gxe.ExpectTableRowCountToEqual(value=4),
    ExpectRowsToSatisfy(column_list=["id", "kind"], condition="id <> kind"),
]


@pytest.fixture(scope="module")
def source() -> Any:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context.data_sources.add_polars("lazy")


@pytest.fixture(scope="module")
def frames(source: Any) -> Any:
    return source.add_polars_frame_asset("frame").add_batch_definition("whole")


def answer(definition: Any, frame: Any, *expected: Any, **how: Any) -> Any:
    options = {} if frame is None else {"dataframe": frame}
    return definition.get_batch(options).validate(build_suite("suite", expected), **how)


def test_a_suite_that_holds_costs_one_collect_after_a_probe_without_rows(frames: Any, monkeypatch: Any) -> None:
    sizes: list[list[int]] = []
    real = pl.collect_all

    def counted(lazy: list[pl.LazyFrame]) -> list[pl.DataFrame]:
        found = real(lazy)
        sizes.append([frame.height for frame in found])
        return found

    monkeypatch.setattr(pl, "collect_all", counted)
    assert answer(frames, FRAME, *HOLD).success
    # Two row conditions, hence two rows: of the probe, and of the numbers.
    assert sizes == [[1, 1], [1, 1]]


def test_rows_are_fetched_in_one_more_collect_and_only_where_something_is_wrong(frames: Any, monkeypatch: Any) -> None:
    calls: list[int] = []
    real = pl.collect_all

    def counted(lazy: list[pl.LazyFrame]) -> list[pl.DataFrame]:
        calls.append(len(lazy))
        return real(lazy)

    monkeypatch.setattr(pl, "collect_all", counted)
    broken = gxe.ExpectColumnValuesToBeInSet(column="kind", value_set=["x"])
    found = answer(frames, FRAME, *HOLD, broken)
    assert [one.success for one in found.results].count(False) == 1
    assert len(calls) == 3


def test_failures_are_reported_together_each_in_its_own_words(frames: Any) -> None:
    said = [
        gxe.ExpectColumnMeanToBeBetween(column="id", min_value=0),
        gxe.ExpectColumnValuesToMatchRegex(column="id", regex="(?=a)"),
        gxe.ExpectColumnValuesToNotBeNull(column="nowhere"),
        gxe.ExpectColumnValuesToBeBetween(column="fen", min_value=date(2025, 1, 1)),
        ExpectRowsToSatisfy(column_list=["id", "kind"], condition="id + fen = kind"),
    ]
    found = answer(frames, FRAME, *HOLD, *said)
    broken = [str(one.exception_info) for one in found.results if not one.success]
    assert len(broken) == len(said)
    for words in ("needs numbers", "look-around", 'no column "nowhere"', "does not compare"):
        assert sum(words in one for one in broken) == 1, words


def test_what_is_not_supported_is_refused_when_the_suite_is_put_together() -> None:
    said = [
        HOLD[0],
        gxe.ExpectColumnValuesToBeOfType(column="fen", type_="int"),
        gxe.ExpectTableRowCountToEqualOtherTable(other_table_name="other"),
    ]
    with pytest.raises(UnsupportedExpectation) as caught:
        build_suite("suite", said)
    assert "expectation 2, ExpectColumnValuesToBeOfType" in str(caught.value)
    assert "expectation 3, ExpectTableRowCountToEqualOtherTable" in str(caught.value)
    assert "expectation 1" not in str(caught.value)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_row_condition_written_for_pandas_is_refused() -> None:
    said = gxe.ExpectColumnValuesToNotBeNull(column="fen", row_condition='kind=="x"', condition_parser="pandas")
    with pytest.raises(UnsupportedExpectation, match=r"write it with Column\(...\)"):
        build_suite("suite", [said])


def test_new_data_under_the_same_name_is_validated_again(frames: Any) -> None:
    said = gxe.ExpectTableRowCountToEqual(value=4)
    assert [answer(frames, frame, said).success for frame in (FRAME, FRAME[:3], FRAME)] == [True, False, True]


def test_parquet_and_delta_are_read_by_their_paths(source: Any, tmp_path: Path) -> None:
    FRAME.write_parquet(tmp_path / "frame.parquet")
    FRAME.write_delta(str(tmp_path / "table"))
    FRAME[:1].write_delta(str(tmp_path / "table"), mode="overwrite")
    delta = str(tmp_path / "table")
    assets = [
        (source.add_polars_parquet_asset("parquet", path=str(tmp_path / "frame.parquet")), 4),
        (source.add_polars_delta_asset("delta", path=delta), 1),
        (source.add_polars_delta_asset("earlier", path=delta, version=0), 4),
    ]
    for asset, count in assets:
        definition = asset.add_batch_definition("whole")
        assert answer(definition, None, gxe.ExpectTableRowCountToEqual(value=count), HOLD[0]).success


def test_a_frame_that_is_not_of_polars_is_refused(frames: Any) -> None:
    with pytest.raises(BuildBatchRequestError, match="takes a Polars frame, not dict"):
        frames.get_batch({"dataframe": {"id": [1]}})
    with pytest.raises(BuildBatchRequestError, match="the option dataframe alone"):
        frames.get_batch({})


@pytest.mark.parametrize("earliest", ["2025-03-10", date(2025, 3, 10), datetime(2025, 3, 10)])  # noqa: DTZ001
def test_days_out_of_a_stored_suite_are_text_and_compare_as_days(frames: Any, earliest: Any) -> None:
    days = pl.DataFrame({"on": [date(2025, 3, 9), date(2025, 3, 10), None]})
    said = gxe.ExpectColumnValuesToBeInSet(column="on", value_set=[earliest], row_condition=Column("on") >= earliest)
    (found,) = answer(frames, days, said).results
    assert (found.result["element_count"], found.result["unexpected_count"]) == (1, 0)


def test_rows_of_any_number_are_counted_and_few_are_named(frames: Any) -> None:
    many = pl.LazyFrame({"id": pl.int_range(5000, eager=True) // 2})
    how = {"result_format": "SUMMARY", "partial_unexpected_count": 3}
    (found,) = answer(frames, many, gxe.ExpectColumnValuesToBeUnique(column="id"), result_format=how).results
    assert found.result["unexpected_count"] == 5000
    assert found.result["partial_unexpected_list"] == [0, 0, 1]
    assert found.result["partial_unexpected_index_list"] == [0, 1, 2]


@pytest.mark.parametrize("path", sorted(Path(polars_engine.__file__).parent.glob("*.py")), ids=lambda path: path.stem)
def test_the_engine_depends_on_nothing_of_the_project(path: Path) -> None:
    allowed = {"great_expectations", "polars"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert all(one.name.split(".")[0] in allowed | {"operator", "warnings"} for one in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level <= 1, f"line {node.lineno} reaches out of the package"
            first = (node.module or "").split(".")[0]
            standard = {
                "__future__",
                "collections",
                "contextlib",
                "dataclasses",
                "datetime",
                "functools",
                "itertools",
                "typing",
            }
            assert node.level == 1 or first in allowed | standard | {"typing"}, f"line {node.lineno} imports {first}"
