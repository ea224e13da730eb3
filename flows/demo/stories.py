"""What the credit office has with the few enterprises that have a story, step by step as its register holds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from flows.demo.facts import Span
from flows.demo.region import Enterprise

# A year of publicity must be over before an early end may be asked for; the history must hold it, and the steps after.
YEAR_AND_STEPS = 396
EARLY_STORIES = ("removed", "restored", "repaired", "repair_refused", "repair_revoked", "repair_open")
REPAIRS = ("repaired", "repair_refused", "repair_revoked", "repair_open")
PUNISHED_STORIES = ("listed", "candidate", "annulled", "not_listed", *EARLY_STORIES)
REVOKED_AFTER = 90  # days from the listing to the day its penalty is annulled
HELD_DAYS = 180
_SYSTEMS = ("gsxt", "credit_china")


@dataclass(frozen=True)
class Step:
    """A step of the register. about: what it concerns, by the step whose number names it; "penalty" for the penalty."""

    step: str
    on: date
    about: str = "penalty"
    matter: str = "listing"
    system: str | None = None
    situation: str | None = None


def story_day(enterprise: Enterprise, span: Span) -> date:
    """The day of the penalty in the story of an enterprise that is, was or might be listed or repaired."""
    return span.ago(span.days - 1 if enterprise.story in EARLY_STORIES else span.days // 2)


def annulled_on(enterprise: Enterprise, span: Span) -> date | None:
    """The day on which the penalty of the story is annulled, where it is."""
    is_annulled = enterprise.story == "annulled" or (enterprise.story == "removed" and not _has_year(span))
    return story_day(enterprise, span) + timedelta(days=REVOKED_AFTER) if is_annulled else None


def steps_of(enterprise: Enterprise, span: Span) -> Iterator[Step]:
    """The steps of the enterprise's story, in their order; those after the end of the history are still to come."""
    told = _STORIES.get(enterprise.story or "")
    if told:
        yield from told(story_day(enterprise, span), span)


def _has_year(span: Span) -> bool:
    return span.days >= YEAR_AND_STEPS


def _listed(on: date, _span: Span) -> Iterator[Step]:
    yield Step("notify_listing", on - timedelta(days=12))
    yield Step("hear", on - timedelta(days=6), "notify_listing")
    yield Step("list", on)
    yield Step("publish_listing", on + timedelta(days=7), "list")


def _annulled(on: date, span: Span) -> Iterator[Step]:
    yield from _listed(on, span)
    off = on + timedelta(days=REVOKED_AFTER)
    yield Step("revoke_listing", off + timedelta(days=2), "list")
    yield Step("carry_out", off + timedelta(days=3), "list")


def _removed(on: date, span: Span) -> Iterator[Step]:
    if not _has_year(span):
        yield from _annulled(on, span)
        return
    yield from _listed(on, span)
    yield Step("apply", span.ago(24), "list")
    yield Step("accept", span.ago(23), "list")
    yield Step("remove", span.ago(18), "list")
    yield Step("carry_out", span.ago(16), "list")


def _restored(on: date, span: Span) -> Iterator[Step]:
    """Removed on false papers: restored, the period from the start, and asked for again in vain."""
    if _has_year(span):
        yield from _removed(on, span)
        yield Step("restore_listing", span.ago(9), "list", situation="falsehood")
        yield Step("apply", span.ago(4), "list")  # barred for three years
    else:
        yield from _listed(on, span)


def _not_listed(on: date, _span: Span) -> Iterator[Step]:
    yield Step("notify_listing", on - timedelta(days=12))
    yield Step("hear", on - timedelta(days=6), "notify_listing")
    yield Step("not_list", on, "notify_listing")


def _impossible(on: date, _span: Span) -> Iterator[Step]:
    """Steps that nothing leads to: written down, refused, without effect."""
    yield Step("publish_listing", on, "nothing")
    yield Step("restore_listing", on + timedelta(days=5), "nothing")
    yield Step("accept", on + timedelta(days=9), "nothing", "penalty")


def _held(_on: date, span: Span) -> Iterator[Step]:
    yield Step("hold_tier", span.ago(span.days // 3), "", "")


def _repair(*told: tuple[str, int, str | None]) -> Callable[[date, Span], Iterator[Step]]:
    """A repair in both systems: steps, so many days before the end, with the situation."""

    def steps(_on: date, span: Span) -> Iterator[Step]:
        for system in _SYSTEMS if _has_year(span) else ():
            for step, ago, situation in told:
                if (step, system) == ("extend", "credit_china"):
                    continue  # its rules knew no extension before 2026-04-01
                yield Step(step, span.ago(ago), "penalty", "penalty", system, situation)

    return steps


_STORIES: dict[str, Callable[[date, Span], Iterator[Step]]] = {
    "listed": _listed,
    "removed": _removed,
    "held": _held,
    "annulled": _annulled,
    "restored": _restored,
    "not_listed": _not_listed,
    "impossible": _impossible,
    "repaired": _repair(("apply", 24, None), ("accept", 23, None), ("repair", 18, None), ("carry_out", 16, None)),
    "repair_refused": _repair(
        ("apply", 24, None),
        ("request_papers", 23, None),
        ("apply", 20, None),
        ("accept", 19, None),
        ("extend", 14, None),
        ("refuse_repair", 6, None),
    ),
    "repair_revoked": _repair(
        ("apply", 24, None),
        ("accept", 23, None),
        ("repair", 18, None),
        ("carry_out", 16, None),
        ("revoke_repair", 8, "falsehood"),
        ("apply", 3, None),
    ),
    "repair_open": _repair(("apply", 3, None), ("accept", 2, None)),
}
