"""One validated configuration: flags, then YAOXIN_* variables, then one TOML file, then defaults.

pydantic validates; the three sources are merged here, so that every mistake can say where its value came from.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo, field_validator

PREFIX = "YAOXIN_"
CONFIG = "config"
DEFAULT_FILE = "yaoxin.toml"
POLICY = Path(__file__).parents[1] / "policy"
_PATHS = ("inbox", "store", "policy_dir", "publications", "state_dir")
_KEY_LENGTH = 16


class Settings(BaseModel):
    """What an operator may choose. The description of a field says what is expected of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    inbox: Path = Field(Path("var/inbox"), description="the folder where the sources' files arrive")
    store: str = Field("var/store", description="a folder, or an address such as s3://bucket/yaoxin")
    storage_options: dict[str, str] = Field(
        {}, description="names and texts for the object storage, such as AWS_REGION"
    )
    state_dir: Path | None = Field(
        None, description="a folder of this machine for the lock of a store in object storage"
    )
    publications: Path = Field(Path(), description="the folder publications are written to", validate_default=True)
    policy_dir: Path = Field(POLICY, description="a folder with schemes/, sources/ and law/", validate_default=True)
    scheme: str = Field(
        "reference", description="the name of a file in schemes/ of the policy folder", validate_default=True
    )
    timezone: str = Field("Asia/Shanghai", description="a time zone such as Asia/Shanghai")
    office_name: str = Field(
        "药品监督管理局信用办公室", description="the Chinese title of the office, for reports", min_length=1
    )
    buckets: int | None = Field(None, ge=1, le=1000, description="a number of parts for the store, 1 to 1000")
    full: bool = Field(False, description="true to rate every enterprise anew, not only those that may have changed")
    identity_key: SecretStr | None = Field(
        None, description=f"a secret text of at least {_KEY_LENGTH} characters, always the same for one store"
    )

    @field_validator("publications")
    @classmethod
    def _beside_the_store(cls, value: Path, info: ValidationInfo) -> Path:
        store = info.data.get("store", "")
        if value == Path() and "://" in store:
            raise ValueError("publications are written to a folder; a store in object storage needs one named")
        return Path(store) / "publications" if value == Path() else value

    @field_validator("store")
    @classmethod
    def _addressable(cls, value: str) -> str:
        if "://" not in value and re.search("[%#?]", value):
            raise ValueError("the path of a store must not contain % # ?")
        return value

    @field_validator("policy_dir")
    @classmethod
    def _has_schemes(cls, value: Path) -> Path:
        if not (value / "schemes").is_dir():
            raise ValueError("there is no folder schemes/ in it")
        return value

    @field_validator("scheme")
    @classmethod
    def _known_scheme(cls, value: str, info: ValidationInfo) -> str:
        folder = info.data.get("policy_dir")
        known = sorted(path.stem for path in (folder / "schemes").glob("*.yaml")) if folder else [value]
        if value not in known:
            raise ValueError(f"no such scheme; there are {', '.join(known) or 'none'}{_nearest(value, known)}")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("no such time zone") from None
        return value

    @field_validator("identity_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < _KEY_LENGTH:
            raise ValueError("it is too short to protect identity numbers")
        return value

    def as_environment(self) -> dict[str, str]:
        """The same settings as YAOXIN_* variables, for a process started by this one. Holds the secret key."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
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
    is_path = name in _PATHS and isinstance(value, str) and "://" not in value
    return str(folder / Path(str(value)).expanduser()) if is_path else value


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
    problems += [_unknown(name, given[name]) for name in given if name not in Settings.model_fields]
    known = {name: one.value for name, one in given.items() if name in Settings.model_fields}
    try:
        settings = Settings.model_validate(known)
    except ValidationError as fault:
        for error in fault.errors(include_url=False):
            name = str(error["loc"][0])
            origin = given.get(name, _Given(Settings.model_fields[name].default, "the default", "Set it."))
            problems.append(_problem(name, origin, error["msg"].removeprefix("Value error, ")))
    if problems:
        raise SettingsProblems(problems)
    return settings


def _problem(name: str, given: _Given, message: str) -> SettingProblem:
    is_secret = name == "identity_key"
    value = "(not shown)" if is_secret else repr(str(given.value))
    expected = Settings.model_fields[name].description or ""
    return SettingProblem(name, given.origin, value, message, expected, given.advice)


def _unknown(name: str, given: _Given) -> SettingProblem:
    known = sorted(Settings.model_fields)
    message = f"no such setting{_nearest(name, known)}"
    # The value is not shown: it may be a secret under a misspelt name.
    return SettingProblem(name, given.origin, "(not shown)", message, f"one of {', '.join(known)}", given.advice)


def _nearest(word: str, words: list[str]) -> str:
    found = get_close_matches(word, words, n=1, cutoff=0.55)
    return f"; did you mean '{found[0]}'?" if found else ""


def _as_variable(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return json.dumps(value) if isinstance(value, dict) else str(value)
