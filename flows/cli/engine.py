"""What must be said before the workflow engine is imported."""

from __future__ import annotations

import os

import click

from flows.wording import in_chinese, is_chinese


def prepare_engine() -> None:
    """Keep it quiet (its telemetry otherwise ends in a traceback on a fresh machine) and say that it starts."""
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    text = "Starting the workflow engine (some seconds; the first time up to half a minute) …"
    click.echo(in_chinese(text) if is_chinese() else text, err=True)
