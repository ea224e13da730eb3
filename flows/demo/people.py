"""Invented people for the demo's office database, so that the signing of a publication can be tried."""

from __future__ import annotations

from dataclasses import replace

from flows.settings import Settings

ADMINISTRATOR = ("wang", "王示例")
SIGNERS = (("zhang", "张示例"), ("li", "李示例"))


def demo_passphrase(login: str) -> str:
    """The passphrase of an invented person, which is public."""
    return f"demo only: {login}"


def add_demo_people(settings: Settings) -> str:
    """Create the office of the demo; return the fingerprint of its administrator's key.

    Raises OfficeProblem where the office has people already: a real office never gets invented ones.
    """
    from flows.office import office_of

    login, name = ADMINISTRATOR
    fingerprint = office_of(settings).begin(login, name, demo_passphrase(login)).fingerprint
    office = office_of(replace(settings, administrator_key=fingerprint))
    by = office.sign_in(login, lambda: demo_passphrase(login))
    for signer, signer_name in SIGNERS:
        office.add(by, signer, signer_name, demo_passphrase(signer))
    return fingerprint
