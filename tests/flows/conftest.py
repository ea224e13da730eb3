"""What tests of the flows share: regions, an office after its first runs, one Prefect server per worker."""

import os
import pickle
import shutil
import warnings
from datetime import UTC, datetime, time

import pytest
from filelock import FileLock

from flows.demo import deliver, write_demo
from flows.ingest import IngestHistory, IngestRules, ingest_inbox, read_common_rules
from flows.office import keys
from flows.policy_folder import read_sources
from flows.settings import DEFAULT_POLICY_DIR
from tests.flows.run.run_helpers import (
    DAYS,
    ENTERPRISES,
    FIRST,
    LAST,
    SECOND,
    SEED,
    STORIES_ENTERPRISES,
    STORIES_LAST,
    copy_setup,
    run_day,
    setup_at,
    setup_with,
)
from transforms.current_versions import current_versions
from transforms.schemas import KINDS


@pytest.fixture(scope="session", autouse=True)
def cost_of_keys():
    """Keys that cost next to nothing to unlock; handed out is what they cost an office."""
    real, keys.COST = keys.COST, keys.Cost(passes=1, memory_kib=8, lanes=1)
    yield real
    keys.COST = real


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """Fills a folder by the first worker that asks; the others find what it made. Nobody may change it."""
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "shared"
    shared.mkdir(exist_ok=True)

    def filled(name, fill):
        folder, answer = shared / name, shared / f"{name}.answer"
        with FileLock(shared / f"{name}.lock"):
            if not answer.exists():
                shutil.rmtree(folder, ignore_errors=True)  # of a worker that broke off
                answer.write_bytes(pickle.dumps(fill(folder)))
            return folder, pickle.loads(answer.read_bytes())

    return filled


@pytest.fixture(scope="session")
def region(once):
    """The outbox of a demo region: a folder for each day of delivery."""
    folder, _ = once("region", lambda folder: write_demo(folder, ENTERPRISES, DAYS, SEED, LAST))
    return folder


@pytest.fixture(scope="session")
def records_of_stories(once):
    """The current versions of the records by kind, of a region of 400 days in which every story occurs."""

    def ingest(folder):
        write_demo(folder, STORIES_ENTERPRISES, 400, 5, STORIES_LAST)
        rules = IngestRules(
            list(read_sources(DEFAULT_POLICY_DIR)), read_common_rules(DEFAULT_POLICY_DIR), b"a key for tests"
        )
        known_at = datetime.combine(STORIES_LAST, time(17), UTC)
        ingested = ingest_inbox(folder, rules, IngestHistory.empty(), known_at)
        frames = {kind: KINDS[kind].table.empty() for kind in KINDS}
        return frames | {
            kind: current_versions(rows.lazy(), known_at).collect() for kind, rows in ingested.records.items()
        }

    return once("stories", ingest)[1]


@pytest.fixture(scope="session")
def first_run(region, once):
    """An office after the run of FIRST. No test changes it; `office` is a copy."""
    home, state = once("first", lambda home: run_day(setup_with(home, region, FIRST), FIRST).state)
    assert state == "passed"
    return setup_at(home)


@pytest.fixture(scope="session")
def before_second(first_run, region, tmp_path_factory):
    """The office as the run after FIRST finds it. Not to be changed."""
    made = copy_setup(first_run, tmp_path_factory.mktemp("before") / "home")
    deliver(region, made.settings.inbox, SECOND)
    return made


@pytest.fixture(scope="session")
def second_run(before_second, once):
    """An office after its second run, which nothing befell, and that run's result. Not to be changed."""
    home, result = once("second", lambda home: run_day(copy_setup(before_second, home), SECOND))
    return setup_at(home), result


@pytest.fixture
def office(first_run, tmp_path):
    """An office after the run of FIRST, to be changed."""
    return copy_setup(first_run, tmp_path / "home")


@pytest.fixture(scope="session")
def prefect_server():
    """A Prefect server with an empty database."""
    from prefect.testing.utilities import prefect_test_harness

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the server's own libraries
        with prefect_test_harness(server_startup_timeout=180):
            yield
