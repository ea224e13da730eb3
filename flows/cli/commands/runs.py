"""`yaoxin runs`: what was run, and what became of it."""

from __future__ import annotations

from dataclasses import asdict

import click

from flows.cli.options import as_json, common, print_json, settings_of, store_of


@click.command(short_help="What was run, and what became of it.")
@click.option("--last", type=click.IntRange(min=1), default=20, show_default=True, metavar="N", help="The last N.")
@as_json
@common
def runs(last: int, is_json: bool, **flags: object) -> None:
    """Runs in the ledger, the newest last: passed, refused by the gate, or failed; annulled by `yaoxin rewind`.

    \b
    Examples:
      yaoxin runs
      yaoxin runs --last 1 --json | jq -r '.runs[0].state'
    """
    from flows.cli.text.lists import runs_text
    from flows.wording import in_chinese, is_chinese

    opened = store_of(settings_of(**flags))
    rows = opened.every_run()[-last:]
    if lost := opened.lost_run():
        words = f"The ledger has lost run {lost}, which this machine committed: the store is damaged."
        click.echo(in_chinese(words) if is_chinese() else words, err=True)
    annulled = opened.annulled()
    if is_json:
        more = [{"is_annulled": run.run_no in annulled, "folder": opened.run_folder(run.run_id)} for run in rows]
        print_json({"runs": [asdict(run) | one for run, one in zip(rows, more, strict=True)]})
    else:
        click.echo("\n".join(runs_text(rows, annulled)))
