"""Pure computation: frames and policy values in, frames out.

No clock, no file, no orchestration: the day of a rating is always an argument.

- `tables`   the shape of every frame that is stored, with the words an officer reads
- `policy`   dated values, sources and grading schemes as typed models
- `records`  incoming text to canonical records: mapping, identity, versions
- `rating`   rule hits, trace, score, tier, movement, horizon, changes
- `law`      what the law makes of records on a day: the serious-violation list, the publicity of penalties
"""
