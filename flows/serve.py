"""Runs the deployments of prefect.yaml on this machine: a Prefect server where none is set, and a runner."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
import yaml

from flows.prefect_server import PrefectServer
from flows.settings import Settings
from flows.wording import localise

if TYPE_CHECKING:
    from prefect import Flow
    from prefect.client.schemas.responses import DeploymentResponse
    from prefect.deployments.runner import RunnerDeployment
    from prefect.events import DeploymentEventTrigger

_BESIDE, _AT_ROOT = Path(__file__).with_name("prefect.yaml"), Path(__file__).parents[1] / "prefect.yaml"
PREFECT_FILE = _BESIDE if _BESIDE.is_file() else _AT_ROOT  # a wheel has it beside this module
_USUAL_PORT = "4200"
_MADE_BY = "yaoxin "


def deployments(path: Path = PREFECT_FILE) -> list[dict[str, Any]]:
    """The deployments of `path` as plain data, in order."""
    return list(yaml.safe_load(path.read_text(encoding="utf-8"))["deployments"])


def serve(settings: Settings) -> None:
    """Run the deployments on their schedules until stopped.

    Uses the server of PREFECT_API_URL; without one, starts a server on this machine and stops it at the end. What a
    person has paused stays paused, and a line on standard error says so.
    """
    export_settings(settings)
    # A service is ended by SIGTERM: it then ends as by Ctrl-C, with the server it started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with server_while_serving():
        import prefect

        served = [with_paused_state(runner_deployment(entry)) for entry in deployments()]
        for one in filter(is_paused, served):
            text = (
                f"{one.name} is paused on the Prefect page, and stays so: "
                "it does not start by itself before it is resumed there."
            )
            click.echo(localise(text), err=True)
        # Prefect would otherwise pause every schedule at the end, as if a person had done it.
        prefect.serve(*served, pause_on_shutdown=False)


def runner_deployment(entry: dict[str, Any]) -> RunnerDeployment:
    """A deployment of prefect.yaml for the runner: schedules, triggers, limit, parameters."""
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
    chosen = flow_of(entry["entrypoint"])
    to_deployment = cast("Callable[..., RunnerDeployment]", chosen.to_deployment)  # made, outside an event loop
    made = to_deployment(
        name=entry["name"],
        description=entry["description"],
        tags=entry["tags"],
        parameters=entry["parameters"],
        schedules=schedules,
        triggers=triggers,
        concurrency_limit=ConcurrencyLimitConfig(**entry["concurrency_limit"]),
        version=_MADE_BY + _version(),
        # A path would be looked for below the working folder, whatever that is.
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    # Settings are those of this process: whoever starts a run names none.
    made._parameter_openapi_schema.properties.pop("settings")
    return made


def with_paused_state(made: RunnerDeployment) -> RunnerDeployment:
    """`made`, paused where a person has paused it on the server: the deployment, a schedule, its trigger."""
    from prefect import get_client

    with get_client(sync_client=True) as client:
        found = _found(client, f"{made.flow_name}/{made.name}")
        if found is None:
            made.paused = False
            return made
        owned = client.read_resource_related_automations(f"prefect.deployment.{found.id}")
    made.paused = found.paused
    active = {one.slug: one.active for one in found.schedules}
    for one in made.schedules or []:
        one.active = active.get(one.slug, one.active)
    if owned and not any(one.enabled for one in owned):
        for trigger in _triggers(made):
            trigger.enabled = False
    return made


def is_paused(made: RunnerDeployment) -> bool:
    """Whether none of its schedules and triggers starts it."""
    starts = [one.active for one in made.schedules or []] + [one.enabled for one in _triggers(made)]
    return bool(made.paused) or (bool(starts) and not any(starts))


def _triggers(made: RunnerDeployment) -> list[DeploymentEventTrigger]:
    """Triggers of the kind that `runner_deployment` makes."""
    return cast("list[DeploymentEventTrigger]", made.triggers)


def _found(client: Any, name: str) -> DeploymentResponse | None:  # noqa: ANN401
    """The deployment on the server; None for one of an earlier release, which paused its deployments at its end."""
    from prefect.exceptions import ObjectNotFound

    try:
        found = cast("DeploymentResponse", client.read_deployment_by_name(name))
    except ObjectNotFound:
        return None
    return found if (found.version or "").startswith(_MADE_BY) else None


def _version() -> str:
    try:
        return version("yaoxin")
    except PackageNotFoundError:
        return "from its source"


def flow_of(entrypoint: str) -> Flow[..., Any]:
    """The flow of `path/to/file.py:name`, imported as the module it is."""
    from importlib import import_module

    path, name = entrypoint.split(":")
    found = getattr(import_module(path.removesuffix(".py").replace("/", ".")), name)
    return cast("Flow[..., Any]", found)


def export_settings(settings: Settings) -> None:
    """Put the settings into the environment: the runner starts each flow run as a process of its own."""
    folders: dict[str, Any] = {
        name: path.absolute()
        for name in ("inbox", "publications", "policy_dir", "office_database")
        if isinstance(path := getattr(settings, name), Path)
    }
    store = settings.store if "://" in settings.store else str(Path(settings.store).absolute())
    os.environ.update(replace(settings, store=store, **folders).as_environment())


@contextmanager
def server_while_serving() -> Iterator[None]:
    """A Prefect server of this machine's own while the schedule is served, unless PREFECT_API_URL names one."""
    if os.environ.get("PREFECT_API_URL"):
        yield
        return
    server = PrefectServer(int(os.environ.get("PREFECT_SERVER_API_PORT", _USUAL_PORT)))
    try:
        os.environ["PREFECT_API_URL"] = server.url
        server.wait()
        click.echo(f"Prefect: {server.url.removesuffix('/api')}", err=True)
        yield
    finally:
        server.stop()
