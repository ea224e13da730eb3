"""Files that decide something are written whole and synced: after a crash they are as before, or as meant."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, content: bytes | str) -> None:
    """Put `content` (text as UTF-8) in the place of `path` in one step, which survives a power cut."""
    fresh = path.with_name(f".{path.name}.new")
    write_synced(fresh, content.encode() if isinstance(content, str) else content)
    fresh.replace(path)
    sync_folder(path.parent)


def write_synced(path: Path, content: bytes) -> None:
    """Write a file that nobody reads yet, to the disk and not only to its cache."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the folder's names survive a power cut, where the system can."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
