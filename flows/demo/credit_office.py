"""What the credit office decides about a few enterprises, step by step: the rows of its decision log; and the invented
people of the demo's office database, so that the signing of a publication can be tried.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flows.demo import model
from flows.demo.model import DemoPeriod, DemoRecord, Enterprise, Streams, new_record
from flows.settings import Settings

ADMINISTRATOR = ("wang", "王示例")
SIGNERS = (("zhang", "张示例"), ("li", "李示例"))


def demo_passphrase(login: str) -> str:
    """The passphrase of an invented person, which is public."""
    return f"demo only: {login}"


def add_demo_people(settings: Settings) -> str:
    """Create the office of the demo; return the fingerprint of its administrator's key.

    Raises OfficeProblem where the office has people already: a real office never gets invented ones.
    """
    from flows.office import office_of

    login, name = ADMINISTRATOR
    fingerprint = office_of(settings).begin(login, name, demo_passphrase(login)).fingerprint
    office = office_of(replace(settings, administrator_key=fingerprint))
    by = office.sign_in(login, lambda: demo_passphrase(login))
    for signer, signer_name in SIGNERS:
        office.add(by, signer, signer_name, demo_passphrase(signer))
    return fingerprint


# One year of publicity must be over before an early end may be applied for; the history must cover it and the steps
# after it.
DAYS_FOR_EARLY_END = 396
EARLY_STORIES = ("removed", "restored", "repaired", "repair_refused", "repair_revoked", "repair_open")
REPAIRS = ("repaired", "repair_refused", "repair_revoked", "repair_open")
PUNISHED_STORIES = ("listed", "candidate", "annulled", "not_listed", *EARLY_STORIES)
REVOKED_AFTER = 90  # days from the listing to the day its penalty is annulled
HELD_DAYS = 180
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
_SYSTEMS = ("gsxt", "credit_china")


@dataclass(frozen=True)
class StoryStep:
    """A step in the decision log. about: the step whose number names what it concerns; "penalty" for the penalty."""

    step: str
    on: date
    about: str = "penalty"
    matter: str = "listing"
    system: str | None = None
    situation: str | None = None


def decisions(streams: Streams, enterprise: Enterprise, period: DemoPeriod) -> Iterator[DemoRecord]:
    """The steps of the enterprise's story as rows of the decision log."""
    rng = streams.of("decision", enterprise.serial)
    penalty = enterprise.decision_no(story_day(enterprise, period))
    numbers = {"penalty": penalty, "nothing": f"{penalty}-无"}
    occurrences: Counter[str] = Counter()
    for step in story_steps(enterprise, period):
        occurrences[step.step] += 1
        again = f"-{occurrences[step.step]}" if occurrences[step.step] > 1 else ""
        number = f"示药监信{NUMBER_PREFIXES[step.step]}〔{step.on.year}〕{enterprise.serial:05d}{again}号"
        is_held, is_listing = step.step == "hold_tier", step.step in ("notify_listing", "list")
        record = new_record(
            rng,
            "decision",
            enterprise,
            step.on,
            decision_no=number,
            decision_type=step.step,
            matter=step.matter or None,
            system=step.system,
            situation=step.situation or (SITUATIONS[enterprise.field] if is_listing else None),
            target=numbers.get(step.about),
            decided_on=step.on,
            ends_on=step.on + timedelta(days=HELD_DAYS) if is_held else None,
            tier=HELD_TIER if is_held else None,
            reason=REASONS.get(step.step),
            authority=model.CREDIT_OFFICE,
            proposed_by=PROPOSER,
            decided_by=None if step.step in UNDECIDED else DECIDER,
        )
        yield replace(record, sent_on=step.on + timedelta(days=1))  # the office's own log: in the next file
        numbers.setdefault(step.step, number)


def story_day(enterprise: Enterprise, period: DemoPeriod) -> date:
    """The day of the penalty in the story of an enterprise that is, was or might be listed or repaired."""
    return period.ago(period.days - 1 if enterprise.story in EARLY_STORIES else period.days // 2)


def annulled_on(enterprise: Enterprise, period: DemoPeriod) -> date | None:
    """The day on which the penalty of the story is annulled, if it is."""
    is_annulled = enterprise.story == "annulled" or (enterprise.story == "removed" and not _has_early_end(period))
    return story_day(enterprise, period) + timedelta(days=REVOKED_AFTER) if is_annulled else None


def story_steps(enterprise: Enterprise, period: DemoPeriod) -> Iterator[StoryStep]:
    """The steps of the enterprise's story in order; those after the end of the history are not sent yet."""
    story = _STORIES.get(enterprise.story or "")
    if story:
        yield from story(story_day(enterprise, period), period)


def _has_early_end(period: DemoPeriod) -> bool:
    return period.days >= DAYS_FOR_EARLY_END


def _listed(on: date, _period: DemoPeriod) -> Iterator[StoryStep]:
    yield StoryStep("notify_listing", on - timedelta(days=12))
    yield StoryStep("hear", on - timedelta(days=6), "notify_listing")
    yield StoryStep("list", on)
    yield StoryStep("publish_listing", on + timedelta(days=7), "list")


def _annulled(on: date, period: DemoPeriod) -> Iterator[StoryStep]:
    yield from _listed(on, period)
    annulled = on + timedelta(days=REVOKED_AFTER)
    yield StoryStep("revoke_listing", annulled + timedelta(days=2), "list")
    yield StoryStep("carry_out", annulled + timedelta(days=3), "list")


def _removed(on: date, period: DemoPeriod) -> Iterator[StoryStep]:
    if not _has_early_end(period):
        yield from _annulled(on, period)
        return
    yield from _listed(on, period)
    yield StoryStep("apply", period.ago(24), "list")
    yield StoryStep("accept", period.ago(23), "list")
    yield StoryStep("remove", period.ago(18), "list")
    yield StoryStep("carry_out", period.ago(16), "list")


def _restored(on: date, period: DemoPeriod) -> Iterator[StoryStep]:
    """Removed on false papers, then restored with a new period, and applied for again without success."""
    if _has_early_end(period):
        yield from _removed(on, period)
        yield StoryStep("restore_listing", period.ago(9), "list", situation="falsehood")
        yield StoryStep("apply", period.ago(4), "list")  # barred for three years
    else:
        yield from _listed(on, period)


def _not_listed(on: date, _period: DemoPeriod) -> Iterator[StoryStep]:
    yield StoryStep("notify_listing", on - timedelta(days=12))
    yield StoryStep("hear", on - timedelta(days=6), "notify_listing")
    yield StoryStep("not_list", on, "notify_listing")


def _impossible(on: date, _period: DemoPeriod) -> Iterator[StoryStep]:
    """Steps without their predecessors: logged, refused by the procedure, without effect."""
    yield StoryStep("publish_listing", on, "nothing")
    yield StoryStep("restore_listing", on + timedelta(days=5), "nothing")
    yield StoryStep("accept", on + timedelta(days=9), "nothing", "penalty")


def _held(_on: date, period: DemoPeriod) -> Iterator[StoryStep]:
    yield StoryStep("hold_tier", period.ago(period.days // 3), "", "")


def _repair(*steps: tuple[str, int, str | None]) -> Callable[[date, DemoPeriod], Iterator[StoryStep]]:
    """A repair in both systems, from steps with their days before the end and their situation."""

    def story(_on: date, period: DemoPeriod) -> Iterator[StoryStep]:
        for system in _SYSTEMS if _has_early_end(period) else ():
            for step, ago, situation in steps:
                if (step, system) == ("extend", "credit_china"):
                    continue  # its rules had no extension before 2026-04-01
                yield StoryStep(step, period.ago(ago), "penalty", "penalty", system, situation)

    return story


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
