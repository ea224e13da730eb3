"""What a person asks of a nightly run is checked before the workflow engine starts, which takes seconds."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flows.legal_state import law_policy_on
from flows.policy_folder import read_rating_policy
from flows.run.due_days import days_due
from flows.run.ingest import ingest_rules
from flows.settings import SettingProblem, Settings, SettingsProblems
from flows.store.store import open_store


def check_request(settings: Settings, as_of: date | None) -> None:
    """Whether the runs up to `as_of` (None: today at the office) can be made with these settings.

    Raises SettingsProblems, PolicyProblems, PolicyGap, PastDay, FutureDay, ClockInDoubt.
    """
    last = open_store(settings).last("nightly")
    ingest_rules(settings, last)
    if not settings.inbox.is_dir():  # a schedule waits for the inbox; a person has mistyped it
        expected, advice = "a folder that can be read", "Make it, or name another with --inbox or YAOXIN_INBOX."
        problem = SettingProblem("inbox", "the settings", repr(str(settings.inbox)), "no such folder", expected, advice)
        raise SettingsProblems([problem])
    policy = read_rating_policy(settings.policy_dir, settings.scheme)
    now = datetime.now(ZoneInfo(settings.timezone))
    law_policy_on(settings, now.date())
    for day in days_due(last, as_of or now.date(), now, settings.catch_up):
        policy.scheme.tiers.on(day, f"{policy.scheme.scheme}: tiers")
