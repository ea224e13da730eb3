"""Which causes let the nightly run take an entry off a published list by itself, without two signatures."""

from __future__ import annotations

from datetime import date
from typing import Literal

from transforms.policy_model.dated_values import Dated, PolicyModel
from transforms.policy_model.document import load_document


class WithdrawalCause(Dated[bool]):
    """Whether the run may withdraw for this cause, by day.

    ends_by: time (an end that was known before its day came), or act (a decision, a judgment, a change in a register).
    unless_noted: the entry waits for people where something is to be looked at of the removal or repair it goes by.
    """

    ends_by: Literal["time", "act"]
    unless_noted: bool = True

    def allows(self, day: date) -> bool:
        """Whether the run may withdraw for it on `day`."""
        return min(self.values) <= day and bool(self.on(day))


class Withdrawals(PolicyModel):
    """`policy/withdrawals.yaml`. lists: by name and code of the cause; what is not named waits for people."""

    withdrawals: str
    lists: dict[str, dict[str, WithdrawalCause]]

    def cause(self, name: str, code: str | None, day: date) -> WithdrawalCause | None:
        """The cause, where the run may withdraw for it from that list on `day`."""
        found = self.lists.get(name, {}).get(code or "")
        return found if found and found.allows(day) else None


def load_withdrawals(text: str, file_name: str) -> Withdrawals:
    """The causes in `text`. Raises PolicyProblems."""
    return load_document(text, file_name, Withdrawals)
