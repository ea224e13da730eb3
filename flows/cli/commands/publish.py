"""`yaoxin publish` and `yaoxin approve`: one person prepares a publication, another approves it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from flows.cli.faults import DONE, FAULT, REFUSED
from flows.cli.options import as_json, common, print_json, settings_of

_CODES = {"refused": REFUSED, "busy": FAULT}


_NAME = click.option("--list", "name", metavar="NAME", help="Which list: serious-violations or penalties.")


@click.command(short_help="Prepare and publish the lists.")
@click.option("--by", "prepared_by", required=True, metavar="NAME", help="Who prepares it.")
@_NAME
@as_json
@common
@click.pass_context
def publish(context: click.Context, /, prepared_by: str, name: str | None, is_json: bool, **flags: object) -> None:
    """Prepare the lists of the last night, or one of them; publish what is approved already.

    The lists: serious-violations (严重违法失信名单), penalties (行政处罚公示). Each is approved on its own.

    \b
    Examples:
      yaoxin publish --by 张三
      yaoxin publish --by 张三 --list penalties --json | jq -r '.version'
    """
    from flows.publishing import prepare_and_publish, prepare_and_publish_all, summary_of

    settings = settings_of(**flags)
    if name:
        found = prepare_and_publish(settings, prepared_by, name)
    else:
        found = summary_of(prepare_and_publish_all(settings, prepared_by))
    _answer(context, found, is_json)


@click.command(short_help="Approve a prepared publication.")
@click.argument("version")
@click.option("--by", "approved_by", required=True, metavar="NAME", help="Who approves it: not who prepared it.")
@_NAME
@click.option("--note", default="", metavar="TEXT", help="A remark that is kept with the approval.")
@as_json
@common
@click.pass_context
def approve(
    context: click.Context, /, version: str, approved_by: str, name: str | None, is_json: bool, **flags: object
) -> None:
    """Approve a prepared version of a list, serious-violations unless --list says another.

    The approval is a row among the office's decisions.

    \b
    Examples:
      yaoxin approve 2026-03-01 --by 李四
      yaoxin approve 2026-03-01 --list penalties --by 李四 --note 核对无误
    """
    from flows.publishing import SERIOUS_LIST, Chosen
    from flows.publishing import approve as record_approval

    note, settings = str(flags.pop("note")), settings_of(**flags)
    _answer(context, record_approval(settings, Chosen(version, name or SERIOUS_LIST), approved_by, note), is_json)


def _answer(context: click.Context, found: Mapping[str, Any], is_json: bool) -> None:
    if is_json:
        print_json(found)
    else:
        click.echo("\n\n".join("\n".join(_lines(one)) for one in found.get("lists", [found])))
    context.exit(_CODES.get(str(found.get("state")), DONE))


def _lines(answer: Mapping[str, Any]) -> Iterator[str]:
    """An answer for a person: its sentence, its facts, and what was held back."""
    from flows.cli.text import pairs

    yield f"{answer['title']}：{answer['message']}"
    rest = ((name, value) for name, value in answer.items() if name not in ("title", "message", "held"))
    yield from pairs((name, str(value)) for name, value in rest if value not in (None, ""))
    yield from (f"  ! {line}" for line in answer.get("held", ()))
