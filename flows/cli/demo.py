"""`yaoxin demo`: an invented region's inbox."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from flows.cli.options import FOLDER, DateParam, json_option, print_json

_DEMO_KEY = "demo-only-not-for-real-records"  # people in a demo region are invented


@click.command(short_help="Write an invented region's inbox.")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--enterprises", type=click.IntRange(min=1), default=2000, show_default=True, metavar="N")
@click.option("--days", type=click.IntRange(min=1), default=400, show_default=True, metavar="D", help="Of history.")
@click.option("--seed", type=int, default=7, show_default=True, metavar="S", help="Another seed, another region.")
@click.option("--end-on", type=DateParam(), metavar="DATE", help="The last day of the history (default: today).")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
@json_option
def demo(  # noqa: PLR0913, PLR0917 (one per flag)
    folder: Path, enterprises: int, days: int, seed: int, end_on: date | None, is_json: bool
) -> None:
    """Write the inbox of an invented region into DIR, with the faults that real files have.

    The same numbers and last day give the same bytes.

    \b
    Examples:
      yaoxin demo var/inbox
      yaoxin demo var/inbox --enterprises 20000 --days 800 --seed 3 --end-on 2026-03-01
    """
    from flows.demo import write_demo

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise click.BadParameter(f"'{folder}' is not empty; name an empty or a new folder", param_hint="DIR")
    click.echo(f"Writing a region of {enterprises} enterprises and {days} days …", err=True)
    summary = write_demo(folder, enterprises, days, seed, end_on or datetime.now(ZoneInfo("Asia/Shanghai")).date())
    if is_json:
        print_json(summary.as_json())
        return
    rows = sum(file.rows for file in summary.files)
    click.echo(
        f"{folder}: {len(summary.files)} files, {rows} rows, {summary.enterprises} enterprises, to {summary.end_on}"
    )
    click.echo(f"Next: YAOXIN_IDENTITY_KEY={_DEMO_KEY} yaoxin nightly --inbox {folder} --as-of {summary.end_on}")
