"""Which source a file belongs to, and whether it has the headings of that source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from flows.ingest.reading.discovery import InboxContents, rejected_entry, unopened_file
from flows.ingest.reading.isolation import read_isolated
from flows.ingest.reading.raw_file import SHEET_HEADING, ExpectedHeadings, FileLayout, RawFile
from reports.correction_workbook import REMARK_HEADINGS
from transforms.policy_model import load_document
from transforms.policy_model.document import nearest
from transforms.policy_model.source import FieldMapping, Source, SourceDefaults
from transforms.schemas import KINDS

_SHOWN = 20


@dataclass(frozen=True)
class Arrival:
    """A file with the source that maps it (None: none or several do), why it is turned away, what was noticed."""

    raw: RawFile
    source: Source | None
    finding: str | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ArrivalAttempt:
    """A file as it was read; attempt_no is 1 when it came. came_at: of a file read again, when it first came."""

    arrival: Arrival
    attempt_no: int = 1
    came_at: datetime | None = None

    def with_notes(self, notes: Sequence[str]) -> ArrivalAttempt:
        """The same with more that was noticed of it."""
        return replace(self, arrival=replace(self.arrival, notes=(*self.arrival.notes, *notes)))


def read_arrivals(paths: Iterable[Path], inbox: Path, sources: Sequence[Source]) -> Iterator[Arrival]:
    """The files at `paths` below the inbox, in their order; each is read when it is asked for."""
    for path in paths:
        yield _arrival(path, inbox, sources)


def unreadable_arrivals(listing: InboxContents, inbox: Path) -> Iterator[Arrival]:
    """What lies in the inbox and cannot be read, each with the reason: it is named, and stops nothing."""
    for obstacle in listing.obstacles:
        raw = rejected_entry(obstacle, inbox)
        yield Arrival(raw, None, obstacle.finding.message, ())


def sources_of(name: str, sources: Sequence[Source]) -> list[Source]:
    """The sources a file belongs to: by the patterns of its path, or by a source's id as a word in the file's own name.

    The second is how a corrected quarantine workbook finds back: penalty.xlsx, 更正-penalty(2).xlsx.
    """
    own = PurePosixPath(name).name
    return [s for s in sources if any(fnmatchcase(name, p) for p in s.files) or _stands_in(s.source, own)]


def _stands_in(word: str, name: str) -> bool:
    return re.search(rf"(?<![a-z0-9_]){re.escape(word)}(?![a-z0-9_])", name) is not None


def _arrival(path: Path, inbox: Path, sources: Sequence[Source]) -> Arrival:
    name = path.relative_to(inbox).as_posix()
    found = sources_of(name, sources)
    source = found[0] if len(found) == 1 else None
    layout = FileLayout(**source.layout.model_dump()) if source else FileLayout()
    try:
        raw = read_isolated(path, inbox, layout, _expected(source) if source else ExpectedHeadings())
    except OSError as fault:
        raw = unopened_file(path, inbox, fault)
    if raw.finding is not None:
        return Arrival(raw, source, raw.finding.message, raw.notes)
    if source is None:
        return Arrival(raw, None, _no_source(name, found), raw.notes)
    return Arrival(raw, source, _missing_heading(raw, source), (*raw.notes, *_unread(raw, source)))


def _expected(source: Source) -> ExpectedHeadings:
    """The headings of a source as the reader of files needs to know them."""
    cells = source.cells()
    accepted = dict.fromkeys(heading for cell in cells for heading in cell.from_)
    return ExpectedHeadings(
        tuple(accepted),
        tuple(frozenset(cell.from_) for cell in _required(source)),
        frozenset((*source.ignored_headings, *source.secret_headings, *REMARK_HEADINGS)) - accepted.keys(),
        {heading: cell.unit for cell in cells if cell.unit for heading in cell.from_},
    )


def _accepted(source: Source) -> frozenset[str]:
    return frozenset(heading for cell in source.cells() for heading in cell.from_)


def _no_source(name: str, found: Sequence[Source]) -> str:
    if found:
        titles = "、".join(source.title for source in found)
        return f"文件名“{name}”同时符合多个来源（{titles}），无法判定。请只按其中一个来源命名后重新报送。"
    return f"文件名“{name}”不符合任何来源的命名。请按约定的文件名或文件夹重新报送。"


def _missing_heading(raw: RawFile, source: Source) -> str | None:
    """The first required heading the file lacks, with the most alike of its headings that nobody reads."""
    unread = [heading for heading in raw.headings if heading not in _accepted(source)]
    for cell in _required(source):
        if not set(cell.from_) & set(raw.headings):
            near = nearest(cell.from_[0], unread) or next((n for h in cell.from_ if (n := nearest(h, unread))), "")
            hint = f"文件中最接近的列名是“{near}”。" if near else ""
            names = "或".join(f"“{heading}”" for heading in cell.from_[:3])
            return f"缺少必需的列{names}。{hint}请补上该列或改正列名后重新报送。"
    return None


def _required(source: Source) -> Iterator[FieldMapping]:
    yield from (cell for cell in source.inputs.values() if cell.required)
    for record in source.records:
        kind = KINDS[record.kind]
        yield from (c for n, c in record.columns.items() if c.from_ and (c.required or kind.column(n).required))


def _unread(raw: RawFile, source: Source) -> Iterator[str]:
    """Headings that no field reads and the source does not name as ignored: said, never passed over in silence."""
    named = _accepted(source) | set(source.ignored_headings) | source.secrets | {*REMARK_HEADINGS, SHEET_HEADING}
    unread = [heading for heading in raw.headings if heading not in named]
    if unread:
        more = "等" if len(unread) > _SHOWN else ""
        yield f"有{len(unread)}列未读取（来源未列明）：{'、'.join(unread[:_SHOWN])}{more}"


@dataclass(frozen=True)
class IngestRules:
    """The sources, what holds for all of them, and the secret of the keyed hash of natural persons' numbers."""

    sources: Sequence[Source]
    common: SourceDefaults
    identity_key: bytes = field(repr=False)


def read_common_rules(policy_folder: Path) -> SourceDefaults:
    """`sources/_common.yaml` of the policy folder. Raises PolicyProblems, or OSError where it cannot be read."""
    path = policy_folder / "sources" / "_common.yaml"
    return load_document(path.read_text(encoding="utf-8"), f"{policy_folder.name}/sources/{path.name}", SourceDefaults)
