"""Flags that several commands share, and how a command gets its settings and store and prints its answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from flows.settings import Settings
    from flows.store import Store

Command = TypeVar("Command", bound=Callable[..., Any])


class Day(click.ParamType[date]):
    """A date such as 2026-03-01."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date; a usage error for anything else."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"'{value}' is no date; expected a day of the calendar such as 2026-03-01", param, ctx)


class Instant(click.ParamType[datetime]):
    """An instant such as 2026-03-01T02:00:00+08:00; without a zone that of the office is meant."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant, naive where no zone was given; a usage error for anything else."""
        try:
            return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"'{value}' is no instant; expected one such as 2026-03-01T02:00:00+08:00", param, ctx)


def common(command: Command) -> Command:
    """--config, --store and --debug; the command receives `config` and `store`."""
    command = click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of a fault.")(command)
    command = click.option("--store", metavar="DIR", help="The store: a folder, or s3://… .")(command)
    return click.option("--config", type=Path, metavar="FILE", help="A TOML file of settings.")(command)


def as_json(command: Command) -> Command:
    """--json; the command receives `is_json`."""
    text = "Answer with one JSON document on stdout."
    return click.option("--json", "is_json", is_flag=True, help=text)(command)


def settings_of(**flags: object) -> Settings:
    """The settings in force with these flags. Raises SettingsProblems."""
    from flows.settings import load

    return load(flags)


def store_of(settings: Settings) -> Store:
    """The store of the settings."""
    from flows.store import Store

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
