"""The publish flow: prepared, held until another person approves, then released."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow, get_client, pause_flow_run, task
from prefect.artifacts import create_link_artifact, create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.exceptions import FlowPauseTimeout
from prefect.input import RunInput
from prefect.states import Completed, Running

from flows import settings as configuration
from flows.publishing import NotApprovable, approve, prepare_and_publish
from flows.settings import Settings

_POLL_SECONDS = 10


class Approval(RunInput):
    """What the approver answers on the page of the paused run."""

    approved_by: str
    note: str = ""


prepare_list = task(name="prepare, release where approved", cache_policy=NO_CACHE)(prepare_and_publish)
record_approval = task(name="record the approval", cache_policy=NO_CACHE)(approve)


@flow(name="publish", log_prints=True, validate_parameters=False)
def publish(prepared_by: str, wait_hours: float = 0, settings: Settings | None = None) -> State[dict[str, Any]]:
    """Prepare the serious-violation list, wait up to `wait_hours` for an approval, release it.

    The approval may come from this page or from `yaoxin approve`: both write the same decision. Where none came the
    run ends as `Waiting`, and the draft stays.
    """
    chosen = settings or configuration.load({})
    answer: dict[str, Any] = prepare_list(chosen, prepared_by)
    if answer["state"] == "waiting" and wait_hours > 0:
        answer = _hold(chosen, answer, prepared_by, wait_hours)
    _tell(answer)
    name = "Waiting" if answer["state"] == "waiting" else "Completed"
    return Completed(name=name, message=answer["message"], data=answer)


def _hold(settings: Settings, answer: dict[str, Any], prepared_by: str, wait_hours: float) -> dict[str, Any]:
    refusal = ""
    while answer["state"] == "waiting":
        given = _ask(f"{refusal}{answer['message']}", answer, wait_hours)
        if given is None:
            # Someone may have approved on the command line meanwhile.
            answer = prepare_list(settings, prepared_by)
            note = f"（已等待 {wait_hours:g} 小时，草稿保留）" if answer["state"] == "waiting" else ""
            return answer | {"message": answer["message"] + note}
        refusal = _record(settings, answer, given)
        answer = prepare_list(settings, prepared_by)
    return answer


def _ask(question: str, answer: dict[str, Any], wait_hours: float) -> Approval | None:
    """Pause until somebody answers; None where nobody did in time."""
    create_markdown_artifact(f"{question}\n\n{answer['folder']}", key="publication-waiting")
    form = Approval.with_initial_data(description=question)
    try:
        return pause_flow_run(wait_for_input=form, timeout=round(wait_hours * 3600), poll_interval=_POLL_SECONDS)
    except FlowPauseTimeout:
        _go_on()
        return None


def _go_on() -> None:
    """Leave a pause that is over. Past its time the server turns every orderly end into a failure."""
    context = FlowRunContext.get()
    if context is not None and context.flow_run is not None:
        with get_client(sync_client=True) as client:
            client.set_flow_run_state(context.flow_run.id, Running(), force=True)


def _record(settings: Settings, answer: dict[str, Any], given: Approval) -> str:
    """Record what was answered to exactly the draft that was shown; why not, where it cannot stand."""
    try:
        record_approval(settings, answer["version"], given.approved_by, given.note, answer["digest"])
    except NotApprovable as refusal:
        return f"{refusal}\n\n"
    return ""


def _tell(answer: dict[str, Any]) -> None:
    print(answer["message"])  # noqa: T201 the flow logs what is printed
    create_markdown_artifact(f"# {answer['state']}\n\n{answer['message']}\n", key="publication")
    if answer["state"] == "published":
        page = Path(answer["folder"]).absolute() / "list.html"
        create_link_artifact(page.as_uri(), key="publication-page", link_text=f"Version {answer['version']}")
