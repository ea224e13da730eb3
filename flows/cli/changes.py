"""`yaoxin changes`: whose tier changed, and why."""

from __future__ import annotations

from datetime import date

import click

from flows.cli.options import DateParam, common_options, json_option, open_store, print_json, settings_from_flags


@click.command(short_help="Whose tier changed, and why.")
@click.option("--since", type=DateParam(), metavar="DATE", help="All from that night on (without it: the last night).")
@json_option
@common_options
def changes(since: date | None, is_json: bool, **flags: object) -> None:
    """Tier changes with their causes.

    \b
    Examples:
      yaoxin changes
      yaoxin changes --since 2026-03-01
      yaoxin changes --since 2026-03-01 --json | jq '.changes[] | select(.cause == "aged_out")'
    """
    import polars as pl

    from flows.cli.options import run_as_of
    from flows.cli.quarantine import changes_text

    opened = open_store(settings_from_flags(**flags))
    night = run_as_of(opened, None)
    start = since or night.as_of
    rows = opened.scan("changes", night).filter(pl.col("as_of") >= start).sort("as_of", "enterprise_id").collect()
    if is_json:
        print_json({"since": start, "as_of": night.as_of, "count": rows.height, "changes": rows.to_dicts()})
    else:
        click.echo("\n".join(changes_text(rows, start, night)))
