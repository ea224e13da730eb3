"""The ratings and the oracle compared: the same records for both, and the smallest case on which they differ."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import polars as pl
import yaml
from hypothesis import Phase, settings
from hypothesis import strategies as st

from tests.oracle.case import Record
from tests.oracle.oracle import rate_one
from transforms.policy_model import PolicyProblems, Scheme, load_scheme
from transforms.rating import RELEASES, rate_enterprises
from transforms.schemas import KINDS, TABLES
from transforms.schemas.base import Column

RecordsByEnterprise = dict[str, list[Record]]
RatingAndTrace = tuple[dict[str, Any], list[tuple[Any, ...]]]
_FILLED = {pl.String(): "x", pl.Int64(): 1, pl.Datetime("us", "UTC"): datetime(2026, 1, 1, tzinfo=UTC)}
TRACE = tuple(c.name for c in TABLES["trace"].columns if c.name not in ("enterprise_id", "valid_from_on", "position"))


OPTIONAL = ("heaviest_per_act", "limits", "best_tier_needs", "movement", "supervision", "sections")
SEEDS = st.integers(0, 2**32 - 1)


def fewer_examples(share: int) -> settings:
    """One example for every `share` of the profile's. Shrinking is done here (`_smallest`), not by Hypothesis."""
    count = max(settings().max_examples // share, 1)
    return settings(max_examples=count, phases=(Phase.explicit, Phase.generate))


class _NoAliases(yaml.SafeDumper):
    """Writes every value in full: policy files have no YAML aliases."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def as_yaml(plain: dict[str, Any]) -> str:
    """A scheme, or any plain values, as YAML in the form of a policy file."""
    return yaml.dump(plain, Dumper=_NoAliases, allow_unicode=True, sort_keys=False)


def record_frames(records_by_enterprise: RecordsByEnterprise) -> dict[str, pl.LazyFrame]:
    """The records as stored, by kind; columns that are not set are null, or filled where they are required.

    Copies of some of them, of no enterprise or of one that is not rated, are added: they must change nothing.
    """
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in KINDS}
    for enterprise_id, records in records_by_enterprise.items():
        for record in records:
            columns = KINDS[record["kind"]].table.columns
            filled = {column.name: _cell(column, record) for column in columns}
            rows[record["kind"]].append(filled | {"enterprise_id": enterprise_id})
    for of_kind in rows.values():
        of_kind += [row | {"record_id": f"{row['record_id']}?", "enterprise_id": None} for row in of_kind[:2]]
        of_kind += [row | {"record_id": f"{row['record_id']}!", "enterprise_id": "unknown"} for row in of_kind[:2]]
    schemas = {name: kind.table.schema for name, kind in KINDS.items()}
    return {name: pl.LazyFrame(rows[name], schema=schemas[name]) for name in KINDS}


def release_frame(records_by_enterprise: RecordsByEnterprise) -> pl.DataFrame:
    """RELEASES of the records, some of them twice, and of a record that does not exist."""
    rows = [
        (record["kind"], record["record_id"], record.get("released_on"), record.get("stands_until_on"))
        for records in records_by_enterprise.values()
        for record in records
        if record.get("released_on") or record.get("stands_until_on")
    ]
    rows += [(kind, record_id, date.max, until) for kind, record_id, on, until in rows[::2] if on]
    rows += [("penalty", "nobody", date.min, None)]
    return pl.DataFrame(rows, schema=RELEASES, orient="row")


def _cell(column: Column, record: Record) -> object:
    filled = _FILLED.get(column.dtype) if column.required else None
    return record.get(column.name, filled)


def pipeline_ratings(
    scheme: Scheme, records_by_enterprise: RecordsByEnterprise, as_of: date
) -> dict[str, RatingAndTrace]:
    """By enterprise: the fields of its rating, and its trace rows sorted by content."""
    columns = KINDS["enterprise"].table.columns
    names = [
        {column.name: _cell(column, {"enterprise_id": name}) for column in columns} for name in records_by_enterprise
    ]
    enterprises = pl.LazyFrame(names, schema=KINDS["enterprise"].table.schema)
    result = rate_enterprises(
        record_frames(records_by_enterprise), enterprises, scheme, as_of, release_frame(records_by_enterprise)
    )
    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in records_by_enterprise}
    for row in result.trace.iter_rows(named=True):
        rows[row["enterprise_id"]].append(tuple(row[name] for name in TRACE))
    found = {row["enterprise_id"]: row for row in result.ratings.iter_rows(named=True)}
    return {name: (found[name], sorted(rows[name], key=repr)) for name in records_by_enterprise}


def oracle_rating(scheme: dict[str, Any], name: str, records: list[Record], as_of: date) -> RatingAndTrace:
    """The oracle's rating of one enterprise, in the shape of `pipeline_ratings`."""
    result = rate_one(scheme, name, records, as_of)
    rows = [tuple(row[column] for column in TRACE) for row in result["trace"]]
    return result["rating"], sorted(rows, key=repr)


def differences(ours: RatingAndTrace, theirs: RatingAndTrace) -> list[str]:
    """Where the ratings (first) and the oracle (second) differ, one line each."""
    fields = [
        f"{name}: {ours[0][name]!r}, oracle {value!r}" for name, value in theirs[0].items() if ours[0][name] != value
    ]
    missing = [f"row only in the oracle: {_shown(row)}" for row in theirs[1] if row not in ours[1]]
    extra = [f"row only in the ratings: {_shown(row)}" for row in ours[1] if row not in theirs[1]]
    count = [f"{len(ours[1])} rows, oracle {len(theirs[1])}"] if len(ours[1]) != len(theirs[1]) else []
    return [*fields, *missing, *extra, *count]


def _shown(row: tuple[Any, ...]) -> str:
    return ", ".join(f"{name}={value}" for name, value in zip(TRACE, row, strict=True) if value is not None)


def find_disagreement(text: str, records_by_enterprise: RecordsByEnterprise, as_of: date) -> str:
    """Empty where both agree on every enterprise; else a description of the smallest case found."""
    plain = yaml.safe_load(text)
    ours = pipeline_ratings(load_scheme(text, "made.yaml"), records_by_enterprise, as_of)
    for name, records in records_by_enterprise.items():
        if differences(ours[name], oracle_rating(plain, name, records, as_of)):
            return _smallest(plain, name, records, as_of)
    return ""


def _smallest(plain: dict[str, Any], name: str, records: list[Record], as_of: date) -> str:
    """The case without every record and every part of the scheme that the difference does not need."""

    def differing(scheme: dict[str, Any], some: list[Record]) -> list[str]:
        try:
            ours = pipeline_ratings(load_scheme(as_yaml(scheme), "made.yaml"), {name: some}, as_of)[name]
        except PolicyProblems:
            return []
        return differences(ours, oracle_rating(scheme, name, some, as_of))

    few = _without(records, lambda some: bool(differing(plain, some)))
    small = plain
    for part in ("items", "direct", "accumulations"):
        still_differs = partial(_differs_with, small, part, lambda scheme: bool(differing(scheme, few)))
        small = {**small, part: _without(small.get(part, []), still_differs)}
    for part in OPTIONAL:
        less = {key: value for key, value in small.items() if key != part}
        small = less if differing(less, few) else small
    case = as_yaml({"as_of": as_of, "records": few, "scheme": small})
    return "\n".join([f"{name} on {as_of}:", *differing(small, few), case])


def _differs_with(
    scheme: dict[str, Any], part: str, differs: Callable[[dict[str, Any]], bool], some: list[Any]
) -> bool:
    return differs({**scheme, part: some})


def _without(things: list[Any], still_differs: Callable[[list[Any]], bool]) -> list[Any]:
    for thing in list(things):
        less = [other for other in things if other is not thing]
        things = less if still_differs(less) else things
    return things
