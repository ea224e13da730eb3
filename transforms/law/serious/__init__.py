"""The serious-violation list (严重违法失信名单).

- `records`   what it is worked out from, and the law of it
- `grounds`   the penalty a listing rests on
- `clock`     how long a listing stands
- `runs`      the register of decisions with the clocks of its listings
- `standing`  whether it stands on a day
- `words`     listings as a table
"""
