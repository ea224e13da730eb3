"""A run may die between any two writes: running it again gives what an undisturbed run gives."""

import subprocess
import sys
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from flows.store.lease import Busy
from flows.store.store import Store
from flows.store.tables import StoredTable
from tests.flows.store.store_runs import KNOWN_AT, passed_run
from transforms.schemas import TABLES

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
ROOT = Path(__file__).parents[3]


class Killed(BaseException):
    """In place of the death of the process: nothing is written after it."""


def content(store):
    return {name: store.scan(name).sort(table.key).collect().rows() for name, table in TABLES.items()}


@pytest.fixture
def undisturbed(tmp_path):
    store = Store(tmp_path / "undisturbed")
    passed_run(store, FIRST)
    passed_run(store, SECOND)
    return content(store)


def dies_at(monkeypatch, step, is_done):
    """Let the write number `step` be the last, done or not."""
    count = 0

    def guarded(write):
        def dying(*args):
            nonlocal count
            count += 1
            if count < step:
                return write(*args)
            if count == step and is_done:
                write(*args)
            raise Killed

        return dying

    for name in ("append", "delete", "restore", "_create"):
        monkeypatch.setattr(StoredTable, name, guarded(getattr(StoredTable, name)))


def dies(monkeypatch, store, day, step, is_done):
    """Do the run; whether it died on the way."""
    with monkeypatch.context() as dying:
        dies_at(dying, step, is_done)
        try:
            passed_run(store, day)
        except Killed:
            return True
    return False


@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("day", [FIRST, SECOND])
def test_death_at_any_write_then_again_is_as_if_nothing_had_been(tmp_path, monkeypatch, undisturbed, is_done, day):
    for step in range(1, 30):
        store = Store(tmp_path / f"store-{step}")
        if day == SECOND:
            passed_run(store, FIRST)
        before = content(store)
        if not dies(monkeypatch, store, day, step, is_done):
            break
        last = store.last()
        is_through = last is not None and last.as_of == day  # died after the ledger's row: the run is complete
        assert is_through or content(store) == before
        for again in (FIRST, SECOND):
            if (last := store.last()) is None or last.as_of < again:
                passed_run(store, again)
        assert content(store) == undisturbed, f"step {step}"
    assert 5 < step < 29, "every write was walked through, and there are several"


def test_death_while_undoing_a_lost_run_is_undone_as_well(tmp_path, monkeypatch, undisturbed):
    for step in range(1, 5):
        store = Store(tmp_path / f"store-{step}")
        passed_run(store, FIRST)
        assert dies(monkeypatch, store, SECOND, 5, True)
        assert dies(monkeypatch, store, SECOND, step, True)
        passed_run(store, SECOND)
        assert content(store) == undisturbed, f"step {step}"


@contextmanager
def hanging(root, day, pause):
    """A process that holds the store and waits before write number `pause`."""
    program = f"from tests.flows.store.store_runs import hang; hang({str(root)!r}, {day.isoformat()!r}, {pause})"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout.readline() == "waiting\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("pause", range(4))
def test_a_killed_process_frees_the_lock_and_leaves_nothing(tmp_path, undisturbed, pause):
    store = Store(tmp_path / "store")
    passed_run(store, FIRST)
    with (
        hanging(tmp_path / "store", SECOND, pause),
        pytest.raises(Busy, match=r"nightly for 2026-03-02, started 20.* by .* \(process \d+ on .*\)\. Wait"),
    ):
        passed_run(store, SECOND)
    assert store.last().as_of == FIRST
    passed_run(store, SECOND)
    assert content(store) == undisturbed
    assert store.last().run_id == "nightly-2026-03-02-2"
    assert store.runs()["state"].to_list() == ["passed", "passed"]


def test_two_runs_in_one_process_do_not_share_the_lock(tmp_path):
    with Store(tmp_path).begin("nightly", FIRST, KNOWN_AT), pytest.raises(Busy):
        passed_run(Store(tmp_path), FIRST)
    passed_run(Store(tmp_path), FIRST)


def test_readers_do_not_wait_for_a_writer(tmp_path):
    store = Store(tmp_path / "store")
    passed_run(store, FIRST)
    before = content(store)
    with hanging(tmp_path / "store", SECOND, 3):
        assert content(store) == before
