"""Schemes by trade: ratings of trades and of the whole agree with the oracle, whatever the order of the policy."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given

from tests.oracle.comparison import (
    SEEDS,
    TRACE,
    as_yaml,
    fewer_examples,
    pipeline_ratings,
    record_frames,
    release_frame,
)
from tests.oracle.random_records import random_enterprises
from tests.oracle.random_schemes import random_rating_day
from tests.oracle.trades import Firm, Node, random_firms, random_policy, rate_firm
from transforms.policy_model import load_scheme
from transforms.policy_model.rating import load_rating_policy
from transforms.rating import RatingResult
from transforms.rating.trades import TradeSchemes, rate_trades

pytestmark = pytest.mark.timeout(3600)  # a campaign takes its time


def loaded(policy: Node, schemes: dict[str, Node]) -> TradeSchemes:
    made = {name: load_scheme(as_yaml(one), f"{name}.yaml") for name, one in schemes.items()}
    return TradeSchemes(load_rating_policy(as_yaml(policy), "rating.yaml", made), made)


def rated(by: TradeSchemes, firms: dict[str, Firm], as_of: date) -> RatingResult:
    records = {name: firm.records for name, firm in firms.items()}
    rows = [(name, firm.fields, firm.roles) for name, firm in firms.items()]
    texts = pl.List(pl.String())
    register = pl.LazyFrame(rows, {"enterprise_id": pl.String(), "fields": texts, "roles": texts}, orient="row")
    return rate_trades(record_frames(records), register, by, as_of, release_frame(records))


def rows_of(trace: pl.DataFrame, **of: str) -> list[tuple[Any, ...]]:
    return sorted(trace.filter(**of).select(TRACE).rows(), key=repr)


@fewer_examples(2)
@given(seed=SEEDS)
def test_trades_and_the_whole_are_those_of_the_oracle(seed: int) -> None:
    chance = Random(seed)
    policy, schemes = random_policy(chance)
    as_of = random_rating_day(chance, schemes["made-a"])
    firms = random_firms(chance, random_enterprises(chance, schemes, as_of, 60))
    found = rated(loaded(policy, schemes), firms, as_of)
    whole = {row["enterprise_id"]: row for row in found.ratings.iter_rows(named=True)}
    trades = {
        (row["enterprise_id"], row["field"], row["role"]): row for row in found.trades.ratings.iter_rows(named=True)
    }
    assert list(whole) == sorted(firms)
    for name, firm in firms.items():
        wanted = rate_firm(policy, schemes, name, firm, as_of)
        case = as_yaml({"as_of": as_of, "firm": vars(firm), "policy": policy, "schemes": schemes})
        assert {key: whole[name][key] for key in wanted["whole"]} == wanted["whole"], case
        oracle_rows = sorted((tuple(row[column] for column in TRACE) for row in wanted["trace"]), key=repr)
        assert rows_of(found.trace, enterprise_id=name) == oracle_rows, case
        for (field, role), one in wanted["trades"].items():
            row = trades.pop((name, field, role))
            assert row["unrated"] == (one if isinstance(one, str) else None)
            if not isinstance(one, str):
                assert {key: row[key] for key in one} == one, case
    assert not trades
    summed = found.trades.trace.group_by("enterprise_id", "field", "scheme").agg(pl.col("points_centipoints").sum())
    units = found.trades.ratings.drop_nulls("tier").join(summed, on=["enterprise_id", "field", "scheme"], how="left")
    score = pl.col("base_centipoints") + pl.col("points_centipoints").fill_null(0)
    assert units.filter(score != pl.col("score_centipoints")).is_empty()


@fewer_examples(4)
@given(seed=SEEDS)
def test_an_enterprise_of_one_trade_is_rated_as_by_its_scheme_alone(seed: int) -> None:
    chance = Random(seed)
    policy, schemes = random_policy(chance)
    for one in policy["records"].values():
        one["values"] = {min(one["values"]): "every_field"}
    whole = policy["whole"]["scheme"]
    always = {**policy, "trades": {**policy["trades"], "values": {}}, "tiers": {}}
    always["trades"]["values"][min(policy["trades"]["values"])] = [{"field": "drug", "scheme": whole}]
    always["whole"]["best_while_unrated"]["values"] = {min(policy["trades"]["values"]): "A"}
    always["whole"]["rule"]["values"] = {min(policy["trades"]["values"]): "worst"}
    as_of = random_rating_day(chance, schemes[whole])
    records = random_enterprises(chance, schemes, as_of, 60)
    firms = {name: Firm(["drug"], ["maker"], of_firm) for name, of_firm in records.items()}
    by = loaded(always, {whole: schemes[whole]})
    alone = pipeline_ratings(by.schemes[whole], records, as_of)
    found = rated(by, firms, as_of)
    for row in found.ratings.iter_rows(named=True):
        rating, trace = alone[row["enterprise_id"]]
        assert row == {key: rating[key] for key in row}
        assert rows_of(found.trace, enterprise_id=row["enterprise_id"]) == trace


@fewer_examples(8)
@given(seed=SEEDS)
def test_the_order_of_schemes_does_not_matter(seed: int) -> None:
    chance = Random(seed)
    policy, schemes = random_policy(chance)
    as_of = random_rating_day(chance, schemes["made-a"])
    firms = random_firms(chance, random_enterprises(chance, schemes, as_of, 40))
    turned = {**policy, "trades": {**policy["trades"]}}
    turned["trades"]["values"] = {day: trades[::-1] for day, trades in policy["trades"]["values"].items()}
    turned["tiers"] = dict(reversed(policy["tiers"].items()))
    one, other = (
        rated(loaded(these, of), firms, as_of)
        for these, of in ((policy, schemes), (turned, dict(reversed(schemes.items()))))
    )
    assert one.ratings.equals(other.ratings)
    assert one.trace.equals(other.trace)
    assert one.trades.ratings.equals(other.trades.ratings)
    assert one.trades.trace.equals(other.trades.trace)
