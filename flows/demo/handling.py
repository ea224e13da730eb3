"""What becomes of a penalty after its decision: published, performed, corrected, annulled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from flows.demo import words
from flows.demo.codes import OTHER_PROVINCE, PROVINCE, authority_code
from flows.demo.facts import Fact, Value
from flows.demo.stories import EARLY_STORIES
from flows.demo.streams import chance, weighted
from transforms.tables.words import PENALTY_KINDS

CORRECTED_PER_MILLE = 30
REVOKED_PER_MILLE = 20
UNPUBLISHED_PER_MILLE = 60  # not yet public when its office sends it; of these
TOLD_LATER_PER_MILLE = 650  # so many are told of in a later file, the rest stay overdue
OTHER_PROVINCE_PER_MILLE = 15
PERFORMED_PER_MILLE = 850
WITHDRAWN_PER_MILLE = 800
OUTCOMES = (("revoked", 60), ("changed", 25), ("unlawful", 10), ("void", 5))
TERMS = {"stop_order": (30, 90), "suspend_licence": (30, 180)}  # days of a penalty that has a term
NOT_PUBLISHED = (("warning",), ("criticism",))
DAYS_TO_PUBLISH, DAYS_TO_PERFORM, DAYS_TO_REMOVE_HARM = 20, 15, 60
TOLD_PERFORMED_AFTER = 70
HARM_LEFT = "repair_refused"  # the story in which the repair is refused for it
_SUMS = {"fine": ("罚款", "fine_fen"), "confiscation_gains": ("没收违法所得", "confiscated_fen")}


@dataclass(frozen=True)
class Case:
    """How a penalty is handled: by a stream of its own; that of a story only as the story goes."""

    rng: Random
    story: str | None = None
    annulled_on: date | None = None


def with_handling(case: Case, decided: Fact) -> Fact:
    """The first report of a penalty: by whom it was made, for how long, and what was known when it was sent."""
    rng, on, sent_on = case.rng, decided.event_on, decided.sent_on
    kinds = decided.values["penalty_kinds"]
    is_other = chance(rng, OTHER_PROVINCE_PER_MILLE) and case.story is None
    term = next((TERMS[kind] for kind in TERMS if isinstance(kinds, tuple) and kind in kinds), None)
    published_on = _within(rng, on, sent_on, DAYS_TO_PUBLISH)
    is_late = chance(rng, UNPUBLISHED_PER_MILLE) and case.story is None
    performed_on = on + timedelta(days=rng.randrange(1, DAYS_TO_PERFORM))
    is_performed = chance(rng, PERFORMED_PER_MILLE) and performed_on <= sent_on and decided.values["fine_fen"]
    told: dict[str, Value] = {
        "authority": words.OTHER_BUREAU if is_other else words.BUREAU,
        "authority_code": authority_code(OTHER_PROVINCE if is_other else PROVINCE),
        "valid_until_on": on + timedelta(days=rng.randrange(*term)) if term else None,
        "published_on": None if is_late or kinds in NOT_PUBLISHED else published_on,
        "performed_on": performed_on if is_performed else None,
    }
    return with_content(replace(decided, values={**decided.values, **told}))


def with_content(penalty: Fact) -> Fact:
    """The penalty in words, as its kinds and sums make them."""
    kinds = penalty.values["penalty_kinds"]
    parts = [_part(kind, penalty) for kind in kinds] if isinstance(kinds, tuple) else []
    return replace(penalty, values={**penalty.values, "content": "；".join(parts)})


def _part(kind: str, penalty: Fact) -> str:
    word, column = _SUMS.get(kind, (PENALTY_KINDS[kind], ""))
    fen, until = penalty.values.get(column), penalty.values.get("valid_until_on")
    if isinstance(fen, int):
        return f"{word}{fen // 100}.{fen % 100:02d}元"
    return f"{word}至{until}" if kind in TERMS and until else word


def later_versions(case: Case, first: Fact) -> Iterator[Fact]:
    """What later files say of the penalty under the same number; of a story's, what the story needs."""
    if case.annulled_on:
        days = max(1, (case.annulled_on - first.sent_on).days + 1)
        yield first.sent(days, "correction", **_annulment("revoked", case.annulled_on, is_withdrawn=True))
    elif case.story in EARLY_STORIES:
        yield first.sent(TOLD_PERFORMED_AFTER, "correction", **_performed(first, case.story))
    elif case.story is None:
        yield from _by_chance(case.rng, first)


def _by_chance(rng: Random, first: Fact) -> Iterator[Fact]:
    fine = first.values["fine_fen"]
    is_public = first.values["published_on"] is not None
    if chance(rng, CORRECTED_PER_MILLE) and isinstance(fine, int):
        yield with_content(first.sent(rng.randrange(5, 40), "correction", fine_fen=fine + rng.randrange(1, 90_000)))
    elif chance(rng, REVOKED_PER_MILLE):
        on = first.sent_on + timedelta(days=rng.randrange(10, 60))
        is_withdrawn = is_public and chance(rng, WITHDRAWN_PER_MILLE)
        yield first.sent(80, "correction", **_annulment(weighted(rng, OUTCOMES), on, is_withdrawn=is_withdrawn))
    elif not is_public and first.values["penalty_kinds"] not in NOT_PUBLISHED and chance(rng, TOLD_LATER_PER_MILLE):
        on = first.sent_on + timedelta(days=rng.randrange(1, DAYS_TO_PUBLISH))
        yield first.sent(DAYS_TO_PUBLISH, "correction", published_on=on)


def _annulment(state: str, on: date, *, is_withdrawn: bool) -> dict[str, Value]:
    return {"state": state, "revoked_on": on, "unpublished_on": on + timedelta(days=1) if is_withdrawn else None}


def _performed(first: Fact, story: str) -> dict[str, Value]:
    on, is_harm_left = first.event_on, story == HARM_LEFT
    return {
        "performed_on": on + timedelta(days=DAYS_TO_PERFORM - 1),
        "harm_removed_on": None if is_harm_left else on + timedelta(days=DAYS_TO_REMOVE_HARM),
    }


def _within(rng: Random, after: date, until: date, days: int) -> date:
    """A day after `after`, at most so many days later, and not after `until`."""
    return after + timedelta(days=rng.randrange(1, min((until - after).days, days) + 1))
