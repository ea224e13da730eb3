"""The nightly flow on a real Prefect server, and the command that starts it."""

import json
import os
import shutil
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from flows import nightly as module
from flows.cli.app import cli
from flows.demo import deliver
from flows.settings import Secret
from tests.flows.run.run_helpers import (
    FIRST,
    KEY,
    LAST,
    SECOND,
    UNGATED,
    content,
    copy_setup,
    differing_tables,
    run_day,
    run_instant,
)

pytestmark = pytest.mark.long
THIRD = FIRST + timedelta(days=2)


@pytest.fixture
def yaoxin(monkeypatch):
    """Runs a command on the store of an office."""
    for name in [name for name in os.environ if name.startswith("YAOXIN_")]:
        monkeypatch.delenv(name)

    def run(settings, *arguments):
        for name, value in settings.as_environment().items():
            monkeypatch.setenv(name, value)
        return CliRunner().invoke(cli, list(arguments))

    return run


@pytest.fixture
def delivered(office, region):
    """The office when everything has come."""
    deliver(region, office.settings.inbox, LAST)
    return office


def last_flow_run(client):
    from prefect.client.schemas.filters import FlowRunFilter
    from prefect.client.schemas.sorting import FlowRunSort

    ended = FlowRunFilter.model_validate({"state": {"type": {"any_": ["COMPLETED", "FAILED"]}}})
    return client.read_flow_runs(flow_run_filter=ended, sort=FlowRunSort.START_TIME_DESC, limit=1)[0]


def artifacts_of(client, flow_run):
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId

    mine = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[flow_run.id]))
    found = sorted(client.read_artifacts(artifact_filter=mine), key=lambda one: one.created)
    return {one.key: (one.type, one.data) for one in found}  # of several runs the last


@pytest.fixture
def client(prefect_server):
    """A client of the server that the flows run on."""
    from prefect import get_client

    with get_client(sync_client=True) as made:
        yield made


def test_missed_runs_are_caught_up_each_with_its_run_and_its_story(delivered, client, tmp_path):
    office = delivered
    single = copy_setup(office, tmp_path / "single")
    result = module.run_due_days(office.settings, THIRD, run_instant(LAST), None)
    assert (result.state, result.run_id) == ("passed", f"nightly-{THIRD}-1")
    runs = office.store.every_run()
    assert [(run.as_of, run.state) for run in runs] == [(FIRST, "passed"), (SECOND, "passed"), (THIRD, "passed")]
    for day in (SECOND, THIRD):
        run_day(single, day, known_at=run_instant(LAST))
    assert differing_tables(content(office.store), content(single.store)) == [], "the engine changes nothing"
    assert result.report.is_file()
    _has_told_of_the_run(client, result)


def _has_told_of_the_run(client, result):
    flow_run = last_flow_run(client)
    assert (flow_run.state.name, flow_run.state.message) == ("Completed", result.message)
    assert KEY not in flow_run.model_dump_json(), "parameters are shown on the page; the key is not"
    told = artifacts_of(client, flow_run)
    assert {key: kind for key, (kind, _) in told.items()} == {
        "night-progress": "progress",
        "night-numbers": "table",
        "night-summary": "markdown",
        "night-report": "markdown",  # a link is kept as one
    }
    assert told["night-progress"][1] == 100.0
    rated = {"what": "已评价企业", "count": result.facts["numbers"]["已评价企业"]}
    assert rated in json.loads(told["night-numbers"][1])
    assert result.message in told["night-summary"][1]
    assert f"Rated: {result.facts['scope']['rated']} enterprises (incremental: " in told["night-summary"][1]
    assert result.report.as_uri() in told["night-report"][1]


def strict_policy(office, folder):
    """The policy of the office, but one quarantined row in a hundred is too many."""
    shutil.copytree(office.settings.policy_dir, folder)
    gate = folder / "gate.yaml"
    text = gate.read_text(encoding="utf-8").replace("night_refusal_percent: 50", "night_refusal_percent: 1")
    gate.write_text(text.replace("night_least_rows: 200", "night_least_rows: 1"), encoding="utf-8")
    return replace(office.settings, policy_dir=folder)


def test_a_run_the_gate_refuses_commits_nothing_and_says_what_to_look_at(
    delivered, client, yaoxin, first_run, tmp_path
):
    office, strict = delivered, strict_policy(delivered, tmp_path / "policy")
    result = yaoxin(strict, "nightly", "--as-of", SECOND.isoformat(), "--known-at", run_instant(LAST).isoformat())
    assert result.exit_code == 1
    assert "Look first at night_accounts" in result.stderr
    assert "Traceback" not in result.stderr
    folder = office.store.run_folder(f"nightly-{SECOND}-1")
    assert (folder / "gate" / "index.html").is_file()
    assert str(folder / "gate" / "index.html") in result.stdout
    assert list((folder / "stage" / "ratings").glob("*.parquet")), "kept for study"
    assert not (folder / "report").exists()
    assert differing_tables(content(office.store), content(first_run.store)) == []
    assert [run.state for run in office.store.every_run()] == ["passed", "refused"]
    flow_run = last_flow_run(client)
    assert (flow_run.state.name, flow_run.state.type.value) == ("Refused", "FAILED")
    told = artifacts_of(client, flow_run)
    assert "was refused" in told["night-summary"][1]
    assert (folder / "gate" / "index.html").as_uri() in told["gate-docs"][1]
    assert module.run_due_days(office.settings, SECOND, run_instant(LAST), None).state == "passed", (
        "corrected, it passes"
    )


def test_a_refused_run_ends_the_catching_up(office, prefect_server, monkeypatch):
    def strict_on_the_second(store, policy_dir, context, policy, former):
        if context.as_of != SECOND:
            return UNGATED.validate(store, policy_dir, context, policy, former)
        verdict = type("Verdict", (), {"is_passed": False, "table": "x", "row_count": 0, "findings": ()})
        return replace(UNGATED.validate(store, policy_dir, context, policy, former), verdicts=(verdict,))

    monkeypatch.setattr(module, "STEPS", replace(UNGATED, validate=strict_on_the_second))
    monkeypatch.setattr("flows.run.validate.explain_gravest", lambda *_, **__: "look at x")
    result = module.run_due_days(office.settings, THIRD, run_instant(LAST), None)
    assert (result.state, result.message) == ("refused", "look at x")
    assert [(run.as_of, run.state) for run in office.store.every_run()[1:]] == [(SECOND, "refused")]


def test_runs_of_a_clock_set_far_ahead_are_not_run_unasked(office, client, yaoxin):
    """The last run of this office is months ago by the clock of the machine that runs the test."""
    before = content(office.store)
    result = yaoxin(office.settings, "nightly")
    assert result.exit_code == 2
    assert "runs to catch up, more than the 7" in result.stderr
    assert "Traceback" not in result.stderr
    state = module.nightly(settings=office.settings, return_state=True)
    assert (state.name, state.type.value) == ("Declined", "FAILED")
    assert "runs to catch up" in state.message
    assert differing_tables(content(office.store), before) == []
    assert len(office.store.every_run()) == 1


def test_where_another_run_holds_the_store_the_command_says_so_and_ends_with_3(office, client, yaoxin):
    with office.store.begin("nightly", SECOND, run_instant(SECOND)):
        result = yaoxin(office.settings, "nightly", "--as-of", SECOND.isoformat())
    assert result.exit_code == 3
    assert f"Another run holds this store: nightly for {SECOND}" in result.stderr
    assert "Traceback" not in result.stderr
    assert last_flow_run(client).state.name == "Busy"
    assert office.store.last("nightly").as_of == FIRST


def test_a_fault_on_the_way_is_the_callers_own_exception(office, prefect_server, monkeypatch):
    def broken(*_):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(module, "STEPS", replace(UNGATED, rate=broken))
    with pytest.raises(RuntimeError, match="the disk is full"):
        module.run_due_days(office.settings, SECOND, run_instant(SECOND), None)
    assert office.store.every_run()[-1].state == "failed"


@pytest.mark.parametrize(
    ("changes", "arguments", "words"),
    [
        ({}, ("--as-of", "2026-03-05"), "the run for 2026-03-06 is committed already"),
        ({}, ("--as-of", "2199-01-01"), "that day has not come"),
        ({}, ("--inbox", "nowhere"), "no such folder"),
        ({"identity_key": None}, (), "YAOXIN_IDENTITY_KEY"),
        ({"identity_key": Secret("a key that is not this store's")}, (), "another key than that of this store's runs"),
        ({"store": "nowhere"}, ("--as-of", "2010-01-01"), "reference: tiers has no value on 2010-01-01"),
    ],
    ids=["past", "future", "no inbox", "no key", "another key", "before the scheme"],
)
def test_a_mistake_of_the_caller_is_reported_before_the_engine_starts(first_run, yaoxin, changes, arguments, words):
    settings = replace(first_run.settings, **changes)
    result = yaoxin(settings, "nightly", *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert "flow run" not in result.stderr.lower()
    assert "Starting the workflow engine" not in result.stderr


@pytest.mark.parametrize(("fault", "heals"), [(OSError("share is away"), True), (ValueError("a bug"), False)])
def test_only_reading_the_inbox_is_tried_again_and_only_where_waiting_helps(fault, heals):
    from prefect.states import exception_to_failed_state
    from prefect.utilities.asyncutils import run_coro_as_sync

    state = run_coro_as_sync(exception_to_failed_state(fault))
    steps: Any = module.STEPS
    assert bool(steps.ingest.retry_condition_fn(steps.ingest, None, state)) is heals
    assert steps.ingest.retries > 0
    assert {step.retries for step in (steps.rate, steps.validate, steps.report, steps.commit)} == {0}
