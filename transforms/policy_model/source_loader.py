"""The checks of a source file beyond the shape of its YAML: every problem with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from transforms.policy_model.conditions import condition_problems
from transforms.policy_model.document import Place, PlacedProblem, nearest, one_of
from transforms.schemas import KINDS, Column, Kind
from transforms.schemas.base import BOOLEAN, DATE, INTEGER, TEXT, TEXT_LIST

if TYPE_CHECKING:
    from transforms.policy_model.source import FieldMapping, Fold, RecordMapping, Source, SourceLayout

_PART_WORDS = {"union": "lists", "join": "free text", "only": "numbers", "least": "days"}
# Columns the intake fills itself where the file does not: from which other column.
DERIVED_COLUMNS = {"decision_key": "decision_no", "name_key": "name"}
_ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16", "latin-1", "windows-1252", "shift_jis", "euc-kr")
_HEADING_UNIT = re.compile(r"[（(](?:单位[:：]?)?(元|千元|万元|亿元)[)）]$")
_TYPE_WORDS = {INTEGER: "a number", DATE: "a day", BOOLEAN: "yes or no", TEXT_LIST: "a list"}
_UNITS_AND_DATES = "unit is for money, dates for days"


def source_problems(source: Source) -> Iterator[PlacedProblem]:
    """Everything that is wrong inside a source, each fault with its place in the document."""
    yield from _at(("layout", "encoding"), _wrong_encoding(source.layout))
    yield from _at(("layout", "delimiter"), _wrong_delimiter(source.layout))
    for name, cell in source.inputs.items():
        yield from _at(("inputs", name), _wrong_cell(cell))
        if cell.template:
            yield ("inputs", name), f"input '{name}' cannot be a template"
    yield from _wrong_headings(source)
    kinds = [record.kind for record in source.records]
    for at, record in enumerate(source.records):
        here = ("records", at)
        for name, cell in record.columns.items():
            yield from _at((*here, "columns", name), _wrong_cell(cell))
        if record.kind not in KINDS:
            yield (*here, "kind"), f"unknown kind '{record.kind}'{_near(record.kind, KINDS)}"
            continue
        if record.kind in kinds[:at]:
            yield (*here, "kind"), f"kind '{record.kind}' stands twice"
        for place, message in _wrong_record(source, record):
            yield (*here, *place), message
    if source.ignore_where:
        yield from _at(("ignore_where",), _wrong_condition(source.ignore_where))
        for name in sorted(_names(source.ignore_where) - set(source.inputs)):
            yield ("ignore_where",), f"ignore_where names '{name}', which is no input{_near(name, source.inputs)}"


def _wrong_cell(cell: FieldMapping) -> Iterator[str]:
    """One origin, and nothing asked of a constant that only text can do."""
    origins = (bool(cell.from_), cell.constant is not None, cell.template is not None)
    if sum(origins) != 1:
        yield "give exactly one of from, constant, template"
    yield from (f"'{pattern}' is no regular expression" for pattern in _patterns(cell) if not _compiles(pattern))
    if cell.unit and cell.dates:
        yield "unit and dates exclude each other"
    yield from date_format_problems(cell.dates or ())
    if cell.pattern is not None and not cell.expected:
        yield "`pattern` needs `expected`: what the officer should write, in Chinese"
    for heading in cell.from_:
        found = _HEADING_UNIT.search(heading)
        if cell.unit and found and found[1] != cell.unit:
            yield f"heading '{heading}' is in {found[1]}, and its field is read in {cell.unit}"


def date_format_problems(formats: Iterable[str]) -> Iterator[str]:
    """What is wrong with formats of days: a day written in one and read again must be that day."""
    for form in formats:
        if not _is_format(form):
            yield f"'{form}' is no format of a day: it needs year, month and day as in %Y-%m-%d"


def _is_format(form: str) -> bool:
    day = datetime(2026, 11, 28, 13, 14, 15)  # noqa: DTZ001 (a form of writing has no zone)
    try:
        written = pl.Series([day]).dt.strftime(form)
        return bool(written.str.to_date(form, strict=False)[0] == day.date())
    except pl.exceptions.PolarsError:
        return False


def _wrong_encoding(layout: SourceLayout) -> Iterator[str]:
    if layout.encoding is None:
        return
    try:
        "1,".encode(layout.encoding)
    except (LookupError, UnicodeError):
        near = _near(layout.encoding, _ENCODINGS)
        yield f"'{layout.encoding}' is no encoding of texts; {one_of(_ENCODINGS)}{near}"


def _wrong_delimiter(layout: SourceLayout) -> Iterator[str]:
    if not layout.delimiter.isascii() or layout.delimiter in '"\r\n\0':
        yield f"'{layout.delimiter}' separates no cells: it must be one ASCII character, and no quote or line end"


def _wrong_headings(source: Source) -> Iterator[PlacedProblem]:
    """A heading is read under one first name, and not ignored as well."""
    first: dict[str, str] = {}
    places: list[tuple[Place, FieldMapping]] = [(("inputs", name), cell) for name, cell in source.inputs.items()]
    for at, record in enumerate(source.records):
        places += [(("records", at, "columns", name), cell) for name, cell in record.columns.items()]
    for place, cell in places:
        for at, heading in enumerate(cell.from_):
            if first.setdefault(heading, cell.from_[0]) != cell.from_[0]:
                message = f"heading '{heading}' is read under '{first[heading]}' and under '{cell.from_[0]}'"
                yield (*place, "from", at), message
    for at, heading in enumerate(source.ignored_headings):
        if heading in first:
            yield ("ignored_headings", at), f"heading '{heading}' is both read and ignored"


def _wrong_record(source: Source, record: RecordMapping) -> Iterator[PlacedProblem]:
    """Every name a record uses exists, every required column of its kind is filled, every word is a code."""
    kind = KINDS[record.kind]
    for name in record.columns:
        if name in source.inputs:
            yield ("columns", name), f"'{name}' is an input and a column"
    for place, sql in _conditions(record):
        yield from _at(place, _wrong_condition(sql))
    yield from _unknown_columns(kind, record)
    yield from _at(("columns",), _missing_columns(kind, record))
    yield from _wrong_words(kind, record)
    yield from _wrong_types(kind, record)
    yield from _unknown_fields(source, record)
    yield from _wrong_totals(source, record, kind)
    yield from _at(("identify",), _wrong_identity(source, record))
    yield from _wrong_refusals(source, record, kind)
    yield from _at(("parts",), _wrong_parts(record, kind))
    if record.fills and kind.name == "decision":
        yield ("fills",), "decisions are acts of the office, each whole as it was taken; none is filled from elsewhere"


def _at(place: Place, messages: Iterable[str]) -> Iterator[PlacedProblem]:
    for message in messages:
        yield place, message


def _conditions(record: RecordMapping) -> Iterator[tuple[Place, str]]:
    if record.where:
        yield ("where",), record.where
    if record.identify.nobody_when:
        yield ("identify", "nobody_when"), record.identify.nobody_when
    for name, total in record.fold.columns.items() if record.fold else ():
        if total.count:
            yield ("fold", "columns", name, "count"), total.count


def _wrong_condition(sql: str) -> Iterator[str]:
    try:
        condition_fields(sql)
    except ValueError as error:
        yield str(error)


def _names(sql: str | None) -> frozenset[str]:
    """The fields a condition names; none where it is no condition, which is said elsewhere."""
    try:
        return condition_fields(sql) if sql else frozenset()
    except ValueError:
        return frozenset()


def condition_fields(sql: str) -> frozenset[str]:
    """The fields an SQL condition names. Raises ValueError where it is no condition."""
    try:
        return frozenset(pl.sql_expr(sql).meta.root_names())
    except pl.exceptions.PolarsError as error:
        raise ValueError(f"'{sql}' is no condition: {error}") from None


def _columns(kind: Kind) -> dict[str, pl.DataType]:
    return {column.name: column.dtype for column in kind.columns}


def _unknown_columns(kind: Kind, record: RecordMapping) -> Iterator[PlacedProblem]:
    folded = record.fold.columns if record.fold else {}
    places = [(("columns", name), name) for name in record.columns]
    for place, name in (*places, *((("fold", "columns", name), name) for name in folded)):
        if name not in _columns(kind):
            yield place, f"kind '{kind.name}' has no column '{name}'{_near(name, _columns(kind))}"


def _missing_columns(kind: Kind, record: RecordMapping) -> Iterator[str]:
    given = {*record.columns, *(record.fold.columns if record.fold else {})}
    for column in kind.columns:
        if column.required and column.name not in given and DERIVED_COLUMNS.get(column.name) not in given:
            yield f"required column '{column.name}' of kind '{kind.name}' is not read"


def _wrong_words(kind: Kind, record: RecordMapping) -> Iterator[PlacedProblem]:
    known = {column.name: column.codes for column in kind.columns if column.codes}
    for name, cell in record.columns.items():
        constants = cell.constant if isinstance(cell.constant, list) else [cell.constant]
        said = [(("words", word), code) for word, code in cell.words.items()]
        for place, code in (*said, *((("constant",), c) for c in constants if isinstance(c, str))):
            if name in known and code not in known[name]:
                yield ("columns", name, *place), f"'{code}' is no code of '{name}'; {one_of(known[name])}"


def _wrong_types(kind: Kind, record: RecordMapping) -> Iterator[PlacedProblem]:
    for name, cell in record.columns.items():
        dtype, here = _columns(kind).get(name), ("columns", name)
        if dtype is None:
            continue
        if (cell.unit and dtype != INTEGER) or (cell.dates and dtype != DATE):
            yield here, f"'{name}' is neither: {_UNITS_AND_DATES}"
        if cell.split and dtype != TEXT_LIST:
            yield here, f"'{name}' takes one value; split is for lists"
        if isinstance(cell.constant, bool) and dtype != BOOLEAN:
            yield here, f"'{name}' takes no yes or no"
        if cell.template is not None and (dtype != TEXT or kind.column(name).codes):
            yield here, f"'{name}' takes no template; a template makes free text"


def _wrong_totals(source: Source, record: RecordMapping, kind: Kind) -> Iterator[PlacedProblem]:
    """A fold counts rows, adds numbers, and takes the least and greatest of numbers and days; never of text."""
    types = {**{name: cell.input_type for name, cell in source.inputs.items()}, **_columns(kind)}
    for name, total in record.fold.columns.items() if record.fold else ():
        here = ("fold", "columns", name)
        for word, field, allowed in (
            ("sum", total.sum, (INTEGER,)),
            ("min", total.min, (INTEGER, DATE)),
            ("max", total.max, (INTEGER, DATE)),
        ):
            if field in types and types[field] not in allowed:
                what = "a number" if word == "sum" else "a number or a day"
                yield (*here, word), f"{word} of '{field}': it is {_TYPE_WORDS.get(types[field], 'text')}, not {what}"
        made = INTEGER if total.count is not None else types.get(str(total.sum or total.min or total.max))
        wanted = _columns(kind).get(name)
        if wanted is not None and made in (INTEGER, DATE) and made != wanted:
            yield here, f"'{name}' takes {_TYPE_WORDS.get(wanted, 'text')}, and the fold makes {_TYPE_WORDS[made]}"


def _unknown_fields(source: Source, record: RecordMapping) -> Iterator[PlacedProblem]:
    inputs = set(source.inputs)
    derived = {name for name, of in DERIVED_COLUMNS.items() if of in record.columns}
    fields = inputs | set(record.columns) | derived
    for place, where, name in _used(record):
        allowed = inputs if where in ("where", "template") else fields
        if name not in allowed:
            yield place, f"{where} names '{name}', which is no field{_near(name, allowed)}"


def _used(record: RecordMapping) -> Iterator[tuple[Place, str, str]]:
    """Where a record names a field: the place, the word before it, the name."""
    yield from ((("where",), "where", name) for name in sorted(_names(record.where)))
    for column, cell in record.columns.items():
        yield from ((("columns", column, "template"), "template", part) for part in cell.parts)
    nobody = ("identify", "nobody_when")
    yield from ((nobody, "nobody_when", name) for name in sorted(_names(record.identify.nobody_when)))
    yield from [(("version_by",), "version_by", record.version_by)] if record.version_by else []
    fold = record.fold
    if fold:
        yield from ((("fold", "by"), "fold", name) for name in fold.by)
        yield from ((("fold", "take", name), "fold", name) for name in fold.take)
        for column, total in fold.columns.items():
            here = ("fold", "columns", column)
            yield from ((here, "count", name) for name in sorted(_names(total.count)))
            yield from ((here, "fold", name) for name in (total.sum, total.min, total.max) if name)


def _wrong_identity(source: Source, record: RecordMapping) -> Iterator[str]:
    fields = set(source.inputs) | set(record.columns)
    given = record.identify
    for where in ("number", "licence_no", "registration_no"):
        name = getattr(given, where)
        if name is not None and name not in fields:
            yield f"identify.{where} names '{name}', which is no field{_near(name, fields)}"
    if not {given.uscc, given.name, given.number, given.licence_no, given.registration_no} & fields:
        yield "nothing identifies the enterprise: read uscc, a number or a name"


def _wrong_refusals(source: Source, record: RecordMapping, kind: Kind) -> Iterator[PlacedProblem]:
    columns = _columns_of_record(source, record, kind)
    names = [column.name for column in columns]
    for at, rule in enumerate(record.refuse_where):
        here = ("refuse_where", at)
        if rule.column not in names:
            yield here, f"refuse_where names column '{rule.column}', which is no field{_near(rule.column, names)}"
        for fault in condition_problems(replace(kind, columns=columns), rule.when):
            expected = f"; expected {fault.expected}" if fault.expected else ""
            yield here, f"refuse_where '{rule.when}': {fault.message}{expected}{_near(fault.value, fault.words)}"


_PART_TYPES = {"union": TEXT_LIST, "join": TEXT, "only": INTEGER, "least": DATE}


def _wrong_parts(record: RecordMapping, kind: Kind) -> Iterator[str]:
    columns = {column.name: column for column in kind.columns}
    if record.rows == "versions" and record.parts:
        yield "`parts` joins rows that are parts; with `rows: versions` the last row is the newest"
    for name, rule in record.parts.items():
        column = columns.get(name)
        if column is None:
            yield f"parts names '{name}', which is no column of '{kind.name}'{_near(name, columns)}"
        elif isinstance(rule, str):
            if column.dtype != _PART_TYPES[rule] or (rule == "join" and column.codes):
                yield f"'{rule}' is not for '{name}'; it is for {_PART_WORDS[rule]}"
        elif isinstance(rule, list):
            yield from (
                f"'{code}' is no code of '{name}'; {one_of(column.codes)}" for code in rule if code not in column.codes
            )
        else:
            yield from () if column.dtype == INTEGER else [f"once_where_same is for amounts, not for '{name}'"]
            yield from (
                f"parts names '{one}', which is no column of '{kind.name}'"
                for one in rule.once_where_same
                if one not in columns
            )
    if record.advances:
        by, order = record.advances.by, record.advances.order
        words = columns[by].codes if by in columns else {}
        codes = [code for some in order for code in ([some] if isinstance(some, str) else some)]
        if not words:
            yield f"advances names '{by}', which is no coded column of '{kind.name}'{_near(by, columns)}"
        yield from (f"'{code}' is no code of '{by}'; {one_of(words)}" for code in codes if words and code not in words)


def _columns_of_record(source: Source, record: RecordMapping, kind: Kind) -> tuple[Column, ...]:
    """What a record has once it is read and folded: columns of its kind, and inputs that the folding has not used up.

    The class of a party is filled in by the intake where the source does not say it.
    """
    folded = record.fold.columns if record.fold else {}
    given = {
        *record.columns,
        *folded,
        "party_class",
        *(name for name, of in DERIVED_COLUMNS.items() if of in record.columns),
    }
    summed = fields_used_by_fold(record.fold) - set(folded) if record.fold else set()
    inputs = (
        Column(name, cell.input_type, name, "", codes={code: word for word, code in cell.words.items()})
        for name, cell in source.inputs.items()
    )
    own = (column for column in kind.columns if column.name in given)
    return tuple(column for column in (*own, *inputs) if column.name not in summed)


def fields_used_by_fold(fold: Fold) -> set[str]:
    """Fields that conditions and sums of a fold use up: they differ from row to row by nature."""
    totals = fold.columns.values()
    conditions = {name for total in totals for name in _names(total.count)}
    return conditions | {name for total in totals for name in (total.sum, total.min, total.max) if name}


def _patterns(cell: FieldMapping) -> Iterator[str]:
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
