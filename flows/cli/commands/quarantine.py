"""`yaoxin quarantine`: rows turned away, and workbooks for the offices that sent them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from flows.cli.options import Day, as_json, common, print_json, settings_of, store_of


@click.command(short_help="Rows that were turned away.")
@click.option("--source", metavar="S", help="Rows of this source only.")
@click.option("--since", type=Day(), metavar="DATE", help="Rows received on that day or later.")
@click.option("--output", type=Path, metavar="DIR", help="Write a workbook per source into DIR.")
@as_json
@common
def quarantine(source: str | None, since: date | None, output: Path | None, is_json: bool, **flags: object) -> None:
    """Rows that were turned away, counted by source and fault.

    A workbook holds each row as received, its place, the reason and what is expected, in Chinese: the office that
    sent it corrects it there and sends it back.

    \b
    Examples:
      yaoxin quarantine
      yaoxin quarantine --source penalty --output to-send-back
      yaoxin quarantine --since 2026-03-01 --json | jq '.total'
    """
    from flows.cli.answers.nights import night_of
    from flows.cli.answers.turned_away import counts, rows_of, write_workbooks
    from flows.cli.text.lists import quarantine_text

    settings = settings_of(**flags)
    opened = store_of(settings)
    rows = rows_of(opened, night_of(opened, None), source, since, settings.timezone)
    files = write_workbooks(rows, output) if output else []
    found = counts(rows)
    if is_json:
        print_json({"total": rows.height, "counts": found.to_dicts(), "workbooks": files})
    else:
        click.echo("\n".join(quarantine_text(found, rows.height, files)))
