"""Check one policy file of any kind, and run the cases of a scheme (`yaoxin policy check`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from transforms.policy_model.document import PolicyProblems, Problem, one_of, read_document
from transforms.policy_model.incentives import load_incentives
from transforms.policy_model.law import load_law_file, load_withdrawals
from transforms.policy_model.paper import PAPERS, load_paper, load_shared_paragraphs
from transforms.policy_model.rating import load_rating_policy
from transforms.policy_model.scheme import Scheme, load_scheme
from transforms.policy_model.scheme_cases import LISTED_UNTIL_ON, RELEASED_ON, Case, load_cases
from transforms.policy_model.source import load_source, load_source_defaults
from transforms.rating import RELEASES, rate_enterprises
from transforms.schemas import KINDS, Kind
from transforms.schemas.base import TEXT

RatedCase = tuple[Mapping[str, object], Sequence[Mapping[str, object]]]  # its row of `ratings`, its rows of `trace`
_RECEIVED_AT = datetime(1970, 1, 1, tzinfo=UTC)
# The key at the top that says what a file is; cases name their scheme too, so they come first.
_KIND_BY_KEY = {
    "cases": "cases",
    "rating": "rating",
    "incentives": "incentives",
    "scheme": "scheme",
    "law": "law",
    "source": "source",
    "plausible": "common",
    "paper": "paper",
    "shared_paragraphs": "paragraphs",
    "withdrawals": "withdrawals",
}


@dataclass(frozen=True)
class PolicyCheck:
    """What a check found: what kind of file it is, a line on what it holds, its mistakes, its failing cases.

    kind is scheme, cases, rating (which scheme rates which trade), incentives (what a good tier brings), law, source,
    common (what holds for every source), paper, paragraphs (what papers share), withdrawals (what the run may take off
    a list), or empty where it is not known.
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


def check_policy_file(text: str, file_name: str, schemes: Mapping[str, Scheme]) -> PolicyCheck:
    """Check one file of policy/ by its content; `schemes` (by name) are those that cases and trades may name.

    Never raises for a mistake in the file: the mistakes are in the answer.
    """
    kind = ""
    try:
        document = read_document(text, file_name)
        keys = document.value if isinstance(document.value, dict) else {}
        kind = next((kind for key, kind in _KIND_BY_KEY.items() if key in keys), "")
        if not kind:
            message = "nothing at the top says what this file is"
            document.add((), message, expected=f"{one_of(_KIND_BY_KEY)} as a word at the top")
            document.raise_problems()
        if kind == "cases":
            file = load_cases(text, file_name, schemes)
            differences = tuple(one for of_case in run_cases(file.cases, schemes[file.scheme]) for one in of_case)
            summary = f"{len(file.cases)} case{'s' if len(file.cases) > 1 else ''} of scheme {file.scheme} checked"
            return PolicyCheck(file_name, kind, summary, differences=differences)
        if kind == "incentives":
            incentives = load_incentives(text, file_name, schemes)
            return PolicyCheck(file_name, kind, f"{len(incentives.items)} incentives by tier")
        if kind == "rating":
            rating = load_rating_policy(text, file_name, schemes)
            first, names = min(rating.trades.values), ", ".join(rating.schemes())
            return PolicyCheck(file_name, kind, f"rating by trade: {names}, in force from {first}")
        return PolicyCheck(file_name, kind, _load_and_sum_up(kind, text, file_name))
    except PolicyProblems as error:
        return PolicyCheck(file_name, kind, "refused", problems=error.problems)


def run_case(case: Case, scheme: Scheme) -> list[str]:
    """How the rating differs from what the case expects, one sentence each; none where the case holds."""
    return run_cases([case], scheme)[0]


def run_cases(cases: Sequence[Case], scheme: Scheme) -> list[list[str]]:
    """run_case for each, in their order. The cases of one day are rated together, each as an enterprise."""
    return [
        [f"{case.name} ({case.as_of}): {difference}" for difference in _differences(case, *rated)]
        for case, rated in zip(cases, rate_cases(cases, scheme), strict=True)
    ]


def rate_cases(cases: Sequence[Case], scheme: Scheme) -> list[RatedCase]:
    """Each case's row of `ratings` and its rows of `trace`, in the order of the cases."""
    found: dict[int, RatedCase] = {}
    for day in sorted({case.as_of for case in cases}):
        numbers = [number for number, case in enumerate(cases) if case.as_of == day]
        rows_by_kind = {name: list(_rows_of(kind, cases, numbers)) for name, kind in KINDS.items()}
        frames = {
            name: pl.LazyFrame(rows, schema=KINDS[name].table.schema, orient="row")
            for name, rows in rows_by_kind.items()
        }
        # The records that a case states to be repaired or removed early, and the listings whose last day it states.
        releases = [
            (name, row["record_id"], row.get(RELEASED_ON.name), row.get(LISTED_UNTIL_ON.name))
            for name, rows in rows_by_kind.items()
            for row in rows
            if row.get(RELEASED_ON.name) is not None or row.get(LISTED_UNTIL_ON.name) is not None
        ]
        enterprise = KINDS["enterprise"].table.schema
        enterprises = [dict.fromkeys(enterprise) | {"enterprise_id": _id(n), "name": _id(n)} for n in numbers]
        rating = rate_enterprises(
            frames,
            pl.LazyFrame(enterprises, schema=enterprise, orient="row"),
            scheme,
            day,
            pl.DataFrame(releases, schema=RELEASES, orient="row"),
        )
        ratings = {row["enterprise_id"]: row for row in rating.ratings.rows(named=True)}
        trace = rating.trace.rows(named=True)
        for number in numbers:
            rows = [row for row in trace if row["enterprise_id"] == _id(number)]
            found[number] = ratings[_id(number)], rows
    return [found[number] for number in range(len(cases))]


def _load_and_sum_up(kind: str, text: str, file_name: str) -> str:
    """A line on what the file holds. Raises PolicyProblems."""
    match kind:
        case "scheme":
            scheme = load_scheme(text, file_name)
            first = min({day for item in scheme.items for day in item.award.values} | set(scheme.tiers.values))
            illustrative = ", illustrative" if scheme.illustrative else ""
            counts = f"{len(scheme.items)} items, {len(scheme.direct)} direct placements, in force from {first}"
            summary = f"scheme {scheme.scheme}: {counts}{illustrative}"
        case "law":
            law = load_law_file(text, file_name)
            summary = f"law {law.law}: {law.title}"
        case "source":
            source = load_source(text, file_name)
            summary = f"source {source.source}: {', '.join(record.kind for record in source.records)}"
        case "common":
            load_source_defaults(text, file_name)
            summary = "what holds for every source"
        case "paper":
            paper = load_paper(text, file_name)
            title, count = PAPERS[paper.paper], len(paper.paragraphs)
            summary = f"paper {paper.paper} {title}: {count} paragraphs, from {paper.from_}"
        case "paragraphs":
            summary = f"{len(load_shared_paragraphs(text, file_name).shared_paragraphs)} paragraphs that papers share"
        case _:
            lists = load_withdrawals(text, file_name).lists
            summary = f"withdrawals of {len(lists)} lists, {sum(map(len, lists.values()))} causes"
    return summary


def _id(number: int) -> str:
    return f"case-{number}"


def _rows_of(kind: Kind, cases: Sequence[Case], numbers: Sequence[int]) -> Iterator[dict[str, object]]:
    """Canonical records: each its own fact with its own number, unless the case names one."""
    for number in numbers:
        for row_no, row in enumerate(cases[number].records.get(kind.name) or [], start=1):
            own = f"{_id(number)}-{kind.name}-{row_no}"
            filled: dict[str, object] = dict.fromkeys(kind.table.schema)
            filled |= {"record_id": own, "version_no": 1, "row_hash": own, "enterprise_id": _id(number)}
            filled |= {"source": "case", "file_id": "case", "row_no": row_no, "received_at": _RECEIVED_AT}
            filled |= {c.name: own for c in kind.columns if c.required and c.dtype == TEXT and not c.codes}
            yield filled | dict(row)


def _differences(case: Case, rating: Mapping[str, object], trace: Sequence[Mapping[str, object]]) -> Iterator[str]:
    expected = case.expected
    found = dict(rating) | {"score": rating["score_centipoints"]}
    for name in ("tier", "score", "decided_by", "decided_by_id", "locked_until_on", "next_change_on"):
        wanted = getattr(expected, name)
        if name in expected.model_fields_set and wanted != found[name]:
            shown = _points if name == "score" else str
            yield f"{name} should be {shown(wanted)}, found {shown(found[name])}"

    if expected.trace is not None:
        by_id: dict[str, int] = {}
        for row in trace:
            points = row["points_centipoints"]
            assert isinstance(points, int)
            by_id[str(row["item_id"])] = by_id.get(str(row["item_id"]), 0) + points
        for id_ in sorted(by_id.keys() | expected.trace.keys()):
            wanted, points = expected.trace.get(id_, 0), by_id.get(id_, 0)
            if wanted != points:
                yield f"{id_} should give {_points(wanted)} points, found {_points(points)}"

    for id_, wanted in sorted((expected.not_counted or {}).items()):
        reasons = sorted({str(row["reason"]) for row in trace if row["item_id"] == id_ and not row["is_counted"]})
        if wanted not in reasons:
            yield f"{id_} should not count because of {wanted}, found {', '.join(reasons) or 'nothing left out'}"


def _points(centipoints: object) -> str:
    assert isinstance(centipoints, int)
    return f"{centipoints / 100:g}"
