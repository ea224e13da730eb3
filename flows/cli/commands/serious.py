"""`yaoxin list`: the serious-violation list, who may be listed, who is barred, what was refused."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from flows.cli.options import Day, as_json, common, print_json, settings_of, store_of

if TYPE_CHECKING:
    from flows.cli.answers.serious import Asked
    from flows.settings import Settings


@click.command("list", short_help="Who is on the serious-violation list, and who may be.")
@click.argument("who", metavar="[ID]", required=False)
@click.option("--state", metavar="STATE", help="Listings in that state: a code or its Chinese word.")
@click.option("--candidates", "asked", flag_value="candidates", help="Penalties that may lead to a listing.")
@click.option("--bans", "asked", flag_value="bans", help="Persons and firms barred from the trade.")
@click.option("--refused", "asked", flag_value="refused", help="Steps of the register that were impossible.")
@click.option("--as-of", type=Day(), metavar="DATE", help="As of that day, by what was known on its night.")
@as_json
@common
def list_(
    who: str | None, state: str | None, asked: Asked | None, as_of: date | None, is_json: bool, **flags: object
) -> None:
    """The serious-violation list (严重违法失信名单).

    Without a flag: the entries that stand, until when, by which article; with ID (as for explain): every listing of
    that enterprise, with the measures in force and every step taken. --state also takes the states of a matter that
    is no entry yet, or under way: 已告知, 已受理提前移出申请. --candidates says for each penalty what is to be weighed,
    with the evidence of the records and blanks for a person: it lists nobody. Letters other than C, and notes, are
    for a person to settle.

    \b
    Examples:
      yaoxin list
      yaoxin list --state 已告知
      yaoxin list 91420100MA4KL00X1A --candidates
      yaoxin list --bans --json | jq '.bans[] | select(.is_in_force) | .name'
    """
    from flows.cli.answers.nights import night_of
    from flows.cli.answers.register import find, only_one
    from flows.cli.answers.serious import Question, find_answer
    from flows.cli.text.serious import serious_text
    from reports import show

    settings = settings_of(**flags)
    opened = store_of(settings)
    night = night_of(opened, as_of)
    enterprise = only_one(who, find(opened, night, who)) if who else {}
    question = Question(as_of or night.as_of, *_meant(settings, state, asked), enterprise.get("enterprise_id"))
    found = find_answer(settings, opened, night, question)
    if is_json:
        print_json(found.document())
    else:
        click.echo("\n".join(serious_text(found, show.clean(enterprise.get("name") or ""))))


def _meant(settings: Settings, state: str | None, asked: Asked | None) -> tuple[Asked, str | None]:
    """What is asked for, and the code of the state, given as code or word: of entries first, then of their matters."""
    from flows.cli.answers.serious import states
    from transforms.tables.words import LISTING_STATES

    if state is None:
        return asked or "listings", None
    if asked is not None:
        raise click.UsageError(f"--state is of listings; leave it out with --{asked}")
    known: dict[Asked, dict[str, str]] = {"listings": LISTING_STATES, "matters": states(settings)}
    for meant, words in known.items():
        code = {word: code for code, word in words.items()}.get(state, state)
        if code in words:
            return meant, code
    told = ", ".join(f"{code} ({word})" for words in known.values() for code, word in words.items())
    raise click.UsageError(f"there is no state '{state}'; expected one of {told}")
