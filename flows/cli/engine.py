"""What must be said before the workflow engine is imported."""

from __future__ import annotations

import os

import click


def prepare_engine() -> None:
    """Keep it quiet (its telemetry otherwise ends in a traceback on a fresh machine) and say that it starts."""
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    click.echo("Starting the workflow engine (some seconds; the first time up to half a minute) …", err=True)
