"""Preparing a version of a list, and releasing what was approved."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from reports.grid import Frame
from reports.publication.contract import INDEX, DeltaCounts, Index, PublishedFile, described, digest_of, verify
from reports.publication.delta import Causes, Delta, delta_of, entry_from
from reports.publication.folder import Shelf, order
from reports.render.csv_text import csv_bytes
from reports.render.html import page
from reports.render.json_text import grid_content, json_bytes
from reports.render.xlsx import workbook
from reports.views.listing import Entry, ListHead, ListSpec, ListView, entries_of, list_view
from reports.views.scheme import ILLUSTRATIVE

_DOWNLOADS = (("list.xlsx", "XLSX"), ("list.csv", "CSV"), ("list.json", "JSON"))
_KINDS = {
    "list.html": ("名单（网页）", "text/html"),
    "list.xlsx": ("名单（工作簿）", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "list.csv": ("名单（CSV）", "text/csv"),
    "list.json": ("名单（JSON）", "application/json"),
    "delta.json": ("与上一版的差异（JSON）", "application/json"),
    "delta.csv": ("与上一版的差异（CSV）", "text/csv"),
}


class ReleaseProblem(RuntimeError):
    """A release that must not happen; the message says why and what to do."""


@dataclass(frozen=True)
class Publication:
    """Which list is published, and what stood behind it. causes: of what came, changed and went (see `delta_of`).

    issues: what a person should look at besides what the entries themselves give, in Chinese.
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
    """A prepared version. `digest` is what is approved: it covers every byte of the version."""

    version: str
    folder: Path
    digest: str
    index: Index


def prepare(root: Path, publication: Publication, entries: Frame) -> Draft:
    """Write the draft of the next version of the list under `root`; nothing a reader sees changes.

    `entries`: in the columns of the list, those that stand on `as_of`. The same call writes the same bytes.
    Raises ListProblem for entries that cannot stand in one list, ReleaseProblem for a day before the latest version.
    """
    spec = publication.spec
    shelf = Shelf(root / spec.name)
    previous, version = shelf.latest(), shelf.next_version(publication.as_of)
    if previous and order(version) < order(previous):
        raise ReleaseProblem(f"{publication.as_of} is before the latest version {previous}: a list only goes forward")
    notices = (ILLUSTRATIVE,) if publication.is_illustrative else ()
    head = ListHead(spec.title, publication.office, publication.as_of, version, notices)
    view = list_view(spec, entries, head)
    before = released_entries(spec, shelf.version(previous)) if previous else ()
    delta = delta_of(spec, before, view.entries, (previous, version), publication.causes)
    files = _files(view, delta)
    index = _index(publication, view, delta, [described(name, *_KINDS[name], files[name]) for name in sorted(files)])
    folder = shelf.write_draft(version, {**files, INDEX: index.content()})
    return Draft(version, folder, digest_of(folder), index)


def _files(view: ListView, delta: Delta) -> dict[str, bytes]:
    head = asdict(view.head) | {"count": view.count, "entries": [asdict(entry) for entry in view.entries]}
    facts = f"{view.head.office}　截至 {view.head.as_of}　版本 {view.head.version}　共 {view.count} 条"
    return {
        "list.html": list_html(view).encode(),
        "list.xlsx": workbook([view.grid, delta.grid], view.head.title, (*view.head.notices, facts)),
        "list.csv": csv_bytes(view.grid, view.head.notices),
        "list.json": json_bytes(head | {"table": grid_content(view.grid)}),
        "delta.json": json_bytes({**delta.content(), "notices": view.head.notices}),
        "delta.csv": csv_bytes(delta.grid, view.head.notices),
    }


def list_html(view: ListView) -> str:
    """The list as a page."""
    return page("list.html", view.head.notices, is_public=True, view=view, downloads=_DOWNLOADS)


def _index(publication: Publication, view: ListView, delta: Delta, files: list[PublishedFile]) -> Index:
    counts = DeltaCounts(added=delta.count("ADD"), modified=delta.count("MOD"), removed=delta.count("DEL"))
    return Index(
        list=view.spec.name,
        title=view.head.title,
        office=publication.office,
        version=view.head.version,
        as_of=publication.as_of,
        count=view.count,
        previous=delta.previous,
        delta=counts,
        policy_version=publication.policy_version,
        policy_hash=publication.policy_hash,
        is_illustrative=publication.is_illustrative,
        issues=tuple(sorted((*publication.issues, *view.issues))),
        files=tuple(files),
    )


def released_entries(spec: ListSpec, folder: Path) -> tuple[Entry, ...]:
    """The entries of a version of the list, from its own files: the tables it was made from may be gone."""
    content = json.loads((folder / "list.json").read_text(encoding="utf-8"))
    return tuple(entry_from(spec, entry) for entry in content["entries"])


def is_as_published(root: Path, spec: ListSpec, entries: Frame) -> bool:
    """Whether the latest version of the list shows exactly these entries; no version shows none."""
    shelf = Shelf(root / spec.name)
    latest = shelf.latest()
    return latest is not None and released_entries(spec, shelf.version(latest)) == entries_of(spec, entries)[0]


def release(root: Path, name: str, version: str, digest: str) -> Path:
    """Make the approved draft the latest version; its folder.

    `digest`: of the draft that was approved. Safe to call again after a crash at any step, and after success.
    Raises ReleaseProblem where the draft is gone, is another than approved, or another version came between;
    IndexProblem where a file is not as its index says.
    """
    shelf = Shelf(root / name)
    latest, draft, placed = shelf.latest(), shelf.draft(version), shelf.version(version)
    folder = placed if latest == version or not draft.is_dir() else draft
    if not folder.is_dir():
        raise ReleaseProblem(f"there is no draft {version} of {name}: prepare it first")
    if digest_of(folder) != digest:
        raise ReleaseProblem(f"version {version} of {name} is not the one approved: have it approved again")
    index = verify(folder)
    if latest not in (version, index.previous):
        raise ReleaseProblem(f"{version} was prepared after {index.previous}, but {latest} came since: prepare again")
    if folder == draft:
        shelf.place(version)
    if latest != version:
        shelf.point(version)
    return placed
