"""The rating core: records and a scheme in, tiers with their reasons out.

- `plan`      a scheme on one day, as plain values; `compile` makes it
- `spans`     calendar arithmetic on columns of days; `frames` what steps do with frames again and again
- `facts`     what a scheme reads of the records: one pass per kind
- `hits`      a row per rule and record it applies to
- `count`     what counts on a day, how much, and why the rest does not
- `totals`    accumulations, caps and bounds of sections and score
- `direct`    placement without counting
- `tier`      from score to tier
- `evaluate`  these steps together, for any days asked about
- `movement`  tiers regained by clean years; which past days can matter
- `decision`  tiers held by the office
- `horizon`   the next day anything changes by itself
- `ahead`     whose tier no passing of records alone can change
- `trace`     the rows that explain a rating
- `rate`      all of it: the way in
- `outlook`   the tier on the days to come, if nothing new arrives
- `changes`   which tiers differ between two ratings; `row_causes` and `causes` tell why

Records are read lazily, once; from there on frames are small enough to be worked on one after the other.
"""

from transforms.rating.changes import TierChanges, tier_changes
from transforms.rating.facts import RELEASES
from transforms.rating.outlook import OUTLOOK_DAYS, tier_outlook
from transforms.rating.rate import RatingResult, rate_enterprises

__all__ = [
    "OUTLOOK_DAYS",
    "RELEASES",
    "RatingResult",
    "TierChanges",
    "rate_enterprises",
    "tier_changes",
    "tier_outlook",
]
