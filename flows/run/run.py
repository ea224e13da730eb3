"""One run for one day, from inbox to commit, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, Protocol

import polars as pl

from flows.office import journal_head_facts
from flows.policy_folder import PolicyInForce
from flows.publishing import ListOutcome, outcome_summary, update_published_lists
from flows.run.commit import write_tables
from flows.run.due_days import RunContext
from flows.run.ingest import INBOX_COPIES, IngestSummary, archive_files, buckets_for, ingest
from flows.run.rate import rate_affected
from flows.run.report import Report, ReportInputs, add_list_outcomes, write_refused_workbooks, write_report
from flows.run.validate import Validation, validate
from flows.settings import Settings
from flows.store.layout import lay_out_anew
from flows.store.lease import Busy
from flows.store.ledger import Run
from flows.store.store import RunWriter, Store
from flows.wording import describe_error, prefers_chinese, to_chinese
from transforms.schemas import KINDS

_MOST_NAMED = 10

RunOutcome = Literal["passed", "refused", "busy"]


@dataclass(frozen=True)
class RunSetup:
    """What the nights of one run share."""

    store: Store
    settings: Settings
    policy: PolicyInForce


@dataclass(frozen=True)
class RunSteps:
    """The steps as they are called: as they are, or as tasks of the flow."""

    bring_in: Callable[[Store, Settings, RunContext], IngestSummary] = ingest
    rate: Callable[[Store, Settings, RunContext, PolicyInForce, Run | None], dict[str, Any]] = rate_affected
    check: Callable[[Store, Path, RunContext, PolicyInForce, Run | None], Validation] = validate
    tell: Callable[[Store, Settings, ReportInputs], Report] = write_report
    keep: Callable[[RunWriter, RunContext], object] = write_tables
    lists: Callable[[Settings], list[ListOutcome]] = update_published_lists


class RunReporter(Protocol):
    """Where a night is told while it runs."""

    def progress(self, night: RunContext) -> AbstractContextManager[Callable[[str], None]]:
        """Told that a night begins; what is handed out is called after each step."""

    def passed(self, run: Run, report: Report) -> None:
        """Told that the night stands."""

    def refused(self, run: Run, checked: Validation) -> None:
        """Told that the gate refused."""


@dataclass(frozen=True)
class RunResult:
    """What became of the nights that were due: the last one's run, facts and report.

    lists: what became of the published lists afterwards; see `flows.publishing.publish_list`.
    """

    state: RunOutcome
    message: str
    run_id: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    report: Path | None = None
    lists: list[ListOutcome] = field(default_factory=list)


def execute_run(office: RunSetup, as_of: date, known_at: datetime, steps: RunSteps, story: RunReporter) -> RunResult:
    """Work through one night, alone in the store: `busy` where another run holds it."""
    policy = office.policy
    version = policy.policy_hash_on(as_of)
    try:
        adapt_layout(office.store, office.settings)
        with office.store.begin("nightly", as_of, known_at, policy.scheme.scheme, version) as writing:
            night = RunContext(as_of, known_at.astimezone(UTC), writing.folder)
            result, report = _work(office, night, writing, steps, story)
    except Busy as busy:
        return RunResult("busy", describe_error(busy, chinese=prefers_chinese()))
    return result if report is None else with_list_answers(result, report, steps.lists(office.settings))


def with_list_answers(result: RunResult, report: Report | None, answers: list[ListOutcome]) -> RunResult:
    """The result, and the report of its night, with what became of the published lists."""
    if not answers:
        return result
    if report is not None:
        add_list_outcomes(report, answers)
    return replace(result, message=f"{result.message}\n{outcome_summary(answers)['message']}", lists=answers)


def _work(
    office: RunSetup, night: RunContext, writing: RunWriter, steps: RunSteps, story: RunReporter
) -> tuple[RunResult, Report | None]:
    store, settings, policy = office.store, office.settings, office.policy
    former = store.last("nightly", before=night.as_of)
    with story.progress(night) as advance:
        brought = steps.bring_in(store, settings, night)
        night = replace(night, buckets=brought.buckets)
        advance("taken in")
        scope = steps.rate(store, settings, night, policy, former)
        advance("rated")
        checked = steps.check(store, settings.policy_dir, night, policy, former)
        advance("checked")
        scope = {**brought.facts, **scope}
        if not checked.is_passed:
            workbooks = write_refused_workbooks(store, settings, night, former)
            night.clear(INBOX_COPIES)  # the inbox has them, and numbers of natural persons stand in them
            return _refused(writing, checked, scope, story, list(map(str, workbooks.values()))), None
        report = steps.tell(store, settings, ReportInputs(night, policy, checked, former))
        advance("reported")
        archive_files(store, night)
        steps.keep(writing, night)
        run = writing.commit("passed", {**report.facts, **scope, **journal_head_facts(settings)})
        night.clear()
        advance("committed")
    story.passed(run, report)
    summary = report.summary if prefers_chinese() else report.summary_in_english
    message = "\n".join((summary, *_files_told(brought.facts)))
    return RunResult("passed", message, run.run_id, dict(run.facts), report.page), report


def _refused(
    writing: RunWriter, checked: Validation, scope: dict[str, Any], story: RunReporter, workbooks: list[str]
) -> RunResult:
    run = writing.commit("refused", {**checked.facts, **scope, "workbooks": workbooks})
    story.refused(run, checked)
    sent = (f"Workbooks to send back: {Path(workbooks[0]).parent}",) if workbooks else ()
    message = "\n".join(
        (checked.what_first(chinese=prefers_chinese()), *_files_told(scope), *map(_in_the_readers_language, sent))
    )
    return RunResult("refused", message, run.run_id, dict(run.facts), checked.docs)


def _files_told(facts: Mapping[str, Any]) -> Iterator[str]:
    """The files that were turned away whole, for whoever reads the command's last lines."""
    files = facts.get("files", {})
    for file in files.get("turned_away", [])[:_MOST_NAMED]:
        yield _in_the_readers_language(f"Turned away whole: {file['file_name']}: {file['finding']}")
    if (more := files.get("turned_away_count", 0) - _MOST_NAMED) > 0:
        yield _in_the_readers_language(f"Besides these turned away whole: {more}; see yaoxin quarantine")
    yield from files.get("remarks", [])


def _in_the_readers_language(text: str) -> str:
    return to_chinese(text) if prefers_chinese() else text


def adapt_layout(store: Store, settings: Settings) -> Run | None:
    """Lay the store out as it is set, or by its size where it has no buckets yet; None where nothing is to be done.

    Raises Busy where another run holds the store.
    """
    layout = store.layout()
    found = set(layout.values())
    if not layout or (len(found) == 1 and None not in found and settings.buckets in (None, *found)):
        return None
    wanted = settings.buckets or next((count for count in found if count), None) or buckets_for(_rows(store))
    return lay_out_anew(store, wanted)


def _rows(store: Store) -> int:
    run = store.last()
    return sum(store.scan(kind, run).select(pl.len()).collect().item() for kind in KINDS)
