"""The nightly flow: the nights that are due, in order. One night is `flows.night.work`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows import settings as configuration
from flows.law import law_in_force
from flows.night.bring_in import bring_in, rules_of
from flows.night.check import check
from flows.night.keep import keep
from flows.night.plan import ClockInDoubt, FutureNight, PastNight, nights_due
from flows.night.rate import rate_all
from flows.night.story import PrefectStory
from flows.night.tell import tell
from flows.night.work import NightResult, Office, Steps, one_night
from flows.policies import read_scheme
from flows.prefect_server import server_for_this_process
from flows.publishing import after_run
from flows.settings import SettingProblem, Settings, SettingsProblems
from flows.store import Store
from flows.wording import in_chinese, is_chinese, told

__all__ = ["NightResult", "nightly", "run"]

# Reading a shared folder may fail for a moment. Nothing else heals by waiting: the rest is computed, or written in
# steps that must not happen twice, and a run that broke off is undone by the next one.
_OVER_A_NETWORK: dict[str, Any] = {
    "retries": 2,
    "retry_delay_seconds": [5, 30],
    "retry_condition_fn": lambda _task, _run, state: isinstance(state.result(raise_on_failure=False), OSError),
}

STEPS = Steps(
    bring_in=task(name="take in files", cache_policy=NO_CACHE, **_OVER_A_NETWORK)(bring_in),
    rate=task(name="rate enterprises", cache_policy=NO_CACHE)(rate_all),
    check=task(name="hold at the gate", cache_policy=NO_CACHE)(check),
    tell=task(name="write the report", cache_policy=NO_CACHE)(tell),
    keep=task(name="write to the store", cache_policy=NO_CACHE)(keep),
    lists=task(name="bring the published lists up to date", cache_policy=NO_CACHE)(after_run),
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
        return Failed(name="Declined", message=told(TypeError(configuration.NOT_OF_A_RUN), chinese=is_chinese()))
    chosen = settings or configuration.load({})
    policy = read_scheme(chosen.policy_dir, scheme or chosen.scheme)
    office = Office(_store(chosen), chosen, policy)
    now = _now(chosen)
    nothing = "no night was due"
    result = NightResult("passed", in_chinese(nothing) if is_chinese() else nothing)
    try:
        nights = nights_due(office.store.last("nightly"), _day(as_of) or now.date(), now, chosen.catch_up)
    except (ClockInDoubt, FutureNight, PastNight) as fault:
        return Failed(name="Declined", message=told(fault, chinese=is_chinese()), data=fault)
    for due in nights:
        result = one_night(office, due, _instant(known_at, chosen) or now, STEPS, PrefectStory())
        if result.state != "passed":
            return Failed(name=result.state.capitalize(), message=result.message, data=asdict(result))
    return Completed(message=result.message, data=asdict(result))


def run(settings: Settings, as_of: date | None, known_at: datetime | None, scheme: str | None) -> NightResult:
    """The flow as the command line calls it. A mistake of the caller's is said before it starts, in plain words.

    Raises SettingsProblems, PolicyProblems, PolicyGap, PastNight, FutureNight, ClockInDoubt, NoServer.
    """
    last = _store(settings).last("nightly")
    rules_of(settings, last)
    _see_inbox(settings)
    policy = read_scheme(settings.policy_dir, scheme or settings.scheme)
    today = _now(settings).date()
    law_in_force(settings, today)
    for due in nights_due(last, as_of or today, _now(settings), settings.catch_up):
        policy.scheme.tiers.on(due, f"{policy.scheme.scheme}: tiers")
    server_for_this_process()
    state = cast("State[Any]", nightly(as_of, known_at, scheme, settings, return_state=True))
    answer = state.result(raise_on_failure=False)
    if isinstance(answer, BaseException):
        raise answer
    return NightResult(**answer)


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
