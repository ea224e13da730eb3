"""An office with an administrator and two signers, for tests that sign."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from flows.office import JournalEntry, OfficeDatabase, SignedIn, office_of
from flows.office.keys import KeyRecord
from flows.settings import Secret, Settings, load_settings

NAMES = {"wang": "王主任", "zhang": "张三", "li": "李四"}
SECRETS = {login: f"correct horse {login} staple" for login in NAMES}


def staffed(settings: Settings) -> Settings:
    """The same settings with an office, whose administrator is pinned: wang; zhang and li are signers."""
    content, fingerprint = _office()
    if isinstance(settings.office_database, Secret):
        _copy_to_server(content, settings.office_database)
        return replace(settings, administrator_key=fingerprint)
    settings.office_database.parent.mkdir(parents=True, exist_ok=True)
    settings.office_database.touch(mode=0o600)
    settings.office_database.write_bytes(content)
    return replace(settings, administrator_key=fingerprint)


def _copy_to_server(content: bytes, address: Secret) -> None:
    """The people and the entries of a file, appended one by one."""
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(content)
        rows = OfficeDatabase(Path(file.name)).rows()
    for entry in rows.entries:
        OfficeDatabase(address).append(partial(_as_is, entry, rows.keys.get(entry.number)))


def _as_is(entry: JournalEntry, record: KeyRecord | None, _: object) -> tuple[JournalEntry, KeyRecord | None]:
    return entry, record


def office_in(settings: Settings) -> Settings:
    """The same settings with the administrator of the office that is there already."""
    return replace(settings, administrator_key=_office()[1])


@cache
def _office() -> tuple[bytes, str]:
    """The database of an office, and the fingerprint of its administrator; made once."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"store": folder}, environ={})
        pinned = replace(settings, administrator_key=found(settings))
        for login in ("zhang", "li"):
            added(pinned, login)
        return pinned.office_database.read_bytes(), str(pinned.administrator_key)


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
