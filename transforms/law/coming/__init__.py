"""What falls due (到期事项): one table of the coming days.

- `coming`     the table
- `publicity`  what it says of penalties: publicity, terms
- `repairs`    from when an early end may be asked for
- `register`   of listings, matters, bans, orders, ratings
- `rows`       how its rows are made
- `words`      columns and codes
"""

from transforms.law.coming.coming import coming, untold
from transforms.law.coming.words import COMING, WHATS

__all__ = ["COMING", "WHATS", "coming", "untold"]
