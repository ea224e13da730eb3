"""One policy file, whatever it is: read, checked, its cases run. Behind `yaoxin policy check`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from transforms.policy.case_file import load_cases
from transforms.policy.cases import run_cases
from transforms.policy.document import load_document
from transforms.policy.law import load_any_law
from transforms.policy.paper import load_paper, load_shared
from transforms.policy.paper_facts import PAPERS
from transforms.policy.problems import PolicyProblems, Problem, one_of
from transforms.policy.scheme import Scheme
from transforms.policy.scheme_file import load_scheme
from transforms.policy.source import Common, Source
from transforms.policy.withdrawals import load_withdrawals
from transforms.policy.yaml_text import read_document


@dataclass(frozen=True)
class PolicyCheck:
    """What a check found: what kind of file it is, a line on what it holds, its mistakes, its failing cases.

    kind is scheme, cases, law, source, common (what holds for every source), paper, paragraphs (what papers share),
    withdrawals (what the run may take off a list), or empty where it cannot be told.
    """

    file: str
    kind: str
    summary: str
    problems: tuple[Problem, ...] = ()
    differences: tuple[str, ...] = ()

    @property
    def is_passed(self) -> bool:
        """Nothing wrong, and every case holds."""
        return not self.problems and not self.differences

    def __str__(self) -> str:
        lines = [*map(str, self.problems), *self.differences]
        return "\n".join(lines) if lines else f"{self.file}: {self.summary}"


# The word at the top that tells what a file is; cases name their scheme too, so they come first.
_KIND_BY_WORD = {
    "cases": "cases",
    "scheme": "scheme",
    "law": "law",
    "source": "source",
    "plausible": "common",
    "paper": "paper",
    "shared_paragraphs": "paragraphs",
    "withdrawals": "withdrawals",
}


def check_policy_file(text: str, file_name: str, schemes: Mapping[str, Scheme]) -> PolicyCheck:
    """Checks one file of policy/ by its content; `schemes` (by name) are those that cases may name.

    Never raises for a mistake in the file: the mistakes are in the answer.
    """
    kind = ""
    try:
        kind = _kind(text, file_name)
        summary, differences = _CHECKS[kind](text, file_name, schemes)
    except PolicyProblems as error:
        return PolicyCheck(file_name, kind, "refused", problems=error.problems)
    return PolicyCheck(file_name, kind, summary, differences=tuple(differences))


def _kind(text: str, file_name: str) -> str:
    document = read_document(text, file_name)
    words = document.value if isinstance(document.value, dict) else {}
    for word, kind in _KIND_BY_WORD.items():
        if word in words:
            return kind
    message = "nothing at the top says what this file is"
    document.add((), message, expected=f"{one_of(_KIND_BY_WORD)} as a word at the top")
    raise PolicyProblems(document.problems)


_Checked = tuple[str, list[str]]


def _scheme(text: str, file_name: str, schemes: Mapping[str, Scheme]) -> _Checked:
    scheme = load_scheme(text, file_name)
    days = sorted({day for item in scheme.items for day in item.award.values} | set(scheme.tiers.values))
    illustrative = ", illustrative" if scheme.illustrative else ""
    counts = f"{len(scheme.items)} items, {len(scheme.direct)} direct placements, in force from {days[0]}"
    return f"scheme {scheme.scheme}: {counts}{illustrative}", []


def _cases(text: str, file_name: str, schemes: Mapping[str, Scheme]) -> _Checked:
    file = load_cases(text, file_name, schemes)
    differences = [one for of_case in run_cases(file.cases, schemes[file.scheme]) for one in of_case]
    count = f"{len(file.cases)} case{'s' if len(file.cases) > 1 else ''}"
    return f"{count} of scheme {file.scheme} checked", differences


def _law(text: str, file_name: str, schemes: Mapping[str, Scheme]) -> _Checked:
    law = load_any_law(text, file_name)
    return f"law {law.law}: {law.title}", []


def _source(text: str, file_name: str, schemes: Mapping[str, Scheme]) -> _Checked:
    source = load_document(text, file_name, Source)
    kinds = ", ".join(record.kind for record in source.records)
    return f"source {source.source}: {kinds}", []


def _common(text: str, file_name: str, schemes: Mapping[str, Scheme]) -> _Checked:
    load_document(text, file_name, Common)
    return "what holds for every source", []


def _paper(text: str, file_name: str, schemes: Mapping[str, Scheme]) -> _Checked:
    paper = load_paper(text, file_name)
    return f"paper {paper.paper} {PAPERS[paper.paper]}: {len(paper.paragraphs)} paragraphs, from {paper.from_}", []


def _paragraphs(text: str, file_name: str, schemes: Mapping[str, Scheme]) -> _Checked:
    shared = load_shared(text, file_name)
    return f"{len(shared.shared_paragraphs)} paragraphs that papers share", []


def _withdrawals(text: str, file_name: str, schemes: Mapping[str, Scheme]) -> _Checked:
    lists = load_withdrawals(text, file_name).lists
    return f"withdrawals of {len(lists)} lists, {sum(map(len, lists.values()))} causes", []


_CHECKS: Mapping[str, Callable[[str, str, Mapping[str, Scheme]], _Checked]] = {
    "scheme": _scheme,
    "cases": _cases,
    "law": _law,
    "source": _source,
    "common": _common,
    "paper": _paper,
    "paragraphs": _paragraphs,
    "withdrawals": _withdrawals,
}
