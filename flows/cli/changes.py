"""`yaoxin changes`: tier changes and their causes."""

from __future__ import annotations

from datetime import date

import click
import polars as pl

from flows.cli.find_enterprise import scheme_facts_of
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
from reports.grid import GridField, grid_fields, grid_from_frame
from reports.incentives import ended_by
from transforms.schemas import TABLES
from transforms.schemas.run_tables import TRADE_CHANGES

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
    """Tier changes with their causes, and the incentives that downgrades ended; where trades are rated by schemes of
    their own, the changes in each trade too.

    \b
    Examples:
      yaoxin changes
      yaoxin changes --since 2026-03-01
      yaoxin changes --since 2026-03-01 --json | jq '.changes[] | select(.cause == "aged_out")'
    """
    settings = settings_from_flags(**flags)
    store = open_store(settings)
    run = run_as_of(store, None)
    start = since or run.as_of
    scheme = scheme_facts_of(settings, store, run)

    def rows_since(table: str) -> pl.DataFrame:
        found = store.scan(table, run).filter(pl.col("as_of") >= start)
        return found.sort(TABLES[table].key).collect()

    rows, of_trades = rows_since("changes"), rows_since(TRADE_CHANGES.name)
    ended = [[one.title for one in ended_by(scheme.incentives, row)] for row in rows.iter_rows(named=True)]
    with_ended = rows.with_columns(ended_incentives=pl.Series(ended, dtype=pl.List(pl.String())))
    if is_json:
        counted = {"since": start, "as_of": run.as_of, "count": rows.height}
        print_json({**counted, "changes": with_ended.to_dicts(), "trade_changes": of_trades.to_dicts()})
        return
    title = f"等级变化：{start} 至 {run.as_of}，共 {rows.height} 户次"
    fields = (*grid_fields(TABLES["changes"], *_SHOWN), GridField("ended_incentives", "终止的激励措施", "texts"))
    grid = grid_from_frame("changes", title, with_ended, fields, "没有等级变化")
    lines = [title, *table_lines(grid, _SHOWN, ("ended_incentives",))]
    if of_trades.height:
        from reports.trade_tables import trade_change_grid

        of_trade = f"分领域等级变化：共 {of_trades.height} 项"
        lines += ["", of_trade, *table_lines(trade_change_grid(of_trades, scheme, of_trade))]
    click.echo("\n".join(lines))
