"""What survives a power cut: files are synced in an order, and what was lost all the same is recognised.

The order is that of trust: data files, the log entries of the table versions that name them, the folders they lie in,
and only then the ledger's row that pins those versions. The Delta library writes and does not sync.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from reports.files import sync_file, sync_folder

_CAUSE = "A power cut or other hands do this; nothing was changed. "
ADVICE = (
    f"{_CAUSE}Put back a copy of the store, or go back to the last run that is whole: yaoxin rewind RUN_ID "
    "--reason TEXT (see yaoxin runs); the next night does the lost ones again."
)
ADVICE_ON_LEDGER = (
    f"{_CAUSE}Put back a copy of the store. Where that file is the last of the log, it may be moved away instead: "
    "the run it stood for counts as not committed, and the next night does it again."
)
_AT_ONCE = 16  # a disk takes waiting requests together: several times faster than one after the other


class StoreDamaged(RuntimeError):
    """The store lacks what a committed run rests on. what: which file of what; the message adds what to do."""

    def __init__(self, what: str, advice: str = ADVICE) -> None:
        self.what = what
        super().__init__(f"The store is damaged: {what}. {advice}")


def sync(files: Iterable[Path], root: Path) -> None:
    """Make these files below `root` survive a power cut, and then their names in every folder up to it."""
    names = sorted(set(files))
    folders = {folder for path in names for folder in path.parents if folder == root or root in folder.parents}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(sync_file, names))
        list(pool.map(sync_folder, sorted(folders)))


def log_after(table: Path, version: int) -> list[Path]:
    """The files of a Delta table's log that belong to later versions, checkpoints included; the newest first."""
    log = table / "_delta_log"
    numbered = [path for path in log.iterdir() if path.name[:20].isdigit()] if log.is_dir() else []
    return sorted((path for path in numbered if int(path.name[:20]) > version), reverse=True)


def log_entry(table: Path, version: int) -> Path:
    """The file of a Delta table's log that makes a version."""
    return table / "_delta_log" / f"{version:020}.json"


def is_empty(path: Path) -> bool:
    """Whether a file is there and holds nothing. The library reads such a log entry as a version without news."""
    return path.is_file() and path.stat().st_size == 0


def is_torn(entry: Path) -> bool:
    """Whether a log entry is empty or ends before its end."""
    try:
        lines = entry.read_text(encoding="utf-8").splitlines()
        return not [json.loads(line) for line in lines]
    except ValueError:
        return True


def set_aside(table: Path, entries: Iterable[Path]) -> None:
    """Take these files out of a table's log, into a folder beside it, with the hint that may name one of them."""
    folder = table / "_set_aside"
    folder.mkdir(exist_ok=True)
    for path in (*entries, table / "_delta_log" / "_last_checkpoint"):
        if path.exists():
            path.replace(folder / path.name)
