"""The publish flow on a real Prefect server: it waits for a person, and what is answered is a decision."""

import contextvars
import threading
import time
from contextlib import contextmanager

import polars as pl
import pytest

from flows import publish as module
from flows.publishing import Chosen, approve
from reports.publication import Shelf
from tests.flows.publishing.town import NIGHT, store_at, town

VERSION = NIGHT.isoformat()
PATIENCE = 60.0


@pytest.fixture
def settings(tmp_path):
    """The settings of a town whose list was never published."""
    return town(tmp_path)


@pytest.fixture
def client(prefect_server, monkeypatch):
    """A client of the server that the flows run on; flows look often whether they were answered."""
    from prefect import get_client

    monkeypatch.setattr(module, "_POLL_SECONDS", 0.2)
    with get_client(sync_client=True) as made:
        yield made


@contextmanager
def running(settings, **parameters):
    """The flow at work in a thread; after the block its state is in what is handed out."""
    ended = []

    def work():
        ended.append(module.publish(settings=settings, return_state=True, **parameters))

    thread = threading.Thread(target=contextvars.copy_context().run, args=(work,))
    thread.start()
    yield ended
    thread.join(PATIENCE)
    assert ended, "the flow came to its end"


def paused_run(client, but_not=""):
    """The run that waits for an answer, with the id of the question; another question than `but_not`."""
    from prefect.client.schemas.filters import FlowRunFilter

    waiting = FlowRunFilter.model_validate({"state": {"type": {"any_": ["PAUSED"]}}})
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for run in client.read_flow_runs(flow_run_filter=waiting):
            if run.state.state_details.run_input_keyset:
                question = run.state.state_details.pause_key + str(run.state.id)
                if question != but_not:
                    return run, question
        time.sleep(0.1)
    raise AssertionError("no run waits for an answer")


def answer(client, run, **words):
    """As a person does on the page, once the form is there."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = client.resume_flow_run(run.id, run_input=words)
        if found.status.value == "ACCEPT":
            return
        time.sleep(0.1)
    raise AssertionError(found.details)


def latest(settings, name="serious-violations"):
    return Shelf(settings.publications / name).latest()


def approvals(tmp_path):
    rows = store_at(tmp_path).scan("decision").collect()
    return rows.filter(pl.col("decision_type") == "approve_publication")


SERIOUS = ("serious-violations",)


def test_an_answer_on_the_page_is_the_decision_and_releases(settings, client, tmp_path):
    with running(settings, prepared_by="张三", wait_hours=1, lists=SERIOUS) as ended:
        run, question = paused_run(client)
        assert latest(settings) is None
        answer(client, run, approved_by="张三")
        run, _ = paused_run(client, but_not=question)
        assert approvals(tmp_path).is_empty(), "who prepared it is asked again"
        answer(client, run, approved_by="李四", note="核对无误")
    (state,) = ended
    assert (state.name, state.message) == ("Completed", f"严重违法失信名单：版本 {VERSION} 已发布。")
    (row,) = approvals(tmp_path).to_dicts()
    assert (row["proposed_by"], row["decided_by"], row["reason"]) == ("张三", "李四", "核对无误")
    assert row["target"].startswith(f"serious-violations/{VERSION}#")
    assert latest(settings) == VERSION
    questions = [found.data for found in client.read_artifacts() if found.key == "publication-waiting"]
    assert any("拟定人与批准人不得为同一人" in text for text in questions)


def test_lists_are_approved_together_or_one_by_one_and_each_has_its_decision(settings, client, tmp_path):
    with running(settings, prepared_by="张三", wait_hours=1) as ended:
        run, question = paused_run(client)
        answer(client, run, approved_by="李四", lists=["penalties"])
        run, _ = paused_run(client, but_not=question)
        assert (latest(settings), latest(settings, "penalties")) == (None, VERSION)
        answer(client, run, approved_by="王五")
    (state,) = ended
    lines = (f"{title}：版本 {VERSION} 已发布。" for title in ("严重违法失信名单", "行政处罚公示"))
    assert (state.name, state.message) == ("Completed", "\n".join(lines))
    assert latest(settings) == VERSION
    rows = approvals(tmp_path).sort("decision_no").select("target", "decided_by").rows()
    assert [(target.split("/")[0], by) for target, by in rows] == [
        ("penalties", "李四"),
        ("serious-violations", "王五"),
    ]


def test_where_nobody_answers_the_draft_waits_and_the_run_ends_in_peace(settings, client, tmp_path):
    with running(settings, prepared_by="张三", wait_hours=1 / 3600, lists=SERIOUS) as ended:
        pass
    (state,) = ended
    assert (state.name, state.type.value) == ("Waiting", "COMPLETED")
    assert state.message.endswith("小时，草稿保留）")
    assert client.read_flow_run(state.state_details.flow_run_id).state.name == "Waiting"
    assert latest(settings) is None
    assert approvals(tmp_path).is_empty()
    approve(settings, Chosen(VERSION), "李四")
    assert module.publish("张三", lists=SERIOUS, settings=settings)["state"] == "published"


def test_an_approval_on_the_command_line_counts_when_the_wait_is_over(settings, client):
    with running(settings, prepared_by="张三", wait_hours=4 / 3600, lists=SERIOUS) as ended:
        paused_run(client)
        approve(settings, Chosen(VERSION), "李四")
    assert ended[0].name == "Completed"
    assert latest(settings) == VERSION


def test_without_a_wait_it_says_what_must_be_done_and_ends(settings, prefect_server):
    state = module.publish("张三", lists=SERIOUS, settings=settings, return_state=True)
    assert state.name == "Waiting"
    assert f"yaoxin approve {VERSION}" in state.message
    state = module.publish("张三", lists=SERIOUS, settings=settings, return_state=True)
    assert state.name == "Waiting", "again is the same"
