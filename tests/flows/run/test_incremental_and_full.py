"""A run that rates those who are affected leaves what one that rates all leaves: fifteen days, run both ways."""

import os
from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from flows.legal_state import law_state_on
from flows.publishing import publish_list
from flows.run.rate import rate_on, releases_by_day
from flows.run.report import Report
from flows.run.run import RunSteps
from flows.run.validate import Validation, validate
from flows.store.store import current_records as stored
from tests.flows.run.run_helpers import UNGATED, content, differing_tables, files_below, run_instant
from tests.flows.run.walk import Plan, Walkers
from transforms.rating import tier_outlook
from transforms.schemas import KINDS
from transforms.schemas.run_tables import OUTLOOK_DAYS

IS_CAMPAIGN = os.environ.get("HYPOTHESIS_PROFILE") == "campaign"
pytestmark = [pytest.mark.long, pytest.mark.timeout(7200 if IS_CAMPAIGN else 900)]
WAYS = {"some": {}, "all": {"full": True}}
LAW_EDITED = {4: ("law/calendar.yaml", "law: calendar", "law: calendar # 核对")}
SCHEME_EDITED = {5: {"walk": ("{fixed: -6}", "{fixed: -9}"), "reference": ("{fixed: -10}", "{fixed: -15}")}}
LONG = [
    *(Plan(days=60, seed=seed, rows=5, enterprises=200, report_every=12) for seed in range(8, 12)),
    Plan(days=120, enterprises=1500, rows=12, seed=12, scheme="reference", report_every=12),
]
PLANS = [Plan(), *(LONG if IS_CAMPAIGN else [])]
DAYS_AHEAD = OUTLOOK_DAYS if IS_CAMPAIGN else 3  # each day that is looked at is rated
# Numbers of days, from 0, on which: late records come and the day is run again; three days are run at once; the gate
# refuses the run; a run knows of less than the one before.
TWICE, CAUGHT_UP, REFUSED, BACK = 3, range(8, 11), 12, 14


def refuse(_store, _policy_dir, context, _policy, _previous_run):
    """A gate that refuses every run."""
    verdict = type("Verdict", (), {"is_passed": False, "table": "x", "row_count": 0, "findings": ()})
    return Validation((verdict,), context.folder / "gate" / "index.html")


def no_report(_store, _settings, inputs):
    """A report step that writes nothing: the report follows from the tables, and takes longer than they do."""
    return Report(inputs.folder / "office.html", "", {**inputs.validation.facts, "numbers": {}})


def walk(walkers: Walkers) -> None:
    """Every day of the plan, with all that may happen to a run."""
    for number in range(walkers.plan.days):
        day = walkers.receive(number)
        if number in LAW_EDITED:
            walkers.edit(*LAW_EDITED[number])
        if number in SCHEME_EDITED:
            scheme = walkers.plan.scheme
            walkers.edit(f"schemes/{scheme}.yaml", *SCHEME_EDITED[number][scheme])
        steps = replace(UNGATED, validate=validate) if number % walkers.plan.gate_every == 0 else UNGATED
        if number % walkers.plan.report_every:
            steps = replace(steps, report=no_report)
        if number in CAUGHT_UP:  # all three on the last of them
            if number == CAUGHT_UP[-1]:
                for ago in (2, 1, 0):
                    must_pass(walkers, day - timedelta(days=ago), steps, run_instant(day))
        elif number == REFUSED:
            refused = walkers.walk(day, replace(UNGATED, validate=refuse))
            assert {result.state for result in refused.values()} == {"refused"}
        else:
            run_number(walkers, number, day, steps)


def run_number(walkers: Walkers, number: int, day, steps: RunSteps) -> None:
    if number == REFUSED + 1:
        must_pass(walkers, day - timedelta(days=1), steps, run_instant(day))
    must_pass(walkers, day, steps, run_instant(day - timedelta(days=4)) if number == BACK else None)
    if number == TWICE:
        walkers.news.of(day, number + 3)  # late records
        must_pass(walkers, day, steps, run_instant(day) + timedelta(hours=2))


def must_pass(walkers: Walkers, day, steps: RunSteps, known_at=None) -> None:
    results = walkers.walk(day, steps, known_at)
    assert {name: result.state for name, result in results.items()} == dict.fromkeys(results, "passed"), results


@pytest.fixture(scope="module", params=PLANS, ids=lambda plan: f"{plan.scheme}-{plan.seed}")
def walked(request, tmp_path_factory, monkeypatch_module):
    """Both offices after all their runs."""
    monkeypatch_module.setattr("flows.run.validate.explain_gravest", lambda *_, **__: "look at x")
    monkeypatch_module.setattr("flows.run.snapshot.OUTLOOK_DAYS", DAYS_AHEAD)
    walkers = Walkers(tmp_path_factory.mktemp("walk"), request.param, WAYS, are_alike=True)
    walk(walkers)
    return walkers.offices()


@pytest.fixture(scope="module")
def monkeypatch_module():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def scopes(office):
    return [run.facts["scope"] for run in office.store.every_run() if run.flow == "nightly"]


def _same_tables(walked):
    some, every = (content(office.store) for office in walked.values())
    assert differing_tables(some, every) == []
    empty = {name for name, table in some.items() if table.is_empty()}
    kinds = {"rectification", "commitment", "person_ban", "licence", "post", "honour", "signal", "sampling"}
    kinds |= {"external_listing", "list_delivery", "push", "inspector", "inspector_conflict"}
    kinds |= {"case", "case_transfer", "complaint"}
    assert empty <= kinds | {"quarantine_outcomes", "law_findings"}


def _stored_outlook_is_that_of_the_records_on_the_last_day(walked):
    """Stored by runs of which most rated some enterprises only; computed at once beside it."""
    office = walked["some"]
    run = office.store.last("nightly")
    records = {kind: stored(office.store, kind, run).collect().lazy() for kind in KINDS}
    day, rate, ids = run.as_of, rate_on(office.policy), records["enterprise"].select("enterprise_id")
    releases = law_state_on(office.settings, records, day).releases
    rating = rate(records, ids, day, releases)
    until = day + timedelta(days=DAYS_AHEAD)
    wanted = tier_outlook(
        records,
        rating,
        rate,
        office.policy.next_change(day),
        until,
        releases_by_day(law_state_on(office.settings, records, day)),
    )
    rows = office.store.scan("outlook", run)
    newest = rows.filter(pl.col("valid_from_on") == pl.col("valid_from_on").max().over("enterprise_id"))
    found = newest.filter("is_near").drop("valid_from_on").sort("enterprise_id").collect()
    assert found.equals(wanted)
    on_some_day = rows.filter(pl.col("changes_on").is_not_null()).collect()
    assert not on_some_day.is_empty()


def _same_reports_and_publications(walked):
    reports = []
    for office in walked.values():
        publish_list(office.settings)
        runs = files_below(office.store.location.local / "runs")
        files = {name: text for name, text in runs.items() if "/stage/" not in name}
        reports.append(files | files_below(office.settings.publications))
    assert reports[0].keys() == reports[1].keys()
    assert [name for name in reports[0] if reports[0][name] != reports[1][name]] == []
    pages = [text.decode() for name, text in reports[0].items() if name.endswith("office.html")]
    assert len(pages) > 4
    assert any("验异" in text and "处罚对象有误" in text for text in pages)
    assert any("验暂" in text for text in pages)


def _one_way_rates_few_and_records_why(walked):
    some, every = (scopes(office) for office in walked.values())
    assert {scope["mode"] for scope in every} == {"full"}
    why = {scope["why"] for scope in some}
    assert {"", "first night", "another law", "another policy", "the night before knew of more"} <= why
    partial = [scope for scope in some if scope["mode"] == "incremental"]
    assert len(partial) > len(some) / 2
    assert set().union(*(scope["because"] for scope in partial)) == {"records", "register", "due", "law", "outlook"}
    rated = [sum(scope["rated"] for scope in scopes) for scopes in (some, every)]
    assert rated[0] * 2 < rated[1]


def test_both_ways_leave_the_same(walked):
    """One test, so that the days are run on one worker only."""
    _same_tables(walked)
    _stored_outlook_is_that_of_the_records_on_the_last_day(walked)
    _same_reports_and_publications(walked)
    _one_way_rates_few_and_records_why(walked)
