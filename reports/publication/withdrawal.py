"""What the machine may release by itself: the latest version without some entries, or with more of a text masked.

Nothing can be added by this way: the entries come from the version before, and the caller names keys to leave out, each
with its reason. Anybody can check it afterwards, version by version, with `derivation_faults`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from reports.publication.contract import Withdrawn, digest_of, read_index
from reports.publication.delta import Causes, by_key, delta_of
from reports.publication.folder import Shelf
from reports.publication.work import (
    Draft,
    Publication,
    as_shown_today,
    next_head,
    released_entries,
    without_secrets,
    write_version,
)
from reports.views.listing import Entry, Key, ListSpec, ListView, Operation

_MASK = re.compile(r"[*某]+")


@dataclass(frozen=True)
class Reason:
    """Why an entry may not be public any more. cause: a code of the list's causes; on: first day; basis: article."""

    cause: str
    basis: str
    confidence: str
    on: date | None = None


def withdraw(
    root: Path, spec: ListSpec, as_of: date, ended: Mapping[Key, Reason], masking: Reason | None = None
) -> Draft | None:
    """Write the version after the latest: its entries without those of `ended`, texts masked where `masking` is given.

    None where that is no other version. Raises ReleaseProblem for a day before the latest version, IndexProblem where
    that cannot be read, KeyError where `ended` names an entry that the latest version does not have.
    """
    shelf = Shelf(root / spec.name)
    latest = shelf.latest()
    if latest is None:
        return None
    former, index = shelf.version(latest), read_index(shelf.version(latest))
    before = released_entries(spec, former)
    unknown = sorted(ended.keys() - by_key(spec, before).keys())
    if unknown:
        raise KeyError(f"not in version {latest}: {unknown}")
    masked = dict(_masked(spec, before)) if masking else {}
    reasons: dict[tuple[Operation, Key], Reason] = {("DEL", key): why for key, why in ended.items()}
    reasons |= {("MOD", key): masking for key in masked if masking and key not in ended}
    if not reasons:
        return None
    after = tuple(masked.get(spec.key_of(e), e) for e in before if spec.key_of(e) not in ended)
    facts = index.model_dump(include={"office", "policy_version", "policy_hash", "is_illustrative", "issues"})
    head, _ = next_head(shelf, Publication(spec, index.office, as_of, is_illustrative=index.is_illustrative))
    causes: Causes = {at: why.cause for at, why in reasons.items()}
    delta = without_secrets(delta_of(spec, before, after, (latest, head.version), causes))
    withdrawals = tuple(_told(spec, at, why) for at, why in sorted(reasons.items()))
    own = {
        "as_of": as_of,
        "released_by": "machine",
        "previous_digest": digest_of(former),
        "reason": _sentence(withdrawals),
        "withdrawals": withdrawals,
    }
    return write_version(shelf, shelf.withdrawal(head.version), ListView(spec, head, after), delta, facts | own)


def _masked(spec: ListSpec, entries: Sequence[Entry]) -> Iterator[tuple[Key, Entry]]:
    """The entries in which a text says what it may not, as they may be shown."""
    fresh = as_shown_today(spec, entries)
    for entry in entries:
        shown = fresh.get(spec.key_of(entry), entry)
        if shown != entry and is_masking(entry, shown):
            yield spec.key_of(entry), shown


def is_masking(entry: Entry, shown: Entry) -> bool:
    """Whether `shown` says nothing that `entry` does not: parts of its texts are masked, all else is the same."""
    pairs = zip(asdict(entry).values(), asdict(shown).values(), strict=True)
    return all(one == other or _is_masked_text(one, other) for one, other in pairs)


def _is_masked_text(whole: object, shown: object) -> bool:
    if not isinstance(whole, str) or not isinstance(shown, str):
        return False
    pieces = [re.escape(piece) for piece in _MASK.split(shown)]
    return len(pieces) > 1 and re.fullmatch(".+".join(pieces), whole, re.DOTALL) is not None


def _told(spec: ListSpec, at: tuple[Operation, Key], why: Reason) -> Withdrawn:
    operation, key = at
    assert operation != "ADD", "a withdrawal adds nothing"
    return Withdrawn(
        key=key,
        operation=operation,
        cause=why.cause,
        title=spec.causes[why.cause],
        on=why.on,
        basis=why.basis,
        confidence=why.confidence,
    )


def _sentence(withdrawals: Iterable[Withdrawn]) -> str:
    """What the machine did, in Chinese: how many entries for which cause."""
    counts = Counter((each.operation, each.title) for each in withdrawals)
    down = [f"{title} {count} 条" for (operation, title), count in sorted(counts.items()) if operation == "DEL"]
    masked = sum(count for (operation, _), count in counts.items() if operation == "MOD")
    told = [f"依法撤下：{'、'.join(down)}"] if down else []
    return "；".join([*told, *([f"依法隐去个人信息 {masked} 条"] if masked else [])])


def derivation_faults(spec: ListSpec, folder: Path) -> tuple[str, ...]:
    """What the machine's version in `folder` has beyond withdrawals from its previous version, in Chinese.

    Both versions' own files are taken for sound (see `faults_of`). Raises IndexProblem where one cannot be read.
    """
    index = read_index(folder)
    former = folder.parent / (index.previous or "")
    if index.previous is None or not former.is_dir():
        return (f"{folder}：所依据的上一版 {index.previous} 缺失",)
    if digest_of(former) != index.previous_digest:
        return (f"{former}：与 {folder.name} 所依据的上一版不同",)
    before, after = (by_key(spec, released_entries(spec, each)) for each in (former, folder))
    told = {(each.operation, each.key) for each in index.withdrawals}
    found = [f"{folder}：机器版本新增了条目 {'、'.join(key)}" for key in sorted(after.keys() - before.keys())]
    found += [
        f"{folder}：条目 {'、'.join(key)} 被撤下而没有事由"
        for key in sorted(before.keys() - after.keys())
        if ("DEL", key) not in told
    ]
    changed = [key for key in sorted(after.keys() & before.keys()) if after[key] != before[key]]
    found += [
        f"{folder}：机器版本改动了条目 {'、'.join(key)}"
        for key in changed
        if ("MOD", key) not in told or not is_masking(before[key], after[key])
    ]
    return tuple(found)
