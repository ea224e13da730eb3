"""Drafts and releases: the files of a version, prepared for signatures and moved into place.

`prepare_draft` writes the draft of the next version, `release_draft` makes it the latest one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from reports.atomic_files import write_atomically
from reports.exports import csv_bytes, grid_content, json_bytes, xlsx_bytes
from reports.grid import Frame
from reports.html import render_page
from reports.public_lists import EntryKey, ListEntry, ListHead, ListSpec, ListView, list_view, published_entries
from reports.publication.pages import ENTRIES, paged_entries, paged_files, settle_pages
from reports.publication.version import (
    INDEX,
    SIGNATURES,
    Causes,
    Delta,
    DeltaCounts,
    DeltaProblem,
    Index,
    IndexProblem,
    ListFolder,
    apply_delta,
    by_key,
    delta_of,
    describe_file,
    digest_of,
    entry_from_json,
    read_delta,
    read_index,
    verify_files,
    version_order,
)
from reports.scheme_facts import ILLUSTRATIVE

_DOWNLOADS = (("list.xlsx", "XLSX"), ("list.csv", "CSV"), ("list.json", "JSON"))
_KINDS = {
    "list.html": ("名单（网页）", "text/html"),
    "list.xlsx": ("名单（工作簿）", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "list.csv": ("名单（CSV）", "text/csv"),
    "list.json": ("名单（JSON）", "application/json"),
    "delta.json": ("与上一版的差异（JSON）", "application/json"),
    "delta.csv": ("与上一版的差异（CSV）", "text/csv"),
    ENTRIES: ("有变动的企业的全部记录（JSON）", "application/json"),
}
_PAGE_KIND = ("企业页面", "text/html")


class ReleaseProblem(RuntimeError):
    """A release that must not happen; the message says why and what to do."""


@dataclass(frozen=True)
class Publication:
    """Which list is published, for which day, under which policy.

    causes: codes of why entries were added, changed or removed (see `delta_of`). issues: what a person should check
    besides what the entries themselves give, in Chinese.
    """

    spec: ListSpec
    office: str
    as_of: date
    policy_version: str = ""
    policy_hash: str = ""
    is_illustrative: bool = False
    causes: Causes = field(default_factory=dict)
    issues: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A prepared version. digest: what is approved; it covers every byte of the version."""

    version: str
    folder: Path
    digest: str
    index: Index

    @classmethod
    def in_folder(cls, folder: Path) -> Draft:
        """The version in `folder`, named as its index says; files and name are not checked. Raises IndexProblem."""
        index = read_index(folder)
        return cls(index.version, folder, digest_of(folder), index)


class DraftBase(NamedTuple):
    """The sound version that a draft builds on where the latest is damaged; None where no version is sound."""

    version: str | None


def prepare_draft(root: Path, publication: Publication, entries: Frame, base: DraftBase | None = None) -> Draft:
    """Write the draft of the next version of the list under `root`; nothing a reader sees changes.

    entries: in the columns of the list, those on it on `as_of`. base: what the draft builds on in place of a damaged
    latest version. The same call writes the same bytes. Raises ListProblem for entries that cannot be in one list,
    ReleaseProblem for a day before the latest version, IndexProblem where the previous version cannot be read.
    """
    version, files = draft_files(root, publication, entries, base)
    list_folder = ListFolder(root / publication.spec.name)
    return write_version(list_folder, list_folder.draft(version), files)


def draft_files(
    root: Path, publication: Publication, entries: Frame, base: DraftBase | None = None
) -> tuple[str, dict[str, bytes]]:
    """The version and its files by name that `prepare_draft` would write; raises as it does."""
    spec = publication.spec
    list_folder = ListFolder(root / spec.name)
    head, latest = next_head(list_folder, publication)
    previous = latest if base is None else base.version
    view = list_view(spec, entries, head)
    base_folder = list_folder.version(previous) if previous else None
    before = released_entries(spec, base_folder) if base_folder else ()
    delta = with_masked_removals(delta_of(spec, before, view.entries, (previous, head.version), publication.causes))
    names = ("office", "as_of", "policy_version", "policy_hash", "is_illustrative", "issues")
    facts = {name: getattr(publication, name) for name in names}
    facts |= {"released_by": "two_people", "replaces": None if base is None else latest}
    return head.version, version_files(view, delta, facts, base_folder)


def next_head(list_folder: ListFolder, publication: Publication) -> tuple[ListHead, str | None]:
    """The head of the next version, and the latest version. Raises ReleaseProblem for a day before that."""
    previous, version = list_folder.latest(), list_folder.next_version(publication.as_of)
    if previous and version_order(version) < version_order(previous):
        raise ReleaseProblem(f"{publication.as_of} 早于已发布的最新版本 {previous}：名单只能向后发布。")
    return head_of(publication, version), previous


def head_of(publication: Publication, version: str) -> ListHead:
    """The head of a version of the publication."""
    notices = (ILLUSTRATIVE,) if publication.is_illustrative else ()
    return ListHead(publication.spec.title, publication.office, publication.as_of, version, notices)


def write_version(list_folder: ListFolder, folder: Path, files: Mapping[str, bytes]) -> Draft:
    """Write the files of a version into `folder`."""
    list_folder.write_draft(folder, files)
    return Draft.in_folder(folder)


def version_files(view: ListView, delta: Delta, facts: dict[str, Any], before: Path | None) -> dict[str, bytes]:
    """Every file of a version but its signatures, by name.

    facts: of the index, besides what view and delta give. before: the folder of the version that the delta starts from.
    """
    files = _data_files(view, delta, before)
    index = Index(
        list=view.spec.name,
        title=view.head.title,
        version=view.head.version,
        count=view.count,
        previous=delta.previous,
        delta=DeltaCounts(added=delta.count("ADD"), modified=delta.count("MOD"), removed=delta.count("DEL")),
        files=tuple(describe_file(name, *_KINDS.get(name, _PAGE_KIND), files[name]) for name in sorted(files)),
        **facts | {"issues": tuple(sorted({*facts["issues"], *view.issues}))},
    )
    return {**files, INDEX: index.content()}


def _data_files(view: ListView, delta: Delta, before: Path | None) -> dict[str, bytes]:
    """Every file that the index describes."""
    if view.spec.sections:
        return paged_files(view, delta, before)
    head = asdict(view.head) | {"count": view.count, "entries": [asdict(entry) for entry in view.entries]}
    facts = f"{view.head.office}　截至 {view.head.as_of}　版本 {view.head.version}　共 {view.count} 条"
    return {
        "list.html": list_html(view).encode(),
        "list.xlsx": xlsx_bytes([view.grid, delta.grid], view.head.title, (*view.head.notices, facts)),
        "list.csv": csv_bytes(view.grid, view.head.notices),
        "list.json": json_bytes(head | {"table": grid_content(view.grid)}),
        "delta.json": json_bytes({**delta.content(), "notices": view.head.notices}),
        "delta.csv": csv_bytes(delta.grid, view.head.notices),
    }


def list_html(view: ListView) -> str:
    """The list as a page."""
    return render_page("list.html", view.head.notices, is_public=True, view=view, downloads=_DOWNLOADS)


def released_entries(spec: ListSpec, folder: Path) -> tuple[ListEntry, ...]:
    """The entries of a version, from its own files: the tables it was made from may be gone. Raises IndexProblem.

    Those of a list with pages are in the versions that wrote the pages.
    """
    if spec.sections:
        return paged_entries(spec, folder)
    path = folder / "list.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return tuple(entry_from_json(spec, entry) for entry in content["entries"])
    except (OSError, ValueError, KeyError, TypeError) as damaged:
        raise IndexProblem(f"{path}：文件缺失、为空或者损坏，不能读取") from damaged


def rebuild_files(spec: ListSpec, folder: Path) -> dict[str, bytes]:
    """The files of a damaged version rebuilt from those that are left: only bytes whose checksum its index names.

    Raises IndexProblem where the index cannot be read.
    """
    index = read_index(folder)
    notices = (ILLUSTRATIVE,) if index.is_illustrative else ()
    head = ListHead(index.title, index.office, index.as_of, index.version, notices)
    known = {file.name: file.sha256 for file in index.files}
    found: dict[str, bytes] = {}
    for entries, delta in _surviving_content(spec, folder, index):
        before = folder.parent / index.previous if index.previous else None
        files = _data_files(ListView(spec, head, entries), delta, before)
        found |= {name: made for name, made in files.items() if hashlib.sha256(made).hexdigest() == known.get(name)}
    return found


def _surviving_content(spec: ListSpec, folder: Path, index: Index) -> Iterator[tuple[tuple[ListEntry, ...], Delta]]:
    """Entries and delta of a version: as its files have them, or each derived from the other and the version before."""

    def readable(version: Path) -> tuple[ListEntry, ...] | None:
        try:
            return released_entries(spec, version)
        except IndexProblem:
            return None

    before = readable(folder.parent / index.previous) if index.previous else ()
    entries = readable(folder)
    try:
        delta = read_delta(spec, json.loads((folder / "delta.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        delta = None
    if entries is None and before is not None and delta is not None:
        try:
            entries = apply_delta(before, delta)
        except DeltaProblem:
            return
    if entries is not None and delta is not None:
        yield entries, delta
    if entries is not None and before is not None:
        causes: Causes = {(each.operation, each.key): each.cause for each in index.withdrawals}
        yield entries, with_masked_removals(delta_of(spec, before, entries, (index.previous, index.version), causes))


def masked_entries(spec: ListSpec, entries: Iterable[ListEntry]) -> dict[EntryKey, ListEntry]:
    """Entries of an earlier version by key, masked as they would be today."""
    frame = pl.DataFrame([asdict(entry) for entry in entries], schema=spec.schema)
    return by_key(spec, published_entries(spec, frame)[0])


def with_masked_removals(delta: Delta) -> Delta:
    """The delta with removed entries masked as they would be today: one may have gone for its personal data."""
    shown = masked_entries(delta.spec, (row.entry for row in delta.rows if row.operation == "DEL"))
    rows = (
        replace(row, entry=shown.get(delta.spec.key_of(row.entry), row.entry)) if row.operation == "DEL" else row
        for row in delta.rows
    )
    return replace(delta, rows=tuple(rows))


def is_as_published(root: Path, spec: ListSpec, entries: Frame) -> bool:
    """Whether there is a latest version of the list, and it has exactly these entries."""
    list_folder = ListFolder(root / spec.name)
    latest = list_folder.latest()
    return (
        latest is not None
        and released_entries(spec, list_folder.version(latest)) == published_entries(spec, entries)[0]
    )


def release_draft(root: Path, draft: Draft, signatures: bytes | None = None) -> Path:
    """Make the draft the latest version; returns its folder.

    signatures: the content of `signatures.json`. Whether the draft may be released is for the caller to check. Safe to
    call again after a crash at any step, and after success. Raises ReleaseProblem where the draft is gone, was
    replaced by another, or another version was released since; IndexProblem where a file does not match the index.
    """
    list_folder, version = ListFolder(root / draft.index.list), draft.version
    latest, placed = list_folder.latest(), list_folder.version(version)
    folder = placed if latest == version or not draft.folder.is_dir() else draft.folder
    if not folder.is_dir():
        raise ReleaseProblem(f"there is no draft {version} of {draft.index.list}: prepare it first")
    if digest_of(folder) != draft.digest:
        raise ReleaseProblem(f"version {version} of {draft.index.list} is not the one approved: have it approved again")
    index = verify_files(folder)
    if latest not in (version, index.previous, index.replaces):
        raise ReleaseProblem(f"{version} was prepared after {index.previous}, but {latest} came since: prepare again")
    if signatures is not None and latest != version:
        write_atomically(folder / SIGNATURES, signatures)
    if folder == draft.folder:
        list_folder.place(version, draft.folder)
    if (placed / ENTRIES).is_file():
        settle_pages(list_folder, version)
    if latest != version:
        list_folder.point(version)
    return placed
