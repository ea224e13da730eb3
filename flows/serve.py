"""Puts the schedule of prefect.yaml to work on this machine: a server where none is set, and a runner."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import yaml

from flows.settings import Settings

if TYPE_CHECKING:
    from prefect import Flow
    from prefect.deployments.runner import RunnerDeployment

PREFECT_FILE = Path(__file__).parents[1] / "prefect.yaml"
_HOST, _USUAL_PORT = "127.0.0.1", "4200"
_START_SECONDS = 120


class NoServer(RuntimeError):
    """The Prefect server of this machine did not come up."""


def deployments(path: Path = PREFECT_FILE) -> list[dict[str, Any]]:
    """The deployments of `path` as plain data, in order."""
    return list(yaml.safe_load(path.read_text(encoding="utf-8"))["deployments"])


def serve(settings: Settings) -> None:
    """Run the deployments on their schedules until stopped.

    Uses the server of PREFECT_API_URL; without one, starts a server on this machine and stops it at the end.
    """
    _hand_down(settings)
    # Asked to end as a service is, it ends as from the keyboard: with the server it started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with _server():
        import prefect

        prefect.serve(*[runner_deployment(entry) for entry in deployments()])


def runner_deployment(entry: dict[str, Any]) -> RunnerDeployment:
    """A deployment of prefect.yaml as the runner takes it: schedules, triggers, limit, parameters."""
    from prefect.client.schemas.actions import DeploymentScheduleCreate
    from prefect.client.schemas.objects import ConcurrencyLimitConfig
    from prefect.client.schemas.schedules import CronSchedule
    from prefect.events import DeploymentEventTrigger
    from prefect.types.entrypoint import EntrypointType

    schedules = [
        DeploymentScheduleCreate(
            schedule=CronSchedule(cron=each["cron"], timezone=each["timezone"]),
            active=each["active"],
            slug=each["slug"],
        )
        for each in entry.get("schedules", [])
    ]
    triggers: list[Any] = [
        DeploymentEventTrigger(**{key: value for key, value in each.items() if key != "type"}, name=entry["name"])
        for each in entry.get("triggers", [])
    ]
    chosen = _flow(entry["entrypoint"])
    made = chosen.to_deployment(
        name=entry["name"],
        description=entry["description"],
        tags=entry["tags"],
        parameters=entry["parameters"],
        schedules=schedules,
        triggers=triggers,
        concurrency_limit=ConcurrencyLimitConfig(**entry["concurrency_limit"]),
        # A path would be looked for below the working folder, whatever that is.
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    return cast("RunnerDeployment", made)


def _flow(entrypoint: str) -> Flow[..., Any]:
    """The flow of `path/to/file.py:name`, imported as the module it is."""
    from importlib import import_module

    path, name = entrypoint.split(":")
    found = getattr(import_module(path.removesuffix(".py").replace("/", ".")), name)
    return cast("Flow[..., Any]", found)


def _hand_down(settings: Settings) -> None:
    """The runner starts each flow run as a process of its own: settings reach it through the environment."""
    folders: dict[str, Any] = {
        name: getattr(settings, name).absolute() for name in ("inbox", "publications", "policy_dir", "office_database")
    }
    store = settings.store if "://" in settings.store else str(Path(settings.store).absolute())
    os.environ.update(replace(settings, store=store, **folders).as_environment())


@contextmanager
def _server() -> Iterator[None]:
    if os.environ.get("PREFECT_API_URL"):
        yield
        return
    host, port = _HOST, int(os.environ.get("PREFECT_SERVER_API_PORT", _USUAL_PORT))
    _see_free(host, port)
    os.environ["PREFECT_API_URL"] = f"http://{host}:{port}/api"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", host, "--port", str(port)]
    with subprocess.Popen(command) as process:
        try:
            _wait(process)
            yield
        finally:
            process.terminate()


def _see_free(host: str, port: int) -> None:
    """Raises NoServer where something answers already: flows must not end up on a server nobody meant."""
    with socket.socket() as knock:
        if knock.connect_ex((host, port)) == 0:
            raise NoServer(
                f"port {port} of this machine is taken. If that is a Prefect server to be used, say so: "
                f"PREFECT_API_URL=http://{host}:{port}/api; otherwise end what holds the port, or choose another "
                "with PREFECT_SERVER_API_PORT."
            )


def _wait(process: subprocess.Popen[bytes]) -> None:
    url = os.environ["PREFECT_API_URL"] + "/health"
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NoServer(f"the Prefect server ended with code {process.returncode}; its own words are above")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.5)
    raise NoServer(f"no answer from {url} after {_START_SECONDS} s; its own words are above")
