"""One run for one day, from inbox to commit, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, Protocol

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
from flows.store.upgrade import upgrade_store
from flows.wording import describe_error, localise, prefers_chinese

_MAX_REJECTED_FILES = 10  # in the message of a run


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
        upgrade_store(setup.store, setup.settings)
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
