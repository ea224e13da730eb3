"""`yaoxin publish` and `yaoxin approve`: one person prepares a publication, another approves it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from flows.cli.faults import DONE, FAULT, REFUSED
from flows.cli.options import as_json, common, print_json, settings_of

_CODES = {"refused": REFUSED, "busy": FAULT}


@click.command(short_help="Prepare and publish the serious-violation list.")
@click.option("--by", "prepared_by", required=True, metavar="NAME", help="Who prepares it.")
@as_json
@common
@click.pass_context
def publish(context: click.Context, /, prepared_by: str, is_json: bool, **flags: object) -> None:
    """Prepare the serious-violation list from decided entries; publish it where it is approved already.

    \b
    Examples:
      yaoxin publish --by 张三
      yaoxin publish --by 张三 --json | jq -r '.version'
    """
    from flows.publishing import prepare_and_publish

    _answer(context, prepare_and_publish(settings_of(**flags), prepared_by), is_json)


@click.command(short_help="Approve a prepared publication.")
@click.argument("version")
@click.option("--by", "approved_by", required=True, metavar="NAME", help="Who approves it: not who prepared it.")
@click.option("--note", default="", metavar="TEXT", help="A remark that is kept with the approval.")
@as_json
@common
@click.pass_context
def approve(
    context: click.Context, /, version: str, approved_by: str, note: str, is_json: bool, **flags: object
) -> None:
    """Approve a prepared publication. The approval is a row among the office's decisions.

    \b
    Examples:
      yaoxin approve 2026-03-01 --by 李四
      yaoxin approve 2026-03-01 --by 李四 --note 核对无误
    """
    from flows.publishing import approve as record_approval

    _answer(context, record_approval(settings_of(**flags), version, approved_by, note), is_json)


def _answer(context: click.Context, found: Mapping[str, Any], is_json: bool) -> None:
    if is_json:
        print_json(found)
    else:
        from flows.cli.text import pairs

        rest = ((name, str(value)) for name, value in found.items() if name != "message" and value not in (None, ""))
        click.echo("\n".join([str(found.get("message", "")), *pairs(rest)]))
    context.exit(_CODES.get(str(found.get("state")), DONE))
