"""Which files of an inbox a run reads: new ones, and rejected ones that may be readable now."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from flows.ingest.accounts import redacted_finding
from flows.ingest.arrivals import Arrival, ArrivalAttempt, IngestRules, read_arrivals, unreadable_arrivals
from flows.ingest.file_archive import ArchiveDamaged, FileArchive, PathState, copy_file, sha256_of_file
from flows.ingest.history import IngestHistory
from flows.ingest.reading.discovery import list_inbox
from transforms.person_numbers import mask_text


@dataclass
class Inbox:
    """The files below `folder`, and those that came before. Where `archive` is given, `work` is a folder for copies,
    and what is read is a copy, so that a file that is written meanwhile is read as it is kept.
    """

    folder: Path
    rules: IngestRules
    known: IngestHistory
    archive: FileArchive | None = None
    work: Path = Path()
    repeated: list[str] = field(default_factory=list)  # paths of files whose bytes came before; they do nothing
    remarks: list[str] = field(default_factory=list)  # for the operator
    _paths: dict[str, Path] = field(default_factory=dict)  # where the bytes of a hash lie in the inbox

    def readings(self) -> list[ArrivalAttempt]:
        """Every file to be read as a whole."""
        found = list(self._in_inbox())
        if self.known.changed.are_rules_other:
            done = {reading.arrival.raw.file_id for reading in found}
            for file_id in sorted(self.known.turned_away - self._paths.keys() - done):
                again = self.again(file_id)
                if again is not None and redacted_finding(again.arrival) != self.known.files[file_id].finding:
                    found.append(again)
        self.repeated.sort()
        return found

    def again(self, file_id: str) -> ArrivalAttempt | None:
        """A file that came before, read again as it came; None where its bytes are nowhere any more."""
        before = self.known.files[file_id]
        if self.archive is None:
            path = self._paths.get(file_id)
            return None if path is None else self._read(path, self.folder)
        root = self.work / "again" / file_id
        try:
            self.archive.restore(file_id, root / before.file_name)
        except KeyError:  # it came before there was an archive, and has left the inbox
            return None
        except ArchiveDamaged as damage:
            self.remarks.append(f"归档文件已损坏，未能重新读取“{before.file_name}”：{damage}")
            return None
        return self._read(root / before.file_name, root)

    def _in_inbox(self) -> Iterator[ArrivalAttempt]:
        """The files below the folder that are to be read; of equal ones the first, or the first that is sent again."""
        found: dict[str, list[tuple[bool, Path, str]]] = {}
        lying = list_inbox(self.folder)
        for obstacle in unreadable_arrivals(lying, self.folder):
            yield from self._news(self._reading(obstacle), obstacle.raw.file_name, is_sent_again=False)
        for path in lying.files:
            name = path.relative_to(self.folder).as_posix()
            try:
                seen = self._seen(path, name)
            except FileNotFoundError:
                continue  # taken away since the folder was listed: it did not come
            except OSError:  # it cannot be opened: whoever reads it says so
                yield from self._news(self._read(path, self.folder), name, is_sent_again=False)
                continue
            found.setdefault(seen.file_id, []).append((seen.is_new, path, name))
        for file_id, places in found.items():
            chosen = next((place for place in places if place[0]), places[0]) if self._waits(file_id) else places[0]
            self._paths[file_id] = chosen[1]
            self.repeated += [mask_text(name) for _, path, name in places if path != chosen[1]]
            with suppress(FileNotFoundError):
                yield from self._of_path(file_id, *chosen)

    def _waits(self, file_id: str) -> bool:
        return file_id in self.known.turned_away

    def _of_path(self, file_id: str, is_new: bool, path: Path, name: str) -> Iterator[ArrivalAttempt]:
        """The file at `path` where it is to be read; nothing where it came before."""
        if file_id not in self.known.files:
            yield from self._news(self._read_copy(path, name), name, is_sent_again=False)
            return
        if self.archive is not None:
            self.archive.add(file_id, path)  # it may have come before there was an archive
        if self._waits(file_id) and (is_new or self.known.changed.are_rules_other):
            yield from self._news(self._read_copy(path, name), name, is_new)
        else:
            self.repeated.append(mask_text(name))

    def _read_copy(self, path: Path, name: str) -> ArrivalAttempt:
        if self.archive is None:
            return self._read(path, self.folder)
        fresh = self.work / "fresh"
        file_id = copy_file(path, fresh / name)
        root = self.work / file_id
        if root.exists():  # of an earlier try, or of a file whose bytes were replaced by these meanwhile
            shutil.rmtree(root)
        fresh.rename(root)
        return self._read(root / name, root)

    def _read(self, path: Path, root: Path) -> ArrivalAttempt:
        (arrival,) = read_arrivals([path], root, self.rules.sources)
        return self._reading(arrival)

    def _reading(self, arrival: Arrival) -> ArrivalAttempt:
        before = self.known.files.get(arrival.raw.file_id)
        return (
            ArrivalAttempt(arrival)
            if before is None
            else ArrivalAttempt(arrival, before.attempt_no + 1, before.came_at)
        )

    def _news(self, reading: ArrivalAttempt, name: str, is_sent_again: bool) -> Iterator[ArrivalAttempt]:
        """The reading where it tells what was not known: bytes may have been replaced since they were hashed."""
        before = self.known.files.get(reading.arrival.raw.file_id)
        if before is None or (is_sent_again and before.finding is not None):
            yield replace(reading, came_at=None)
        elif before.finding is None or before.finding == redacted_finding(reading.arrival):
            self.repeated.append(mask_text(name))
        else:
            yield reading

    def _seen(self, path: Path, name: str) -> PathState:
        if self.archive is not None:
            return self.archive.seen(path, name)
        file_id = sha256_of_file(path)
        before = self.known.files.get(file_id)
        return PathState(file_id, is_new=before is not None and before.file_name != mask_text(name))
