"""The results on Polars are those of the library's own engine on pandas."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import great_expectations as gx
import pandas as pd
import polars as pl
import pytest
from great_expectations.data_context.types.base import ProgressBarsConfig
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from expectations.polars_engine import supported_expectations
from tests.expectations.polars_engine import sql_on_pandas  # noqa: F401 - registers itself
from tests.expectations.polars_engine.parity_cases import ALL, CASES, expectations

pytestmark = pytest.mark.long
SCHEMA = {
    "whole": pl.Int64,
    "other": pl.Int64,
    "number": pl.Float64,
    "word": pl.String,
    "second": pl.String,
    "moment": pl.Datetime("us"),
}
START = datetime(2019, 12, 30)  # noqa: DTZ001
WORD = st.text(alphabet="ab药1", max_size=3)
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)  # frames are small enough to read unshrunk
PARTS = 6  # the library takes its time for every expectation
FORMATS: list[dict[str, Any]] = [
    {"result_format": "SUMMARY", "partial_unexpected_count": 3},
    {"result_format": "SUMMARY", "unexpected_index_column_names": ["whole", "second"]},
    {"result_format": "COMPLETE"},
    {"result_format": "BASIC"},
    {"result_format": "BOOLEAN_ONLY"},
]
SHOWN = (
    "element_count",
    "unexpected_count",
    "missing_count",
    "unexpected_percent",
    "unexpected_percent_total",
    "unexpected_percent_nonmissing",
    "missing_percent",
    "partial_unexpected_list",
    "partial_unexpected_index_list",
    "partial_unexpected_counts",
    "unexpected_list",
    "unexpected_index_list",
    "observed_value",
    "details",
)


def rows(whole: Any, number: Any, word: Any, moment: Any, *, least: int = 1) -> st.SearchStrategy[pl.DataFrame]:
    row = st.tuples(whole, whole, number, word, word, moment)
    made = st.lists(row, min_size=least, max_size=12)
    return made.map(lambda found: pl.DataFrame(found, schema=SCHEMA, orient="row"))


WHOLE = st.integers(-2, 6)
NUMBER = st.sampled_from([-1.5, 0.0, 0.5, 1.0, 2.25, 9.0, 1e6])
MOMENT = st.integers(0, 2500).map(lambda days: START + timedelta(days=days, microseconds=days))
FRAMES = {
    "clean": rows(st.integers(1, 3), st.sampled_from([0.5, 1.0]), st.sampled_from(["a", "b"]), MOMENT),
    "corrupt": rows(WHOLE, NUMBER, WORD, MOMENT),
    "null-ridden": rows(WHOLE | st.none(), NUMBER | st.none(), WORD | st.none(), MOMENT | st.none()),
    "NaN-ridden": rows(WHOLE, NUMBER | st.just(math.nan) | st.none(), WORD | st.none(), MOMENT),
    "all missing": rows(st.none(), st.just(math.nan) | st.none(), st.none(), st.none()),
    "empty": st.just(pl.DataFrame(schema=SCHEMA)),
}


@cache
def batches() -> tuple[Any, Any]:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    on_polars = context.data_sources.add_polars("polars").add_polars_frame_asset("frame")
    on_pandas = context.data_sources.add_pandas("pandas").add_dataframe_asset("frame")
    return on_polars.add_batch_definition("whole"), on_pandas.add_batch_definition_whole_dataframe("whole")


def answers(definition: Any, frame: Any, how: dict[str, Any], cases: Any) -> list[dict[str, Any]]:
    batch = definition.get_batch({"dataframe": frame})
    found = batch.validate(gx.ExpectationSuite("parity", expectations=expectations(cases)), result_format=how)
    by_place = sorted(found.results, key=lambda one: one.expectation_config.meta["place"])
    return [{"success": bool(one.success), "raised": raised(one), **shown(one.result)} for one in by_place]


def raised(one: Any) -> str:
    info = one.exception_info
    infos = [info] if "raised_exception" in info else list(info.values())
    return "; ".join(str(i["exception_message"]) for i in infos if i["raised_exception"])


def shown(result: dict[str, Any]) -> dict[str, Any]:
    said = {key: plain(value) for key, value in result.items() if key in SHOWN}
    if holds_none(said.get("partial_unexpected_list", [])):
        said.pop("partial_unexpected_counts", None)  # one NaN does not equal another: pandas counts each alone
    return said


def holds_none(value: Any) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value is None or any(map(holds_none, inner))


def plain(value: Any) -> Any:
    """Missing as None whatever it is called, numbers as floats, lists as lists."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if pd.isna(value):
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return pytest.approx(float(value), rel=1e-9, abs=1e-9) if isinstance(value, int | float) else value


def test_every_supported_expectation_is_compared() -> None:
    assert set(supported_expectations()) == {name for name, _ in CASES}
    assert len(supported_expectations()) >= 30


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("kind", FRAMES)
@settings(max_examples=3, deadline=None, phases=QUICK, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_results_are_those_of_the_pandas_engine(kind: str, part: int, data: st.DataObject) -> None:
    frame, how = data.draw(FRAMES[kind]), data.draw(st.sampled_from(FORMATS))
    on_polars, on_pandas = batches()
    cases = ALL[part::PARTS]
    found, expected = answers(on_polars, frame, how, cases), answers(on_pandas, frame.to_pandas(), how, cases)
    for (name, said), one, other in zip(cases, found, expected, strict=True):
        assert one == other, f"{name} {said}"
