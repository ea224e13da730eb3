"""Which files of an inbox a run reads: new ones, and rejected ones that may be readable now."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from flows.ingest.archive import ArchiveDamaged, FileStorage, PathState, copy_file
from flows.ingest.file_records import Arrival, IngestRules, read_arrival
from flows.ingest.previous_runs import IngestHistory
from flows.ingest.reading.discovery import list_inbox, rejected_entry, sha256_of_file
from transforms.person_numbers import mask_text


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
