"""The Prefect flow of the nightly run: the days that are due, in order. One of them is `flows.run.run.execute_run`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from prefect import flow, task
from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows import settings as configuration
from flows.policy_folder import read_rating_policy
from flows.prefect_server import server_for_this_process
from flows.publishing import update_published_lists
from flows.run.commit import write_tables
from flows.run.context import RunContext
from flows.run.due_days import ClockInDoubt, FutureDay, PastDay, days_due
from flows.run.ingest import ingest
from flows.run.rate import rate_affected
from flows.run.report import Report, write_report
from flows.run.run import RunResult, RunSetup, RunSteps, execute_run
from flows.run.validate import Validation, validate
from flows.run_logging import log_to_prefect
from flows.settings import Settings
from flows.store import stored_names
from flows.store.ledger import Run
from flows.store.store import open_store
from flows.wording import describe_error, localise

# Reading a shared folder may fail for a moment. Waiting heals nothing else: the rest is computed, or written in steps
# that must not happen twice, and a run that broke off is undone by the next one.
_RETRIES: dict[str, Any] = {
    "retries": 2,
    "retry_delay_seconds": [5, 30],
    "retry_condition_fn": lambda _task, _run, state: isinstance(state.result(raise_on_failure=False), OSError),
}

STEPS = RunSteps(
    ingest=task(name="ingest", cache_policy=NO_CACHE, **_RETRIES)(ingest),
    rate=task(name="rate", cache_policy=NO_CACHE)(rate_affected),
    validate=task(name="validate", cache_policy=NO_CACHE)(validate),
    report=task(name="report", cache_policy=NO_CACHE)(write_report),
    commit=task(name="commit", cache_policy=NO_CACHE)(write_tables),
    publish=task(name="publish", cache_policy=NO_CACHE)(update_published_lists),
)
_STEPS_TO_COMMIT = 5


@flow(name="nightly", log_prints=True, validate_parameters=False)
def nightly(
    as_of: date | None = None,
    known_at: datetime | None = None,
    scheme: str | None = None,
    settings: Settings | None = None,
) -> State[dict[str, Any]]:
    """Run every day that is due up to `as_of` (default: today at the office), in order.

    known_at: arrivals up to then count (default: now). A run that the gate refuses ends the flow, as `Refused`; where
    another run holds the store it ends as `Busy`; where the clock or the day asked for cannot be right, as `Declined`.
    None of these lets a publication be prepared. settings: of a caller in this process; a run of a deployment has those
    of its environment, and one that is given others is `Declined`.
    """
    if settings is not None and not isinstance(settings, Settings):
        error = TypeError(configuration.RUN_TAKES_NO_PARAMETERS)
        return Failed(name="Declined", message=describe_error(error))
    chosen = settings or configuration.load_settings({})
    policy = read_rating_policy(chosen.policy_dir, scheme or chosen.scheme)
    setup = RunSetup(open_store(chosen), chosen, policy)
    now = _now(chosen)
    result = RunResult("passed", localise("no run was due"))
    try:
        days = days_due(setup.store.last("nightly"), _day(as_of) or now.date(), now, chosen.catch_up)
    except (ClockInDoubt, FutureDay, PastDay) as error:
        return Failed(name="Declined", message=describe_error(error), data=error)
    with log_to_prefect():
        for day in days:
            result = execute_run(setup, day, _instant(known_at, chosen) or now, STEPS, PrefectReporter())
            if result.state != "passed":
                return Failed(name=result.state.capitalize(), message=result.message, data=asdict(result))
    return Completed(message=result.message, data=asdict(result))


def run_due_days(settings: Settings, as_of: date | None, known_at: datetime | None, scheme: str | None) -> RunResult:
    """The flow as the command line calls it, for what `flows.run.request.check_request` found in order.

    Raises NoServer, and whatever ended the flow.
    """
    server_for_this_process()
    state = cast("State[Any]", nightly(as_of, known_at, scheme, settings, return_state=True))
    answer = state.result(raise_on_failure=False)
    if isinstance(answer, BaseException):
        raise answer
    return RunResult(**answer)


class PrefectReporter:
    """Artifacts of the flow run: progress, figures, and where to look."""

    @contextmanager
    def progress(self, context: RunContext) -> Iterator[Callable[[], None]]:
        """A progress bar for the run; the function moves it by one step."""
        artifact = cast(
            UUID, create_progress_artifact(0.0, key="night-progress", description=f"Run for {context.as_of}")
        )
        done = 0

        def advance() -> None:
            nonlocal done
            done += 1
            update_progress_artifact(artifact, progress=100.0 * done / _STEPS_TO_COMMIT)

        yield advance

    def passed(self, run: Run, report: Report) -> None:
        """The figures as a table, the summary, a link to the report."""
        rows = [{"what": name, "count": value} for name, value in report.facts[stored_names.NUMBERS].items()]
        create_table_artifact(rows, key="night-numbers", description=f"Run {run.run_id}")
        text = f"# {run.run_id}\n\n{report.summary}\n\n{report.summary_in_english}\n\n{_rated(run)}\n"
        create_markdown_artifact(text, key="night-summary")
        create_link_artifact(report.page.as_uri(), key="night-report", link_text=f"Office report of {run.as_of}")

    def refused(self, run: Run, validation: Validation) -> None:
        """Why nothing was committed, and where the rows at fault are listed."""
        english = f"{validation.what_first()}\n\nReaders still see the run before."
        chinese = f"{validation.what_first(chinese=True)}\n\n读者看到的仍是上一次通过的结果。"
        text = f"# {run.run_id} was refused · 未通过质量检查\n\n{english}\n\n{chinese}\n"
        create_markdown_artifact(text, key="night-summary")
        create_link_artifact(validation.docs.as_uri(), key="gate-docs", link_text="Data Docs of the gate")


def _rated(run: Run) -> str:
    """How many enterprises were rated, and why these."""
    affected = run.facts[stored_names.AFFECTED]
    counts = ", ".join(f"{reason} {count}" for reason, count in affected[stored_names.COUNTS_BY_REASON].items())
    reason = affected[stored_names.REASON_FOR_ALL] or counts or "nothing concerned anyone"
    return f"Rated: {affected[stored_names.RATED]} enterprises ({affected[stored_names.MODE]}: {reason})."


def _now(settings: Settings) -> datetime:
    return datetime.now(ZoneInfo(settings.timezone))


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _instant(value: datetime | str | None, settings: Settings) -> datetime | None:
    """From the Prefect page instants come as text; one without a zone is meant by the clock of the office."""
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant.replace(tzinfo=ZoneInfo(settings.timezone)) if instant and instant.tzinfo is None else instant
