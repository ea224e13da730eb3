"""The serious-violation list (严重违法失信名单).

- `records`   what it is worked out from, and the law of it
- `grounds`   the penalty a listing rests on
- `clock`     how long a listing stands
- `runs`      the register of decisions with the clocks of its listings
- `standing`  whether it stands on a day
- `candidates` penalties that may lead to a listing
- `checklist` what is to be weighed for them: evidence, and blanks for a person
- `measures`  what a listing brings with it while it stands
- `bans`      persons and firms barred from the trade
"""
