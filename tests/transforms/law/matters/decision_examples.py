"""Steps of the office's register to follow, and the law of procedure as it stands in policy/."""

from datetime import date

import polars as pl

from tests.transforms.law.publicity.penalty_examples import CALENDAR, text
from transforms.law.matters.procedure import decided_steps, replay_decisions
from transforms.policy_model.procedure import load_procedure_law
from transforms.schemas import TABLES

PROCEDURE = load_procedure_law(text("procedure"), "procedure.yaml")
FAR = date(2040, 1, 1)
PENALTY_NO, LISTING_NO = "鄂药监罚〔2025〕1号", "鄂药监列〔2025〕1号"


def step(kind, on, number=None, target=None, **more):
    """A step on the list; `number` is made of kind and day unless given."""
    given = {"decision_type": kind, "decided_on": on, "decision_no": number or f"{kind}{on:%Y%m%d}号", "target": target}
    people = {"proposed_by": "甲", "decided_by": "乙", "authority": "鄂药监", "reason": "理由"}
    return {"enterprise_id": "e1", "matter": "listing"} | people | given | more


def repair_step(kind, on, number=None, **more):
    """A step of the repair of PENALTY_NO."""
    return step(kind, on, number, PENALTY_NO, **{"matter": "penalty"} | more)


def listed(on=date(2022, 9, 20), published_on=None):
    """A listing with its notice, and its publication where a day is given."""
    steps = [
        step("notify_listing", on.replace(day=1), "告1号", PENALTY_NO),
        step("list", on, LISTING_NO, PENALTY_NO, situation="fake_drugs"),
    ]
    return [*steps, step("publish_listing", published_on, "公1号", LISTING_NO)] if published_on else steps


def log_rows(steps):
    rows = [{"record_id": f"r{n}", **one} for n, one in enumerate(steps)]
    return pl.DataFrame(rows, schema=TABLES["decision"].schema).lazy()


def replayed(steps, as_of=FAR, law=PROCEDURE, **more):
    """(matters, steps, terms)."""
    found = replay_decisions(decided_steps(log_rows(steps), law, as_of), law, CALENDAR, as_of, **more)
    return found.matters, found.steps, found.terms


def only(steps, as_of=FAR, **more):
    """The one matter of these steps."""
    (row,) = replayed(steps, as_of, **more)[0].rows(named=True)
    return row
