"""The publish flow: lists prepared, held until another person approves, then released."""

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
from flows.publishing import Chosen, NotApprovable, approve, prepare_and_publish_all, summary_of
from flows.settings import Settings

_POLL_SECONDS = 10


class Approval(RunInput):
    """What the approver answers on the page of the paused run. lists: those that are approved, by name."""

    approved_by: str
    lists: list[str]
    note: str = ""


prepare_lists = task(name="prepare, release where approved", cache_policy=NO_CACHE)(prepare_and_publish_all)
record_approval = task(name="record the approval", cache_policy=NO_CACHE)(approve)


@flow(name="publish", log_prints=True, validate_parameters=False)
def publish(
    prepared_by: str, wait_hours: float = 0, lists: tuple[str, ...] = (), settings: Settings | None = None
) -> State[dict[str, Any]]:
    """Prepare every list, or `lists`; wait up to `wait_hours` for their approval; release what is approved.

    An approval may come from this page or from `yaoxin approve`: both write the same decision, one for each list.
    Where one did not come the run ends as `Waiting`, and its draft stays.
    """
    chosen = settings or configuration.load({})
    answer = summary_of(prepare_lists(chosen, prepared_by, lists))
    if answer["state"] == "waiting" and wait_hours > 0:
        answer = _hold(chosen, answer, prepared_by, wait_hours)
    _tell(answer)
    name = "Waiting" if answer["state"] == "waiting" else "Completed"
    return Completed(name=name, message=answer["message"], data=answer)


def _hold(settings: Settings, answer: dict[str, Any], prepared_by: str, wait_hours: float) -> dict[str, Any]:
    refusal = ""
    while answer["state"] == "waiting":
        given = _ask(refusal, answer, wait_hours)
        if given is not None:
            refusal = _record(settings, _waiting(answer), given)
        # Someone may have approved on the command line, too.
        answer = _once_more(settings, answer, prepared_by)
        if given is None:
            note = f"（已等待 {wait_hours:g} 小时，草稿保留）" if answer["state"] == "waiting" else ""
            return answer | {"message": answer["message"] + note}
    return answer


def _once_more(settings: Settings, before: dict[str, Any], prepared_by: str) -> dict[str, Any]:
    """The same lists again; what this run has published stays told as published."""
    known = {one["list"]: one for one in before["lists"]}
    found = prepare_lists(settings, prepared_by, tuple(known))
    is_told = {name for name, one in known.items() if one["state"] == "published"}
    return summary_of(known[one["list"]] if one["list"] in is_told else one for one in found)


def _waiting(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The answers about lists that wait for an approval, by name."""
    return {one["list"]: one for one in answer["lists"] if one["state"] == "waiting"}


def _ask(refusal: str, answer: dict[str, Any], wait_hours: float) -> Approval | None:
    """Pause until somebody answers; None where nobody did in time."""
    waiting = _waiting(answer)
    question = refusal + "\n\n".join(_question(one) for one in waiting.values())
    folders = "\n".join(one["folder"] for one in waiting.values())
    create_markdown_artifact(f"{question}\n\n{folders}", key="publication-waiting")
    form = Approval.with_initial_data(description=question, lists=list(waiting))
    try:
        return pause_flow_run(wait_for_input=form, timeout=round(wait_hours * 3600), poll_interval=_POLL_SECONDS)
    except FlowPauseTimeout:
        _go_on()
        return None


def _question(one: dict[str, Any]) -> str:
    held = f"（另有 {len(one['held'])} 件暂缓，见 yaoxin publish --list {one['list']}）" if one.get("held") else ""
    return f"{one['title']}：{one['message']}{held}"


def _go_on() -> None:
    """Leave a pause that is over. Past its time the server turns every orderly end into a failure."""
    context = FlowRunContext.get()
    if context is not None and context.flow_run is not None:
        with get_client(sync_client=True) as client:
            client.set_flow_run_state(context.flow_run.id, Running(), force=True)


def _record(settings: Settings, waiting: dict[str, dict[str, Any]], given: Approval) -> str:
    """Record what was answered to exactly the drafts that were shown; why not, where it cannot stand."""
    refusals = []
    for name in given.lists:
        shown = waiting.get(name, {"version": "", "digest": ""})
        try:
            record_approval(settings, Chosen(shown["version"], name, shown["digest"]), given.approved_by, given.note)
        except NotApprovable as refusal:
            refusals.append(f"{refusal}\n\n")
    return "".join(refusals)


def _tell(answer: dict[str, Any]) -> None:
    print(answer["message"])  # noqa: T201 the flow logs what is printed
    create_markdown_artifact(f"# {answer['state']}\n\n{answer['message']}\n", key="publication")
    for one in answer["lists"]:
        if one["state"] == "published":
            page = Path(one["folder"]).absolute() / "list.html"
            title = f"{one['title']} {one['version']}"
            create_link_artifact(page.as_uri(), key=f"publication-page-{one['list']}", link_text=title)
