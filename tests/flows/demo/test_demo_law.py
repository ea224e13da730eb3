"""What the law makes of the demo region: every penalty can be dated, every story ends as intended."""

import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from flows.demo.credit_office import story_steps
from flows.demo.model import RARE_STORIES, STORIES, DemoPeriod
from flows.policy_folder import read_calendar_law, read_procedure_law, read_publicity_law
from tests.flows.run.run_helpers import STORIES_ENTERPRISES, STORIES_LAST
from transforms.law.calendar.working_days import calendar_of
from transforms.law.matters.procedure import decided_steps, replay_decisions
from transforms.law.publicity.penalties import LawContext, assess_penalties, publicity_rows

POLICY = Path(__file__).parents[3] / "policy"
END, SIZE = STORIES_LAST, STORIES_ENTERPRISES


@pytest.fixture(scope="module")
def records(records_of_stories):
    """The current version of each record of the region."""
    return records_of_stories


@pytest.fixture(scope="module")
def calendar():
    return calendar_of(read_calendar_law(POLICY), END)


@pytest.fixture(scope="module")
def penalties(records, calendar):
    law = read_publicity_law(POLICY)
    context = LawContext(law, calendar, END)
    return publicity_rows(assess_penalties(records["penalty"].lazy(), records["enterprise"].lazy(), context))


@pytest.fixture(scope="module")
def register(records, calendar):
    procedure = read_procedure_law(POLICY)
    steps = decided_steps(records["decision"].lazy(), procedure, END)
    replayed = replay_decisions(steps, procedure, calendar, END)
    return replayed.matters, replayed.steps


def serial(decision_no: str) -> int:
    """The enterprise of a number, which is kept without the zeros that senders put before it."""
    return int(re.search(r"\d{4}\D(\d+)", decision_no)[1])


def test_the_policy_can_date_every_penalty(penalties):
    assert penalties.filter(pl.col("gap").is_not_null() | (pl.col("state") == "unknown")).is_empty()


def test_penalties_are_in_every_state_of_publicity_that_the_day_knows(penalties):
    found = set(penalties.filter(pl.col("system") == "gsxt")["state"])
    assert {"unpublished", "overdue", "public", "ended", "withdrawn", "deregistered"} <= found


def test_most_penalties_say_when_they_were_published_and_never_before_they_were_decided(records):
    rows = records["penalty"].filter(pl.col("penalty_kinds").list.join(",") != "warning")
    assert 0.9 < rows["published_on"].is_not_null().mean() < 1
    assert rows.filter(pl.col("published_on") <= pl.col("decided_on")).is_empty()
    assert rows.filter(pl.col("unpublished_on") < pl.col("published_on")).is_empty()


def test_the_content_of_a_penalty_has_its_amounts(records):
    for row in records["penalty"].iter_rows(named=True):
        if row["fine_fen"]:
            assert f"罚款{row['fine_fen'] // 100}.{row['fine_fen'] % 100:02d}元" in row["content"]


def test_bad_spot_checks_are_public_where_nothing_else_could_have_followed(records):
    public = records["inspection"].filter(pl.col("published_on").is_not_null())
    good, checks = public.filter(conclusion="compliant"), public.filter(pl.col("conclusion") != "compliant")
    assert good.height == records["inspection"].filter(conclusion="compliant").height > checks.height > 0
    assert set(checks["inspection_type"]) == {"random"}
    assert checks.join(records["penalty"], on="enterprise_id", how="semi").is_empty()


@pytest.mark.parametrize(
    ("story", "matter", "states"),
    [
        ("listed", "listing", ["published"]),
        ("removed", "listing", ["removal_done"]),
        ("annulled", "listing", ["revocation_done"]),
        ("restored", "listing", ["restored"]),
        ("not_listed", "listing", ["not_listed"]),
        ("repaired", "penalty", ["repaired", "repaired"]),
        ("repair_refused", "penalty", ["refused", "refused"]),
        ("repair_revoked", "penalty", ["restored"]),
        ("repair_open", "penalty", ["accepted", "accepted"]),
        ("impossible", "listing", []),
        ("impossible", "penalty", []),
    ],
)
def test_a_story_ends_as_intended(records, register, story, matter, states):
    matters, _ = register
    (of_story,) = [number for number, name in (STORIES | RARE_STORIES).items() if name == story]
    owners = {
        row[0]
        for row in records["decision"].select("enterprise_id", "decision_no").rows()
        if serial(row[1]) == of_story
    }
    assert len(owners) == 1
    found = matters.filter(pl.col("enterprise_id").is_in(list(owners)), pl.col("matter") == matter)
    if (
        story == "repair_revoked"
    ):  # asked for again: barred in the one system, under way in the other until its rules change
        found = found.filter(pl.col("system") == "gsxt")
    assert found["state"].to_list() == states


def test_refused_are_the_impossible_steps_and_no_others(records, register):
    _, steps = register
    refused = steps.filter("is_refused").join(
        records["decision"].select("record_id", own_no="decision_no"), on="record_id"
    )
    found = sorted((serial(number), step) for number, step in refused.select("own_no", "step").rows())
    at = {name: number for number, name in (STORIES | RARE_STORIES).items()}
    impossible = [(at["impossible"], step) for step in ("accept", "publish_listing", "restore_listing")]
    assert found == sorted([*impossible, (at["restored"], "apply"), (at["repair_revoked"], "apply")])
    assert refused["refusal"].str.contains(r"\p{Han}").all()


def test_persons_are_barred_for_years_and_for_life(records):
    bans = records["person_ban"]
    assert set(bans["is_lifelong"]) == {True, False}
    assert bans.filter(pl.col("is_lifelong") != pl.col("ends_on").is_null()).is_empty()


@pytest.mark.parametrize("days", [1, 30, 395, 396, 800])
def test_a_story_never_goes_back_in_time(days):
    from flows.demo.model import Streams, enterprises

    period = DemoPeriod(days, END)
    for enterprise in enterprises(Streams(5), SIZE, END):
        steps = [step for step in story_steps(enterprise, period) if step.system != "credit_china"]
        assert all(later.on >= sooner.on for sooner, later in pairwise(steps))
        assert all(step.on <= END + timedelta(days=400) for step in steps)
