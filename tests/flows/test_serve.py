"""`yaoxin serve`: settings reach the runs, the server is this machine's own or the one that was named."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from click.testing import CliRunner

from flows import serve as module
from flows.cli.app import cli
from flows.settings import load


@pytest.fixture
def environ(monkeypatch, tmp_path):
    """The environment of a process without settings, in an empty folder."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("YAOXIN_", "PREFECT_API"))}
    monkeypatch.setattr(module.os, "environ", own)
    monkeypatch.chdir(tmp_path)
    return own


def test_a_run_gets_the_settings_of_the_one_who_serves_wherever_it_works(environ, tmp_path, monkeypatch):
    given = {"inbox": Path("in"), "store": "st", "office_name": "某局", "identity_key": "k" * 16}
    module._hand_down(load(given, environ={}))
    monkeypatch.chdir("/")
    found = load({}, environ=environ)
    assert (found.inbox, found.store, found.publications) == (
        tmp_path / "in",
        str(tmp_path / "st"),
        tmp_path / "st" / "publications",
    )
    assert (found.office_name, found.identity_key.get_secret_value()) == ("某局", "k" * 16)


def test_a_store_in_object_storage_is_handed_down_as_it_is(environ, tmp_path):
    own = {"publications": tmp_path, "office_database": tmp_path / "office.sqlite"}
    given = {"store": "s3://bucket/yaoxin", "storage_options": {"AWS_REGION": "cn"}} | own
    module._hand_down(load(given, environ={}))
    found = load({}, environ=environ)
    assert (found.store, found.storage_options) == ("s3://bucket/yaoxin", {"AWS_REGION": "cn"})


def test_a_server_that_is_named_is_used_and_none_is_started(environ, monkeypatch):
    environ["PREFECT_API_URL"] = "http://prefect.example/api"
    monkeypatch.setattr(module.subprocess, "Popen", lambda *_: pytest.fail("a server was started"))
    with module._server():
        pass


@pytest.mark.parametrize("name", ["PREFECT_SERVER_API_PORT", "the usual"])
def test_a_port_that_is_taken_is_told_with_what_to_do(environ, monkeypatch, name):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        environ["PREFECT_SERVER_API_PORT"] = port
        if name == "the usual":
            del environ["PREFECT_SERVER_API_PORT"]
            monkeypatch.setattr(module, "_USUAL_PORT", port)
        with pytest.raises(module.NoServer, match=f"port {port} of this machine is taken") as told, module._server():
            pytest.fail("it went on")
    assert f"PREFECT_API_URL=http://127.0.0.1:{port}/api" in str(told.value)


def test_a_server_that_dies_at_once_is_told(environ):
    environ["PREFECT_API_URL"] = "http://127.0.0.1:1/api"
    with subprocess.Popen([sys.executable, "-c", "raise SystemExit(7)"]) as process:
        process.wait()
        with pytest.raises(module.NoServer, match="ended with code 7"):
            module._wait(process)


def test_the_command_says_what_is_wrong_before_anything_starts(tmp_path, monkeypatch):
    monkeypatch.setenv("YAOXIN_TIMEZONE", "Mars/Base")
    result = CliRunner().invoke(cli, ["serve", "--store", str(tmp_path)])
    assert result.exit_code == 2
    assert "no such time zone" in result.stderr


def test_the_server_takes_the_deployments_and_writes_down_the_nights_to_come(prefect_server):
    """With a wrong version of its database library the server runs, but no night ever starts by itself."""
    from prefect import get_client
    from prefect.utilities.asyncutils import run_coro_as_sync

    made = [module.runner_deployment(entry) for entry in module.deployments()]
    ids = [run_coro_as_sync(one.aapply()) for one in made]
    with get_client(sync_client=True) as client:
        # Not through the client: it would try again, for minutes, what cannot heal.
        answer = httpx.post(f"{client.api_url}deployments/{ids[0]}/schedule", json={}, timeout=60)
        assert answer.is_success, answer.text
        runs = [run for run in client.read_flow_runs(limit=50) if run.deployment_id == ids[0]]
        found = client.read_deployment(ids[1])
    hours = {run.state.state_details.scheduled_time.astimezone(ZoneInfo("Asia/Shanghai")).hour for run in runs}
    assert hours == {2}
    assert found.name == "publish"
