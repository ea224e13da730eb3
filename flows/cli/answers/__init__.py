"""What the commands find in the store, as plain values: apart from how it is asked for and how it looks.

- `nights`       which night a question is about
- `register`     whom an identifier or a name means
- `rated`        an enterprise's ratings on a night, and the scheme's words
- `standing`     an enterprise's rating, as a view and as plain values
- `listed`       whether it stands on the serious-violation list
- `penalties`    where penalties stand in the publicity systems
- `desk`         the short answer of the approval desk
- `turned_away`  rows in quarantine
- `policy_files` what is wrong with a policy file
"""
