"""The credit office's register of steps: the rows of its workbook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from flows.demo import words
from flows.demo.facts import Fact, Span, fact
from flows.demo.numbers import decision_no
from flows.demo.region import Enterprise
from flows.demo.stories import HELD_DAYS, Step, steps_of, story_day
from flows.demo.streams import Streams

HELD_TIER = "B"
PROPOSER, DECIDER = "初审员甲", "审核员乙"
UNDECIDED = ("hear", "publish_listing", "apply", "request_papers", "accept", "carry_out")
SITUATIONS = {"drug": "fake_drugs", "device": "unregistered_devices", "cosmetic": "adulterated_cosmetics"}
NUMBER_WORDS = {
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


def decisions(streams: Streams, enterprise: Enterprise, span: Span) -> Iterator[Fact]:
    """The steps of the enterprise's story, as they go into the register."""
    rng = streams.of("decision", enterprise.serial)
    penalty = decision_no(enterprise, story_day(enterprise, span))
    numbers = {"penalty": penalty, "nothing": f"{penalty}-无"}
    taken: Counter[str] = Counter()
    for step in steps_of(enterprise, span):
        taken[step.step] += 1
        number = _number(step, enterprise, taken[step.step])
        yield _row(rng, enterprise, step, number, numbers.get(step.about))
        numbers.setdefault(step.step, number)


def _number(step: Step, enterprise: Enterprise, nth: int) -> str:
    again = f"-{nth}" if nth > 1 else ""
    return f"示药监信{NUMBER_WORDS[step.step]}〔{step.on.year}〕{enterprise.serial:05d}{again}号"


def _row(rng: Random, enterprise: Enterprise, step: Step, number: str, target: str | None) -> Fact:
    is_held = step.step == "hold_tier"
    made = fact(
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
        authority=words.CREDIT_OFFICE,
        proposed_by=PROPOSER,
        decided_by=None if step.step in UNDECIDED else DECIDER,
    )
    return replace(made, sent_on=_next_day(step.on))  # its own register: in the next file


def _situation(step: Step, enterprise: Enterprise) -> str | None:
    return SITUATIONS[enterprise.field] if step.step in ("notify_listing", "list") else None


def _next_day(day: date) -> date:
    return day + timedelta(days=1)
