"""What must hold of a table: its spec, and the suite of expectations from its columns, row rules and volume.

The caller builds the specs; the gate knows no table itself. Suites are plain data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any, Literal

import polars as pl

from expectations.rules import RULES
from expectations.verdict import Severity

# "parts": a list of structs, of which the gate only checks whether it is filled.
ColumnKind = Literal["text", "texts", "count", "flag", "day", "instant", "parts"]
_DTYPES: dict[ColumnKind, pl.DataType] = {
    "text": pl.String(),
    "texts": pl.List(pl.String()),
    "count": pl.Int64(),
    "flag": pl.Boolean(),
    "day": pl.Date(),
    "instant": pl.Datetime("us", "UTC"),
}


class WrongShape(ValueError):
    """A frame has other columns or types than its table: an error of the program, not of the data."""


@dataclass(frozen=True)
class GateLimits:
    """Bounds set by policy, all inclusive; percentages are whole numbers.

    earliest_on, latest_on: dates outside give a warning. minimum_percent: fewer rows than this share of
    `previous_count` are critical; maximum_percent: more give a warning. quarantine_notice_percent: a file with a larger
    share of quarantined rows gives a warning. quarantine_refusal_percent: a kind of record with a larger share is
    critical, once `quarantine_least_rows` rows were read. amount_most_fen: larger sums of money give a warning.
    """

    earliest_on: date
    latest_on: date
    quarantine_notice_percent: int
    quarantine_refusal_percent: int
    quarantine_least_rows: int
    amount_most_fen: int
    minimum_percent: int | None = None
    maximum_percent: int | None = None


@dataclass(frozen=True)
class ColumnSpec:
    """A column: name, kind, Chinese label, whether it must be filled, and its closed vocabulary, if any."""

    name: str
    kind: ColumnKind
    label: str
    is_required: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableSpec:
    """A table: its columns, its unique key, the columns that name a row in findings, and its limits.

    counted_as: what its rows are called where they are counted, in English and in Chinese.
    """

    name: str
    label: str
    columns: tuple[ColumnSpec, ...]
    key: tuple[str, ...]
    named_by: tuple[str, ...]
    limits: GateLimits
    counted_as: tuple[str, str] = ("rows", "行")

    def label_of(self, column: str) -> str:
        """The Chinese label of `column`; empty where the table has no such column."""
        return next((spec.label for spec in self.columns if spec.name == column), "")

    def check(self, schema: pl.Schema) -> None:
        """Raise WrongShape, with all differences, unless `schema` has these columns and types (in any order)."""
        kinds = {column.name: column.kind for column in self.columns}
        problems = [
            f"{name} is missing ({_DTYPES.get(kind, kind)})" for name, kind in kinds.items() if name not in schema
        ]
        problems += [f"{name} is not a column of this table" for name in schema if name not in kinds]
        for name, kind in kinds.items():
            if name not in schema:
                continue
            dtype = schema[name]
            if kind == "parts":
                if not (isinstance(dtype, pl.List) and dtype.inner == pl.Struct):
                    problems.append(f"{name} is {dtype}, expected a list of records")
            elif dtype != _DTYPES[kind]:
                problems.append(f"{name} is {dtype}, expected {_DTYPES[kind]}")
        if problems:
            raise WrongShape(f"the frame for {self.name} has another shape: " + "; ".join(problems))


LIST_SEPARATOR = "|"  # lists are checked as one text, in which a regular expression finds the words
_FROM_ZERO = re.compile(r".*(_fen|_count|_bytes)|tier_index|index_(before|after)")
_FROM_ONE = re.compile(r"version_no|row_no|position")
# Columns with text of one form: the pattern, and the form in English and Chinese.
_FORMS = {
    "uscc": (
        r"^[0-9A-HJ-NP-RTUW-Y]{18}$",
        "18 characters of 0-9 and A-Z without I, O, S, V, Z (GB 32100-2015)",
        "应为 18 位统一社会信用代码",
    ),
    "file_id": (r"^[0-9a-f]{64}$", "a SHA-256 in hexadecimal", "应为 64 位十六进制数"),
    "row_hash": (r"^[0-9a-f]{16,64}$", "a hash in hexadecimal", "应为 16 至 64 位十六进制数"),
    "person_hash": (r"^[0-9a-f]{16,64}$", "a keyed hash in hexadecimal", "应为 16 至 64 位十六进制数"),
    "person_masked": (r"\*", "a masked number: it holds at least one *", "应为隐去部分数字的号码"),
}


class UnknownTable(LookupError):
    """No suite is written for a table of this name."""


class EmptySuite(LookupError):
    """Nothing is expected of a table."""


@dataclass(frozen=True)
class ExpectationSpec:
    """One thing that must hold.

    expectation: class name in Great Expectations or of the engine's own; description: for the operator; zh: the same
    in Chinese, with the labels of the columns, for officers.
    """

    expectation: str
    description: str
    zh: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = "critical"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns concerned; none for the table as a whole."""
        column = self.arguments.get("column")
        return (column,) if column else tuple(self.arguments.get("column_list", ()))


def suite_of(table: TableSpec, previous_count: int | None = None) -> tuple[ExpectationSpec, ...]:
    """All that must hold of `table`: columns, key, row rules; volume where `previous_count` rows are to compare with.

    Raises UnknownTable or EmptySuite.
    """
    if table.name not in RULES:
        near = get_close_matches(table.name, RULES, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise UnknownTable(f"the gate knows no table {table.name}{hint} It knows {', '.join(RULES)}.")
    suite = [spec for column in table.columns for spec in _of_column(column, table)]
    if table.key:
        description = f"{' + '.join(table.key)} is unique"
        zh = f"{'、'.join(f'“{table.label_of(name)}”' for name in table.key)}相同的行只能有一行"
        if len(table.key) == 1:
            suite.append(ExpectationSpec("ExpectColumnValuesToBeUnique", description, zh, {"column": table.key[0]}))
        else:
            columns = {"column_list": list(table.key)}
            suite.append(ExpectationSpec("ExpectCompoundColumnsToBeUnique", description, zh, columns))
    limits = asdict(table.limits)
    for rule in RULES[table.name]:
        labels = [f"“{table.label_of(column)}”" for column in rule.columns]
        suite.append(
            ExpectationSpec(
                "ExpectRowsToSatisfy",
                rule.description.format(**limits),
                rule.zh.format(**limits) if rule.zh else f"{labels[1]}不应早于{labels[0]}",
                {"column_list": list(rule.columns), "condition": rule.condition.format(**limits)},
                rule.severity,
            )
        )
    if not suite:
        raise EmptySuite(f"nothing is expected of {table.name}: a table that is not checked must not pass")
    return (*suite, *_of_volume(table, previous_count))


def _of_column(column: ColumnSpec, table: TableSpec) -> Iterator[ExpectationSpec]:
    def spec(
        expectation: str, description: str, zh: str, severity: Severity = "critical", **arguments: object
    ) -> ExpectationSpec:
        own = {"column": column.name, **arguments}
        return ExpectationSpec(expectation, f"{column.name} {description}", f"“{column.label}”{zh}", own, severity)

    quoted = f'"{column.name}"'  # in SQL: `position` and `column` are keywords
    if column.is_required:
        yield spec("ExpectColumnValuesToNotBeNull", "is always filled", "不得为空")
    if column.words and column.kind == "texts":
        word = f"(?:{'|'.join(map(re.escape, column.words))})"
        regex = f"^(?:{word}(?:{re.escape(LIST_SEPARATOR)}{word})*)?$"
        description = f"holds only {', '.join(column.words)}"
        yield spec("ExpectColumnValuesToMatchRegex", description, "应为规定的代码", regex=regex)
    elif column.words:
        description = f"is one of {', '.join(column.words)}"
        yield spec("ExpectColumnValuesToBeInSet", description, "应为规定的代码", value_set=list(column.words))
    if column.kind == "count":
        least = 1 if _FROM_ONE.fullmatch(column.name) else 0 if _FROM_ZERO.fullmatch(column.name) else None
        if least is not None:
            condition = f"{quoted} >= {least}"
            zh = f"不得小于 {least}"
            yield spec("ExpectColumnValuesToSatisfy", f"is {least} or more", zh, condition=condition)
    if column.kind == "day":
        # A warning: impossible dates were quarantined before; what is left is the sender's error.
        first, last = table.limits.earliest_on, table.limits.latest_on
        condition = f"{quoted} BETWEEN DATE '{first}' AND DATE '{last}'"
        description, zh = f"lies in {first} to {last}", f"应在 {first} 至 {last} 之间"
        yield spec("ExpectColumnValuesToSatisfy", description, zh, "warning", condition=condition)
    if column.name in _FORMS:
        regex, form, zh = _FORMS[column.name]
        yield spec("ExpectColumnValuesToMatchRegex", f"is {form}", zh, regex=regex)


def _of_volume(table: TableSpec, previous_count: int | None) -> Iterator[ExpectationSpec]:
    """Too few rows are critical, too many give a warning; nothing without a previous run to compare with."""
    if not previous_count:
        return
    low, high, kind = table.limits.minimum_percent, table.limits.maximum_percent, "ExpectTableRowCountToBeBetween"
    unit, unit_zh = table.counted_as
    if low is not None:
        least = -(-previous_count * low // 100)  # rounded up: the bound itself passes
        description = f"at least {least} {unit}, {low}% of the {previous_count} at the last run that passed"
        zh = f"不少于 {least} {unit_zh}（上次通过的运行有 {previous_count} {unit_zh}，下限 {low}%）"
        yield ExpectationSpec(kind, description, zh, {"min_value": least})
    if high is not None:
        most = previous_count * high // 100
        description = f"at most {most} {unit}, {high}% of the {previous_count} at the last run that passed"
        zh = f"不多于 {most} {unit_zh}（上次通过的运行有 {previous_count} {unit_zh}，上限 {high}%）"
        yield ExpectationSpec(kind, description, zh, {"max_value": most}, "warning")
