"""`yaoxin repair`: may a penalty or a listing be repaired, and from when; where applications stand."""

from __future__ import annotations

from datetime import date

import click

from flows.cli.options import Day, as_json, common, print_json, settings_of, store_of


@click.command(short_help="May its penalties and listings be repaired, and from when.")
@click.argument("who", metavar="ID")
@click.option("--as-of", type=Day(), metavar="DATE", help="As of that day, by what was known on its night.")
@as_json
@common
def repair(who: str, as_of: date | None, is_json: bool, **flags: object) -> None:
    """Credit repair (信用修复) of an enterprise, in 国家企业信用信息公示系统 and 信用中国.

    ID as for explain, or the number of a penalty or listing, also of a natural person's. For each: whether an early
    end may be asked for; if not, every condition that is not met and the earliest day it could be; if never, why; with
    its articles. Then the applications: where each stands, and what is awaited by when. What no record states is
    未载明, for a person to judge; whether a repair is granted is a person's decision in any case. What only the policy
    can tell is said on stderr, and the exit code is 2.

    \b
    Examples:
      yaoxin repair 91420100MA4KL00X1A
      yaoxin repair 鄂药监罚〔2025〕1号 --as-of 2026-03-01
      yaoxin repair 91420100MA4KL00X1A --json | jq '.repair[] | select(.is_eligible) | .decision_no'
    """
    from flows.cli.answers.nights import night_of
    from flows.cli.answers.register import find, only_one
    from flows.cli.answers.repair import of_enterprise, of_number
    from flows.cli.faults import Mistake
    from flows.cli.text.repair import repair_text
    from reports import show

    settings = settings_of(**flags)
    opened = store_of(settings)
    night = night_of(opened, as_of)
    day = as_of or night.as_of
    register = find(opened, night, who)
    is_enterprise = register.rows.height and not register.is_by_document
    found, name = None if is_enterprise else of_number(settings, opened, night, day, who), who
    if found is None:
        enterprise = only_one(who, register)
        found = of_enterprise(settings, opened, night, day, enterprise["enterprise_id"])
        name = enterprise["name"] or ""
    if is_json:
        print_json(found.document())
    else:
        click.echo("\n".join([*repair_text(found, show.clean(name)), *found.absent]))
    if found.missing:
        raise Mistake("\n".join(found.missing))
