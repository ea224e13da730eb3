"""Listings to ask about: an enterprise, its penalty, the steps of the register; and the law as it stands in policy/."""

from datetime import date, timedelta

import polars as pl

from tests.transforms.law.matters.decision_examples import LISTING_NO, PENALTY_NO, PROCEDURE, log_rows, step
from tests.transforms.law.publicity.penalty_examples import CALENDAR, HUBEI, SERIOUS, text
from transforms.law.listing.listings import ListingPolicy, ListingRecords
from transforms.law.matters.decision_log import build_decision_log
from transforms.policy_model import load_serious_list_law
from transforms.schemas import TABLES

LAW = ListingPolicy(SERIOUS, PROCEDURE)
LISTED = date(2022, 9, 20)
FIRM = {"enterprise_id": "e1", "name": "甲厂", "region_code": "420100"}
GROUND = {
    "enterprise_id": "e1",
    "decision_no": PENALTY_NO,
    "decided_on": date(2022, 9, 20),
    "party_class": "organisation",
    "penalty_kinds": ["fine", "revoke_licence"],
    "fine_fen": 500_000_000,
    "discretion": "heavy",
    "field": "drug",
    "violation_type": "生产假药",
    "authority_code": HUBEI,
    "state": "in_force",
}


def law(**wordings):
    """The law of the list with `old: new` replaced in its file."""
    worded = text("serious_list")
    for old, new in wordings.pop("replace", {}).items():
        assert old in worded
        worded = worded.replace(old, new)
    return ListingPolicy(load_serious_list_law(worded, "serious_list.yaml"), PROCEDURE)


def listed(on=LISTED, published_on=None, number=LISTING_NO, target=PENALTY_NO, **more):
    """A listing, its notice, and its publication where a day is given."""
    steps = [
        step("notify_listing", on - timedelta(days=30), f"告{number}", target, **more),
        step("list", on, number, target, situation="fake_drugs", **more),
    ]
    return [*steps, step("publish_listing", published_on, f"公{number}", number)] if published_on else steps


def records(steps, ground=None, firm=None):
    """ground: changes to the penalty, False for none, or several penalties; firm: changes to the enterprise."""
    grounds = [] if ground is False else ground if isinstance(ground, list) else [GROUND | (ground or {})]
    rows = [{"record_id": f"p{n}", **one} for n, one in enumerate(grounds)]
    penalties = pl.DataFrame(rows, schema=TABLES["penalty"].schema).lazy()
    firms = pl.DataFrame([FIRM | (firm or {})], schema=TABLES["enterprise"].schema).lazy()
    return ListingRecords(log_rows(steps), firms, penalties)


def found(steps, as_of, ground=None, firm=None, *, by=LAW, days=CALENDAR):
    """Rows of LISTING."""
    return build_decision_log(records(steps, ground, firm), by, days, as_of).listings


def one(steps, as_of, **more):
    """The only listing of these steps."""
    (row,) = found(steps, as_of, **more).rows(named=True)
    return row


def numbers_on(steps, as_of, **more):
    """Numbers of the listings that stand."""
    return found(steps, as_of, **more).filter(state="standing")["decision_no"].to_list()
