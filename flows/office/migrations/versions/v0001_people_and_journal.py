"""People with their encrypted keys, and the journal of signed acts. Both are only added to."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# In SQLite INSERT OR REPLACE deletes without asking the trigger on DELETE, so a number that is taken is refused too.
REFUSED = {
    "update": "BEFORE UPDATE ON {table}",
    "delete": "BEFORE DELETE ON {table}",
    "replace": "BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE number = NEW.number)",
}


def upgrade() -> None:
    """Make the two tables and their triggers."""
    op.create_table(
        "people",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("login", sa.String, nullable=False),
        sa.Column("public_key", sa.String, nullable=False),
        sa.Column("passes", sa.Integer, nullable=False),
        sa.Column("memory_kib", sa.Integer, nullable=False),
        sa.Column("lanes", sa.Integer, nullable=False),
        sa.Column("salt", sa.String, nullable=False),
        sa.Column("nonce", sa.String, nullable=False),
        sa.Column("sealed", sa.String, nullable=False),
    )
    op.create_table(
        "journal",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("fingerprint", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("act", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("payload", sa.String, nullable=False),
        sa.Column("previous", sa.String, nullable=False),
        sa.Column("signature", sa.String, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        _refuse_on_server()
    else:
        _refuse_in_file()


def _refuse_in_file() -> None:
    for table in ("people", "journal"):
        for verb, when in REFUSED.items():
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{verb} {when.format(table=table)} "
                f"BEGIN SELECT RAISE(ABORT, 'the table {table} is only added to'); END"
            )


def _refuse_on_server() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the table % is only added to', TG_TABLE_NAME; END $$"
    )
    for table in ("people", "journal"):
        op.execute(
            f"CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
