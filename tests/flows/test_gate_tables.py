"""How the flows tell the gate its tables, and the frames in which tables meet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from flows.gate_tables import gate_accounts, gate_amounts, gate_ratings, gate_trades, read_gate
from transforms.policy_model import PolicyProblems
from transforms.schemas import TABLES

POLICY = Path(__file__).parents[2] / "policy"
GATE = read_gate(POLICY)
DAY = date(2026, 3, 1)
TIERS = ("A", "B", "C")
RATINGS = pl.DataFrame(
    {
        "enterprise_id": ["e1", "e2"],
        "tier": ["A", "B"],
        "tier_index": [0, 1],
        "score_centipoints": [1000, 850],
        "base_centipoints": [1000, 1000],
        "next_change_on": [None, DAY + timedelta(days=1)],
    }
)
TRACE = pl.DataFrame({"enterprise_id": ["e2", "e2"], "points_centipoints": [-100, -50]})
REGISTER = pl.DataFrame({"enterprise_id": ["e1", "e2"], "is_known": [True, True]})


def findings(ratings: pl.DataFrame = RATINGS, trace: pl.DataFrame = TRACE, register: pl.DataFrame = REGISTER) -> dict:
    """Columns found at fault, with the enterprises named."""
    verdict = GATE.validate("present_ratings", gate_ratings(ratings, trace, register, TIERS, DAY))
    return {f.column: [row["enterprise_id"] for row in f.sample_rows] for f in verdict.findings}


def test_every_stored_table_is_known_with_its_columns_and_words() -> None:
    assert set(TABLES) <= set(GATE.specs)
    spec = GATE.specs["penalty"]
    assert [column.name for column in spec.columns] == list(TABLES["penalty"].schema)
    assert "fine" in next(column.words for column in spec.columns if column.name == "penalty_kinds")


def test_a_table_nobody_described_to_the_gate_is_an_error() -> None:
    with pytest.raises(KeyError, match="knows no table penalties"):
        GATE.validate("penalties", pl.DataFrame())


def test_ratings_that_agree_with_trace_register_and_scheme_pass() -> None:
    assert findings() == {}


def test_a_point_too_much_in_the_trace_names_the_enterprise() -> None:
    trace = TRACE.with_columns(points_centipoints=pl.Series([-100, -51]))
    assert findings(trace=trace) == {"score_centipoints, base_centipoints, trace_centipoints": ["e2"]}


def test_a_trace_without_a_rating_is_found() -> None:
    trace = pl.concat([TRACE, pl.DataFrame({"enterprise_id": ["e3"], "points_centipoints": [-1]})])
    assert findings(trace=trace)["is_rated, is_traced"] == ["e3"]


def test_a_rating_of_nobody_in_the_register_is_found() -> None:
    assert findings(register=REGISTER.filter(pl.col("enterprise_id") != "e1")) == {"is_registered, is_rated": ["e1"]}


@pytest.mark.parametrize(("is_known", "found"), [(True, {"is_rated, is_known": ["e3"]}), (False, {})])
def test_an_entry_of_the_register_that_nobody_rated_is_found_once_it_is_known(is_known: bool, found: dict) -> None:
    register = pl.concat([REGISTER, pl.DataFrame({"enterprise_id": ["e3"], "is_known": [is_known]})])
    assert findings(register=register) == found


@pytest.mark.parametrize(("days", "found"), [(-1, ["e1"]), (0, ["e1"]), (1, [])])
def test_a_rating_left_as_it_was_on_its_day_to_change_is_found(days: int, found: list[str]) -> None:
    due = RATINGS.with_columns(
        next_change_on=pl.Series([DAY + timedelta(days=days), None]),
    )
    assert findings(due).get("is_overdue, is_known", []) == found


def test_a_tier_in_the_wrong_place_or_unknown_to_the_scheme_is_found() -> None:
    wrong = RATINGS.with_columns(tier=pl.Series(["Z", "C"]))
    assert findings(wrong) == {"tier, tier_index, scheme_index, is_rated": ["e1", "e2"]}


def test_two_ratings_of_one_enterprise_are_found() -> None:
    assert findings(pl.concat([RATINGS, RATINGS[0:1]])) == {"enterprise_id": ["e1", "e1"]}


def test_nothing_rated_yet_passes() -> None:
    assert findings(RATINGS.clear(), TRACE.clear(), REGISTER.clear()) == {}


def accounts_of(*rows: tuple[str, str, int, int]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """accounts and files of (file, kind, rows read, quarantined rows) of one source."""
    names = ["file_name", "kind", "read_count", "quarantined_count"]
    accounts = pl.DataFrame(rows, schema=names, orient="row").with_columns(
        pl.col("read_count", "quarantined_count").cast(pl.Int64),
        file_id=pl.col("file_name").map_elements(lambda name: name.ljust(64, "0"), return_dtype=pl.String),
        source=pl.lit("penalty"),
        attempt_no=pl.lit(1, dtype=pl.Int64),
    )
    files = accounts.group_by("file_id").agg(pl.col("read_count").sum(), attempt_no=pl.lit(1, dtype=pl.Int64))
    return accounts, files


def judged(*rows: tuple[str, str, int, int]) -> list[Mapping[str, str]]:
    """The rows for which the run is refused."""
    verdict = GATE.validate("night_accounts", gate_accounts(*accounts_of(*rows)))
    return [row for finding in verdict.findings if finding.severity == "critical" for row in finding.sample_rows]


def test_accounts_of_a_run_stand_beside_the_sums_of_their_kind() -> None:
    rows = (("a", "penalty", 100, 100), ("a", "honour", 1, 0), ("b", "penalty", 100, 0))
    summed = gate_accounts(*accounts_of(*rows)).collect()
    assert summed.select("kind", "file_name", "group_read_count", "group_quarantined_count").rows() == [
        ("honour", "a", 1, 0),
        ("penalty", "a", 200, 100),
        ("penalty", "b", 200, 100),
    ]
    assert not judged(*rows)


@pytest.mark.parametrize(("turned_away", "is_passed"), [(99, True), (100, True), (101, False)])
def test_more_than_half_of_a_kind_quarantined_refuses_the_run(turned_away: int, is_passed: bool) -> None:
    assert (judged(("a", "penalty", 200, turned_away)) == []) is is_passed


def test_a_refusal_names_the_files_at_fault_and_no_other() -> None:
    refused = judged(("a", "penalty", 900, 900), ("b", "penalty", 100, 1))
    assert [row["file_name"] for row in refused] == ["a"]


def test_the_register_is_named_before_the_rows_that_miss_it() -> None:
    refused = judged(("a", "decision", 900, 900), ("b", "enterprise", 300, 300))
    assert [row["kind"] for row in refused] == ["enterprise", "decision"]


def test_unreadable_rows_are_a_share_of_their_files_rows() -> None:
    few = (("a", "penalty", 1_000_000, 0), ("a", "", 200, 200))
    assert not judged(*few)
    assert [row["file_name"] for row in judged(("a", "penalty", 199, 0), ("a", "", 200, 200))] == ["a"]


def test_rows_that_were_tried_again_refuse_no_run() -> None:
    accounts, files = accounts_of(("a", "penalty", 900, 900))
    second = pl.lit(2, dtype=pl.Int64).alias("attempt_no")
    assert gate_accounts(accounts.with_columns(second), files.with_columns(second)).collect().is_empty()


def test_a_trade_whose_trace_does_not_sum_or_has_no_rating_is_found() -> None:
    rated = {"enterprise_id": "E1", "field": "drug", "scheme": "s", "tier": "A", "base_centipoints": 1000}
    ratings = [rated | {"role": role, "score_centipoints": 900} for role in ("maker", "user")]
    ratings.append(rated | {"field": "device", "role": "user", "tier": None, "scheme": None})
    frames = [
        pl.DataFrame([{name: row.get(name) for name in TABLES[table].schema} for row in rows], TABLES[table].schema)
        for table, rows in (
            ("trade_ratings", ratings),
            ("trade_trace", [rated | {"points_centipoints": -60}, rated | {"points_centipoints": -40}]),
            (
                "trade_trace",
                [rated | {"points_centipoints": -60}, rated | {"field": "device", "points_centipoints": 0}],
            ),
        )
    ]
    sound, faulty = (GATE.validate("new_trade_ratings", gate_trades(frames[0], trace)) for trace in frames[1:])
    assert (sound.row_count, sound.findings) == (1, ())
    assert {finding.column for finding in faulty.findings} == {
        "score_centipoints, base_centipoints, trace_centipoints",
        "score_centipoints",
        "base_centipoints",
    }


def test_caution_is_policy_with_the_mistakes_of_policy(tmp_path: Path) -> None:
    text = (POLICY / "gate.yaml").read_text(encoding="utf-8").replace("minimum_percent: 50", "minimum_percent: 150", 1)
    (tmp_path / "gate.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyProblems, match="minimum_percent"):
        read_gate(tmp_path)


def test_a_volume_for_no_table_is_a_mistake(tmp_path: Path) -> None:
    text = (POLICY / "gate.yaml").read_text(encoding="utf-8").replace("  present_ratings:", "  ratings_present:")
    (tmp_path / "gate.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyProblems, match="ratings_present"):
        read_gate(tmp_path)


def test_limits_come_from_the_file() -> None:
    limits = GATE.specs["present_ratings"].limits
    assert (limits.minimum_percent, limits.maximum_percent) == (50, 200)
    assert (limits.earliest_on, limits.latest_on) == (date(1900, 1, 1), date(2199, 12, 31))
    assert GATE.specs["penalty"].limits.minimum_percent is None


def penalties(*rows: dict) -> pl.DataFrame:
    """Penalties that impose a fine, unless a row says otherwise."""
    shared = {"version_no": 1, "source": "penalty", "decision_no": "示药罚〔2026〕1号", "penalty_kinds": ["fine"]}
    named = [shared | {"record_id": f"penalty:{n}", "row_no": n + 2} | row for n, row in enumerate(rows)]
    schema = TABLES["penalty"].schema
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in named], schema=schema)


def warned(*rows: dict) -> dict[str, list[str]]:
    """Columns that are warned of, each with the rows of the file that are named."""
    verdict = GATE.validate("penalty_amounts", gate_amounts(penalties(*rows), GATE.policy.amounts.times))
    assert verdict.is_passed
    return {finding.column: [row["row_no"] for row in finding.sample_rows] for finding in verdict.findings}


def test_a_fine_without_a_sum_is_warned_of() -> None:
    assert warned({"fine_fen": 500_000}, {"fine_fen": None}) == {"decision_no, is_fine_unknown": ["3"]}


@pytest.mark.parametrize("kind", ["confiscation_gains", "confiscation_goods"])
def test_a_confiscation_without_a_sum_is_warned_of(kind: str) -> None:
    assert warned({"penalty_kinds": [kind]}) == {"decision_no, is_confiscation_unknown": ["2"]}


def test_a_penalty_that_imposes_no_sum_needs_none() -> None:
    assert gate_amounts(penalties({"penalty_kinds": ["warning"]}), 1000).collect().is_empty()


@pytest.mark.parametrize(
    ("fen", "content", "is_warned"),
    [
        (5_000_000_000, "罚款五千元", True),  # 5000 in the column of 万元
        (50_000_000_000, "罚款五千元", True),
        (50, "罚款五千元", True),
        (0, "罚款五千元", True),
        (500_000, "罚款五千元", False),
        (500_000, "没收违法所得5000.00元；罚款若干", False),
        (630_069, "罚款6300.69元", False),
        (5_000_000_000, "罚款", False),
        (5_000_000_000, None, False),
    ],
)
def test_a_fine_far_from_the_sum_in_its_text_is_warned_of(fen: int, content: str | None, is_warned: bool) -> None:
    found = warned({"fine_fen": fen, "content": content})
    assert found.pop("fine_fen, stated_fen", []) == (["2"] if is_warned else [])
    assert found in ({}, {"decision_no, fine_fen": ["2"]})


@pytest.mark.parametrize(("more", "is_warned"), [(-1, False), (0, False), (1, True)])
def test_a_fine_above_the_bound_of_the_policy_is_warned_of(more: int, is_warned: bool) -> None:
    assert ("decision_no, fine_fen" in warned({"fine_fen": GATE.policy.amounts.most_fen + more})) is is_warned
