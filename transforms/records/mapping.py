"""Rows of text become records of a kind, as the source's YAML says: whole columns, never row by row.

First the mapping of a frame, then the fields of one row: the expression that reads each, and the checks that find
unreadable cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import polars as pl

from transforms.date_parsing import parse_date
from transforms.person_numbers import keyed_hashes, mask_number, mask_person_numbers
from transforms.policy_model.conditions import condition_fields
from transforms.policy_model.source import DERIVED_COLUMNS, FieldMapping, RecordMapping, Source, SourceDefaults
from transforms.records import uscc
from transforms.records.problems import PROBLEMS, UNREAD_CODES, Check, as_problems, find_problems, merge_problems
from transforms.records.text import (
    PLACES,
    document_key,
    document_number,
    halfwidth,
    is_document_number,
    is_huge,
    is_inexact,
    is_negative,
    is_number,
    normalise_name,
    number_text,
    parse_amount,
    person_number,
    scaled,
    without_blanks,
    without_invisible,
    word_key,
)
from transforms.schemas import KINDS
from transforms.schemas.base import BOOLEAN, TEXT, TEXT_LIST, Column
from transforms.schemas.vocabularies import PARTY_CLASSES, SIGNED_STEPS, YES_NO

_UNIT = re.compile("[（(][^（()）]*[）)]$")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_CODE_NAMES = ("_code", "_nos", "uscc", "registration_no")
_NAME_NAMES = ("name", "names")
_SEPARATOR = "\x1f"
_WORDS_SHOWN = 12
# Columns that `FieldExpressions.prepare` adds.
_CELL_TEXT, _CELL_DAY = "\x01text", "\x01day"
# Rows for each distinct text of a column, from which it pays to read each text once.
_ROWS_PER_TEXT, _ROWS_PER_TEXT_OF_TEXTS = 2, 8
_DERIVED_BY = {"decision_key": document_key, "name_key": normalise_name}


def accepted_heading(cell: FieldMapping, headings: frozenset[str]) -> str:
    """The accepted heading of `cell` that a file has, else the first accepted one; empty where the cell has none."""
    return next((h for h in cell.from_ if h in headings), cell.from_[0] if cell.from_ else "")


def raw_column(heading: str) -> str:
    """The column with the text under a heading: a heading may have the same name as a field."""
    return f"\x00{heading}"


@dataclass(frozen=True)
class MappingContext:
    """What mapping needs besides the source: the rules common to all sources, when the rows were received, and the
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


def check_records(
    mapped: MappedRows, record: RecordMapping, raw: pl.DataFrame, headings: Mapping[str, str], secrets: frozenset[str]
) -> MappedRows:
    """`mapped` (folded) with a problem for each record that a rule of `record` refuses, or that lacks a required field.

    What the gate would stop a run for is so returned to its sender. A cell that already has a problem gets no second
    one. raw: the file's text by heading, and row_no; headings: field to heading; secrets: headings to be masked.
    """
    columns = KINDS[record.kind].columns
    cell = pl.col("cell")
    checks: list[Check] = []
    for column in columns:
        if column.required:  # a total over no values, or a template of empty parts, leaves one empty
            heading = headings.get(DERIVED_COLUMNS.get(column.name, column.name), "")
            label = _shown_name(heading, column.label)
            is_missing = pl.col(column.name).is_null()
            checks.append(Check(heading, is_missing, "missing", f"缺少{label}", f"填写{label}", cell))
    for rule in record.refuse_where:
        heading, is_refused = headings.get(rule.column, ""), pl.sql_expr(rule.when)
        checks.append(Check(heading, is_refused, "refused", rule.reason, rule.expected, cell))
    if any(column.name == "decision_type" for column in columns):
        # Steps that people sign, whatever words a source has for them.
        for step, (reason, expected) in SIGNED_STEPS.items():
            heading, is_signed = headings.get("decision_type", ""), pl.col("decision_type") == step
            checks.append(Check(heading, is_signed, "refused", reason, expected, cell))
    flags = mapped.frame.select(check.fails.fill_null(False).alias(str(i)) for i, check in enumerate(checks))
    problems = [mapped.problems]
    for i, check in enumerate(checks):
        if flags[str(i)].any():
            known = mapped.problems.filter(pl.col("column") == check.heading)
            rows = mapped.frame.filter(flags[str(i)]).select("row_no").join(known, on="row_no", how="anti")
            rows = rows.join(cell_texts(raw, check.heading, secrets), on="row_no", how="left")
            problems.append(as_problems(rows, check))
    return MappedRows(mapped.frame, merge_problems(problems))


def cell_texts(raw: pl.DataFrame, heading: str, secrets: frozenset[str]) -> pl.DataFrame:
    """row_no, and `cell`: the text under `heading` as it was received, masked where it is secret."""
    text = pl.col(heading) if heading in raw.columns else pl.lit(None, dtype=TEXT)
    return raw.select("row_no", cell=mask_number(text) if heading in secrets else text)


@dataclass(frozen=True)
class SourceField:
    """A field to be read from a file: its cell in the source and the column of its kind (None for an input).

    headings: of the file. is_expiry: it is the date on which a record of its kind expires.
    """

    name: str
    cell: FieldMapping
    column: Column | None
    headings: frozenset[str]
    is_expiry: bool = False

    @property
    def heading(self) -> str:
        """The heading under which the file has it, for problems."""
        return accepted_heading(self.cell, self.headings)

    @property
    def label(self) -> str:
        """Its Chinese name: as the file has it, where its heading is no code."""
        return _shown_name(self.heading, self.column.label) if self.column else self.heading

    @property
    def dtype(self) -> pl.DataType:
        """The type of its values."""
        return self.column.dtype if self.column else self.cell.input_type

    @property
    def is_required(self) -> bool:
        """Whether a row without it is quarantined."""
        return self.cell.required or bool(self.column and self.column.required)

    @property
    def is_money(self) -> bool:
        """Whether it is an amount of money, which may be unknown."""
        return self.column is not None and self.name.endswith("_fen")

    @property
    def raw_columns(self) -> list[str]:
        """The columns under its accepted headings; several where a corrected workbook joins two layouts of a file."""
        return [raw_column(heading) for heading in self.cell.from_ if heading in self.headings]

    @property
    def raw_text(self) -> pl.Expr:
        """The text of the first of these that is not empty."""
        return pl.coalesce(self.raw_columns)


@dataclass(frozen=True)
class FieldExpressions:
    """How a field is read.

    `text` is over raw columns; `value`, `day` and `checks` are over what `prepare` adds to them, so that the text of a
    cell, and the day in it, are computed once.
    """

    name: str
    dtype: pl.DataType
    text: pl.Expr
    value: pl.Expr
    checks: tuple[Check, ...] = ()
    day: pl.Expr | None = None

    def prepare(self, frame: pl.DataFrame) -> pl.DataFrame:
        """`frame` with the text of the cell, and of a date field its day."""
        prepared = frame.with_columns(self.text.alias(_CELL_TEXT))
        return prepared if self.day is None else prepared.with_columns(self.day.alias(_CELL_DAY))

    def evaluate(self, prepared: pl.DataFrame) -> pl.Series:
        """The values of a prepared frame."""
        # Lazy, so that expressions which occur several times are computed once; so with the checks below.
        return prepared.lazy().select(self.value.alias(self.name)).collect().to_series()


def field_expressions(field: SourceField, common: SourceDefaults, received_on: date, zone: str) -> FieldExpressions:
    """How `field` is read: its raw cells are text. A number to be hashed is left plain, for the caller to hash.

    received_on: bounds plausible dates. zone: IANA, of times without one.
    """
    if not field.raw_columns:
        nothing = pl.lit(None, dtype=TEXT)
        if field.cell.template is None:
            return FieldExpressions(field.name, field.dtype, nothing, pl.lit(field.cell.constant, dtype=field.dtype))
        form = field.cell.template
        for part in field.cell.parts:
            form = form.replace(f"{{{part}}}", "{}")
        text = pl.format(form, *(pl.col(part).cast(pl.String()) for part in field.cell.parts))
        return FieldExpressions(field.name, field.dtype, nothing, mask_person_numbers(text))
    text = pl.col(_CELL_TEXT)
    words = vocabulary(field)
    day = None
    checks: list[Check] = []
    match field.dtype:
        case pl.Date():
            day = parse_date(_without_spreadsheet_quotes(halfwidth(text)), field.cell.dates or common.dates, zone)
            value, checks = _date_value(field, text, common, received_on)
        case pl.Int64():
            value, checks = _number_value(field, text)
        case pl.Boolean():
            word, checks = _vocabulary_value(field, text, words)
            value = word == "true"
        case pl.List():
            value, checks = _list_value(field, text, words)
        case pl.String() if words:
            value, checks = _vocabulary_value(field, text, words)
        case pl.String():
            value = _text_value(field, text)
        case other:
            raise TypeError(f"no way to read a {other}")
    all_checks = (*_text_checks(field, text, common), *checks)
    return FieldExpressions(field.name, field.dtype, _cell_text(field, common), value, all_checks, day)


def evaluate_field(
    frame: pl.DataFrame, expressions: FieldExpressions, columns: Sequence[str]
) -> tuple[pl.Series, pl.DataFrame]:
    """The field's value on every row of `frame`, and the problems of its cells (PROBLEMS).

    columns: all raw columns that the expressions use. A text that occurs in many rows is read once.
    """
    rows_per_text = _ROWS_PER_TEXT_OF_TEXTS if expressions.dtype == TEXT else _ROWS_PER_TEXT
    pays_to_read_once = (
        len(columns) == 1 and frame.select(pl.approx_n_unique(columns[0])).item() * rows_per_text <= frame.height
    )
    if not pays_to_read_once:
        prepared = expressions.prepare(frame.select("row_no", *columns))
        return expressions.evaluate(prepared), find_problems(prepared, expressions.checks)
    distinct = expressions.prepare(frame.select(columns).unique())
    read = distinct.select(*columns, expressions.evaluate(distinct))
    values = frame.select(columns).join(read, on=columns, how="left", nulls_equal=True, maintain_order="left")
    problems = PROBLEMS.to_frame()
    if expressions.checks:
        faulty = distinct.lazy().filter(pl.any_horizontal(check.fails for check in expressions.checks)).collect()
        if not faulty.is_empty():
            rows = frame.select("row_no", *columns)
            rows = rows.join(faulty, on=columns, how="inner", nulls_equal=True, maintain_order="left")
            problems = find_problems(rows, expressions.checks)
    return values[expressions.name], problems


def vocabulary(field: SourceField) -> dict[str, str]:
    """Word to code, of the words of the kind and those of the source."""
    column = field.column
    given = YES_NO if field.dtype == BOOLEAN else (column.codes if column else {})
    canonical = {word_key(word): code for code, word in given.items()}
    # A file with the code itself gets the same answer as one with the word.
    canonical |= {code: code for code in given if code in SIGNED_STEPS}
    return {**canonical, **{word_key(word): code for word, code in field.cell.words.items()}}


def _cell_text(field: SourceField, common: SourceDefaults) -> pl.Expr:
    """The cell's text as the source declares it: trimmed, replacements made, null words empty."""
    text = field.raw_text.str.strip_chars()
    is_code = field.column is None or field.cell.secret or field.name.endswith(_CODE_NAMES)
    text = _without_spreadsheet_quotes(halfwidth(text)) if is_code else text
    for pattern, replacement in field.cell.replace.items():
        text = text.str.replace_all(pattern, replacement)
    is_nothing = text.is_in([*common.null_words, *field.cell.ignore])
    if field.cell.unit:
        is_nothing |= text.str.contains(common.unread_amounts)
    return pl.when(~is_nothing).then(text)


def _without_spreadsheet_quotes(text: pl.Expr) -> pl.Expr:
    """Text without what spreadsheets put around digits to keep them as text: '2026, ="2026"."""
    return text.str.replace(r"^='?\"(.*)\"$", "${1}").str.replace(r"^'(.+)$", "${1}").str.strip_chars()


def _shown_name(heading: str, label: str) -> str:
    """What a problem calls a column: a heading of Chinese words, as its sender reads it, or else the `label`."""
    return heading if _HAN.search(heading) else label


def _check(field: SourceField, fails: pl.Expr, code: str, reason: str, expected: str) -> Check:
    value = mask_number(field.raw_text) if field.cell.secret else field.raw_text
    return Check(field.heading, fails, code, reason, expected, value)


def _missing(field: SourceField, fails: pl.Expr) -> Check:
    return _check(field, fails, "missing", f"缺少{field.label}", f"填写{field.label}")


def _text_checks(field: SourceField, text: pl.Expr, common: SourceDefaults) -> Iterator[Check]:
    """Checks on the text alone, whatever its type is to be."""
    for other in field.raw_columns[1:]:
        differs = pl.col(other).str.strip_chars() != field.raw_text.str.strip_chars()
        both = "与".join(f"“{heading}”" for heading in field.cell.from_ if heading in field.headings)
        yield _check(field, differs, "two_values", f"{both}同为{field.label}，内容不一致", "只填一列，或两列一致")
    for rule in common.refuse if not field.is_money else ():
        fails = field.raw_text.str.contains(rule.pattern)
        yield _check(field, fails, "unreadable", rule.reason, "完整清晰的原文")
    if field.is_required:
        yield _missing(field, text.is_null())
    for rule in common.refuse_names if field.name.endswith(_NAME_NAMES) else ():
        yield _check(field, text.str.contains(rule.pattern), "formula", rule.reason, "不以公式符号开头的全称")
    is_key = field.is_required or field.name.endswith((*_CODE_NAMES, *_NAME_NAMES, "_no"))
    for rule in common.refuse_keys if is_key and not field.cell.unit else ():
        yield _check(field, text.str.contains(rule.pattern), "unreadable", rule.reason, f"填写{field.label}")
    for rule in field.cell.refuse:
        yield _check(field, text.str.contains(rule.pattern), "refused", rule.reason, field.cell.expected or "真实记录")
    if field.cell.pattern:
        fails = ~text.str.contains(f"^(?:{field.cell.pattern})$")
        yield _check(field, fails, "pattern", f"{field.label}格式不符", field.cell.expected)


def _text_value(field: SourceField, text: pl.Expr) -> pl.Expr:
    if field.name.endswith("uscc"):
        return without_blanks(text).str.replace_all("-", "").str.to_uppercase()
    if field.cell.secret:
        number = person_number(text)
        return mask_number(number) if field.cell.secret == "mask" else number
    if field.column is None:
        return text
    if is_document_number(field.name):
        return mask_person_numbers(document_number(text), is_identifier=True)
    shown = without_invisible(text).str.strip_chars() if field.name.endswith(_NAME_NAMES) else text
    return mask_person_numbers(shown, is_identifier=field.name.endswith(_CODE_NAMES))


def _date_value(
    field: SourceField, text: pl.Expr, common: SourceDefaults, received_on: date
) -> tuple[pl.Expr, list[Check]]:
    day = pl.col(_CELL_DAY)
    value, is_endless = day, pl.lit(False)
    first = common.plausible.earliest
    may_be_ahead = field.name in common.ahead
    last = common.plausible.latest if may_be_ahead else received_on + timedelta(days=common.plausible.days_ahead)
    if may_be_ahead:
        words = [word_key(word) for word in common.no_end.words]
        is_endless = without_blanks(text).is_in(words).fill_null(False) | (day >= common.no_end.from_).fill_null(False)
        is_stated = field.name in common.no_end.stated_in and not field.is_expiry
        value = pl.when(~is_endless).then(day).otherwise(common.no_end.as_ if is_stated else None)
    is_unreadable = text.is_not_null() & day.is_null() & ~is_endless
    is_implausible = ~is_endless & ((day < first) | (day > last))
    if field.name in common.may_be_unread and not (field.is_expiry or field.is_required):
        is_unread = (is_unreadable | is_implausible).fill_null(False)
        return pl.when(~is_unread).then(value), [_check(field, is_unread, "unread_day", "", "")]
    between = f"{first.isoformat()}至{last.isoformat()}之间的日期"
    return value, [
        _check(field, is_unreadable, "bad_date", f"{field.label}不是能识别的日期", "日期，如2025-03-01"),
        _check(field, is_implausible, "implausible_date", f"{field.label}超出合理范围", between),
    ]


def _number_value(field: SourceField, text: pl.Expr) -> tuple[pl.Expr, list[Check]]:
    number = number_text(_without_spreadsheet_quotes(halfwidth(text)))
    places = PLACES[field.cell.unit] if field.cell.unit else 0
    states_number = is_number(number)
    unit = f"，单位{field.cell.unit}" if field.cell.unit else ""
    form = f"至多{places}位小数的数" if places else "整数"
    expected = f"不小于零、{form}{unit}，如1234" + (".5" if places else "")
    label = _UNIT.sub("", field.label) if field.is_money else field.label  # what is expected says the unit
    value = scaled(number, places)
    if field.is_money:
        written = pl.when(~states_number).then(number).map_elements(parse_amount, return_dtype=pl.Int64())
        value = pl.when(states_number).then(value).otherwise(written)
        unread = _check(field, ~states_number & written.is_null(), "unread_amount", "", "")
    else:
        unread = _check(field, ~states_number, "bad_number", f"{label}不是能识别的数", expected)
    return value, [
        unread,
        _check(field, is_negative(number), "negative", f"{label}为负数", expected),
        _check(field, states_number & is_inexact(number, places), "inexact", f"{label}小数位过多", expected),
        _check(field, states_number & is_huge(number), "too_large", f"{label}过大", expected),
    ]


def _vocabulary_value(field: SourceField, text: pl.Expr, words: dict[str, str]) -> tuple[pl.Expr, list[Check]]:
    key = without_blanks(text)
    value = key.replace_strict(words, default=None, return_dtype=pl.String())
    return value, [_unknown_word(field, key.is_not_null() & ~key.is_in(list(words)), words)]


def _list_value(field: SourceField, text: pl.Expr, words: dict[str, str]) -> tuple[pl.Expr, list[Check]]:
    """A sorted list: the order in the file means nothing."""
    separators = "[" + (field.cell.split or _SEPARATOR) + "]"
    parts = text.str.replace_all(separators, _SEPARATOR).str.split(_SEPARATOR)
    parts = parts.list.eval(pl.element().str.strip_chars().filter(pl.element().str.strip_chars() != ""))
    parts = parts.list.eval(mask_person_numbers(pl.element()))
    checks = [_missing(field, parts.list.len() == 0)] if field.is_required else []
    if words:
        keys = parts.list.eval(without_blanks(pl.element()))
        unknown = keys.list.eval(~pl.element().is_in(list(words))).list.any()
        parts = keys.list.eval(pl.element().replace_strict(words, default=None, return_dtype=pl.String()))
        checks.append(_unknown_word(field, unknown, words))
    value = parts.list.unique().list.sort()
    return pl.when(value.list.len() > 0).then(value).cast(TEXT_LIST), checks


def _unknown_word(field: SourceField, fails: pl.Expr, words: dict[str, str]) -> Check:
    expected = "以下之一：" + "、".join(list(words)[:_WORDS_SHOWN]) + ("等" if len(words) > _WORDS_SHOWN else "")
    return _check(field, fails, "unknown_word", f"{field.label}的取值不在词表内", expected)


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
        if not each.raw_columns:  # a constant, a template or nothing
            values.append(expressions.value.alias(expressions.name))
            continue
        value, found = evaluate_field(frame, expressions, each.raw_columns)
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
