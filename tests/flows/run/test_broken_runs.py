"""A run may be killed anywhere, and two may meet: the store ends as if one had run undisturbed."""

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from flows.store.lease import hold_lease
from flows.store.ledger import Ledger
from tests.flows.run.run_helpers import (
    SECOND,
    UNGATED,
    breaking_after,
    content,
    copy_setup,
    differing_tables,
    run_day,
)

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[3]


class Killed(BaseException):
    """As if the process were killed."""


def die():
    raise Killed


@pytest.fixture(scope="module")
def undisturbed(second_run):
    """The tables after an undisturbed second run."""
    return content(second_run[0].store)


@pytest.fixture
def office(before_second, tmp_path):
    """The office before its second run, to be changed."""
    return copy_setup(before_second, tmp_path / "home")


def test_death_after_any_step_leaves_readers_the_previous_run_and_the_next_one_passes(office, first_run, undisturbed):
    previous = content(first_run.store)
    for step in ("ingest", "rate", "validate", "report", "commit"):
        with pytest.raises(Killed):
            run_day(office, SECOND, breaking_after(step, die))
        assert differing_tables(content(office.store), previous) == [], step
    assert run_day(office, SECOND, UNGATED).state == "passed"
    assert differing_tables(content(office.store), undisturbed) == []


def test_death_after_the_commit_leaves_a_complete_run(office, undisturbed, monkeypatch):
    append = Ledger.append

    def last(ledger, run):
        append(ledger, run)
        raise Killed

    monkeypatch.setattr(Ledger, "append", last)
    with pytest.raises(Killed):
        run_day(office, SECOND)
    assert office.store.last("nightly").as_of == SECOND
    assert differing_tables(content(office.store), undisturbed) == []


@contextmanager
def hanging(office, step):
    """A process that does the second run up to `step` and waits there."""
    home = office.settings.inbox.parent
    program = f"from tests.flows.run.run_helpers import hang; hang({str(home)!r}, {SECOND.isoformat()!r}, {step!r})"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout.readline() == "waiting\n"
            yield process
        finally:
            process.kill()


def test_of_two_runs_one_does_the_work_and_a_killed_one_leaves_nothing(office, first_run, undisturbed):
    with hanging(office, "commit") as other:
        result = run_day(office, SECOND, UNGATED)
        assert result.state == "busy"
        assert f"nightly for {SECOND}" in result.message
        assert f"process {other.pid}" in result.message
        assert result.run_id is None
        assert differing_tables(content(office.store), content(first_run.store)) == []
    assert run_day(office, SECOND, UNGATED).run_id == f"nightly-{SECOND}-2"
    assert differing_tables(content(office.store), undisturbed) == []


def test_a_run_that_another_machine_overtakes_ends_as_busy_and_nothing_of_it_is_seen(
    office, undisturbed, tmp_path, monkeypatch
):
    """Two machines on one store: each has a lock of its own."""
    locks = iter(range(9))
    monkeypatch.setattr(
        "flows.store.store.hold_lease",
        lambda folder, *about: hold_lease(tmp_path / f"machine-{next(locks)}", *about),
    )
    others = []
    result = run_day(office, SECOND, breaking_after("rate", lambda: others.append(run_day(office, SECOND, UNGATED))))
    assert others[0].state == "passed"
    assert result.state == "busy"
    assert "Another run has written to this store meanwhile" in result.message
    assert differing_tables(content(office.store), undisturbed) == []
    assert [run.state for run in office.store.every_run()] == ["passed", "passed"]
    assert run_day(office, SECOND, UNGATED).state == "passed"
    assert differing_tables(content(office.store), undisturbed) == []
