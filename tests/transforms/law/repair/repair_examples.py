"""Penalties, what else the records say of their party, and the register's steps, to ask the law of repair about."""

from dataclasses import replace
from datetime import date

import polars as pl

from tests.transforms.law.matters.decision_examples import PROCEDURE
from tests.transforms.law.publicity.penalty_examples import (
    CALENDAR,
    SERIOUS,
    frames,
    law,
    of_system,
    penalty,
    publicity_on,
    text,
)
from transforms.law.listing.listings import ListingPolicy, ListingRecords
from transforms.law.matters.decision_log import build_decision_log
from transforms.law.publicity.penalties import LawContext, assess_penalties
from transforms.law.repair.conditions import RepairRecords
from transforms.law.repair.eligibility import repair_eligibility
from transforms.policy_model.law import load_repair_law
from transforms.schemas import TABLES

SYSTEMS = ("gsxt", "credit_china")


def repair_law(gsxt=None, credit_china=None, **publicity_law):
    """The law, any of its files in another wording."""
    wordings = {"gsxt": gsxt, "credit_china": credit_china}
    repairs = tuple(
        load_repair_law(wordings[name] or text(f"repair_{name}"), f"repair_{name}.yaml") for name in SYSTEMS
    )
    return replace(law(**publicity_law), repairs=repairs)


LAW = repair_law()
LIST_LAW = ListingPolicy(SERIOUS, PROCEDURE)
# A penalty of a drug firm of Hubei, decided and published in 2025, performed, harm removed.
DONE = {"published_on": date(2025, 10, 9), "performed_on": date(2025, 10, 20), "harm_removed_on": date(2025, 10, 21)}


def decisions(steps):
    """The register's rows, d0 the first."""
    rows = [{"record_id": f"d{n}", "authority": "鄂药监"} | one for n, one in enumerate(steps)]
    return pl.DataFrame(rows, schema=TABLES["decision"].schema).lazy()


def log_on(steps, as_of, known, days=CALENDAR):
    """The decision log on the day."""
    return build_decision_log(
        ListingRecords(decisions(steps), known.enterprises, known.penalties), LIST_LAW, days, as_of
    )


def records(penalties, firm=None, commitments=(), rectifications=(), entries=()):
    """The records that conditions are read from."""
    punished, enterprises = frames(penalties, firm)
    more = {"commitment": commitments, "rectification": rectifications, "external_listing": entries}
    rows = {kind: [{"enterprise_id": "e1", **one} for one in given] for kind, given in more.items()}
    others = [pl.DataFrame(rows[kind], schema=TABLES[kind].schema).lazy() for kind in more]
    return RepairRecords(punished, enterprises, *others)


def asked(known, as_of, steps=(), *, by=LAW, days=CALENDAR, coverage=()):
    """Rows of REPAIR."""
    context = LawContext(by, days, as_of, log_on(steps, as_of, known, days), coverage)
    assessed = assess_penalties(known.penalties, known.enterprises, context)
    return repair_eligibility(known, assessed, context).collect()


def one(as_of, system="gsxt", *, steps=(), others=(), by=LAW, days=CALENDAR, **values):
    """The row of one penalty in one system; `others` are further penalties."""
    many = [
        penalty(**(DONE | values)),
        *(penalty(**{"decision_no": f"{n}号", **more}) for n, more in enumerate(others)),
    ]
    rows = asked(records(many), as_of, steps, by=of_system(system, by), days=days)
    return rows.row(by_predicate=(pl.col("system") == system) & (pl.col("record_id") == "r0"), named=True)


def shown(as_of, system="gsxt", *, steps=(), firm=None, by=LAW, **values):
    """The row of PUBLICITY of one penalty in one system."""
    known = records([penalty(**(DONE | values))], firm)
    log = log_on(steps, as_of, known)
    rows = publicity_on(known.penalties, known.enterprises, of_system(system, by), CALENDAR, as_of, log=log)
    return rows.row(by_predicate=pl.col("system") == system, named=True)


def states(row):
    """Condition to its state."""
    return {one["condition"]: one["state"] for one in row["conditions"]}
