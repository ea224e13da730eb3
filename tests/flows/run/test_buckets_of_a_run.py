"""The number of buckets changes where rows lie, and nothing else: not even when a store is laid out anew."""

import polars as pl
import pytest

from flows.demo import deliver
from flows.store.store import current_records
from flows.store.tables import BUCKETED, ONLY_COPIES, StoredTable, buckets_for
from tests.flows.run.run_helpers import (
    FIRST,
    SECOND,
    UNGATED,
    content,
    copy_setup,
    differing_tables,
    files_below,
    run_day,
    setup_at,
    setup_with,
)
from tests.flows.run.walk import Plan, Walkers
from transforms.schemas import TABLES

pytestmark = pytest.mark.long
WITH_RECORDS = (0, 3)  # the first days that bring records


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """Offices with stores of one bucket and of three, after two runs with new records."""
    ways = {"one": {"buckets": 1}, "three": {"buckets": 3}}
    walkers = Walkers(tmp_path_factory.mktemp("buckets"), Plan(days=WITH_RECORDS[-1] + 1, rows=6), ways)
    for number in WITH_RECORDS:
        day = walkers.receive(number)
        assert {result.state for result in walkers.walk(day, UNGATED).values()} == {"passed"}
    return walkers.offices()


def test_one_bucket_and_three_hold_the_same(walked):
    one, three = (content(office.store) for office in walked.values())
    assert differing_tables(one, three) == []
    assert all(not one[name].is_empty() for name in ("penalty", "inspection", "ratings", "trace", "changes"))
    reports = [files_below(office.store.location.local / "runs") for office in walked.values()]
    assert reports[0] == reports[1]


def test_each_bucket_of_three_lies_in_files_of_its_own(walked):
    store = walked["three"].store
    assert set(store.layout().values()) == {3}
    for name in ("enterprise", "ratings"):
        files = StoredTable(store.location, TABLES[name])._files(store.last().versions[name])
        assert len({file.split("bucket_of_3=")[1].split("/")[0] for file in files}) == 3


def test_an_inspection_entered_for_the_wrong_enterprise_is_the_right_ones_alone(walked):
    for office in walked.values():
        store, run = office.store, office.store.last("nightly")
        copies = store.scan("inspection", buckets=ONLY_COPIES).collect()
        moved = copies.filter(pl.col("enterprise_id").n_unique().over("record_id") > 1)["record_id"].unique()
        assert moved.len() > 0
        records = current_records(store, "inspection", run).collect()
        for record in moved:
            (owner,) = records.filter(record_id=record)["enterprise_id"]
            of_copies = copies.filter(record_id=record)["enterprise_id"].unique()
            holding = [key for key in of_copies if record in _records(store, run, key)]
            assert holding == [owner]
        assert store.scan("inspection").collect().select("record_id", "version_no").is_unique().all()


def _records(store, run, key):
    return current_records(store, "inspection", run, key).collect()["record_id"].to_list()


@pytest.mark.parametrize(("rows", "count"), [(0, 1), (499_999, 1), (500_000, 1), (500_001, 2), (10_000_000, 20)])
def test_a_store_gets_as_many_buckets_as_its_first_run_needs(rows, count):
    assert buckets_for(rows) == count


def test_another_number_lays_the_store_out_anew_and_past_runs_stay(second_run, region, tmp_path):
    office = copy_setup(second_run[0], tmp_path / "home")
    before, past = content(office.store), office.store.last("nightly")
    wider = setup_at(tmp_path / "home", buckets=2)
    again = run_day(wider, SECOND)
    assert again.state == "passed"
    assert [run.flow for run in wider.store.every_run()][-2:] == ["layout", "nightly"]
    assert set(wider.store.layout().values()) == {2}
    assert set(wider.store.layout(past).values()) == {1}
    assert differing_tables(content(wider.store), before) == []
    assert wider.store.scan("ratings", past).collect().height == before["ratings"].height
    assert run_day(wider, SECOND, UNGATED).run_id.endswith("-3"), "once is enough"
    assert sum(run.flow == "layout" for run in wider.store.every_run()) == 1


def test_a_store_of_an_earlier_release_is_read_as_it_is_and_taken_over_by_the_next_run(
    region, first_run, second_run, tmp_path, monkeypatch
):
    with monkeypatch.context() as earlier:
        earlier.setattr("flows.store.store.BUCKETED", ())
        office = setup_with(tmp_path / "home", region, FIRST)
        run_day(office, FIRST, UNGATED)
    assert set(office.store.layout().values()) == {None}
    assert differing_tables(content(office.store), content(first_run.store)) == []
    key = office.store.scan("ratings").collect()["enterprise_id"][0]
    assert office.store.scan("ratings", enterprise_id=key).collect().height == 1
    deliver(region, office.settings.inbox, SECOND)
    assert run_day(office, SECOND).state == "passed"
    assert set(office.store.layout().values()) == {1}
    assert differing_tables(content(office.store), content(second_run[0].store)) == []


class Killed(BaseException):
    """As if the process were killed."""


@pytest.mark.parametrize("writes", [1, 4, 9])
def test_death_while_a_store_is_laid_out_anew_leaves_it_as_it_was(second_run, tmp_path, monkeypatch, writes):
    office = copy_setup(second_run[0], tmp_path / "home")
    before = content(office.store)
    lay_out, done = StoredTable.lay_out, []

    def dying(self, parts, run_id):
        lay_out(self, parts, run_id)
        done.append(self.table.name)
        if len(done) == writes:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(StoredTable, "lay_out", dying)
        with pytest.raises(Killed):
            run_day(setup_at(tmp_path / "home", buckets=2), SECOND)
    again = setup_at(tmp_path / "home", buckets=2)
    assert differing_tables(content(again.store), before) == []
    assert run_day(again, SECOND, UNGATED).state == "passed"
    assert differing_tables(content(again.store), before) == []
    assert set(again.store.layout().values()) == {2}
    assert set(again.store.layout()) <= set(BUCKETED)
