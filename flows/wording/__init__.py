"""Messages in the reader's language. Messages are written in English where they arise, and translated here.

- `prefers_chinese`  whether the operator's LC_ALL, LC_MESSAGES or LANG asks for Chinese
- `localise`         a message in the language that the environment asks for
- `to_chinese`       a message in Chinese, by `catalogue`; what it does not have stays as it is
- `describe_error`   an exception in either language; `describe_check` a check of a policy file in Chinese

Why no gettext: messages are made by code that knows no reader, many of them by libraries, with their values already in
place. A template with holes finds them again whoever made them (docs/decisions/0025).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from flows.wording.catalogue import CATALOGUE

if TYPE_CHECKING:
    from transforms.policy_check import PolicyCheck

_NAMED = re.compile(r"\b(\w+): ([^:,]+)")  # the type a column must have: `fine_fen: a whole number`
_LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set decides, as POSIX has it


def prefers_chinese(environ: Mapping[str, str] | None = None) -> bool:
    """Whether the operator's environment asks for Chinese."""
    variables = os.environ if environ is None else environ
    locale = next((variables[name] for name in _LOCALE_VARIABLES if variables.get(name)), "")
    return locale.lower().startswith("zh")


def localise(text: str) -> str:
    """`text` in Chinese where the operator's environment asks for it, else as it is."""
    return to_chinese(text) if prefers_chinese() else text


def to_chinese(text: str) -> str:
    """`text` in Chinese, by its template or else line by line; values stay as they are."""
    return _translated(text) or "\n".join(_translated_parts(line) for line in text.split("\n"))


def describe_error(error: BaseException, *, chinese: bool | None = None) -> str:
    """The message of the exception. chinese: None for the language that the operator's environment asks for.

    Mistakes in policy files and settings are put together from their translated parts.
    """
    if not (prefers_chinese() if chinese is None else chinese):
        return str(error)
    problems = getattr(error, "problems", None)
    return to_chinese(str(error)) if problems is None else "\n".join(map(_problem_text, problems))


def describe_check(check: PolicyCheck) -> str:
    """What a check of a policy file found, in Chinese."""
    lines = [*map(_problem_text, check.problems), *map(to_chinese, check.differences)]
    return "\n".join(lines) if lines else f"{check.file}：{to_chinese(check.summary)}"


def _problem_text(problem: Any) -> str:  # noqa: ANN401 - a Problem of a policy file or a SettingProblem, not imported
    message, expected = _translated_parts(problem.message), ""
    if problem.expected:
        expected = f"；应为{_translated_parts(problem.expected)}"
    if hasattr(problem, "origin"):
        origin, value = _translated_parts(problem.origin), _translated_parts(problem.value)
        advice = _translated_parts(problem.advice)
        return f"{problem.name}（来自{origin}）：{value}：{message}{expected}。{advice}"
    place = f"{problem.file}:{problem.line}：" + (f"{problem.path}：" if problem.path else "")
    nearest = f"；是否为“{problem.nearest}”？" if problem.nearest else ""
    return f"{place}{message}{expected}{nearest}"


def _translated_parts(text: str) -> str:
    """The Chinese of a phrase, or of the phrases that semicolons part; what has none stays."""

    def named(found: re.Match[str]) -> str:
        known = _translated(found[2])
        return f"{found[1]}：{known}" if known else found[0]

    return _translated(text) or "；".join(_translated(part) or _NAMED.sub(named, part) for part in text.split("; "))


def _translated(text: str) -> str | None:
    """The Chinese of a phrase that the catalogue has, its values put in; None for another."""
    known = CATALOGUE.get(text)
    if known is not None:
        return known.format() if "{{" in known else known
    for pattern, chinese, are_quoted in _patterns():
        found = pattern.fullmatch(text)
        if found:
            values = zip(found.groups(default=""), are_quoted, strict=True)
            parts = (value if is_quoted else _translated_parts(value) for value, is_quoted in values)
            return chinese.format(*map(_Value, parts))
    return None


class _Value(str):
    """A value of a message. In a hole `{:、}` it is a list, `'a', b (its label)`, and written with Chinese signs."""

    __slots__ = ()

    def __format__(self, separator: str) -> str:
        if not separator:
            return str(self)
        words = (re.sub(r" \((.*)\)$", r"（\1）", word).strip("'") for word in self.split(", "))
        return separator.join(words)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str, tuple[bool, ...]], ...]:
    """Templates with holes, the most specific first: those with the most text beside their holes.

    With each, which of its holes are in quotation marks: what a person wrote is put in as it is, even where the
    catalogue has that word.
    """
    holed = sorted((one for one in CATALOGUE if "{}" in one), key=lambda one: (2 * one.count("{}") - len(one), one))
    return tuple(
        (
            re.compile("(.*?)".join(map(re.escape, english.split("{}"))), re.DOTALL),
            CATALOGUE[english],
            tuple(before.endswith(("'", '"')) for before in english.split("{}")[:-1]),
        )
        for english in holed
    )
