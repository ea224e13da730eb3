"""One file: the source it belongs to, and its rows read as one kind: mapped, combined, checked, tied to enterprises."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import polars as pl

from flows.ingest.reading.discovery import unopened_file
from flows.ingest.reading.isolation import read_isolated
from flows.ingest.reading.raw_file import SHEET_HEADING, WORKBOOK_SUFFIXES, ExpectedHeadings, FileLayout, RawFile
from reports.correction_workbook import REMARK_HEADINGS
from transforms.person_numbers import mask_person_numbers, redact_text
from transforms.policy_model.document import nearest
from transforms.policy_model.source import FieldMapping, RecordMapping, Source, SourceDefaults, load_source_defaults
from transforms.records.identity import EnterpriseRegister, identify, identify_register_rows
from transforms.records.mapping import (
    MappedRows,
    MappingContext,
    accepted_heading,
    cell_texts,
    check_records,
    map_rows,
    matching_rows,
    with_party_class,
)
from transforms.records.problems import PROBLEMS, Check, as_problems, merge_problems
from transforms.records.versions import CombinedRows, fold_rows, spread_problems, unread_stamps_note, version_stamps
from transforms.schemas import KINDS, TABLES
from transforms.schemas.base import TEXT

_MAX_HEADINGS_SHOWN = 20
_NO_HEADER = "no_header"  # this finding quotes the row that is in place of the headings
# By problem code: what is wrong with a cell, and what follows for its record.
_UNREAD_NOTES = {
    "unread_amount": ("不能识别为金额", "金额按不明处理，不计分也不当作零。应为数字，或写明单位，如50万元"),
    "unread_day": ("不能识别为日期", "该日期按未载明处理。应为日期，如2025-03-01"),
    "unsure_amount": (
        "与同一记录的另一行各有金额",
        "无法判定是各行分别的金额还是重复填写的总额，金额按不明处理。请合并为一行填写总额",
    ),
}


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

    source: the one that maps it; None where none or several do. finding: why the file is rejected, in Chinese; None
    where it is not. notes: Chinese remarks. attempt_no: 1 when a file is read for the first time.
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
        reason = f"文件名“{name}”不符合任何来源的命名。请按约定的文件名或文件夹重新报送。"
        if found:
            titles = "、".join(source.title for source in found)
            reason = f"文件名“{name}”同时符合多个来源（{titles}），无法判定。请只按其中一个来源命名后重新报送。"
        return Arrival(raw, None, reason, raw.notes)
    notes = list(raw.notes)
    listed = {*source.ignored_headings, *source.secrets, *REMARK_HEADINGS, SHEET_HEADING, *_accepted_headings(source)}
    if unread := [heading for heading in raw.headings if heading not in listed]:
        more = "等" if len(unread) > _MAX_HEADINGS_SHOWN else ""
        notes.append(f"有{len(unread)}列未读取（来源未列明）：{'、'.join(unread[:_MAX_HEADINGS_SHOWN])}{more}")
    return Arrival(raw, source, _missing_heading(raw, source), tuple(notes))


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


@dataclass(frozen=True)
class FileRecords:
    """The rows of an arrival read as `record` of its source.

    mapped: records, by the row_no of their first row. rows (row_no, record_row_no): which rows make which record.
    unread (PROBLEMS): cells of accepted rows that leave their field unknown.
    """

    arrival: Arrival
    source: Source
    record: RecordMapping
    mapped: MappedRows
    rows: pl.DataFrame
    unread: pl.DataFrame = field(default_factory=PROBLEMS.to_frame)

    @property
    def raw(self) -> RawFile:
        """The file as it was read."""
        return self.arrival.raw

    @property
    def headings(self) -> dict[str, str]:
        """By field, the heading under which this file has it."""
        return _headings(self.raw, self.source, self.record)


def read_records(arrival: Arrival, source: Source, record: RecordMapping, context: MappingContext) -> FileRecords:
    """The rows of `arrival` as records of one kind: mapped, with party class, joined, and checked."""
    raw, headings = arrival.raw, _headings(arrival.raw, source, record)
    mapped = map_rows(raw.frame, source, record, context)
    classed = with_party_class(mapped, context.common.sole_trader_codes, headings, record.kind == "decision")
    joined, rows = fold_rows(classed, record.fold, headings)
    checked = check_records(joined, record, raw.frame, headings, source.secrets)
    records = MappedRows(checked.frame, spread_problems(checked.problems, rows))
    return FileRecords(arrival, source, record, records, rows, mapped.unread)


def with_enterprises(records: FileRecords, register: EnterpriseRegister | None, context: MappingContext) -> FileRecords:
    """The valid records with `enterprise_id`: from `register`, or their own where they are rows of the register.

    Records of a kind that names no party have none.
    """
    valid = MappedRows(records.mapped.valid, records.mapped.problems)
    fields, headings = records.record.identify, records.headings
    if not KINDS[records.record.kind].names_party:
        nobody = valid.frame.with_columns(enterprise_id=pl.lit(None, dtype=TEXT))
        found = MappedRows(nobody, valid.problems)
    elif register is None:
        named = fields if fields.name in valid.frame.columns else fields.model_copy(update={"name": "name"})
        found = identify_register_rows(valid, named, headings)
    else:
        found = identify(valid, fields, register, context.common.nearest, headings)
    return replace(records, mapped=MappedRows(found.frame, spread_problems(found.problems, records.rows)))


def valid_records(records: FileRecords, context: MappingContext) -> pl.DataFrame:
    """The records without a problem: row_no, enterprise_id, the kind's columns, where they come from (source, file_id,
    file_name, received_at), and what orders their versions (version_by, stage, row_order, is_filling)."""
    record, valid = records.record, records.mapped.valid
    received_at = records.arrival.first_received_at or context.received_at
    stage = pl.lit(0, dtype=pl.Int64())  # how far a record has advanced, by its source's `advances`
    if record.advances is not None:
        order = [[codes] if isinstance(codes, str) else codes for codes in record.advances.order]
        ranks = {code: rank for rank, codes in enumerate(order) for code in codes}
        stage = pl.col(record.advances.by).replace_strict(ranks, default=0, return_dtype=pl.Int64())
    return valid.select(
        "row_no",
        "enterprise_id",
        *(column.name for column in KINDS[record.kind].columns),
        version_by=version_stamps(valid, record.version_by, context),
        stage=stage,
        row_order=pl.col("row_no") if record.rows == "versions" else pl.lit(0, dtype=pl.Int64()),
        is_filling=pl.lit(record.fills),
        source=pl.lit(records.source.source),
        file_id=pl.lit(records.raw.file_id),
        file_name=pl.lit(records.raw.file_name),
        received_at=pl.lit(received_at).cast(TABLES[record.kind].schema["received_at"]),
    )


def reconcile(records: FileRecords, combined: CombinedRows, conflicting: pl.DataFrame) -> FileRecords:
    """The file's records once they have been combined with each other and compared with those of other files.

    Rows of one record count as one; those that contradict each other become problems. conflicting: file_id, row_no,
    field, other_file, other_row_no of reports in other files that nobody can order.
    """
    is_own = pl.col("file_id") == records.raw.file_id
    merged, conflicts = combined.merged_rows.filter(is_own), combined.conflicts.filter(is_own)
    conflicting = conflicting.filter(is_own)
    unsure = _differing_cells(records, combined.unsure.filter(is_own), "unsure_amount", pl.col("others"))
    records = replace(records, unread=merge_problems([records.unread, unsure]))
    if merged.is_empty() and conflicts.is_empty() and conflicting.is_empty():
        return records
    first_rows = merged.select(pl.col("row_no").alias("record_row_no"), pl.col("record_row_no").alias("_first"))
    rows = records.rows.join(first_rows, on="record_row_no", how="left").select(
        pl.coalesce("_first", "record_row_no").alias("record_row_no"), "row_no"
    )
    within_file = pl.format("与{}是同一记录，“{}”不一致，无法判定以哪一行为准", "others", "heading")
    across_files = pl.format(
        "与“{}”第{}行是同一记录，同时收到、没有可比的最后修改时间，“{}”不一致，无法判定新旧",
        mask_person_numbers(pl.col("other_file")),
        "other_row_no",
        "heading",
    )
    problems = merge_problems(
        [
            records.mapped.problems,
            _differing_cells(records, conflicts, "rows_differ", within_file),
            _differing_cells(records, conflicting, "reports_differ", across_files),
        ]
    )
    mapped = MappedRows(records.mapped.frame, spread_problems(problems, rows))
    return replace(records, mapped=mapped, rows=rows.sort("row_no"))


def unclaimed_rows(
    arrival: Arrival, source: Source, read: list[FileRecords], context: MappingContext
) -> tuple[pl.DataFrame, pl.Series]:
    """Rows that no record of the source claims: those it does not ignore (PROBLEMS), and row_no of those it does.

    read: the arrival's rows as each record of its source.
    """
    if any(records.record.where is None for records in read):
        return PROBLEMS.to_frame(), pl.Series("row_no", dtype=pl.Int64)
    raw = arrival.raw
    claimed = pl.concat([records.rows.select("row_no") for records in read])
    left = raw.frame.join(claimed, on="row_no", how="anti", maintain_order="left")
    ignored = left.clear().select("row_no")
    if source.ignore_where:
        matching = matching_rows(raw.frame, source, source.ignore_where, context)
        ignored = left.select("row_no").join(matching, on="row_no", how="semi")
        left = left.join(ignored, on="row_no", how="anti", maintain_order="left")
    reason = "来源没有说明这样的行是哪一类记录"
    expected = "来源所列类别之一；确属新类别的，请通知信用办"
    check = Check("", pl.lit(True), "unclaimed", reason, expected, pl.lit(None, dtype=TEXT))
    return as_problems(left, check), ignored["row_no"]


def record_notes(records: FileRecords, context: MappingContext) -> list[str]:
    """Chinese remarks on cells of accepted rows that could not be read."""
    name, valid = records.record.version_by, records.mapped.valid
    heading = records.headings.get(name or "", "")
    stamps_note = unread_stamps_note(valid, name, version_stamps(valid, name, context), heading)
    notes = [stamps_note] if stamps_note else []
    quarantined = records.mapped.problems.select("row_no")
    unread = records.unread.join(quarantined, on="row_no", how="anti", maintain_order="left")
    by_cell = unread.sort("column", "code", "row_no").group_by("column", "code", maintain_order=True)
    for (column, code), cells in by_cell:
        what, consequence = _UNREAD_NOTES[str(code)]
        first = cells.row(0, named=True)
        example = f"如第{first['row_no']}行“{first['value']}”"
        notes.append(f"“{column}”有{cells.height}行{what}（{example}），这些行照收，{consequence}")
    return notes


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


def _headings(raw: RawFile, source: Source, record: RecordMapping) -> dict[str, str]:
    headings = frozenset(raw.headings)
    cells = {**source.inputs, **record.columns}
    return {name: accepted_heading(cell, headings) for name, cell in cells.items()}


def _differing_cells(records: FileRecords, rows: pl.DataFrame, code: str, reason: pl.Expr) -> pl.DataFrame:
    """Rows (row_no, field, and the columns of `reason`) as problems of their cells."""
    kind, found = KINDS[records.record.kind], [PROBLEMS.to_frame()]
    expected = "同一记录各行一致；分项的合并为一行填写总额；属于更正的，填写最后修改时间"
    for (field_name,), some in rows.sort("field", "row_no").group_by("field", maintain_order=True):
        name = records.record.identify.uscc if field_name == "enterprise_id" else str(field_name)
        heading = records.headings.get(name) or kind.column(str(field_name)).label
        texts = cell_texts(records.raw.frame, heading, records.source.secrets)
        cells = some.join(texts, on="row_no", how="left").with_columns(heading=pl.lit(heading))
        problems = as_problems(cells, Check(heading, pl.lit(True), code, "", expected, pl.col("cell")))
        found.append(problems.with_columns(reason=cells.select(reason).to_series()))
    return merge_problems(found)
