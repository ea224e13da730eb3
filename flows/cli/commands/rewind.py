"""`yaoxin rewind`: let readers see an earlier run again, where later ones should never have been."""

from __future__ import annotations

from dataclasses import asdict

import click

from flows.cli.options import as_json, common, print_json, settings_of, store_of


@click.command(short_help="Go back to an earlier run.")
@click.argument("run_id", metavar="RUN_ID")
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept in the ledger.")
@as_json
@common
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
    run = store_of(settings_of(**flags)).rewind(run_id, reason)
    if is_json:
        print_json(asdict(run))
        return
    from flows.wording import in_chinese, is_chinese

    annulled = ", ".join(run.facts["annulled"]) or "none"
    said = f"{run.run_id}: readers see {run_id} again; annulled: {annulled}"
    click.echo(in_chinese(said) if is_chinese() else said)
