"""Both sides of every comparison do the same work, and what is written follows from what was measured; never times."""

import xml.etree.ElementTree as ET
from pathlib import Path

import polars as pl
import pytest

from bench import made, scoring
from bench.__main__ import comparisons, main, read_flags
from bench.gate import SIDES as GATE
from bench.page import Sitting, page
from bench.pairs import AnswersDiffer, Comparison, Measured, SideFailed, check_answers, fresh
from bench.picture import picture
from bench.side import Run

ENTERPRISES, RECORDS, ROWS = 30, 400, 500
FAULTS = 5  # a hundredth of the rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("bench")
    made.write(made.records(ENTERPRISES, RECORDS, 7), found / "records")
    made.write(made.penalties(ROWS, 7), found / "penalties")
    return found


def answer(sides, name: str, folder: Path):
    side = sides[name](folder)
    return side.answer(side.work())


@pytest.fixture(scope="module")
def rated(folder: Path):
    return answer(scoring.SIDES, "rated", folder / "records")


def test_the_same_seed_makes_the_same_data_and_another_does_not():
    first, again, other = (made.records(ENTERPRISES, RECORDS, seed) for seed in (7, 7, 8))
    assert all(first[name].equals(again[name]) for name in first)
    assert not first["penalty"].equals(other["penalty"])
    assert sum(len(frame) for name, frame in first.items() if name != "enterprise") == RECORDS


def test_all_are_rated_and_all_is_read(folder: Path, rated):
    read = answer(scoring.SIDES, "plainly_read", folder / "records")
    assert rated["ratings"] == ENTERPRISES
    assert rated["trace"] > RECORDS // 2
    without = answer(scoring.SIDES, "rated_without_movement", folder / "records")
    assert without == rated, "movement changes tiers, not points"
    assert read["rows"] == ENTERPRISES + RECORDS


def test_a_rating_needs_no_column_but_those_read(folder: Path, tmp_path: Path, rated):
    columns = scoring.columns_read(scoring.reference())
    narrow = {
        name: frame.select(columns.get(name, ["enterprise_id"])).collect()
        for name, frame in scoring.scans(folder / "records").items()
    }
    made.write(narrow, tmp_path)
    assert answer(scoring.SIDES, "rated", tmp_path) == rated


def test_a_score_without_its_trace_is_told(folder: Path):
    side = scoring.rated(folder / "records", scoring.reference())
    ratings, trace = side.work()
    with pytest.raises(scoring.LawBroken, match="are not base"):
        side.answer([ratings, trace.filter(pl.col("points_centipoints") == 0)])
    with pytest.raises(scoring.LawBroken, match="29 enterprises are rated, not the 30"):
        side.answer([ratings.head(ENTERPRISES - 1), trace])


@pytest.mark.parametrize("state", ["clean", "corrupt"])
def test_both_engines_say_the_same(folder: Path, state: str):
    ours, beside = (answer(GATE, f"on_{engine}_{state}", folder / "penalties") for engine in ("polars", "pandas"))
    assert ours == beside
    assert ours["success"] is (state == "clean")
    assert all(row[0] for row in ours["each"]) is (state == "clean")
    assert (FAULTS in [row[2] for row in ours["each"]]) is (state == "corrupt")


def test_a_side_runs_in_a_process_of_its_own(folder: Path):
    run = fresh("scoring.plainly_read", folder / "records", folder / "records")
    assert run.answer == {"rows": ENTERPRISES + RECORDS}
    assert run.peak_mb > 10
    with pytest.raises(SideFailed, match="KeyError"):
        fresh("scoring.unheard_of", folder / "records", folder / "records")


def compared(is_equal: bool = False) -> Comparison:
    return Comparison("Gate", "a", "b", "ten rows", "another", Path(), Path(), is_equal)


def pairs(*seconds: tuple[float, float]) -> tuple[tuple[Run, Run], ...]:
    return tuple((Run(ours, 100, {"n": 1}), Run(beside, 200, {"n": 2})) for ours, beside in seconds)


def test_answers_that_differ_are_told():
    check_answers(compared(), list(pairs((1, 1), (1, 1))))
    with pytest.raises(AnswersDiffer, match="Gate"):
        check_answers(compared(is_equal=True), list(pairs((1, 1))))
    unsteady = (Run(1, 1, {"n": 3}), Run(1, 1, {"n": 2}))
    with pytest.raises(AnswersDiffer, match="'n': 3"):
        check_answers(compared(), [*pairs((1, 1)), unsteady])


def test_the_page_gives_medians_and_the_ratios_of_pairs():
    slower = Measured(compared(), pairs((2, 1), (6, 2), (5, 1)))
    faster = Measured(compared(), pairs((1, 10), (1, 20), (2, 10)))
    text = page([slower, faster], Sitting("python -m bench", 3, 0.5, 0.25, "Nothing else ran."))
    assert "| Gate: ten rows | another | 5 | 1 | 100 | 200 | 3.0 : 1 (2.0 to 5.0) |" in text
    assert "| Gate: ten rows | another | 1 | 10 | 100 | 200 | 1 : 10.0 (5.0 to 20.0) |" in text
    assert text.endswith("Nothing else ran.\n")


def test_the_picture_is_the_same_for_the_same_numbers():
    measured = [Measured(compared(), pairs((2, 1)))]
    assert picture(measured) == picture(measured)
    assert ET.fromstring(picture(measured)).tag.endswith("svg")


def test_flags_set_the_sizes(tmp_path: Path):
    flags = read_flags(["--enterprises", "3", "--records", "20", "--rows", "100"])
    found = comparisons(flags, tmp_path)
    assert [one.is_equal for one in found] == [False, False, True, True]
    assert found[0].ours_name == "3 enterprises, 20 records"
    assert pl.scan_parquet(found[-1].folder / "clean.parquet").select(pl.len()).collect().item() == 100


def test_sizes_below_one_are_refused(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["--pairs", "0"])
    assert "0 is below 1" in capsys.readouterr().err
