"""`yaoxin quarantine`: rows turned away, and workbooks for the offices that sent them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.cli.options import Day, as_json, common, print_json, settings_of, store_of

if TYPE_CHECKING:
    import polars as pl

    from flows.settings import Settings


@click.command(short_help="Rows and files that were turned away.")
@click.option("--source", metavar="S", help="Rows and files of this source only.")
@click.option("--since", type=Day(), metavar="DATE", help="What was received on that day or later.")
@click.option("--all", "are_all", is_flag=True, help="Also rows that were accepted or corrected since.")
@click.option("--output", type=Path, metavar="DIR", help="Write a workbook per sending office and source into DIR.")
@as_json
@common
def quarantine(
    source: str | None, since: date | None, are_all: bool, output: Path | None, is_json: bool, **flags: object
) -> None:
    """Rows that were turned away and wait, counted by source, field and fault; files that were turned away whole; and
    what was noticed of files (sheets or columns not read, formulas without a value).

    A workbook holds each row as received, the cell at fault marked with the reason and what is expected, in Chinese:
    the office that sent it corrects it there and sends it back.

    \b
    Examples:
      yaoxin quarantine
      yaoxin quarantine --source penalty --output to-send-back
      yaoxin quarantine --since 2026-03-01 --json | jq '.total'
    """
    from flows.cli.answers.nights import night_of
    from flows.cli.answers.turned_away import counts, files_of, row_total, rows_of, start_of
    from flows.cli.text.lists import quarantine_text

    settings = settings_of(**flags)
    opened = store_of(settings)
    night = night_of(opened, None)
    start = start_of(since, settings.timezone)
    rows = rows_of(opened, night, source, start, are_all)
    told = files_of(opened, night, source, start)
    books = _workbooks(rows, settings, output) if output else []
    found, total = counts(rows), row_total(rows)
    if is_json:
        files = told.with_columns(told["received_at"].dt.to_string("iso:strict")).to_dicts()
        print_json({"total": total, "counts": found.to_dicts(), "files": files, "workbooks": books})
    else:
        click.echo("\n".join(quarantine_text(found, total, told, books)))


def _workbooks(rows: pl.DataFrame, settings: Settings, folder: Path) -> list[Path]:
    from flows.policies import read_sources
    from flows.workbooks import write_workbooks

    folder.mkdir(parents=True, exist_ok=True)
    return list(write_workbooks(rows, read_sources(settings.policy_dir), folder).values())
