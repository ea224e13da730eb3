"""The scheme of a night as outputs name it."""

from __future__ import annotations

from flows.policies import read_scheme
from flows.settings import Settings
from flows.store import Run
from reports.views.scheme import SchemeFacts


def scheme_facts(settings: Settings, run: Run) -> SchemeFacts:
    """Titles of scheme and tiers as in force on the night. Raises PolicyProblems where the file is gone or broken."""
    scheme = read_scheme(settings.policy_dir, run.scheme or settings.scheme).scheme
    tiers = scheme.tiers.on(run.as_of, "tiers") or []
    return SchemeFacts(
        name=scheme.scheme,
        title=scheme.title,
        tiers=tuple((tier.tier, tier.title) for tier in tiers),
        is_illustrative=scheme.illustrative,
        is_higher_better=scheme.mode == "deduct",
        policy_hash=run.policy_hash,
    )
