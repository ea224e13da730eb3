"""A demo region over 400 days, across both changes of the rules: what is public each day is what the oracle says."""

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from flows.demo import write_demo
from flows.ingest import IngestHistory, ingest_inbox
from flows.legal_state import read_law_policy
from flows.run.ingest import ingest_rules
from tests.flows.publishing.rows_oracle import FUJIAN, Case
from tests.flows.publishing.test_published_rows import contents_on
from tests.flows.run.run_helpers import settings_at
from tests.transforms.law.law_oracle import working_days_after
from transforms.current_versions import current_versions
from transforms.law.law_state import LAW_RECORD_KINDS, LawState

FIRST, LAST = date(2025, 7, 15), date(2026, 8, 18)  # 400 days
RULES = (date(2025, 12, 25), date(2026, 4, 1))
STEPS = ("list", "publish_listing", "remove", "restore_listing", "revoke_listing")
REPAIR = ("repair", "revoke_repair", "temporary_repair", "end_temporary_repair")
SIZE, SEED = 800, 7
IS_CAMPAIGN = os.environ.get("HYPOTHESIS_PROFILE") == "campaign"


def days() -> list[date]:
    """Every day in a campaign; else those about the changes of the rules, and one in twenty of the others."""
    every = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    near = {day + timedelta(days=n) for day in RULES for n in (-2, -1, 0, 1)}
    return every if IS_CAMPAIGN else [day for n, day in enumerate(every) if day in near or n % 20 == 0]


@pytest.fixture(scope="module")
def region(tmp_path_factory) -> dict[str, pl.LazyFrame]:
    """The records of the region, as known on its last day."""
    root = tmp_path_factory.mktemp("region")
    write_demo(root / "inbox", SIZE, 400, SEED, LAST)
    known_at = datetime(LAST.year, LAST.month, LAST.day, 17, tzinfo=UTC)
    brought = ingest_inbox(root / "inbox", ingest_rules(settings_at(root), None), IngestHistory.empty(), known_at)
    return {
        kind: current_versions(brought.records[kind].lazy(), known_at).collect().lazy() for kind in LAW_RECORD_KINDS
    }


@pytest.fixture(scope="module")
def cases(region) -> Mapping[str, Case]:
    """By penalty what the oracle needs to know of it."""
    parties = {row["enterprise_id"]: row for row in region["enterprise"].collect().iter_rows(named=True)}
    taken = taken_steps(region)
    found = {}
    for row in region["penalty"].collect().iter_rows(named=True):
        published_on = row["published_on"] or working_days_after(row["decided_on"], 20)
        penalty = row | {"published_on": published_on, "low_fen": FUJIAN}
        key = (row["enterprise_id"], row["decision_key"])
        found[row["record_id"]] = Case(
            penalty, parties.get(row["enterprise_id"]), taken["penalty"].get(key, {}), taken["listing"].get(key, {})
        )
    return found


def taken_steps(region) -> dict[str, dict[tuple[str | None, str], dict[str, date]]]:
    """By matter, party and penalty the days of the steps that were possible, in the national system."""
    log = LawState(region, law(), LAST).decision_log
    of_matter = log.matters.select("matter_id", "enterprise_id", "target_key", "system")
    steps = log.steps.filter(~pl.col("is_refused")).select("matter_id", "matter", "step", "on")
    found: dict[str, dict[tuple[str | None, str], dict[str, date]]] = {"penalty": {}, "listing": {}}
    for row in steps.join(of_matter, on="matter_id").filter(system="gsxt").iter_rows(named=True):
        if row["step"] in (*STEPS, *REPAIR):
            of_case = found[row["matter"]].setdefault((row["enterprise_id"], row["target_key"]), {})
            of_case[row["step"]] = row["on"]
    return found


@cache
def law():
    return read_law_policy(Path(__file__).parents[3] / "policy", LAST)


def test_the_region_has_something_of_everything(cases):
    """Else the walk would prove little."""
    steps = {step for case in cases.values() for step in (*case.repair, *case.listing)}
    assert {
        "list",
        "publish_listing",
        "revoke_listing",
        "remove",
        "restore_listing",
        "repair",
        "revoke_repair",
    } <= steps
    assert sum(case.party is None for case in cases.values()) > 1
    assert sum(case.penalty["revoked_on"] is not None for case in cases.values()) > 1
    for day in RULES:
        assert any(case.penalty["decided_on"] < day < case.penalty["published_on"] for case in cases.values())


@pytest.mark.parametrize("day", days(), ids=str)
def test_each_day_what_is_public_has_a_live_ground_and_every_ground_is_public(region, cases, day):
    contents = contents_on(day, region)
    public = set(contents["penalties"].entries["record_id"])
    assert public ^ {record for record, case in cases.items() if case.is_public(day)} == set()
    listed = set(contents["serious-violations"].entries["enterprise_id"])
    assert listed ^ {case.penalty["enterprise_id"] for case in cases.values() if case.is_listed(day)} == set()
    assert all(one.held == () for one in contents.values())
