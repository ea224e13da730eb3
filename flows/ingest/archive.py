"""The archive of received files, by the hash of their bytes, and what it knows of the paths they were found at."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import polars as pl

from flows.ingest.reading.discovery import sha256_of_file
from reports.atomic_files import replace_atomically
from transforms.person_numbers import mask_text

_PIECE = 1 << 20
_SECURE_FILE, _SECURE_FOLDER = 0o600, 0o700
# A file may be written again within the same tick of a file system's clock; the coarsest ticks last two seconds.
_SETTLED_AFTER_NS = 3_000_000_000
_FILE_OF_STATES = "ledger.parquet"  # stored name
# What was last seen at each path of the inbox: a file that has not changed since need not be hashed.
_PATH_STATES = pl.Schema(
    {
        "file_name": pl.String(),
        "size_bytes": pl.Int64(),
        "modified_ns": pl.Int64(),
        "changed_ns": pl.Int64(),
        "file_id": pl.String(),
        "is_settled": pl.Boolean(),
    }
)


class ArchiveDamaged(ValueError):
    """The archived file of a hash has other bytes."""


@dataclass(frozen=True)
class PathState:
    """What a path of the inbox holds: the hash of its bytes, and whether the file was sent since the last look."""

    file_id: str
    is_new: bool


class FileArchive:
    """The archive in `folder`, made where it is missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        _make_private_folder(folder)
        try:
            states = pl.read_parquet(folder / _FILE_OF_STATES, schema=_PATH_STATES)
        except (OSError, pl.exceptions.PolarsError):  # none yet, or damaged: every path is hashed again
            states = _PATH_STATES.to_frame()
        self._states: dict[str, tuple[int | None, int | None, int | None, str, bool]] = {
            name: (*times, file_id, is_settled) for name, *times, file_id, is_settled in states.iter_rows()
        }

    def path_state(self, path: Path, name: str) -> PathState:
        """The state of the file at `path`, called `name` below the inbox; hashed only where it may have changed.

        Raises OSError where it cannot be read.
        """
        status = path.stat()
        found = (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        key = mask_text(name)
        if key != name:  # several names may have the same mask
            key += "#" + hashlib.sha256(name.encode()).hexdigest()[:8]
        size, modified, changed, file_id, is_settled = self._states.get(key, (None, None, None, "", False))
        is_same = (size, modified) == found[:2]
        if is_same and changed == found[2] and is_settled:
            return PathState(file_id, is_new=False)
        began = time.time_ns()
        file_id = sha256_of_file(path)
        is_settled = max(found[1:]) + _SETTLED_AFTER_NS < began
        self._states[key] = (*found, file_id, is_settled)
        return PathState(file_id, is_new=not is_same)

    def write_path_states(self, path: Path) -> None:
        """Write what this run knows of the paths to `path`; `keep_path_states` makes it the archive's own."""
        rows = [(name, *row) for name, row in sorted(self._states.items())]
        _make_private_folder(path.parent)
        pl.DataFrame(rows, schema=_PATH_STATES, orient="row").write_parquet(path)
        path.chmod(_SECURE_FILE)

    def keep_path_states(self, path: Path) -> None:
        """Take over what `write_path_states` wrote, once the run is committed: a failed run leaves no trace."""
        if path.exists():
            _replace_file(self._folder / _FILE_OF_STATES, lambda new: bool(shutil.copyfile(path, new)))

    def has(self, file_id: str) -> bool:
        """Whether the file of that hash is archived."""
        return self._place(file_id).exists()

    def add(self, file_id: str, path: Path) -> bool:
        """Archive the file at `path`; False, and nothing is archived, where its bytes are not those of `file_id`."""
        import pyarrow as pa

        place = self._place(file_id)
        if place.exists():
            return True
        _make_private_folder(place.parent)

        def compress(new: Path) -> bool:
            with path.open("rb") as plain, pa.output_stream(str(new), compression="zstd") as packed:
                return _copy(plain, packed) == file_id

        return _replace_file(place, compress)

    def restore(self, file_id: str, path: Path) -> None:
        """Write the archived file to `path`. Raises KeyError where there is none, ArchiveDamaged for other bytes."""
        import pyarrow as pa

        place = self._place(file_id)
        if not place.exists():
            raise KeyError(file_id)
        _make_private_folder(path.parent)
        try:
            with pa.input_stream(str(place), compression="zstd") as packed, _open_private(path) as plain:
                found_id = _copy(packed, plain)
        except OSError as fault:
            raise ArchiveDamaged(f"{place}: {fault}") from None
        if found_id != file_id:
            raise ArchiveDamaged(f"{place}: its bytes are not those of the file that was kept")

    def _place(self, file_id: str) -> Path:
        return self._folder / file_id[:2] / f"{file_id}.zst"


def copy_file(path: Path, copy: Path) -> str:
    """Copy a file, readable only by its owner; gives the hash of what was copied: the original may change."""
    _make_private_folder(copy.parent)
    with path.open("rb") as source, _open_private(copy) as target:
        return _copy(source, target)


@dataclass(frozen=True)
class FileStorage:
    """Where the bytes of files are archived, and a folder of this run for copies of those that are read."""

    archive: FileArchive
    copies: Path


def _copy(source: BinaryIO, target: BinaryIO) -> str:
    """Copy `source` to its end; gives the hash of what was copied."""
    digest = hashlib.sha256()
    while piece := source.read(_PIECE):
        digest.update(piece)
        target.write(piece)
    return digest.hexdigest()


def _replace_file(path: Path, write: Callable[[Path], bool]) -> bool:
    """Have `write` fill a new file, which replaces `path` once it is on the disk; False where `write` gives False."""
    new = path.with_name(f".{path.name}.new")
    with suppress(FileNotFoundError):
        new.unlink()
    new.touch(_SECURE_FILE)
    if not write(new):
        new.unlink()
        return False
    replace_atomically(new, path)
    return True


def _open_private(path: Path) -> BinaryIO:
    """A new file that only its owner reads."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _SECURE_FILE), "wb")


def _make_private_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(_SECURE_FOLDER)
