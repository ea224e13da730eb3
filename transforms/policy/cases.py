"""Running a case: its records through the rating, and every difference from what it expects as a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import polars as pl

from transforms.policy.case_file import RELEASED_ON, STANDS_UNTIL_ON, Case
from transforms.policy.scheme import Scheme
from transforms.rating import RELEASES, rate
from transforms.tables import KINDS, Kind
from transforms.tables.shape import TEXT

Rated = tuple[Mapping[str, object], Sequence[Mapping[str, object]]]
_RECEIVED_AT = datetime(1970, 1, 1, tzinfo=UTC)


def run_case(case: Case, scheme: Scheme) -> list[str]:
    """What differs from the expected, one sentence each; none where the case holds."""
    return run_cases([case], scheme)[0]


def run_cases(cases: Sequence[Case], scheme: Scheme) -> list[list[str]]:
    """run_case for each, in their order. The cases of one day are rated together, each as an enterprise."""
    return [_differences(case, *rated) for case, rated in zip(cases, rate_cases(cases, scheme), strict=True)]


def rate_cases(cases: Sequence[Case], scheme: Scheme) -> list[Rated]:
    """Each case's row of `ratings` and its rows of `trace`, in the order of the cases."""
    found: dict[int, Rated] = {}
    for day in sorted({case.as_of for case in cases}):
        numbers = [number for number, case in enumerate(cases) if case.as_of == day]
        rating = rate(_frames(cases, numbers), _enterprises(numbers), scheme, day, _releases(cases, numbers))
        ratings = {row["enterprise_id"]: row for row in rating.ratings.collect().rows(named=True)}
        trace = rating.trace.collect().rows(named=True)
        for number in numbers:
            rows = [row for row in trace if row["enterprise_id"] == _id(number)]
            found[number] = ratings[_id(number)], rows
    return [found[number] for number in range(len(cases))]


def _id(number: int) -> str:
    return f"case-{number}"


def _frames(cases: Sequence[Case], numbers: Sequence[int]) -> dict[str, pl.LazyFrame]:
    """The cases' records as canonical records, by kind; what a case does not say is filled in."""
    return {
        name: pl.LazyFrame(list(_rows_of(kind, cases, numbers)), schema=kind.table.schema, orient="row")
        for name, kind in KINDS.items()
    }


def _releases(cases: Sequence[Case], numbers: Sequence[int]) -> pl.LazyFrame:
    """The records that a case says to be repaired or removed early, and the listings whose last day it says."""
    said = (RELEASED_ON.name, STANDS_UNTIL_ON.name)
    rows = [
        (name, row["record_id"], *map(row.get, said))
        for name, kind in KINDS.items()
        for row in _rows_of(kind, cases, numbers)
        if any(row.get(column) is not None for column in said)
    ]
    return pl.LazyFrame(rows, schema=RELEASES, orient="row")


def _rows_of(kind: Kind, cases: Sequence[Case], numbers: Sequence[int]) -> Iterator[dict[str, object]]:
    for number in numbers:
        yield from _rows(kind, _id(number), cases[number].records.get(kind.name) or [])


def _rows(kind: Kind, case_id: str, rows: Sequence[Mapping[str, object]]) -> Iterator[dict[str, object]]:
    """Every record its own fact with an own number, unless the case names one."""
    for row_no, row in enumerate(rows, start=1):
        own = f"{case_id}-{kind.name}-{row_no}"
        filled: dict[str, object] = dict.fromkeys(kind.table.schema)
        filled |= {"record_id": own, "version_no": 1, "row_hash": own, "enterprise_id": case_id}
        filled |= {"source": "case", "file_id": "case", "row_no": row_no, "received_at": _RECEIVED_AT}
        filled |= {c.name: own for c in kind.columns if c.required and c.dtype == TEXT and not c.words}
        yield filled | dict(row)


def _enterprises(numbers: Sequence[int]) -> pl.LazyFrame:
    table = KINDS["enterprise"].table
    rows = [dict.fromkeys(table.schema) | {"enterprise_id": _id(n), "name": _id(n)} for n in numbers]
    return pl.LazyFrame(rows, schema=table.schema, orient="row")


def _differences(case: Case, rating: Mapping[str, object], trace: Sequence[Mapping[str, object]]) -> list[str]:
    differences = (*_of_rating(case, rating), *_of_trace(case, trace), *_of_reasons(case, trace))
    return [f"{case.name} ({case.as_of}): {difference}" for difference in differences]


def _of_rating(case: Case, rating: Mapping[str, object]) -> Iterator[str]:
    expected = case.expected
    found = dict(rating) | {"score": rating["score_centipoints"]}
    for name in ("tier", "score", "decided_by", "decided_by_id", "locked_until_on", "next_change_on"):
        wanted = getattr(expected, name)
        if name in expected.model_fields_set and wanted != found[name]:
            shown = _points if name == "score" else str
            yield f"{name} should be {shown(wanted)}, found {shown(found[name])}"


def _of_trace(case: Case, trace: Sequence[Mapping[str, object]]) -> Iterator[str]:
    if case.expected.trace is None:
        return
    found: dict[str, int] = {}
    for row in trace:
        points = row["points_centipoints"]
        assert isinstance(points, int)
        found[str(row["item_id"])] = found.get(str(row["item_id"]), 0) + points
    for id_ in sorted(found.keys() | case.expected.trace.keys()):
        wanted, points = case.expected.trace.get(id_, 0), found.get(id_, 0)
        if wanted != points:
            yield f"{id_} should give {_points(wanted)} points, found {_points(points)}"


def _of_reasons(case: Case, trace: Sequence[Mapping[str, object]]) -> Iterator[str]:
    for id_, wanted in sorted((case.expected.not_counted or {}).items()):
        reasons = sorted({str(row["reason"]) for row in trace if row["item_id"] == id_ and not row["is_counted"]})
        if wanted not in reasons:
            yield f"{id_} should not count because of {wanted}, found {', '.join(reasons) or 'nothing left out'}"


def _points(centipoints: object) -> str:
    assert isinstance(centipoints, int)
    return f"{centipoints / 100:g}"
