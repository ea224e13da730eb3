"""Lists with a page per party: a version costs what changed.

The version's folder has the pages and the entries of the parties that changed, and in `list.json` a row per party: the
version that wrote its page last, and the checksums of page and entries. So signing a version signs every page. Readers
open `<list>/pages/<page>`: the pages that the latest version names, and no others.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reports.atomic_files import fsync_folder, write_atomically
from reports.enterprise_page import enterprise_page_name
from reports.exports import csv_bytes, json_bytes
from reports.grid import Grid, GridField, grid_from_rows
from reports.html import render_page, render_plain_page
from reports.public_lists import ListEntry, ListHead, ListSpec, ListView
from reports.publication.version import (
    DRAFTS,
    Delta,
    IndexProblem,
    ListFolder,
    entry_from_json,
    file_faults,
    read_index,
)

ENTRIES, PAGES = "entries.json", "pages"
_IN_PLACE = ".version"  # in `pages`: the version whose pages these are
_OTHER_FILES = ("list.html", "index.html")
_PARTY_FIELDS = (GridField("name", "企业名称", width=36), GridField("uscc", "统一社会信用代码", "id", width=22))


@dataclass(frozen=True)
class PartyRow:
    """A party in `list.json`. page: file name; version: that wrote page and entries last; count: of entries."""

    party: str
    count: int
    page: str
    version: str
    page_sha256: str
    entries_sha256: str


def paged_files(view: ListView, delta: Delta, before: Path | None) -> dict[str, bytes]:
    """Every file of a version that the index describes. before: the folder of the version that the delta starts from.

    A party none of whose entries changed keeps the page it has, also where today's program would make another.
    """
    spec = view.spec
    known = party_rows(before) if before else {}
    changed = {spec.party_of(row.entry) for row in delta.rows}
    rows: list[PartyRow] = []
    files: dict[str, bytes] = {}
    written: dict[str, list[dict[str, Any]]] = {}
    of_party: dict[str, list[ListEntry]] = defaultdict(list)
    for entry in view.entries:
        of_party[spec.party_of(entry)].append(entry)
    for party, entries in sorted(of_party.items()):
        if party in known and party not in changed:
            rows.append(known[party])
            continue
        page, written[party] = page_name(party), [asdict(entry) for entry in entries]
        files[page] = party_page(spec, view.head, entries).encode()
        sums = hashlib.sha256(files[page]).hexdigest(), _digest(written[party])
        rows.append(PartyRow(party, len(entries), page, view.head.version, *sums))
    shown = ([getattr(of_party[row.party][0], one.name) for one in _PARTY_FIELDS] for row in rows)
    grid = grid_from_rows("list", view.head.title, _PARTY_FIELDS, shown, spec.notes.empty)
    head = asdict(view.head) | {"count": view.count, "parties": [asdict(row) for row in rows]}
    return files | {
        "list.html": _index_html(view, grid, [f"../{PAGES}/{row.page}" for row in rows]).encode(),
        "list.csv": csv_bytes(grid, view.head.notices),
        "list.json": json_bytes(head),
        ENTRIES: json_bytes({"version": view.head.version, "parties": written, "notices": view.head.notices}),
        "delta.json": json_bytes({**delta.content(), "notices": view.head.notices}),
        "delta.csv": csv_bytes(delta.grid, view.head.notices),
    }


def page_name(party: str) -> str:
    """The file name of a party's page."""
    name = enterprise_page_name(party)
    return f"{hashlib.sha256(party.encode()).hexdigest()[:32]}.html" if name.lower() in _OTHER_FILES else name


def party_page(spec: ListSpec, head: ListHead, entries: Sequence[ListEntry]) -> str:
    """The page of a party: its entries, section by section. It names no version and no day, as it may outlast them."""
    grids = []
    for code, section in spec.sections.items():
        own = [entry for entry in entries if getattr(entry, "section") == code]  # noqa: B009 (of the list's own class)
        rows = [[getattr(entry, shown.name) for shown in section.fields] for entry in own]
        grids.append(grid_from_rows(code, section.title, section.fields, rows, section.empty))
    return render_plain_page("list_page.html", head.notices, spec=spec, head=head, party=entries[0], grids=grids)


def party_rows(folder: Path) -> dict[str, PartyRow]:
    """The rows of a version's parties. Raises IndexProblem."""
    path = folder / "list.json"
    try:
        parties = json.loads(path.read_text(encoding="utf-8"))["parties"]
        return {row["party"]: PartyRow(**row) for row in parties}
    except (OSError, ValueError, KeyError, TypeError) as damaged:
        raise IndexProblem(f"{path}：文件缺失、为空或者损坏，不能读取") from damaged


def paged_entries(spec: ListSpec, folder: Path) -> tuple[ListEntry, ...]:
    """The entries of a version: those of each party from the version that wrote them last. Raises IndexProblem."""
    of_versions: dict[str, list[PartyRow]] = defaultdict(list)
    for row in party_rows(folder).values():
        of_versions[row.version].append(row)
    own, found = read_index(folder).version, []
    for version, rows in of_versions.items():
        path = (folder if version == own else _list_folder(folder) / version) / ENTRIES
        try:
            parties = json.loads(path.read_text(encoding="utf-8"))["parties"]
            for row in rows:
                if _digest(parties[row.party]) != row.entries_sha256:
                    raise IndexProblem(f"{path}：{row.party} 的记录与 {folder / 'list.json'} 的校验值不符")
                found += [entry_from_json(spec, entry) for entry in parties[row.party]]
        except (OSError, ValueError, KeyError, TypeError) as damaged:
            if isinstance(damaged, IndexProblem):
                raise
            raise IndexProblem(f"{path}：文件缺失、为空或者损坏，不能读取") from damaged
    return spec.sorted(found)


def version_faults(spec: ListSpec, folder: Path) -> tuple[str, ...]:
    """`file_faults` of a version, and where it has pages what is wrong with earlier versions that it rests on."""
    faults = file_faults(folder, spec.name)
    if faults or not spec.sections:
        return faults
    try:
        paged_entries(spec, folder)
    except IndexProblem as damaged:
        return (str(damaged),)
    return ()


def page_faults(list_folder: ListFolder, version: str) -> tuple[str, ...]:
    """What is wrong with the pages that readers see, were `version` the latest one."""
    folder, wanted = list_folder.folder / PAGES, _pages_of(list_folder, version)
    present = {path.name for path in folder.iterdir() if path.name != _IN_PLACE} if folder.is_dir() else set()
    faults = [f"{folder / name}：多出的文件" for name in sorted(present - wanted.keys())]
    for name, row in sorted(wanted.items()):
        if name not in present:
            faults.append(f"{folder / name}：文件缺失")
        elif not _is_page(folder / name, row):
            faults.append(f"{folder / name}：文件被改动（校验值不符）")
    return tuple(faults)


def settle_pages(list_folder: ListFolder, version: str, *, is_whole: bool = False) -> list[str]:
    """Make `pages` those of `version`, as far as they are not; the names written or removed.

    is_whole: look at every page, else at those that changed since the version before. Raises IndexProblem where no
    version has a page any more.
    """
    folder = list_folder.folder / PAGES
    folder.mkdir(exist_ok=True)
    mark = folder / _IN_PLACE
    in_place = mark.read_text(encoding="utf-8") if mark.is_file() else None
    if in_place == version and not is_whole:
        return []
    wanted = _pages_of(list_folder, version)
    is_step = not is_whole and in_place == read_index(list_folder.version(version)).previous
    done = []
    for name, row in wanted.items():
        if (is_step and row.version != version) or _is_page(folder / name, row):
            continue
        source = list_folder.version(row.version) / name
        if not _is_page(source, row):
            raise IndexProblem(f"{source}：文件缺失或者被改动（校验值不符）")
        fresh = folder / f".{name}.new"
        fresh.write_bytes(source.read_bytes())
        fresh.replace(folder / name)
        done.append(name)
    for path in list(folder.iterdir()):
        if path.name not in wanted and path.name != _IN_PLACE:
            path.unlink()
            done.append(path.name)
    fsync_folder(folder)
    write_atomically(mark, version)
    return sorted(done)


def _pages_of(list_folder: ListFolder, version: str) -> dict[str, PartyRow]:
    return {row.page: row for row in party_rows(list_folder.version(version)).values()}


def _is_page(path: Path, row: PartyRow) -> bool:
    is_file = path.is_file() and not path.is_symlink()
    return is_file and hashlib.sha256(path.read_bytes()).hexdigest() == row.page_sha256


def _list_folder(folder: Path) -> Path:
    """The folder of the list that the version, released or a draft, belongs to."""
    return folder.parent.parent if folder.parent.name == DRAFTS else folder.parent


def _digest(entries: list[dict[str, Any]]) -> str:
    return hashlib.sha256(json_bytes({"entries": entries})).hexdigest()


def _index_html(view: ListView, grid: Grid, pages: Sequence[str]) -> str:
    """The index as a page: a short row per party, since there may be very many."""
    downloads = (("list.csv", "CSV"), ("list.json", "JSON"))
    shown = list(zip(grid.texts(), pages, strict=True))
    return render_page(
        "list_index.html", view.head.notices, is_public=True, view=view, grid=grid, shown=shown, downloads=downloads
    )
