"""An office with an administrator and two signers, for tests that sign."""

from __future__ import annotations

from dataclasses import replace

from flows.office import SignedIn, office_of
from flows.settings import Settings

NAMES = {"wang": "王主任", "zhang": "张三", "li": "李四"}
SECRETS = {login: f"correct horse {login} staple" for login in NAMES}


def staffed(settings: Settings) -> Settings:
    """The same settings with the administrator pinned: wang; zhang and li are signers."""
    pinned = replace(settings, administrator_key=found(settings))
    for login in ("zhang", "li"):
        added(pinned, login)
    return pinned


def found(settings: Settings, login: str = "wang", **more: object) -> str:
    """The fingerprint of the first administrator, who is made."""
    return office_of(settings).begin(login, NAMES.get(login, login), secret_of(login), **more).fingerprint


def added(settings: Settings, login: str, name: str = "", **more: object) -> None:
    """One more person, a signer unless more says otherwise."""
    office = office_of(settings)
    office.add(signed_in(settings, "wang"), login, name or NAMES.get(login, login), secret_of(login), **more)


def signed_in(settings: Settings, login: str) -> SignedIn:
    """The person, by their passphrase."""
    return office_of(settings).sign_in(login, lambda: secret_of(login))


def secret_of(login: str) -> str:
    """The passphrase of a person of these tests."""
    return SECRETS.get(login, f"correct horse {login} staple")
