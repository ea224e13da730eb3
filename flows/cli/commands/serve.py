"""`yaoxin serve`: the schedule of prefect.yaml, put to work on this machine."""

from __future__ import annotations

import click

from flows.cli.options import common, settings_of


@click.command(short_help="Run the schedule on this machine.")
@common
def serve(**flags: object) -> None:
    """Run the nightly flow on its schedule until stopped (Ctrl-C).

    Uses the Prefect server of PREFECT_API_URL; without one, starts a server on this machine.

    \b
    Examples:
      yaoxin serve
      YAOXIN_CONFIG=/etc/yaoxin.toml yaoxin serve
    """
    from flows.cli.engine import prepare_engine

    settings = settings_of(**flags)
    prepare_engine()
    from flows.serve import serve as serve_schedule

    serve_schedule(settings)
