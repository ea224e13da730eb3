"""Two machines on one store: each has a lock of its own, and the ledger's commit decides."""

import subprocess
import sys
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from flows.store.lease import Busy, Overtaken, hold_lease
from flows.store.store import Store
from tests.flows.store.store_runs import KNOWN_AT, passed_run, rows
from transforms.schemas import TABLES

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
ROOT = Path(__file__).parents[3]


@pytest.fixture
def two_machines(tmp_path, monkeypatch):
    """Lets every process of this test hold the store at once, as machines do that share a store and no lock."""
    number = iter(range(99))
    monkeypatch.setattr(
        "flows.store.store.hold_lease",
        lambda folder, *about: hold_lease(tmp_path / f"machine-{next(number)}", *about),
    )


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "store")
    passed_run(made, FIRST)
    return made


def test_a_store_is_made_with_the_folders_above_it(tmp_path):
    folder = tmp_path / "srv" / "yaoxin" / "store"
    with hold_lease(folder, "nightly", FIRST, KNOWN_AT):
        assert (folder / "run.lock.json").is_file()
        with pytest.raises(Busy), hold_lease(folder, "nightly", FIRST, KNOWN_AT):
            pass
    assert not (folder / "run.lock.json").exists()


def content(store):
    return {
        name: store.scan(name).sort(TABLES[name].key).collect().rows() for name in ("accounts", "ratings", "changes")
    }


@contextmanager
def sleeping(root, day, pause):
    """A process on another machine that began the run, waits before write number `pause`, and goes on when woken."""
    program = (
        "from tests.flows.store import store_runs\n"
        f"store_runs.wait_for_signal({str(root)!r}, {day.isoformat()!r}, {pause}, {str(root.parent / 'other')!r})"
    )
    command, pipe = [sys.executable, "-c", program], subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            assert process.stdout.readline() == "waiting\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("pause", [0, 3], ids=["before its first write", "before its commit"])
def test_a_run_that_slept_while_another_finished_fails_and_nothing_of_it_is_seen(tmp_path, store, pause):
    undisturbed = Store(tmp_path / "undisturbed")
    passed_run(undisturbed, FIRST)
    passed_run(undisturbed, SECOND)
    with sleeping(tmp_path / "store", SECOND, pause) as other:
        passed_run(store, SECOND)
        after = content(store)
        said, _ = other.communicate("go on\n", timeout=60)
    assert said.startswith("Overtaken: Another run has written to this store meanwhile")
    assert content(store) == after == content(undisturbed)
    assert store.runs()["state"].to_list() == ["passed", "passed"]
    with store.begin("nightly", date(2026, 3, 3), KNOWN_AT) as writing:
        writing.commit("passed", {})
    assert content(store) == after


def test_the_first_to_commit_pins_only_its_own_versions(two_machines, store):
    """Both write to one table, each thinks it is the only one; each row would occur twice."""
    with store.begin("nightly", SECOND, KNOWN_AT) as slow:
        slow.append("accounts", rows("accounts", {"file_id": "slow"}))
        with store.begin("nightly", SECOND, KNOWN_AT) as quick:
            assert quick.undone == ("accounts",)
            quick.append("accounts", rows("accounts", {"file_id": "quick"}))
            slow.append("ratings", rows("ratings", {"enterprise_id": "slow", "valid_from_on": SECOND}))
            run = quick.commit("passed", {})
        with pytest.raises(Overtaken, match="table ledger"):
            slow.commit("passed", {})
    assert store.last() == run
    assert set(store.scan("accounts").collect()["file_id"]) == {f"f{FIRST}", "quick"}
    assert "slow" not in set(store.scan("ratings").collect()["enterprise_id"])
    assert store.runs()["state"].to_list() == ["passed", "passed"]


def test_a_write_between_two_of_ones_own_is_seen_at_once(two_machines, store):
    with store.begin("nightly", SECOND, KNOWN_AT) as slow:
        slow.append("accounts", rows("accounts", {"file_id": "slow"}))
        with store.begin("nightly", SECOND, KNOWN_AT):
            pass
        with pytest.raises(Overtaken, match="table accounts"):
            slow.append("accounts", rows("accounts", {"file_id": "slow too"}))
        assert {f"f{FIRST}", "slow"} == set(slow.scan("accounts").collect()["file_id"]), "what it wrote itself"


@pytest.mark.parametrize("is_new", [True, False], ids=["the first runs of a store", "later ones"])
def test_of_two_runs_that_began_together_one_is_committed(two_machines, tmp_path, is_new):
    store = Store(tmp_path / "store")
    if not is_new:
        passed_run(store, FIRST)
    before = store.runs().height
    with store.begin("nightly", SECOND, KNOWN_AT) as slow:
        with store.begin("nightly", SECOND, KNOWN_AT) as quick:
            quick.commit("refused", {"who": "quick"})
        with pytest.raises(Busy, match="only one machine may write"):
            slow.commit("passed", {"who": "slow"})
    assert [run.facts["who"] for run in store.every_run()[before:]] == ["quick"]


def test_two_runs_that_create_a_table_at_once(two_machines, tmp_path):
    store = Store(tmp_path / "store")
    with store.begin("nightly", SECOND, KNOWN_AT) as slow:
        with store.begin("nightly", SECOND, KNOWN_AT) as quick:
            quick.append("accounts", rows("accounts", {"file_id": "quick"}))
        with pytest.raises(Overtaken, match="table accounts"):
            slow.append("accounts", rows("accounts", {"file_id": "slow"}))


def test_a_commit_before_the_ledgers_files_are_joined_is_seen(two_machines, store, monkeypatch):
    """The library rebases a compaction whatever the options are."""
    monkeypatch.setattr("flows.store.ledger._COMPACT_EVERY", 2)
    with store.begin("nightly", SECOND, KNOWN_AT) as slow:
        for _ in range(2):
            with store.begin("nightly", SECOND, KNOWN_AT) as quick:
                quick.commit("passed", {})
        with pytest.raises(Overtaken):
            slow.commit("passed", {})
    assert store.runs()["run_no"].to_list() == [1, 2, 3]


def test_a_run_that_breaks_off_after_another_was_committed_leaves_no_row(two_machines, store):
    def broken():
        with store.begin("nightly", SECOND, KNOWN_AT):
            passed_run(store, SECOND)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert store.runs()["state"].to_list() == ["passed", "passed"]
