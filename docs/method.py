"""The method page: how a score and a tier come about, both shipped schemes on a stated day, examples computed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from docs.example import worked_example
from docs.markdown import table
from docs.scheme_page import scheme_page
from transforms.policy import load_scheme
from transforms.policy.case_file import load_cases
from transforms.policy.scheme import Scheme
from transforms.tables.outputs import DECIDERS, REASONS_NOT_COUNTED, ROLES_IN_TRACE

POLICY = Path(__file__).parents[1] / "policy"
DAY = date(2026, 3, 10)
# The sentence by which policy/cases names each scheme's example; the law's own scheme first.
EXAMPLES = {
    "wuhan-2017": "一个违法行为既罚款又没收，只计最重的没收，8分，基本守信",
    "reference": "方法页的算例：同一行为只计最重、满一年折减、单项封顶、加分，合计919.5分，信用良好",
}
_HEAD = Path(__file__).parent / "templates" / "method-head.md"


def method() -> str:
    """The page. Same policy, same bytes."""
    schemes = {name: _scheme(name) for name in EXAMPLES}
    parts = [
        _HEAD.read_text(encoding="utf-8").replace("{day}", str(DAY)),
        _words(),
        "## Worked examples 算例\n",
        "Cases of `policy/cases`, rated by the program when this page was written.\n",
        *(_example(name, schemes) for name in EXAMPLES),
        *(scheme_page(scheme, DAY) for scheme in schemes.values()),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _scheme(name: str) -> Scheme:
    return load_scheme((POLICY / "schemes" / f"{name}.yaml").read_text(encoding="utf-8"), name)


def _example(name: str, schemes: dict[str, Scheme]) -> str:
    cases = load_cases((POLICY / "cases" / f"{name}.yaml").read_text(encoding="utf-8"), name, schemes).cases
    found = {case.name: case for case in cases}
    return worked_example(found[EXAMPLES[name]], schemes[name])


def _words() -> str:
    groups = {
        "role of a trace row": ROLES_IN_TRACE,
        "why a record does not count": REASONS_NOT_COUNTED,
        "what decided the tier": DECIDERS,
    }
    rows = [(title, f"`{word}`", label) for title, words in groups.items() for word, label in words.items()]
    return "### The words of a result\n\n" + table(["", "code", "中文"], rows)
