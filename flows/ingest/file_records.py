"""The rows of one file read as one kind: mapped, folded, checked, and tied to enterprises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

import polars as pl

from flows.ingest.reading.raw_file import RawFile
from transforms.person_numbers import mask_person_numbers
from transforms.policy_model.source import RecordMapping, Source
from transforms.records.combining import CombinedRows, fold_rows, spread_problems
from transforms.records.fields import accepted_heading
from transforms.records.identity import EnterpriseRegister, identify, identify_register_rows
from transforms.records.mapping import (
    MappedRows,
    MappingContext,
    cell_texts,
    check_records,
    map_rows,
    matching_rows,
    with_party_class,
)
from transforms.records.problems import PROBLEMS, Check, as_problems, merge_problems
from transforms.records.versions import unread_stamps_note, version_stamps
from transforms.schemas import KINDS
from transforms.schemas.base import TEXT


@dataclass(frozen=True)
class FileRecords:
    """Rows of `raw` read as `record`. rows: record_row_no, row_no: which rows made which record. unread: see `Mapped`.

    attempt_no, came_at: of rows that are tried again, how often their file was read, and when it first came.
    """

    raw: RawFile
    source: Source
    record: RecordMapping
    mapped: MappedRows
    rows: pl.DataFrame
    unread: pl.DataFrame = field(default_factory=PROBLEMS.to_frame)
    attempt_no: int = 1
    came_at: datetime | None = None

    @property
    def headings(self) -> dict[str, str]:
        """Field to the heading under which this file has it."""
        cells = {**self.source.inputs, **self.record.columns}
        return {name: accepted_heading(cell, frozenset(self.raw.headings)) for name, cell in cells.items()}


def read_records(raw: RawFile, source: Source, record: RecordMapping, terms: MappingContext) -> FileRecords:
    """Mapped, its parties classed, folded, and what its records refuse turned away."""
    mapped = map_rows(raw.frame, source, record, terms)
    part = FileRecords(raw, source, record, mapped, pl.DataFrame())
    classed = with_party_class(mapped, terms.common.sole_trader_codes, part.headings, record.kind == "decision")
    folded, rows = fold_rows(classed, record.fold, part.headings)
    whole = check_records(folded, record, raw.frame, part.headings, source.secrets)
    return replace(
        part, mapped=MappedRows(whole.frame, spread_problems(whole.problems, rows)), rows=rows, unread=mapped.unread
    )


def with_enterprises(part: FileRecords, register: EnterpriseRegister | None, terms: MappingContext) -> FileRecords:
    """The part with `enterprise_id` on every sound record: by `register`, or, for a register itself, its own."""
    good = MappedRows(part.mapped.good, part.mapped.problems)
    given, headings = part.record.identify, part.headings
    if register is None:
        own = given if given.name in good.frame.columns else given.model_copy(update={"name": "name"})
        found = identify_register_rows(good, own, headings)
    else:
        found = identify(good, given, register, terms.common.nearest, headings)
    return replace(part, mapped=MappedRows(found.frame, spread_problems(found.problems, part.rows)))


def record_notes(part: FileRecords, terms: MappingContext) -> list[str]:
    """What people are told of the part's sound rows, which are kept all the same."""
    name, good = part.record.version_by, part.mapped.good
    note = unread_stamps_note(good, name, version_stamps(good, name, terms), part.headings.get(name or "", ""))
    away = part.mapped.problems.select("row_no")
    unread = part.unread.join(away, on="row_no", how="anti", maintain_order="left")
    return [*([note] if note else []), *_unread_notes(unread)]


_UNREAD = {
    "unread_amount": ("不能识别为金额", "金额按不明处理，不计分也不当作零。应为数字，或写明单位，如50万元"),
    "unread_day": ("不能识别为日期", "该日期按未载明处理。应为日期，如2025-03-01"),
    "unsure_amount": (
        "与同一记录的另一行各有金额",
        "无法判定是各行分别的金额还是重复填写的总额，金额按不明处理。请合并为一行填写总额",
    ),
}


def _unread_notes(unread: pl.DataFrame) -> Iterator[str]:
    """What is told of cells (PROBLEMS) that leave a field of a kept row unknown."""
    for (column, code), cells in unread.sort("column", "code", "row_no").group_by(
        "column", "code", maintain_order=True
    ):
        why, meaning = _UNREAD[str(code)]
        first = cells.row(0, named=True)
        yield (f"“{column}”有{cells.height}行{why}（如第{first['row_no']}行“{first['value']}”），这些行照收，{meaning}")


def valid_records(part: FileRecords, terms: MappingContext) -> pl.DataFrame:
    """Records to be kept: the kind's columns, where they come from, and what orders their versions."""
    good = part.mapped.good
    return good.select(
        "row_no",
        "enterprise_id",
        *(column.name for column in KINDS[part.record.kind].columns),
        version_by=version_stamps(good, part.record.version_by, terms),
        stage=_stage(part.record),
        row_order=pl.col("row_no") if part.record.rows == "versions" else pl.lit(0, dtype=pl.Int64()),
        is_filling=pl.lit(part.record.fills),
        source=pl.lit(part.source.source),
        file_id=pl.lit(part.raw.file_id),
        file_name=pl.lit(part.raw.file_name),
    )


def reconcile(part: FileRecords, together: CombinedRows, rivals: pl.DataFrame) -> FileRecords:
    """The part once its rows have met each other and those of other files: rows of one record count as one, and those
    that contradict each other are turned away. rivals: file_id, row_no, field, other_file, other_row_no."""
    own = pl.col("file_id") == part.raw.file_id
    moves, conflicts, rivals = together.moves.filter(own), together.conflicts.filter(own), rivals.filter(own)
    unsure = _differing(part, together.unsure.filter(own), "unsure_amount", pl.col("others"))
    part = replace(part, unread=merge_problems([part.unread, unsure]))
    if moves.is_empty() and conflicts.is_empty() and rivals.is_empty():
        return part
    moved = moves.select(pl.col("row_no").alias("record_row_no"), pl.col("record_row_no").alias("_first"))
    rows = part.rows.join(moved, on="record_row_no", how="left").select(
        pl.coalesce("_first", "record_row_no").alias("record_row_no"), "row_no"
    )
    within = pl.format("与{}是同一记录，“{}”不一致，无法判定以哪一行为准", "others", "heading")
    across = pl.format(
        "与“{}”第{}行是同一记录，同时收到、没有可比的最后修改时间，“{}”不一致，无法判定新旧",
        mask_person_numbers(pl.col("other_file")),
        "other_row_no",
        "heading",
    )
    found = [part.mapped.problems, _differing(part, conflicts, "rows_differ", within)]
    found.append(_differing(part, rivals, "reports_differ", across))
    return replace(
        part,
        mapped=MappedRows(part.mapped.frame, spread_problems(merge_problems(found), rows)),
        rows=rows.sort("row_no"),
    )


def _differing(part: FileRecords, rows: pl.DataFrame, code: str, reason: pl.Expr) -> pl.DataFrame:
    """Rows (row_no, field, what `reason` names) as problems of their cells."""
    kind, found = KINDS[part.record.kind], [PROBLEMS.to_frame()]
    expected = "同一记录各行一致；分项的合并为一行填写总额；属于更正的，填写最后修改时间"
    for (field_name,), some in rows.sort("field", "row_no").group_by("field", maintain_order=True):
        name = part.record.identify.uscc if field_name == "enterprise_id" else str(field_name)
        heading = part.headings.get(name) or kind.column(str(field_name)).label
        told = some.join(cell_texts(part.raw.frame, heading, part.source.secrets), on="row_no", how="left")
        told = told.with_columns(heading=pl.lit(heading))
        problems = as_problems(told, Check(heading, pl.lit(True), code, "", expected, pl.col("cell")))
        found.append(problems.with_columns(reason=told.select(reason).to_series()))
    return merge_problems(found)


def _stage(record: RecordMapping) -> pl.Expr:
    """How far a record has gone, by its source's `advances`; 0 where it does not say."""
    if record.advances is None:
        return pl.lit(0, dtype=pl.Int64())
    order = [[codes] if isinstance(codes, str) else codes for codes in record.advances.order]
    ranks = {code: rank for rank, codes in enumerate(order) for code in codes}
    return pl.col(record.advances.by).replace_strict(ranks, default=0, return_dtype=pl.Int64())


def unclaimed_rows(
    raw: RawFile, source: Source, parts: list[FileRecords], terms: MappingContext
) -> tuple[pl.DataFrame, pl.Series]:
    """Rows that no record reads: those that the source does not ignore (PROBLEMS), and row_no of those it does."""
    if any(part.record.where is None for part in parts):
        return PROBLEMS.to_frame(), pl.Series("row_no", dtype=pl.Int64)
    taken = [part.rows.select("row_no") for part in parts]
    left = raw.frame.join(pl.concat(taken), on="row_no", how="anti", maintain_order="left")
    ignored = left.clear().select("row_no")
    if source.ignore_where:
        ignored = left.select("row_no").join(
            matching_rows(raw.frame, source, source.ignore_where, terms), on="row_no", how="semi"
        )
        left = left.join(ignored, on="row_no", how="anti", maintain_order="left")
    nothing = pl.lit(None, dtype=TEXT)
    reason = "来源没有说明这样的行是哪一类记录"
    check = Check("", pl.lit(True), "unclaimed", reason, "来源所列类别之一；确属新类别的，请通知信用办", nothing)
    return as_problems(left, check), ignored["row_no"]
