"""Which files of an inbox a run reads, and the archive of received files.

A run reads new files, and rejected ones that may be readable now. The archive keeps files by the hash of their bytes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import polars as pl

from flows.ingest.file_records import Arrival, IngestRules, read_arrival
from flows.ingest.previous_runs import IngestHistory
from flows.ingest.reading.discovery import list_inbox, rejected_entry, sha256_of_file
from reports.atomic_files import replace_atomically
from transforms.person_numbers import mask_text

_PIECE = 1 << 20
_SECURE_FILE, _SECURE_FOLDER = 0o600, 0o700
# A file may be written again within the same tick of a file system's clock; the coarsest ticks last two seconds.
_SETTLED_AFTER_NS = 3_000_000_000
_LEDGER = pl.Schema(
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
            ledger = pl.read_parquet(folder / "ledger.parquet", schema=_LEDGER)
        except (OSError, pl.exceptions.PolarsError):  # none yet, or damaged: every path is hashed again
            ledger = _LEDGER.to_frame()
        self._ledger: dict[str, tuple[int | None, int | None, int | None, str, bool]] = {
            name: (*times, file_id, is_settled) for name, *times, file_id, is_settled in ledger.iter_rows()
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
        size, modified, changed, file_id, is_settled = self._ledger.get(key, (None, None, None, "", False))
        is_same = (size, modified) == found[:2]
        if is_same and changed == found[2] and is_settled:
            return PathState(file_id, is_new=False)
        began = time.time_ns()
        file_id = sha256_of_file(path)
        is_settled = max(found[1:]) + _SETTLED_AFTER_NS < began
        self._ledger[key] = (*found, file_id, is_settled)
        return PathState(file_id, is_new=not is_same)

    def write_ledger(self, path: Path) -> None:
        """Write the ledger of this run to `path`; `keep_ledger` makes it the archive's own."""
        rows = [(name, *row) for name, row in sorted(self._ledger.items())]
        _make_private_folder(path.parent)
        pl.DataFrame(rows, schema=_LEDGER, orient="row").write_parquet(path)
        path.chmod(_SECURE_FILE)

    def keep_ledger(self, path: Path) -> None:
        """Take over what `write_ledger` wrote, once the run is committed: a failed run leaves no trace."""
        if path.exists():
            _replace_file(self._folder / "ledger.parquet", lambda new: bool(shutil.copyfile(path, new)))

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


@dataclass
class Inbox:
    """The files below `folder`, and those of earlier runs.

    With `storage` a copy is read, so that a file that is written meanwhile is read as it is archived; without it files
    are read where they are, and those that are gone are not read again. repeated: paths of files whose bytes were
    ingested before. remarks: for the operator.
    """

    folder: Path
    rules: IngestRules
    history: IngestHistory
    storage: FileStorage | None = None
    repeated: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    _paths: dict[str, Path] = field(default_factory=dict)  # by SHA-256, the path in the inbox

    def read_new(self) -> list[Arrival]:
        """Every file to be read in full: new, sent again after a rejection, or rejected by rules since changed."""
        arrivals = list(self._read_inbox())
        if self.history.changes.has_any:
            read = {arrival.raw.file_id for arrival in arrivals}
            for file_id in sorted(self.history.rejected - self._paths.keys() - read):
                again = self.read_again(file_id)
                if again is not None and again.redacted_finding != self.history.files[file_id].finding:
                    arrivals.append(again)
        self.repeated.sort()
        return arrivals

    def read_again(self, file_id: str) -> Arrival | None:
        """A file of an earlier run; None where its bytes are no longer available."""
        earlier = self.history.files[file_id]
        if self.storage is None:
            path = self._paths.get(file_id)
            return None if path is None else self._read(path, self.folder)
        root = self.storage.copies / "again" / file_id
        try:
            self.storage.archive.restore(file_id, root / earlier.file_name)
        except KeyError:  # ingested before there was an archive, and no longer in the inbox
            return None
        except ArchiveDamaged as damage:
            self.remarks.append(f"归档文件已损坏，未能重新读取“{earlier.file_name}”：{damage}")
            return None
        return self._read(root / earlier.file_name, root)

    def _read_inbox(self) -> Iterator[Arrival]:
        """The files below the folder that are to be read; of equal ones the first, or the first that is sent again."""
        found: dict[str, list[tuple[PathState, Path, str]]] = {}
        contents = list_inbox(self.folder)
        for entry in contents.unreadable:
            rejected = Arrival(rejected_entry(entry, self.folder), None, entry.finding.message, ())
            yield from self._if_new(self._numbered(rejected), rejected.raw.file_name, is_sent_again=False)
        for path in contents.files:
            name = path.relative_to(self.folder).as_posix()
            try:
                state = self._path_state(path, name)
            except FileNotFoundError:
                continue  # removed since the folder was listed
            except OSError:  # it cannot be opened, and its reading gives the finding
                yield from self._if_new(self._read(path, self.folder), name, is_sent_again=False)
                continue
            found.setdefault(state.file_id, []).append((state, path, name))
        for file_id, places in found.items():
            is_rejected = file_id in self.history.rejected
            chosen = next((place for place in places if is_rejected and place[0].is_new), places[0])
            state, path, name = chosen
            self._paths[file_id] = path
            self.repeated += [mask_text(other) for _, place, other in places if place != path]
            with suppress(FileNotFoundError):
                if file_id not in self.history.files:
                    yield from self._if_new(self._read_copy(path, name), name, is_sent_again=False)
                    continue
                if self.storage is not None:
                    self.storage.archive.add(file_id, path)  # it may have come before there was an archive
                if is_rejected and (state.is_new or self.history.changes.has_any):
                    yield from self._if_new(self._read_copy(path, name), name, state.is_new)
                else:
                    self.repeated.append(mask_text(name))

    def _path_state(self, path: Path, name: str) -> PathState:
        if self.storage is not None:
            return self.storage.archive.path_state(path, name)
        file_id = sha256_of_file(path)
        earlier = self.history.files.get(file_id)
        return PathState(file_id, is_new=earlier is not None and earlier.file_name != mask_text(name))

    def _read_copy(self, path: Path, name: str) -> Arrival:
        if self.storage is None:
            return self._read(path, self.folder)
        fresh = self.storage.copies / "fresh"
        file_id = copy_file(path, fresh / name)
        root = self.storage.copies / file_id
        if root.exists():  # of a retried task, or of a file whose bytes were replaced by these meanwhile
            shutil.rmtree(root)
        fresh.rename(root)
        return self._read(root / name, root)

    def _read(self, path: Path, root: Path) -> Arrival:
        return self._numbered(read_arrival(path, root, self.rules.sources))

    def _numbered(self, arrival: Arrival) -> Arrival:
        """The arrival with its number of attempts."""
        earlier = self.history.files.get(arrival.raw.file_id)
        if earlier is None:
            return arrival
        return replace(arrival, attempt_no=earlier.attempt_no + 1, first_received_at=earlier.received_at)

    def _if_new(self, arrival: Arrival, name: str, is_sent_again: bool) -> Iterator[Arrival]:
        """The arrival, unless its result is known: the file may have been replaced since it was hashed."""
        earlier = self.history.files.get(arrival.raw.file_id)
        if earlier is None or (is_sent_again and earlier.finding is not None):
            yield replace(arrival, first_received_at=None)
        elif earlier.finding is None or earlier.finding == arrival.redacted_finding:
            self.repeated.append(mask_text(name))
        else:
            yield arrival


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
