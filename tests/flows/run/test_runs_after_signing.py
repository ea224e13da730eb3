"""After people have signed, and with approvals of earlier releases in the store, runs go on through the real gate."""

import json
import os

import polars as pl
import pytest
from click.testing import CliRunner

from flows.cli.app import cli
from flows.publishing import publish_list
from flows.run.run import RunSteps
from reports.publication import ListFolder
from tests.flows.ingest.inboxes import put
from tests.flows.ingest.test_no_approval_by_file import REASON, ROW
from tests.flows.office.staff import secret_of, staffed
from tests.flows.run.run_helpers import FIRST, SECOND, copy_setup, run_day
from transforms.records.versions import with_record_keys
from transforms.schemas import KINDS

pytestmark = pytest.mark.long
VERSION = FIRST.isoformat()


def old_approval(target, at):
    """The row that `yaoxin approve --by 李四` of an earlier release wrote."""
    kind = KINDS["decision"]
    fields = {
        "decision_no": "发布〔2026〕1号",
        "decision_type": "approve_publication",
        "target": target,
        "decided_on": at.date(),
        "proposed_by": "张三",
        "decided_by": "李四",
        "version_no": 1,
        "source": "yaoxin_approve",
        "file_id": "",
        "row_no": 0,
        "received_at": at,
    }
    return with_record_keys(pl.DataFrame([fields], schema=kind.table.schema), kind).select(list(kind.table.schema))


@pytest.fixture
def office(before_second, tmp_path, monkeypatch):
    """An office as its second run finds it, with people, and no settings but those of the test."""
    for name in [name for name in os.environ if name.startswith("YAOXIN_")]:
        monkeypatch.delenv(name)
    made = copy_setup(before_second, tmp_path / "home")
    settings = staffed(made.settings)
    monkeypatch.setenv("YAOXIN_STORE", settings.store)
    monkeypatch.setenv("YAOXIN_ADMINISTRATOR_KEY", settings.administrator_key)
    return made


def yaoxin(*words):
    """A command, with the passphrase of whom `--as` names."""
    arguments = [*words, "--json"]
    reading, writing = os.pipe()
    with os.fdopen(writing, "w", encoding="utf-8") as lines:
        lines.write(secret_of(words[words.index("--as") + 1]) + "\n" if "--as" in words else "")
    try:
        fd = ["--passphrase-fd", str(reading)] if "--as" in words else []
        result = CliRunner().invoke(cli, [*arguments, *fd])
    finally:
        os.close(reading)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_the_run_after_an_approval_passes_the_gate_and_no_row_is_an_approval(office):
    assert yaoxin("publish", "--as", "zhang", "--list", "serious-violations")["state"] == "waiting"
    assert yaoxin("approve", VERSION, "--as", "li")["state"] == "published"
    draft = publish_list(office.settings, None, "penalties")
    target = f"penalties/{VERSION}#{draft['digest']}"
    with office.store.begin("approve", FIRST, office.store.last().known_at) as writing:
        writing.append("decision", old_approval(target, office.store.last().known_at))
        writing.commit("passed", {})
    firm = office.store.scan("enterprise").select("name").collect()["name"][0]
    put(office.settings.inbox, "办理登记簿-批准.csv", [{**ROW, "企业名称": firm, "对象文号": target}])
    result = run_day(office, SECOND, RunSteps())
    assert result.state == "passed", result.message
    told = office.store.scan("quarantine").filter(reason=REASON).collect()
    assert told.height == 1
    approvals = office.store.scan("decision").filter(decision_type="approve_publication").collect()
    assert approvals["source"].to_list() == ["yaoxin_approve"], "what an earlier release wrote stays readable"
    assert publish_list(office.settings, None, "penalties")["state"] == "waiting"
    assert ListFolder(office.settings.publications / "penalties").latest() is None, "and releases nothing"
    assert result.facts["office_journal"]["number"] == 5
