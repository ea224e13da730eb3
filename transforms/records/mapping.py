"""Rows of text become records of a kind, as the source's YAML says; whole columns, never row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl

from transforms.policy_model.source import RecordMapping, Source, SourceDefaults
from transforms.policy_model.source_loader import DERIVED_COLUMNS, condition_fields
from transforms.records import uscc
from transforms.records.fields import SourceField, evaluate_field, field_expressions, raw_column
from transforms.records.problems import PROBLEMS, UNREAD_CODES, Check, as_problems, find_problems, merge_problems
from transforms.records.text import document_key, keyed_hashes, mask_number, normalise_name
from transforms.schemas import KINDS
from transforms.schemas.base import TEXT
from transforms.schemas.vocabularies import PARTY_CLASSES, SIGNED_STEPS

_DERIVE = {"decision_key": document_key, "name_key": normalise_name}


@dataclass(frozen=True)
class MappingContext:
    """What a mapping needs beside the source: the common rules, the instant of receipt, the secret of the keyed hash.

    received_at: with the office's zone, in which days and times without a zone are meant.
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
        """The name of the office's zone (IANA)."""
        return str(self.received_at.tzinfo)


@dataclass(frozen=True)
class MappedRows:
    """Rows read as one kind: `frame` has row_no, the kind's columns and the used inputs, faulty rows included;
    `problems` (PROBLEMS) names the faulty ones, `unread` the cells of others that leave their field unknown."""

    frame: pl.DataFrame
    problems: pl.DataFrame
    unread: pl.DataFrame = field(default_factory=PROBLEMS.to_frame)

    @property
    def good(self) -> pl.DataFrame:
        """The rows without a fault."""
        if self.problems.is_empty():
            return self.frame
        return self.frame.join(self.problems.select("row_no"), on="row_no", how="anti", maintain_order="left")


def map_rows(raw: pl.DataFrame, source: Source, record: RecordMapping, terms: MappingContext) -> MappedRows:
    """`raw` (text columns by heading, and row_no) read as `record`. Rows for which `where` is not true are left out."""
    headings = frozenset(raw.columns)
    inputs = [SourceField(name, source.inputs[name], None, headings) for name in used_inputs(source, record)]
    kind = KINDS[record.kind]
    columns = [
        SourceField(name, cell, kind.column(name), headings, name == kind.expires_on)
        for name, cell in record.columns.items()
    ]
    chosen, found = _chosen(_read(_raw_frame(raw), inputs, terms), record)
    whole, more = _read(chosen, columns, terms)
    derived = whole.with_columns(_DERIVE[name](pl.col(of)).alias(name) for name, of in _derived(record))
    kept = ["row_no", *(column.name for column in KINDS[record.kind].columns), *(each.name for each in inputs)]
    frame = derived.with_columns(_empty_columns(record, derived)).select(list(dict.fromkeys(kept)))
    every = merge_problems([found, more, _code_problems(frame, columns)])
    is_kept = pl.col("code").is_in(UNREAD_CODES)
    return MappedRows(frame, every.filter(~is_kept), every.filter(is_kept))


def matching_rows(raw: pl.DataFrame, source: Source, where: str, terms: MappingContext) -> pl.DataFrame:
    """The rows of `raw` (row_no) for which `where`, over the inputs of `source`, is true."""
    headings = frozenset(raw.columns)
    fields = [SourceField(name, source.inputs[name], None, headings) for name in sorted(condition_fields(where))]
    frame, _ = _read(_raw_frame(raw), fields, terms)
    return frame.filter(pl.sql_expr(where)).select("row_no")


def used_inputs(source: Source, record: RecordMapping) -> list[str]:
    """The inputs of `source` that `record` needs, in the order of the source."""
    given, fold = record.identify, record.fold
    used = {given.uscc, given.name, given.number, given.licence_no, given.registration_no, record.version_by}
    used |= condition_fields(record.where) if record.where else set()
    used |= {name for rule in record.refuse_where for name in {rule.column, *condition_fields(rule.when)}}
    used |= {part for cell in record.columns.values() for part in cell.parts}
    if fold:
        totals = fold.columns.values()
        used |= {*fold.by, *(name for total in totals for name in (total.sum, total.min, total.max))}
        used |= {name for total in totals if total.count for name in condition_fields(total.count)}
    return [name for name in source.inputs if name in used]


def _raw_frame(raw: pl.DataFrame) -> pl.DataFrame:
    return raw.rename({heading: raw_column(heading) for heading in raw.columns if heading != "row_no"})


def _read(
    frame: pl.DataFrame, fields: Sequence[SourceField], terms: MappingContext
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The frame with the fields' values, and the problems of their cells."""
    values: list[pl.Expr | pl.Series] = []
    found = []
    for each in fields:
        reading = field_expressions(each, terms.common, terms.received_on, terms.zone)
        if not each.found:  # a constant, a template or nothing: there is no cell
            values.append(reading.value.alias(reading.name))
            continue
        value, problems = evaluate_field(frame, reading, [raw_column(heading) for heading in each.found])
        values.append(value)
        found.append(problems)
    read = frame.with_columns(values)
    secret = [each.name for each in fields if each.cell.secret == "hash"]
    return read.with_columns(keyed_hashes(read[name], terms.identity_key) for name in secret), merge_problems(found)


def _chosen(read: tuple[pl.DataFrame, pl.DataFrame], record: RecordMapping) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows for which `where` is true, and those whose inputs are faulty: whether it is true of them is not known."""
    frame, found = read
    if record.where is None:
        return frame, found
    is_faulty = pl.col("row_no").is_in(found["row_no"].implode())
    chosen = frame.filter(pl.sql_expr(record.where).fill_null(False) | is_faulty)
    return chosen, found


def _derived(record: RecordMapping) -> list[tuple[str, str]]:
    columns = {column.name for column in KINDS[record.kind].columns}
    return [(name, of) for name, of in DERIVED_COLUMNS.items() if name in columns and name not in record.columns]


def _empty_columns(record: RecordMapping, frame: pl.DataFrame) -> list[pl.Expr]:
    missing = [column for column in KINDS[record.kind].columns if column.name not in frame.columns]
    return [pl.lit(None, dtype=column.dtype).alias(column.name) for column in missing]


def _code_problems(frame: pl.DataFrame, fields: Sequence[SourceField]) -> pl.DataFrame:
    """Credit codes with a wrong check character; which one is said."""
    headings = [each.heading for each in fields if each.name == "uscc"]
    if not headings:
        return PROBLEMS.to_frame()
    faults = uscc.find_faults(frame["uscc"])
    expected = "18位统一社会信用代码，与登记一致"
    return find_problems(
        frame,
        (
            Check(headings[0], pl.col("uscc").is_in(wrong), key, reason, expected, pl.col("uscc"))
            for key, reason in uscc.FAULT_REASONS.items()
            if (wrong := [code for code, why in faults.items() if why == key])
        ),
    )


def with_party_class(
    mapped: MappedRows, sole_trader_codes: str, headings: Mapping[str, str], is_firms_code: bool = False
) -> MappedRows:
    """The class filled in where the row leaves it empty; a class that its code contradicts is a problem.

    is_firms_code: beside a natural person the code of their firm may stand, as in the register of decisions.
    """
    frame = mapped.frame
    if "party_class" not in frame.columns:
        return mapped
    is_sole = pl.col("uscc").str.starts_with(sole_trader_codes)
    has_code = pl.col("uscc").is_not_null()
    known = pl.when(is_sole).then(pl.lit("sole_trader")).when(has_code).then(pl.lit("organisation"))
    derived = known.when(_is_person(frame)).then(pl.lit("person"))
    stated = pl.col("party_class")
    is_other = (stated == "person") & pl.lit(not is_firms_code)
    wrong = has_code & (is_other | ((stated == "organisation") & is_sole))
    label = "、".join(PARTY_CLASSES.values())
    reason = f"类别与统一社会信用代码不符（{sole_trader_codes}开头为个体工商户，自然人没有统一社会信用代码）"
    words = stated.replace_strict(dict(PARTY_CLASSES), default=None, return_dtype=pl.String())
    check = Check(headings.get("party_class", ""), wrong, "class_conflict", reason, f"与代码一致的类别：{label}", words)
    filled = frame.with_columns(pl.coalesce(stated, derived).alias("party_class"))
    return MappedRows(filled, merge_problems([mapped.problems, find_problems(frame, [check])]))


def _is_person(frame: pl.DataFrame) -> pl.Expr:
    return pl.col("person_hash").is_not_null() if "person_hash" in frame.columns else pl.lit(False)


@dataclass(frozen=True)
class _Rule:
    fails: pl.Expr
    field: str
    code: str
    reason: str
    expected: str


def check_records(
    mapped: MappedRows, record: RecordMapping, raw: pl.DataFrame, headings: Mapping[str, str], secrets: frozenset[str]
) -> MappedRows:
    """`mapped` (folded) with a problem for each record that a rule of `record` refuses, or that lacks a required field.

    A cell that has a problem already gains none. raw: the file's text by heading, and row_no; headings: field to
    heading; secrets: headings whose text is masked.
    """
    rules = [*_unfilled(record), *_refusals(record), *_signed_steps(record)]
    flags = mapped.frame.select(rule.fails.fill_null(False).alias(str(i)) for i, rule in enumerate(rules))
    found = [mapped.problems]
    for i, rule in enumerate(rules):
        if flags[str(i)].any():
            heading = headings.get(rule.field, "")
            rows = mapped.frame.filter(flags[str(i)]).select("row_no")
            told = mapped.problems.filter(pl.col("column") == heading)
            rows = rows.join(told, on="row_no", how="anti").join(
                cell_texts(raw, heading, secrets), on="row_no", how="left"
            )
            value = pl.col("cell")
            found.append(as_problems(rows, Check(heading, pl.lit(True), rule.code, rule.reason, rule.expected, value)))
    return MappedRows(mapped.frame, merge_problems(found))


def _unfilled(record: RecordMapping) -> Iterator[_Rule]:
    """Required columns of the kind: a total over no values or a template of empty parts leaves one empty."""
    for column in KINDS[record.kind].columns:
        if column.required:
            field, label = DERIVED_COLUMNS.get(column.name, column.name), column.label
            yield _Rule(pl.col(column.name).is_null(), field, "missing", f"缺少{label}", f"填写{label}")


def _refusals(record: RecordMapping) -> Iterator[_Rule]:
    for rule in record.refuse_where:
        yield _Rule(pl.sql_expr(rule.when), rule.column, "refused", rule.reason, rule.expected)


def _signed_steps(record: RecordMapping) -> Iterator[_Rule]:
    """Steps that people sign, whatever words a source has for them."""
    if any(column.name == "decision_type" for column in KINDS[record.kind].columns):
        for step, (reason, expected) in SIGNED_STEPS.items():
            yield _Rule(pl.col("decision_type") == step, "decision_type", "refused", reason, expected)


def cell_texts(raw: pl.DataFrame, heading: str, secrets: frozenset[str]) -> pl.DataFrame:
    """row_no and the text of the cell as it was received."""
    text = pl.col(heading) if heading in raw.columns else pl.lit(None, dtype=TEXT)
    return raw.select("row_no", cell=mask_number(text) if heading in secrets else text)
