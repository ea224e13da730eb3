"""Properties of ratings for every scheme and every set of records."""

from __future__ import annotations

import random
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests.transforms.rating.rating_examples import (
    AS_OF,
    enterprises,
    penalty,
    ratings_and_trace,
    record_frames,
    record_lists,
    schemes,
)
from transforms.policy_model.scheme import Scheme
from transforms.rating import rate_enterprises
from transforms.schemas import TABLES

Rows = list[dict[str, Any]]
_ENTERPRISES = enterprises("E2", "E1", "E3")
_SETTINGS = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@_SETTINGS
@given(schemes(), record_lists())
def test_score_is_base_plus_trace_and_every_enterprise_is_rated_once(of: Scheme, rows: Rows) -> None:
    ratings, trace = ratings_and_trace(rate_enterprises(record_frames(*rows), _ENTERPRISES, of, AS_OF))

    sums = trace.group_by("enterprise_id").agg(pl.col("points_centipoints").sum())
    joined = ratings.join(sums, on="enterprise_id", how="left").with_columns(pl.col("points_centipoints").fill_null(0))
    explained = joined["base_centipoints"] + joined["points_centipoints"]
    assert ratings["enterprise_id"].to_list() == ["E1", "E2", "E3"]
    assert explained.to_list() == joined["score_centipoints"].to_list()
    assert trace.filter(~pl.col("is_counted") & (pl.col("points_centipoints") != 0)).is_empty()
    assert trace.filter(pl.col("is_counted") != pl.col("reason").is_null()).is_empty()


@_SETTINGS
@given(schemes(), record_lists())
def test_frames_have_the_stored_shape_in_total_order(of: Scheme, rows: Rows) -> None:
    ratings, trace = ratings_and_trace(rate_enterprises(record_frames(*rows), _ENTERPRISES, of, AS_OF))

    for table, frame in {"ratings": ratings, "trace": trace}.items():
        schema = dict(TABLES[table].schema)
        del schema["valid_from_on"]
        assert dict(frame.schema) == schema
        required = [column.name for column in TABLES[table].columns if column.required and column.name in schema]
        assert frame.select(pl.col(required).null_count()).row(0) == (0,) * len(required)
    assert_frame_equal(trace, trace.sort("enterprise_id", "position"))
    assert trace.select("enterprise_id", "position").is_duplicated().sum() == 0


@_SETTINGS
@given(schemes(), record_lists(), st.randoms(use_true_random=False))
def test_order_of_the_input_changes_nothing(of: Scheme, rows: Rows, order: random.Random) -> None:
    shuffled = order.sample(rows, len(rows))

    one = ratings_and_trace(rate_enterprises(record_frames(*rows), _ENTERPRISES, of, AS_OF))
    other = ratings_and_trace(rate_enterprises(record_frames(*shuffled), enterprises("E1", "E3", "E2"), of, AS_OF))

    for first, second in zip(one, other, strict=True):
        assert first.write_ndjson() == second.write_ndjson()


@_SETTINGS
@given(schemes(), record_lists())
def test_both_engines_agree(of: Scheme, rows: Rows) -> None:
    results = []
    for engine in ("streaming", "in-memory"):
        with pl.Config(engine_affinity=engine):
            results.append(ratings_and_trace(rate_enterprises(record_frames(*rows), _ENTERPRISES, of, AS_OF)))

    for streamed, in_memory in zip(*results, strict=True):
        assert_frame_equal(streamed, in_memory)


@_SETTINGS
@given(
    schemes(), record_lists(with_decisions=False), st.sampled_from(["warning", "fine", "stop_order", "revoke_licence"])
)
def test_a_worse_record_never_raises_a_tier(of: Scheme, rows: Rows, word: str) -> None:
    worse = [*rows, penalty("new", "E1", AS_OF, word, act_no="act of its own", fine_fen=1000)]

    before = rate_enterprises(record_frames(*rows), _ENTERPRISES, of, AS_OF).ratings
    after = rate_enterprises(record_frames(*worse), _ENTERPRISES, of, AS_OF).ratings

    assert (after["tier_index"] >= before["tier_index"]).all()
    assert after.row(1, named=True) == before.row(1, named=True), "another enterprise is not concerned"


@pytest.mark.parametrize("mode", ["deduct", "accumulate"])
@_SETTINGS
@given(data=st.data())
def test_score_is_within_its_limits(mode: str, data: st.DataObject) -> None:
    of = data.draw(schemes(mode=mode))
    ratings = rate_enterprises(record_frames(*data.draw(record_lists())), _ENTERPRISES, of, AS_OF).ratings

    limits = of.limits.on(AS_OF) if of.limits else None
    if limits is not None:
        assert ratings["score_centipoints"].is_between(limits.lowest, limits.highest).all()
