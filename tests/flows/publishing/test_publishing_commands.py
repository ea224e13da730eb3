"""`yaoxin publish` and `yaoxin approve` on a real store."""

import json
import os

import pytest
from click.testing import CliRunner

from flows.cli.app import cli
from flows.store import Store
from tests.flows.publishing.town import NIGHT, settings_at, town

VERSION = NIGHT.isoformat()


@pytest.fixture
def yaoxin(tmp_path, monkeypatch):
    """Runs a command on the town's store."""
    for name in [name for name in os.environ if name.startswith("YAOXIN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("YAOXIN_STORE", town(tmp_path).store)
    return lambda *arguments: CliRunner().invoke(cli, list(arguments))


@pytest.mark.parametrize("chosen", ["serious-violations", "penalties"])
def test_one_prepares_another_approves_and_the_list_is_out(yaoxin, chosen):
    steps = [
        ("publish", "--by", "张三", "--list", chosen, "--json"),
        ("approve", VERSION, "--list", chosen, "--by", "李四", "--note", "核对无误", "--json"),
        ("publish", "--by", "张三", "--list", chosen, "--json"),
        ("publish", "--by", "张三", "--list", chosen, "--json"),
    ]
    results = [yaoxin(*step) for step in steps]
    assert [result.exit_code for result in results] == [0, 0, 0, 0]
    answers = [json.loads(result.stdout) for result in results]
    assert [answer["state"] for answer in answers] == ["waiting", "approved", "published", "unchanged"]
    assert {answer["list"] for answer in answers} == {chosen}


def test_without_a_name_every_list_is_prepared_and_each_is_approved_on_its_own(yaoxin):
    def states():
        answer = json.loads(yaoxin("publish", "--by", "张三", "--json").stdout)
        return answer["state"], {one["list"]: one["state"] for one in answer["lists"]}

    assert states() == ("waiting", {"serious-violations": "waiting", "penalties": "waiting"})
    assert yaoxin("approve", VERSION, "--by", "李四").exit_code == 0
    assert states() == ("waiting", {"serious-violations": "published", "penalties": "waiting"})
    assert yaoxin("approve", VERSION, "--list", "penalties", "--by", "李四").exit_code == 0
    assert states() == ("published", {"serious-violations": "unchanged", "penalties": "published"})
    assert states() == ("unchanged", {"serious-violations": "unchanged", "penalties": "unchanged"})


def test_the_answer_to_a_person_begins_with_a_sentence_on_each_list(yaoxin):
    said = yaoxin("publish", "--by", "张三").stdout
    assert said.startswith(
        f"严重违法失信名单：版本 {VERSION} 已由 张三 拟定，待他人批准：yaoxin approve {VERSION} --by 姓名\n"
    )
    assert f"\n\n行政处罚公示：版本 {VERSION} 已由 张三 拟定，待他人批准：" in said
    assert f"yaoxin approve {VERSION} --list penalties --by 姓名" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("approve", VERSION, "--by", "张三"), "拟定人与批准人不得为同一人"),
        (("approve", "2020-01-01", "--by", "李四"), f"没有待批准的版本 2020-01-01。待批准：{VERSION}。"),
        (("approve", VERSION, "--by", " "), "批准须写明批准人姓名"),
        (("publish", "--by", " "), "拟定须写明拟定人姓名"),
        (("publish", "--by", "张三", "--list", "没有"), "没有名为 没有 的名单。现有：serious-violations、penalties。"),
        (("approve", VERSION, "--list", "../x", "--by", "李四"), "没有名为 ../x 的名单"),
    ],
)
def test_what_must_not_be_is_refused_in_chinese_with_code_2(yaoxin, arguments, words):
    yaoxin("publish", "--by", "张三")
    result = yaoxin(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_while_another_run_holds_the_store_nothing_is_approved(yaoxin, tmp_path):
    yaoxin("publish", "--by", "张三")
    store = Store(settings_at(tmp_path).store)
    with store.begin("nightly", NIGHT, store.last().known_at):
        result = yaoxin("approve", VERSION, "--by", "李四")
    assert result.exit_code == 3
    assert "Another run holds this store: nightly for 2026-03-01" in result.stderr
