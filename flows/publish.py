"""The publish flow: prepared, held until another person approves, then released."""

from __future__ import annotations

from typing import Any

from prefect import flow, pause_flow_run, task
from prefect.artifacts import create_link_artifact, create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.exceptions import FlowPauseTimeout
from prefect.input import RunInput

from flows import settings as configuration
from flows.publishing import NotApprovable, approve, prepare_and_publish
from flows.settings import Settings


class Approval(RunInput):
    """What the approver answers on the page of the paused run."""

    approved_by: str
    note: str = ""


prepare_list = task(name="prepare, release where approved", cache_policy=NO_CACHE)(prepare_and_publish)
record_approval = task(name="record the approval", cache_policy=NO_CACHE)(approve)


@flow(name="publish", log_prints=True, validate_parameters=False)
def publish(prepared_by: str, wait_hours: float = 0, settings: Settings | None = None) -> dict[str, Any]:
    """Prepare the serious-violation list, wait up to `wait_hours` for an approval, release it.

    The approval may come from this page or from `yaoxin approve`: both write the same decision.
    """
    chosen = settings or configuration.load({})
    answer: dict[str, Any] = prepare_list(chosen, prepared_by)
    if answer["state"] == "waiting" and wait_hours > 0:
        answer = _hold(chosen, answer, prepared_by, wait_hours)
    _tell(answer)
    return answer


def _hold(settings: Settings, answer: dict[str, Any], prepared_by: str, wait_hours: float) -> dict[str, Any]:
    question = str(answer["message"])
    while answer["state"] == "waiting":
        create_markdown_artifact(f"{question}\n\n{answer['folder']}", key="publication-waiting")
        try:
            given = pause_flow_run(
                wait_for_input=Approval.with_initial_data(description=question), timeout=int(wait_hours * 3600)
            )
        except FlowPauseTimeout:
            return answer | {"message": f"{answer['message']}（已等待 {wait_hours:g} 小时，草稿保留）"}
        # Someone may have approved on the command line meanwhile; then there is nothing left to record.
        answer = prepare_list(settings, prepared_by)
        if answer["state"] == "waiting":
            question = _try(settings, answer, given)
            answer = prepare_list(settings, prepared_by)
    return answer


def _try(settings: Settings, answer: dict[str, Any], given: Approval) -> str:
    """Record what was answered; the question to put again where it cannot stand."""
    try:
        record_approval(settings, answer["version"], given.approved_by, given.note)
    except NotApprovable as refusal:
        return f"{refusal}\n\n{answer['message']}"
    return str(answer["message"])


def _tell(answer: dict[str, Any]) -> None:
    print(answer["message"])  # noqa: T201 the flow logs what is printed
    create_markdown_artifact(f"# {answer['state']}\n\n{answer['message']}\n", key="publication")
    if answer["state"] == "published":
        create_link_artifact(f"file://{answer['folder']}/list.html", key="publication-page")
