"""What lies in an inbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_PASSED_OVER = (".", "~$")  # hidden files, and the lock a spreadsheet program leaves beside an open workbook
_HALF_WRITTEN = (".tmp", ".part", ".partial", ".crdownload", ".filepart")


def discover(inbox: Path) -> list[Path]:
    """Files below `inbox`, in order of their path. Hidden, temporary and half-written files are passed over.

    A symbolic link is followed only to a file inside the inbox: a link out of it could name any file of the machine.
    """
    root = inbox.resolve()
    return sorted(path for path in _files(inbox) if path.resolve().is_relative_to(root))


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith(_PASSED_OVER) or path.name.lower().endswith(_HALF_WRITTEN):
            continue
        if path.is_dir():
            if not path.is_symlink():  # a linked folder could lead out of the inbox, or round in a circle
                yield from _files(path)
        elif path.is_file():
            yield path
