"""Help, usage, completion, light commands: what every command has in common; demo, policy check, nightly, publish."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest

from flows.cli import run_command
from flows.cli.app import COMMANDS, cli
from flows.cli.errors import DONE, FAULT, REFUSED, USAGE
from flows.run.context import write_scheme_facts
from reports.scheme_facts import SchemeFacts
from tests.flows.cli.office import BAD, SECOND, build, known
from transforms.schemas import LAW_TABLES, TABLES

ROOT = Path(__file__).parents[3]


EVERY = [[name] for name in COMMANDS] + [["policy", "check"], ["people", "add"], ["people", "journal"], []]


@pytest.mark.parametrize("command", EVERY, ids=" ".join)
def test_every_help_shows_examples_of_that_command(yaoxin, command):
    result = yaoxin(*command, "--help")
    assert result.exit_code == DONE
    assert "Examples:" in result.stdout
    assert " ".join(["yaoxin", *command]) in result.stdout.split("Examples:")[1]


def test_every_command_is_there():
    context = click.Context(cli)
    assert all(cli.get_command(context, name) for name in cli.list_commands(context))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["explian"], "No such command 'explian'; did you mean 'explain'?"),
        (["zzz"], "No such command 'zzz'"),
        (["people", "lst"], "No such command 'lst'"),
        (["explain"], "缺少参数：ID"),
        (["changes", "--since", "yesterday"], "应为 2026-03-01 这样的日期"),
        (["nightly", "--known-at", "soon"], "expected one such as 2026-03-01T02:00:00+08:00"),
        (["runs", "--last", "0"], "0 is not in the range"),
        (["runs", "--bogus"], "No such option"),
    ],
)
def test_bad_usage_is_2_with_nothing_on_stdout(yaoxin, arguments, told):
    result = yaoxin(*arguments)
    assert result.exit_code == USAGE
    assert told in result.stderr
    assert result.stdout == ""


def test_bad_settings_are_2_and_all_listed(yaoxin, monkeypatch):
    monkeypatch.setenv("YAOXIN_TIMEZONE", "Mars")
    monkeypatch.setenv("YAOXIN_STOER", "x")
    result = yaoxin("runs")
    assert result.exit_code == USAGE
    assert "The configuration has mistakes:" in result.stderr
    assert "timezone (from YAOXIN_TIMEZONE)" in result.stderr
    assert "did you mean 'store'?" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_file_of_settings_by_flag(yaoxin, tmp_path, monkeypatch, office):
    monkeypatch.delenv("YAOXIN_STORE")
    (tmp_path / "my.toml").write_text(f'store = "{office}"\n', "utf-8")
    assert yaoxin("runs", "--config", "my.toml", "--json").document["runs"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(yaoxin, shell):
    result = yaoxin("completion", shell)
    assert result.exit_code == DONE
    assert "_YAOXIN_COMPLETE" in result.stdout
    assert shell in result.stdout


def test_completion_of_a_word(office):
    done = process(office, env={"_YAOXIN_COMPLETE": "bash_complete", "COMP_WORDS": "yaoxin loo", "COMP_CWORD": "1"})
    assert done.stdout == "plain,lookup\n"


def test_version_is_said(yaoxin):
    assert yaoxin("--version").stdout.startswith("yaoxin")


def test_run_command_returns_the_code(capsys):
    assert run_command(["--help"]) == DONE
    assert run_command(["explian"]) == USAGE
    assert "Usage" in capsys.readouterr().out


LIGHT = [
    ["--help"],
    ["--version"],
    ["nightly", "--help"],
    ["completion", "bash"],
    ["runs"],
    ["changes"],
    ["quarantine"],
    ["penalties", "--due"],
    ["lookup", BAD],
    ["explain", BAD],
    ["policy", "check", str(ROOT / "policy" / "schemes" / "wuhan-2017.yaml")],
]


HEAVY = ["prefect", "great_expectations", "matplotlib", "pandas", "pyarrow", "fastapi", "jinja2", "xlsxwriter"]
HEAVY += ["sqlalchemy", "argon2", "cryptography", "opencc"]


def process(office, *arguments, env=None, watch="pass"):
    """Run the command line in a process of its own."""
    program = f"import sys; from flows.cli import run_command as r; code = r(sys.argv[1:]); {watch}; sys.exit(code)"
    variables = {name: value for name, value in os.environ.items() if not name.startswith("YAOXIN_")}
    variables |= {"YAOXIN_STORE": str(office), "YAOXIN_SCHEME": "wuhan-2017", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=variables | (env or {}), cwd=ROOT, check=False)


@pytest.mark.parametrize("arguments", LIGHT, ids=lambda words: " ".join(words[:2])[:30])
def test_light_commands_import_nothing_heavy(office, arguments):
    watch = f"print('heavy:', *[m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    done = process(office, *arguments, watch=watch)
    assert done.returncode == DONE, done.stderr
    assert done.stderr.splitlines()[-1] == "heavy:"


@pytest.fixture(scope="module")
def kept_office(tmp_path_factory):
    """An office whose run kept what commands ask for: the scheme's words, and the law's word on everyone."""
    store = build(tmp_path_factory.mktemp("kept") / "store")
    with store.begin("nightly", date(2025, 6, 3), known(SECOND), "wuhan-2017") as writing:
        for name in LAW_TABLES:
            writing.append(name, TABLES[name].empty())
        write_scheme_facts(
            writing.folder, SchemeFacts("wuhan-2017", "武汉", (("B", "基本守信"),), is_illustrative=False)
        )
        writing.commit("passed", {})
    return store.location.root


# What judges policies, and what is left out of the answer because the run kept it.
LEFT_OUT = [
    "pydantic",
    "yaml",
    "transforms.policy_model",
    "transforms.law",
    "transforms.rating",
    "transforms.records",
    "rapidfuzz",
]


@pytest.mark.parametrize("arguments", [["runs"], ["lookup", BAD], ["explain", BAD]], ids=lambda words: words[0])
def test_what_a_run_kept_is_not_worked_out_again(kept_office, arguments):
    watch = f"print('heavy:', *[m for m in {HEAVY + LEFT_OUT!r} if m in sys.modules], file=sys.stderr)"
    done = process(kept_office, *arguments, watch=watch)
    assert done.returncode == DONE, done.stderr
    assert done.stderr.splitlines()[-1] == "heavy:"


def test_day_given_to_demo(yaoxin, tmp_path):
    arguments = ("--enterprises", "3", "--days", "5", "--end-on", "2026-03-01")
    first = yaoxin("demo", "one", *arguments, "--json")
    assert first.exit_code == DONE, first.stderr
    assert first.document["end_on"] == "2026-03-01"
    second = yaoxin("demo", "two", *arguments)
    assert "yaoxin nightly --inbox two --as-of 2026-03-01" in second.stdout
    assert files(tmp_path / "one") == files(tmp_path / "two")
    again = yaoxin("demo", "one", *arguments)
    assert again.exit_code == USAGE
    assert "'one' is not empty" in again.stderr


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_policy_check_runs_a_schemes_cases(yaoxin, tmp_path):
    for name in ("schemes", "cases"):
        (tmp_path / name).mkdir()
        text = (ROOT / "policy" / name / "wuhan-2017.yaml").read_text("utf-8")
        (tmp_path / name / "wuhan-2017.yaml").write_text(text, "utf-8")
    good = yaoxin("policy", "check", "schemes/wuhan-2017.yaml", "--json")
    assert good.exit_code == DONE, good.stderr
    assert [file["kind"] for file in good.document["files"]] == ["scheme", "cases"]
    assert "cases of scheme wuhan-2017 checked" in yaoxin("policy", "check", "schemes/wuhan-2017.yaml").stdout

    scheme = tmp_path / "schemes" / "wuhan-2017.yaml"
    scheme.write_text(scheme.read_text("utf-8").replace("fixed: -3", "fixed: -4"), "utf-8")
    bad = yaoxin("policy", "check", "schemes/wuhan-2017.yaml")
    assert bad.exit_code == USAGE
    assert "should" in bad.stdout

    scheme.write_text(scheme.read_text("utf-8").replace("mode: deduct", "mode: deducted"), "utf-8")
    mistaken = yaoxin("policy", "check", "schemes/wuhan-2017.yaml").stdout
    assert "did you mean 'deduct'?" in mistaken
    assert "not run: the scheme has mistakes" in mistaken
    assert "no scheme" not in mistaken, "that the scheme is refused is no mistake of its cases"

    scheme.write_bytes("title: 药品标准".encode("gb18030"))
    broken = yaoxin("policy", "check", "schemes/wuhan-2017.yaml")
    assert broken.exit_code == USAGE
    assert "not UTF-8" in broken.stderr


class FlowStandIn:
    """Stands in for the nightly flow, which has tests of its own."""

    def __init__(self, monkeypatch, state):
        from flows.run.run import RunResult

        self.result = RunResult(state, "what it says", "nightly-2026-03-01-1", {"n": 1}, Path("r.html"))
        self.asked: tuple[Any, ...] = ()
        monkeypatch.setattr("flows.nightly.run_due_days", self)
        monkeypatch.setattr("flows.run.request.check_request", lambda *_: None)

    def __call__(self, *asked):
        self.asked = asked
        return self.result


@pytest.mark.parametrize(("state", "code"), [("passed", DONE), ("refused", REFUSED), ("busy", FAULT)])
def test_nightly_ends_with_the_code_of_what_became_of_it(yaoxin, monkeypatch, state, code):
    FlowStandIn(monkeypatch, state)
    result = yaoxin("nightly", "--json")
    assert result.exit_code == code
    assert result.document["state"] == state
    assert result.document["report"] == "r.html"
    plain = yaoxin("nightly")
    assert plain.exit_code == code
    assert "what it says" in (plain.stdout if code == DONE else plain.stderr)


def test_nightly_hands_on_what_was_asked(yaoxin, monkeypatch):
    flow = FlowStandIn(monkeypatch, "passed")
    yaoxin("nightly", "--inbox", "in", "--as-of", "2026-03-01", "--known-at", "2026-03-01T02:00:00")
    settings, as_of, known_at, scheme = flow.asked
    assert settings.inbox == Path("in")
    assert as_of == date(2026, 3, 1)
    assert known_at.isoformat() == "2026-03-01T02:00:00+08:00"
    assert scheme == "wuhan-2017"


def test_publish_and_approve_say_what_became_of_it(yaoxin, tmp_path):
    flags = ("--store", str(tmp_path / "empty"))
    result = yaoxin("publish", *flags, "--json")
    assert result.exit_code == DONE, result.stderr
    assert result.document["state"] == "nothing"
    said = yaoxin("publish", *flags).stdout
    assert all(line in said for line in result.document["message"].splitlines())
    refused = yaoxin("approve", "2026-03-01-1", "--as", "li", *flags)
    assert refused.exit_code == USAGE
    assert "没有待批准的版本 2026-03-01-1" in refused.stderr
