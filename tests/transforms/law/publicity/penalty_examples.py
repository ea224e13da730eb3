"""Penalties to ask the law about, and the law as it stands in policy/."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl

from transforms.law.calendar.working_days import calendar_of
from transforms.law.matters.pushes import PushRecords
from transforms.law.publicity.penalties import LawContext, assess_penalties, publicity_rows
from transforms.policy_model.law import (
    PublicityLaw,
    load_calendar_law,
    load_low_fines,
    load_publicity_system,
    load_serious_list_law,
)
from transforms.schemas import TABLES

FOLDER = Path(__file__).parents[4] / "policy" / "law"
HUBEI, GUANGXI = "114200000000000000", "114500000000000000"


def text(name):
    return (FOLDER / f"{name}.yaml").read_text("utf-8")


SERIOUS = load_serious_list_law(text("serious_list"), "serious_list.yaml")


def law(gsxt=None, credit_china=None, low_fines=None):
    """The law, any of its files in another wording."""
    systems = (
        load_publicity_system(gsxt or text("publicity_gsxt"), "gsxt.yaml"),
        load_publicity_system(credit_china or text("publicity_credit_china"), "credit_china.yaml"),
    )
    return PublicityLaw(systems, load_low_fines(low_fines or text("low_fines"), "low_fines.yaml"), SERIOUS)


def of_system(name, whole):
    """The law of one system: what another makes of a penalty does not touch it."""
    own = {part: tuple(one for one in getattr(whole, part) if one.system == name) for part in ("systems", "repairs")}
    return replace(whole, **own)


def calendar(wording=None, day=date(2026, 1, 1)):
    return calendar_of(load_calendar_law(wording or text("calendar"), "calendar.yaml"), day)


LAW, CALENDAR = law(), calendar()
NO_PUSHES = PushRecords(TABLES["push"].empty().lazy(), None)
_COMMON = {
    "decision_no": "鄂药监罚〔2025〕1号",
    "enterprise_id": "e1",
    "party_class": "organisation",
    "penalty_kinds": ["fine"],
    "fine_fen": 20_000_000,
    "field": "drug",
    "authority_code": HUBEI,
    "state": "in_force",
    "decided_on": date(2025, 9, 25),
}
FIRM = {"enterprise_id": "e1", "name": "甲厂", "region_code": "420100"}


def penalty(**values):
    return _COMMON | values


def frames(penalties, firm=None):
    rows = [{"record_id": f"r{n}", **one} for n, one in enumerate(penalties)]
    firms = firm if isinstance(firm, list) else [FIRM | (firm or {})]
    register = pl.DataFrame(firms, schema=TABLES["enterprise"].schema)
    return pl.DataFrame(rows, schema=TABLES["penalty"].schema).lazy(), register.lazy()


def publicity_on(penalties, enterprises, by, days, as_of, *, log=None):
    """Rows of PUBLICITY."""
    return publicity_rows(assess_penalties(penalties, enterprises, LawContext(by, days, as_of, log)))


def found(penalties, as_of, firm=None, by=LAW, days=CALENDAR):
    """Rows of PUBLICITY."""
    records, register = frames(penalties, firm)
    return publicity_on(records, register, by, days, as_of)


def one(as_of=date(2026, 6, 30), system="gsxt", firm=None, by=LAW, days=CALENDAR, **values):
    """The row of one penalty in one system."""
    rows = found([penalty(**values)], as_of, firm, of_system(system, by), days)
    return rows.row(by_predicate=pl.col("system") == system, named=True)
