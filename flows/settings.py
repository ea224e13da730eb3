"""One validated configuration: flags, then YAOXIN_* variables, then one TOML file, then defaults.

The three sources are merged here, so that every mistake can say where its value came from; `flows.settings_form` says
what a value must be.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.settings_form import FORMS, Secret, nearest

PREFIX = "YAOXIN_"
CONFIG = "config"
DEFAULT_FILE = "yaoxin.toml"
POLICY = Path(__file__).parents[1] / "policy"
_PATHS = ("inbox", "store", "policy_dir", "publications", "state_dir", "office_database")


@dataclass(frozen=True)
class Settings:
    """What an operator may choose; FORMS says what is expected of each. `load` validates, this does not.

    publications, office_database: where none is named, in the store's folder.
    """

    inbox: Path = Path("var/inbox")
    store: str = "var/store"
    storage_options: Mapping[str, str] = field(default_factory=dict)
    state_dir: Path | None = None
    publications: Path = Path()
    policy_dir: Path = POLICY
    scheme: str = "reference"
    law: str = "policy"
    timezone: str = "Asia/Shanghai"
    office_name: str = "药品监督管理局信用办公室"
    buckets: int | None = None
    full: bool = False
    catch_up: int = 7
    identity_key: Secret | None = None
    office_database: Path = Path()
    administrator_key: str | None = None

    def __post_init__(self) -> None:
        if self.publications == Path():
            object.__setattr__(self, "publications", Path(self.store) / "publications")
        if self.office_database == Path():
            object.__setattr__(self, "office_database", Path(self.store) / "office.sqlite")

    def as_environment(self) -> dict[str, str]:
        """The same settings as YAOXIN_* variables, for a process started by this one. Holds the secret key."""
        values = {name: getattr(self, name) for name in FORMS}
        return {PREFIX + name.upper(): _as_variable(value) for name, value in values.items() if value is not None}


@dataclass(frozen=True)
class SettingProblem:
    """A mistake in one setting: `origin` is the flag, variable, or file and line it came from."""

    name: str
    origin: str
    value: str
    message: str
    expected: str
    advice: str

    def __str__(self) -> str:
        expected = f"; expected {self.expected}" if self.expected else ""
        return f"{self.name} (from {self.origin}): {self.value}: {self.message}{expected}. {self.advice}"


class SettingsProblems(ValueError):
    """The configuration is refused; `problems` holds every mistake found."""

    def __init__(self, problems: list[SettingProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))


@dataclass(frozen=True)
class _Given:
    """A value as someone gave it."""

    value: Any
    origin: str
    advice: str


NOT_OF_A_RUN = (
    "A run has the settings that yaoxin serve was started with, and takes none as parameters; nothing was done."
)


def load(overrides: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in force. overrides: values of flags, None where a flag was not given; `config` names the file.

    Raises SettingsProblems with every mistake of every source.
    """
    flags = {name: value for name, value in (overrides or {}).items() if value is not None}
    variables = {k: v for k, v in (os.environ if environ is None else environ).items() if k.startswith(PREFIX)}
    problems: list[SettingProblem] = []
    given = _from_file(flags, variables, problems)
    given |= _from_variables(variables, problems)
    given |= {
        name: _Given(
            str(value) if isinstance(value, Path) else value, f"--{name.replace('_', '-')}", "Correct the flag."
        )
        for name, value in flags.items()
        if name != CONFIG
    }
    return _validated(given, problems)


def _from_file(
    flags: Mapping[str, Any], variables: Mapping[str, str], problems: list[SettingProblem]
) -> dict[str, _Given]:
    named = flags.get(CONFIG) or variables.get(PREFIX + CONFIG.upper())
    path = Path(named or DEFAULT_FILE)
    if not named and not path.is_file():
        return {}
    origin = "--config" if flags.get(CONFIG) else "YAOXIN_CONFIG" if named else "the working folder"
    import tomllib

    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except (OSError, ValueError) as fault:
        problems.append(SettingProblem(CONFIG, origin, str(path), str(fault), "a TOML file in UTF-8", "Correct it."))
        return {}
    return {
        name: _Given(_below(path.parent, name, value), _line(path, text, name), "Correct the line.")
        for name, value in values.items()
    }


def _below(folder: Path, name: str, value: object) -> object:
    """Paths in a file are meant from the file's folder."""
    is_path = name in _PATHS and isinstance(value, str) and value.strip() and ":/" not in value
    return str(folder / str(value)) if is_path and not str(value).startswith("~") else value


def _line(path: Path, text: str, name: str) -> str:
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*\[?\s*[\"']?{re.escape(name)}\b", line):
            return f"{path}, line {number}"
    return str(path)


def _from_variables(variables: Mapping[str, str], problems: list[SettingProblem]) -> dict[str, _Given]:
    given = {}
    for variable, text in sorted(variables.items()):
        name = variable.removeprefix(PREFIX).lower()
        if name == CONFIG:
            continue
        given[name] = _Given(text, variable, "Correct the variable, or unset it.")
        if name == "storage_options":
            try:
                given[name] = _Given(json.loads(text), variable, given[name].advice)
            except ValueError as fault:
                problems.append(_problem(name, given.pop(name), f"not a JSON object ({fault})"))
    return given


def _validated(given: Mapping[str, _Given], problems: list[SettingProblem]) -> Settings:
    problems += [_unknown(name, given[name]) for name in given if name not in FORMS]
    values: dict[str, Any] = {}
    for name in (name for name in FORMS if name in given):
        try:
            values[name] = FORMS[name].read(given[name].value)
        except ValueError as fault:
            problems.append(_problem(name, given[name], str(fault)))
    settings = Settings(**values)
    for name, message in _beyond_form(settings):
        origin = given.get(name, _Given(getattr(Settings, name), "the default", "Set it."))
        problems.append(_problem(name, origin, message))
    if problems:
        raise SettingsProblems(problems)
    return settings


def _beyond_form(settings: Settings) -> Iterator[tuple[str, str]]:
    """Settings, each with a message, that another one or this machine makes wrong."""
    if "://" in settings.store:
        inside = Path(settings.store)
        if settings.publications.is_relative_to(inside):
            yield "publications", "publications are written to a folder; a store in object storage needs one named"
        if settings.office_database.is_relative_to(inside):
            yield "office_database", "it is a file of this machine; a store in object storage needs one named"
    else:
        yield from _inside_the_inbox(settings)
    schemes = settings.policy_dir / "schemes"
    if not schemes.is_dir():
        yield "policy_dir", "there is no folder schemes/ in it"
    elif settings.scheme not in (known := sorted(path.stem for path in schemes.glob("*.yaml"))):
        yield "scheme", f"no such scheme; there are {', '.join(known) or 'none'}{nearest(settings.scheme, known)}"


def _inside_the_inbox(settings: Settings) -> Iterator[tuple[str, str]]:
    """What the program writes must not come back to it as an arrival."""
    inbox = settings.inbox.absolute()
    for name, folder in (("store", Path(settings.store)), ("publications", settings.publications)):
        if folder.absolute().is_relative_to(inbox):
            yield name, f"it lies in the inbox {inbox}: what is written there would be taken in as a sender's file"
            return


def _problem(name: str, given: _Given, message: str) -> SettingProblem:
    value = "(not shown)" if name == "identity_key" else repr(str(given.value))
    return SettingProblem(name, given.origin, value, message, FORMS[name].expected, given.advice)


def _unknown(name: str, given: _Given) -> SettingProblem:
    known = sorted(FORMS)
    message = f"no such setting{nearest(name, known)}"
    # The value is not shown: it may be a secret under a misspelt name.
    return SettingProblem(name, given.origin, "(not shown)", message, f"one of {', '.join(known)}", given.advice)


def _as_variable(value: object) -> str:
    if isinstance(value, Secret):
        return value.get_secret_value()
    return json.dumps(value) if isinstance(value, dict) else str(value)
