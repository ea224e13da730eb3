"""The nightly flow: what happens each night, and in which order. The steps are in `flows.night`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows import settings as configuration
from flows.night import story
from flows.night.bring_in import bring_in, rules_of
from flows.night.check import Checked, check
from flows.night.keep import keep
from flows.night.plan import Night, nights_due
from flows.night.rate import rate_all
from flows.night.tell import Telling, tell
from flows.policies import PolicyInForce, read_scheme
from flows.settings import Settings
from flows.store import Busy, Store, Writing

Outcome = Literal["passed", "refused", "busy"]

# Reading a shared folder and writing to a store over a network may fail for a moment; nothing else heals by waiting.
_OVER_A_NETWORK: dict[str, Any] = {
    "retries": 2,
    "retry_delay_seconds": [5, 30],
    "retry_condition_fn": lambda _task, _run, state: isinstance(state.result(raise_on_failure=False), OSError),
}


@dataclass(frozen=True)
class NightResult:
    """What became of the nights that were due: the last one's run, facts and report."""

    state: Outcome
    message: str
    run_id: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    report: Path | None = None


take_in_files = task(name="take in files", cache_policy=NO_CACHE, **_OVER_A_NETWORK)(bring_in)
rate_enterprises = task(name="rate enterprises", cache_policy=NO_CACHE)(rate_all)
hold_at_gate = task(name="hold at the gate", cache_policy=NO_CACHE)(check)
write_report = task(name="write the report", cache_policy=NO_CACHE)(tell)
commit_tables = task(name="write to the store", cache_policy=NO_CACHE)(keep)


@flow(name="nightly", log_prints=True, validate_parameters=False)
def nightly(
    as_of: date | None = None,
    known_at: datetime | None = None,
    scheme: str | None = None,
    settings: Settings | None = None,
) -> dict[str, Any]:
    """Run every night that is due up to `as_of` (default: today at the office), in order.

    known_at: what had arrived by then is known (default: now). A night refused by the gate ends the flow.
    """
    chosen = settings or configuration.load({})
    store = Store(chosen.store, chosen.storage_options, chosen.state_dir)
    policy = read_scheme(chosen.policy_dir, scheme or chosen.scheme)
    zone = ZoneInfo(chosen.timezone)
    day = _day(as_of) or datetime.now(zone).date()
    known = _instant(known_at) or datetime.now(zone)
    result = NightResult("passed", "no night was due")
    for due in nights_due(store.last("nightly"), day):
        result = one_night(store, chosen, policy, due, known)
        if result.state != "passed":
            break
    return asdict(result)


def run(settings: Settings, as_of: date | None, known_at: datetime | None, scheme: str | None) -> NightResult:
    """The flow as the command line calls it. What is wrong with settings or policy is said before it starts."""
    rules_of(settings)
    read_scheme(settings.policy_dir, scheme or settings.scheme)
    return NightResult(**nightly(as_of, known_at, scheme, settings))


def one_night(store: Store, settings: Settings, policy: PolicyInForce, as_of: date, known_at: datetime) -> NightResult:
    """One night from inbox to commit, or to the reason why not."""
    version = policy.version_on(as_of)
    try:
        with store.begin("nightly", as_of, known_at, policy.scheme.scheme, version) as writing:
            return _work(store, settings, policy, Night(as_of, known_at, writing.folder), writing)
    except Busy as busy:
        return NightResult("busy", str(busy))


def _work(store: Store, settings: Settings, policy: PolicyInForce, night: Night, writing: Writing) -> NightResult:
    former = store.last("nightly", before=night.as_of)
    with story.progress(night) as advance:
        take_in_files(store, settings, night)
        advance("taken in")
        rate_enterprises(store, night, policy, former)
        advance("rated")
        checked = hold_at_gate(settings.policy_dir, night, policy, former)
        advance("checked")
        if not checked.is_passed:
            return _refused(writing, night, checked)
        report = write_report(store, settings, Telling(night, policy, checked, former))
        advance("reported")
        commit_tables(writing, night)
        run = writing.commit("passed", report.facts)
        night.clear()
    story.publish_night(run, report)
    return NightResult("passed", report.summary, run.run_id, dict(run.facts), report.page)


def _refused(writing: Writing, night: Night, checked: Checked) -> NightResult:
    run = writing.commit("refused", checked.facts)
    story.publish_refusal(run, checked)
    return NightResult("refused", checked.what_first, run.run_id, dict(run.facts), checked.docs)


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _instant(value: datetime | str | None) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
