"""Cases an officer writes: a sentence, a day, the records that matter, and the rating that must come of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

import polars as pl
from pydantic import Field

from transforms.policy_model.dated_values import Points, PolicyModel
from transforms.policy_model.document import Document, Path, parse_document
from transforms.policy_model.scheme import Scheme
from transforms.schemas import KINDS, LISTING_KIND, Column, Kind
from transforms.schemas.base import BOOLEAN, DATE, INTEGER, TEXT, TEXT_LIST
from transforms.schemas.run_tables import DECIDERS, REASONS_NOT_COUNTED, ROLES_IN_TRACE

# What a case may say of any record that can be released: it is no column of the record but follows from decisions.
RELEASED_ON = Column("released_on", DATE, "修复或者移出日期", "day of the repair or early removal that stands")
# And of a listing: its last day, which follows from the law of the list.
LISTED_UNTIL_ON = Column("stands_until_on", DATE, "在列至", "last day of the listing by the law of the list")
_FITS: Mapping[pl.DataType, tuple[Callable[[object], bool], str]] = {
    TEXT: (lambda value: isinstance(value, str), "text; in quotes where it looks like a number or a date"),
    TEXT_LIST: (lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value), "a list: [a, b]"),
    INTEGER: (lambda value: isinstance(value, int) and not isinstance(value, bool), "a whole number (money in fen)"),
    DATE: (lambda value: isinstance(value, date), "a date such as 2017-03-01"),
    BOOLEAN: (lambda value: isinstance(value, bool), "true or false"),
}


class ExpectedRating(PolicyModel):
    """What the rating must say; what is left out is not looked at.

    score in points. trace: points counted, by id of the item, accumulation or section; given at all, it is the
    whole trace (nothing else gave points). not_counted: id of the item to the reason.
    """

    tier: str
    score: Points | None = None
    decided_by: str | None = None
    decided_by_id: str | None = None
    locked_until_on: date | None = None
    next_change_on: date | None = None
    trace: dict[str, Points] | None = None
    not_counted: dict[str, str] | None = None


class Case(PolicyModel):
    """One enterprise on one day: `records` by kind, each with only the columns that matter.

    Beside its columns a record that can be released may have released_on, the day of its repair or early removal, and
    a listing stands_until_on, its last day.
    """

    name: str = Field(min_length=1)
    as_of: date
    records: dict[str, list[dict[str, object]] | None] = Field(default_factory=dict)
    expected: ExpectedRating


class CaseFile(PolicyModel):
    """The cases of one scheme; `scheme` is its name."""

    scheme: str
    cases: list[Case] = Field(min_length=1)


def load_cases(text: str, file_name: str, schemes: Mapping[str, Scheme]) -> CaseFile:
    """The cases written in `text` (YAML), checked against their scheme, one of `schemes` (by name).

    Kinds, columns and coded values may be written as codes or with their Chinese words; they come back as codes.
    Raises PolicyProblems with every mistake found.
    """
    file, document = parse_document(text, file_name, CaseFile)
    if file.scheme not in schemes:
        document.add(("scheme",), f"no scheme '{file.scheme}'", value=file.scheme, words=schemes)
    _check_names(file, document)
    cases = [_case(document, ("cases", i), case) for i, case in enumerate(file.cases)]
    for i, case in enumerate(cases):
        if file.scheme in schemes:
            _check_expected(document, ("cases", i, "expected"), case, schemes[file.scheme])
    document.settle()
    return CaseFile(scheme=file.scheme, cases=cases)


def _check_names(file: CaseFile, document: Document) -> None:
    seen: dict[str, int] = {}
    for i, case in enumerate(file.cases):
        path: Path = ("cases", i, "name")
        if case.name in seen:
            message = f"the name '{case.name}' stands twice, first on line {seen[case.name]}"
            document.add(path, message, value=case.name)
        seen.setdefault(case.name, document.line(path))


def to_code(word: str, words: Mapping[str, str]) -> str:
    """The code of a Chinese word of a vocabulary; anything else as it is."""
    return {label: code for code, label in words.items()}.get(word, word)


def _case(document: Document, path: Path, case: Case) -> Case:
    """The case with codes for every kind, column and word; what is unknown is noted."""
    labels = {name: kind.label for name, kind in KINDS.items()}
    records: dict[str, list[dict[str, object]] | None] = {}
    for word, rows in case.records.items():
        place = (*path, "records", word)
        name = to_code(word, labels)
        if name not in KINDS:
            document.add_key(place, f"no record kind '{word}'", words=labels)
        else:
            records[name] = [_record(document, (*place, i), KINDS[name], row) for i, row in enumerate(rows or [])]
    return case.model_copy(update={"records": records, "expected": _coded(document, path, case.expected)})


def _coded(document: Document, path: Path, expected: ExpectedRating) -> ExpectedRating:
    update: dict[str, object] = {}
    place = (*path, "expected")
    if expected.decided_by is not None:
        update["decided_by"] = _word(document, (*place, "decided_by"), expected.decided_by, DECIDERS)
    if expected.not_counted is not None:
        where = (*place, "not_counted")
        update["not_counted"] = {
            id_: _word(document, (*where, id_), word, REASONS_NOT_COUNTED) for id_, word in expected.not_counted.items()
        }
    return expected.model_copy(update=update)


def _word(document: Document, path: Path, word: str, words: Mapping[str, str]) -> str:
    code = to_code(word, words)
    if code not in words:
        document.add(path, f"unknown word '{word}'", value=word, words=words)
    return code


def _record(document: Document, path: Path, kind: Kind, row: Mapping[str, object]) -> dict[str, object]:
    more = (*([RELEASED_ON] if kind.is_releasable else []), *([LISTED_UNTIL_ON] if kind.name == LISTING_KIND else []))
    columns = {column.name: column for column in (*kind.table.columns, *more)}
    labels = {name: column.label for name, column in columns.items()}
    record: dict[str, object] = {}
    for word, value in row.items():
        name = to_code(word, labels)
        if name not in labels:
            document.add_key((*path, word), f"{kind.name} has no column '{word}'", words=labels)
        else:
            record[name] = _value(document, (*path, word), columns[name], value)
    for column in _must_be_given(kind):
        if record.get(column.name) is None:
            message = f"'{column.name}' ({column.label}) is missing"
            document.add(path, message, expected=f"the {column.doc}")
    return record


def _must_be_given(kind: Kind) -> Iterator[Column]:
    """The day of the event, and coded columns that no record goes without."""
    for column in kind.columns:
        if column.name == kind.event_on or (column.required and column.codes):
            yield column


def _value(document: Document, path: Path, column: Column, value: object) -> object:
    fits, expected = _FITS.get(column.dtype, (lambda value: False, "nothing: it is made by the intake"))
    if value is not None and not fits(value):
        document.add(path, f"'{value}' does not fit {column.name}", value=value, expected=expected)
    elif column.codes and isinstance(value, str):
        return _word(document, path, value, column.codes)
    elif column.codes and isinstance(value, list):
        return [_word(document, (*path, i), word, column.codes) for i, word in enumerate(value)]
    return value


def _check_expected(document: Document, path: Path, case: Case, scheme: Scheme) -> None:
    first = min(scheme.tiers.values)
    if case.as_of < first:
        document.add((*path[:-1], "as_of"), f"{case.as_of} is before the scheme", expected=f"{first} or later")
        return
    tiers = [tier.tier for tier in scheme.tiers.on(case.as_of) or []]
    if case.expected.tier not in tiers:
        document.add((*path, "tier"), f"no tier '{case.expected.tier}'", value=case.expected.tier, words=tiers)
    ids = _ids(scheme)
    for name in ("trace", "not_counted"):
        for id_ in getattr(case.expected, name) or {}:
            if id_ not in ids:
                document.add_key((*path, name, id_), f"the scheme has no '{id_}'", words=ids)


def _ids(scheme: Scheme) -> dict[str, str]:
    """Every id that may stand in a trace, with its title."""
    dated = scheme.sections.values.values() if scheme.sections else ()
    sections = [section for value in dated for section in value or ()]
    titles = {section.id: section.title for section in sections} | {"score": ROLES_IN_TRACE["score_limit"]}
    titles |= {item.id: item.title for item in scheme.items}
    titles |= {accumulation.id: accumulation.title for accumulation in scheme.accumulations}
    return titles | {direct.id: direct.title for direct in scheme.direct}
