"""Messages in the reader's language. Messages are written in English where they arise; here they are put into Chinese.

- `is_chinese`   what the operator's LC_ALL, LC_MESSAGES or LANG asks for
- `to_chinese`   a message in Chinese, by `catalogue`; what it does not have stays as it is
- `told`         an exception in the language asked for; `describe_check` a check of a policy file

Why no gettext: messages are made in rooms that know no reader, many of them by libraries, with their values already in
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

_NAMED = re.compile(r"\b(\w+): ([^:,]+)")  # what a column is to be: `fine_fen: a whole number`
_ASKED = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set decides, as POSIX has it


def prefers_chinese(environ: Mapping[str, str] | None = None) -> bool:
    """Whether the operator's environment asks for Chinese."""
    known = os.environ if environ is None else environ
    return next((known[name] for name in _ASKED if known.get(name)), "").lower().startswith("zh")


def to_chinese(text: str) -> str:
    """`text` in Chinese, whole or else line by line; values stay as they are."""
    return _phrase(text) or "\n".join(_said(line) for line in text.split("\n"))


def describe_error(fault: BaseException, *, chinese: bool) -> str:
    """What the exception says. Mistakes in policy files and settings are put together anew from their parts."""
    if not chinese:
        return str(fault)
    problems = getattr(fault, "problems", None)
    return to_chinese(str(fault)) if problems is None else "\n".join(map(_problem, problems))


def describe_check(check: PolicyCheck) -> str:
    """What a check of a policy file found, in Chinese."""
    lines = [*map(_problem, check.problems), *map(to_chinese, check.differences)]
    return "\n".join(lines) if lines else f"{check.file}：{to_chinese(check.summary)}"


def _problem(problem: Any) -> str:  # noqa: ANN401 - a Problem of a policy file or a SettingProblem; both are light to name
    expected = f"；应为{_said(problem.expected)}" if problem.expected else ""
    if hasattr(problem, "origin"):
        what = f"{problem.name}（来自{_said(problem.origin)}）：{_said(problem.value)}：{_said(problem.message)}"
        return f"{what}{expected}。{_said(problem.advice)}"
    place = f"{problem.file}:{problem.line}：" + (f"{problem.path}：" if problem.path else "")
    nearest = f"；是否为“{problem.nearest}”？" if problem.nearest else ""
    return f"{place}{_said(problem.message)}{expected}{nearest}"


def _said(text: str) -> str:
    """The Chinese of a phrase, or of the phrases that semicolons part; what has none stays."""
    return _phrase(text) or "；".join(_phrase(part) or _NAMED.sub(_of_name, part) for part in text.split("; "))


def _of_name(found: re.Match[str]) -> str:
    known = _phrase(found[2])
    return f"{found[1]}：{known}" if known else found[0]


def _phrase(text: str) -> str | None:
    """The Chinese of a phrase that the catalogue has, its values put in; None for another."""
    known = CATALOGUE.get(text)
    if known is not None:
        return known.format() if "{{" in known else known
    for pattern, chinese in _patterns():
        found = pattern.fullmatch(text)
        if found:
            return chinese.format(*map(_said, found.groups(default="")))
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Templates with holes, those first that say most beside their holes."""
    holed = sorted((one for one in CATALOGUE if "{}" in one), key=lambda one: (2 * one.count("{}") - len(one), one))
    return tuple(
        (re.compile("(.*?)".join(map(re.escape, english.split("{}"))), re.DOTALL), CATALOGUE[english])
        for english in holed
    )
