"""One night from inbox to commit, or to the reason why not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from flows.night.bring_in import COPIES, Brought, bring_in, keep_files
from flows.night.check import Checked, check
from flows.night.keep import keep
from flows.night.plan import Night
from flows.night.rate import rate_all
from flows.night.take_over import take_over
from flows.night.tell import Report, Telling, send_back, tell, tell_lists
from flows.office import to_be_noted
from flows.policies import PolicyInForce
from flows.publishing import Answer, after_run, summary_of
from flows.settings import Settings
from flows.store import Busy, Run, Store, Writing
from flows.wording import in_chinese, is_chinese, told

_MOST_NAMED = 10
Outcome = Literal["passed", "refused", "busy"]


@dataclass(frozen=True)
class Office:
    """What the nights of one run share."""

    store: Store
    settings: Settings
    policy: PolicyInForce


@dataclass(frozen=True)
class Steps:
    """The steps as they are called: as they are, or as tasks of the flow."""

    bring_in: Callable[[Store, Settings, Night], Brought] = bring_in
    rate: Callable[[Store, Settings, Night, PolicyInForce, Run | None], dict[str, Any]] = rate_all
    check: Callable[[Store, Path, Night, PolicyInForce, Run | None], Checked] = check
    tell: Callable[[Store, Settings, Telling], Report] = tell
    keep: Callable[[Writing, Night], object] = keep
    lists: Callable[[Settings], list[Answer]] = after_run


class Story(Protocol):
    """Where a night is told while it runs."""

    def progress(self, night: Night) -> AbstractContextManager[Callable[[str], None]]:
        """Told that a night begins; what is handed out is called after each step."""

    def passed(self, run: Run, report: Report) -> None:
        """Told that the night stands."""

    def refused(self, run: Run, checked: Checked) -> None:
        """Told that the gate refused."""


@dataclass(frozen=True)
class NightResult:
    """What became of the nights that were due: the last one's run, facts and report.

    lists: what became of the published lists afterwards; see `flows.publishing.prepare_and_publish`.
    """

    state: Outcome
    message: str
    run_id: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    report: Path | None = None
    lists: list[Answer] = field(default_factory=list)


def one_night(office: Office, as_of: date, known_at: datetime, steps: Steps, story: Story) -> NightResult:
    """Work through one night, alone in the store: `busy` where another run holds it."""
    policy = office.policy
    version = policy.policy_hash_on(as_of)
    try:
        take_over(office.store, office.settings)
        with office.store.begin("nightly", as_of, known_at, policy.scheme.scheme, version) as writing:
            night = Night(as_of, known_at.astimezone(UTC), writing.folder)
            result, report = _work(office, night, writing, steps, story)
    except Busy as busy:
        return NightResult("busy", told(busy, chinese=is_chinese()))
    return result if report is None else with_lists(result, report, steps.lists(office.settings))


def with_lists(result: NightResult, report: Report | None, answers: list[Answer]) -> NightResult:
    """The result, and the report of its night, with what became of the published lists."""
    if not answers:
        return result
    if report is not None:
        tell_lists(report, answers)
    return replace(result, message=f"{result.message}\n{summary_of(answers)['message']}", lists=answers)


def _work(
    office: Office, night: Night, writing: Writing, steps: Steps, story: Story
) -> tuple[NightResult, Report | None]:
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
            workbooks = send_back(store, settings, night, former)
            night.clear(COPIES)  # the inbox has them, and numbers of natural persons stand in them
            return _refused(writing, checked, scope, story, list(map(str, workbooks.values()))), None
        report = steps.tell(store, settings, Telling(night, policy, checked, former))
        advance("reported")
        keep_files(store, night)
        steps.keep(writing, night)
        run = writing.commit("passed", {**report.facts, **scope, **to_be_noted(settings)})
        night.clear()
        advance("committed")
    story.passed(run, report)
    summary = report.summary if is_chinese() else report.summary_in_english
    message = "\n".join((summary, *_files_told(brought.facts)))
    return NightResult("passed", message, run.run_id, dict(run.facts), report.page), report


def _refused(
    writing: Writing, checked: Checked, scope: dict[str, Any], story: Story, workbooks: list[str]
) -> NightResult:
    run = writing.commit("refused", {**checked.facts, **scope, "workbooks": workbooks})
    story.refused(run, checked)
    sent = (f"Workbooks to send back: {Path(workbooks[0]).parent}",) if workbooks else ()
    message = "\n".join(
        (checked.what_first(chinese=is_chinese()), *_files_told(scope), *map(_in_the_readers_language, sent))
    )
    return NightResult("refused", message, run.run_id, dict(run.facts), checked.docs)


def _files_told(facts: Mapping[str, Any]) -> Iterator[str]:
    """The files that were turned away whole, for whoever reads the command's last lines."""
    files = facts.get("files", {})
    for file in files.get("turned_away", [])[:_MOST_NAMED]:
        yield _in_the_readers_language(f"Turned away whole: {file['file_name']}: {file['finding']}")
    if (more := files.get("turned_away_count", 0) - _MOST_NAMED) > 0:
        yield _in_the_readers_language(f"Besides these turned away whole: {more}; see yaoxin quarantine")
    yield from files.get("remarks", [])


def _in_the_readers_language(text: str) -> str:
    return in_chinese(text) if is_chinese() else text
