"""Conditions of policy files: SQL expressions over the columns of one kind of record.

Polars parses and types them; the closed vocabularies are checked here, since to Polars any text is text.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from transforms.policy_model.document import Document, Place
from transforms.schemas import Column, Kind

_TOKEN = re.compile(r"""\s*('(?:[^']|'')*'|"[^"]*"|[A-Za-z_]\w*|<>|!=|<=|>=|[^\s])""")
_EQUALS = ("=", "<>", "!=", "==")
# What depends on the day it is asked, or on other records, is no condition on a record.
_REFUSED = ("over", "now", "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "select")
_TYPES = {"String": "text", "Int64": "a whole number", "Date": "a date", "Boolean": "true or false"}


@dataclass(frozen=True)
class ConditionProblem:
    """A mistake in a condition: what was found, what was expected, and the names of which one may be meant."""

    message: str
    value: str
    expected: str = ""
    allowed: Mapping[str, str] = field(default_factory=dict)


def condition_fields(sql: str) -> frozenset[str]:
    """The fields an SQL condition names. Raises ValueError where it is no condition."""
    try:
        return frozenset(pl.sql_expr(sql).meta.root_names())
    except pl.exceptions.PolarsError as error:
        raise ValueError(f"'{sql}' is no condition: {error}") from None


def fields_if_valid(sql: str | None) -> frozenset[str]:
    """The fields a condition names; none without a condition, or where it is not one."""
    try:
        return condition_fields(sql) if sql else frozenset()
    except ValueError:
        return frozenset()


def check_condition(document: Document, place: Place, kind: Kind, when: str) -> None:
    """Note in `document` what is wrong with the condition `when` at `place` on records of `kind`."""
    for problem in condition_problems(kind, when):
        document.add(place, problem.message, value=problem.value, expected=problem.expected, allowed=problem.allowed)


def condition_problems(kind: Kind, when: str) -> list[ConditionProblem]:
    """What is wrong with the condition `when` on records that have the columns of `kind`."""
    try:
        condition = pl.sql_expr(when)
    except (pl.exceptions.SQLInterfaceError, pl.exceptions.SQLSyntaxError) as error:
        return [ConditionProblem(f"no SQL condition: {error}", when, "such as fine_fen > 0 AND field = 'drug'")]
    columns = {column.name: column for column in kind.columns}
    problems: list[ConditionProblem] = []
    for name in sorted(set(condition.meta.root_names()) - set(columns)):
        hint = " (text stands in single quotes)" if f'"{name}"' in when else ""
        labels = {column.name: column.label for column in kind.columns}
        problems.append(ConditionProblem(f"{kind.name} has no column '{name}'{hint}", name, allowed=labels))
    if problems:
        return problems
    tokens = _TOKEN.findall(when)
    refused = [word for word in tokens if word.casefold() in _REFUSED]
    if refused:
        return [
            ConditionProblem(f"'{word}' looks beyond the record", word, "columns of the record alone")
            for word in refused
        ]
    for column, word, is_listwise in _compared(columns, tokens):
        if column.dtype == pl.List(pl.String()) and not is_listwise:
            expected = f"array_contains({column.name}, '{word}')"
            problems.append(ConditionProblem(f"{column.name} is a list", column.name, expected))
        elif column.codes and word not in column.codes:
            message = f"{column.name} has no word '{word}'"
            problems.append(ConditionProblem(message, word, allowed=column.codes))
    return problems or [*_wrong_type(kind, when, condition)]


def _compared(columns: Mapping[str, Column], tokens: list[str]) -> Iterator[tuple[Column, str, bool]]:
    """Every text that is compared with a column: (column, text, whether as a member of a list)."""
    lower = [token.casefold() for token in tokens]
    for i, token in enumerate(tokens):
        column = columns.get(token.strip('"'))
        if column is None or token.startswith("'"):
            continue
        before, after = lower[max(i - 4, 0) : i], lower[i + 1 : i + 4]
        if before[-2:] == ["array_contains", "("] and after[:1] == [","]:
            yield from ((column, word, True) for word in _texts(tokens[i + 2 : i + 3]))
        elif before[-2:] == ["any", "("] and before[:-2][-1:] and before[-3] in _EQUALS:
            yield from ((column, word, True) for word in _texts(tokens[i - 4 : i - 3]))
        elif after[:1] and after[0] in _EQUALS:
            yield from ((column, word, False) for word in _texts(tokens[i + 2 : i + 3]))
        elif before[-1:] and before[-1] in _EQUALS:
            yield from ((column, word, False) for word in _texts(tokens[i - 2 : i - 1]))
        elif "in" in after[:2]:
            start = i + 1 + after.index("in")
            end = lower.index(")", start) if ")" in lower[start:] else len(lower)
            yield from ((column, word, False) for word in _texts(tokens[start:end]))


def _texts(tokens: list[str]) -> list[str]:
    return [token[1:-1].replace("''", "'") for token in tokens if token.startswith("'")]


def _wrong_type(kind: Kind, when: str, condition: pl.Expr) -> Iterator[ConditionProblem]:
    schema = {column.name: column.dtype for column in kind.columns}
    records = pl.DataFrame({name: [None, None] for name in schema}, schema=schema)
    try:
        with warnings.catch_warnings(action="error"):
            result = records.lazy().select(is_met=condition).collect()
    except (pl.exceptions.PolarsError, Warning) as error:
        reason = str(error).splitlines()[0]
        types = {name: str(schema[name]) for name in sorted(set(condition.meta.root_names()))}
        expected = ", ".join(f"{name}: {_TYPES.get(dtype, 'a list of texts')}" for name, dtype in types.items())
        yield ConditionProblem(f"does not fit the columns: {reason}", when, expected)
        return
    if result.schema["is_met"] != pl.Boolean():
        yield ConditionProblem("is neither true nor false", when, "a comparison")
    elif condition.meta.root_names() and result.height != records.height:
        yield ConditionProblem("sums up several records", when, "columns of the record alone")
