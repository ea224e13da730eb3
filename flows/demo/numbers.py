"""Numbers of documents that several records name."""

from __future__ import annotations

from datetime import date

from flows.demo.region import Enterprise


def decision_no(enterprise: Enterprise, decided_on: date) -> str:
    """The number of the penalty decided that day."""
    return f"示药监罚〔{decided_on.year}〕{enterprise.serial:05d}{decided_on:%m%d}号"
