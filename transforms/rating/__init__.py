"""The rating core: records and a grading scheme in, tiers with their reasons out.

- `rate`             the entry point: every enterprise's tier on a day, with its trace
- `compiled_scheme`  the scheme compiled for one day
- `hits`             a row per rule and record it applies to, from one pass per kind
- `totals`           which hits count on a day; accumulations, caps, limits; the score
- `tier`             cut points, what the best tier needs, direct placement, clean years, holds
- `next_change`      the next day on which a rating may change by itself
- `trace`            the rows that explain a rating
- `changes`          which tiers differ between two runs, and why
- `outlook`          the tier on the days to come if no new record arrives
- `trades`           a scheme for each trade, and the tier of the whole

Records are read lazily, once; from there on every step takes and gives collected frames.
"""

from transforms.rating.changes import ComparedRuns, TierChanges, tier_changes
from transforms.rating.hits import RELEASES
from transforms.rating.outlook import tier_outlook
from transforms.rating.rate import RatingResult, rate_enterprises

__all__ = [
    "RELEASES",
    "ComparedRuns",
    "RatingResult",
    "TierChanges",
    "rate_enterprises",
    "tier_changes",
    "tier_outlook",
]
