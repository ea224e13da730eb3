"""`yaoxin runs` and `yaoxin rewind`: what was run, going back, and what a damaged store says."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import run_command
from flows.cli.app import FOR_OFFICERS, cli
from flows.store.store import Store
from flows.store.stored_names import STORE_FORMAT
from tests.flows.publishing.town import AS_OF
from tests.flows.store.store_runs import passed_run
from tests.reports.latin import words_of


def test_runs_newest_last_with_the_refused_one(yaoxin):
    document = yaoxin("runs", "--json").document
    assert [run["state"] for run in document["runs"]] == ["passed", "passed", "refused"]
    assert document["runs"][-1]["facts"] == {"first": "penalty", "format": STORE_FORMAT}
    assert document["runs"][0]["folder"].endswith("nightly-2025-06-01-1")
    assert "nightly-2025-06-03-1" in yaoxin("runs", "--last", "1").stdout
    assert "nightly-2025-06-01-1" not in yaoxin("runs", "--last", "1").stdout


DAYS = date(2026, 3, 1), date(2026, 3, 2), date(2027, 3, 2)


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "store")
    for day in DAYS:
        passed_run(made, day)
    return made


def yaoxin(store, *words):
    return CliRunner().invoke(cli, [words[0], "--store", store.location.root, *words[1:]])


def test_a_run_of_a_wrong_clock_is_annulled_and_stays_in_the_ledger(store):
    result = yaoxin(store, "rewind", "nightly-2026-03-02-1", "--reason", "时钟错误")
    assert result.exit_code == 0
    assert "readers see nightly-2026-03-02-1 again; annulled: nightly-2027-03-02-1" in result.stdout
    runs = json.loads(yaoxin(store, "runs", "--json").stdout)["runs"]
    assert [run["is_annulled"] for run in runs] == [False, False, True, False]
    assert runs[-1]["facts"]["reason"] == "时钟错误"
    assert "passed, annulled" in yaoxin(store, "runs").stdout


def test_json_is_the_row_of_the_ledger(store):
    result = yaoxin(store, "rewind", "nightly-2026-03-01-1", "--reason", "x", "--json")
    assert json.loads(result.stdout)["back_to"] == 1


@pytest.mark.parametrize("words", [["nightly-2026-03-09-1", "--reason", "x"], ["nightly-2026-03-01-1"]])
def test_what_cannot_be_done_is_refused_with_2(store, words):
    result = yaoxin(store, "rewind", *words)
    assert result.exit_code == 2
    assert result.stderr.isascii()
    assert store.last().as_of == DAYS[-1]


@pytest.mark.parametrize("command", [["runs"], ["lookup", "某某"], ["rewind", "nightly-2026-03-01-1", "--reason", "x"]])
def test_a_torn_ledger_is_reported_in_plain_words_with_code_3(store, capsys, command):
    last = sorted((store.location.local / "ledger" / "_delta_log").glob("*.json"))[-1]
    last.write_bytes(last.read_bytes()[:100])
    assert run_command([*command, "--store", store.location.root]) == 3
    words = capsys.readouterr().err
    if command[0] in FOR_OFFICERS:
        assert words.startswith(f"数据存储已损坏：运行账：{last} 是空的或者不完整。断电或者他人改动所致")
        assert words_of(words, str(last), "RUN_ID", "TEXT") == []
    else:
        assert words.startswith(f"The store is damaged: ledger: {last} is empty or torn. A power cut")
        assert words.isascii()
    assert "Traceback" not in words
    assert words.count("\n") == 1


AT = datetime(2026, 3, 1, 18, tzinfo=UTC)


def ran(store, state):
    with store.begin("nightly", AS_OF, AT) as writing:
        writing.commit(state, {})
    return writing.run_id


def test_runs_says_that_the_last_run_is_missing(tmp_path):
    store = Store(tmp_path / "store")
    ran(store, "passed")
    run_id = ran(store, "passed")
    max(Path(tmp_path).glob("store/ledger/_delta_log/*.json")).unlink()
    result = CliRunner().invoke(cli, ["runs", "--store", str(tmp_path / "store")])
    assert run_id in result.stderr
