"""Cases that an officer writes to test a scheme: a day, the records that matter, and the rating expected of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import polars as pl
from pydantic import Field

from transforms.policy_model.document import Document, Place, Points, PolicyModel, parse_document
from transforms.policy_model.scheme import Accumulation, DirectPlacement, Item, Scheme
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

    Kinds, columns and coded values may be written as codes or as Chinese terms; they are returned as codes.
    Raises PolicyProblems with every mistake found.
    """
    file, document = parse_document(text, file_name, CaseFile)
    scheme = schemes.get(file.scheme)
    if scheme is None:
        document.add(("scheme",), f"no scheme '{file.scheme}'", value=file.scheme, allowed=schemes)
    kind_labels = {name: kind.label for name, kind in KINDS.items()}
    first_lines: dict[str, int] = {}
    cases = []
    for i, written in enumerate(file.cases):
        place: Place = ("cases", i)
        name_place = (*place, "name")
        if written.name in first_lines:
            message = f"the name '{written.name}' is given twice, first on line {first_lines[written.name]}"
            document.add(name_place, message, value=written.name)
        first_lines.setdefault(written.name, document.line(name_place))
        records: dict[str, list[dict[str, object]] | None] = {}
        for term, rows in written.records.items():
            kind, at = to_code(term, kind_labels), (*place, "records", term)
            if kind not in KINDS:
                document.add_key(at, f"no record kind '{term}'", allowed=kind_labels)
            else:
                coded = (_coded_record(document, (*at, j), KINDS[kind], row) for j, row in enumerate(rows or []))
                records[kind] = list(coded)
        expected = _coded_expectation(document, (*place, "expected"), written.expected)
        case = written.model_copy(update={"records": records, "expected": expected})
        if scheme is not None:
            _check_against_scheme(document, place, case, scheme)
        cases.append(case)
    document.raise_problems()
    return CaseFile(scheme=file.scheme, cases=cases)


def to_code(term: str, codes: Mapping[str, str]) -> str:
    """The code of a Chinese term of a vocabulary; anything else as it is."""
    return {label: code for code, label in codes.items()}.get(term, term)


def _coded_record(document: Document, place: Place, kind: Kind, row: Mapping[str, object]) -> dict[str, object]:
    more = (*([RELEASED_ON] if kind.is_releasable else []), *([LISTED_UNTIL_ON] if kind.name == LISTING_KIND else []))
    columns = {column.name: column for column in (*kind.table.columns, *more)}
    labels = {name: column.label for name, column in columns.items()}
    record: dict[str, object] = {}
    for term, value in row.items():
        name = to_code(term, labels)
        if name not in labels:
            document.add_key((*place, term), f"{kind.name} has no column '{term}'", allowed=labels)
        else:
            column, at, coded = columns[name], (*place, term), value
            fits, expected = _FITS.get(column.dtype, (lambda value: False, "nothing: ingest makes it"))
            if value is not None and not fits(value):
                document.add(at, f"'{value}' does not fit {name}", value=value, expected=expected)
            elif column.codes and isinstance(value, str):
                coded = _known_code(document, at, value, column.codes)
            elif column.codes and isinstance(value, list):
                coded = [_known_code(document, (*at, i), one, column.codes) for i, one in enumerate(value)]
            record[name] = coded
    for column in kind.columns:
        # The day of the event, and coded columns that every record has.
        must_be_given = column.name == kind.event_on or (column.required and column.codes)
        if must_be_given and record.get(column.name) is None:
            document.add(place, f"'{column.name}' ({column.label}) is missing", expected=f"the {column.doc}")
    return record


def _known_code(document: Document, place: Place, term: str, codes: Mapping[str, str]) -> str:
    code = to_code(term, codes)
    if code not in codes:
        document.add(place, f"unknown word '{term}'", value=term, allowed=codes)
    return code


def _coded_expectation(document: Document, place: Place, expected: ExpectedRating) -> ExpectedRating:
    update: dict[str, object] = {}
    if expected.decided_by is not None:
        update["decided_by"] = _known_code(document, (*place, "decided_by"), expected.decided_by, DECIDERS)
    if expected.not_counted is not None:
        update["not_counted"] = {
            id_: _known_code(document, (*place, "not_counted", id_), term, REASONS_NOT_COUNTED)
            for id_, term in expected.not_counted.items()
        }
    return expected.model_copy(update=update)


def _check_against_scheme(document: Document, place: Place, case: Case, scheme: Scheme) -> None:
    """The day, the tier and the ids that a case names exist in its scheme."""
    first = min(scheme.tiers.values)
    if case.as_of < first:
        document.add((*place, "as_of"), f"{case.as_of} is before the scheme", expected=f"{first} or later")
        return
    tier, tiers = case.expected.tier, [one.tier for one in scheme.tiers.on(case.as_of) or []]
    if tier not in tiers:
        document.add((*place, "expected", "tier"), f"no tier '{tier}'", value=tier, allowed=tiers)
    dated = scheme.sections.values.values() if scheme.sections else ()
    titles = {section.id: section.title for sections in dated for section in sections or ()}
    titles["score"] = ROLES_IN_TRACE["score_limit"]
    rules: tuple[Item | Accumulation | DirectPlacement, ...] = (*scheme.items, *scheme.accumulations, *scheme.direct)
    titles |= {rule.id: rule.title for rule in rules}
    for name in ("trace", "not_counted"):
        for id_ in getattr(case.expected, name) or {}:
            if id_ not in titles:
                document.add_key((*place, "expected", name, id_), f"the scheme has no '{id_}'", allowed=titles)
