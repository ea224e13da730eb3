"""`yaoxin runs` and `yaoxin rewind`: the runs of the ledger, and going back to an earlier one."""

from __future__ import annotations

from dataclasses import asdict

import click

from flows.cli.options import common_options, json_option, open_store, print_json, settings_from_flags


@click.command(short_help="What was run, and what became of it.")
@click.option("--last", type=click.IntRange(min=1), default=20, show_default=True, metavar="N", help="The last N.")
@json_option
@common_options
def runs(last: int, is_json: bool, **flags: object) -> None:
    """Runs in the ledger, the newest last: passed, refused by the gate, or failed; annulled by `yaoxin rewind`.

    \b
    Examples:
      yaoxin runs
      yaoxin runs --last 1 --json | jq -r '.runs[0].state'
    """
    from flows.cli.quarantine import runs_text
    from flows.wording import prefers_chinese, to_chinese

    opened = open_store(settings_from_flags(**flags))
    rows = opened.every_run()[-last:]
    if lost := opened.lost_run():
        words = f"The ledger has lost run {lost}, which this machine committed: the store is damaged."
        click.echo(to_chinese(words) if prefers_chinese() else words, err=True)
    annulled = opened.annulled()
    if is_json:
        more = [{"is_annulled": run.run_no in annulled, "folder": opened.run_folder(run.run_id)} for run in rows]
        print_json({"runs": [asdict(run) | one for run, one in zip(rows, more, strict=True)]})
    else:
        click.echo("\n".join(runs_text(rows, annulled)))


@click.command(short_help="Go back to an earlier run.")
@click.argument("run_id", metavar="RUN_ID")
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept in the ledger.")
@json_option
@common_options
def rewind(run_id: str, reason: str, is_json: bool, **flags: object) -> None:
    """Let readers see the store as the run RUN_ID left it, and annul the runs after it.

    For nights that a wrong clock committed, and for a store that lost what its last run wrote. Nothing is erased: the
    annulled runs stay in the ledger, and the next night takes in again what came since. What was published meanwhile
    stays published until the next release.

    \b
    Examples:
      yaoxin runs
      yaoxin rewind nightly-2026-03-01-1 --reason '时钟被调到2027年'
    """
    run = open_store(settings_from_flags(**flags)).rewind(run_id, reason)
    if is_json:
        print_json(asdict(run))
        return
    from flows.wording import prefers_chinese, to_chinese

    annulled = ", ".join(run.facts["annulled"]) or "none"
    said = f"{run.run_id}: readers see {run_id} again; annulled: {annulled}"
    click.echo(to_chinese(said) if prefers_chinese() else said)
