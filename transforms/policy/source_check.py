"""What must hold inside a source file beyond the shape of its YAML. Each check raises ValueError with all it found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from transforms.policy.conditions import condition_faults
from transforms.policy.problems import nearest, one_of
from transforms.tables import KINDS, Column, Kind
from transforms.tables.shape import COUNT, DAY, FLAG, TEXT, TEXTS

if TYPE_CHECKING:
    from transforms.policy.source import Cell, Fold, Record, Source

_PART_WORDS = {"union": "lists", "join": "free text", "only": "numbers", "least": "days"}
# Columns the intake fills itself where the file does not: from which other column.
DERIVED = {"decision_key": "decision_no", "name_key": "name"}
_UNITS_AND_DATES = "unit is for money, dates for days"


def check_cell(cell: Cell) -> None:
    """One origin, and nothing asked of a constant that only text can do."""
    origins = (bool(cell.from_), cell.constant is not None, cell.template is not None)
    _raise(
        [] if sum(origins) == 1 else ["give exactly one of from, constant, template"],
        (f"'{pattern}' is no regular expression" for pattern in _patterns(cell) if not _compiles(pattern)),
        ["unit and dates exclude each other"] if cell.unit and cell.dates else [],
        ["`pattern` needs `expected`: what the officer should write, in Chinese"] * (cell.pattern is not None)
        if not cell.expected
        else [],
    )


def check_source(source: Source) -> None:
    """Inputs are made of headings; a heading is read under one first name; kinds do not repeat."""
    first: dict[str, str] = {}
    wrong = []
    for cell in source.cells():
        for heading in cell.from_:
            if first.setdefault(heading, cell.from_[0]) != cell.from_[0]:
                wrong.append(f"heading '{heading}' is read under '{first[heading]}' and under '{cell.from_[0]}'")
    ignored = sorted(set(source.ignored_headings) & set(first))
    unknown = sorted(fields_of(source.ignore_where) - set(source.inputs)) if source.ignore_where else []
    kinds = [record.kind for record in source.records]
    _raise(
        wrong,
        (f"heading '{heading}' is both read and ignored" for heading in ignored),
        (f"kind '{kind}' stands twice" for kind in sorted(set(kinds)) if kinds.count(kind) > 1),
        (f"ignore_where names '{name}', which is no input{_near(name, source.inputs)}" for name in unknown),
        (f"input '{name}' cannot be a template" for name, cell in source.inputs.items() if cell.template),
    )


def check_record(source: Source, record: Record) -> None:
    """Every name a record uses exists, every required column of its kind is filled, every word is a code."""
    kind = KINDS.get(record.kind)
    if kind is None:
        raise ValueError(f"unknown kind '{record.kind}'{_near(record.kind, KINDS)}")
    _raise(
        (f"'{name}' is an input and a column" for name in source.inputs if name in record.columns),
        _unknown_columns(kind, record),
        _missing_columns(kind, record),
        _wrong_words(kind, record),
        _wrong_types(kind, record),
        _unknown_fields(source, record),
        _wrong_identity(source, record),
        _wrong_refusals(source, record, kind),
        _wrong_parts(record, kind),
    )


def fields_of(sql: str) -> frozenset[str]:
    """The fields an SQL condition names. Raises ValueError where it is no condition."""
    try:
        return frozenset(pl.sql_expr(sql).meta.root_names())
    except pl.exceptions.PolarsError as error:
        raise ValueError(f"'{sql}' is no condition: {error}") from None


def _columns(kind: Kind) -> dict[str, pl.DataType]:
    return {column.name: column.dtype for column in kind.columns}


def _unknown_columns(kind: Kind, record: Record) -> Iterator[str]:
    folded = record.fold.columns if record.fold else {}
    for name in (*record.columns, *folded):
        if name not in _columns(kind):
            yield f"kind '{kind.name}' has no column '{name}'{_near(name, _columns(kind))}"


def _missing_columns(kind: Kind, record: Record) -> Iterator[str]:
    given = {*record.columns, *(record.fold.columns if record.fold else {})}
    for column in kind.columns:
        if column.required and column.name not in given and DERIVED.get(column.name) not in given:
            yield f"required column '{column.name}' of kind '{kind.name}' is not read"


def _wrong_words(kind: Kind, record: Record) -> Iterator[str]:
    known = {column.name: column.words for column in kind.columns if column.words}
    for name, cell in record.columns.items():
        constants = cell.constant if isinstance(cell.constant, list) else [cell.constant]
        for code in {*cell.words.values(), *(c for c in constants if isinstance(c, str))}:
            if name in known and code not in known[name]:
                yield f"'{code}' is no code of '{name}'; {one_of(known[name])}"


def _wrong_types(kind: Kind, record: Record) -> Iterator[str]:
    for name, cell in record.columns.items():
        dtype = _columns(kind).get(name)
        if (cell.unit and dtype != COUNT) or (cell.dates and dtype != DAY):
            yield f"'{name}' is neither: {_UNITS_AND_DATES}"
        if cell.split and dtype != TEXTS:
            yield f"'{name}' takes one value; split is for lists"
        if isinstance(cell.constant, bool) and dtype != FLAG:
            yield f"'{name}' takes no yes or no"
        if cell.template is not None and (dtype != TEXT or KINDS[record.kind].column(name).words):
            yield f"'{name}' takes no template; a template makes free text"


def _unknown_fields(source: Source, record: Record) -> Iterator[str]:
    inputs = set(source.inputs)
    derived = {name for name, of in DERIVED.items() if of in record.columns}
    fields = inputs | set(record.columns) | derived
    for where, name in _used(record):
        allowed = inputs if where in ("where", "template") else fields
        if name not in allowed:
            yield f"{where} names '{name}', which is no field{_near(name, allowed)}"


def _used(record: Record) -> Iterator[tuple[str, str]]:
    yield from (("where", name) for name in sorted(fields_of(record.where) if record.where else ()))
    yield from (("template", part) for cell in record.columns.values() for part in cell.parts)
    nobody = record.identify.nobody_when
    yield from (("nobody_when", name) for name in sorted(fields_of(nobody) if nobody else ()))
    yield from [("version_by", record.version_by)] if record.version_by else []
    fold = record.fold
    if fold:
        yield from (("fold", name) for name in (*fold.by, *fold.take))
        for total in fold.columns.values():
            yield from (("count", name) for name in sorted(fields_of(total.count) if total.count else ()))
            yield from (("fold", name) for name in (total.sum, total.min, total.max) if name)


def _wrong_identity(source: Source, record: Record) -> Iterator[str]:
    fields = set(source.inputs) | set(record.columns)
    given = record.identify
    for where in ("number", "licence_no", "registration_no"):
        name = getattr(given, where)
        if name is not None and name not in fields:
            yield f"identify.{where} names '{name}', which is no field{_near(name, fields)}"
    if not {given.uscc, given.name, given.number, given.licence_no, given.registration_no} & fields:
        yield "nothing identifies the enterprise: read uscc, a number or a name"


def _wrong_refusals(source: Source, record: Record, kind: Kind) -> Iterator[str]:
    columns = _columns_of_record(source, record, kind)
    names = [column.name for column in columns]
    for rule in record.refuse_where:
        if rule.column not in names:
            yield f"refuse_where names column '{rule.column}', which is no field{_near(rule.column, names)}"
        for fault in condition_faults(replace(kind, columns=columns), rule.when):
            expected = f"; expected {fault.expected}" if fault.expected else ""
            yield f"refuse_where '{rule.when}': {fault.message}{expected}{_near(fault.value, fault.words)}"


_PART_TYPES = {"union": TEXTS, "join": TEXT, "only": COUNT, "least": DAY}


def _wrong_parts(record: Record, kind: Kind) -> Iterator[str]:
    columns = {column.name: column for column in kind.columns}
    if record.rows == "versions" and record.parts:
        yield "`parts` joins rows that are parts; with `rows: versions` the last row is the newest"
    for name, rule in record.parts.items():
        column = columns.get(name)
        if column is None:
            yield f"parts names '{name}', which is no column of '{kind.name}'{_near(name, columns)}"
        elif isinstance(rule, str):
            if column.dtype != _PART_TYPES[rule] or (rule == "join" and column.words):
                yield f"'{rule}' is not for '{name}'; it is for {_PART_WORDS[rule]}"
        elif isinstance(rule, list):
            yield from (
                f"'{code}' is no code of '{name}'; {one_of(column.words)}" for code in rule if code not in column.words
            )
        else:
            yield from () if column.dtype == COUNT else [f"once_where_same is for amounts, not for '{name}'"]
            yield from (
                f"parts names '{one}', which is no column of '{kind.name}'"
                for one in rule.once_where_same
                if one not in columns
            )
    if record.advances:
        by, order = record.advances.by, record.advances.order
        words = columns[by].words if by in columns else {}
        codes = [code for some in order for code in ([some] if isinstance(some, str) else some)]
        if not words:
            yield f"advances names '{by}', which is no coded column of '{kind.name}'{_near(by, columns)}"
        yield from (f"'{code}' is no code of '{by}'; {one_of(words)}" for code in codes if words and code not in words)


def _columns_of_record(source: Source, record: Record, kind: Kind) -> tuple[Column, ...]:
    """What a record has once it is read and folded: columns of its kind, and inputs that the folding has not used up.

    The class of a party is filled in by the intake where the source does not say it.
    """
    folded = record.fold.columns if record.fold else {}
    given = {*record.columns, *folded, "party_class", *(name for name, of in DERIVED.items() if of in record.columns)}
    summed = summed_by(record.fold) - set(folded) if record.fold else set()
    inputs = (
        Column(name, cell.input_type, name, "", words={code: word for word, code in cell.words.items()})
        for name, cell in source.inputs.items()
    )
    own = (column for column in kind.columns if column.name in given)
    return tuple(column for column in (*own, *inputs) if column.name not in summed)


def summed_by(fold: Fold) -> set[str]:
    """Fields that conditions and sums of a fold use up: they differ from row to row by nature."""
    totals = fold.columns.values()
    conditions = {name for total in totals if total.count for name in fields_of(total.count)}
    return conditions | {name for total in totals for name in (total.sum, total.min, total.max) if name}


def _patterns(cell: Cell) -> Iterator[str]:
    yield from [cell.pattern] if cell.pattern else []
    yield from cell.replace
    yield from (rule.pattern for rule in cell.refuse)


def _compiles(pattern: str) -> bool:
    try:
        pl.Series([""]).str.contains(pattern)
        re.compile(pattern.replace(r"\p{Han}", "."))
    except (pl.exceptions.PolarsError, re.error):
        return False
    return True


def _near(word: str, words: Iterable[str] | Mapping[str, object]) -> str:
    near = nearest(word, words)
    return f"; did you mean '{near}'?" if near else ""


def _raise(*groups: Iterable[str]) -> None:
    found = [message for group in groups for message in group]
    if found:
        raise ValueError("; ".join(found))
