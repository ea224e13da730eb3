"""What falls due (到期事项): one table of the coming days.

- `coming`     the table
- `publicity`  what it says of penalties: publicity, terms
- `repairs`    from when an early end may be asked for
- `samplings`  of samples: retests, corrections
- `register`   of listings, matters, bans, orders, and of what is foretold of tiers
- `rows`       how its rows are made
"""

from transforms.law.coming.coming import coming, in_order, of_repair, untold

__all__ = ["coming", "in_order", "of_repair", "untold"]
