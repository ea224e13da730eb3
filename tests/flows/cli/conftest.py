"""The command line as an operator meets it: a store of two runs, and no settings but those of the test."""

import json
import os

import pytest
from click.testing import CliRunner

from flows.cli.app import cli
from tests.flows.cli.office import build


@pytest.fixture(scope="session")
def office(tmp_path_factory):
    """The root of a store that no test changes."""
    root = tmp_path_factory.mktemp("信用办") / "store"
    build(root)
    return root


@pytest.fixture
def yaoxin(office, tmp_path, monkeypatch):
    """Runs a command on the office's store: result with exit_code, stdout, stderr, and `document` for --json."""
    for name in [name for name in os.environ if name.startswith("YAOXIN_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("YAOXIN_STORE", str(office))
    monkeypatch.setenv("YAOXIN_SCHEME", "wuhan-2017")

    def run(*arguments):
        result = CliRunner().invoke(cli, list(arguments))
        vars(result)["document"] = json.loads(result.stdout) if "--json" in arguments and result.stdout else None
        return result

    return run
