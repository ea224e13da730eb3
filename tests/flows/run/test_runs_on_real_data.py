"""Real files through the whole run, gate included: four years of DineSafe, then the manufacturers."""

import shutil
from datetime import date, timedelta

import polars as pl
import pytest

from flows.run.run import RunSteps
from flows.store.store import current_ratings
from tests.flows.run.run_helpers import run_day, setup_at
from tests.realdata import real_data
from transforms.current_versions import current_versions

DAY = date(2017, 1, 1)  # the first day of the scheme
GRADES = ("critical_count", "major_count", "minor_count", "ungraded_count")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """An office after the run of the inspections and the run of the register; both results."""
    root = tmp_path_factory.mktemp("real")
    inbox = root / "inbox"
    shutil.copytree(real_data("toronto_dinesafe"), inbox / "toronto_dinesafe")
    office = setup_at(root, scheme="wuhan-2017")
    first = run_day(office, DAY, RunSteps())
    shutil.copytree(real_data("nmpa_manufacturers"), inbox / "nmpa_manufacturers")
    return office, first, run_day(office, DAY + timedelta(days=1), RunSteps())


def stored(runs, kind):
    office = runs[0]
    return current_versions(office.store.scan(kind), office.store.last().known_at).collect()


def test_both_runs_pass_the_gate(runs):
    _, first, second = runs
    assert (first.state, second.state) == ("passed", "passed"), (first.message, second.message)
    assert not [found for found in first.facts["findings"] if found.startswith("critical")]


def test_the_store_holds_every_inspection_and_defect_of_the_control_totals(runs):
    found = stored(runs, "inspection")
    assert found.height == 17683
    assert [(found[grade] > 0).sum() for grade in GRADES[:3]] == [852, 3825, 4332]
    assert [found[grade].sum() for grade in GRADES] == [1104, 6983, 7016, 152]
    assert found.filter(pl.sum_horizontal(GRADES) == 0).height == 11504


def test_the_store_holds_every_conviction_and_cent_of_the_control_totals(runs):
    found = stored(runs, "penalty")
    assert (found.height, found["enterprise_id"].n_unique()) == (115, 69)
    assert (found["fine_fen"].count(), (found["fine_fen"] > 0).sum()) == (114, 113)
    assert found["fine_fen"].sum() == 3_084_250


def test_every_establishment_and_every_maker_is_rated_once(runs):
    ratings = current_ratings(runs[0].store).ratings.collect()
    assert ratings.height == ratings["enterprise_id"].n_unique() == 2552 + 7820
    assert ratings["enterprise_id"].str.starts_with("toronto:").sum() == 2552
    assert [result.facts["numbers"]["已评价企业"] for result in runs[1:]] == [2552, 2552 + 7820]


def test_the_dirt_of_the_register_is_in_quarantine_and_its_account_closes(runs):
    office, _, second = runs
    away = office.store.scan("quarantine").collect()
    assert away["row_no"].n_unique() == second.facts["numbers"]["隔离行数"] == 23
    assert (second.report.parent / "quarantine" / "nmpa_manufacturers.xlsx").is_file()
    sums = office.store.scan("accounts").select(pl.col("^.*_count$").sum()).collect().to_dicts()[0]
    parts = ("accepted_count", "duplicate_count", "superseded_count", "quarantined_count")
    assert sums["read_count"] == sum(sums[part] for part in parts)
