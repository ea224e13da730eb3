"""What was committed survives a power cut; what was lost all the same is recognised and reported with what to do."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from deltalake import write_deltalake

from flows.store import tables
from flows.store.store import CannotRewind, Store
from flows.store.stored_names import STORE_FORMAT
from flows.store.tables import StoreDamaged, StoredTable
from tests.flows.store.store_runs import KNOWN_AT, passed_run
from transforms.schemas import TABLES

FIRST, SECOND, THIRD = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)


WRITTEN = ("accounts", "ratings", "changes", "signal")  # and the last only by a run that is lost


def content(store):
    return {name: store.scan(name).sort(TABLES[name].key).collect().rows() for name in WRITTEN}


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory):
    root = tmp_path_factory.mktemp("two") / "store"
    for day in (FIRST, SECOND):
        passed_run(Store(root), day)
    return root


@pytest.fixture
def store(two_runs, tmp_path):
    """A store of two runs, to be damaged."""
    shutil.copytree(two_runs, tmp_path / "store")
    return Store(tmp_path / "store")


class Disk:
    """Keeps what was synced, as it was then: what a power cut leaves in the worst case."""

    def __init__(self, root, kept):
        self.root, self.kept, self.order = root, kept, []

    def sync(self, path):
        if path.is_file():
            self.order.append(path.relative_to(self.root))
            target = self.kept / path.relative_to(self.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        else:
            self.order.append(path.relative_to(self.root))


@pytest.fixture
def disk(tmp_path, monkeypatch):
    made = Disk(tmp_path / "store", tmp_path / "kept")
    for name in ("fsync_file", "fsync_folder"):
        monkeypatch.setattr(tables, name, made.sync)
    return made


def test_what_was_synced_is_all_of_what_was_committed(disk, tmp_path):
    store = Store(tmp_path / "store")
    for day in (FIRST, SECOND):
        passed_run(store, day)
    assert content(Store(disk.kept)) == content(store)
    assert Store(disk.kept).last() == store.last()


def test_what_a_lost_run_left_is_synced_with_the_next_commit(disk, tmp_path):
    store = Store(tmp_path / "store")
    passed_run(store, FIRST)
    with store.begin("nightly", SECOND, KNOWN_AT) as writing:
        writing.append("ratings", TABLES["ratings"].empty())
        writing.replace("changes", TABLES["changes"].empty(), "as_of", SECOND)
    passed_run(store, SECOND)
    assert content(Store(disk.kept)) == content(store)


def test_data_come_before_the_log_that_names_them_and_the_ledger_last(disk, tmp_path):
    passed_run(Store(tmp_path / "store"), FIRST)
    files = [path for path in disk.order if (disk.kept / path).is_file()]
    for table in ("accounts", "ratings", "changes"):
        own = [path for path in files if f"tables/{table}/" in path.as_posix()]
        logs = [n for n, path in enumerate(own) if path.parent.name == "_delta_log"]
        assert logs == list(range(len(own) - len(logs), len(own))), own
        assert own[-1].parent in disk.order[disk.order.index(own[-1]) :], "and the folder of the log after it"
    ledger = [n for n, path in enumerate(files) if path.parts[0] == "ledger"]
    assert min(ledger) > max(n for n, path in enumerate(files) if path.parts[0] == "tables")


def test_a_cut_before_the_ledgers_row_leaves_the_previous_run(disk, tmp_path, monkeypatch):
    store = Store(tmp_path / "store")
    passed_run(store, FIRST)
    before = content(store)
    monkeypatch.setattr(StoredTable, "sync", lambda *_: None)
    with store.begin("nightly", SECOND, KNOWN_AT) as writing:
        writing.append("accounts", TABLES["accounts"].empty())
    monkeypatch.undo()
    assert content(Store(disk.kept)) == before


def entries(store, table):
    return sorted((store.location.local / table / "_delta_log").glob("*.json"))


def data(store, table):
    return StoredTable(store.location, TABLES[table])._open().file_uris()


def emptied(path):
    Path(path).write_bytes(b"")


def halved(path):
    data = Path(path).read_bytes()
    Path(path).write_bytes(data[: len(data) // 2])


def zeroed(path):
    Path(path).write_bytes(b"\0" * Path(path).stat().st_size)


def removed(path):
    Path(path).unlink()


HOW = pytest.mark.parametrize("damage", [emptied, halved, zeroed, removed])


@HOW
def test_a_lost_last_entry_of_a_table_is_reported_and_the_run_before_can_be_gone_back_to(store, two_runs, damage):
    table = "ratings"
    damage(entries(store, f"tables/{table}")[-1])
    with pytest.raises(StoreDamaged) as caught:
        passed_run(store, THIRD)
    words = str(caught.value)
    assert "what run nightly-2026-03-02-1 committed is incomplete" in words
    assert f"{table}: " in words
    assert "yaoxin rewind RUN_ID" in words
    assert words.isascii()
    assert len(store.every_run()) == 2, "nothing was recorded"
    store.rewind("nightly-2026-03-01-1", "power cut")
    passed_run(store, SECOND)
    assert content(store) == content(Store(two_runs))


@pytest.mark.parametrize("damage", [emptied, removed])
def test_a_lost_data_file_of_a_table_is_reported(store, damage):
    damage(data(store, "accounts")[-1])
    with pytest.raises(StoreDamaged, match=r"accounts: .*\.parquet is missing or empty"):
        passed_run(store, THIRD)


@pytest.mark.parametrize("damage", [emptied, halved, zeroed])
def test_a_torn_ledger_is_one_plain_sentence_to_readers_too(store, two_runs, damage):
    last = entries(store, "ledger")[-1]
    damage(last)
    for ask in (store.last, store.every_run, lambda: passed_run(store, THIRD)):
        with pytest.raises(StoreDamaged) as caught:
            ask()
        assert str(caught.value).startswith(f"The store is damaged: ledger: {last} is empty or torn. ")
        assert str(caught.value).isascii()
    last.rename(last.with_suffix(".torn"))  # as it says
    assert [run.as_of for run in store.every_run()] == [FIRST]


def test_a_lost_last_row_of_the_ledger_is_recognised_by_the_next_run(store, two_runs):
    removed(entries(store, "ledger")[-1])
    with pytest.raises(StoreDamaged) as caught:
        passed_run(store, THIRD)
    assert "has lost run nightly-2026-03-02-1, which was committed; it ends with nightly-2026-03-01-1" in str(
        caught.value
    )
    store.rewind("nightly-2026-03-01-1", "the ledger lost its last row")
    passed_run(store, SECOND)
    assert content(store) == content(Store(two_runs))


@HOW
def test_what_a_run_that_was_not_committed_left_torn_is_cleared_away(store, damage):
    before = content(store)
    for table in ("accounts", "signal"):
        with store.begin("nightly", THIRD, KNOWN_AT) as writing:
            writing.append(table, TABLES[table].empty().clear(1))
    for table in ("accounts", "signal"):
        damage(entries(store, f"tables/{table}")[-1])
    passed_run(store, THIRD)
    now = content(store)
    assert {name: rows for name, rows in now.items() if rows != before[name]}.keys() == {
        "accounts",
        "ratings",
        "changes",
    }


def test_a_table_that_is_gone_is_reported_with_its_name(store):
    shutil.rmtree(store.location.local / "tables" / "ratings")
    with pytest.raises(StoreDamaged, match=r"ratings: its log below .* is gone"):
        passed_run(store, THIRD)
    with pytest.raises(StoreDamaged, match=r"ratings: its log below .* is gone"):
        store.scan("ratings")


class TestGoingBack:
    """Runs of a wrong clock are annulled: readers see the last true one, and nothing is erased."""

    def test_readers_see_the_run_gone_back_to_and_the_next_run_follows_it(self, store, two_runs):
        true = content(store)
        for day in (date(2027, 1, 1), date(2027, 1, 2)):
            passed_run(store, day)
        wrong = store.last()
        run = store.rewind("nightly-2026-03-02-1", "the clock was wrong")
        assert content(store) == true
        assert run.run_id == "rewind-2026-03-02-1"
        assert run.facts == {
            "format": STORE_FORMAT,
            "reason": "the clock was wrong",
            "annulled": ["nightly-2027-01-01-1", "nightly-2027-01-02-1"],
        }
        assert store.last() == run
        assert store.last("nightly").run_id == "nightly-2026-03-02-1"
        assert store.last("nightly", before=date(2028, 1, 1)).as_of == SECOND
        assert len(store.every_run()) == 5
        assert ("e", date(2027, 1, 2)) in store.scan("ratings", wrong).select(
            "enterprise_id", "valid_from_on"
        ).collect().rows()
        passed_run(store, THIRD)
        assert store.last("nightly").as_of == THIRD
        undisturbed = Store(store.location.local.parent / "undisturbed")
        for day in (FIRST, SECOND, THIRD):
            passed_run(undisturbed, day)
        assert content(store) == content(undisturbed)

    def test_going_back_twice(self, store):
        passed_run(store, THIRD)
        store.rewind("nightly-2026-03-02-1", "x")
        passed_run(store, date(2026, 3, 4))
        store.rewind("nightly-2026-03-01-1", "y")
        assert store.last("nightly").as_of == FIRST
        with pytest.raises(CannotRewind, match="nightly-2026-03-02-1: no valid run has this name"):
            store.rewind("nightly-2026-03-02-1", "z")

    @pytest.mark.parametrize("run_id", ["nightly-2026-03-09-1", "", "nightly-2026-03-02-1"])
    def test_what_cannot_be_gone_back_to(self, store, run_id):
        before = content(store)
        with pytest.raises(CannotRewind):
            store.rewind(run_id, "x")
        assert content(store) == before
        assert len(store.every_run()) == 2

    def test_a_ledger_of_an_earlier_release_has_no_such_column_and_is_read(self, store):
        earlier = store.runs().drop("back_to")
        shutil.rmtree(store.location.local / "ledger")
        write_deltalake(store.location.uri("ledger"), earlier)
        passed_run(store, THIRD)
        assert store.last("nightly").as_of == THIRD
        assert store.runs()["back_to"].to_list() == [None] * 3
        store.rewind("nightly-2026-03-02-1", "x")
        assert store.last("nightly").as_of == SECOND
