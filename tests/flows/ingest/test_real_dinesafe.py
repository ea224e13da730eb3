"""The four real DineSafe files by a mapping of their own: every control total of their README, to the last unit."""

from datetime import UTC, datetime

import polars as pl
import pytest

from flows.ingest import IngestHistory, ingest_inbox
from tests.flows.ingest.inboxes import RULES, history_after
from tests.realdata import real_data
from transforms.current_versions import current_versions

AT = datetime(2026, 3, 1, tzinfo=UTC)
GRADES = ("critical_count", "major_count", "minor_count", "ungraded_count")

# rows, establishments, inspections, with C/S/M, clean, defects C/S/M/NA, convictions, their establishments,
# amounts given, above 0, sum in cents: the README's table.
TOTALS = {
    "2001": (6066, 1625, 3468, (261, 917, 962), 2095, (350, 1939, 1678, 4), 11, 8, 11, 11, 1_125_000),
    "2002": (6352, 1793, 4390, (239, 885, 990), 2940, (304, 1532, 1534, 42), 35, 26, 34, 33, 539_250),
    "2003": (7160, 2134, 4724, (208, 1049, 1249), 2990, (257, 1820, 2040, 53), 45, 25, 45, 45, 763_000),
    "2004": (7181, 2361, 5101, (144, 974, 1131), 3479, (193, 1692, 1764, 53), 24, 18, 24, 24, 657_000),
    "all": (26759, 2552, 17683, (852, 3825, 4332), 11504, (1104, 6983, 7016, 152), 115, 69, 114, 113, 3_084_250),
}


@pytest.fixture(scope="module")
def result():
    return ingest_inbox(real_data("toronto_dinesafe"), RULES, IngestHistory.empty(), AT)


def _of(year, result, kind):
    files = result.files if year == "all" else result.files.filter(pl.col("file_name").str.contains(year))
    return result.records[kind].filter(pl.col("file_id").is_in(files["file_id"].implode()))


@pytest.mark.parametrize("year", TOTALS)
def test_inspections_and_their_defects_match_the_control_totals(result, year):
    rows, establishments, inspections, with_grade, clean, defects, *_ = TOTALS[year]
    found = _of(year, result, "inspection")
    read = result.files if year == "all" else result.files.filter(pl.col("file_name").str.contains(year))
    assert read["read_count"].sum() == rows
    assert found["enterprise_id"].n_unique() == establishments
    assert found.height == found["inspection_no"].n_unique() == inspections
    assert tuple((found[grade] > 0).sum() for grade in GRADES[:3]) == with_grade
    assert found.filter(pl.sum_horizontal(GRADES) == 0).height == clean
    assert tuple(found[grade].sum() for grade in GRADES) == defects


@pytest.mark.parametrize("year", TOTALS)
def test_convictions_and_their_amounts_match_the_control_totals(result, year):
    convictions, establishments, given, above, cents = TOTALS[year][6:]
    found = _of(year, result, "penalty")
    assert found.height == convictions
    assert found["enterprise_id"].n_unique() == establishments
    assert found["fine_fen"].count() == given
    assert (found["fine_fen"] > 0).sum() == above
    assert found["fine_fen"].sum() == cents


def test_the_register_has_every_establishment_once(result):
    register = current_versions(result.records["enterprise"].lazy(), AT).collect()
    assert register.height == register["enterprise_id"].n_unique() == 2552
    assert register["enterprise_id"].str.contains(r"^toronto:\d+$").all()
    assert "toronto:9348578" in register["enterprise_id"]


def test_nothing_is_quarantined_and_every_account_balances(result):
    assert result.quarantine.is_empty()
    assert result.files["finding"].null_count() == 4
    read = result.accounts.group_by("kind").agg(pl.col("read_count").sum()).sort("kind").rows()
    assert read == [("enterprise", 26759), ("inspection", 26759), ("penalty", 115)]


def test_the_order_of_arrival_does_not_change_what_is_current(result, tmp_path):
    known, kept = IngestHistory.empty(), []
    for year in ("2003", "2001", "2004", "2002"):
        inbox = tmp_path / year
        inbox.mkdir()
        (inbox / f"dinesafe.{year}.csv").write_bytes(
            (real_data("toronto_dinesafe") / f"dinesafe.{year}.csv").read_bytes()
        )
        one = ingest_inbox(inbox, RULES, known, AT)
        kept.append(one)
        known = history_after(*kept)
    for kind in ("inspection", "penalty"):
        ids = pl.concat([one.records[kind] for one in kept])["record_id"].sort()
        assert ids.to_list() == result.records[kind]["record_id"].sort().to_list()
    assert pl.concat([one.records["enterprise"] for one in kept])["enterprise_id"].n_unique() == 2552
