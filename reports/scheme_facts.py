"""What a page needs of the grading scheme, and the outlook of a tier as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from reports import formatting
from reports.incentives import IncentiveFacts
from transforms.schemas.run_tables import OUTLOOK_CAUSES, OUTLOOK_DAYS

ILLUSTRATIVE = "示例标准：本页所用评价标准为示例，不是任何监管部门发布的规定，结果不得用于实际监管。"


@dataclass(frozen=True)
class SchemeFacts:
    """The grading scheme as a page needs it.

    tiers: code and title, best first, in force on the day of the page. is_illustrative: the scheme is an example of
    the project's own. is_higher_better: points are deducted from a base (True) or accumulate (False). policy_hash: of
    the policy files, for the footer. titles: Chinese titles of rules, needs and sections by id. supervision: how each
    tier is supervised. sources: Chinese titles of the sources of records by id. others: the schemes of trades besides
    this one, whose tiers are those of the whole. incentives: of its tiers.
    """

    name: str
    title: str
    tiers: tuple[tuple[str, str], ...]
    is_illustrative: bool
    is_higher_better: bool = True
    policy_hash: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    supervision: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    others: tuple[SchemeFacts, ...] = ()
    incentives: tuple[IncentiveFacts, ...] = ()

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> SchemeFacts:
        """What `dataclasses.asdict` made of it, through JSON."""
        tiers = tuple((tier, title) for tier, title in facts["tiers"])
        others = tuple(map(cls.from_json, facts.get("others", ())))
        incentives = tuple(map(IncentiveFacts.from_json, facts.get("incentives", ())))
        return cls(**{**facts, "tiers": tiers, "others": others, "incentives": incentives})

    @property
    def notices(self) -> tuple[str, ...]:
        """Notices that every output must show."""
        return (ILLUSTRATIVE,) if self.is_illustrative or any(one.is_illustrative for one in self.others) else ()

    def of(self, name: str | None) -> SchemeFacts:
        """The scheme of this name: this one or one of the others; this one where there is no such."""
        return next((one for one in self.others if one.name == name), self)

    @property
    def words(self) -> dict[str, str]:
        """Tier code to display name: "A 守信"; the code alone where the title adds nothing."""
        return {tier: tier if title in ("", tier) else f"{tier} {title}" for tier, title in self.tiers}

    def rule(self, decided_by: str, rule_id: str | None) -> str:
        """Title of the rule that decided, or the number of the office's decision; else empty."""
        return (rule_id or "") if decided_by == "decision" else self.titles.get(rule_id or "", "")

    def index(self, tier: str) -> int:
        """0 for the best tier; one past the last for a tier that the scheme of the day does not have."""
        order = [code for code, _ in self.tiers]
        return order.index(tier) if tier in order else len(order)


WORSE, BETTER = "下调", "上调"


@dataclass(frozen=True)
class Outlook:
    """The tier predicted on `as_of`. row: of OUTLOOK, with a change of tier, or None. is_known: False for a run of an
    earlier release that computed no outlook.
    """

    as_of: date
    row: Mapping[str, Any] | None = None
    is_known: bool = True

    @property
    def until(self) -> date:
        """The last day of the outlook."""
        return self.as_of + timedelta(days=OUTLOOK_DAYS)

    def text(self, scheme: SchemeFacts) -> str:
        """As one line."""
        if not self.is_known:
            return "该次运行没有推算今后的等级"
        if self.row is None:
            return f"至 {self.until} 如无新记录，等级不变"
        after, on = self.row["tier_after"], self.row["changes_on"]
        score = formatting.points(self.row["score_after_centipoints"])
        why = OUTLOOK_CAUSES.get(self.row["cause"], self.row["cause"])
        return (
            f"如无新记录，{on} 起{change_direction(self.row)}为 {scheme.words.get(after, after)}（{why}，得分 {score}）"
        )


def change_direction(row: Mapping[str, Any]) -> str:
    """上调 or 下调."""
    return WORSE if row["index_after"] > row["index_before"] else BETTER
