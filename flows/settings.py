"""One validated configuration: flags, then YAOXIN_* variables, then one TOML file, then defaults.

The three sources are merged here, so that every mistake can say where its value came from. By hand, since every command
waits for it: see decision 16.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from flows.store.location import address_problem

ENVIRONMENT_PREFIX = "YAOXIN_"
CONFIG = "config"
DEFAULT_CONFIG_FILE = "yaoxin.toml"
DEFAULT_POLICY_DIR = Path(__file__).parents[1] / "policy"
RUN_TAKES_NO_PARAMETERS = (
    "A run has the settings that yaoxin serve was started with, and takes none as parameters; nothing was done."
)

_PATHS = ("inbox", "store", "policy_dir", "publications", "state_dir", "office_database")


class Secret:
    """A text that no message, page or log shows by accident. No attribute holds it: Prefect stores those of what a flow
    is called with.
    """

    def __init__(self, text: str) -> None:
        self.get_secret_value: Callable[[], str] = lambda: text

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        return Secret, (self.get_secret_value(),)

    def __repr__(self) -> str:
        return "Secret(**********)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.get_secret_value() == self.get_secret_value()

    def __hash__(self) -> int:
        return hash(self.get_secret_value())


_TRUE, _FALSE = frozenset({"1", "on", "t", "true", "y", "yes"}), frozenset({"0", "f", "false", "n", "no", "off"})
_MIN_KEY_LENGTH = 16
_MAX_BUCKETS = 1000


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value


def _path(value: object) -> Path:
    if not (text := _text(value)).strip():
        raise ValueError("it is blank")
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ValueError(str(error)) from None


def _office_database(value: object) -> Path | Secret:
    text = _text(value).strip()
    if "://" not in text:
        return _path(value)
    if not text.startswith("postgresql+psycopg://"):
        raise ValueError("not an address of a PostgreSQL database")
    return Secret(text)


def _store(value: object) -> str:
    text = _text(value)
    if problem := address_problem(text):
        raise ValueError(problem)
    return str(_path(text)) if "://" not in text else text


def _texts_by_name(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError("not a table of names and texts")
    wrong = sorted(str(name) for name, one in value.items() if not isinstance(one, str))
    if wrong:
        raise ValueError(f"not a text: the value of {', '.join(wrong)}")
    return value


def _zone(value: object) -> str:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    name = _text(value)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("no such time zone") from None
    return name


def _title(value: object) -> str:
    if not (text := _text(value)):
        raise ValueError("it is empty")
    return text


def _buckets(value: object) -> int:
    text = "" if isinstance(value, bool) else str(value).strip()
    if re.fullmatch("[0-9]{1,9}", text) is None or not 1 <= int(text) <= _MAX_BUCKETS:
        raise ValueError(f"not a whole number from 1 to {_MAX_BUCKETS}")
    return int(text)


def _run_count(value: object) -> int:
    text = "" if isinstance(value, bool) else str(value).strip()
    if re.fullmatch("[0-9]{1,4}", text) is None:
        raise ValueError("not a number of runs, 0 to 9999")
    return int(text)


def _truth(value: object) -> bool:
    text = str(value).strip().lower()
    if text not in _TRUE | _FALSE:
        raise ValueError("neither true nor false")
    return text in _TRUE


def _secret(value: object) -> Secret:
    text = _text(value)
    if len(text) < _MIN_KEY_LENGTH:
        raise ValueError("it is too short to protect identity numbers")
    return Secret(text)


def _fingerprint(value: object) -> str:
    text = re.sub(r"[\s:]", "", _text(value)).lower()
    if re.fullmatch("[0-9a-f]{64}", text) is None:
        raise ValueError("not the fingerprint of a key")
    return text


def _law(value: object) -> str:
    text = _text(value)
    if text not in ("policy", "none"):
        raise ValueError("neither policy nor none")
    return text


class SettingSpec(NamedTuple):
    """What a setting must be.

    parse: from the value of a flag, a variable or a TOML file to the setting's type; raises ValueError with what is
    wrong. expected: what a person is asked to give.
    """

    parse: Callable[[object], object]
    expected: str


SETTING_SPECS: Mapping[str, SettingSpec] = {
    "inbox": SettingSpec(_path, "the folder where the sources' files arrive"),
    "store": SettingSpec(_store, "a folder, or an address such as s3://bucket/yaoxin"),
    "storage_options": SettingSpec(_texts_by_name, "names and texts for the object storage, such as AWS_REGION"),
    "state_dir": SettingSpec(_path, "a folder of this machine for the lock of a store in object storage"),
    "publications": SettingSpec(_path, "the folder publications are written to"),
    "policy_dir": SettingSpec(_path, "a folder with schemes/, sources/ and law/"),
    "scheme": SettingSpec(_text, "the name of a file in schemes/ of the policy folder"),
    "law": SettingSpec(
        _law, "policy: by the folder law/ of the policy folder; none: no law of lists, publicity and repair"
    ),
    "timezone": SettingSpec(_zone, "a time zone such as Asia/Shanghai"),
    "office_name": SettingSpec(_title, "the Chinese title of the office, for reports"),
    "buckets": SettingSpec(_buckets, f"a number of parts for the store, 1 to {_MAX_BUCKETS}"),
    "full": SettingSpec(_truth, "true to rate every enterprise anew, not only those that may have changed"),
    "catch_up": SettingSpec(_run_count, "how many missed runs are caught up without asking"),
    "identity_key": SettingSpec(
        _secret, f"a secret text of at least {_MIN_KEY_LENGTH} characters, always the same for one store"
    ),
    "office_database": SettingSpec(
        _office_database,
        "the file of the office database (people, their keys, what they signed), or postgresql+psycopg://USER@HOST/NAME",
    ),
    "administrator_key": SettingSpec(
        _fingerprint, "64 hexadecimal digits: the fingerprint of the first administrator's key"
    ),
}


@dataclass(frozen=True)
class Settings:
    """What an operator may choose; SETTING_SPECS says what is expected of each. Only `load_settings` validates.

    publications, office_database: in the store's folder unless named.
    """

    inbox: Path = Path("var/inbox")
    store: str = "var/store"
    storage_options: Mapping[str, str] = field(default_factory=dict)
    state_dir: Path | None = None
    publications: Path = Path()
    policy_dir: Path = DEFAULT_POLICY_DIR
    scheme: str = "reference"
    law: str = "policy"
    timezone: str = "Asia/Shanghai"
    office_name: str = "药品监督管理局信用办公室"
    buckets: int | None = None
    full: bool = False
    catch_up: int = 7
    identity_key: Secret | None = None
    office_database: Path | Secret = Path()
    administrator_key: str | None = None

    def __post_init__(self) -> None:
        if self.publications == Path():
            object.__setattr__(self, "publications", Path(self.store) / "publications")
        if self.office_database == Path():
            object.__setattr__(self, "office_database", Path(self.store) / "office.sqlite")

    def as_environment(self) -> dict[str, str]:
        """The same settings as YAOXIN_* variables, for a process started by this one. Holds the secret key."""
        values = {name: getattr(self, name) for name in SETTING_SPECS}
        return {
            ENVIRONMENT_PREFIX + name.upper(): _as_variable(value)
            for name, value in values.items()
            if value is not None
        }


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


def load_settings(overrides: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in force.

    overrides: values of flags, None where a flag was not given; `config` names the file. environ: instead of the
    process's variables. Raises SettingsProblems with every mistake of every source.
    """
    flags = {name: value for name, value in (overrides or {}).items() if value is not None}
    variables = {
        k: v for k, v in (os.environ if environ is None else environ).items() if k.startswith(ENVIRONMENT_PREFIX)
    }
    problems: list[SettingProblem] = []
    given = _from_file(flags, variables, problems) | _from_variables(variables, problems)
    for name, value in flags.items():
        if name != CONFIG:
            text = str(value) if isinstance(value, Path) else value
            given[name] = _Given(text, f"--{name.replace('_', '-')}", "Correct the flag.")

    known = sorted(SETTING_SPECS)
    for name, one in given.items():
        if name not in SETTING_SPECS:
            message = f"no such setting{did_you_mean(name, known)}"
            # The value is not shown: it may be a secret under a misspelt name.
            shown, expected = "(not shown)", f"one of {', '.join(known)}"
            problems.append(SettingProblem(name, one.origin, shown, message, expected, one.advice))
    values: dict[str, Any] = {}
    for name, spec in SETTING_SPECS.items():
        if name in given:
            try:
                values[name] = spec.parse(given[name].value)
            except ValueError as error:
                problems.append(_problem(name, given[name], str(error)))
    settings = Settings(**values)
    for name, message in _conflicts(settings):
        origin = given.get(name, _Given(getattr(Settings, name), "the default", "Set it."))
        problems.append(_problem(name, origin, message))
    if problems:
        raise SettingsProblems(problems)
    return settings


def _from_file(
    flags: Mapping[str, Any], variables: Mapping[str, str], problems: list[SettingProblem]
) -> dict[str, _Given]:
    named = flags.get(CONFIG) or variables.get(ENVIRONMENT_PREFIX + CONFIG.upper())
    path = Path(named or DEFAULT_CONFIG_FILE)
    if not named and not path.is_file():
        return {}
    origin = "--config" if flags.get(CONFIG) else "YAOXIN_CONFIG" if named else "the working folder"
    import tomllib

    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except (OSError, ValueError) as error:
        problems.append(SettingProblem(CONFIG, origin, str(path), str(error), "a TOML file in UTF-8", "Correct it."))
        return {}
    given = {}
    for name, value in values.items():
        # Relative paths in a file are relative to its folder.
        is_path = name in _PATHS and isinstance(value, str) and value.strip() and ":/" not in value
        at_folder = str(path.parent / str(value)) if is_path and not str(value).startswith("~") else value
        given[name] = _Given(at_folder, _line(path, text, name), "Correct the line.")
    return given


def _line(path: Path, text: str, name: str) -> str:
    """The place of a setting in the text of its file, for a message."""
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*\[?\s*[\"']?{re.escape(name)}\b", line):
            return f"{path}, line {number}"
    return str(path)


def _from_variables(variables: Mapping[str, str], problems: list[SettingProblem]) -> dict[str, _Given]:
    given = {}
    for variable, text in sorted(variables.items()):
        name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
        if name == CONFIG:
            continue
        given[name] = _Given(text, variable, "Correct the variable, or unset it.")
        if name == "storage_options":
            try:
                given[name] = _Given(json.loads(text), variable, given[name].advice)
            except ValueError as error:
                problems.append(_problem(name, given.pop(name), f"not a JSON object ({error})"))
    return given


def _conflicts(settings: Settings) -> Iterator[tuple[str, str]]:
    """Settings, each with a message, that another setting or this machine makes wrong."""
    if "://" in settings.store:
        inside = Path(settings.store)
        if settings.publications.is_relative_to(inside):
            yield "publications", "publications are written to a folder; a store in object storage needs one named"
        if isinstance(settings.office_database, Path) and settings.office_database.is_relative_to(inside):
            yield (
                "office_database",
                "a store in object storage needs one named, a file or a database on a server",
            )
    else:
        # What the program writes must not come back to it as an arrival.
        inbox = settings.inbox.absolute()
        for name, folder in (("store", Path(settings.store)), ("publications", settings.publications)):
            if folder.absolute().is_relative_to(inbox):
                yield name, f"it lies in the inbox {inbox}: what is written there would be taken in as a sender's file"
                break
    schemes = settings.policy_dir / "schemes"
    if not schemes.is_dir():
        yield "policy_dir", "there is no folder schemes/ in it"
    elif settings.scheme not in (known := sorted(path.stem for path in schemes.glob("*.yaml"))):
        yield "scheme", f"no such scheme; there are {', '.join(known) or 'none'}{did_you_mean(settings.scheme, known)}"


def _problem(name: str, given: _Given, message: str) -> SettingProblem:
    # The address of a database may hold a password.
    is_secret = name == "identity_key" or (name == "office_database" and "://" in str(given.value))
    value = "(not shown)" if is_secret else repr(str(given.value))
    return SettingProblem(name, given.origin, value, message, SETTING_SPECS[name].expected, given.advice)


def _as_variable(value: object) -> str:
    if isinstance(value, Secret):
        return value.get_secret_value()
    return json.dumps(value) if isinstance(value, dict) else str(value)


def did_you_mean(word: str, words: list[str]) -> str:
    """`; did you mean ...?` with the most similar of `words`; empty where none is similar."""
    from difflib import get_close_matches

    found = get_close_matches(word, words, n=1, cutoff=0.55)
    return f"; did you mean '{found[0]}'?" if found else ""
