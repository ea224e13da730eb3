"""Withdrawals: versions that the machine may release, the latest one without some entries or with more text masked.

Nothing can be added in this way: entries come from the previous version, and the caller names the keys to leave
out, each with its reason. Anyone can check it afterwards, version by version, with `derivation_faults`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from reports.public_lists import EntryKey, ListEntry, ListSpec, ListView, Operation
from reports.publication.draft import (
    Draft,
    Publication,
    head_of,
    masked_entries,
    next_head,
    released_entries,
    version_files,
    with_masked_removals,
    write_version,
)
from reports.publication.version import (
    SIGNATURES,
    Causes,
    Index,
    ListFolder,
    WithdrawnEntry,
    by_key,
    delta_of,
    digest_of,
    files_in,
    read_index,
    version_order,
)

_MASK = re.compile(r"[*某]+")


@dataclass(frozen=True)
class WithdrawalReason:
    """Why an entry may not be public any more. cause: a code of the list's causes; on: first day; basis: article."""

    cause: str
    basis: str
    confidence: str
    on: date | None = None


def write_withdrawal(
    root: Path,
    spec: ListSpec,
    as_of: date,
    ended: Mapping[EntryKey, WithdrawalReason],
    masking: WithdrawalReason | None = None,
) -> Draft | None:
    """Write the version after the latest: its entries without those of `ended`, texts masked where `masking` is given.

    None where nothing would change. Raises ReleaseProblem for a day before the latest version, IndexProblem where
    that cannot be read, KeyError where `ended` names an entry that the latest version does not have.
    """
    list_folder = ListFolder(root / spec.name)
    latest = list_folder.latest()
    if latest is None:
        return None
    # It refuses a day before the latest version.
    head, _ = next_head(list_folder, Publication(spec, "", as_of))
    files = withdrawal_files(spec, list_folder.version(latest), head.version, ended, masking)
    return write_version(list_folder, list_folder.withdrawal(head.version), files) if files else None


def withdrawal_files(
    spec: ListSpec,
    previous: Path,
    version: str,
    ended: Mapping[EntryKey, WithdrawalReason],
    masking: WithdrawalReason | None = None,
) -> dict[str, bytes] | None:
    """The files of the version that `write_withdrawal` would write after the one in `previous`; None for no change.

    Raises IndexProblem where that cannot be read, KeyError where `ended` names an entry that it does not have.
    """
    before = released_entries(spec, previous)
    unknown = sorted(ended.keys() - by_key(spec, before).keys())
    if unknown:
        raise KeyError(f"not in version {previous.name}: {unknown}")
    masked: dict[EntryKey, ListEntry] = {}
    if masking:
        # Entries with personal data that may not be published, as they may be shown.
        shown = masked_entries(spec, before)
        for key, entry in by_key(spec, before).items():
            if key in shown and shown[key] != entry and only_masks(entry, shown[key]):
                masked[key] = shown[key]
    reasons: dict[tuple[Operation, EntryKey], WithdrawalReason] = {("DEL", key): why for key, why in ended.items()}
    reasons |= {("MOD", key): masking for key in masked if masking and key not in ended}
    return _derived_files(spec, previous, version, before, reasons, masked) if reasons else None


def derivation_faults(spec: ListSpec, folder: Path, *, every_file: bool = True) -> tuple[str, ...]:
    """What in the machine's version in `folder` is no withdrawal from its previous version, in Chinese.

    every_file: the version is derived again from the previous one and the withdrawals of its index, and every file
    must be the same byte for byte; otherwise only its entries are compared, for a version of an earlier release of the
    program. Whether the withdrawals are founded is not checked here, nor the files themselves (see `file_faults`).
    Raises IndexProblem where a version cannot be read.
    """
    index = read_index(folder)
    previous = folder.parent / (index.previous or "")
    if fault := _position_fault(index, folder, previous):
        return (fault,)
    before, after = (released_entries(spec, each) for each in (previous, folder))
    reasons: dict[tuple[Operation, EntryKey], WithdrawalReason] = {
        (each.operation, each.key): WithdrawalReason(each.cause, each.basis, each.confidence, each.on)
        for each in index.withdrawals
    }
    found = tuple(_entry_faults(spec, folder, (before, after), reasons))
    if found or not every_file:
        return found
    masked = {key: entry for key, entry in by_key(spec, after).items() if ("MOD", key) in reasons}
    made, present = _derived_files(spec, previous, folder.name, before, reasons, masked), files_in(folder) or {}
    different = sorted(name for name in made.keys() | present.keys() if made.get(name) != present.get(name))
    return tuple(f"{folder / name}：与由上一版重作的不同" for name in different)


def _position_fault(index: Index, folder: Path, previous: Path) -> str:
    """Why the machine's version cannot follow `previous`, in Chinese; empty where it can."""
    if index.previous is None or not previous.is_dir():
        return f"{folder}：所依据的上一版 {index.previous} 缺失"
    if digest_of(previous) != index.previous_digest:
        return f"{previous}：与 {folder.name} 所依据的上一版不同"
    is_next = ListFolder(folder.parent).version_after(index.previous, index.as_of) == folder.name
    if index.replaces is not None or not is_next or version_order(folder.name) <= version_order(previous.name):
        return f"{folder}：机器版本只能接在当时的最新版本 {previous.name} 之后"
    if not index.withdrawals:
        return f"{folder}：机器版本没有撤下或者隐去任何内容"
    return f"{folder / SIGNATURES}：机器版本不应有签名文件" if (folder / SIGNATURES).exists() else ""


def _entry_faults(
    spec: ListSpec,
    folder: Path,
    versions: tuple[Sequence[ListEntry], Sequence[ListEntry]],
    reasons: Mapping[tuple[Operation, EntryKey], WithdrawalReason],
) -> Iterator[str]:
    """Entries of the machine's version that are not those of the previous one less its withdrawals."""
    before, after = (by_key(spec, entries) for entries in versions)
    for key in sorted(after.keys() - before.keys()):
        yield f"{folder}：机器版本新增了条目 {'、'.join(key)}"
    for key in sorted(before.keys() - after.keys()):
        if ("DEL", key) not in reasons:
            yield f"{folder}：条目 {'、'.join(key)} 被撤下而没有事由"
    for key in sorted(after.keys() & before.keys()):
        if after[key] != before[key] and (("MOD", key) not in reasons or not only_masks(before[key], after[key])):
            yield f"{folder}：机器版本改动了条目 {'、'.join(key)}"
    for (operation, key), why in sorted(reasons.items(), key=lambda one: one[0]):
        if key not in before or (operation == "DEL") == (key in after) or why.cause not in spec.causes:
            yield f"{folder}：所记撤下的条目与名单不符 {'、'.join(key)}"
    shown = [spec.key_of(entry) for entry in versions[1]]
    if [key for key in shown if key in before] != [key for key in before if key in after]:
        yield f"{folder}：条目重复，或者次序与上一版不同"


def _derived_files(  # noqa: PLR0913, PLR0917 (what makes a version)
    spec: ListSpec,
    previous: Path,
    version: str,
    before: Sequence[ListEntry],
    reasons: Mapping[tuple[Operation, EntryKey], WithdrawalReason],
    masked: Mapping[EntryKey, ListEntry],
) -> dict[str, bytes]:
    """The version after `previous`: its entries `before` without those removed by `reasons`, and as in `masked`."""
    index, as_of = read_index(previous), date.fromisoformat(version[: len("2026-03-01")])
    after = tuple(masked.get(spec.key_of(e), e) for e in before if ("DEL", spec.key_of(e)) not in reasons)
    facts = index.model_dump(include={"office", "policy_version", "policy_hash", "is_illustrative", "issues"})
    head = head_of(Publication(spec, index.office, as_of, is_illustrative=index.is_illustrative), version)
    causes: Causes = {at: why.cause for at, why in reasons.items()}
    delta = with_masked_removals(delta_of(spec, before, after, (previous.name, version), causes))
    withdrawals = []
    for (operation, key), why in sorted(reasons.items(), key=lambda item: item[0]):
        assert operation != "ADD", "a withdrawal adds nothing"
        title = spec.causes[why.cause]
        withdrawals.append(
            WithdrawnEntry(
                key=key,
                operation=operation,
                cause=why.cause,
                title=title,
                on=why.on,
                basis=why.basis,
                confidence=why.confidence,
            )
        )
    counts = Counter((each.operation, each.title) for each in withdrawals)
    down = [f"{title} {count} 条" for (operation, title), count in sorted(counts.items()) if operation == "DEL"]
    masked_count = sum(count for (operation, _), count in counts.items() if operation == "MOD")
    parts = [f"依法撤下：{'、'.join(down)}"] if down else []
    parts += [f"依法隐去个人信息 {masked_count} 条"] if masked_count else []
    own = {
        "as_of": as_of,
        "released_by": "machine",
        "previous_digest": digest_of(previous),
        "reason": "；".join(parts),
        "withdrawals": tuple(withdrawals),
    }
    return version_files(ListView(spec, head, after), delta, facts | own, previous)


def only_masks(entry: ListEntry, shown: ListEntry) -> bool:
    """Whether `shown` is `entry` with parts of its texts masked, and nothing else changed."""
    pairs = zip(asdict(entry).values(), asdict(shown).values(), strict=True)
    return all(one == other or _is_masked_text(one, other) for one, other in pairs)


def _is_masked_text(text: object, shown: object) -> bool:
    if not isinstance(text, str) or not isinstance(shown, str):
        return False
    first, *others = _MASK.split(shown)
    if not others or not text.startswith(first):
        return False
    at = len(first)
    # Each mask hides one character at least; the leftmost place of a piece leaves the most room for the others.
    for piece in others[:-1]:
        found = text.find(piece, at + 1)
        if found < 0:
            return False
        at = found + len(piece)
    return text.endswith(others[-1]) and len(text) - len(others[-1]) > at
