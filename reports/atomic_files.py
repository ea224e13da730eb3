"""Atomic, durable file writes: after a crash a file is as it was before, or complete."""

from __future__ import annotations

import os
from pathlib import Path


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write `content` (text as UTF-8) to `path` in one step that survives a power cut."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(content.encode() if isinstance(content, str) else content)
    replace_atomically(fresh, path)


def replace_atomically(fresh: Path, path: Path) -> None:
    """Move a complete file of the same folder to `path`, once its bytes are on the disk."""
    fsync_file(fresh)
    fresh.replace(path)
    fsync_folder(path.parent)


def fsync_file(path: Path) -> None:
    """Make the bytes of a file survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def fsync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut, where the system can open folders."""
    if hasattr(os, "O_DIRECTORY"):
        fsync_file(folder)
