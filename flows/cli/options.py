"""Options that commands share; how a command gets its settings, its store and its run, and prints JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click
from click.shell_completion import CompletionItem

from flows.cli.errors import UserError
from flows.settings import did_you_mean

if TYPE_CHECKING:
    from flows.settings import Settings
    from flows.store.ledger import Run
    from flows.store.store import Store

Command = TypeVar("Command", bound=Callable[..., Any])
FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)


class NearestChoice(click.Choice[str]):
    """One of a few words; a mistyped one is refused with the nearest."""

    def get_invalid_choice_message(self, value: object, ctx: click.Context | None) -> str:
        """Click's message, and the nearest word."""
        nearest = did_you_mean(str(value), list(self.choices))
        return super().get_invalid_choice_message(value, ctx).removesuffix(".") + (nearest or ".")


class DateParam(click.ParamType[date]):
    """A date such as 2026-03-01."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date; a usage error for anything else."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"'{value}' is no date; expected a day of the calendar such as 2026-03-01", param, ctx)


class InstantParam(click.ParamType[datetime]):
    """An instant such as 2026-03-01T02:00:00+08:00; without a zone that of the office is meant."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant, naive where no zone was given; a usage error for anything else."""
        try:
            return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"'{value}' is no instant; expected one such as 2026-03-01T02:00:00+08:00", param, ctx)


def common_options(command: Command) -> Command:
    """--config, --store and --debug; the command receives `config` and `store`."""
    command = click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")(command)
    command = click.option(
        "--store",
        metavar="DIR",
        shell_complete=lambda _context, _parameter, incomplete: [CompletionItem(incomplete, type="dir")],
        help="The store: a folder, or s3://… .",
    )(command)
    return click.option("--config", type=FILE, metavar="FILE", help="A TOML file of settings.")(command)


def as_of_option(command: Command) -> Command:
    """--as-of; the command receives `as_of`."""
    text = "As of that day, by what was known when it was rated."
    return click.option("--as-of", type=DateParam(), metavar="DATE", help=text)(command)


def json_option(command: Command) -> Command:
    """--json; the command receives `is_json`."""
    text = "Answer with one JSON document on stdout."
    return click.option("--json", "is_json", is_flag=True, help=text)(command)


def force_option(command: Command) -> Command:
    """--force; the command receives `is_forced`, for `refuse_existing`."""
    return click.option("--force", "is_forced", is_flag=True, help="Replace files that exist already.")(command)


def refuse_existing(paths: Iterable[Path], *, is_forced: bool) -> None:
    """Raise UserError for files that exist already, unless they are to be replaced."""
    existing = [str(path) for path in paths if path.exists()]
    if existing and not is_forced:
        raise UserError(f"Exists already: {', '.join(existing)}. Name another place, or replace it with --force.")


def chosen_flag(flags: Mapping[str, bool]) -> str | None:
    """The name of the one flag that is given; None for none. Raises click.UsageError for two."""
    given = [name for name, is_given in flags.items() if is_given]
    if len(given) > 1:
        raise click.UsageError(f"--{given[0]} and --{given[1]} exclude each other; give one of them")
    return given[0] if given else None


def code_of(value: str, labels: Mapping[str, str]) -> str | None:
    """The code of a vocabulary that `value` is or is the Chinese label of; None for neither."""
    return value if value in labels else {label: code for code, label in labels.items()}.get(value)


def unknown_code(kind: str, value: str, *vocabularies: Mapping[str, str]) -> str:
    """The message for a value that is in none of the vocabularies. kind: what their codes are of."""
    pairs = [pair for labels in vocabularies for pair in labels.items()]
    known = ", ".join(f"{code} ({label})" for code, label in pairs)
    nearest = did_you_mean(value, [word for pair in pairs for word in pair])
    return f"there is no {kind} '{value}'; expected one of {known}{nearest}"


def settings_from_flags(**flags: object) -> Settings:
    """The settings in force with these flags. Raises SettingsProblems."""
    from flows.settings import load_settings

    return load_settings(flags)


def open_store(settings: Settings) -> Store:
    """The store of the settings."""
    from flows.store import store  # imports heavy libraries

    return store.open_store(settings)


def run_as_of(store: Store, as_of: date | None) -> Run:
    """The last nightly run that passed, up to the day `as_of` where it is given.

    Raises UserError for a store without such a run, and for a day before its first run or after its last.
    """
    last = store.last("nightly")
    if last is None:
        refused = [run for run in store.every_run() if run.flow == "nightly" and run.state == "refused"]
        if refused:
            run_id = refused[-1].run_id
            raise UserError(
                f"The store {store.location.root} holds no run yet: the gate refused the last one, {run_id}. "
                f"What it would not let pass, and the workbooks to send back, lie in {store.run_folder(run_id)}."
            )
        raise UserError(
            f"The store {store.location.root} holds no run yet. "
            "Run `yaoxin nightly`, or name another store with --store or YAOXIN_STORE."
        )
    if as_of is None or as_of == last.as_of:
        return last
    if as_of > last.as_of:
        raise UserError(f"--as-of {as_of}: no run was made for that day; the last one is {last.as_of}.")
    run = store.last("nightly", before=as_of + timedelta(days=1))
    if run is None:
        first = store.runs().filter(state="passed", flow="nightly")["as_of"].min()
        raise UserError(f"--as-of {as_of}: that is before the first run, {first!s}; ask from that day on.")
    return run


def print_json(document: object) -> None:
    """One JSON document; dates and instants in ISO 8601, Chinese as it is."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


class LegalAnswer(Protocol):
    """What a command found of the law."""

    @property
    def missing(self) -> tuple[str, ...]:
        """What the policy must say before the answer is whole."""

    @property
    def absent(self) -> tuple[str, ...]:
        """What the policy leaves out."""

    def document(self) -> dict[str, Any]:
        """For --json."""


def print_answer(found: LegalAnswer, is_json: bool, text: Callable[[], Iterable[str]]) -> None:
    """The answer as JSON, or the lines of `text` and what is absent. Raises UserError where it is not whole."""
    if is_json:
        print_json(found.document())
    else:
        click.echo("\n".join([*text(), *found.absent]))
    if found.missing:
        raise UserError("\n".join(found.missing))


def completing(values: Callable[[Settings], Iterable[str]]) -> Callable[..., list[CompletionItem]]:
    """A completion of `values`, read with the settings that the command line names so far; none where that fails."""

    def complete(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        with suppress(Exception):
            given = {name: context.params.get(name) for name in ("config", "store")}
            settings = settings_from_flags(**given)
            return [CompletionItem(value) for value in values(settings) if value.startswith(incomplete)]
        return []

    return complete


def policy_files(folder: str) -> Callable[[Settings], list[str]]:
    """The names of the files of a folder of the policy, without the shared one, for `completing`."""
    return lambda settings: sorted(
        path.stem for path in (settings.policy_dir / folder).glob("*.yaml") if not path.stem.startswith("_")
    )


def logins(settings: Settings) -> list[str]:
    """The logins of the office database, for `completing`: read as a file, since opening the office takes long.

    None for a database on a server.
    """
    import sqlite3
    from contextlib import closing

    if not isinstance(settings.office_database, Path):
        return []

    with closing(sqlite3.connect(f"file:{settings.office_database}?mode=ro", uri=True)) as database:
        return [login for (login,) in database.execute("SELECT DISTINCT login FROM people ORDER BY login")]


def run_ids(settings: Settings) -> list[str]:
    """The runs that passed, the newest first, for `completing`."""
    return [run.run_id for run in reversed(open_store(settings).every_run()) if run.state == "passed"]
