"""`yaoxin people`: the office from its first administrator on, as those who hold a passphrase give the commands."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli.app import cli
from tests.flows.office.staff import secret_of, staffed

ROOT = Path(__file__).parents[3]


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """Runs a command on an office without people: passphrases are lines of a pipe."""
    for name in [name for name in os.environ if name.startswith("YAOXIN_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("YAOXIN_STORE", str(tmp_path / "store"))

    def run(*arguments, lines=()):
        reading, writing = os.pipe()
        with os.fdopen(writing, "w", encoding="utf-8") as pipe:
            pipe.writelines(f"{line}\n" for line in lines)
        try:
            fd = ["--passphrase-fd", str(reading)] if lines else []
            return CliRunner().invoke(cli, ["people", *arguments, *fd])
        finally:
            os.close(reading)

    return run


@pytest.fixture
def people(empty, tmp_path, monkeypatch):
    """The same in an office of wang, zhang and li."""
    from flows.settings import load_settings

    settings = staffed(load_settings({"store": str(tmp_path / "store")}, environ={}))
    monkeypatch.setenv("YAOXIN_ADMINISTRATOR_KEY", settings.administrator_key)
    return empty


def logins(run):
    return [person["login"] for person in json.loads(run("list", "--json").stdout)["people"]]


def test_the_first_administrator_is_made_pinned_and_adds_the_others(empty, monkeypatch):
    assert "还没有人员" in empty("list").stdout
    first = empty("add", "wang", "--name", "王主任", lines=[secret_of("wang")])
    assert first.exit_code == 0, first.stderr
    (line,) = [line for line in first.stdout.splitlines() if line.startswith("administrator_key = ")]
    unpinned = empty("add", "li", "--name", "李四", "--as", "wang", lines=[secret_of("wang"), secret_of("li")])
    assert unpinned.exit_code == 2
    assert "请在设置中写明首位管理员的密钥指纹" in unpinned.stderr
    assert empty("list").exit_code == 2
    assert "administrator_key 未写明" in empty("list").stdout
    Path("yaoxin.toml").write_text(line + "\n", "utf-8")
    added = empty("add", "li", "--name", "李四", "--as", "wang", lines=[secret_of("wang"), secret_of("li")])
    assert added.exit_code == 0, added.stderr
    assert "已增加：li（李四），签发人" in added.stdout
    assert logins(empty) == ["wang", "li"]
    assert empty("list").exit_code == 0


def test_the_first_administrator_may_sign_too_where_the_office_is_small(empty, monkeypatch):
    first = empty("add", "wang", "--name", "王主任", "--role", "signer", lines=[secret_of("wang")])
    monkeypatch.setenv("YAOXIN_ADMINISTRATOR_KEY", first.stdout.split('"')[1])
    (person,) = json.loads(empty("list", "--json").stdout)["people"]
    assert person["roles"] == ["administrator", "signer"]


def test_a_second_beginning_needs_an_administrator(people):
    result = people("add", "evil", "--name", "无名", lines=[secret_of("evil")])
    assert (result.exit_code, "--as 管理员登录名" in result.stderr) == (2, True)
    assert logins(people) == ["wang", "zhang", "li"]


@pytest.mark.parametrize(
    ("arguments", "lines", "told"),
    [
        (("add", "zhao", "--name", "赵六", "--as", "li"), ["li", "zhao"], "li 不是管理员"),
        (("add", "zhang2", "--name", "張\u200b三", "--as", "wang"), ["wang", "zhang2"], "--namesake"),
        (("add", "zhao", "--name", "赵六", "--as", "wang"), ["wang"], "没有 zhao 的口令"),
        (("add", "zhao", "--name", "赵六", "--as", "wang"), ["li", "zhao"], "wang 的口令不对"),
        (("disable", "wang", "--as", "wang"), ["wang"], "最后一位管理员"),
        (("disable", "nobody", "--as", "wang"), ["wang"], "没有登录名为 nobody 的人员。在用人员：wang（"),
        (("disable", "li"), [], "--as 登录名"),
        (("role", "li", "signer", "--as", "wang"), ["wang"], "已有该角色"),
        (("role", "li", "administrator", "--take", "--as", "wang"), ["wang"], "没有名为 administrator 的角色"),
        (("passphrase", "--as", "li"), ["li"], "没有 li 的口令"),
    ],
)
def test_what_is_not_possible_is_said_in_a_sentence_and_changes_nothing(people, arguments, lines, told):
    before = people("journal").stdout
    result = people(*arguments, lines=[secret_of(line) for line in lines])
    assert result.exit_code == 2
    assert told in result.stderr
    assert "Traceback" not in result.output
    assert people("journal").stdout == before


@pytest.mark.parametrize(
    ("secret", "told"), [("short", "给出的是 5 个"), ("aaaaaaaaaaaaaaaa", "口令太简单"), ("", "0 个")]
)
def test_a_passphrase_that_does_not_do_adds_nobody(people, secret, told):
    result = people("add", "zhao", "--name", "赵六", "--as", "wang", lines=[secret_of("wang"), secret])
    assert (result.exit_code, told in result.stderr) == (2, True)
    assert logins(people) == ["wang", "zhang", "li"]


def test_roles_passphrases_and_goings_are_acts_of_their_people(people):
    wang = [secret_of("wang")]
    assert people("role", "li", "administrator", "--as", "wang", lines=wang).exit_code == 0
    assert people("disable", "zhang", "--as", "li", "--reason", "调离", lines=[secret_of("li")]).exit_code == 0
    assert people("passphrase", "--as", "li", lines=[secret_of("li"), "a horse of another staple"]).exit_code == 0
    assert people("role", "wang", "signer", "--as", "li", lines=[secret_of("li")]).exit_code == 2, "the old passphrase"
    assert people("role", "wang", "signer", "--as", "li", lines=["a horse of another staple"]).exit_code == 0
    acts = [line.split("　")[3] for line in people("journal").stdout.splitlines()]
    assert acts == ["设立首位管理员", "增加人员", "增加人员", "授予角色", "停用人员", "更换口令", "授予角色"]
    found = {each["login"]: each for each in json.loads(people("list", "--json").stdout)["people"]}
    assert found["zhang"]["is_disabled"]
    assert found["li"]["roles"] == ["administrator", "signer"]


def test_a_person_written_into_the_file_by_hand_is_named_and_is_none(people, tmp_path):
    with closing(sqlite3.connect(tmp_path / "store" / "office.sqlite")) as office, office:
        office.execute(
            "INSERT INTO people SELECT 4, 'evil', public_key, 1, 8, 1, salt, nonce, sealed FROM people LIMIT 1"
        )
    said = people("list")
    assert said.exit_code == 0
    assert "! 人员表第 4 行（evil）没有任何管理员签名的行为作依据，不起作用" in said.stdout
    assert logins(people) == ["wang", "zhang", "li"]


def test_a_journal_that_was_changed_by_hand_is_named(people, tmp_path):
    with closing(sqlite3.connect(tmp_path / "store" / "office.sqlite")) as office, office:
        office.execute("DROP TRIGGER journal_refuses_update")
        office.execute("UPDATE journal SET payload = replace(payload, '李四', '李五')")
    said = people("list")
    assert (said.exit_code, "! 日志第 3 条" in said.stdout) == (2, True)


@pytest.mark.parametrize(("fd", "told"), [("99", "不能从文件描述符 99 读取口令"), ("-1", "-1 is not in the range")])
def test_a_descriptor_that_is_not_open_is_named(people, fd, told):
    result = people("disable", "li", "--as", "wang", "--passphrase-fd", fd)
    assert (result.exit_code, told in result.stderr) == (2, True)


def test_a_passphrase_in_another_encoding_is_named(people):
    reading, writing = os.pipe()
    os.write(writing, "一二三四五六七八九十甲乙\n".encode("gb18030"))
    os.close(writing)
    result = people("disable", "li", "--as", "wang", "--passphrase-fd", str(reading))
    os.close(reading)
    assert (result.exit_code, "不是 UTF-8" in result.stderr) == (2, True)


def test_on_a_terminal_passphrases_are_asked_for_and_not_shown(tmp_path):
    """A process with a terminal of its own; the new passphrase is asked twice."""
    import pty

    controller, terminal = pty.openpty()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("YAOXIN_")}
    environ |= {"PYTHONPATH": str(ROOT), "YAOXIN_STORE": str(tmp_path / "store")}
    program = "import sys; from flows.cli import run_command; sys.exit(run_command(sys.argv[1:]))"
    command = [sys.executable, "-c", program, "people", "add", "wang", "--name", "王主任"]
    with subprocess.Popen(
        command, stdin=terminal, stdout=subprocess.PIPE, stderr=terminal, env=environ, cwd=ROOT, start_new_session=True
    ) as process:
        os.close(terminal)
        shown = _answer(controller, "设定口令", secret_of("wang")) + _answer(
            controller, "再输入一次", secret_of("wang")
        )
        out, _ = process.communicate(timeout=60)
    os.close(controller)
    assert process.returncode == 0, shown
    assert "administrator_key" in out.decode()
    assert secret_of("wang") not in shown + out.decode()


def _answer(controller, question, text):
    shown = b""
    while question.encode() not in shown:
        shown += os.read(controller, 1024)
    os.write(controller, f"{text}\n".encode())
    return shown.decode()
