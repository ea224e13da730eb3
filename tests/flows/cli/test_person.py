"""`yaoxin person`: by number, for a purpose, on the record; otherwise refused."""

import json
import os

import pytest
from click.testing import CliRunner

from flows.cli.app import cli
from flows.settings import load_settings
from tests.flows.cli.office import GOOD, HASH, KEY, MASKED, NUMBER
from tests.flows.office.staff import secret_of, staffed

PURPOSE = "药品经营许可延续 受理〔2026〕12号"


@pytest.fixture
def person(yaoxin, office, tmp_path, monkeypatch):
    """Asks for a person on standard input; the office's people and journal are the test's own."""
    database = tmp_path / "people.sqlite"
    settings = staffed(load_settings({"store": str(office), "office_database": str(database)}, environ={}))
    monkeypatch.setenv("YAOXIN_OFFICE_DATABASE", str(database))
    monkeypatch.setenv("YAOXIN_ADMINISTRATOR_KEY", settings.administrator_key)
    monkeypatch.setenv("YAOXIN_IDENTITY_KEY", KEY)

    def run(*arguments, typed=NUMBER, secret=""):
        reading, writing = os.pipe()
        with os.fdopen(writing, "w", encoding="utf-8") as pipe:
            pipe.write(f"{secret or secret_of('li')}\n")
        try:
            command = ["person", *arguments, "--passphrase-fd", str(reading)]
            return CliRunner().invoke(cli, command, input=f"{typed}\n")
        finally:
            os.close(reading)

    return run


def looked_up(yaoxin):
    journal = json.loads(yaoxin("people", "journal", "--json").stdout)["journal"]
    return [(one["person"], one["subject"], one["payload"]) for one in journal if one["act"] == "look_up_person"]


@pytest.mark.parametrize("typed", [NUMBER, " 350000 18600101 004x "])
def test_a_person_is_found_by_number_and_the_look_up_is_logged(person, yaoxin, tmp_path, typed):
    result = person("--as", "li", "--purpose", PURPOSE, "--json", typed=typed)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["person_masked"] == MASKED
    assert [one["enterprise_id"] for one in found["posts"]] == [GOOD]
    assert [one["bar_no"] for one in found["bars"]] == ["药监禁〔2025〕1号"]
    assert looked_up(yaoxin) == [("li", HASH, {"purpose": PURPOSE})]
    assert NUMBER not in result.output
    assert HASH not in result.output
    assert NUMBER.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("people*"))


def test_nobody_is_an_answer_and_is_logged_too(person, yaoxin):
    result = person("--as", "li", "--purpose", PURPOSE, typed="350000186001010023")
    assert result.exit_code == 0, result.output
    assert "没有任职记录" in result.stdout
    assert "没有禁业和任职限制" in result.stdout
    assert len(looked_up(yaoxin)) == 1


@pytest.mark.parametrize(
    ("arguments", "typed", "told"),
    [
        (["--as", "li"], NUMBER, "须写明查询的目的"),
        (["--as", "li", "--purpose", " "], NUMBER, "须写明查询的目的"),
        (["--purpose", PURPOSE], NUMBER, "须写明由谁查询"),
        (["--as", "nobody", "--purpose", PURPOSE], NUMBER, "没有登录名为"),
        (["--as", "li", "--purpose", PURPOSE], "", "没有读到完整的证件号码"),
        (["--as", "li", "--purpose", PURPOSE], "350***********001X", "没有读到完整的证件号码"),
        (["--as", "li", "--purpose", PURPOSE, NUMBER], NUMBER, ""),  # a number among the arguments
    ],
)
def test_without_person_purpose_and_number_it_is_refused(person, yaoxin, arguments, typed, told):
    result = person(*arguments, typed=typed)
    assert result.exit_code == 2
    assert told in result.output
    assert GOOD not in result.output
    assert looked_up(yaoxin) == []


def test_a_wrong_passphrase_is_refused(person, yaoxin):
    result = person("--as", "li", "--purpose", PURPOSE, secret="wrong wrong wrong")
    assert result.exit_code != 0
    assert GOOD not in result.output
    assert looked_up(yaoxin) == []


@pytest.mark.parametrize("typed", ["35000018600101001", "350000186001010016", "3500001860010100100"])
def test_a_number_that_can_be_no_residents_is_refused_and_not_logged(person, yaoxin, typed):
    result = person("--as", "li", "--purpose", PURPOSE, typed=typed)
    assert (result.exit_code, "校验码不符" in result.output) == (2, True)
    assert looked_up(yaoxin) == []


def test_a_purpose_with_an_identity_number_is_refused(person, yaoxin):
    result = person("--as", "li", "--purpose", f"核对 {NUMBER} 的任职")
    assert (result.exit_code, "日志不能更改" in result.output, NUMBER in result.output) == (2, True, False)
    assert looked_up(yaoxin) == []
