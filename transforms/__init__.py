"""Pure computation: frames and policy values in, frames out.

No clock, no file, no orchestration: the day of a rating is always an argument.

- `schemas`         the columns of every stored table, with their Chinese terms and vocabularies
- `policy_model`    typed models and loaders of the files in policy/: schemes, sources, law, papers, cases
- `policy_check`    any policy file checked, and the cases of a scheme run
- `records`         incoming text to canonical records: mapping, identity, versions
- `rating`          rule hits, trace, score, tier, movement, next change, outlook, changes
- `law`             the legal state of records on a day: publicity, the serious-violation list, repair, matters
- `dates`           calendar arithmetic
- `date_parsing`    days and instants in text
- `current_versions`  the current version of each record at an instant
- `person_numbers`  identity numbers of natural persons: found, masked, hashed
"""
