"""What lies in an inbox."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from pathlib import Path

_PASSED_OVER = (".", "~$")  # hidden files, and the lock a spreadsheet program leaves beside an open workbook
_HALF_WRITTEN = (".tmp", ".part", ".partial", ".crdownload", ".filepart")


def discover(inbox: Path) -> list[Path]:
    """Files below `inbox`, in order of their path. Hidden, temporary and half-written files are passed over.

    A symbolic link is followed only to a file inside the inbox: a link out of it could name any file of the machine.
    """
    root = inbox.resolve()
    return sorted(path for path in _files(inbox) if path.resolve().is_relative_to(root))


def unknown(paths: list[Path], known: Collection[str]) -> tuple[list[Path], list[Path]]:
    """Of `paths` those whose bytes are neither `known` (SHA-256) nor those of an earlier path, and the others.

    Bytes are hashed, never parsed: an inbox keeps every file for years. Raises OSError where a file has vanished.
    """
    seen = set(known)
    new: list[Path] = []
    repeated: list[Path] = []
    for path in paths:
        file_id = hash_of(path)
        (repeated if file_id in seen else new).append(path)
        seen.add(file_id)
    return new, repeated


def hash_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith(_PASSED_OVER) or path.name.lower().endswith(_HALF_WRITTEN):
            continue
        if path.is_dir():
            if not path.is_symlink():  # a linked folder could lead out of the inbox, or round in a circle
                yield from _files(path)
        elif path.is_file():
            yield path
