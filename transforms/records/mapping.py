"""Rows of text to records of a kind, by the source's own YAML. Works on whole columns; a row is never looped over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl

from transforms.policy.source import Common, Record, Source
from transforms.policy.source_check import DERIVED, fields_of
from transforms.records import uscc
from transforms.records.cells import Field, raw_name, read_field
from transforms.records.once import read_once
from transforms.records.problems import KEPT, PROBLEMS, Check, failures, merged
from transforms.records.text import document_key, keyed_hashes, normalise_name
from transforms.tables import KINDS

_DERIVE = {"decision_key": document_key, "name_key": normalise_name}


@dataclass(frozen=True)
class Terms:
    """What a mapping needs beside the source: the common rules, the instant of receipt, the secret of the keyed hash.

    received_at: with the office's zone, in which days and times without a zone are meant.
    """

    common: Common
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
class Mapped:
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


def map_rows(raw: pl.DataFrame, source: Source, record: Record, terms: Terms) -> Mapped:
    """`raw` (text columns by heading, and row_no) read as `record`. Rows for which `where` is not true are left out."""
    headings = frozenset(raw.columns)
    inputs = [Field(name, source.inputs[name], None, headings) for name in used_inputs(source, record)]
    kind = KINDS[record.kind]
    columns = [
        Field(name, cell, kind.column(name), headings, name == kind.expires_on) for name, cell in record.columns.items()
    ]
    chosen, found = _chosen(_read(_raw_frame(raw), inputs, terms), record)
    whole, more = _read(chosen, columns, terms)
    derived = whole.with_columns(_DERIVE[name](pl.col(of)).alias(name) for name, of in _derived(record))
    kept = ["row_no", *(column.name for column in KINDS[record.kind].columns), *(each.name for each in inputs)]
    frame = derived.with_columns(_empty_columns(record, derived)).select(list(dict.fromkeys(kept)))
    every = merged([found, more, _code_problems(frame, columns)])
    is_kept = pl.col("code").is_in(KEPT)
    return Mapped(frame, every.filter(~is_kept), every.filter(is_kept))


def rows_where(raw: pl.DataFrame, source: Source, where: str, terms: Terms) -> pl.DataFrame:
    """The rows of `raw` (row_no) for which `where`, over the inputs of `source`, is true."""
    headings = frozenset(raw.columns)
    fields = [Field(name, source.inputs[name], None, headings) for name in sorted(fields_of(where))]
    frame, _ = _read(_raw_frame(raw), fields, terms)
    return frame.filter(pl.sql_expr(where)).select("row_no")


def used_inputs(source: Source, record: Record) -> list[str]:
    """The inputs of `source` that `record` needs, in the order of the source."""
    given, fold = record.identify, record.fold
    used = {given.uscc, given.name, given.number, given.licence_no, given.registration_no, record.version_by}
    used |= fields_of(record.where) if record.where else set()
    used |= {name for rule in record.refuse_where for name in {rule.column, *fields_of(rule.when)}}
    used |= {part for cell in record.columns.values() for part in cell.parts}
    if fold:
        totals = fold.columns.values()
        used |= {*fold.by, *(name for total in totals for name in (total.sum, total.min, total.max))}
        used |= {name for total in totals if total.count for name in fields_of(total.count)}
    return [name for name in source.inputs if name in used]


def _raw_frame(raw: pl.DataFrame) -> pl.DataFrame:
    return raw.rename({heading: raw_name(heading) for heading in raw.columns if heading != "row_no"})


def _read(frame: pl.DataFrame, fields: Sequence[Field], terms: Terms) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The frame with the fields' values, and the problems of their cells."""
    values: list[pl.Expr | pl.Series] = []
    found = []
    for each in fields:
        reading = read_field(each, terms.common, terms.received_on, terms.zone)
        if not each.found:  # a constant, a template or nothing: there is no cell
            values.append(reading.value.alias(reading.name))
            continue
        value, problems = read_once(frame, reading, [raw_name(heading) for heading in each.found])
        values.append(value)
        found.append(problems)
    read = frame.with_columns(values)
    secret = [each.name for each in fields if each.cell.secret == "hash"]
    return read.with_columns(keyed_hashes(read[name], terms.identity_key) for name in secret), merged(found)


def _chosen(read: tuple[pl.DataFrame, pl.DataFrame], record: Record) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows for which `where` is true, and those whose inputs are faulty: whether it is true of them is not known."""
    frame, found = read
    if record.where is None:
        return frame, found
    is_faulty = pl.col("row_no").is_in(found["row_no"].implode())
    chosen = frame.filter(pl.sql_expr(record.where).fill_null(False) | is_faulty)
    return chosen, found


def _derived(record: Record) -> list[tuple[str, str]]:
    columns = {column.name for column in KINDS[record.kind].columns}
    return [(name, of) for name, of in DERIVED.items() if name in columns and name not in record.columns]


def _empty_columns(record: Record, frame: pl.DataFrame) -> list[pl.Expr]:
    missing = [column for column in KINDS[record.kind].columns if column.name not in frame.columns]
    return [pl.lit(None, dtype=column.dtype).alias(column.name) for column in missing]


def _code_problems(frame: pl.DataFrame, fields: Sequence[Field]) -> pl.DataFrame:
    """Credit codes with a wrong check character; which one is said."""
    headings = [each.heading for each in fields if each.name == "uscc"]
    if not headings:
        return PROBLEMS.to_frame()
    faults = uscc.faults(frame["uscc"])
    expected = "18位统一社会信用代码，与登记一致"
    return failures(
        frame,
        (
            Check(headings[0], pl.col("uscc").is_in(wrong), key, reason, expected, pl.col("uscc"))
            for key, reason in uscc.REASONS.items()
            if (wrong := [code for code, why in faults.items() if why == key])
        ),
    )
