"""The serious-violation list (严重违法失信名单).

- `listings`      every listing with its status and its end
- `candidates`    penalties that may lead to a listing, and what is to be weighed for each
- `restrictions`  measures that a listing brings, and bans from the trade
"""
