"""The rating core: records and a scheme in, tiers with their reasons out.

- `plan`      a scheme on one day, as plain values; `compile` makes it
- `spans`     calendar arithmetic on columns of days
- `hits`      which records a rule applies to
- `count`     what counts on a day, how much, and why the rest does not
- `totals`    accumulations, caps and bounds of sections and score
- `direct`    placement without counting
- `tier`      from score to tier
- `evaluate`  these steps together, for any days asked about
- `movement`  tiers regained by clean years
- `decision`  tiers held by the office
- `horizon`   the next day anything changes by itself
- `trace`     the rows that explain a rating
- `rate`      all of it: the way in
- `changes`   which tiers differ between two ratings; `row_causes` and `causes` tell why
"""

from transforms.rating.changes import Changes, tier_changes
from transforms.rating.facts import RELEASES
from transforms.rating.rate import Rating, rate

__all__ = ["RELEASES", "Changes", "Rating", "rate", "tier_changes"]
