"""`yaoxin explain`: why an enterprise has its tier."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.cli.options import Day, as_json, common, print_json, settings_of, store_of

if TYPE_CHECKING:
    from flows.cli.answers.standing import Standing
    from flows.store import Store


@click.command(short_help="Why an enterprise has its tier.")
@click.argument("who", metavar="ID")
@click.option("--as-of", type=Day(), metavar="DATE", help="The rating as it stood on that night.")
@click.option("--html", type=Path, metavar="FILE", help="Write the enterprise's page to FILE.")
@as_json
@common
def explain(who: str, as_of: date | None, html: Path | None, is_json: bool, **flags: object) -> None:
    """The tier of an enterprise, the rule that decided it, and every record behind it; whether it stands on the
    serious-violation list, what of it may be repaired from when, and what falls due next.

    ID is a unified social credit code, another enterprise_id, a licence number, a name that only one enterprise bears
    or bore, or the number of a document about it; numbers may be written in any width and brackets.

    \b
    Examples:
      yaoxin explain 91420100MA4KL00X1A
      yaoxin explain 武汉某某药房有限公司 --as-of 2026-03-01
      yaoxin explain 91420100MA4KL00X1A --json | jq '.trace[].title'
      yaoxin explain 91420100MA4KL00X1A --html page.html
    """
    from flows.cli.answers.nights import night_of
    from flows.cli.answers.register import find, only_one
    from flows.cli.answers.standing import document, standing
    from flows.cli.text.explanation import explanation

    settings = settings_of(**flags)
    opened = store_of(settings)
    night = night_of(opened, as_of)
    found = standing(settings, opened, night, only_one(who, find(opened, night, who)))
    if html:
        _write_page(opened, found, html)
    if is_json:
        print_json(document(found))
    else:
        click.echo("\n".join(explanation(found)))


def _write_page(store: Store, found: Standing, file: Path) -> None:
    from flows.cli.answers.standing import records_of
    from reports.office import write_enterprise

    view = found.view(records_of(store, found.run, found.enterprise["enterprise_id"]))
    click.echo(str(write_enterprise(view, file)), err=True)
