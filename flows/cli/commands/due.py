"""`yaoxin due`: what falls due, by whom and when."""

from __future__ import annotations

from datetime import date, timedelta

import click

from flows.cli.options import Day, as_json, common, print_json, settings_of, store_of

DAYS_AHEAD = 30


@click.command(short_help="What falls due: by itself, and for whom by when.")
@click.argument("who", metavar="[ID]", required=False)
@click.option("--until", type=Day(), metavar="DATE", help=f"The last day; {DAYS_AHEAD} days ahead, with ID all.")
@click.option("--as-of", type=Day(), metavar="DATE", help="As of that day, by what was known on its night.")
@as_json
@common
def due(who: str | None, until: date | None, as_of: date | None, is_json: bool, **flags: object) -> None:
    """What the coming days bring if no record comes in: ends of publicity, of listings, bans and restrictions, first
    days on which repair may be asked for, changes of tier in the 30 days after the night; and what the office or a
    party must do by when, overdue first.

    ID as for explain; without it, for the whole office. What the law leaves unsettled is named with its other day.
    What only the policy can tell is said on stderr, and the exit code is 2: the answer is not whole.

    \b
    Examples:
      yaoxin due
      yaoxin due 91420100MA4KL00X1A
      yaoxin due --until 2026-03-31 --json | jq '.due[] | select(.is_overdue)'
    """
    from flows.cli.answers.due import Span, find_due
    from flows.cli.answers.nights import night_of
    from flows.cli.answers.register import find, only_one
    from flows.cli.faults import Mistake
    from flows.cli.text.due import due_text
    from reports import show

    settings = settings_of(**flags)
    opened = store_of(settings)
    night = night_of(opened, as_of)
    day = as_of or night.as_of
    if until is not None and until < day:
        raise Mistake(f"--until {until}: that is before {day}, the day that is looked ahead from.")
    enterprise = only_one(who, find(opened, night, who)) if who else {}
    last = until or (None if who else day + timedelta(days=DAYS_AHEAD))
    found = find_due(settings, opened, night, Span(day, last, enterprise.get("enterprise_id")))
    if is_json:
        print_json(found.document())
    else:
        click.echo("\n".join([*due_text(found, show.clean(enterprise.get("name") or "")), *found.absent]))
    if found.missing:
        raise Mistake("\n".join(found.missing))
