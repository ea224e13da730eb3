"""What commands share: flags that exclude each other, folders and files, and the values that a shell completes."""

import os
import shutil
import sqlite3

import pytest

from flows.cli.app import cli
from flows.wording import to_chinese
from tests.flows.cli.office import BAD, GOOD
from tests.flows.cli.test_app import process
from tests.realdata import REPOSITORY
from transforms.policy_model.paper import PAPERS


@pytest.mark.parametrize(
    ("arguments", "flags"),
    [
        (["penalties", "--due", "--overdue"], ("--due", "--overdue")),
        (["penalties", "--ending", "--due"], ("--due", "--ending")),
        (["list", "--candidates", "--bans"], ("--candidates", "--bans")),
        (["list", "--refused", "--bans"], ("--bans", "--refused")),
        (["list", "--state", "listed", "--candidates"], ("--state", "--candidates")),
        (["publish", "--verify", "--restore"], ("--verify", "--restore")),
        (["publish", "--verify", "--as", "li"], ("--as", "--verify")),
        (["publish", "--passphrase-fd", "3"], ("--passphrase-fd", "--as")),
        (["nightly", "--verbose", "--quiet"], ("--verbose", "--quiet")),
    ],
    ids=" ".join,
)
def test_flags_that_exclude_each_other_are_refused_and_named(yaoxin, arguments, flags):
    result = yaoxin(*arguments)
    assert result.exit_code == 2
    assert all(flag in result.stderr for flag in flags)
    assert result.stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["quarantine", "--output", "taken"],
        ["paper", "repair_notice", "X", "--output", "taken"],
        ["nightly", "--inbox", "taken"],
        ["demo", "taken"],
    ],
    ids=" ".join,
)
def test_a_file_in_the_place_of_a_folder_is_bad_usage(yaoxin, tmp_path, arguments):
    (tmp_path / "taken").write_text("mine", "utf-8")
    result = yaoxin(*arguments)
    assert result.exit_code == 2
    assert "taken" in result.stderr
    assert "Traceback" not in result.stderr
    assert (tmp_path / "taken").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["explain", GOOD, "--html", "out/page.html"], "page.html"),
        (["quarantine", "--output", "out"], "penalty.xlsx"),
    ],
    ids=lambda value: value[0],
)
def test_what_exists_is_replaced_only_when_told_to(yaoxin, tmp_path, arguments, name):
    first = yaoxin(*arguments)
    assert first.exit_code == 0, first.stderr
    (path,) = (tmp_path / "out").iterdir()
    assert path.name == name
    path.write_text("mine", "utf-8")
    refused = yaoxin(*arguments)
    assert refused.exit_code == 2
    assert refused.stderr == f"已存在：out/{path.name}。请另指一处，或者用 --force 覆盖。\n"
    assert path.read_text("utf-8") == "mine"
    assert yaoxin(*arguments, "--force").exit_code == 0
    assert path.read_bytes() != b"mine"


def test_a_folder_in_the_place_of_a_file_is_bad_usage(yaoxin, tmp_path):
    (tmp_path / "folder").mkdir()
    for arguments in (["explain", "X", "--html", "folder"], ["runs", "--config", "folder"]):
        assert yaoxin(*arguments).exit_code == 2
    assert "是文件夹，应为文件" in yaoxin("explain", "X", "--html", "folder").stderr


@pytest.mark.parametrize(
    ("arguments", "nearest"),
    [
        (["list", "--state", "publishd"], "是否为“published”？"),
        (["list", "--state", "在列公式"], "是否为“在列公示”？"),
        (["paper", "repair_notce", "X"], "是否为“repair_notice”？"),
        (["quarantine", "--source", "penalties"], "是否为“penalty”？"),
        (["paper", "repair_notice", "X", "--format", "pfd"], "；是否为“pdf”？"),
        (["people", "add", "wu", "--name", "吴", "--role", "admin"], "; did you mean 'administrator'?"),
        (["completion", "bsh"], "; did you mean 'bash'?"),
        (["completion", "emacs"], "'emacs' is not one of 'bash', 'zsh', 'fish'.\n"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_mistyped_value_is_answered_with_the_nearest(yaoxin, arguments, nearest):
    result = yaoxin(*arguments)
    assert result.exit_code == 2
    assert nearest in result.stderr


def test_refusals_of_flags_and_folders_are_in_the_catalogue():
    for message in (
        "--due and --overdue exclude each other; give one of them",
        "--passphrase-fd is for who signs; give --as too",
        "Directory 'x' is a file.",
        "No such command 'explian'; did you mean 'explain'?",
    ):
        assert "exclude" not in to_chinese(message)
        assert to_chinese(message) != message


def completed(office, line):
    words = line.split(" ")
    environment = {"_YAOXIN_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    done = process(office, env=environment)
    assert done.returncode == 0, done.stderr
    return [value.split(",", 1)[1] for value in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("yaoxin nightly --scheme w", ["wuhan-2017"]),
        ("yaoxin paper repair_g", ["repair_grant"]),
        ("yaoxin paper 列入告", ["列入告知书"]),
        ("yaoxin paper repair_grant X --format p", ["pdf"]),
        ("yaoxin list --state standi", ["standing"]),
        ("yaoxin quarantine --source pen", ["penalty"]),
        ("yaoxin publish --list serious", ["serious-violations"]),
        ("yaoxin rewind nightly-2025-06-01", ["nightly-2025-06-01-1"]),
        ("yaoxin people role li adm", ["administrator"]),
        ("yaoxin completion f", ["fish"]),
    ],
)
def test_values_are_completed(office, line, values):
    assert completed(office, line) == values


def test_every_paper_is_completed(office):
    assert completed(office, "yaoxin paper ") == list(PAPERS)


def test_logins_are_completed_from_the_office_database_without_opening_the_office(office, tmp_path):
    database = tmp_path / "office.sqlite"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE people (login TEXT)")
        connection.executemany("INSERT INTO people VALUES (?)", [("zhang",), ("li",), ("zhao",), ("zhang",)])
    connection.close()
    for line in ("yaoxin publish --as zh", "yaoxin people disable zh"):
        words = {"_YAOXIN_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
        watch = "print('heavy:', *[m for m in ('sqlalchemy', 'prefect') if m in sys.modules], file=sys.stderr)"
        done = process(office, env=words | {"YAOXIN_OFFICE_DATABASE": str(database)}, watch=watch)
        assert done.stdout.split() == ["plain,zhang", "plain,zhao"]
        assert done.stderr.splitlines()[-1] == "heavy:"


def test_what_cannot_be_read_completes_nothing(office, tmp_path):
    missing = {"YAOXIN_OFFICE_DATABASE": str(tmp_path / "none.sqlite")}
    words = {"_YAOXIN_COMPLETE": "bash_complete", "COMP_WORDS": "yaoxin publish --as ", "COMP_CWORD": "3"}
    done = process(office, env=words | missing)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")
    assert not os.path.exists(missing["YAOXIN_OFFICE_DATABASE"])  # noqa: PTH110


def test_every_command_has_a_line_in_the_list_of_commands(yaoxin):
    shown = yaoxin("--help").stdout
    for name in cli.list_commands(None):
        assert f"\n  {name} " in shown


def test_a_store_without_a_run(yaoxin, tmp_path):
    for command in (["explain", GOOD], ["lookup", GOOD], ["changes"], ["quarantine"]):
        result = yaoxin(*command, "--store", str(tmp_path / "empty"))
        assert result.exit_code == 2
        assert "还没有夜间评价的结果。请先运行 yaoxin nightly" in result.stderr
    assert "No run yet." in yaoxin("runs", "--store", str(tmp_path / "empty")).stdout
    assert not (tmp_path / "empty").exists(), "reading makes nothing"


def test_what_the_law_of_the_office_leaves_out_is_said_where_it_is_asked(yaoxin, tmp_path, monkeypatch):
    policy = tmp_path / "policy"
    shutil.copytree(REPOSITORY / "policy", policy)
    gone = (
        "bans",
        "measures",
        "spot_checks",
        "licences",
        "findings",
        "external_lists",
        "pushes",
        "cases",
        "repair_credit_china",
        "publicity_credit_china",
    )
    for name in gone:
        (policy / "law" / f"{name}.yaml").unlink()
    monkeypatch.setenv("YAOXIN_POLICY_DIR", str(policy))
    for command in (["penalties"], ["repair", BAD], ["due"], ["list", "--bans"], ["list"]):
        result = yaoxin(*command)
        assert result.exit_code == 0, result.stderr
        own = {"--bans": ["bans"], "list": ["measures"]}.get(command[-1], gone)
        assert [name for name in own if f"没有 law/{name}.yaml" not in result.stdout] == [], command
    assert "bans.yaml" in yaoxin("policy", "check", str(policy / "law")).stdout
