"""`yaoxin serve`: settings reach the runs, the server is this machine's own or the one that was named."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from click.testing import CliRunner

from flows import serve as module
from flows.cli.app import cli
from flows.prefect_server import NoServer, PrefectServer
from flows.settings import load_settings

ROOT = Path(__file__).parents[2]


@pytest.fixture
def environ(monkeypatch, tmp_path):
    """The environment of a process without settings, in an empty folder."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("YAOXIN_", "PREFECT_API"))}
    monkeypatch.setattr(os, "environ", own)
    monkeypatch.chdir(tmp_path)
    return own


def test_a_run_gets_the_settings_of_the_one_who_serves_wherever_it_works(environ, tmp_path, monkeypatch):
    given = {"inbox": Path("in"), "store": "st", "office_name": "某局", "identity_key": "k" * 16}
    module.export_settings(load_settings(given, environ={}))
    monkeypatch.chdir("/")
    found = load_settings({}, environ=environ)
    assert (found.inbox, found.store, found.publications) == (
        tmp_path / "in",
        str(tmp_path / "st"),
        tmp_path / "st" / "publications",
    )
    assert (found.office_name, found.identity_key.get_secret_value()) == ("某局", "k" * 16)


def test_a_store_in_object_storage_is_handed_down_as_it_is(environ, tmp_path):
    own = {"publications": tmp_path, "office_database": tmp_path / "office.sqlite"}
    given = {"store": "s3://bucket/yaoxin", "storage_options": {"AWS_REGION": "cn"}} | own
    module.export_settings(load_settings(given, environ={}))
    found = load_settings({}, environ=environ)
    assert (found.store, found.storage_options) == ("s3://bucket/yaoxin", {"AWS_REGION": "cn"})


def test_a_server_that_is_named_is_used_and_none_is_started(environ, monkeypatch):
    environ["PREFECT_API_URL"] = "http://prefect.example/api"
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a server was started"))
    with module.server_while_serving():
        pass


@pytest.mark.parametrize("name", ["PREFECT_SERVER_API_PORT", "the usual"])
def test_a_port_that_is_taken_is_reported_with_what_to_do(environ, monkeypatch, name):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        environ["PREFECT_SERVER_API_PORT"] = port
        if name == "the usual":
            del environ["PREFECT_SERVER_API_PORT"]
            monkeypatch.setattr(module, "_USUAL_PORT", port)
        with (
            pytest.raises(NoServer, match=f"port {port} of this machine is taken") as told,
            module.server_while_serving(),
        ):
            pytest.fail("it went on")
    assert f"PREFECT_API_URL=http://127.0.0.1:{port}/api" in str(told.value)


def test_a_server_that_dies_at_once_is_reported(environ, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    server = PrefectServer()
    with pytest.raises(NoServer, match="ended with code 1"):
        server.wait()
    server.stop()


OWNER = """
import os, sys, time
from flows.prefect_server import server_for_this_process
server_for_this_process()
server_for_this_process()  # a second command of one process has it already
print(os.environ["PREFECT_API_URL"], flush=True)
time.sleep(600)
"""


@pytest.fixture
def owner(tmp_path):
    """A process with a temporary server of its own, as `yaoxin nightly` has it, and the server's address."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_API")}
    own |= {"PREFECT_HOME": str(tmp_path), "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL"}
    command = [sys.executable, "-c", OWNER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=own) as process:
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def answers(url, **headers):
    try:
        return httpx.get(f"{url}/health", headers=headers, timeout=20)
    except httpx.TransportError:
        return None


def test_a_server_of_our_own_is_closed_to_others_and_ends_with_a_process_that_is_killed(owner):
    process, url = owner
    theirs = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    asked = httpx.options(f"{url}/flows/filter", headers=theirs, timeout=20)
    assert "access-control-allow-origin" not in asked.headers
    assert not asked.is_success
    assert "access-control-allow-origin" not in answers(url, Origin="https://evil.example").headers
    plain = {"Content-Type": "text/plain"}  # what a form of another site may send without asking
    sent = httpx.post(f"{url}/flows/", content='{"name": "evil"}', headers=plain, timeout=20)
    assert sent.status_code == 403
    assert answers(url, Host="evil.example").status_code == 400, "a name of theirs that points to this machine"
    assert answers(url).status_code == 200
    with socket.socket() as elsewhere:  # free there, so the server does not listen on every address
        elsewhere.bind(("127.0.0.2", int(url.split(":")[2].split("/")[0])))
    process.kill()
    process.wait()
    deadline = time.monotonic() + 60
    while answers(url) is not None:
        assert time.monotonic() < deadline, "the server outlived its owner"
        time.sleep(0.2)


def test_the_command_says_what_is_wrong_before_anything_starts(tmp_path, monkeypatch):
    monkeypatch.setenv("YAOXIN_TIMEZONE", "Mars/Base")
    result = CliRunner().invoke(cli, ["serve", "--store", str(tmp_path)])
    assert result.exit_code == 2
    assert "no such time zone" in result.stderr


def test_the_server_takes_the_deployments_and_writes_down_the_runs_to_come(prefect_server):
    """With a wrong version of its database library the server runs, but no flow run ever starts by itself."""
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


@pytest.fixture
def deployed(prefect_server):
    """Puts a deployment on the server as `yaoxin serve` does, and reads it back."""
    from prefect import get_client
    from prefect.utilities.asyncutils import run_coro_as_sync

    with get_client(sync_client=True) as client:

        def deploy(name):
            entry = next(one for one in module.deployments() if one["name"] == name)
            made = module.with_paused_state(module.runner_deployment(entry))
            found = client.read_deployment(run_coro_as_sync(made.aapply()))
            return made, found

        yield client, deploy
        client.resume_deployment(deploy("nightly")[1].id)


def test_what_a_person_paused_stays_paused_when_serving_begins_again(deployed):
    client, deploy = deployed
    made, found = deploy("nightly")
    assert not module.is_paused(made)
    client.pause_deployment(found.id)
    made, found = deploy("nightly")
    assert found.paused
    assert module.is_paused(made)
    client.resume_deployment(found.id)
    made, found = deploy("nightly")
    assert not found.paused
    schedule = found.schedules[0]
    client.update_deployment_schedule(found.id, schedule.id, active=False)
    made, found = deploy("nightly")
    assert [one.active for one in found.schedules] == [False]
    assert module.is_paused(made)
    client.update_deployment_schedule(found.id, found.schedules[0].id, active=True)
    assert not module.is_paused(deploy("nightly")[0])


def test_a_trigger_that_a_person_put_out_stays_out(deployed):
    client, deploy = deployed
    _, found = deploy("publish")
    (automation,) = client.read_resource_related_automations(f"prefect.deployment.{found.id}")
    assert automation.enabled
    httpx.patch(f"{client.api_url}automations/{automation.id}", json={"enabled": False}, timeout=60).raise_for_status()
    made, found = deploy("publish")
    (automation,) = client.read_resource_related_automations(f"prefect.deployment.{found.id}")
    assert not automation.enabled
    assert module.is_paused(made)


def test_what_the_end_of_an_earlier_release_paused_begins_again(deployed, monkeypatch):
    """It paused every schedule when it was stopped, and nobody could tell that from a person's will."""
    client, deploy = deployed
    with monkeypatch.context() as earlier:
        earlier.setattr(module, "_MADE_BY", "an earlier ")
        _, found = deploy("nightly")
    client.pause_deployment(found.id)
    made, found = deploy("nightly")
    assert not module.is_paused(made)
    assert not found.paused


def test_serving_pauses_nothing_at_its_end_and_says_what_is_paused(environ, monkeypatch, capsys, deployed):
    import prefect

    client, deploy = deployed
    client.pause_deployment(deploy("nightly")[1].id)
    environ["PREFECT_API_URL"] = str(client.api_url)
    served = []
    monkeypatch.setattr(prefect, "serve", lambda *made, **how: served.append((len(made), how)))
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    module.serve(load_settings({"inbox": "in", "store": "st", "identity_key": "k" * 16}, environ={}))
    assert served == [(2, {"pause_on_shutdown": False})]
    assert "nightly is paused on the Prefect page, and stays so" in capsys.readouterr().err
