"""What the law makes of records on a day, as tables: their columns, codes and Chinese words.

- `publicity`  penalties in a publicity system
- `procedure`  the register of decisions: matters, steps, terms
- `listing`    the serious-violation list: listings, candidates, bans and what belongs to them
- `repair`     who may have what repaired, applications, falsehoods
- `coming`     what falls due
"""
