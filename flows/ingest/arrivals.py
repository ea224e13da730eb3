"""Which source a file belongs to, and whether it has the headings of that source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from flows.ingest.reading.discovery import unopened_file
from flows.ingest.reading.file_kinds import WORKBOOK_SUFFIXES
from flows.ingest.reading.isolation import read_isolated
from flows.ingest.reading.raw_file import SHEET_HEADING, ExpectedHeadings, FileLayout, RawFile
from reports.correction_workbook import REMARK_HEADINGS
from transforms.policy_model.document import nearest
from transforms.policy_model.source import FieldMapping, Source, SourceDefaults
from transforms.policy_model.source_loader import load_source_defaults
from transforms.records.personal_data import redact_text
from transforms.schemas import KINDS

_MAX_HEADINGS_SHOWN = 20
_NO_HEADER = "no_header"  # this finding quotes the row that stands in place of the headings


@dataclass(frozen=True)
class IngestRules:
    """The sources, the rules common to all of them, and the secret of the keyed hash of natural persons' numbers."""

    sources: Sequence[Source]
    common: SourceDefaults
    identity_key: bytes = field(repr=False)


def read_common_rules(policy_folder: Path) -> SourceDefaults:
    """`sources/_common.yaml` of the policy folder. Raises PolicyProblems, or OSError where it cannot be read."""
    path = policy_folder / "sources" / "_common.yaml"
    return load_source_defaults(path.read_text(encoding="utf-8"), f"{policy_folder.name}/sources/{path.name}")


@dataclass(frozen=True)
class Arrival:
    """A file as a run has read it.

    source: the one that maps it; None where none or several do. finding: why the file is rejected as a whole, in
    Chinese; None where it is not. notes: Chinese remarks. attempt_no: 1 when a file is read for the first time.
    first_received_at: of a file that is read again by the program, when it first came.
    """

    raw: RawFile
    source: Source | None
    finding: str | None
    notes: tuple[str, ...]
    attempt_no: int = 1
    first_received_at: datetime | None = None

    @property
    def accepted_source(self) -> Source | None:
        """The source by which its rows are mapped; None for a rejected file."""
        return self.source if self.finding is None else None

    @property
    def redacted_finding(self) -> str | None:
        """The finding without natural persons' numbers, as it is stored."""
        if self.finding is None:
            return None
        is_quoting = self.raw.finding is not None and self.raw.finding.code == _NO_HEADER
        return redact_text(self.finding, is_torn=bool(is_quoting and self.source and self.source.secrets))


def read_arrival(path: Path, inbox: Path, sources: Sequence[Source]) -> Arrival:
    """The file at `path` below `inbox`, read by the source that its name selects."""
    name = path.relative_to(inbox).as_posix()
    found = sources_of(name, sources)
    source = found[0] if len(found) == 1 else None
    layout = FileLayout(**source.layout.model_dump()) if source else FileLayout()
    try:
        raw = read_isolated(path, inbox, layout, _expected_headings(source) if source else ExpectedHeadings())
    except OSError as fault:
        raw = unopened_file(path, inbox, fault)
    if raw.finding is not None:
        return Arrival(raw, source, raw.finding.message, raw.notes)
    if source is None:
        return Arrival(raw, None, _no_source(name, found), raw.notes)
    return Arrival(raw, source, _missing_heading(raw, source), (*raw.notes, *_unread_headings(raw, source)))


def sources_of(name: str, sources: Sequence[Source]) -> list[Source]:
    """The sources a file belongs to: by the patterns of its path, or by a source's id within the file's own name.

    The second is how a corrected quarantine workbook finds its source: penalty.xlsx, 更正-penalty(2).xlsx. A pattern
    for .xlsx also covers the other kinds of workbook (.xlsm, .xls, .et, .ods).
    """
    path = PurePosixPath(name)
    own_name = path.name
    names = {name, str(path.with_suffix(".xlsx"))} if path.suffix.lower() in WORKBOOK_SUFFIXES else {name}
    return [
        source
        for source in sources
        if any(fnmatchcase(one, pattern) for pattern in source.files for one in names)
        or re.search(rf"(?<![a-z0-9_]){re.escape(source.source)}(?![a-z0-9_])", own_name)
    ]


def _expected_headings(source: Source) -> ExpectedHeadings:
    cells = source.cells()
    accepted = dict.fromkeys(heading for cell in cells for heading in cell.from_)
    return ExpectedHeadings(
        tuple(accepted),
        tuple(frozenset(cell.from_) for cell in _required_cells(source)),
        frozenset((*source.ignored_headings, *source.secret_headings, *REMARK_HEADINGS)) - accepted.keys(),
        {heading: cell.unit for cell in cells if cell.unit for heading in cell.from_},
    )


def _required_cells(source: Source) -> Iterator[FieldMapping]:
    yield from (cell for cell in source.inputs.values() if cell.required)
    for record in source.records:
        kind = KINDS[record.kind]
        yield from (c for n, c in record.columns.items() if c.from_ and (c.required or kind.column(n).required))


def _accepted_headings(source: Source) -> frozenset[str]:
    return frozenset(heading for cell in source.cells() for heading in cell.from_)


def _no_source(name: str, found: Sequence[Source]) -> str:
    if found:
        titles = "、".join(source.title for source in found)
        return f"文件名“{name}”同时符合多个来源（{titles}），无法判定。请只按其中一个来源命名后重新报送。"
    return f"文件名“{name}”不符合任何来源的命名。请按约定的文件名或文件夹重新报送。"


def _missing_heading(raw: RawFile, source: Source) -> str | None:
    """A sentence about the first required heading the file lacks, with the most similar one that no field reads."""
    unread = [heading for heading in raw.headings if heading not in _accepted_headings(source)]
    for cell in _required_cells(source):
        if not set(cell.from_) & set(raw.headings):
            similar = nearest(cell.from_[0], unread) or next((n for h in cell.from_ if (n := nearest(h, unread))), "")
            hint = f"文件中最接近的列名是“{similar}”。" if similar else ""
            names = "或".join(f"“{heading}”" for heading in cell.from_[:3])
            return f"缺少必需的列{names}。{hint}请补上该列或改正列名后重新报送。"
    return None


def _unread_headings(raw: RawFile, source: Source) -> Iterator[str]:
    """A note on the headings that no field reads and the source does not list as ignored."""
    listed = {*source.ignored_headings, *source.secrets, *REMARK_HEADINGS, SHEET_HEADING, *_accepted_headings(source)}
    unread = [heading for heading in raw.headings if heading not in listed]
    if unread:
        more = "等" if len(unread) > _MAX_HEADINGS_SHOWN else ""
        yield f"有{len(unread)}列未读取（来源未列明）：{'、'.join(unread[:_MAX_HEADINGS_SHOWN])}{more}"
