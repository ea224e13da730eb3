"""`yaoxin lookup`: the short answer for an approval desk."""

from __future__ import annotations

import click

from flows.cli.options import as_json, common, print_json, settings_of, store_of


@click.command(short_help="The short answer for an approval desk.")
@click.argument("who", metavar="ID|NAME")
@as_json
@common
def lookup(who: str, is_json: bool, **flags: object) -> None:
    """Tier, serious-violation list, lock and next change of an enterprise, in a few lines (信用必查).

    Several enterprises of one name are all listed. None is an answer too: exit code 0, with the nearest names.

    \b
    Examples:
      yaoxin lookup 91420100MA4KL00X1A
      yaoxin lookup 武汉某某药房有限公司
      yaoxin lookup 某某药房 --json | jq '.found'
    """
    from flows.cli.answers.desk import desk
    from flows.cli.answers.nights import night_of
    from flows.cli.answers.register import find
    from flows.cli.text.desk import desk_text

    settings = settings_of(**flags)
    opened = store_of(settings)
    night = night_of(opened, None)
    answer = desk(settings, opened, night, find(opened, night, who))
    if is_json:
        print_json({"query": who, **answer})
    else:
        click.echo("\n".join(desk_text(who, answer)))
