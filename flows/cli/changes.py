"""`yaoxin changes`: tier changes and their causes."""

from __future__ import annotations

from datetime import date

import click
import polars as pl

from flows.cli.options import (
    DateParam,
    common_options,
    json_option,
    open_store,
    print_json,
    run_as_of,
    settings_from_flags,
)
from flows.cli.terminal import table_lines
from reports.grid import grid_fields, grid_from_frame
from transforms.schemas import TABLES

_SHOWN = (
    "as_of",
    "enterprise_id",
    "name",
    "tier_before",
    "tier_after",
    "score_before_centipoints",
    "score_after_centipoints",
    "cause",
    "causes",
)


@click.command()
@click.option(
    "--since", type=DateParam(), metavar="DATE", help="All from that day on (without it: those of the last run)."
)
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
    store = open_store(settings_from_flags(**flags))
    run = run_as_of(store, None)
    start = since or run.as_of
    rows = store.scan("changes", run).filter(pl.col("as_of") >= start).sort("as_of", "enterprise_id").collect()
    if is_json:
        print_json({"since": start, "as_of": run.as_of, "count": rows.height, "changes": rows.to_dicts()})
    else:
        title = f"等级变化：{start} 至 {run.as_of}，共 {rows.height} 户次"
        grid = grid_from_frame("changes", title, rows, grid_fields(TABLES["changes"], *_SHOWN), "没有等级变化")
        click.echo("\n".join([title, *table_lines(grid)]))
