"""Both sides of every comparison do the same work, and the page follows from the figures. Times are never asserted."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from bench import by_pandas, data, ingest, nightly_run, scoring
from bench.__main__ import main, read_flags, read_results
from bench.data import AS_OF
from bench.gate import SIDES as GATE
from bench.measure import (
    Comparison,
    OutcomesDiffer,
    PairedTimings,
    SideFailed,
    Timing,
    check_outcomes,
    outcome_of,
    row_of_pairs,
    row_of_timings,
    run_in_process,
)
from bench.report import BenchSection, Circumstances, performance_chart, performance_page
from transforms.records.uscc import find_faults

SIZE = data.DataSize(enterprises=300, records=6000, seed=7)
ROWS = 500
FAULTS = 5  # a hundredth of the rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("bench")
    data.write_records(SIZE, found / "records")
    data.write_gate_frames(data.gate_frames(ROWS, 7), found / "penalties")
    return found


def outcome(sides, name: str, folder: Path):
    return outcome_of(sides[name](folder))


@pytest.fixture(scope="module")
def side(folder: Path):
    return scoring.rated(folder / "records", scoring.reference_scheme())


@pytest.fixture(scope="module")
def buckets(side):
    """Ratings, trace and identities of every bucket."""
    return [step() for step in side.steps]


@pytest.fixture(scope="module")
def rated(side, buckets):
    return side.total([side.outcome(bucket) for bucket in buckets])


def test_the_same_seed_makes_the_same_data_and_another_does_not():
    first, again, other = (data.bucket_frames(replace(SIZE, seed=seed), 1) for seed in (7, 7, 8))
    assert all(first[name].equals(again[name]) for name in first)
    assert not first["penalty"].equals(other["penalty"])


def test_buckets_hold_all_and_share_no_enterprise():
    every = list(data.all_buckets(SIZE))
    kinds = [name for name in every[0] if name not in ("enterprise", "releases")]
    assert sum(len(frames[name]) for frames in every for name in kinds) == SIZE.records
    ids = pl.concat([frames["enterprise"]["enterprise_id"] for frames in every])
    assert ids.n_unique() == len(ids) == SIZE.enterprises
    assert not find_faults(ids), "their codes are sound"
    assert all(
        frame["enterprise_id"].is_in(frames["enterprise"]["enterprise_id"].implode()).all()
        for frames in every
        for frame in (frames["inspection"], frames["penalty"])
    )


@pytest.fixture(scope="module")
def by_hand(folder: Path):
    """Ratings and trace of the SQL."""
    return scoring.sql_tables(scoring.in_sql(folder / "records"))


def test_every_rating_is_the_one_of_the_sql_and_of_pandas(folder: Path, buckets, by_hand):
    told = pl.concat([ratings for ratings, _, _ in buckets]).select(scoring.RATING).sort("enterprise_id")
    assert_frame_equal(told, by_hand[0].sort("enterprise_id"))
    read = by_pandas.read(folder / "records", scoring.columns_read(scoring.reference_scheme()))
    assert_frame_equal(told, scoring.as_polars(by_pandas.rated(read, pd.Timestamp(AS_OF))).sort("enterprise_id"))


def test_every_row_of_the_trace_is_the_one_of_the_sql(buckets, by_hand):
    told = pl.concat([trace for _, trace, _ in buckets]).select(scoring.TRACE)
    assert_frame_equal(told, by_hand[1], check_row_order=False)


def test_the_records_put_every_mechanism_to_use(by_hand):
    ratings, trace = by_hand
    assert set(ratings["tier"]) == set("ABCDE")
    assert set(ratings["decided_by"]) == {"cut_point", "minimum_data", "direct", "movement", "decision"}
    assert set(trace["reason"].drop_nulls()) == {"revoked", "released", "expired", "aged_out", "lighter_in_act"}
    assert {"item", "accumulation", "section_limit", "score_limit", "direct"} <= set(trace["role"])


def test_outcomes_of_all_sides_agree(folder: Path, rated):
    assert rated == outcome(scoring.SIDES, "in_duckdb", folder / "records")
    in_pandas = outcome(scoring.SIDES, "in_pandas", folder / "records")
    assert in_pandas.items() <= rated.items()
    assert in_pandas["ratings_rows"] != 0
    without = outcome(scoring.SIDES, "rated_without_movement", folder / "records")
    assert without["trace_rows"] == rated["trace_rows"], "movement changes tiers, not points"
    assert without["ratings_rows"] != rated["ratings_rows"]


def test_a_rating_needs_no_column_but_those_read(folder: Path, tmp_path: Path, rated):
    columns = scoring.columns_read(scoring.reference_scheme())
    for bucket in scoring.bucket_names(folder / "records"):
        for name, frame in scoring.scans(folder / "records", bucket).items():
            (tmp_path / name).mkdir(exist_ok=True)
            frame.select(columns[name]).collect().write_parquet(tmp_path / name / f"{bucket}.parquet")
    assert outcome(scoring.SIDES, "rated", tmp_path) == rated
    released = sum(len(frames["releases"]) for frames in data.all_buckets(SIZE))
    assert outcome(scoring.SIDES, "only_read", tmp_path)["rows"] == SIZE.enterprises + SIZE.records + released


def test_a_score_without_its_trace_is_an_error(side, buckets):
    ratings, trace, ids = buckets[0]
    with pytest.raises(scoring.InvariantBroken, match="are not base"):
        side.outcome([ratings, trace.filter(pl.col("points_centipoints") == 0), ids])
    with pytest.raises(scoring.InvariantBroken, match="149 enterprises are rated instead of 150"):
        side.outcome([ratings.head(149), trace, ids])


@pytest.mark.parametrize("state", ["clean", "corrupt"])
def test_both_engines_have_the_same_outcome(folder: Path, state: str):
    ours, beside = (outcome(GATE, f"on_{engine}_{state}", folder / "penalties") for engine in ("polars", "pandas"))
    assert ours == beside
    assert ours["success"] is (state == "clean")
    assert all(row[0] for row in ours["each"]) is (state == "clean")
    assert (FAULTS in [row[2] for row in ours["each"]]) is (state == "corrupt")


def test_a_run_after_few_changes_writes_what_a_full_run_writes(tmp_path: Path):
    nightly_run.write_office(data.DataSize(60, 1200, 7), tmp_path / "office")
    incremental, full = (outcome(nightly_run.SIDES, name, tmp_path / "office") for name in ("incremental", "full"))
    assert incremental == full
    assert full["ratings"] > 0


def test_a_file_is_ingested_whole(tmp_path: Path):
    ingest.write_inbox(SIZE, tmp_path)
    rows = outcome(ingest.SIDES, "scanned_and_written", tmp_path)["rows"]
    assert outcome(ingest.SIDES, "ingested", tmp_path) == {"read": rows, "accepted": rows, "quarantined": 0}


def test_a_side_runs_in_a_process_of_its_own(folder: Path):
    run = run_in_process("scoring.only_read", folder / "records", folder / "records")
    assert run.outcome == outcome(scoring.SIDES, "only_read", folder / "records")
    assert run.peak_mb > 10
    with pytest.raises(SideFailed, match="KeyError"):
        run_in_process("scoring.unheard_of", folder / "records", folder / "records")


def compared(is_equal: bool = False, goal: float | None = None) -> Comparison:
    return Comparison("Gate", "a", "b", "ten rows", "another", Path(), Path(), is_equal, goal)


def pairs(*seconds: tuple[float, float]) -> tuple[tuple[Timing, Timing], ...]:
    return tuple((Timing(ours, 2 * ours, 100, {"n": 1}), Timing(beside, 1, 200, {"n": 2})) for ours, beside in seconds)


def test_outcomes_that_differ_are_an_error():
    check_outcomes(compared(), list(pairs((1, 1), (1, 1))))
    with pytest.raises(OutcomesDiffer, match="Gate"):
        check_outcomes(compared(is_equal=True), list(pairs((1, 1))))
    unsteady = (Timing(1, 1, 1, {"n": 3}), Timing(1, 1, 1, {"n": 2}))
    with pytest.raises(OutcomesDiffer, match="'n': 3"):
        check_outcomes(compared(), [*pairs((1, 1)), unsteady])


def test_entries_of_one_side_only_are_not_compared():
    both = (Timing(1, 1, 1, {"n": 1, "more": 5}), Timing(1, 1, 1, {"n": 1}))
    check_outcomes(compared(is_equal=True), [both])


CIRCUMSTANCES = Circumstances("python -m bench", 3, 0.5, 0.25, "Nothing else ran.")


def test_the_page_gives_medians_ratios_and_whether_aims_hold():
    slower = row_of_pairs(PairedTimings(compared(goal=2.9), pairs((2, 1), (6, 2), (5, 1))))
    faster = row_of_pairs(PairedTimings(compared(goal=0.1), pairs((1, 10), (1, 20), (2, 10))))
    alone = row_of_timings("Command", "`yaoxin`", [Timing(0.5, 0.4, 90, {})], 0.5, "under 0.5 s")
    text = performance_page(
        [BenchSection("gate", CIRCUMSTANCES, (slower, faster, alone))],
        {"gate": "Of the gate.\n", "run": "Not this.\n"},
    )
    ratio = "3.0 : 1 (2.0 to 5.0) | 10.0 : 1 | at most 2.9 : 1 | no |"
    assert f"| Gate: ten rows | another | 5 | 1 | 10 | 1 | 100 | 200 | {ratio}" in text
    ratio = "1 : 10.0 (5.0 to 20.0) | 2.0 : 1 | at most 1 : 10 | yes |"
    assert f"| Gate: ten rows | another | 1 | 10 | 2 | 1 | 100 | 200 | {ratio}" in text
    assert "| Command: `yaoxin` |  | 0.5 |  | 0.4 |  | 90 |  |  |  | under 0.5 s | yes |" in text
    assert "| gate | `python -m bench` | 3 | 0.5 | 0.2 | Nothing else ran. |" in text
    assert "Of the gate." in text
    assert "Not this." not in text


def test_the_chart_is_the_same_for_the_same_numbers():
    rows = [
        row_of_pairs(PairedTimings(compared(), pairs((2, 1)))),
        row_of_timings("Command", "one", [Timing(1, 1, 1, {})], None, ""),
    ]
    assert performance_chart(rows) == performance_chart(rows)
    assert ET.fromstring(performance_chart(rows)).tag.endswith("svg")


def test_sections_are_measured_apart_and_none_is_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bench.measure.run_in_process", lambda side, folder, warm: Timing(1, 1, 1, {"n": 1}))
    sizes = ["--rows", "300", "--csv-rows", "200", "--pairs", "1", "--docs", str(tmp_path)]
    main([*sizes, "--only", "ingest"])
    main([*sizes, "--only", "gate", "--remark", "Once more."])
    known = read_results(tmp_path / "performance.json")
    assert set(known) == {"ingest", "gate"}
    text = (tmp_path / "performance.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out.endswith(text)
    assert text.index("| Gate: clean") < text.index("| Ingest: CSV of 200")


def test_full_sizes_give_way_to_those_that_are_said():
    flags = read_flags(["--full", "--records", "20"])
    assert (flags.enterprises, flags.records, flags.rows) == (1_000_000, 20, [1_000_000, 5_000_000])
    assert read_flags([]).records < 10**6


def test_sizes_below_one_are_refused(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["--pairs", "0"])
    assert "0 is below 1" in capsys.readouterr().err
