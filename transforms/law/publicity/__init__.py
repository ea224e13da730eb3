"""Publicity (公示) of penalties and of bad results of spot checks.

- `penalties`            whether, by when and until when, in every publicity system; the published rows
- `penalty_facts`        facts that no column of a penalty states, and its class under a regime
- `spot_checks`          bad results of spot checks
"""
