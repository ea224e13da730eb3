"""`yaoxin nightly` and `yaoxin serve`: make the runs that are due, now or on the schedule of prefect.yaml."""

from __future__ import annotations

import os
from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

import click

from flows.cli.errors import DONE, FAULT, REFUSED
from flows.cli.options import (
    FOLDER,
    DateParam,
    InstantParam,
    chosen_flag,
    common_options,
    completing,
    json_option,
    policy_files,
    print_json,
    settings_from_flags,
)
from flows.run_logging import Verbosity, log_to_terminal
from flows.wording import localise

_CODES = {"passed": DONE, "nothing": DONE, "refused": REFUSED, "busy": FAULT}


@click.command()
@click.option("--inbox", type=FOLDER, metavar="DIR", help="The folder where the sources' files arrive.")
@click.option("--as-of", type=DateParam(), metavar="DATE", help="The day that is rated (default: today at the office).")
@click.option(
    "--known-at", type=InstantParam(), metavar="TIME", help="What had arrived by then is known (default: now)."
)
@click.option(
    "--scheme",
    metavar="NAME",
    shell_complete=completing(policy_files("schemes")),
    help="The grading scheme, a file in schemes/ of the policy folder.",
)
@click.option("--full", is_flag=True, default=None, help="Rate every enterprise anew, not only the affected ones.")
@click.option("--catch-up", metavar="N", help="Confirm that N missed runs are to be caught up (needed above 7).")
@click.option("-v", "--verbose", is_flag=True, help="Log every step as it starts and ends, with its memory.")
@click.option("-q", "--quiet", is_flag=True, help="Log warnings alone.")
@json_option
@common_options
@click.pass_context
def nightly(  # noqa: PLR0913, PLR0917 (one per flag)
    context: click.Context,
    /,
    as_of: date | None,
    known_at: datetime | None,
    verbose: bool,
    quiet: bool,
    is_json: bool,
    **flags: object,
) -> None:
    """Ingest what arrived, rate the affected enterprises, validate the result at the gate, report, commit.

    Missed runs are made up first, in order. Exit code 1: the gate refused, and readers still see the
    previous run. Exit code 3 also where another run holds the store. Where very many runs were missed, or the clock
    is behind the last run, nothing is done before the clock has been looked at: the message says how to go on.

    Steps are logged on standard error as they end, and in full in log.jsonl of the run's folder.

    \b
    Examples:
      yaoxin nightly --inbox var/inbox --store var/store
      yaoxin nightly --as-of 2026-03-01 --known-at 2026-03-01T02:00:00+08:00
      yaoxin nightly --scheme wuhan-2017 --json | jq -r '.state'
      yaoxin nightly --full
    """
    verbosity = cast("Verbosity", chosen_flag({"verbose": verbose, "quiet": quiet}) or "normal")
    settings = settings_from_flags(**flags)
    if known_at and known_at.tzinfo is None:  # meant by the clock of the office
        known_at = known_at.replace(tzinfo=ZoneInfo(settings.timezone))
    from flows.run.request import check_request

    check_request(settings, as_of)
    log_to_terminal(verbosity)
    prepare_engine(verbosity)
    from flows.nightly import run_due_days

    result = run_due_days(settings, as_of, known_at, settings.scheme)
    if is_json:
        print_json(vars(result))
    else:
        click.echo(result.message, err=result.state in ("refused", "busy"))
        if result.run_id:
            click.echo(f"{result.run_id}: {result.state}")
        if result.report:
            click.echo(str(result.report))
    context.exit(_CODES[result.state])


@click.command()
@common_options
def serve(**flags: object) -> None:
    """Run the nightly flow on its schedule until stopped (Ctrl-C).

    Uses the Prefect server of PREFECT_API_URL; without one, starts a server on this machine.

    \b
    Examples:
      yaoxin serve
      YAOXIN_CONFIG=/etc/yaoxin.toml yaoxin serve
    """
    settings = settings_from_flags(**flags)
    prepare_engine()
    from flows.serve import serve as serve_schedule

    serve_schedule(settings)


def prepare_engine(verbosity: Verbosity = "verbose") -> None:
    """Switch off Prefect's telemetry, which ends in a traceback on a fresh machine, and say that the engine starts.

    To be called before Prefect is imported. Prefect's own lines on the terminal are left out unless `verbosity` is
    verbose: the log of the run says the same.
    """
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    if verbosity != "verbose":
        os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "WARNING")
    if verbosity == "quiet":
        return
    message = "Starting the workflow engine (some seconds; the first time up to half a minute) …"
    click.echo(localise(message), err=True)
