"""Options that commands share, and how a command gets its settings, its store and its run, and prints JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from flows.cli.errors import UserError
from flows.store.ledger import Run
from flows.store.store import Store

if TYPE_CHECKING:
    from flows.settings import Settings
    from flows.store.store import Store

Command = TypeVar("Command", bound=Callable[..., Any])


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
    command = click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of a fault.")(command)
    command = click.option("--store", metavar="DIR", help="The store: a folder, or s3://… .")(command)
    return click.option("--config", type=Path, metavar="FILE", help="A TOML file of settings.")(command)


def json_option(command: Command) -> Command:
    """--json; the command receives `is_json`."""
    text = "Answer with one JSON document on stdout."
    return click.option("--json", "is_json", is_flag=True, help=text)(command)


def settings_from_flags(**flags: object) -> Settings:
    """The settings in force with these flags. Raises SettingsProblems."""
    from flows.settings import load_settings

    return load_settings(flags)


def open_store(settings: Settings) -> Store:
    """The store of the settings."""
    from flows.store.store import Store

    return Store(settings.store, settings.storage_options, settings.state_dir)


def print_json(document: object) -> None:
    """One JSON document; dates and instants in ISO 8601, Chinese as it is."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def run_as_of(store: Store, as_of: date | None) -> Run:
    """The last night that passed, up to the day `as_of` where it is given.

    Raises Mistake for a store without a night, and for a day before its first night or after its last.
    """
    last = store.last("nightly")
    if last is None:
        held = [run for run in store.every_run() if run.flow == "nightly" and run.state == "refused"]
        if held:
            run_id = held[-1].run_id
            raise UserError(
                f"The store {store.location.root} holds no night yet: the gate refused the last one, {run_id}. "
                f"What it would not let pass, and the workbooks to send back, lie in {store.run_folder(run_id)}."
            )
        raise UserError(
            f"The store {store.location.root} holds no night yet. "
            "Run `yaoxin nightly`, or name another store with --store or YAOXIN_STORE."
        )
    if as_of is None or as_of == last.as_of:
        return last
    if as_of > last.as_of:
        raise UserError(f"--as-of {as_of}: no night has been run for that day; the last one is {last.as_of}.")
    night = store.last("nightly", before=as_of + timedelta(days=1))
    if night is None:
        raise UserError(
            f"--as-of {as_of}: that is before the first night, {first_run_day(store)}; ask from that day on."
        )
    return night


def first_run_day(store: Store) -> date | None:
    """The day of the first night that passed."""
    nights = store.runs().filter(state="passed", flow="nightly")
    found = nights["as_of"].min()
    return found if isinstance(found, date) else None
