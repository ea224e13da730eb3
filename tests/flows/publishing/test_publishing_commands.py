"""`yaoxin publish` and `yaoxin approve` on a real store, as signed-in people give them."""

import json
import os
import re

import pytest
from click.testing import CliRunner

from flows.cli.app import cli
from reports.public_lists import LIST_SPECS
from tests.flows.office.staff import secret_of
from tests.flows.publishing.town import AS_OF, town

VERSION = AS_OF.isoformat()


@pytest.fixture
def yaoxin(tmp_path, monkeypatch):
    """Runs a command on the town's store; passphrases: of whom `--as` names, or those given."""
    for name in [name for name in os.environ if name.startswith("YAOXIN_")]:
        monkeypatch.delenv(name)
    settings = town(tmp_path)
    monkeypatch.setenv("YAOXIN_STORE", settings.store)
    monkeypatch.setenv("YAOXIN_ADMINISTRATOR_KEY", settings.administrator_key)

    def run(*arguments, passphrase=None):
        words = list(arguments)
        if "--as" not in words:
            return CliRunner().invoke(cli, words)
        reading, writing = os.pipe()
        with os.fdopen(writing, "w", encoding="utf-8") as lines:
            given = passphrase if passphrase is not None else secret_of(words[words.index("--as") + 1])
            lines.write(f"{given}\n")
        try:
            return CliRunner().invoke(cli, [*words, "--passphrase-fd", str(reading)])
        finally:
            os.close(reading)

    return run


@pytest.mark.parametrize("chosen", ["serious-violations", "penalties"])
def test_one_prepares_another_approves_and_the_list_is_out(yaoxin, chosen):
    steps = [
        ("publish", "--as", "zhang", "--list", chosen, "--json"),
        ("approve", VERSION, "--list", chosen, "--as", "li", "--note", "核对无误", "--json"),
        ("publish", "--as", "zhang", "--list", chosen, "--json"),
    ]
    results = [yaoxin(*step) for step in steps]
    assert [result.exit_code for result in results] == [0, 0, 0]
    answers = [json.loads(result.stdout) for result in results]
    assert [answer["state"] for answer in answers] == ["waiting", "published", "unchanged"]
    assert {answer["list"] for answer in answers} == {chosen}


def test_without_a_name_every_list_is_prepared_and_each_is_approved_on_its_own(yaoxin):
    def states(*more):
        answer = json.loads(yaoxin("publish", *more, "--json").stdout)
        return answer["state"], {one["list"]: one["state"] for one in answer["lists"]}

    waiting = dict.fromkeys(LIST_SPECS, "waiting")
    assert states("--as", "zhang") == ("waiting", waiting)
    assert yaoxin("approve", VERSION, "--as", "li").exit_code == 0
    assert states() == ("waiting", waiting | {"serious-violations": "unchanged"})
    for name in waiting.keys() - {"serious-violations"}:
        assert yaoxin("approve", VERSION, "--list", name, "--as", "li").exit_code == 0
    assert states() == ("unchanged", dict.fromkeys(LIST_SPECS, "unchanged"))


def test_the_answer_to_a_person_begins_with_a_sentence_on_each_list(yaoxin):
    said = yaoxin("publish", "--as", "zhang").stdout
    assert said.startswith(
        f"严重违法失信名单：版本 {VERSION} 已由 张三 拟定，待他人批准：yaoxin approve {VERSION} --as 登录名\n"
    )
    assert f"\n\n行政处罚公示：版本 {VERSION} 已由 张三 拟定，待他人批准：" in said
    assert f"yaoxin approve {VERSION} --list penalties --as 登录名" in said
    assert "签名　拟定　张三（zhang）" in said


def test_the_approver_first_sees_what_is_signed(yaoxin):
    yaoxin("publish")
    shown = yaoxin("approve", VERSION, "--as", "li").stderr
    assert f"严重违法失信名单 {VERSION}：共 2 条" in shown
    assert "较上一版：新增 2，变更 0，移除 0" in shown
    assert "  新增　示药监列〔2026〕1号　示例甲药业有限公司（作出列入决定）" in shown
    assert "摘要 " in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("approve", VERSION, "--as", "zhang"), "拟定人与批准人不得为同一人"),
        (("approve", VERSION, "--as", "wang"), "wang 不是签发人"),
        (
            ("approve", VERSION, "--as", "nobody"),
            "没有登录名为 nobody 的人员。在用人员：wang（王主任）、",
        ),
        (("approve", "2020-01-01", "--as", "li"), f"严重违法失信名单没有待批准的版本 2020-01-01。待批准：{VERSION}。"),
        (("approve", VERSION), "须写明由谁批准：--as 登录名"),
        (("approve", VERSION, "--by", "李四"), "--by 写的姓名不能证明是谁，不再作为签名：请用 --as 登录名"),
        (("publish", "--by", "张三"), "--by 写的姓名不能证明是谁，不再作为签名：请用 --as 登录名"),
        (("publish", "--as", "wang"), "wang 不是签发人"),
        (("publish", "--list", "没有"), "没有名为 没有 的名单。现有：serious-violations（严重违法失信名单）、"),
        (("publish", "--list", "penalty"), "没有名为 penalty 的名单；是否为“penalties”？现有："),
        (("approve", VERSION, "--list", "penalty", "--as", "li"), "没有名为 penalty 的名单；是否为“penalties”？"),
        (("approve", VERSION, "--list", "../x", "--as", "li"), "没有名为 ../x 的名单"),
    ],
)
def test_what_must_not_be_is_refused_in_chinese_with_code_2(yaoxin, arguments, words):
    yaoxin("publish", "--as", "zhang")
    result = yaoxin(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_who_approves_a_released_version_learns_since_when_and_by_whom_it_is_released(yaoxin):
    yaoxin("publish", "--as", "zhang", "--list", "penalties")
    yaoxin("approve", VERSION, "--list", "penalties", "--as", "li")
    again = yaoxin("approve", VERSION, "--list", "penalties", "--as", "li")
    assert again.exit_code == 2
    assert re.fullmatch(
        rf"行政处罚公示的版本 {VERSION} 已于 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d "
        r"由张三（zhang）、李四（li）签名发布，无须再批准。\n",
        again.stderr,
    )


def test_a_version_that_waits_in_another_list_is_pointed_at(yaoxin):
    yaoxin("publish", "--as", "zhang", "--list", "penalties")
    refused = yaoxin("approve", VERSION, "--as", "li").stderr
    assert refused == (
        f"严重违法失信名单没有待批准的版本 {VERSION}。待批准：无。"
        f"行政处罚公示有该版本待批准：yaoxin approve {VERSION} --list penalties --as 登录名。\n"
    )


def test_verification_before_the_first_release_says_what_waits_and_how_to_approve_it(yaoxin):
    assert "还没有发布过。" in yaoxin("publish", "--verify", "--list", "penalties").stdout
    yaoxin("publish", "--as", "zhang")
    result = yaoxin("publish", "--verify")
    assert result.exit_code == 0
    waiting = "还没有发布过；有 1 个版本待批准：yaoxin approve"
    assert f"严重违法失信名单：{waiting} {VERSION} --as 登录名\n" in result.stdout
    assert f"行政处罚公示：{waiting} {VERSION} --list penalties --as 登录名\n" in result.stdout
    assert "没有可发布的内容" not in result.stdout


@pytest.mark.parametrize("wrong", ["", "x", secret_of("zhang"), secret_of("li") + " "])
def test_a_wrong_passphrase_signs_nothing(yaoxin, wrong):
    yaoxin("publish", "--as", "zhang")
    result = yaoxin("approve", VERSION, "--as", "li", passphrase=wrong)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, "li 的口令不对。")
    assert json.loads(yaoxin("publish", "--json").stdout)["state"] == "waiting"
    assert secret_of("li") not in result.output


def test_without_a_terminal_a_passphrase_is_asked_from_a_descriptor(yaoxin):
    result = CliRunner().invoke(cli, ["publish", "--as", "li"])
    assert result.exit_code == 2
    assert "没有终端可以输入口令：请在终端中运行，或者用 --passphrase-fd N" in result.stderr
