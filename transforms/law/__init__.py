"""What the law makes of records on a day.

- `listing`  which entries stand on the serious-violation list (严重违法失信名单)
"""

from transforms.law.listing import ENTRY_SCHEMA, listings, serious_list

__all__ = ["ENTRY_SCHEMA", "listings", "serious_list"]
