"""The log of a run: JSON lines in its folder, lines on the terminal, and no personal data in either."""

import json
from datetime import datetime

import pytest

from flows.run_logging import LOGGER, RunLog, log_line, log_to_terminal


def lines_of(folder):
    return [json.loads(line) for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(autouse=True)
def no_terminal():
    """Handlers that a test adds are taken away again."""
    handlers = list(LOGGER.handlers)
    yield
    for handler in set(LOGGER.handlers) - set(handlers):
        LOGGER.removeHandler(handler)


def test_a_step_is_a_line_when_it_starts_and_one_when_it_ends(tmp_path):
    with RunLog("nightly-2026-03-01-1", tmp_path) as log, log.step("rate") as counts:
        counts["enterprises"] = 320
    started, ended = lines_of(tmp_path)
    assert (started["event"], started["level"]) == ("started", "debug")
    assert (ended["event"], ended["level"], ended["run"]) == ("ended", "info", "nightly-2026-03-01-1")
    assert (ended["step"], ended["counts"]) == ("rate", {"enterprises": 320})
    assert ended["seconds"] >= 0
    assert ended["peak_memory_mib"] > 0
    assert datetime.fromisoformat(ended["at"]).tzinfo is not None


def test_a_step_that_breaks_off_names_the_error_and_none_of_its_text(tmp_path):
    with (
        pytest.raises(ValueError, match="张三"),
        RunLog("run", tmp_path) as log,
        log.step("ingest"),
    ):
        raise ValueError("张三 420100199001011234")
    text = (tmp_path / "log.jsonl").read_text(encoding="utf-8")
    assert lines_of(tmp_path)[-1]["error"] == "ValueError"
    assert "张三" not in text
    assert "420100199001011234" not in text


def test_two_runs_of_one_process_have_their_own_logs(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    one, other = RunLog("one", tmp_path / "one"), RunLog("other", tmp_path / "other")
    with one, one.step("rate"), other, other.step("commit"):
        pass
    assert {line["run"] for line in lines_of(tmp_path / "one")} == {"one"}
    assert [line["step"] for line in lines_of(tmp_path / "other")] == ["commit", "commit"]


def test_a_log_that_cannot_be_written_breaks_no_run(tmp_path):
    with RunLog("run", tmp_path / "nowhere") as log, log.step("rate") as counts:
        counts["enterprises"] = 1
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    ("verbosity", "events"), [("quiet", ["failed"]), ("normal", ["320", "failed"]), ("verbose", ["started", "320"])]
)
def test_the_terminal_has_as_much_as_was_asked_for(tmp_path, capsys, monkeypatch, verbosity, events):
    monkeypatch.setattr("flows.wording.prefers_chinese", lambda: False)
    log_to_terminal("normal")
    log_to_terminal(verbosity)  # the last one counts
    with RunLog("run", tmp_path) as log:
        with log.step("rate") as counts:
            counts["enterprises"] = 320
        with pytest.raises(OSError, match="share"), log.step("ingest"):
            raise OSError("share")
    told = capsys.readouterr()
    assert told.out == ""
    assert all(event in told.err for event in events)
    assert ("enterprises 320" in told.err) == (verbosity != "quiet")
    assert ("peak memory" in told.err) == (verbosity == "verbose")
    assert told.err.count("ingest, failed OSError") == 1


def test_a_line_for_people_can_be_chinese():
    fields = {"run": "r", "step": "rate", "event": "ended", "counts": {"enterprises": 3}, "seconds": 1.25}
    words = {"rate": "评级", "enterprises": "企业"}
    assert log_line(fields) == "r  rate, enterprises 3, 1.2 s"
    assert log_line(fields, translate=lambda word: words.get(word, word)) == "r  评级, 企业 3, 1.2 s"


def test_a_run_logs_its_steps_in_order_with_their_counts(second_run):
    office, result = second_run
    ended = [line for line in lines_of(office.store.run_folder(result.run_id)) if line["event"] == "ended"]
    assert [line["step"] for line in ended] == ["ingest", "rate", "validate", "report", "commit", "publish"]
    counts = {line["step"]: line["counts"] for line in ended}
    assert counts["rate"]["enterprises"] == result.facts["scope"]["rated"]
    assert counts["validate"]["findings"] == len(result.facts["findings"])
    assert counts["ingest"]["files"] == result.facts["numbers"]["来件"]
    assert {line["run"] for line in ended} == {result.run_id}
