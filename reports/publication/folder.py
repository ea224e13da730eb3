"""Where versions lie, and the moves between places: each is one rename, so a crash leaves a whole state."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from reports.files import sync_file, sync_folder, write_whole
from reports.publication.contract import IndexProblem

DRAFTS, LATEST, POINTER = "drafts", "latest", "latest.json"
_VERSION = re.compile(r"(\d{4}-\d{2}-\d{2})(?:-([1-9]\d*))?")


@dataclass(frozen=True)
class Shelf:
    """The folder of one list: its versions, `drafts/`, and `latest`."""

    folder: Path

    def version(self, name: str) -> Path:
        """The folder of a released version."""
        return self.folder / name

    def draft(self, name: str) -> Path:
        """The folder of a draft."""
        return self.folder / DRAFTS / name

    def versions(self) -> tuple[str, ...]:
        """Released versions, oldest first. One that was placed but never pointed at is none: nobody saw it."""
        latest = self.latest()
        return tuple(name for name in self.placed() if latest and order(name) <= order(latest))

    def placed(self) -> tuple[str, ...]:
        """Every folder of a version, oldest first, also one that a release which broke off never pointed at."""
        folders = self.folder.iterdir() if self.folder.is_dir() else iter(())
        return tuple(sorted((path.name for path in folders if _VERSION.fullmatch(path.name)), key=order))

    def latest(self) -> str | None:
        """The version that readers see; None before the first release. Raises IndexProblem where that is damaged."""
        link, pointer = self.folder / LATEST, self.folder / POINTER
        if link.is_symlink():
            version = _version_in(link, link.readlink().name)
            if link.resolve() != self.version(version).resolve():
                raise IndexProblem(f"{link}：指向本名单之外的文件夹（{link.readlink()}）")
            if pointer.exists():
                raise IndexProblem(f"{pointer}：多出的文件，最新版本已由 {link} 指明")
            return version
        if link.exists():
            raise IndexProblem(f"{link}：应为指向某一版本的链接，现为文件或者文件夹")
        if not pointer.exists():
            return None
        try:
            name = str(json.loads(pointer.read_text(encoding="utf-8"))["version"])
        except (OSError, ValueError, KeyError, TypeError) as damaged:
            raise IndexProblem(f"{pointer}：文件为空或者损坏，不能读取") from damaged
        return _version_in(pointer, name)

    def next_version(self, as_of: date) -> str:
        """The name for a new version of that day: 2026-03-01, then 2026-03-01-2, …"""
        return self.version_after(self.latest(), as_of)

    def version_after(self, latest: str | None, as_of: date) -> str:
        """The same, where `latest` is the latest version."""
        names = (name for name in self.placed() if latest and order(name) <= order(latest))
        taken = [order(name)[1] for name in names if name.startswith(as_of.isoformat())]
        return f"{as_of.isoformat()}-{max(taken) + 1}" if taken else as_of.isoformat()

    def withdrawal(self, name: str) -> Path:
        """The folder of a version that the machine makes, apart from the drafts that wait for people."""
        return self.draft(f".{name}.withdrawal")

    def write_draft(self, target: Path, files: Mapping[str, bytes]) -> None:
        """Write the files of a draft whole, in place of an older draft of that name."""
        unfinished = target.with_name(f".{target.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        for file, content in files.items():
            (unfinished / file).write_bytes(content)
            sync_file(unfinished / file)
        sync_folder(unfinished)
        shutil.rmtree(target, ignore_errors=True)
        unfinished.replace(target)
        sync_folder(target.parent)

    def place(self, name: str, draft: Path) -> Path:
        """Move the draft to its place among the versions, where a release that broke off may have left another."""
        target, aside = self.version(name), self.draft(f".{name}.unseen")
        shutil.rmtree(aside, ignore_errors=True)
        if target.is_dir():
            target.replace(aside)
        draft.replace(target)
        sync_folder(self.folder)
        shutil.rmtree(aside, ignore_errors=True)
        return target

    def point(self, name: str) -> None:
        """Let `latest` be that version: a link, or `latest.json` where the file system has no links."""
        fresh = self.folder / f".{LATEST}.new"
        fresh.unlink(missing_ok=True)
        try:
            fresh.symlink_to(name, target_is_directory=True)
            fresh.replace(self.folder / LATEST)
            (self.folder / POINTER).unlink(missing_ok=True)
        except OSError:
            fresh.unlink(missing_ok=True)
            write_whole(self.folder / POINTER, json.dumps({"version": name}))
        sync_folder(self.folder)


def _version_in(path: Path, name: str) -> str:
    if not _VERSION.fullmatch(name):
        raise IndexProblem(f"{path}：所指的不是版本（{name!r}）")
    return name


def order(version: str) -> tuple[str, int]:
    """How versions sort: by day, then by number, the first of a day having none.

    Raises ValueError for what is no version.
    """
    found = _VERSION.fullmatch(version)
    if not found:
        raise ValueError(f"{version!r} is no version: expected a day such as 2026-03-01, or 2026-03-01-2")
    return found[1], int(found[2] or 1)
