"""`yaoxin store`: what an operator does to the store itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from flows.cli.errors import REFUSED, UserError
from flows.cli.options import common_options, json_option, open_store, print_json, settings_from_flags
from flows.wording import localise

if TYPE_CHECKING:
    from flows.store.upgrade import PendingUpgrade


@click.group()
def store() -> None:
    """Work on the store.

    \b
    Examples:
      yaoxin store upgrade --check
      yaoxin store upgrade --help
    """


@store.command(short_help="Bring a store of an earlier release to this one.")
@click.option(
    "--check", "is_check", is_flag=True, help="Only say what would be done; exit code 1 where there is anything."
)
@json_option
@common_options
@click.pass_context
def upgrade(context: click.Context, /, is_check: bool, is_json: bool, **flags: object) -> None:
    """Bring the store and the office database to the format of this release.

    Each step is committed whole. Interrupted, it is finished by the same command; readers see what they saw before. A
    copy of the office database is kept beside it. A run upgrades the store by itself, the office database only this
    command does. A store that a later release wrote is refused.

    \b
    Examples:
      yaoxin store upgrade --check
      yaoxin store upgrade
    """
    from flows.office import OfficeDatabase
    from flows.office.migrations import NEWEST
    from flows.store.upgrade import pending_upgrade, upgrade_store

    settings = settings_from_flags(**flags)
    opened, database = open_store(settings), OfficeDatabase(settings.office_database)
    pending, revision = pending_upgrade(opened, settings), database.revision()
    if opened.last() is None and revision is None:
        raise UserError(f"There is no store at {opened.location.root}: nothing to upgrade. Check --store.")
    is_office_pending = revision not in {None, NEWEST}
    document: dict[str, Any] = {
        "store": asdict(pending) | {"is_needed": pending.is_needed},
        "office_database": {
            "from_revision": revision,
            "to_revision": NEWEST,
            "is_needed": is_office_pending,
        },
    }
    if not is_check:
        document["store"]["runs"] = [run.run_id for run in upgrade_store(opened, settings)]
        document["office_database"]["copy"] = database.upgrade() if is_office_pending else None
    if is_json:
        print_json(document)
    else:
        click.echo("\n".join(map(localise, _lines(pending, document, is_check=is_check))))
    if is_check and (pending.is_needed or is_office_pending):
        context.exit(REFUSED)


def _lines(pending: PendingUpgrade, document: Mapping[str, Any], *, is_check: bool) -> Iterator[str]:
    office = document["office_database"]
    if not pending.is_needed:
        yield f"The store has the format of this release ({pending.to_format})."
    if pending.buckets is not None:
        yield f"To be laid out in buckets ({pending.buckets}): {', '.join(pending.laid_out)}"
    if pending.from_format < pending.to_format:
        yield f"The store has format {pending.from_format}, this release has {pending.to_format}."
        yield f"New tables: {', '.join(pending.tables) or 'none'}"
        yield f"New columns: {', '.join(pending.columns) or 'none'}"
    if office["from_revision"] is None:
        yield "There is no office database yet."
    elif not office["is_needed"]:
        yield f"The office database has the revision of this release ({office['to_revision']})."
    else:
        yield f"The office database has revision {office['from_revision']}, this release has {office['to_revision']}."
    if is_check:
        return
    if pending.is_needed:
        yield f"Upgraded the store: {', '.join(document['store']['runs'])}"
    if office["is_needed"]:
        yield "Upgraded the office database."
    if office["copy"] is not None:
        yield f"What it was before is in {office['copy']}."
