"""One field of a row: the expression that reads it, and the checks that find unreadable cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from transforms.date_parsing import parse_date
from transforms.person_numbers import mask_person_numbers
from transforms.policy_model.source import FieldMapping, SourceDefaults
from transforms.records import numbers
from transforms.records.numbers import parse_amount
from transforms.records.problems import PROBLEMS, Check, find_problems
from transforms.records.text import (
    document_number,
    halfwidth,
    is_document_number,
    mask_number,
    without_blanks,
    without_invisible,
    word_key,
)
from transforms.schemas.base import BOOLEAN, TEXT, TEXT_LIST, Column
from transforms.schemas.vocabularies import SIGNED_STEPS, YES_NO

_CODES = ("_code", "_nos", "uscc", "registration_no")

_NAMES = ("name", "names")

_SEPARATOR = "\x1f"

CELL_TEXT, CELL_DAY = "\x01text", "\x01day"

_WORDS_SHOWN = 12


def accepted_heading(cell: FieldMapping, headings: frozenset[str]) -> str:
    """The accepted heading a file has; the first accepted one where it has none; empty for what is not read."""
    return next((h for h in cell.from_ if h in headings), cell.from_[0] if cell.from_ else "")


@dataclass(frozen=True)
class SourceField:
    """A field to be read: its name, its cell in the source, the column of the kind (an input has none).

    is_expiry: it is the term by which a record of its kind expires.
    """

    name: str
    cell: FieldMapping
    column: Column | None
    headings: frozenset[str]
    is_expiry: bool = False

    @property
    def heading(self) -> str:
        """The heading under which the file has it, as problems show it."""
        return accepted_heading(self.cell, self.headings)

    @property
    def label(self) -> str:
        """What an officer calls it."""
        return self.column.label if self.column else self.heading

    @property
    def dtype(self) -> pl.DataType:
        """The type it is read as."""
        if self.column:
            return self.column.dtype
        return self.cell.input_type

    @property
    def is_required(self) -> bool:
        """Whether a row without it is turned away."""
        return self.cell.required or bool(self.column and self.column.required)

    @property
    def is_money(self) -> bool:
        """Whether it is an amount of money, which may be unknown."""
        return self.column is not None and self.name.endswith("_fen")

    @property
    def found(self) -> list[str]:
        """Its accepted headings that the file has: several where a corrected workbook joins files of two makes."""
        return [heading for heading in self.cell.from_ if heading in self.headings]


@dataclass(frozen=True)
class FieldExpressions:
    """The value of a field and the checks on its cell, over its raw columns and what `read` adds to them.

    So the text, and the day it names, are worked out once, whatever asks for them.
    """

    name: str
    dtype: pl.DataType
    text: pl.Expr
    value: pl.Expr
    checks: tuple[Check, ...] = ()
    day: pl.Expr | None = None

    def read(self, frame: pl.DataFrame) -> pl.DataFrame:
        """`frame` with the cell's text in TEXT_READ, and of a date its day in DAY_READ."""
        whole = frame.with_columns(self.text.alias(CELL_TEXT))
        return whole if self.day is None else whole.with_columns(self.day.alias(CELL_DAY))


def raw_column(heading: str) -> str:
    """The column of a heading's text: a heading may be called like a field of ours."""
    return f"\x00{heading}"


def field_expressions(field: SourceField, common: SourceDefaults, received_on: date, zone: str) -> FieldExpressions:
    """How `field` is read. Its raw column is text; a hashed secret is left as plain text for the caller to hash."""
    if not field.found:
        return FieldExpressions(field.name, field.dtype, pl.lit(None, dtype=TEXT), _without_cell(field))
    text = pl.col(CELL_TEXT)
    value, checks = _typed(field, text, common, received_on)
    every = (*_text_checks(field, text, common), *checks)
    day = None
    if field.dtype == pl.Date():
        day = parse_date(_unmarked(halfwidth(text)), field.cell.dates or common.dates, zone)
    return FieldExpressions(field.name, field.dtype, _text(field, common), value, every, day)


def _without_cell(field: SourceField) -> pl.Expr:
    if field.cell.template is not None:
        return _template(field)
    return pl.lit(field.cell.constant, dtype=field.dtype)


def _template(field: SourceField) -> pl.Expr:
    form = field.cell.template or ""
    for part in field.cell.parts:
        form = form.replace(f"{{{part}}}", "{}")
    return mask_person_numbers(pl.format(form, *(pl.col(part).cast(pl.String()) for part in field.cell.parts)))


def _raw(field: SourceField) -> pl.Expr:
    return pl.coalesce(_cells(field))


def _cells(field: SourceField) -> list[pl.Expr]:
    return [pl.col(raw_column(heading)) for heading in field.found]


def _text(field: SourceField, common: SourceDefaults) -> pl.Expr:
    """The cell's text as the source declares it: trimmed, null words empty, declared replacements made."""
    text = _raw(field).str.strip_chars()
    is_code = field.column is None or field.cell.secret or field.name.endswith(_CODES)
    text = _unmarked(halfwidth(text)) if is_code else text
    for pattern, replacement in field.cell.replace.items():
        text = text.str.replace_all(pattern, replacement)
    is_nothing = text.is_in([*common.null_words, *field.cell.ignore])
    if field.cell.unit:
        is_nothing |= text.str.contains(common.unread_amounts)
    return pl.when(~is_nothing).then(text)


def _unmarked(text: pl.Expr) -> pl.Expr:
    """Text without what spreadsheets put around digits to keep them as text: '2026, ="2026"."""
    return text.str.replace(r"^='?\"(.*)\"$", "${1}").str.replace(r"^'(.+)$", "${1}").str.strip_chars()


def _check(field: SourceField, fails: pl.Expr, code: str, reason: str, expected: str) -> Check:
    value = _raw(field) if not field.cell.secret else mask_number(_raw(field))
    return Check(field.heading, fails, code, reason, expected, value)


def _text_checks(field: SourceField, text: pl.Expr, common: SourceDefaults) -> Iterator[Check]:
    for second in _cells(field)[1:]:
        differs = second.str.strip_chars() != _raw(field).str.strip_chars()
        both = "与".join(f"“{heading}”" for heading in field.found)
        yield _check(field, differs, "two_values", f"{both}同为{field.label}，内容不一致", "只填一列，或两列一致")
    for rule in common.refuse if not field.is_money else ():
        yield _check(field, _raw(field).str.contains(rule.pattern), "unreadable", rule.reason, "完整清晰的原文")
    if field.is_required:
        yield _missing(field, text.is_null())
    for rule in common.refuse_names if field.name.endswith(_NAMES) else ():
        yield _check(field, text.str.contains(rule.pattern), "formula", rule.reason, "不以公式符号开头的全称")
    is_key = field.is_required or field.name.endswith((*_CODES, *_NAMES, "_no"))
    for rule in common.refuse_keys if is_key and not field.cell.unit else ():
        yield _check(field, text.str.contains(rule.pattern), "unreadable", rule.reason, f"填写{field.label}")
    for rule in field.cell.refuse:
        yield _check(field, text.str.contains(rule.pattern), "refused", rule.reason, field.cell.expected or "真实记录")
    if field.cell.pattern:
        fails = ~text.str.contains(f"^(?:{field.cell.pattern})$")
        yield _check(field, fails, "pattern", f"{field.label}格式不符", field.cell.expected)


def _missing(field: SourceField, fails: pl.Expr) -> Check:
    return _check(field, fails, "missing", f"缺少{field.label}", f"填写{field.label}")


def _typed(field: SourceField, text: pl.Expr, common: SourceDefaults, on: date) -> tuple[pl.Expr, list[Check]]:
    words = vocabulary(field)
    match field.dtype:
        case pl.Date():
            return _day(field, text, common, on)
        case pl.Int64():
            return _count(field, text)
        case pl.Boolean():
            value, checks = _word(field, text, words)
            return value == "true", checks
        case pl.List():
            return _texts(field, text, words)
        case pl.String():
            return _word(field, text, words) if words else (_plain(field, text), [])
    raise TypeError(f"no way to read a {field.dtype}")


def _plain(field: SourceField, text: pl.Expr) -> pl.Expr:
    if field.name.endswith("uscc"):
        return without_blanks(text).str.replace_all("-", "").str.to_uppercase()
    if field.cell.secret:
        number = without_blanks(text).str.to_uppercase()
        return mask_number(number) if field.cell.secret == "mask" else number
    if field.column is None:
        return text
    if is_document_number(field.name):
        return mask_person_numbers(document_number(text), is_identifier=True)
    shown = without_invisible(text).str.strip_chars() if field.name.endswith(_NAMES) else text
    return mask_person_numbers(shown, is_identifier=field.name.endswith(_CODES))


def _day(field: SourceField, text: pl.Expr, common: SourceDefaults, on: date) -> tuple[pl.Expr, list[Check]]:
    read = pl.col(CELL_DAY)
    value, is_endless = read, pl.lit(False)
    first = common.plausible.earliest
    is_ahead = field.name in common.ahead
    last = common.plausible.latest if is_ahead else on + timedelta(days=common.plausible.days_ahead)
    if is_ahead:
        words = [word_key(word) for word in common.no_end.words]
        is_endless = without_blanks(text).is_in(words).fill_null(False) | (read >= common.no_end.from_).fill_null(False)
        is_stated = field.name in common.no_end.stated_in and not field.is_expiry
        value = pl.when(~is_endless).then(read).otherwise(common.no_end.as_ if is_stated else None)
    bad = text.is_not_null() & read.is_null() & ~is_endless
    out = ~is_endless & ((read < first) | (read > last))
    if field.name in common.may_be_unread and not (field.is_expiry or field.is_required):
        unread = (bad | out).fill_null(False)
        value = pl.when(~unread).then(value)
        return value, [_check(field, unread, "unread_day", "", "")]
    between = f"{first.isoformat()}至{last.isoformat()}之间的日期"
    return value, [
        _check(field, bad, "bad_date", f"{field.label}不是能识别的日期", "日期，如2025-03-01"),
        _check(field, out, "implausible_date", f"{field.label}超出合理范围", between),
    ]


def _count(field: SourceField, text: pl.Expr) -> tuple[pl.Expr, list[Check]]:
    number = numbers.number_text(_unmarked(halfwidth(text)))
    places = numbers.PLACES[field.cell.unit] if field.cell.unit else 0
    is_number = numbers.is_number(number)
    unit = f"，单位{field.cell.unit}" if field.cell.unit else ""
    most = f"至多{places}位小数的数" if places else "整数"
    expected = f"不小于零、{most}{unit}，如1234" + (".5" if places else "")
    label = field.label.removesuffix("（分）") if field.is_money else field.label  # the file has another unit
    value = numbers.scaled(number, places)
    if field.is_money:
        written = pl.when(~is_number).then(number).map_elements(parse_amount, return_dtype=pl.Int64())
        value = pl.when(is_number).then(value).otherwise(written)
        unread = _check(field, ~is_number & written.is_null(), "unread_amount", "", "")
    else:
        unread = _check(field, ~is_number, "bad_number", f"{label}不是能识别的数", expected)
    return value, [
        unread,
        _check(field, numbers.is_negative(number), "negative", f"{label}为负数", expected),
        _check(field, is_number & numbers.is_inexact(number, places), "inexact", f"{label}小数位过多", expected),
        _check(field, is_number & numbers.is_huge(number), "too_large", f"{label}过大", expected),
    ]


def vocabulary(field: SourceField) -> dict[str, str]:
    """Source word to code: the Chinese words of the kind, and those of the source."""
    column = field.column
    given = YES_NO if field.dtype == BOOLEAN else (column.codes if column else {})
    canonical = {word_key(word): code for code, word in given.items()}
    # So that a file with the code itself is told the same as one with the word.
    canonical |= {code: code for code in given if code in SIGNED_STEPS}
    return {**canonical, **{word_key(word): code for word, code in field.cell.words.items()}}


def _word(field: SourceField, text: pl.Expr, words: dict[str, str]) -> tuple[pl.Expr, list[Check]]:
    key = without_blanks(text)
    unknown = key.is_not_null() & ~key.is_in(list(words))
    value = key.replace_strict(words, default=None, return_dtype=pl.String())
    return value, [_check(field, unknown, "unknown_word", f"{field.label}的取值不在词表内", _one_of(words))]


def _texts(field: SourceField, text: pl.Expr, words: dict[str, str]) -> tuple[pl.Expr, list[Check]]:
    """A list in canonical order: the order of a list means nothing."""
    separators = "[" + (field.cell.split or _SEPARATOR) + "]"
    parts = text.str.replace_all(separators, _SEPARATOR).str.split(_SEPARATOR)
    parts = parts.list.eval(pl.element().str.strip_chars().filter(pl.element().str.strip_chars() != ""))
    parts = parts.list.eval(mask_person_numbers(pl.element()))
    checks = [_missing(field, parts.list.len() == 0)] if field.is_required else []
    if words:
        keys = parts.list.eval(without_blanks(pl.element()))
        unknown = keys.list.eval(~pl.element().is_in(list(words))).list.any()
        parts = keys.list.eval(pl.element().replace_strict(words, default=None, return_dtype=pl.String()))
        checks += [_check(field, unknown, "unknown_word", f"{field.label}的取值不在词表内", _one_of(words))]
    value = parts.list.unique().list.sort()
    return pl.when(value.list.len() > 0).then(value).cast(TEXT_LIST), checks


def _one_of(words: dict[str, str]) -> str:
    shown = list(words)[:_WORDS_SHOWN]
    return "以下之一：" + "、".join(shown) + ("等" if len(words) > _WORDS_SHOWN else "")


# Rows to a different text; where there are fewer, finding the texts out costs more than it saves.
_WORTH_IT, _WORTH_IT_FOR_TEXT = 2, 8


def evaluate_field(
    frame: pl.DataFrame, reading: FieldExpressions, cells: Sequence[str]
) -> tuple[pl.Series, pl.DataFrame]:
    """The reading's value on every row of `frame`, and the problems of its cells (PROBLEMS).

    cells: all columns that the reading looks at, mostly one. What it says of a row follows from their text alone.
    """
    if not _is_worth_it(frame, reading, cells):
        whole = reading.read(frame.select("row_no", *cells))
        return _value(whole, reading), find_problems(whole, reading.checks)
    different = reading.read(frame.select(cells).unique())
    read = different.select(*cells, _value(different, reading))
    values = frame.select(cells).join(read, on=cells, how="left", nulls_equal=True, maintain_order="left")
    return values[reading.name], _problems(frame, different, reading, cells)


def _is_worth_it(frame: pl.DataFrame, reading: FieldExpressions, cells: Sequence[str]) -> bool:
    if len(cells) != 1:
        return False
    different: int = frame.select(pl.approx_n_unique(cells[0])).item()
    least = _WORTH_IT_FOR_TEXT if reading.dtype == TEXT else _WORTH_IT
    return different * least <= frame.height


def _value(frame: pl.DataFrame, reading: FieldExpressions) -> pl.Series:
    return frame.lazy().select(reading.value.alias(reading.name)).collect().to_series()


def _problems(
    frame: pl.DataFrame, different: pl.DataFrame, reading: FieldExpressions, cells: Sequence[str]
) -> pl.DataFrame:
    if not reading.checks:
        return PROBLEMS.to_frame()
    faulty = different.lazy().filter(pl.any_horizontal(check.fails for check in reading.checks)).collect()
    if faulty.is_empty():
        return PROBLEMS.to_frame()
    rows = frame.select("row_no", *cells).join(faulty, on=cells, how="inner", nulls_equal=True, maintain_order="left")
    return find_problems(rows, reading.checks)
