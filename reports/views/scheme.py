"""What a page needs to know of the grading scheme in force on its day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ILLUSTRATIVE = "示例标准：本页所用评价标准为示例，不是任何监管部门发布的规定，结果不得用于实际监管。"


@dataclass(frozen=True)
class SchemeFacts:
    """name, title: of the scheme. tiers: code and title, best first, as in force on the day of the page.

    is_illustrative: the scheme is an example of the project's own. is_higher_better: points are deducted from a
    base (True) or accumulate (False). policy_hash: what the policy files were, for the footer.
    titles: id to Chinese title of the scheme's rules, needs and sections. supervision: tier to how it is supervised.
    sources: id to Chinese title of the sources that records come from.
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

    @property
    def notices(self) -> tuple[str, ...]:
        """What every output must say visibly."""
        return (ILLUSTRATIVE,) if self.is_illustrative else ()

    @property
    def words(self) -> dict[str, str]:
        """Tier code to what is read: "A 守信"; the code alone where the title says nothing more."""
        return {tier: tier if title in ("", tier) else f"{tier} {title}" for tier, title in self.tiers}

    def rule(self, decided_by: str, rule_id: str | None) -> str:
        """What decided, beside its kind: the rule's title, or the number of the office's decision; else nothing."""
        return (rule_id or "") if decided_by == "decision" else self.titles.get(rule_id or "", "")

    def index(self, tier: str) -> int:
        """0 for the best tier; past the last for one the scheme of the day does not have."""
        order = [code for code, _ in self.tiers]
        return order.index(tier) if tier in order else len(order)
