"""One run for one day, from inbox to commit, or to the reason why there is none; and which days are due."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Protocol

import polars as pl

from flows.office import journal_head_facts
from flows.policy_folder import PolicyInForce
from flows.publishing import ListOutcome, outcome_summary, update_published_lists
from flows.run.commit import write_tables
from flows.run.context import RunContext
from flows.run.ingest import INBOX_COPIES, IngestSummary, archive_files, ingest
from flows.run.rate import rate_affected
from flows.run.report import Report, ReportInputs, add_list_outcomes, write_refused_workbooks, write_report
from flows.run.validate import Validation, validate
from flows.run_logging import RunLog
from flows.settings import Settings
from flows.store import stored_names
from flows.store.lease import Busy
from flows.store.ledger import Run
from flows.store.store import RunWriter, Store
from flows.store.tables import buckets_for
from flows.wording import describe_error, localise, prefers_chinese
from transforms.schemas import KINDS

_MAX_REJECTED_FILES = 10  # in the message of a run
_CLOCK_TOLERANCE = timedelta(minutes=10)  # between the clocks of two machines that take turns


RunOutcome = Literal["passed", "refused", "busy"]


@dataclass(frozen=True)
class RunSetup:
    """What the runs of several days share."""

    store: Store
    settings: Settings
    policy: PolicyInForce


@dataclass(frozen=True)
class RunSteps:
    """The steps in their order: the functions themselves, or tasks of a flow."""

    ingest: Callable[[Store, Settings, RunContext], IngestSummary] = ingest
    rate: Callable[[Store, Settings, RunContext, PolicyInForce, Run | None], dict[str, Any]] = rate_affected
    validate: Callable[[Store, Path, RunContext, PolicyInForce, Run | None], Validation] = validate
    report: Callable[[Store, Settings, ReportInputs], Report] = write_report
    commit: Callable[[RunWriter, RunContext], int] = write_tables
    publish: Callable[[Settings], list[ListOutcome]] = update_published_lists


class RunReporter(Protocol):
    """Follows a run while it goes on."""

    def progress(self, context: RunContext) -> AbstractContextManager[Callable[[], None]]:
        """A run begins; the function is called after each step up to the commit."""

    def passed(self, run: Run, report: Report) -> None:
        """The run is committed."""

    def refused(self, run: Run, validation: Validation) -> None:
        """The gate refused the run."""


@dataclass(frozen=True)
class RunResult:
    """What became of a run, or of the last of several: its facts in the ledger and its report.

    lists: what became of the published lists afterwards; see `flows.publishing`.
    """

    state: RunOutcome
    message: str
    run_id: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    report: Path | None = None
    lists: list[ListOutcome] = field(default_factory=list)


def execute_run(setup: RunSetup, as_of: date, known_at: datetime, steps: RunSteps, reporter: RunReporter) -> RunResult:
    """Run one day, alone in the store; `busy` where another run holds it. Published lists are updated at the end."""
    policy = setup.policy
    try:
        adapt_layout(setup.store, setup.settings)
        with setup.store.begin(
            "nightly", as_of, known_at, policy.scheme.scheme, policy.policy_hash_on(as_of)
        ) as writer:
            context = RunContext(as_of, known_at.astimezone(UTC), writer.folder)
            result, report = _run_steps(setup, context, writer, steps, reporter)
    except Busy as busy:
        return RunResult("busy", describe_error(busy))
    if report is None:
        return result
    with RunLog(writer.run_id, writer.folder) as log, log.step("publish") as counts:
        outcomes = steps.publish(setup.settings)
        counts["lists"] = len(outcomes)
    if not outcomes:
        return result
    add_list_outcomes(report, outcomes)
    return replace(result, message=f"{result.message}\n{outcome_summary(outcomes)['message']}", lists=outcomes)


def _run_steps(
    setup: RunSetup, context: RunContext, writer: RunWriter, steps: RunSteps, reporter: RunReporter
) -> tuple[RunResult, Report | None]:
    """The result, and the report where the gate passed the run."""
    store, settings, policy = setup.store, setup.settings, setup.policy
    previous_run = store.last("nightly", before=context.as_of)
    with RunLog(writer.run_id, writer.folder) as log, reporter.progress(context) as advance:
        with log.step("ingest") as counts:
            summary = steps.ingest(store, settings, context)
            counts.update(summary.counts)
        context = replace(context, buckets=summary.buckets)
        advance()
        with log.step("rate") as counts:
            rating_facts = steps.rate(store, settings, context, policy, previous_run)
            counts["enterprises"] = rating_facts.get(stored_names.AFFECTED, {}).get(stored_names.RATED, 0)
        advance()
        with log.step("validate") as counts:
            validation = steps.validate(store, settings.policy_dir, context, policy, previous_run)
            facts = validation.facts
            counts["tables"] = len(validation.verdicts)
            counts["rows"] = sum(facts[stored_names.ROW_COUNTS].values())
            counts["findings"] = len(facts[stored_names.FINDINGS])
        advance()
        facts = {**facts, **summary.facts, **rating_facts}
        if not validation.is_passed:
            workbooks = write_refused_workbooks(store, settings, context, previous_run)
            context.clear(INBOX_COPIES)  # the inbox has them, and they may hold identity numbers
            facts[stored_names.WORKBOOKS] = list(map(str, workbooks.values()))
            run = writer.commit("refused", facts)
            reporter.refused(run, validation)
            return RunResult("refused", _refusal(validation, facts), run.run_id, dict(run.facts), validation.docs), None
        with log.step("report") as counts:
            report = steps.report(store, settings, ReportInputs(context, policy, validation, previous_run))
            counts["tier_changes"] = len(report.view.changes) if report.view else 0
        advance()
        with log.step("commit") as counts:
            archive_files(store, context)
            rows = steps.commit(writer, context)
            facts = {**report.facts, **summary.facts, **rating_facts, **journal_head_facts(settings)}
            run = writer.commit("passed", facts)
            context.clear()
            counts["rows"] = rows
        advance()
    reporter.passed(run, report)
    headline = report.summary if prefers_chinese() else report.summary_in_english
    message = "\n".join((headline, *_file_lines(summary.facts)))
    return RunResult("passed", message, run.run_id, dict(run.facts), report.page), report


def _refusal(validation: Validation, facts: Mapping[str, Any]) -> str:
    lines = [validation.what_first(chinese=prefers_chinese()), *_file_lines(facts)]
    if workbooks := facts[stored_names.WORKBOOKS]:
        lines.append(localise(f"Workbooks to send back: {Path(workbooks[0]).parent}"))
    return "\n".join(lines)


def _file_lines(facts: Mapping[str, Any]) -> Iterator[str]:
    """Lines on rejected files, and remarks on the inbox."""
    files = facts.get(stored_names.FILES, {})
    for file in files.get(stored_names.REJECTED, [])[:_MAX_REJECTED_FILES]:
        yield localise(f"Rejected file: {file['file_name']}: {file['finding']}")
    if (more := files.get(stored_names.REJECTED_COUNT, 0) - _MAX_REJECTED_FILES) > 0:
        yield localise(f"More rejected files: {more}; see yaoxin quarantine")
    yield from files.get(stored_names.REMARKS, [])


def adapt_layout(store: Store, settings: Settings) -> Run | None:
    """Lay out anew a store of an earlier release, or one for which another number of buckets is set.

    A store without buckets gets as many as are set, or as suit its size. Returns None where there is nothing to do.
    Raises Busy where another run holds the store.
    """
    counts = set(store.layout().values())
    if not counts or (len(counts) == 1 and None not in counts and settings.buckets in (None, *counts)):
        return None
    wanted = settings.buckets or next((count for count in counts if count), None)
    if wanted is None:
        run = store.last()
        wanted = buckets_for(sum(store.scan(kind, run).select(pl.len()).collect().item() for kind in KINDS))
    return store.lay_out_anew(wanted)


class PastDay(ValueError):
    """A run was asked for a day before one that is committed already."""


class FutureDay(ValueError):
    """A run was asked for a day that has not come."""


class ClockInDoubt(ValueError):
    """The clock of the machine does not fit the last run: nothing is done before a person has looked at it."""


def days_due(last: Run | None, as_of: date, now: datetime, most_missed: int | None = None) -> list[date]:
    """The days after the last run, up to `as_of`, in order. The day of the last run itself is run again.

    now: the clock of the office. most_missed: how many days before `as_of` are caught up without asking; None for any
    number. Raises ClockInDoubt where the clock is behind the last run or too far beyond it, PastDay for a day before
    the last run's, FutureDay after today (every true day would then be past).
    """
    today = now.date()
    if last is not None and (today < last.as_of or now + _CLOCK_TOLERANCE < last.finished_at):
        raise ClockInDoubt(_clock_behind(last, now))
    if as_of > today:
        raise FutureDay(f"as_of {as_of}: that day has not come; today is {today}. Runs go in order, up to today.")
    if last is None or as_of == last.as_of:
        return [as_of]
    if as_of < last.as_of:
        raise PastDay(
            f"as_of {as_of}: the run for {last.as_of} is committed already ({last.run_id}), and runs go in order. "
            f"For a rating as of that day use: yaoxin explain ID --as-of {as_of}. To rate the past anew use an empty "
            "store (--store)."
        )
    due = [last.as_of + timedelta(days=n + 1) for n in range((as_of - last.as_of).days)]
    if most_missed is not None and len(due) - 1 > most_missed:
        raise ClockInDoubt(_clock_far_ahead(last, due, now, most_missed))
    return due


def _clock_behind(last: Run, now: datetime) -> str:
    clock, then = (f"{instant:%Y-%m-%d %H:%M}" for instant in (now, last.finished_at.astimezone(now.tzinfo)))
    return (
        f"The clock of this machine says {clock}, but the run for {last.as_of} was committed at {then} "
        f"({last.run_id}). Nothing was done. If the clock is wrong now, set it right. "
        "If it was wrong then, go back to the last true run (yaoxin runs): yaoxin rewind RUN_ID --reason TEXT; then "
        "run again."
    )


def _clock_far_ahead(last: Run, due: list[date], now: datetime, most_missed: int) -> str:
    missed, clock = len(due) - 1, f"{now:%Y-%m-%d %H:%M}"
    return (
        f"The last committed run is for {last.as_of} ({last.run_id}), and the clock of this machine says {clock}: "
        f"before {due[-1]} there are {missed} runs to catch up, more than the {most_missed} that are without asking "
        "(setting catch_up). Nothing was done. If the clock is wrong, set it right. If it is right and all these "
        f"runs are wanted: yaoxin nightly --catch-up {missed}."
    )
