"""`yaoxin penalties`: which penalties must be public, by when and until when."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from flows.cli.options import Day, as_json, common, print_json, settings_of, store_of

if TYPE_CHECKING:
    from transforms.law import Asked


@click.command(short_help="Which penalties must be public, by when and until when.")
@click.argument("who", metavar="[ID]", required=False)
@click.option("--due", "asked", flag_value="due", help="What must be pushed, published or withdrawn today.")
@click.option("--overdue", "asked", flag_value="overdue", help="What should be published or withdrawn and is not.")
@click.option("--ending", "asked", flag_value="ending", help="Publicity that ends this month, from today on.")
@click.option("--as-of", type=Day(), metavar="DATE", help="As of that day, by what was known on its night.")
@as_json
@common
def penalties(who: str | None, asked: Asked | None, as_of: date | None, is_json: bool, **flags: object) -> None:
    """The publicity of penalties (行政处罚公示) in 国家企业信用信息公示系统 and 信用中国.

    With ID (as for explain): each penalty of that enterprise, published or not and why, its class, terms and
    articles. Without: all penalties in numbers, or the list asked for. What only the policy can tell is said on
    stderr, with the file to extend, and the exit code is 2: the answer is not whole.

    \b
    Examples:
      yaoxin penalties 91420100MA4KL00X1A
      yaoxin penalties --due
      yaoxin penalties --ending --as-of 2026-03-01 --json | jq '.penalties[].decision_no'
    """
    from flows.cli.answers.nights import night_of
    from flows.cli.answers.penalties import Question, find_penalties
    from flows.cli.answers.register import find, only_one
    from flows.cli.faults import Mistake
    from flows.cli.text.penalties import penalties_text
    from reports import show

    settings = settings_of(**flags)
    opened = store_of(settings)
    night = night_of(opened, as_of)
    enterprise = only_one(who, find(opened, night, who)) if who else {}
    question = Question(as_of or night.as_of, asked, enterprise.get("enterprise_id"))
    found = find_penalties(settings, opened, night, question)
    if is_json:
        print_json(found.document())
    else:
        click.echo("\n".join([*penalties_text(found, show.clean(enterprise.get("name") or "")), *found.absent]))
    if found.missing:
        raise Mistake("\n".join(found.missing))
