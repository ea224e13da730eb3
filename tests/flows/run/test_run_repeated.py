"""Same inputs, same bytes: in another store, a second time, and however the files trickled in."""

from datetime import timedelta

import polars as pl
import pytest

from flows.demo import deliver
from flows.publishing import DraftRef, approve_draft, publish_list
from flows.run.run import RunSteps
from flows.store.store import current_ratings
from reports.publication.version import SIGNATURES
from tests.flows.office.staff import signed_in, staffed
from tests.flows.run.run_helpers import (
    FIRST,
    GATED,
    LAST,
    SECOND,
    UNGATED,
    content,
    copy_setup,
    differing_tables,
    files_below,
    run_day,
    run_instant,
    setup_with,
)
from transforms.schemas import KINDS

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def at_once(region, tmp_path_factory):
    """An office that received everything before its first run, on the last day."""
    made = setup_with(tmp_path_factory.mktemp("once") / "home", region, LAST)
    result = run_day(made, LAST)
    return made, result


def published(office):
    """Every file of the first version but its signatures: who signed, and when, is no content."""
    settings = staffed(office.settings)
    publish_list(settings)
    approve_draft(settings, DraftRef(LAST.isoformat()), signed_in(settings, "zhang"))
    assert approve_draft(settings, DraftRef(LAST.isoformat()), signed_in(settings, "li"))["state"] == "published"
    found = files_below(settings.publications / "serious-violations")
    return {name: content for name, content in found.items() if not name.endswith(SIGNATURES)}


def test_two_stores_of_the_same_files_are_the_same_to_the_byte(at_once, region, tmp_path):
    one, result = at_once
    other = setup_with(tmp_path / "other", region, LAST)
    again = run_day(other, LAST)
    tables = content(one.store)
    assert differing_tables(tables, content(other.store)) == []
    assert all(not tables[name].is_empty() for name in ("penalty", "ratings", "trace", "quarantine", "decision"))
    assert files_below(result.report.parent) == files_below(again.report.parent)
    assert published(copy_setup(one, tmp_path / "copy")) == published(other)


def test_a_day_run_again_changes_nothing_and_reports_the_same(second_run, tmp_path):
    previous, first = second_run
    office = copy_setup(previous, tmp_path / "home")
    second = run_day(office, SECOND)
    assert differing_tables(content(previous.store), content(office.store)) == []
    assert not content(office.store)["changes"].is_empty()
    assert second.facts["numbers"] == first.facts["numbers"]


def test_the_gate_says_the_same_of_rows_that_are_not_taken_into_memory(before_second, tmp_path, monkeypatch):
    office, said = copy_setup(before_second, tmp_path / "home"), []
    for most in (1_000_000, 0):
        monkeypatch.setattr("flows.run.validate._MAX_ROWS_IN_MEMORY", most)
        folder = run_day(office, SECOND, RunSteps()).report.parents[1] / "gate"
        said.append({path.name: path.read_bytes() for path in folder.glob("*.json")})
    assert said[0] == said[1]
    assert said[0].keys() & {f"{kind}.json" for kind in KINDS}


def test_a_day_run_again_with_new_records_is_as_if_they_had_been_known_at_once(office, region, second_run):
    run_day(office, SECOND, UNGATED)
    deliver(region, office.settings.inbox, SECOND)
    run_day(office, SECOND, UNGATED)
    assert differing_tables(content(office.store), content(second_run[0].store)) == []


def test_files_that_trickle_in_end_in_the_ratings_of_files_that_come_at_once(office, region, at_once):
    for n in range(1, 5):
        day = FIRST + timedelta(days=n)
        deliver(region, office.settings.inbox, day)
        assert run_day(office, day, GATED if day == LAST else UNGATED).state == "passed"
    assert day == LAST
    for found, expected in zip(current_ratings(office.store), current_ratings(at_once[0].store), strict=True):
        rows = found.drop("valid_from_on").collect()
        assert rows.equals(expected.drop("valid_from_on").collect())
        assert rows.height > 100
    _no_rating_repeats_the_previous_one(office.store)


def _no_rating_repeats_the_previous_one(store):
    ratings = store.scan("ratings").collect().sort("enterprise_id", "valid_from_on")
    days = ratings["valid_from_on"].value_counts()
    assert days.filter(pl.col("valid_from_on") > FIRST)["count"].sum() < ratings.height / 4
    assert ratings.unique(["enterprise_id", "valid_from_on"]).height == ratings.height


def test_arrivals_are_reported_once_in_the_first_of_several_runs_that_know_them(office, region):
    deliver(region, office.settings.inbox, LAST)
    days = [FIRST + timedelta(days=n) for n in (1, 2)]
    numbers = [run_day(office, day, UNGATED, run_instant(LAST)).facts["numbers"]["来件"] for day in days]
    assert numbers[0] > 0
    assert numbers[1:] == [0]
