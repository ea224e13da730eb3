"""What the credit office decides about a few enterprises, step by step: the rows of its register of decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from flows.demo import vocabulary
from flows.demo.draws import Streams
from flows.demo.model import DemoPeriod, DemoRecord, Enterprise, decision_no, new_record

HELD_TIER = "B"

PROPOSER, DECIDER = "初审员甲", "审核员乙"

UNDECIDED = ("hear", "publish_listing", "apply", "request_papers", "accept", "carry_out")

SITUATIONS = {"drug": "fake_drugs", "device": "unregistered_devices", "cosmetic": "adulterated_cosmetics"}

NUMBER_PREFIXES = {
    "notify_listing": "列告",
    "hear": "听",
    "list": "列",
    "not_list": "不列",
    "publish_listing": "公",
    "apply": "申",
    "request_papers": "补",
    "accept": "受",
    "extend": "延",
    "remove": "移",
    "carry_out": "停",
    "revoke_listing": "撤列",
    "restore_listing": "恢",
    "repair": "修",
    "refuse_repair": "不修",
    "revoke_repair": "撤修",
    "hold_tier": "缓",
}

REASONS = {
    "notify_listing": "拟列入严重违法失信名单，当事人可以陈述、申辩或者要求听证",
    "hear": "当事人陈述申辩，已复核",
    "list": "违法行为性质恶劣、情节严重、社会危害较大，已受到较重行政处罚，按总局令第44号第六条列入",
    "not_list": "当事人有证据足以证明没有主观故意，按总局令第44号第十二条第二款不予列入",
    "publish_listing": "已在国家企业信用信息公示系统公示",
    "remove": "公示满一年，已履行义务、整改并消除危害后果，准予提前移出",
    "revoke_listing": "列入所依据的行政处罚决定被依法撤销，按总局令第44号第十九条撤销列入",
    "restore_listing": "申请移出时提供虚假材料，撤销移出决定，恢复列入",
    "repair": "最短公示期届满，已履行义务、整改并消除危害后果，准予修复",
    "refuse_repair": "危害后果尚未消除，不予修复",
    "revoke_repair": "申请修复时提供虚假材料，撤销准予修复的决定",
    "hold_tier": "企业对检查结论提出异议，核查期间暂缓等级变动",
}


def decisions(streams: Streams, enterprise: Enterprise, span: DemoPeriod) -> Iterator[DemoRecord]:
    """The steps of the enterprise's story, as they go into the register."""
    rng = streams.of("decision", enterprise.serial)
    penalty = decision_no(enterprise, story_day(enterprise, span))
    numbers = {"penalty": penalty, "nothing": f"{penalty}-无"}
    taken: Counter[str] = Counter()
    for step in story_steps(enterprise, span):
        taken[step.step] += 1
        number = _number(step, enterprise, taken[step.step])
        yield _row(rng, enterprise, step, number, numbers.get(step.about))
        numbers.setdefault(step.step, number)


def _number(step: StoryStep, enterprise: Enterprise, nth: int) -> str:
    again = f"-{nth}" if nth > 1 else ""
    return f"示药监信{NUMBER_PREFIXES[step.step]}〔{step.on.year}〕{enterprise.serial:05d}{again}号"


def _row(rng: Random, enterprise: Enterprise, step: StoryStep, number: str, target: str | None) -> DemoRecord:
    is_held = step.step == "hold_tier"
    made = new_record(
        rng,
        "decision",
        enterprise,
        step.on,
        decision_no=number,
        decision_type=step.step,
        matter=step.matter or None,
        system=step.system,
        situation=step.situation or _situation(step, enterprise),
        target=target,
        decided_on=step.on,
        ends_on=step.on + timedelta(days=HELD_DAYS) if is_held else None,
        tier=HELD_TIER if is_held else None,
        reason=REASONS.get(step.step),
        authority=vocabulary.CREDIT_OFFICE,
        proposed_by=PROPOSER,
        decided_by=None if step.step in UNDECIDED else DECIDER,
    )
    return replace(made, sent_on=_next_day(step.on))  # its own register: in the next file


def _situation(step: StoryStep, enterprise: Enterprise) -> str | None:
    return SITUATIONS[enterprise.field] if step.step in ("notify_listing", "list") else None


def _next_day(day: date) -> date:
    return day + timedelta(days=1)


# A year of publicity must be over before an early end may be asked for; the history must hold it, and the steps after.
DAYS_FOR_EARLY_END = 396

EARLY_STORIES = ("removed", "restored", "repaired", "repair_refused", "repair_revoked", "repair_open")

REPAIRS = ("repaired", "repair_refused", "repair_revoked", "repair_open")

PUNISHED_STORIES = ("listed", "candidate", "annulled", "not_listed", *EARLY_STORIES)

REVOKED_AFTER = 90  # days from the listing to the day its penalty is annulled

HELD_DAYS = 180

_SYSTEMS = ("gsxt", "credit_china")


@dataclass(frozen=True)
class StoryStep:
    """A step of the register. about: what it concerns, by the step whose number names it; "penalty" for the penalty."""

    step: str
    on: date
    about: str = "penalty"
    matter: str = "listing"
    system: str | None = None
    situation: str | None = None


def story_day(enterprise: Enterprise, span: DemoPeriod) -> date:
    """The day of the penalty in the story of an enterprise that is, was or might be listed or repaired."""
    return span.ago(span.days - 1 if enterprise.story in EARLY_STORIES else span.days // 2)


def annulled_on(enterprise: Enterprise, span: DemoPeriod) -> date | None:
    """The day on which the penalty of the story is annulled, where it is."""
    is_annulled = enterprise.story == "annulled" or (enterprise.story == "removed" and not _has_year(span))
    return story_day(enterprise, span) + timedelta(days=REVOKED_AFTER) if is_annulled else None


def story_steps(enterprise: Enterprise, span: DemoPeriod) -> Iterator[StoryStep]:
    """The steps of the enterprise's story, in their order; those after the end of the history are still to come."""
    told = _STORIES.get(enterprise.story or "")
    if told:
        yield from told(story_day(enterprise, span), span)


def _has_year(span: DemoPeriod) -> bool:
    return span.days >= DAYS_FOR_EARLY_END


def _listed(on: date, _span: DemoPeriod) -> Iterator[StoryStep]:
    yield StoryStep("notify_listing", on - timedelta(days=12))
    yield StoryStep("hear", on - timedelta(days=6), "notify_listing")
    yield StoryStep("list", on)
    yield StoryStep("publish_listing", on + timedelta(days=7), "list")


def _annulled(on: date, span: DemoPeriod) -> Iterator[StoryStep]:
    yield from _listed(on, span)
    off = on + timedelta(days=REVOKED_AFTER)
    yield StoryStep("revoke_listing", off + timedelta(days=2), "list")
    yield StoryStep("carry_out", off + timedelta(days=3), "list")


def _removed(on: date, span: DemoPeriod) -> Iterator[StoryStep]:
    if not _has_year(span):
        yield from _annulled(on, span)
        return
    yield from _listed(on, span)
    yield StoryStep("apply", span.ago(24), "list")
    yield StoryStep("accept", span.ago(23), "list")
    yield StoryStep("remove", span.ago(18), "list")
    yield StoryStep("carry_out", span.ago(16), "list")


def _restored(on: date, span: DemoPeriod) -> Iterator[StoryStep]:
    """Removed on false papers: restored, the period from the start, and asked for again in vain."""
    if _has_year(span):
        yield from _removed(on, span)
        yield StoryStep("restore_listing", span.ago(9), "list", situation="falsehood")
        yield StoryStep("apply", span.ago(4), "list")  # barred for three years
    else:
        yield from _listed(on, span)


def _not_listed(on: date, _span: DemoPeriod) -> Iterator[StoryStep]:
    yield StoryStep("notify_listing", on - timedelta(days=12))
    yield StoryStep("hear", on - timedelta(days=6), "notify_listing")
    yield StoryStep("not_list", on, "notify_listing")


def _impossible(on: date, _span: DemoPeriod) -> Iterator[StoryStep]:
    """Steps that nothing leads to: written down, refused, without effect."""
    yield StoryStep("publish_listing", on, "nothing")
    yield StoryStep("restore_listing", on + timedelta(days=5), "nothing")
    yield StoryStep("accept", on + timedelta(days=9), "nothing", "penalty")


def _held(_on: date, span: DemoPeriod) -> Iterator[StoryStep]:
    yield StoryStep("hold_tier", span.ago(span.days // 3), "", "")


def _repair(*told: tuple[str, int, str | None]) -> Callable[[date, DemoPeriod], Iterator[StoryStep]]:
    """A repair in both systems: steps, so many days before the end, with the situation."""

    def steps(_on: date, span: DemoPeriod) -> Iterator[StoryStep]:
        for system in _SYSTEMS if _has_year(span) else ():
            for step, ago, situation in told:
                if (step, system) == ("extend", "credit_china"):
                    continue  # its rules knew no extension before 2026-04-01
                yield StoryStep(step, span.ago(ago), "penalty", "penalty", system, situation)

    return steps


_STORIES: dict[str, Callable[[date, DemoPeriod], Iterator[StoryStep]]] = {
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
