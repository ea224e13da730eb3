"""Matters (办理事项) of the office, and what falls due.

- `procedure`     decisions replayed against the law of procedure; a matter as a state machine
- `decision_log`  the log on a day: matters, steps, terms, listings
- `deadlines`     what happens by itself, and what someone must do by when
"""
