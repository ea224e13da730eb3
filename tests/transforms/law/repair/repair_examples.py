"""Penalties, what else the records say of their party, and the register's steps, to ask the law of repair about."""

from dataclasses import replace
from datetime import date

import polars as pl

from tests.transforms.law.procedure.register_examples import PROCEDURE
from tests.transforms.law.publicity_examples import CALENDAR, frames, law, penalty, text
from transforms.law import publicity
from transforms.law.effects import Register
from transforms.law.procedure import follow
from transforms.law.repair import Records, repair
from transforms.policy.law_repair import load_repair
from transforms.tables import TABLES

SYSTEMS = ("gsxt", "credit_china")


def repair_law(gsxt=None, credit_china=None, **publicity_law):
    """The law, any of its files in another wording."""
    wordings = {"gsxt": gsxt, "credit_china": credit_china}
    repairs = tuple(load_repair(wordings[name] or text(f"repair_{name}"), f"repair_{name}.yaml") for name in SYSTEMS)
    return replace(law(**publicity_law), repairs=repairs)


LAW = repair_law()
# A penalty of a drug firm of Hubei, decided and published in 2025, performed, harm removed.
DONE = {"published_on": date(2025, 10, 9), "performed_on": date(2025, 10, 20), "harm_removed_on": date(2025, 10, 21)}


def register_on(steps, as_of, days=CALENDAR, left=None):
    """What the register says on the day."""
    rows = [{**one, "record_id": f"d{n}"} for n, one in enumerate(steps)]
    decisions = pl.DataFrame(rows, schema=TABLES["decision"].schema).lazy()
    return Register(follow(decisions, PROCEDURE, days, as_of), left)


def records(penalties, firm=None, commitments=(), rectifications=()):
    """The records that conditions are read from."""
    kept, register_of = frames(penalties, firm)
    more = {"commitment": commitments, "rectification": rectifications}
    rows = {kind: [{"enterprise_id": "e1", **one} for one in given] for kind, given in more.items()}
    others = [pl.DataFrame(rows[kind], schema=TABLES[kind].schema).lazy() for kind in more]
    return Records(kept, register_of, *others)


def asked(known, as_of, steps=(), *, by=LAW, days=CALENDAR, left=None):
    """Rows of REPAIR."""
    return repair(known, by, days, as_of, register_on(steps, as_of, days, left)).collect()


def one(as_of, system="gsxt", *, steps=(), others=(), by=LAW, days=CALENDAR, left=None, **values):
    """The row of one penalty in one system; `others` are further penalties."""
    many = [
        penalty(**(DONE | values)),
        *(penalty(**{"decision_no": f"{n}号", **more}) for n, more in enumerate(others)),
    ]
    rows = asked(records(many), as_of, steps, by=by, days=days, left=left)
    return rows.row(by_predicate=(pl.col("system") == system) & (pl.col("record_id") == "r0"), named=True)


def shown(as_of, system="gsxt", *, steps=(), firm=None, by=LAW, left=None, **values):
    """The row of PUBLICITY of one penalty in one system."""
    kept, firms = frames([penalty(**(DONE | values))], firm)
    rows = publicity(kept, firms, by, CALENDAR, as_of, register_on(steps, as_of, left=left)).collect()
    return rows.row(by_predicate=pl.col("system") == system, named=True)


def states(row):
    """Condition to its state."""
    return {one["condition"]: one["state"] for one in row["conditions"]}


def listings(rows):
    """Listings of the firm as the list's own room gives them."""
    shape = {"enterprise_id": pl.String, "decision_no": pl.String, "target": pl.String}
    days = {"listed_on": pl.Date, "left_on": pl.Date}
    common = {"enterprise_id": "e1", "decision_no": "列1号", "target": None}
    return pl.LazyFrame([common | one for one in rows], schema={**shape, **days})
