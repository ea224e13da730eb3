"""Rows of text become records of a kind, as the source's YAML says; whole columns, never row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl

from transforms.policy_model.conditions import condition_fields
from transforms.policy_model.source import DERIVED_COLUMNS, RecordMapping, Source, SourceDefaults
from transforms.records import uscc
from transforms.records.fields import SourceField, evaluate_field, field_expressions, raw_column
from transforms.records.personal_data import keyed_hashes, mask_number
from transforms.records.problems import (
    PROBLEMS,
    UNREAD_CODES,
    Check,
    as_problems,
    find_problems,
    merge_problems,
)
from transforms.records.text import document_key, normalise_name
from transforms.schemas import KINDS
from transforms.schemas.base import TEXT
from transforms.schemas.vocabularies import PARTY_CLASSES, SIGNED_STEPS

_DERIVED_BY = {"decision_key": document_key, "name_key": normalise_name}


@dataclass(frozen=True)
class MappingContext:
    """What mapping needs beside the source: the rules common to all sources, when the rows were received, and the
    secret of the keyed hash.

    received_at: in the office's zone, in which days and times without a zone are meant.
    """

    common: SourceDefaults
    received_at: datetime
    identity_key: bytes

    @property
    def received_on(self) -> date:
        """The day of receipt."""
        return self.received_at.date()

    @property
    def zone(self) -> str:
        """The office's zone (IANA)."""
        return str(self.received_at.tzinfo)


@dataclass(frozen=True)
class MappedRows:
    """Rows read as one kind: `frame` has row_no, the kind's columns and the used inputs, of faulty rows too.

    problems (PROBLEMS): of the faulty rows. unread (PROBLEMS): cells of valid rows that leave their field unknown.
    """

    frame: pl.DataFrame
    problems: pl.DataFrame
    unread: pl.DataFrame = field(default_factory=PROBLEMS.to_frame)

    @property
    def valid(self) -> pl.DataFrame:
        """The rows without a problem."""
        if self.problems.is_empty():
            return self.frame
        return self.frame.join(self.problems.select("row_no"), on="row_no", how="anti", maintain_order="left")


def map_rows(raw: pl.DataFrame, source: Source, record: RecordMapping, context: MappingContext) -> MappedRows:
    """`raw` (row_no, and text columns by heading) read as `record`. Rows that do not meet its `where` are left out."""
    headings = frozenset(raw.columns)
    kind = KINDS[record.kind]
    inputs = [SourceField(name, source.inputs[name], None, headings) for name in used_inputs(source, record)]
    columns = [
        SourceField(name, cell, kind.column(name), headings, is_expiry=name == kind.expires_on)
        for name, cell in record.columns.items()
    ]
    frame, input_problems = _read_fields(_with_raw_columns(raw), inputs, context)
    if record.where is not None:
        # Of a row with a faulty input it is not known whether `where` is true: it is quarantined.
        is_faulty = pl.col("row_no").is_in(input_problems["row_no"].implode())
        frame = frame.filter(pl.sql_expr(record.where).fill_null(False) | is_faulty)
    frame, column_problems = _read_fields(frame, columns, context)
    kind_names = [column.name for column in kind.columns]
    frame = frame.with_columns(
        _DERIVED_BY[name](pl.col(origin)).alias(name)
        for name, origin in DERIVED_COLUMNS.items()
        if name in kind_names and name not in record.columns
    )
    frame = frame.with_columns(
        pl.lit(None, dtype=column.dtype).alias(column.name)
        for column in kind.columns
        if column.name not in frame.columns
    )
    frame = frame.select(list(dict.fromkeys(["row_no", *kind_names, *(each.name for each in inputs)])))
    problems = merge_problems([input_problems, column_problems, _code_problems(frame, columns)])
    is_unread = pl.col("code").is_in(UNREAD_CODES)
    return MappedRows(frame, problems.filter(~is_unread), problems.filter(is_unread))


def matching_rows(raw: pl.DataFrame, source: Source, where: str, context: MappingContext) -> pl.DataFrame:
    """The row_no of the rows of `raw` that meet `where`, a condition over the inputs of `source`."""
    headings = frozenset(raw.columns)
    fields = [SourceField(name, source.inputs[name], None, headings) for name in sorted(condition_fields(where))]
    frame, _ = _read_fields(_with_raw_columns(raw), fields, context)
    return frame.filter(pl.sql_expr(where)).select("row_no")


def used_inputs(source: Source, record: RecordMapping) -> list[str]:
    """The inputs of `source` that `record` needs, in the order of the source."""
    identity, fold = record.identify, record.fold
    used = {identity.uscc, identity.name, identity.number, identity.licence_no, identity.registration_no}
    used.add(record.version_by)
    used |= condition_fields(record.where) if record.where else set()
    used |= {name for rule in record.refuse_where for name in {rule.column, *condition_fields(rule.when)}}
    used |= {part for cell in record.columns.values() for part in cell.parts}
    if fold:
        totals = fold.columns.values()
        used |= {*fold.by, *(name for total in totals for name in (total.sum, total.min, total.max))}
        used |= {name for total in totals if total.count for name in condition_fields(total.count)}
    return [name for name in source.inputs if name in used]


def _with_raw_columns(raw: pl.DataFrame) -> pl.DataFrame:
    return raw.rename({heading: raw_column(heading) for heading in raw.columns if heading != "row_no"})


def _read_fields(
    frame: pl.DataFrame, fields: Sequence[SourceField], context: MappingContext
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`frame` with the values of `fields`, and the problems of their cells."""
    values: list[pl.Expr | pl.Series] = []
    problems = []
    for each in fields:
        expressions = field_expressions(each, context.common, context.received_on, context.zone)
        if not each.raw_cells:  # a constant, a template or nothing
            values.append(expressions.value.alias(expressions.name))
            continue
        columns = [raw_column(heading) for heading in each.cell.from_ if heading in each.headings]
        value, found = evaluate_field(frame, expressions, columns)
        values.append(value)
        problems.append(found)
    read = frame.with_columns(values)
    hashed = [each.name for each in fields if each.cell.secret == "hash"]
    return read.with_columns(keyed_hashes(read[name], context.identity_key) for name in hashed), merge_problems(
        problems
    )


def _code_problems(frame: pl.DataFrame, fields: Sequence[SourceField]) -> pl.DataFrame:
    """Credit codes with a wrong check character; the reason says which."""
    headings = [each.heading for each in fields if each.name == "uscc"]
    if not headings:
        return PROBLEMS.to_frame()
    faults = uscc.find_faults(frame["uscc"])
    expected = "18位统一社会信用代码，与登记一致"
    return find_problems(
        frame,
        (
            Check(headings[0], pl.col("uscc").is_in(codes), fault, reason, expected, pl.col("uscc"))
            for fault, reason in uscc.FAULT_REASONS.items()
            if (codes := [code for code, found in faults.items() if found == fault])
        ),
    )


def with_party_class(
    mapped: MappedRows, sole_trader_codes: str, headings: Mapping[str, str], may_have_firms_code: bool = False
) -> MappedRows:
    """`mapped` with `party_class` where the row leaves it empty; a class that its credit code contradicts is a problem.

    Classes are organisation (法人), sole trader (个体工商户) and natural person (自然人).
    may_have_firms_code: a natural person may have the code of their firm, as in the office's log of decisions.
    headings: field to heading.
    """
    frame = mapped.frame
    if "party_class" not in frame.columns:
        return mapped
    is_sole_trader = pl.col("uscc").str.starts_with(sole_trader_codes)
    has_code = pl.col("uscc").is_not_null()
    has_person = pl.col("person_hash").is_not_null() if "person_hash" in frame.columns else pl.lit(False)
    by_code = pl.when(is_sole_trader).then(pl.lit("sole_trader")).when(has_code).then(pl.lit("organisation"))
    derived = by_code.when(has_person).then(pl.lit("person"))
    stated = pl.col("party_class")
    is_person_with_code = (stated == "person") & pl.lit(not may_have_firms_code)
    is_wrong = has_code & (is_person_with_code | ((stated == "organisation") & is_sole_trader))
    reason = f"类别与统一社会信用代码不符（{sole_trader_codes}开头为个体工商户，自然人没有统一社会信用代码）"
    expected = f"与代码一致的类别：{'、'.join(PARTY_CLASSES.values())}"
    words = stated.replace_strict(dict(PARTY_CLASSES), default=None, return_dtype=pl.String())
    check = Check(headings.get("party_class", ""), is_wrong, "class_conflict", reason, expected, words)
    filled = frame.with_columns(pl.coalesce(stated, derived).alias("party_class"))
    return MappedRows(filled, merge_problems([mapped.problems, find_problems(frame, [check])]))


@dataclass(frozen=True)
class _RecordRule:
    fails: pl.Expr
    field: str
    code: str
    reason: str
    expected: str


def check_records(
    mapped: MappedRows, record: RecordMapping, raw: pl.DataFrame, headings: Mapping[str, str], secrets: frozenset[str]
) -> MappedRows:
    """`mapped` (folded) with a problem for each record that a rule of `record` refuses, or that lacks a required field.

    What the gate would stop a run for is so returned to its sender. A cell that already has a problem gets no second
    one. raw: the file's text by heading, and row_no; headings: field to heading; secrets: headings to be masked.
    """
    rules = list(_record_rules(record))
    flags = mapped.frame.select(rule.fails.fill_null(False).alias(str(i)) for i, rule in enumerate(rules))
    problems = [mapped.problems]
    for i, rule in enumerate(rules):
        if flags[str(i)].any():
            heading = headings.get(rule.field, "")
            known = mapped.problems.filter(pl.col("column") == heading)
            rows = mapped.frame.filter(flags[str(i)]).select("row_no").join(known, on="row_no", how="anti")
            rows = rows.join(cell_texts(raw, heading, secrets), on="row_no", how="left")
            check = Check(heading, pl.lit(True), rule.code, rule.reason, rule.expected, pl.col("cell"))
            problems.append(as_problems(rows, check))
    return MappedRows(mapped.frame, merge_problems(problems))


def _record_rules(record: RecordMapping) -> Iterator[_RecordRule]:
    columns = KINDS[record.kind].columns
    for column in columns:
        if column.required:  # a total over no values, or a template of empty parts, leaves one empty
            origin, label = DERIVED_COLUMNS.get(column.name, column.name), column.label
            yield _RecordRule(pl.col(column.name).is_null(), origin, "missing", f"缺少{label}", f"填写{label}")
    for rule in record.refuse_where:
        yield _RecordRule(pl.sql_expr(rule.when), rule.column, "refused", rule.reason, rule.expected)
    if any(column.name == "decision_type" for column in columns):
        # Steps that people sign, whatever words a source has for them.
        for step, (reason, expected) in SIGNED_STEPS.items():
            yield _RecordRule(pl.col("decision_type") == step, "decision_type", "refused", reason, expected)


def cell_texts(raw: pl.DataFrame, heading: str, secrets: frozenset[str]) -> pl.DataFrame:
    """row_no, and `cell`: the text under `heading` as it was received, masked where it is secret."""
    text = pl.col(heading) if heading in raw.columns else pl.lit(None, dtype=TEXT)
    return raw.select("row_no", cell=mask_number(text) if heading in secrets else text)
