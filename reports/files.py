"""Files that decide something are written whole and synced: after a crash they are as before, or as meant."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, content: bytes | str) -> None:
    """Put `content` (text as UTF-8) in the place of `path` in one step, which survives a power cut."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(content.encode() if isinstance(content, str) else content)
    replace_synced(fresh, path)


def replace_synced(fresh: Path, path: Path) -> None:
    """Put a file that was written whole, in the same folder, in the place of `path`, once its bytes are on the disk."""
    sync_file(fresh)
    fresh.replace(path)
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Make the bytes of a file survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut, where the system can open folders."""
    if hasattr(os, "O_DIRECTORY"):
        sync_file(folder)
