"""A worked example: a case of policy/cases, rated by the program and printed with its sum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from docs.markdown import code, table
from docs.wording import label, number
from reports.show import MINUS, delta, points
from transforms.policy.case_file import Case
from transforms.policy.cases import rate_cases
from transforms.policy.scheme import Scheme
from transforms.tables import KINDS
from transforms.tables.outputs import DECIDERS, REASONS_NOT_COUNTED, ROLES_IN_TRACE

Row = Mapping[str, Any]


def worked_example(case: Case, scheme: Scheme) -> str:
    """The case's records, its trace, and the score as a sum."""
    [(rating, trace)] = rate_cases([case], scheme)
    return "\n".join(
        [
            f"### {case.name}\n",
            f"Scheme `{scheme.scheme}`, rated on {case.as_of}. The records:\n",
            table(["record", "date", "what it says"], _records(case)),
            "The trace the program gives:\n",
            table(
                ["no", "role", "item", "record", "value used", "raw", "counted", "stops counting", "why not"],
                _rows(trace),
            ),
            f"```\n{_sum(rating, trace)}\n```\n",
            *_decision(rating, scheme, case),
        ]
    )


def _records(case: Case) -> Iterator[tuple[str, str, str]]:
    for name, rows in case.records.items():
        kind = KINDS[name]
        for position, row in enumerate(rows or [], 1):
            said = [f"{label(kind.column(key))} {_value(name, key, value)}" for key, value in row.items()]
            said = [text for key, text in zip(row, said, strict=True) if key != kind.event_on]
            yield f"{kind.label} {position}", str(row[kind.event_on]), "；".join(said)


def _value(kind: str, name: str, value: object) -> str:
    words = KINDS[kind].column(name).words
    values = value if isinstance(value, list) else [value]
    return "、".join(words.get(str(one), number(name, one) if isinstance(one, int) else str(one)) for one in values)


def _rows(trace: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    for row in trace:
        yield (
            str(row["position"]),
            ROLES_IN_TRACE[row["role"]],
            f"{row['title']} {code(row['item_id'])}",
            _record(row),
            code(row["value_used"]),
            points(row["raw_centipoints"]),
            points(row["points_centipoints"]),
            str(row["stops_counting_on"] or ""),
            REASONS_NOT_COUNTED.get(row["reason"], ""),
        )


def _record(row: Row) -> str:
    """The record as the table of records calls it: a case's records are numbered by kind."""
    if row["record_kind"] is None:
        return ""
    return f"{KINDS[row['record_kind']].label} {row['record_id'].rsplit('-', 1)[1]}"


def _sum(rating: Row, trace: Sequence[Row]) -> str:
    """base + every counted row = score, written out; refuses to print what does not add up."""
    counted = [row["points_centipoints"] for row in trace if row["points_centipoints"]]
    assert rating["base_centipoints"] + sum(counted) == rating["score_centipoints"]
    terms = [f"{MINUS if one < 0 else '+'} {points(abs(one))}" for one in counted]
    return " ".join([points(rating["base_centipoints"]), *terms, "=", points(rating["score_centipoints"])])


def _decision(rating: Row, scheme: Scheme, case: Case) -> Iterator[str]:
    titles = {tier.tier: tier.title for tier in scheme.tiers.on(case.as_of) or []}
    difference = delta(rating["score_centipoints"] - rating["base_centipoints"])
    yield f"{difference} in all. Tier **{rating['tier']} {titles[rating['tier']]}**, decided by"
    yield f"{DECIDERS[rating['decided_by']]}: {rating['decided_by_basis']}."
    if rating["next_change_on"]:
        yield f"Without anything new, {rating['next_change_on']} is the first day on which something may change.\n"
    else:
        yield "Without anything new, nothing will change.\n"
