"""The Prefect flow of the nightly run: the days that are due, in order."""

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
from flows.law import law_policy_on
from flows.policy_folder import read_scheme
from flows.prefect_server import server_for_this_process
from flows.publishing import update_published_lists
from flows.run.commit import write_tables
from flows.run.due_days import ClockInDoubt, FutureDay, PastDay, RunContext, days_due
from flows.run.ingest import ingest, ingest_rules
from flows.run.rate import rate_affected
from flows.run.report import Report, write_report
from flows.run.run import RunResult, RunSetup, RunSteps, execute_run
from flows.run.validate import Validation, validate
from flows.settings import SettingProblem, Settings, SettingsProblems
from flows.store.ledger import Run
from flows.store.store import Store
from flows.wording import describe_error, prefers_chinese, to_chinese

# Reading a shared folder may fail for a moment. Nothing else heals by waiting: the rest is computed, or written in
# steps that must not happen twice, and a run that broke off is undone by the next one.
_OVER_A_NETWORK: dict[str, Any] = {
    "retries": 2,
    "retry_delay_seconds": [5, 30],
    "retry_condition_fn": lambda _task, _run, state: isinstance(state.result(raise_on_failure=False), OSError),
}

STEPS = RunSteps(
    bring_in=task(name="take in files", cache_policy=NO_CACHE, **_OVER_A_NETWORK)(ingest),
    rate=task(name="rate enterprises", cache_policy=NO_CACHE)(rate_affected),
    check=task(name="hold at the gate", cache_policy=NO_CACHE)(validate),
    tell=task(name="write the report", cache_policy=NO_CACHE)(write_report),
    keep=task(name="write to the store", cache_policy=NO_CACHE)(write_tables),
    lists=task(name="bring the published lists up to date", cache_policy=NO_CACHE)(update_published_lists),
)


@flow(name="nightly", log_prints=True, validate_parameters=False)
def nightly(
    as_of: date | None = None,
    known_at: datetime | None = None,
    scheme: str | None = None,
    settings: Settings | None = None,
) -> State[dict[str, Any]]:
    """Run every night that is due up to `as_of` (default: today at the office), in order.

    known_at: what had arrived by then is known (default: now). A night refused by the gate ends the flow, as
    `Refused`; where another run holds the store it ends as `Busy`; where the clock or the day asked for cannot be
    right, as `Declined`. None of these lets a publication be prepared. settings: of a caller in this process; a run of
    a deployment has those of its environment, and one that is given others is `Declined`.
    """
    if settings is not None and not isinstance(settings, Settings):
        return Failed(
            name="Declined",
            message=describe_error(TypeError(configuration.RUN_TAKES_NO_PARAMETERS), chinese=prefers_chinese()),
        )
    chosen = settings or configuration.load_settings({})
    policy = read_scheme(chosen.policy_dir, scheme or chosen.scheme)
    office = RunSetup(_store(chosen), chosen, policy)
    now = _now(chosen)
    nothing = "no night was due"
    result = RunResult("passed", to_chinese(nothing) if prefers_chinese() else nothing)
    try:
        nights = days_due(office.store.last("nightly"), _day(as_of) or now.date(), now, chosen.catch_up)
    except (ClockInDoubt, FutureDay, PastDay) as fault:
        return Failed(name="Declined", message=describe_error(fault, chinese=prefers_chinese()), data=fault)
    for due in nights:
        result = execute_run(office, due, _instant(known_at, chosen) or now, STEPS, PrefectReporter())
        if result.state != "passed":
            return Failed(name=result.state.capitalize(), message=result.message, data=asdict(result))
    return Completed(message=result.message, data=asdict(result))


def run_due_days(settings: Settings, as_of: date | None, known_at: datetime | None, scheme: str | None) -> RunResult:
    """The flow as the command line calls it. A mistake of the caller's is said before it starts, in plain words.

    Raises SettingsProblems, PolicyProblems, PolicyGap, PastNight, FutureNight, ClockInDoubt, NoServer.
    """
    last = _store(settings).last("nightly")
    ingest_rules(settings, last)
    _see_inbox(settings)
    policy = read_scheme(settings.policy_dir, scheme or settings.scheme)
    today = _now(settings).date()
    law_policy_on(settings, today)
    for due in days_due(last, as_of or today, _now(settings), settings.catch_up):
        policy.scheme.tiers.on(due, f"{policy.scheme.scheme}: tiers")
    server_for_this_process()
    state = cast("State[Any]", nightly(as_of, known_at, scheme, settings, return_state=True))
    answer = state.result(raise_on_failure=False)
    if isinstance(answer, BaseException):
        raise answer
    return RunResult(**answer)


def _see_inbox(settings: Settings) -> None:
    """Raises SettingsProblems where there is no inbox: waiting for one would help a schedule, not a person."""
    if not settings.inbox.is_dir():
        expected, advice = "a folder that can be read", "Make it, or name another with --inbox or YAOXIN_INBOX."
        problem = SettingProblem("inbox", "the settings", repr(str(settings.inbox)), "no such folder", expected, advice)
        raise SettingsProblems([problem])


def _store(settings: Settings) -> Store:
    return Store(settings.store, settings.storage_options, settings.state_dir)


def _now(settings: Settings) -> datetime:
    return datetime.now(ZoneInfo(settings.timezone))


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _instant(value: datetime | str | None, settings: Settings) -> datetime | None:
    """From the Prefect page instants come as text; one without a zone is meant by the clock of the office."""
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant.replace(tzinfo=ZoneInfo(settings.timezone)) if instant and instant.tzinfo is None else instant


_STEPS = 5


class PrefectReporter:
    """Artifacts of the flow run, so that its page alone tells the night."""

    @contextmanager
    def progress(self, night: RunContext) -> Iterator[Callable[[str], None]]:
        """A bar for the night; call what is handed out after each step."""
        about = f"Night of {night.as_of}"
        artifact = cast(UUID, create_progress_artifact(0.0, key="night-progress", description=about))
        done = 0

        def advance(step: str) -> None:
            nonlocal done
            done += 1
            print(f"{night.as_of}: {step} ({done} of {_STEPS})")  # noqa: T201 the flow logs what is printed
            update_progress_artifact(artifact, progress=100.0 * done / _STEPS)

        yield advance

    def passed(self, run: Run, report: Report) -> None:
        """Numbers as a table, the summary in words, a link to the report."""
        rows = [{"what": name, "count": value} for name, value in report.facts["numbers"].items()]
        create_table_artifact(rows, key="night-numbers", description=f"Run {run.run_id}")
        text = f"# {run.run_id}\n\n{report.summary}\n\n{report.summary_in_english}\n\n{_rated(run)}\n"
        create_markdown_artifact(text, key="night-summary")
        create_link_artifact(report.page.as_uri(), key="night-report", link_text=f"Office report of {run.as_of}")

    def refused(self, run: Run, checked: Validation) -> None:
        """Why nothing was committed, and where the offending rows are named."""
        english = f"{checked.what_first()}\n\nReaders still see the run before."
        chinese = f"{checked.what_first(chinese=True)}\n\n读者看到的仍是上一次通过的结果。"
        text = f"# {run.run_id} was refused · 未通过质量检查\n\n{english}\n\n{chinese}\n"
        create_markdown_artifact(text, key="night-summary")
        create_link_artifact(checked.docs.as_uri(), key="gate-docs", link_text="Data Docs of the gate")


def _rated(run: Run) -> str:
    """How many enterprises were rated, and why these."""
    scope = run.facts["scope"]
    because = ", ".join(f"{why} {count}" for why, count in scope["because"].items())
    why = scope["why"] or because or "nothing concerned anyone"
    return f"Rated: {scope['rated']} enterprises ({scope['mode']}: {why})."
