"""`yaoxin nightly` and `yaoxin serve`: run the nights that are due, now or on the schedule of prefect.yaml."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from flows.cli.errors import DONE, FAULT, REFUSED
from flows.cli.options import DateParam, InstantParam, common_options, json_option, print_json, settings_from_flags
from flows.wording import prefers_chinese, to_chinese

if TYPE_CHECKING:
    from flows.run.run import RunResult

_CODES = {"passed": DONE, "nothing": DONE, "refused": REFUSED, "busy": FAULT}


@click.command(short_help="Run the nights that are due.")
@click.option("--inbox", type=Path, metavar="DIR", help="The folder where the sources' files arrive.")
@click.option("--as-of", type=DateParam(), metavar="DATE", help="The day that is rated (default: today at the office).")
@click.option(
    "--known-at", type=InstantParam(), metavar="TIME", help="What had arrived by then is known (default: now)."
)
@click.option("--scheme", metavar="NAME", help="The grading scheme, a file in schemes/ of the policy folder.")
@click.option("--full", is_flag=True, default=None, help="Rate every enterprise anew, not only those it can concern.")
@click.option("--catch-up", metavar="N", help="Yes, run so many missed nights; more than 7 are not caught up unasked.")
@json_option
@common_options
@click.pass_context
def nightly(
    context: click.Context,
    /,
    as_of: date | None,
    known_at: datetime | None,
    is_json: bool,
    **flags: object,
) -> None:
    """Take in what arrived, rate the enterprises it concerns, hold the result at the gate, commit, report.

    Nights that were missed are run first, in order. Exit code 1: the gate refused, and readers still see the
    former night. Exit code 3 also where another run holds the store. Where very many nights were missed, or the clock
    is behind the last run, nothing is done before the clock has been looked at: the message says how to go on.

    \b
    Examples:
      yaoxin nightly --inbox var/inbox --store var/store
      yaoxin nightly --as-of 2026-03-01 --known-at 2026-03-01T02:00:00+08:00
      yaoxin nightly --scheme wuhan-2017 --json | jq -r '.state'
      yaoxin nightly --full
    """
    pass

    settings = settings_from_flags(**flags)
    prepare_engine()
    from flows.nightly import run_due_days

    result = run_due_days(settings, as_of, _zoned(known_at, settings.timezone), settings.scheme)
    if is_json:
        print_json(vars(result))
    else:
        _print(result)
    context.exit(_CODES[result.state])


def _zoned(known_at: datetime | None, timezone: str) -> datetime | None:
    """An instant without a zone is meant by the clock of the office."""
    return known_at.replace(tzinfo=ZoneInfo(timezone)) if known_at and known_at.tzinfo is None else known_at


def _print(result: RunResult) -> None:
    click.echo(result.message, err=result.state in ("refused", "busy"))
    if result.run_id:
        click.echo(f"{result.run_id}: {result.state}")
    if result.report:
        click.echo(str(result.report))


@click.command(short_help="Run the schedule on this machine.")
@common_options
def serve(**flags: object) -> None:
    """Run the nightly flow on its schedule until stopped (Ctrl-C).

    Uses the Prefect server of PREFECT_API_URL; without one, starts a server on this machine.

    \b
    Examples:
      yaoxin serve
      YAOXIN_CONFIG=/etc/yaoxin.toml yaoxin serve
    """
    pass

    settings = settings_from_flags(**flags)
    prepare_engine()
    from flows.serve import serve as serve_schedule

    serve_schedule(settings)


def prepare_engine() -> None:
    """Keep it quiet (its telemetry otherwise ends in a traceback on a fresh machine) and say that it starts."""
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    text = "Starting the workflow engine (some seconds; the first time up to half a minute) …"
    click.echo(to_chinese(text) if prefers_chinese() else text, err=True)
