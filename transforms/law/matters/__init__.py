"""Matters (办理事项) of the office, and what falls due.

- `matter`        a matter as a state machine
- `procedure`     decisions replayed against the law of procedure
- `decision_log`  the log on a day: matters, steps, terms, listings
- `deadlines`     what happens by itself, and what someone must do by when
"""
