"""What has to go from a list by law, and what of it the run may take down by itself: see `policy/withdrawals.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flows.policy_folder import read_withdrawals
from flows.publishing.contents import ListContents, PublishedList
from flows.publishing.versions import LatestVersion
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.store import Store
from reports.public_lists import EntryKey, ListEntry, list_entries
from reports.publication import WithdrawalReason, files_in, read_index, withdrawal_files
from reports.publication.delta import by_key
from transforms.policy_model.withdrawals import WithdrawalCause

_POLICY_CHANGED = "规则文件在该版本签发后有变动，由两人签发新版后恢复自行撤下"
_NO_FILE = "policy/withdrawals.yaml 缺失，不自行撤下"
_KNOWN_LATE = "届满日在此前的夜间运行中尚未知悉（记录有更正或者迟到），须两人签发"


@dataclass(frozen=True)
class WithdrawalPlan:
    """What is to go from the latest version. ended: by the run, with the reason. left: by two people, with why so.

    masking: what lets the run mask personal data; None where policy does not.
    """

    ended: Mapping[EntryKey, WithdrawalReason]
    left: Mapping[EntryKey, str]
    masking: WithdrawalReason | None = None


class ListHistory:
    """What runs knew of a list, asked day by day."""

    def __init__(self, settings: Settings, store: Store, chosen: PublishedList) -> None:
        self.settings, self.store, self.chosen = settings, store, chosen
        self._by_day: dict[date, ListContents | None] = {}
        self._by_run: dict[str, ListContents] = {}

    def of_run(self, run: Run) -> ListContents:
        """What the list holds by that run, on its own day."""
        if run.run_id not in self._by_run:
            self._by_run[run.run_id] = self.chosen.contents(self.settings, self.store, run, None)
        return self._by_run[run.run_id]

    def nights_of(self, day: date) -> list[Run]:
        """The nightly runs for that day that passed and stand, the last first."""
        annulled = self.store.annulled()
        return [
            run
            for run in reversed(self.store.every_run())
            if (run.flow, run.state, run.as_of) == ("nightly", "passed", day) and run.run_no not in annulled
        ]

    def foretold(self, key: EntryKey, code: str, on: date | None) -> bool:
        """Whether the last run before that day knew that `key` would end on it for that cause: only time has passed."""
        found = self._of_day(on) if on else None
        return found is not None and (found.causes.get(("DEL", key)), found.ended_on.get(key)) == (code, on)

    def _of_day(self, on: date) -> ListContents | None:
        if on not in self._by_day:
            before = self.store.last("nightly", before=on)
            self._by_day[on] = self.chosen.contents(self.settings, self.store, before, on) if before else None
        return self._by_day[on]


def plan_withdrawals(knowledge: ListHistory, run: Run, contents: ListContents, latest: LatestVersion) -> WithdrawalPlan:
    """The plan for a sound latest version, `contents` being what `run` found. Raises PolicyProblems."""
    spec, day = latest.spec, run.as_of
    gone = removed_keys(latest, list_entries(spec, contents.entries)[0])
    policy = read_withdrawals(knowledge.settings.policy_dir)
    if policy is None:
        return WithdrawalPlan({}, dict.fromkeys(gone, _NO_FILE))
    masked = policy.cause(spec.name, "masked", day)
    masking = WithdrawalReason("masked", masked.basis, masked.confidence) if masked else None
    if latest.index.policy_hash != contents.policy_hash:
        return WithdrawalPlan({}, dict.fromkeys(gone, _POLICY_CHANGED), masking)
    ended: dict[EntryKey, WithdrawalReason] = {}
    left: dict[EntryKey, str] = {}
    for key in gone:
        code = contents.causes.get(("DEL", key))
        cause, on = policy.cause(spec.name, code, day), contents.ended_on.get(key)
        if code is None or cause is None:
            left[key] = f"事由“{spec.causes[code or spec.usual['DEL']]}”须两人签发"
        elif cause.unless_noted and (why := contents.doubtful().get(key)):
            left[key] = f"办理环节有须核对之处，须两人签发：{why}"
        elif cause.ends_by == "time" and not knowledge.foretold(key, code, on):
            left[key] = _KNOWN_LATE
        else:
            ended[key] = _reason(code, cause, on if on and on <= day else None)
    return WithdrawalPlan(ended, left, masking)


def withdrawal_faults(knowledge: ListHistory, folder: Path) -> tuple[str, ...]:
    """Why the machine's version in `folder` does not follow from the store, in Chinese; empty where it does.

    It is made anew: what a run of its day knew, and the version before, must give every byte of it.
    """
    spec, index = knowledge.chosen.spec, read_index(folder)
    former = LatestVersion(spec, folder.parent / (index.previous or "none"), index.previous)
    present = files_in(folder)
    for run in knowledge.nights_of(index.as_of):
        plan = plan_withdrawals(knowledge, run, knowledge.of_run(run), former)
        made = withdrawal_files(spec, former.folder, folder.name, plan.ended, plan.masking)
        if made is not None and made == present:
            return ()
    return (f"{folder}：与由库重作的不同：运行账没有该版本，所记撤下的条目或者事由在库中不成立",)


def removed_keys(latest: LatestVersion, wanted: Iterable[ListEntry]) -> list[EntryKey]:
    """The keys of the latest version that do not stand any more; none where its entries cannot be read."""
    standing = by_key(latest.spec, wanted)
    entries = latest.entries if latest.are_files_sound and latest.version else ()
    return [key for key in by_key(latest.spec, entries) if key not in standing]


def _reason(code: str, cause: WithdrawalCause, on: date | None) -> WithdrawalReason:
    return WithdrawalReason(code, cause.basis, cause.confidence, on)
