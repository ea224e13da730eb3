"""What must be removed from a list by law, and what of it a run may withdraw by itself (`policy/withdrawals.yaml`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flows.legal_state import LegalStates
from flows.policy_folder import read_withdrawals
from flows.publishing.contents import ListContents, PublishedList
from flows.publishing.versions import LatestVersion
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.store import Store
from reports.public_lists import EntryKey, ListEntry, published_entries
from reports.publication import WithdrawalReason, files_in, read_index, withdrawal_files
from reports.publication.version import by_key

_POLICY_CHANGED = "规则文件在该版本签发后有变动，由两人签发新版后恢复自行撤下"
_NO_FILE = "policy/withdrawals.yaml 缺失，不自行撤下"
_KNOWN_LATE = "届满日在此前的夜间运行中尚未知悉（记录有更正或者迟到），须两人签发"


@dataclass(frozen=True)
class WithdrawalPlan:
    """What must be removed from the latest version. ended: by the run, with the reason. left: by two people, and why.

    masking: the reason by which the run may mask personal data; None where the policy has none.
    """

    ended: Mapping[EntryKey, WithdrawalReason]
    left: Mapping[EntryKey, str]
    masking: WithdrawalReason | None = None


class ListHistory:
    """What runs knew of a list; computed when asked, once for each run and day."""

    def __init__(
        self, settings: Settings, store: Store, published: PublishedList, states: LegalStates | None = None
    ) -> None:
        self.settings, self.store, self.published = settings, store, published
        self._states = states or LegalStates(settings, store)
        self._by_day: dict[date, ListContents | None] = {}
        self._by_run: dict[str, ListContents] = {}

    def of_run(self, run: Run) -> ListContents:
        """What the list held by that run, on its own day."""
        if run.run_id not in self._by_run:
            self._by_run[run.run_id] = self.published.contents(self.settings, self._states, run, None)
        return self._by_run[run.run_id]

    def runs_of(self, day: date) -> list[Run]:
        """The nightly runs for that day that passed and were not annulled, the last first."""
        annulled = self.store.annulled()
        return [
            run
            for run in reversed(self.store.every_run())
            if (run.flow, run.state, run.as_of) == ("nightly", "passed", day) and run.run_no not in annulled
        ]

    def was_expected(self, key: EntryKey, code: str, on: date | None) -> bool:
        """Whether the last run before `on` knew that `key` would end then for that cause: only time has passed."""
        if on is None:
            return False
        if on not in self._by_day:
            previous_run = self.store.last("nightly", before=on)
            self._by_day[on] = (
                self.published.contents(self.settings, self._states, previous_run, on) if previous_run else None
            )
        found = self._by_day[on]
        return found is not None and (found.causes.get(("DEL", key)), found.ended_on.get(key)) == (code, on)


def plan_withdrawals(history: ListHistory, run: Run, contents: ListContents, latest: LatestVersion) -> WithdrawalPlan:
    """What to withdraw from a sound latest version, `contents` being what `run` found. Raises PolicyProblems."""
    spec, day = latest.spec, run.as_of
    removed = removed_keys(latest, published_entries(spec, contents.entries)[0])
    policy = read_withdrawals(history.settings.policy_dir)
    if policy is None:
        return WithdrawalPlan({}, dict.fromkeys(removed, _NO_FILE))
    masked = policy.cause(spec.name, "masked", day)
    masking = WithdrawalReason("masked", masked.basis, masked.confidence) if masked else None
    if latest.index.policy_hash != contents.policy_hash:
        return WithdrawalPlan({}, dict.fromkeys(removed, _POLICY_CHANGED), masking)
    ended: dict[EntryKey, WithdrawalReason] = {}
    left: dict[EntryKey, str] = {}
    for key in removed:
        code = contents.causes.get(("DEL", key))
        cause, on = policy.cause(*spec.policy_cause(code), day), contents.ended_on.get(key)
        if code is None or cause is None:
            left[key] = f"事由“{spec.causes[code or spec.usual['DEL']]}”须两人签发"
        elif cause.unless_noted and (why := contents.doubtful().get(key)):
            left[key] = f"办理环节有须核对之处，须两人签发：{why}"
        elif cause.ends_by == "time" and not history.was_expected(key, code, on):
            left[key] = _KNOWN_LATE
        else:
            ended[key] = WithdrawalReason(code, cause.basis, cause.confidence, on if on and on <= day else None)
    return WithdrawalPlan(ended, left, masking)


def withdrawal_faults(history: ListHistory, folder: Path) -> tuple[str, ...]:
    """Why the machine's version in `folder` does not follow from the store, in Chinese; empty where it does.

    It is derived again: what a run of its day knew, and the previous version, must give every byte of it.
    """
    spec, index = history.published.spec, read_index(folder)
    previous = LatestVersion(spec, folder.parent / (index.previous or "none"), index.previous)
    present = files_in(folder)
    for run in history.runs_of(index.as_of):
        plan = plan_withdrawals(history, run, history.of_run(run), previous)
        made = withdrawal_files(spec, previous.folder, folder.name, plan.ended, plan.masking)
        if made is not None and made == present:
            return ()
    return (f"{folder}：与由库重作的不同：运行账没有该版本，所记撤下的条目或者事由在库中不成立",)


def removed_keys(latest: LatestVersion, wanted: Iterable[ListEntry]) -> list[EntryKey]:
    """The keys of the latest version that are not wanted any more; none where its entries cannot be read."""
    kept = by_key(latest.spec, wanted)
    entries = latest.entries if latest.are_files_sound and latest.version else ()
    return [key for key in by_key(latest.spec, entries) if key not in kept]
