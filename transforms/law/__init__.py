"""The law: what it makes of records on a day.

- `law_state`     `LawState`, everything the law makes of the records on a day, each part computed once
- `calendar`      working days; values and periods across changes of the rules
- `matters`       the decision log: matters, their procedure, and what falls due
- `listing`       the serious-violation list: listings, candidates, measures and bans
- `publicity`     penalties and results of spot checks made public: whether, by when, until when
- `repair`        credit repair: who may apply from when, applications, releases for a rating
- `stored_state`  the legal state as tables of the store, and the day until which it holds
- `texts`         texts made of several
- `policy_gaps`   messages about what the policy does not determine
"""
