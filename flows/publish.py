"""The publish flow: prepares the lists and ends. People sign by `yaoxin approve`, and that releases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_link_artifact, create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows import settings as configuration
from flows.publishing import outcome_summary, publish_lists
from flows.settings import Settings
from flows.store.lease import Busy
from flows.wording import describe_error

prepare_lists = task(name="publish", cache_policy=NO_CACHE)(publish_lists)


@flow(name="publish", log_prints=True, validate_parameters=False)
def publish(lists: tuple[str, ...] = (), settings: Settings | None = None) -> State[dict[str, Any]]:
    """Prepare every list, or `lists`, signed by nobody; release what two people have signed already.

    Where signatures are missing the run ends as `Waiting`, and the draft stays for `yaoxin approve`. Where another run
    holds the store it fails as `Busy`, where a latest version is damaged as `Damaged`, where no list can be made as
    `Refused`. settings: of a caller in this process; a run of a deployment has those of its environment, and
    one that is given others is `Declined`.
    """
    if settings is not None and not isinstance(settings, Settings):
        error = TypeError(configuration.RUN_TAKES_NO_PARAMETERS)
        return Failed(name="Declined", message=describe_error(error))
    try:
        answer = outcome_summary(prepare_lists(settings or configuration.load_settings({}), None, lists))
    except Busy as busy:
        return Failed(name="Busy", message=str(busy))
    print(answer["message"])  # noqa: T201 the flow logs what is printed
    create_markdown_artifact(f"# {answer['state']}\n\n{answer['message']}\n", key="publication")
    for outcome in answer["lists"]:
        if outcome["state"] == "published":
            page = Path(outcome["folder"]).absolute() / "list.html"
            title = f"{outcome['title']} {outcome['version']}"
            create_link_artifact(page.as_uri(), key=f"publication-page-{outcome['list']}", link_text=title)
    if answer["state"] in ("damaged", "refused"):
        return Failed(name=answer["state"].capitalize(), message=answer["message"], data=answer)
    name = "Waiting" if answer["state"] == "waiting" else "Completed"
    return Completed(name=name, message=answer["message"], data=answer)
