"""The tables of the office database, one migration (Alembic) per change of them, in `versions`.

`REVISIONS` are those that this release knows, oldest first. A database that was made before there were migrations has
the tables of the first one.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

REVISIONS = ("0001",)
NEWEST = REVISIONS[-1]
BEFORE_MIGRATIONS = "0000"
_VERSION_TABLE = "alembic_version"


def revision_of(connection: Connection) -> str | None:
    """The revision of a database; None for one without tables."""
    names = inspect(connection).get_table_names()
    if _VERSION_TABLE not in names:
        return BEFORE_MIGRATIONS if {"people", "journal"} <= set(names) else None
    return str(connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).scalar_one())


def migrate(connection: Connection) -> None:
    """Bring the database to NEWEST within the transaction of `connection`; from nothing as well."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    if revision_of(connection) == BEFORE_MIGRATIONS:
        command.stamp(config, REVISIONS[0])
    command.upgrade(config, NEWEST)
