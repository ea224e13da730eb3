"""What tests of the flows share: a region, an office after its first night, one Prefect server per run."""

import warnings

import pytest

from flows.demo import deliver, write_demo
from tests.flows.night.nights import DAYS, ENTERPRISES, FIRST, LAST, SECOND, SEED, copied, office_with, run_night


@pytest.fixture(scope="session")
def region(tmp_path_factory):
    """The outbox of a demo region: a folder for each day of delivery."""
    folder = tmp_path_factory.mktemp("region") / "outbox"
    write_demo(folder, ENTERPRISES, DAYS, SEED, LAST)
    return folder


@pytest.fixture(scope="session")
def first_night(region, tmp_path_factory):
    """An office after the night of FIRST. No test changes it; `office` is a copy."""
    made = office_with(tmp_path_factory.mktemp("first") / "home", region, FIRST)
    assert run_night(made, FIRST).state == "passed"
    return made


@pytest.fixture(scope="session")
def before_second(first_night, region, tmp_path_factory):
    """The office as the night after FIRST finds it. Not to be changed."""
    made = copied(first_night, tmp_path_factory.mktemp("before") / "home")
    deliver(region, made.settings.inbox, SECOND)
    return made


@pytest.fixture(scope="session")
def second_night(before_second, tmp_path_factory):
    """An office after its second night, which nothing befell, and that night's result. Not to be changed."""
    made = copied(before_second, tmp_path_factory.mktemp("second") / "home")
    return made, run_night(made, SECOND)


@pytest.fixture
def office(first_night, tmp_path):
    """An office after the night of FIRST, to be changed."""
    return copied(first_night, tmp_path / "home")


@pytest.fixture(scope="session")
def prefect_server():
    """A Prefect server with an empty database. Tests that need it share the xdist group `prefect`."""
    from prefect.testing.utilities import prefect_test_harness

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the server's own libraries
        with prefect_test_harness(server_startup_timeout=180):
            yield
