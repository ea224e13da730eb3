"""Invented people for the demo's office database, so that the signing of a publication can be tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flows.settings import Settings

ADMINISTRATOR = ("wang", "王示例")
SIGNERS = (("zhang", "张示例"), ("li", "李示例"))


def demo_passphrase(login: str) -> str:
    """The passphrase of an invented person: everybody knows it."""
    return f"demo only: {login}"


def add_demo_people(settings: Settings) -> str:
    """Make the office of the demo; the fingerprint of its administrator's key.

    Raises OfficeProblem where there are people already: a real office never gets invented ones.
    """
    from dataclasses import replace

    from flows.office import office_of

    login, name = ADMINISTRATOR
    fingerprint = office_of(settings).begin(login, name, demo_passphrase(login)).fingerprint
    office = office_of(replace(settings, administrator_key=fingerprint))
    by = office.sign_in(login, lambda: demo_passphrase(login))
    for each, called in SIGNERS:
        office.add(by, each, called, demo_passphrase(each))
    return fingerprint
