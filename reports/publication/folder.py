"""Where versions lie, and the moves between places: each is one rename, so a crash leaves a whole state."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

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
        folders = self.folder.iterdir() if latest else iter(())
        names = [path.name for path in folders if _VERSION.fullmatch(path.name)]
        return tuple(sorted((name for name in names if latest and order(name) <= order(latest)), key=order))

    def latest(self) -> str | None:
        """The version that readers see; None before the first release."""
        link, pointer = self.folder / LATEST, self.folder / POINTER
        if link.is_symlink():
            return link.readlink().name
        if pointer.is_file():
            return str(json.loads(pointer.read_text(encoding="utf-8"))["version"])
        return None

    def next_version(self, as_of: date) -> str:
        """The name for a new version of that day: 2026-03-01, then 2026-03-01-2, …"""
        taken = [order(name)[1] for name in self.versions() if name.startswith(as_of.isoformat())]
        return f"{as_of.isoformat()}-{max(taken) + 1}" if taken else as_of.isoformat()

    def write_draft(self, name: str, files: Mapping[str, bytes]) -> Path:
        """Write the files of a draft whole, in place of an older draft of that name."""
        target = self.draft(name)
        unfinished = target.with_name(f".{name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        for file, content in files.items():
            _write(unfinished / file, content)
        _sync(unfinished)
        shutil.rmtree(target, ignore_errors=True)
        unfinished.replace(target)
        return target

    def place(self, name: str) -> Path:
        """Move the draft to its place among the versions, where a release that broke off may have left another."""
        target, aside = self.version(name), self.draft(f".{name}.unseen")
        shutil.rmtree(aside, ignore_errors=True)
        if target.is_dir():
            target.replace(aside)
        self.draft(name).replace(target)
        _sync(self.folder)
        shutil.rmtree(aside, ignore_errors=True)
        return target

    def point(self, name: str) -> None:
        """Let `latest` be that version: a link, or `latest.json` where the file system has no links."""
        fresh = self.folder / f".{LATEST}.new"
        fresh.unlink(missing_ok=True)
        try:
            fresh.symlink_to(name, target_is_directory=True)
            fresh.replace(self.folder / LATEST)
        except OSError:
            fresh.unlink(missing_ok=True)
            _write(fresh, json.dumps({"version": name}).encode())
            fresh.replace(self.folder / POINTER)
        _sync(self.folder)


def order(version: str) -> tuple[str, int]:
    """How versions sort: by day, then by number, the first of a day having none.

    Raises ValueError for what is no version.
    """
    found = _VERSION.fullmatch(version)
    if not found:
        raise ValueError(f"{version!r} is no version: expected a day such as 2026-03-01, or 2026-03-01-2")
    return found[1], int(found[2] or 1)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Make the folder's names survive a power cut, where the system can."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
