"""What must hold of a table: expectations from its columns, its row rules and its volume. Suites are plain data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from expectations.rules import RULES, ExpectationSpec
from expectations.table_spec import ColumnSpec, GateLimits, TableSpec


class UnknownTable(LookupError):
    """No suite is written for a table of this name."""


class EmptySuite(LookupError):
    """Nothing is expected of a table."""


def suite_of(table: TableSpec, previous_count: int | None = None) -> tuple[ExpectationSpec, ...]:
    """All that must hold of `table`: shape and vocabulary from its columns, row rules, volume.

    Raises UnknownTable or EmptySuite.
    """
    if table.name not in RULES:
        near = get_close_matches(table.name, RULES, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise UnknownTable(f"the gate knows no table {table.name}{hint} It knows {', '.join(RULES)}.")
    rules = [rule.expected(table.limits) for rule in RULES[table.name]]
    suite = (*column_expectations(table), *rules)
    if not suite:
        raise EmptySuite(f"nothing is expected of {table.name}: a table nobody looks at must not pass")
    return (*suite, *volume_expectations(table, previous_count))


_WORDS = "应为规定的代码"

LIST_SEPARATOR = "|"  # a list reaches the engine as one text, in which a regex finds its words

_FROM_ZERO = re.compile(r".*(_fen|_count|_bytes)|tier_index|index_(before|after)")

_FROM_ONE = re.compile(r"version_no|row_no|position")

# Names of the columns whose text has one form, with the form and its name in both languages.
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


def column_expectations(table: TableSpec) -> tuple[ExpectationSpec, ...]:
    """Expectations that follow from columns and key."""
    found = [expected for column in table.columns for expected in _of_column(column, table)]
    return (*found, *_of_key(table))


def _of_column(column: ColumnSpec, table: TableSpec) -> Iterator[ExpectationSpec]:
    if column.is_required:
        yield _one(column, "ExpectColumnValuesToNotBeNull", "is always filled", "不得为空")
    if column.words:
        yield _of_words(column)
    if column.kind == "count":
        yield from _of_count(column)
    if column.kind == "day":
        yield _of_day(column, table.limits)
    if column.name in _FORMS:
        regex, name, chinese = _FORMS[column.name]
        yield _one(column, "ExpectColumnValuesToMatchRegex", f"is {name}", chinese, regex=regex)


def _one(column: ColumnSpec, expectation: str, says: str, chinese: str, **arguments: object) -> ExpectationSpec:
    own = {"column": column.name, **arguments}
    return ExpectationSpec(expectation, f"{column.name} {says}", own, zh=f"“{column.label}”{chinese}")


def _of_day(column: ColumnSpec, limits: GateLimits) -> ExpectationSpec:
    first, last = limits.earliest_on, limits.latest_on
    condition = f"{_quoted(column)} BETWEEN DATE '{first}' AND DATE '{last}'"
    # Odd dates are the sender's; rows beyond doubt were turned away before. The night goes on.
    arguments = {"column": column.name, "condition": condition}
    chinese = f"“{column.label}”应在 {first} 至 {last} 之间"
    says = f"{column.name} lies in {first} to {last}"
    return ExpectationSpec("ExpectColumnValuesToSatisfy", says, arguments, "warning", chinese)


def _of_count(column: ColumnSpec) -> Iterator[ExpectationSpec]:
    least = 1 if _FROM_ONE.fullmatch(column.name) else 0 if _FROM_ZERO.fullmatch(column.name) else None
    if least is not None:
        condition = f"{_quoted(column)} >= {least}"
        yield _one(
            column, "ExpectColumnValuesToSatisfy", f"is {least} or more", f"不得小于 {least}", condition=condition
        )


def _quoted(column: ColumnSpec) -> str:
    """The column in SQL: quoted, for `position` and `column` are words of the language."""
    return f'"{column.name}"'


def _of_words(column: ColumnSpec) -> ExpectationSpec:
    says = f"is one of {', '.join(column.words)}"
    if column.kind != "texts":
        return _one(column, "ExpectColumnValuesToBeInSet", says, _WORDS, value_set=list(column.words))
    word = f"(?:{'|'.join(map(re.escape, column.words))})"
    separator = re.escape(LIST_SEPARATOR)
    regex = f"^(?:{word}(?:{separator}{word})*)?$"
    return _one(column, "ExpectColumnValuesToMatchRegex", f"holds only {', '.join(column.words)}", _WORDS, regex=regex)


def _of_key(table: TableSpec) -> tuple[ExpectationSpec, ...]:
    if not table.key:
        return ()
    says = f"{' + '.join(table.key)} stands once"
    chinese = f"{'、'.join(f'“{table.label_of(name)}”' for name in table.key)}相同的行只能有一行"
    if len(table.key) == 1:
        return (ExpectationSpec("ExpectColumnValuesToBeUnique", says, {"column": table.key[0]}, zh=chinese),)
    return (ExpectationSpec("ExpectCompoundColumnsToBeUnique", says, {"column_list": list(table.key)}, zh=chinese),)


def volume_expectations(table: TableSpec, previous_count: int | None) -> tuple[ExpectationSpec, ...]:
    """A broken minimum refuses, a broken maximum warns; nothing where there is no former run to compare with."""
    if not previous_count:
        return ()
    found = []
    low, high = table.limits.minimum_percent, table.limits.maximum_percent
    if low is not None:
        least = -(-previous_count * low // 100)  # rounded up: the bound itself passes
        says = f"at least {least} rows, {low}% of the {previous_count} at the last run that passed"
        chinese = f"不少于 {least} 行（上次通过的运行有 {previous_count} 行，下限 {low}%）"
        found.append(ExpectationSpec("ExpectTableRowCountToBeBetween", says, {"min_value": least}, zh=chinese))
    if high is not None:
        most = previous_count * high // 100
        says = f"at most {most} rows, {high}% of the {previous_count} at the last run that passed"
        chinese = f"不多于 {most} 行（上次通过的运行有 {previous_count} 行，上限 {high}%）"
        found.append(ExpectationSpec("ExpectTableRowCountToBeBetween", says, {"max_value": most}, "warning", chinese))
    return tuple(found)
