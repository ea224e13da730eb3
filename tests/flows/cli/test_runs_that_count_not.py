"""A first night that the gate refused, and a ledger that has lost its last run, are told as what they are."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner

from flows.cli.app import cli
from flows.store.store import Store
from tests.flows.publishing.town import NIGHT

AT = datetime(2026, 3, 1, 18, tzinfo=UTC)


def ran(store, state):
    with store.begin("nightly", NIGHT, AT) as writing:
        writing.commit(state, {})
    return writing.run_id


def test_after_a_refused_first_night_quarantine_says_where_the_workbooks_lie(tmp_path):
    store = Store(tmp_path / "store")
    run_id = ran(store, "refused")
    result = CliRunner().invoke(cli, ["quarantine", "--store", str(tmp_path / "store")], env={"LANG": "zh_CN.UTF-8"})
    assert result.exit_code == 2
    assert str(store.run_folder(run_id)) in result.output
    assert "请先运行 yaoxin nightly" not in result.output


def test_runs_says_that_the_last_run_is_missing(tmp_path):
    store = Store(tmp_path / "store")
    ran(store, "passed")
    run_id = ran(store, "passed")
    max(Path(tmp_path).glob("store/ledger/_delta_log/*.json")).unlink()
    result = CliRunner().invoke(cli, ["runs", "--store", str(tmp_path / "store")])
    assert run_id in result.stderr
