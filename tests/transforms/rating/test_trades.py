"""A scheme for each trade: cases in trades.yaml, the causes of changes, and the outlook of the whole."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from tests.transforms.rating.rating_examples import dated, penalty, penalty_item, record, record_frames, scheme
from transforms.policy_model.rating import RatingPolicy
from transforms.rating import ComparedRuns, RatingResult, tier_changes, tier_outlook
from transforms.rating.trades import TradeSchemes, rate_trades, trade_changes
from transforms.schemas import KINDS

FILE = yaml.safe_load(Path(__file__).with_name("trades.yaml").read_text("utf-8"))
DAY = date(2025, 3, 10)
NEXT = DAY + timedelta(days=1)
OTHER_TIERS = [
    {"tier": "优", "title": ""},
    {"tier": "良", "title": "", "from": 1},
    {"tier": "差", "title": "", "from": 6},
]
OTHER_ITEMS = [penalty_item("fine", "fine", 1), penalty_item("stop_order", "stop_order", 6)]
SCHEMES = {
    "test": scheme(),
    "other": scheme(scheme="other", mode="accumulate", base=dated(0), tiers=dated(OTHER_TIERS), items=OTHER_ITEMS),
}


def by(**records: str) -> TradeSchemes:
    policy = deepcopy(FILE["policy"])
    for name, value in records.items():
        policy["records"][name]["values"] = dict.fromkeys(policy["records"][name]["values"], value)
    return TradeSchemes(RatingPolicy.model_validate(policy), SCHEMES)


def register(fields: list[str], roles: list[str]) -> pl.LazyFrame:
    row = dict.fromkeys(KINDS["enterprise"].table.schema) | {"enterprise_id": "E1", "name": "甲", "version_no": 1}
    row |= {"received_at": datetime(2020, 1, 1, tzinfo=UTC)}
    return pl.LazyFrame([row | {"fields": fields, "roles": roles}], KINDS["enterprise"].table.schema)


def rated(of: TradeSchemes, day: date, rows: list[dict[str, Any]], fields: list[str], roles: list[str]) -> RatingResult:
    return rate_trades(record_frames(*rows), register(fields, roles), of, day)


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["name"])
def test_cases(case: dict[str, Any]) -> None:
    rows = [
        penalty(f"p{n}", "E1", DAY, *one["kinds"], field=one.get("field"))
        for n, one in enumerate(case.get("penalties", ()))
    ]
    if hold := case.get("hold"):
        decided = {"decision_type": "hold_tier", "tier": hold["tier"], "ends_on": hold["until"], "reason": "理由"}
        rows.append(record("decision", "h", "E1", DAY, **decided))
    found = rated(by(**case.get("records", {})), DAY, rows, case["fields"], case.get("roles", ["retailer"]))
    whole = found.ratings.row(0, named=True)
    expected = case["whole"]
    scores = {"score": whole["score_centipoints"] / 100}
    assert {name: (whole | scores)[name] for name in expected} == expected
    assert whole["base_centipoints"] + found.trace["points_centipoints"].sum() == whole["score_centipoints"]
    trades = found.trades.ratings.iter_rows(named=True)
    assert {f"{one['field']}·{one['role']}": one["tier"] or one["unrated"] for one in trades} == case["trades"]


FINE = penalty("p1", "E1", date(2024, 12, 1), "fine", field="device")
STOP = penalty("p2", "E1", DAY, "stop_order", field="drug")


def changes(before: list[dict[str, Any]], day: date, after: list[dict[str, Any]], on: date) -> tuple[Any, Any]:
    of, trade = by(), (["drug", "device"], ["retailer"])
    sides = rated(of, day, before, *trade), rated(of, on, after, *trade)
    known = {**record_frames(*after), "enterprise": register(*trade)}
    runs = ComparedRuns(on, is_policy_changed=False)
    names = known["enterprise"]
    of_whole = tier_changes(*sides, known, names, runs)
    return of_whole, trade_changes(sides[0].trades, sides[1].trades, known, names, runs)


def test_an_upgrade_is_caused_in_the_trade_that_decided_before() -> None:
    """A fine in devices is over, and the trade of drugs decides now: nothing of its records changed."""
    last = date(2024, 12, 31)
    lighter = penalty("p3", "E1", date(2024, 12, 5), "warning", field="drug")
    of_whole, of_trades = changes([FINE, lighter], last, [FINE, lighter], last + timedelta(days=1))
    (change,) = of_whole.changes.to_dicts()
    assert (change["tier_before"], change["tier_after"], change["causes"]) == ("B", "A", ["aged_out"])
    assert of_whole.change_trace["record_id"].to_list() == ["p1"]
    (of_trade,) = of_trades.to_dicts()
    assert (of_trade["field"], of_trade["tier_before"], of_trade["tier_after"]) == ("device", "良", "优")
    assert (of_trade["scheme"], of_trade["cause"]) == ("other", "aged_out")


def test_a_downgrade_is_caused_in_the_trade_that_decides_now() -> None:
    more = penalty("p3", "E1", NEXT, "confiscation_gains", "fine", field="drug")
    device = penalty("p4", "E1", DAY, "fine", field="device")
    of_whole, of_trades = changes([device, STOP], DAY, [device, STOP, more], NEXT)
    (change,) = of_whole.changes.to_dicts()
    assert (change["tier_before"], change["tier_after"], change["causes"]) == ("B", "C", ["new_record"])
    assert set(of_whole.change_trace["record_id"]) == {"p3"}
    assert of_trades.select("field", "tier_before", "tier_after").rows() == [("drug", "B", "C")]


def test_a_trade_that_changes_below_the_whole_is_a_change_of_the_trade_alone() -> None:
    worse = penalty("p4", "E1", DAY, "stop_order", field="device")
    of_whole, of_trades = changes([worse], DAY, [worse, penalty("p5", "E1", NEXT, "stop_order", field="drug")], NEXT)
    assert of_whole.changes.is_empty()
    assert of_trades.select("field", "tier_before", "tier_after", "cause").rows() == [("drug", "A", "B", "new_record")]


def test_the_outlook_of_the_whole_is_the_first_day_on_which_its_tier_is_another() -> None:
    of, last = by(), date(2024, 12, 20)
    rows = [FINE, penalty("p6", "E1", date(2024, 12, 2), "stop_order", field="drug")]
    known = {**record_frames(*rows), "enterprise": register(["drug", "device"], ["retailer"])}

    def rate(records: Any, ids: pl.LazyFrame, day: date, releases: pl.DataFrame | None) -> RatingResult:
        return rate_trades(records, records["enterprise"].join(ids, on="enterprise_id"), of, day, releases)

    now = rate(known, register([], []).select("enterprise_id"), last, None)
    outlook = tier_outlook(known, now, rate, None, last + timedelta(days=30), lambda _records, _day: None)
    row = outlook.row(0, named=True)
    assert (row["tier_before"], row["tier_after"], row["changes_on"]) == ("B", "A", date(2025, 1, 1))
    assert row["cause"] == "aged_out"
